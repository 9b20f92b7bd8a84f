"""Stories for the oracle: one line an event, and the flags that must come of them as lines too."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from streams.simulator.days import ZONE
from streams.simulator.law import Law, load_law
from streams.simulator.oracle.expected import intervals
from streams.simulator.told import Told

LAW = load_law()
SYSTEMS = {"portal", "onestop"}
ENVELOPE = {"recorded": "recordedtime", "precision": "timeprecision"}
# Received and complete on Monday 5 January 2026: 6, 7, 8, 9, Saturday 10 worked by decree, 12, 13.
CARD = """
2026-01-05 08:00  case.received   procedure=card variant=new unit=U1
2026-01-05 10:00  case.completed
"""


def told(story: str, case: str = "C1") -> list[Told]:
    """The events of a story. `portal 4` is a change of status; `delivered`, `recorded` and `precision` are of the
    envelope; times are local."""
    return [_told(line.split(), f"{case}-{number}", case) for number, line in enumerate(story.strip().splitlines())]


def _told(words: list[str], name: str, case: str) -> Told:
    at, kind, rest = _instant(f"{words[0]}T{words[1]}"), words[2], words[3:]
    data: dict[str, Any] = {}
    if kind in SYSTEMS:
        kind, data, rest = "official.status_changed", {"system": kind, "code": rest[0]}, rest[1:]
        # Of a snapshot it is known what a system showed at its moment.
        kind = "official.observed" if any(word.startswith("snapshot=") for word in rest) else kind
    event = {"id": name, "source": "urn:test", "type": kind, "subject": f"dossier:{case}", "time": at.isoformat()}
    delivered = at
    for word in rest:
        key, _, value = word.partition("=")
        if key.endswith(("_at", "_due")) or key in {"recorded", "delivered"}:
            value = _instant(value).isoformat()
        if key == "delivered":
            delivered = datetime.fromisoformat(value)
        elif key in ENVELOPE:
            event[ENVELOPE[key]] = value
        else:
            data[key] = value
    return Told(delivered, {**event, "data": data})


def flags(story: str, until: str, law: Law = LAW) -> list[str]:
    """What must be flagged by an instant: class, since, until."""
    return lines(told(story), until, law)


def lines(history: Iterable[Told], until: str, law: Law = LAW) -> list[str]:
    found = intervals(history, law, _instant(until))
    return [
        f"{each.flag_class} {_text(each.since)}" + (f" to {_text(each.until)}" if each.until else "")
        for each in sorted(found, key=lambda each: (each.flag_class, each.since))
    ]


def only(flag_class: str, story: str, until: str, law: Law = LAW) -> list[str]:
    """The intervals of one class, without its name."""
    return [
        line.removeprefix(f"{flag_class} ") for line in flags(story, until, law) if line.startswith(f"{flag_class} ")
    ]


def accountable(flag_class: str, story: str, until: str) -> list[str]:
    return [each.accountable for each in intervals(told(story), LAW, _instant(until)) if each.flag_class == flag_class]


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def _text(at: datetime) -> str:
    return f"{at.astimezone(ZONE):%Y-%m-%d %H:%M}"
