"""Builders for tests of the core: every field has a default, so that what is set is what matters."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta, timezone
from functools import cache
from hashlib import blake2b
from typing import Any

from schemas.codec import encode
from streams.core.calendar import Calendar, compile_calendar, day_number
from streams.core.case import EMPTY, Case
from streams.core.clock import Clock, read_clock
from streams.core.compiling import compile_rules, rules_hash
from streams.core.deadlines import Span
from streams.core.engine import Effects, fold, judge
from streams.core.facts import AT, ID, KIND, Fact, content
from streams.core.instants import local_text, utc_text
from streams.core.lines import read_lines
from streams.core.rules import Rules
from streams.ports import Record
from streams.rules_file import VIETNAM, load_rules

TOKEN = "a-token"
HANOI = 7 * 3600
MON_FRI = [1, 1, 1, 1, 1, 0, 0]
UNIT = "G01.801.001"
INSTANTS = ("appointment_at", "ended_at", "new_due", "at", "attempted_at", "since", "until")


def at(text: str) -> int:
    """The instant of a local time in Việt Nam: "2026-01-05", "2026-01-05 10:00" or to the second; 24:00 is read too."""
    day, _, clock = text.partition(" ")
    if clock == "24:00":
        return at(day) + 86_400
    moment = datetime.fromisoformat(f"{day}T{clock or '00:00'}")
    return int(moment.replace(tzinfo=timezone(timedelta(seconds=HANOI))).timestamp())


def shown(instant: int | None) -> str | None:
    """An instant as tests write it: 2026-01-05 10:00, with seconds where there are any."""
    if instant is None:
        return None
    text = local_text(instant, HANOI)[:19].replace("T", " ")
    return text.removesuffix(":00")


def written(instant: int) -> str:
    """An instant as the builders of facts read it."""
    return local_text(instant, HANOI)[:19].replace("T", " ")


def day(text: str) -> int:
    return day_number(date.fromisoformat(text))


def span(text: str, *, is_day: bool = False) -> Span:
    return Span(at(text), is_day)


def entry(
    kind: str = "case.completed",
    when: str | int = "2026-01-05 10:00",
    *,
    case: str = TOKEN,
    fact: int | None = None,
    precision: str = "second",
    source: str = "urn:hoso:onestop:H26-01",
    recorded: str | None = None,
    arrived: str | int | None = None,
    **data: str | None,
) -> dict[str, Any]:
    """The entry of one fact. The same arguments give the same fact; a field given as None is left out."""
    told: dict[str, str | None] = {"unit": UNIT, "procedure": "card"}
    if kind == "case.received":
        told["variant"] = "new"
    told |= data
    instant = at(when) if isinstance(when, str) else when
    kept = {name: value for name, value in told.items() if value is not None}
    kept |= {name: utc_text(at(kept[name])) for name in INSTANTS if name in kept}
    found: dict[str, Any] = {
        "type": kind,
        "case": case,
        "time": utc_text(instant),
        "precision": precision,
        "source": source,
        "version": 1,
        "data": kept,
    }
    if recorded is not None:
        found["recorded"] = utc_text(at(recorded))
    if arrived is not None:
        found["arrived"] = utc_text(at(arrived) if isinstance(arrived, str) else arrived)
    named = fact if fact is not None else int.from_bytes(blake2b(encode(found), digest_size=8).digest(), "big")
    return found | {"fact": f"{named:016x}"}


def received(when: str = "2026-01-05 08:00", **fields: Any) -> dict[str, Any]:
    return entry("case.received", when, **fields)


def completed(when: str = "2026-01-05 10:00", **fields: Any) -> dict[str, Any]:
    return entry("case.completed", when, **fields)


def ready(when: str = "2026-01-12 09:00", **fields: Any) -> dict[str, Any]:
    return entry("card.received_at_unit", when, **fields)


def returned(when: str = "2026-01-12 10:00", **fields: Any) -> dict[str, Any]:
    return entry("card.returned", when, **fields)


def asked(when: str = "2026-01-07 09:00", document: str | None = "12/YC", **fields: Any) -> dict[str, Any]:
    return entry("supplement.requested", when, document=document, **fields)


def answered(when: str = "2026-01-09 09:00", **fields: Any) -> dict[str, Any]:
    return entry("supplement.received", when, **fields)


def official(code: str = "4", when: str = "2026-01-05 11:00", system: str = "portal", **fields: Any) -> dict[str, Any]:
    return entry("official.status_changed", when, system=system, code=code, **fields)


# A card case without a flaw: due on 13 January 2026, ready the day before.
STORY = (received(), completed(), ready(), returned())


@cache
def vietnam() -> Rules:
    """The law as shipped."""
    return compile_rules(load_rules(VIETNAM))


def calendar_row(**fields: Any) -> dict[str, Any]:
    """A plain calendar: Monday to Friday, 8:00 to 12:00 and 13:30 to 17:30, seven hours ahead, no holidays."""
    row: dict[str, Any] = {
        "id": "plain",
        "zone": "Asia/Ho_Chi_Minh",
        "source": "a test",
        "horizon": "2026-12-31",
        "week": MON_FRI,
        "hours": [[[28_800, 43_200], [48_600, 63_000]]] * 5 + [[], []],
        "reception": [[[28_800, 43_200], [48_600, 63_000]]] * 5 + [[], []],
        "days": {},
        "reasons": {},
        "offsets": [[-(1 << 40), HANOI]],
    }
    return row | fields


def a_calendar(**fields: Any) -> Calendar:
    return compile_calendar(calendar_row(**fields))


PAUSES = [
    {"why": why, "waits_for": whom, "from": f"{why}.{begins}", "to": f"{why}.{ends}"}
    for why, whom, begins, ends in (
        ("supplement", "citizen", "requested", "received"),
        ("payment", "citizen", "requested", "received"),
        ("force_majeure", "nobody", "begun", "ended"),
    )
]


def deadline_row(**fields: Any) -> dict[str, Any]:
    """Seven working days from completion to the card's arrival at the unit, for every procedure."""
    row: dict[str, Any] = {
        "id": "rule",
        "procedure": "*",
        "variants": [],
        "place_kinds": [],
        "amount": 7,
        "unit": "working_day",
        "calendar": "plain",
        "starts": "case.completed",
        "law_of": "received",
        "duty_ends_at": "card.received_at_unit",
        "ends_when_posted": "result.delivered",
        "duty_bearer": "unit",
        "due_governs": "computed",
        "effective_from": "2024-07-01",
        "at_risk": [{"amount": 2, "unit": "working_day"}],
        "grace_working_days": 1,
        "urgent_working_hours": 4,
        "returned_means": "ready",
        "thresholds": {
            "done_without_evidence_days": 5,
            "no_movement_extra_days": 3,
            "no_movement_least_days": 5,
            "uncollected_days": 10,
            "failed_updates": 2,
        },
        "pauses": PAUSES,
        "cancels": ["case.refused", "case.withdrawn", "case.stopped"],
        "stages": [],
        "legs": [],
        "source": "a test, Article 1",
    }
    return row | fields


