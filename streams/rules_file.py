"""Rules from TOML files, expanded to the plain content that `rules.activated` carries and the core compiles."""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from streams.core.compiling import compile_rules
from streams.core.errors import RulesRefused
from streams.core.findings import Declared
from streams.rules_days import (
    a_date,
    check_fields,
    declared_days,
    expand_calendars,
    expand_campaign,
    expand_closure,
    second_of,
)

VIETNAM = Path(__file__).parent / "rules" / "vn"

_PAUSES = (
    {"why": "supplement", "waits_for": "citizen", "from": "supplement.requested", "to": "supplement.received"},
    {"why": "payment", "waits_for": "citizen", "from": "payment.requested", "to": "payment.received"},
    {"why": "force_majeure", "waits_for": "nobody", "from": "force_majeure.begun", "to": "force_majeure.ended"},
)
_DEADLINE_DEFAULTS: Mapping[str, Any] = {
    "variants": [],
    "place_kinds": [],
    "law_of": "received",
    "ends_when_posted": "result.delivered",
    "duty_bearer": "unit",
    "due_governs": "computed",
    "grace_working_days": 1,
    "urgent_working_hours": 4,
    "cancels": ["case.refused", "case.withdrawn", "case.stopped", "case.superseded"],
    "returned_means": "ready",
    "source": "",
}
# Domain: what each class of flag waits for; all nv until an office confirms them.
_THRESHOLDS: Mapping[str, int] = {
    "done_without_evidence_days": 5,
    "no_movement_extra_days": 3,
    "no_movement_least_days": 5,
    "uncollected_days": 10,
    "failed_updates": 2,
}
_SOURCE_DEFAULTS: Mapping[str, Any] = {"per_unit": False, "feeds": [], "units": [], "procedures": []}
_TIMES = ("cut_off", "ends_at", "next_ends_at")
_NEEDED = frozenset({"id", "procedure", "amount", "unit", "calendar", "starts", "duty_ends_at", "effective_from"})
_DEADLINE_FIELDS = frozenset(
    {*_DEADLINE_DEFAULTS, *_NEEDED, *_TIMES, "effective_until", "at_risk", "pause", "stage", "leg", "example", "nv",
     "thresholds"}
)  # fmt: skip


class Example(NamedTuple):
    """A worked example of a rule: run as a test, printed in the manual. `due` is a day or an instant.

    `pauses` are documented requests for papers and their answers; `leg` asks for the due of one leg of a group.
    """

    rule: str
    received: datetime
    completed: datetime | None
    pauses: tuple[tuple[datetime, datetime], ...]
    variant: str | None
    place_kind: str | None
    unit: str | None
    leg: str | None
    due: date
    why: str


def load_rules(folder: Path) -> dict[str, Any]:
    """The content of all TOML files under a folder; raises RulesRefused with file, row and reason."""
    files = sorted(folder.rglob("*.toml")) if folder.is_dir() else []
    if not files:
        raise RulesRefused(str(folder), "no rule files (*.toml) there")
    documents = [_read(path) for path in files]
    content = {
        "calendars": expand_calendars(_rows(documents, "calendar")),
        "closures": [expand_closure(row) for row in _rows(documents, "closure")],
        "campaigns": [expand_campaign(row) for row in _rows(documents, "campaign")],
        "deadlines": [_deadline(row) for row in _rows(documents, "deadline")],
        "cuts": [_plain_row(row) for row in _rows(documents, "cut")],
        "coverage": [{"units": [], "procedures": [], **_plain_row(row)} for row in _rows(documents, "coverage")],
        "sources": [{**_SOURCE_DEFAULTS, **_plain_row(row)} for row in _rows(documents, "source")],
        "units": [_plain_row(row) for row in _rows(documents, "unit")],
        "official": [_official(row) for row in _rows(documents, "official")],
        "scoring": _scoring(documents).get("system", "portal"),
        "local": _scoring(documents).get("local", "onestop"),
    }
    formulas = [_plain_row(row) for row in _rows(documents, "formula")]
    if formulas:
        # The hash of rules without a formula is what it was before there were any.
        content["formulas"] = formulas
    if provinces := _rows(documents, "province"):
        content["provinces"] = [_plain_row(row) for row in provinces]
    compile_rules(content)
    return content


