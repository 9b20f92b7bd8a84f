"""Stories told through the source topics: their lines as CloudEvents, and what hoso.flags then says in their words."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from itertools import count
from pathlib import Path
from typing import Any

from schemas.codec import decode, encode
from schemas.entries import MARK_TYPES
from schemas.events import TOPIC_OF_TYPE
from streams.core.identity import TELLS_OF_IDENTITY
from streams.core.instants import parse_utc
from streams.pipeline.tokens import fact_id_of, token_of
from streams.ports import Outgoing, Record
from tests.core_builders import at
from tests.story_runner import FLAG_WORDS, LOT, Line, change_of, entry_of, read_story

_HANOI = timezone(timedelta(hours=7))

# What happened at an instant to each class of flag (with leg and code), in order; amendments left out, which depend on
# how often time ticks.
Changes = dict[tuple[int, str], list[str]]


class ToldStory:
    """A story whose codes are dossiers and lots of its own, with tokens under a known key."""

    def __init__(self, path: Path, key: bytes) -> None:
        self.name, self.lines = path.stem, read_story(path)
        self._key = key
        self._told = [(line, entry) for line in self.lines if (entry := entry_of(line)) is not None]
        facts = [(line, entry) for line, entry in self._told if entry["type"] not in MARK_TYPES]
        codes = {code for _, entry in facts for code in (entry["case"], *entry["data"].get("cases", "").split())}
        self._subjects = self._named(sorted(code for code in codes if not code.startswith(LOT)))
        self.code_of = {token_of(key, subject): code for code, subject in self._subjects.items()}
        self._facts = {entry["fact"]: fact_id_of(key, entry["source"], self._id(line)) for line, entry in facts}

    @property
    def instants(self) -> list[int]:
        """When its lines became known, in order."""
        return sorted({at(line.when) for line in self.lines})

    def events(self, when: int) -> Iterator[tuple[str, dict[str, Any]]]:
        """The events of an instant, each with its source topic."""
        for line, entry in self._told:
            if at(line.when) == when:
                name = "official.snapshot_ended" if _is_mark(entry) else entry["type"]
                yield TOPIC_OF_TYPE[name], self._event(name, entry, self._id(line))

    def links(self, when: int) -> bool:
        """Whether a line up to an instant makes some case wait for what other partitions have to tell."""
        return any(
            at(line.when) <= when
            and not _is_mark(entry)
            and (entry["type"] in TELLS_OF_IDENTITY or "lot_case" in entry["data"] or "scheme" in entry)
            for line, entry in self._told
        )

    def claims(self) -> Changes:
        """What the story claims of its flags."""
        found: Changes = {}
        for line in self.lines:
            _note(found, at(line.when), [one for one in line.claims if one.partition(" ")[0] in FLAG_WORDS])
        return found

    def published(self, flags: Sequence[Record]) -> Changes:
        """What was published of its cases, each change with the first line by which it had come; after its last line a
        story claims nothing."""
        found: Changes = {}
        states: dict[tuple[str, int], str] = {}
        for record in flags:
            flag = decode(record.value or b"")
            code = self.code_of.get(flag["case"])
            if code is None:
                continue
            change = change_of({**flag, "case": code}, states)
            judged_at = parse_utc(dict(record.headers)["judged_at"].decode())
            when = next((instant for instant in self.instants if judged_at <= instant + 1), None)
            if when is not None:
                _note(found, when, [change])
        return found

    def _named(self, codes: Sequence[str]) -> dict[str, str]:
        """Subjects whose tokens stand in the order of the codes: the smallest of linked ones is the canonical one."""
        tried = ({code: f"dossier:{self.name}-{code}-{number}" for code in codes} for number in count())
        return next(found for found in tried if self._in_order(list(found.values())))

    def _in_order(self, subjects: Sequence[str]) -> bool:
        tokens = [token_of(self._key, subject) for subject in subjects]
        return tokens == sorted(tokens)

    def _id(self, line: Line) -> str:
        return f"{self.name}-{line.number}"

    def _event(self, name: str, entry: Mapping[str, Any], id_: str) -> dict[str, Any]:
        event: dict[str, Any] = {"specversion": "1.0", "id": id_, "type": name}
        if _is_mark(entry):
            data = {word: entry[word] for word in ("system", "snapshot", "complete")}
            place = {"source": f"urn:hoso:{entry['system']}", "subject": f"system:{entry['system']}"}
            return event | place | {"time": entry["ended"], "data": data}
        data = {word: value for word, value in entry["data"].items() if word not in ("cases", "lot_case")}
        data |= {word: self._facts[data[word]] for word in ("replaces", "fact") if word in data}
        codes = entry["data"].get("cases", entry["case"]).split(" ")
        if others := codes[1:]:
            data["subjects"] = [self._subjects[code] for code in others]
        if "lot" in data:
            data["lot"] = f"{self.name}-{data['lot']}"
        event |= {"source": entry["source"], "subject": self._subject(codes[0]), "data": data}
        if "recorded" in entry:
            event["recordedtime"] = entry["recorded"]
        return event | _time(entry)

    def _subject(self, code: str) -> str:
        return f"{LOT}{self.name}-{code.removeprefix(LOT)}" if code.startswith(LOT) else self._subjects[code]


def batch(stories: Sequence[ToldStory], when: int, prefix: str) -> list[Outgoing]:
    """The records of an instant, of all stories."""
    headers = (("content-type", b"application/cloudevents+json"),)
    return [
        Outgoing(prefix + topic, event["subject"].encode(), encode(event), headers=headers)
        for story in stories
        for topic, event in story.events(when)
    ]


def _is_mark(entry: Mapping[str, Any]) -> bool:
    return entry["type"] in MARK_TYPES


def _time(entry: Mapping[str, Any]) -> dict[str, str]:
    """A day stands for its end, so the last second before it is in the day."""
    is_day = entry["precision"] == "day"
    instant = datetime.fromtimestamp(parse_utc(entry["time"]) - is_day, UTC).astimezone(_HANOI)
    return {"time": instant.isoformat(), "timeprecision": entry["precision"]}


def _note(found: Changes, when: int, changes: Sequence[str]) -> None:
    for change in changes:
        word, flag, *_ = change.split(" ")
        if word != "amends":
            found.setdefault((when, flag), []).append(change)
