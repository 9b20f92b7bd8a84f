"""Which bar or column of which panel leads to which list of cases (streams/pages/lists.py).

A list has as many rows as the figure says that leads to it: tests/acceptance/test_dashboards.py follows each.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote_plus

from streams.core.screen_words import LABELS
from tools.dashboards.boards import CORRECTED

# What was chosen at the head of a dashboard and goes with a link.
CHOSEN = ("unit", "procedure", "province")


class Link(NamedTuple):
    """From the figures of a column to a list: `fixed` values of its filters, and those that a `row` tells in other
    columns. Columns are named as LABELS has them, those of classes by themselves."""

    column: str
    to: str
    fixed: Sequence[tuple[str, str]] = ()
    row: Sequence[tuple[str, str]] = ()
    chosen: Sequence[str] = CHOSEN


def _same(*names: str, row: Sequence[tuple[str, str]] = ()) -> tuple[Link, ...]:
    """Columns that are called as their lists are."""
    return tuple(Link(name, name, row=row) for name in names)


_OPEN = ("open_reported", "open_observed", "done_not_updated")
_OF_UNIT = (("unit", "code"),)
_OF_PARTY = (*_OF_UNIT, ("party", "accountable"))

LINKS: Mapping[str, Sequence[Link]] = {
    "newly_overdue": (Link("cases", "newly_overdue", row=(("accountable", "accountable"),)),),
    "due_not_ready": _same("due_not_ready"),
    "due_not_updated": _same("due_not_updated"),
    "open": _same(*_OPEN, "not_shown"),
    "units": (
        *(Link(name, "flags", (("class", name),), _OF_UNIT) for name in ("overdue", "at_risk")),
        *_same(*_OPEN, row=_OF_UNIT),
    ),
    "corrections": (
        *(Link(name, "flags", [("class", one) for one in classes], _OF_PARTY) for name, classes in CORRECTED.items()),
        Link("cases", "flags", [("class", one) for classes in CORRECTED.values() for one in classes], _OF_PARTY),
    ),
    "lists": (Link("cases", "flags", row=(("class", "class"),)),),
    "waiting": (Link("cases", "waiting", row=(("stage", "stage"), ("owner", "owner"))),),
    "owners": (Link("cases", "waiting", row=(("owner", "owner"),)),),
    "incidents": (
        Link(
            "cases", "incidents", chosen=("unit", "province"),
            row=[("class", "class"), ("party", "accountable"), ("unit", "unit"), ("source", "source"),
                 ("software", "software")],
        ),
    ),
}  # fmt: skip


def column_of(link: Link, language: str) -> str:
    """What the link's column is called in the answer of a query."""
    return _named(link.column, language)


def url_of(link: Link, language: str) -> str:
    """The address as Grafana keeps it; it fills in where the pages are, what was chosen, and what the row tells."""
    asked = [f"{name}={quote_plus(value)}" for name, value in link.fixed]
    asked += [f'{name}=${{__data.fields["{_named(column, language)}"]:percentencode}}' for name, column in link.row]
    asked += [f"${{{name}:queryparam}}" for name in link.chosen]
    asked += [] if language == "vi" else [f"lang={language}"]
    return f"${{pages:raw}}/lists/{link.to}?{'&'.join(asked)}"


def _named(column: str, language: str) -> str:
    return LABELS[column].of(language) if column in LABELS else column