def load_examples(folder: Path) -> list[Example]:
    """The worked examples of all rules under a folder."""
    rows = _rows([_read(path) for path in sorted(folder.rglob("*.toml"))], "deadline")
    return [_example(row["id"], example) for row in rows for example in row.get("example", ())]


def load_declared(folder: Path) -> list[Declared]:
    """The days that rows of calendars name: what the content does not tell apart any more."""
    return declared_days(_rows([_read(path) for path in sorted(folder.rglob("*.toml"))], "calendar"))


def _example(rule: str, row: Mapping[str, Any]) -> Example:
    where = f"deadline {rule} example"
    known = {"received", "completed", "due", "why", "pause", "variant", "place_kind", "unit", "leg"}
    check_fields(where, row, frozenset(known), frozenset({"received", "due", "why"}))
    for name in ("received", "completed", "due"):
        a_date(where, name, row.get(name, date.min))
    for pause in row.get("pause", ()):
        if not isinstance(pause, list) or len(pause) != 2:
            raise RulesRefused(where, f"pause {pause}: expected [from, to], and a list of such")
        for end in pause:
            a_date(where, "pause", end)
    return Example(
        rule=rule,
        received=row["received"],
        completed=row.get("completed"),
        pauses=tuple((begins, ends) for begins, ends in row.get("pause", ())),
        variant=row.get("variant"),
        place_kind=row.get("place_kind"),
        unit=row.get("unit"),
        leg=row.get("leg"),
        due=row["due"],
        why=row["why"],
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RulesRefused(str(path), str(error)) from error


def _rows(documents: Iterable[Mapping[str, Any]], table: str) -> list[Mapping[str, Any]]:
    return [row for document in documents for row in document.get(table, ())]


def _scoring(documents: Iterable[Mapping[str, Any]]) -> Mapping[str, str]:
    found: Mapping[str, str] = next((document["scoring"] for document in documents if "scoring" in document), {})
    return found


def _deadline(row: Mapping[str, Any]) -> dict[str, Any]:
    where = f"deadline {row.get('id', '?')}"
    check_fields(where, row, _DEADLINE_FIELDS, _NEEDED)
    plain = _plain_row({key: value for key, value in row.items() if key not in {"stage", "leg", "example", "pause"}})
    times = {name: second_of(where, row[name]) for name in _TIMES if name in row}
    rows = {
        "at_risk": _levels(row),
        "pauses": [_plain_row(pause) for pause in row.get("pause", _PAUSES)],
        "stages": [_plain_row(stage) for stage in row.get("stage", ())],
        "legs": [_plain_row(leg) for leg in row.get("leg", ())],
        "thresholds": {**_THRESHOLDS, **row.get("thresholds", {})},
    }
    return {**_DEADLINE_DEFAULTS, **plain, **times, **rows}


def _levels(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One working day before the due; terms of one working day or less are counted in hours."""
    given = row.get("at_risk")
    if given is not None:
        return [dict(level) for level in (given if isinstance(given, list) else [given])]
    if row.get("unit") in {"working_day", "working_day_at_hour", "calendar_day"} and row.get("amount", 0) > 1:
        return [{"amount": 1, "unit": row["unit"]}]
    return [{"amount": 2, "unit": "working_hour"}]


def _official(row: Mapping[str, Any]) -> dict[str, Any]:
    missing = {"system", "code", "state"} - set(row)
    if missing:
        raise RulesRefused(f"official {row.get('system', '?')}", f"{', '.join(sorted(missing))} missing")
    return {key: str(_plain(value)) for key, value in row.items()}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _plain_row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _plain(value) for key, value in row.items()}