CODES = ("registered", "accepted", "refused", "processing", "supplement", "payment", "withdrawing", "stopped", "done")


def content_of(*deadlines: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    """The content of rules.activated: one plain calendar, the national codes of portal and onestop."""
    rows = [
        {"system": system, "code": str(number), "state": state}
        for system in ("portal", "onestop")
        for number, state in enumerate((*CODES, "returned"), 1)
    ]
    found: dict[str, Any] = {
        "calendars": [calendar_row()],
        "closures": [],
        "campaigns": [],
        "cuts": [],
        "coverage": [],
        "sources": [],
        "units": [],
        "deadlines": list(deadlines or [deadline_row()]),
        "official": rows,
        "scoring": "portal",
        "local": "onestop",
    }
    return found | fields


def leg_row(name: str, amount: int = 2, **fields: Any) -> dict[str, Any]:
    return {"id": name, "agency": "an_agency", "amount": amount, "unit": "working_day", "source": "a test", **fields}


def law(**fields: Any) -> Rules:
    """Rules of one deadline, with its fields as given."""
    return compile_rules(content_of(deadline_row(**fields)))


def case_of(*entries: Mapping[str, Any]) -> Case:
    """The case that has folded these entries, in this order."""
    case = EMPTY
    for offset, one in enumerate(entries):
        case = fold(case, offset, one)
    return case


def judged(when: str, *entries: Mapping[str, Any], rules: Rules | None = None) -> Effects:
    """What one judgement of these facts publishes."""
    return judge(TOKEN, case_of(*entries), at(when), rules or vietnam())[1]


def view_at(when: str, *entries: Mapping[str, Any], rules: Rules | None = None) -> dict[str, Any]:
    view = judged(when, *entries, rules=rules).view
    assert view is not None
    return view


def flags_at(when: str, *entries: Mapping[str, Any], rules: Rules | None = None) -> list[dict[str, Any]]:
    """The flags that stand raised as of an instant, newest version of each."""
    newest = {(flag["flag_id"], flag["cycle"]): flag for flag in judged(when, *entries, rules=rules).flags}
    return [flag for flag in newest.values() if flag["state"] == "raised"]


def classes_at(when: str, *entries: Mapping[str, Any], rules: Rules | None = None) -> list[str]:
    return sorted(flag["class"] for flag in flags_at(when, *entries, rules=rules))


def clock_at(when: str, *entries: Mapping[str, Any], rules: Rules | None = None) -> Clock:
    case = case_of(*entries)
    return read_clock(read_lines(case.facts, case.strings, at(when)), rules or vietnam())


def told(case: Case) -> list[bytes]:
    """All that the facts of a case say, in their order: equal for equal sets, whatever the tables behind them."""
    return [content(fact, case.strings) for fact in case.facts]


def facts_of(*entries: Mapping[str, Any]) -> tuple[list[Fact], list[str]]:
    case = case_of(*entries)
    return case.facts, case.strings


def key_of(fact: Fact) -> tuple[int, int, int]:
    return fact[AT], fact[KIND], fact[ID]


def tick(when: int, **fields: Any) -> dict[str, Any]:
    return {"type": "clock.ticked", "at": utc_text(when), "linked_to": None, "rules": None, "engine": None} | fields


def activation(content: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "rules.activated", "hash": rules_hash(content), "content": content}


def records(entries: Iterable[Mapping[str, Any]], start: int = 0) -> list[Record]:
    """Entries as records of one partition of the log."""
    return [Record("log", 0, number, 0, None, encode(one)) for number, one in enumerate(entries, start)]
