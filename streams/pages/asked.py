"""What a request asks for, out of its query: a list, what it is narrowed to, the language, where a page begins."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import orjson

from streams.core.causes import Words
from streams.pages.lists import FILTERS, LISTS, List

LANGUAGES = ("vi", "en")
# What Grafana writes where nothing was chosen at the head of a dashboard.
EVERY = frozenset({"all", "All", "$__all"})
GRAFANA = "var-"
VALUES_MAX = 200
VALUE_LENGTH_MAX = 300


class Refused(ValueError):
    """A request that cannot be answered: its status, what is wrong, and what would be right."""

    def __init__(self, status: int, what: Words, valid: Sequence[str] = ()) -> None:
        self.status, self.what, self.valid = status, what, valid
        super().__init__(what.en)


class Cursor(NamedTuple):
    """The last row of the page before. It is opaque to readers, and stands in no log."""

    since_at: datetime
    case_token: str
    flag_id: str
    cycle: int

    def text(self) -> str:
        return base64.urlsafe_b64encode(orjson.dumps([*self])).decode().rstrip("=")


class Asked(NamedTuple):
    """A list narrowed by all of `chosen`: names of filters, each with values of which one must hold."""

    name: str
    chosen: tuple[tuple[str, tuple[str, ...]], ...]
    language: str
    after: Cursor | None = None

    @property
    def list(self) -> List:
        return LISTS[self.name]


def language_of(query: Sequence[tuple[str, str]]) -> str:
    """The language asked for; Vietnamese where it is none that we have."""
    told = dict(query).get("lang", LANGUAGES[0])
    return told if told in LANGUAGES else LANGUAGES[0]


def read(name: str, query: Sequence[tuple[str, str]]) -> Asked:
    """A request as it is meant; raises Refused."""
    if name not in LISTS:
        raise Refused(404, Words("Không có danh sách này", "There is no such list"), sorted(LISTS))
    allowed = LISTS[name].by
    told: dict[str, list[str]] = {}
    for key, value in query:
        told.setdefault(key, []).append(value)
        if "\0" in value or len(value) > VALUE_LENGTH_MAX or len(told[key]) > VALUES_MAX:
            raise Refused(400, Words("Giá trị quá dài hoặc không đọc được", "A value is too long, or cannot be read"))
    chosen = []
    # What a row tells stands before what was chosen at the head: `pairs` writes them so.
    for key, values in sorted(told.items(), key=lambda one: one[0].startswith(GRAFANA)):
        filtered = key.removeprefix(GRAFANA)
        if filtered in allowed:
            # At the head of a dashboard nothing means everything; in a row it is that which has none.
            named = [value for value in values if value or not key.startswith(GRAFANA)]
            if named and not EVERY.intersection(named):
                chosen.append((filtered, tuple(dict.fromkeys(_keys(filtered, named)))))
        elif key not in ("lang", "after"):
            raise Refused(
                400, Words(f"Không lọc được theo {key!r}", f"This list cannot be narrowed by {key!r}"), allowed
            )
    language = told.get("lang", [LANGUAGES[0]])[-1]
    if language not in LANGUAGES:
        raise Refused(400, Words(f"Không có ngôn ngữ {language!r}", f"There is no language {language!r}"), LANGUAGES)
    after = told.get("after", [""])[-1]
    return Asked(name, tuple(dict.fromkeys(chosen)), language, _cursor(after) if after else None)


def pairs(asked: Asked) -> list[tuple[str, str]]:
    """The query that asks for the same list, without language and place. Of two conditions on one thing, both of which
    must hold, the second is written as Grafana does."""
    told: list[tuple[str, str]] = []
    seen: set[str] = set()
    for name, values in asked.chosen:
        told += [(GRAFANA + name if name in seen else name, value) for value in values]
        seen.add(name)
    return told


def _keys(name: str, values: Sequence[str]) -> list[str]:
    """Values by their keys: words of a dashboard may stand for several."""
    words, keys = FILTERS[name].words, list[str]()
    for value in values:
        found = [key for key, text in words.items() if value in (key, *text)]
        if FILTERS[name].is_closed and not found:
            what = Words(f"{FILTERS[name].label.vi}: không có {value!r}", f"{FILTERS[name].label.en}: no {value!r}")
            raise Refused(400, what, sorted(words))
        keys += found or [value]
    return keys


def _cursor(text: str) -> Cursor:
    try:
        told, token, flag_id, cycle = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        since_at = datetime.fromisoformat(told)
        cursor = Cursor(since_at.astimezone(UTC), str(token), str(flag_id), int(cycle))
        if (
            since_at.tzinfo is None
            or "\0" in cursor.case_token + cursor.flag_id
            or not -(2**31) <= cursor.cycle < 2**31
        ):
            raise ValueError(text)
    except (binascii.Error, OverflowError, TypeError, ValueError):
        what = Words("Trang không đọc được: mở lại từ đầu", "The page cannot be read: begin again")
        raise Refused(400, what) from None
    return cursor


def known(names: Mapping[str, str], value: str) -> bool:
    """Whether a unit, procedure or province is one of those, by key or name, or is above one."""
    above = (f"{value}.", f"{value}-")
    return not value or any(value in (key, name) or key.startswith(above) for key, name in names.items())
