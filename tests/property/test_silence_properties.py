"""A source cut off for any time raises no flag that the full data would not raise; once it is back, none is missing."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.events import TOPIC_OF_TYPE
from streams.core.case import EMPTY
from streams.core.compiling import compile_rules
from streams.core.engine import assess, counted_of, fold, judge
from streams.core.instants import parse_utc, utc_text
from streams.core.score import Period
from streams.core.sources import NO_MARKS, Marks
from streams.rules_file import VIETNAM, load_rules
from tests.core_builders import TOKEN, at, day, entry

RHYTHM = 3600
FEEDS = ("submission", "print", "card-dispatch", "handover", "official-status")
ROWS = [
    {"id": feed, "name": f"urn:hoso:{feed}", "per_unit": False, "feeds": [feed], "units": [], "procedures": [],
     "rhythm_minutes": RHYTHM // 60, "source": "a test"}
    for feed in FEEDS
]  # fmt: skip
RULES = compile_rules({**load_rules(VIETNAM), "sources": ROWS})
HEARD = NO_MARKS
for row in ROWS:
    HEARD = HEARD.after({"type": "source.heard", "source": row["name"], "at": "2026-01-01T00:00:00Z"})

START, END = at("2026-01-05 08:00"), at("2026-03-02 12:00")
TICKS = range(START, END, 12 * 3600 + 1234)
STEPS = (
    "card.received_at_unit", "card.returned", "official.sync_failed", "official.sync_failed", "supplement.requested",
    "supplement.received", "case.transmitted", "card.printed", "print.blocked", "print.unblocked", "card.dispatched",
    "card.received_at_unit", "card.returned", "case.refused", "case.extended", "intake.lookup_missed",
)  # fmt: skip


class Cut(NamedTuple):
    """A source that tells nothing from one instant to another; what it would have told comes then, or never."""

    feed: str
    since: int
    until: int | None


def told_by(kind: str, when: int, fact: int, **fields: Any) -> dict[str, Any]:
    """A fact from the source of its feed."""
    return entry(kind, when, fact=fact, source=f"urn:hoso:{TOPIC_OF_TYPE[kind]}", **fields)


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A card case that begins as most do; what follows comes around its due of 13 January, in any order."""
    appointment = draw(st.sampled_from([None, "2026-01-13 17:00", "2026-01-15 17:00"]))
    told = [
        told_by("case.received", START, 1, appointment_at=appointment),
        told_by("case.completed", START + 3600, 2),
        told_by("official.status_changed", START + 7200, 3, system="portal", code="4"),
    ]
    instants = st.integers(0, 30 * 24).map(lambda hours: START + 4 * 3600 + hours * 3600)
    for number, kind in enumerate(draw(st.lists(st.sampled_from(STEPS), min_size=1, max_size=6)), 4):
        told.append(
            told_by(
                kind,
                draw(instants),
                number,
                document=draw(st.sampled_from(["1/YC", "1/YC", None])),
                new_due="2026-01-29 24:00" if kind == "case.extended" else None,
                origin=draw(st.sampled_from(["unit", "post"])),
                system="portal" if kind.startswith("official") else None,
            )
        )
    told += [
        told_by(
            "official.status_changed",
            draw(instants),
            50 + number,
            system=draw(st.sampled_from(["portal", "portal", "onestop"])),
            code=draw(st.sampled_from(["4", "9", "9", "10"])),
            ended_at=draw(st.sampled_from([None, "2026-01-12 09:00", "2026-01-20 09:00"])),
        )
        for number in range(draw(st.integers(0, 3)))
    ]
    return told


@st.composite
def cut_off(draw: st.DrawFn) -> tuple[list[dict[str, Any]], Cut]:
    """A history, and a cut that hides at least one of its facts."""
    told = draw(histories())
    hidden = draw(st.sampled_from(told[2:]))
    since = parse_utc(hidden["time"]) - draw(st.integers(0, 3 * 86_400))
    until = draw(st.none() | st.integers(since + 1, since + 30 * 86_400))
    return told, Cut(hidden["source"].removeprefix("urn:hoso:"), since, until)


def marks_at(cut: Cut | None, tick: int) -> Marks:
    """What the controller would have said by a tick: silence after a rhythm without a word, and the return."""
    if cut is None or tick <= cut.since + RHYTHM:
        return HEARD
    name = f"urn:hoso:{cut.feed}"
    back = None if cut.until is None else next((one for one in TICKS if one >= cut.until), None)
    if cut.until is not None and back is not None and back <= cut.since + RHYTHM:
        return HEARD
    silent = HEARD.after({"type": "source.silent", "source": name, "since": utc_text(cut.since)})
    if back is None or tick < back:
        return silent
    return silent.after({"type": "source.heard", "source": name, "at": utc_text(back)})


def raised(told: Sequence[dict[str, Any]], cut: Cut | None) -> tuple[set[tuple[str, str]], set[tuple[Any, ...]]]:
    """Every flag that was ever raised, by class and beginning, and what stands in the end."""
    case, ever, newest, left = EMPTY, set[tuple[str, str]](), dict[tuple[str, int], Any](), list(told)
    for tick in TICKS:
        for one in list(left):
            when = parse_utc(one["time"])
            is_cut = cut is not None and one["source"] == f"urn:hoso:{cut.feed}" and when >= cut.since
            known = when if not is_cut else max(when, cut.until) if cut and cut.until is not None else None
            if known is not None and known <= tick:
                case = fold(case, 0, one)
                left.remove(one)
        if case.facts:
            case, effects = judge(TOKEN, case, tick, RULES, None, marks_at(cut, tick))
            for flag in effects.flags:
                newest[flag["flag_id"], flag["cycle"]] = flag
                if flag["state"] == "raised":
                    ever.add((flag["class"], flag["since"]))
    standing = {
        (flag["class"], flag["state"], flag["since"], flag["until"])
        for flag in newest.values()
        if flag["state"] in ("raised", "cleared") and flag["class"] != "unknown"
    }
    return ever, standing


@settings(max_examples=150, deadline=None)
@given(cut_off())
def test_cutting_a_source_raises_no_flag_that_the_full_data_would_not_raise(
    one: tuple[list[dict[str, Any]], Cut],
) -> None:
    told, cut = one

    ever, _ = raised(told, None)
    without, _ = raised(told, cut)

    assert {flag for flag in without if flag[0] != "unknown"} <= ever


@settings(max_examples=150, deadline=None)
@given(cut_off())
def test_once_a_source_is_back_with_its_backlog_nothing_is_missing(one: tuple[list[dict[str, Any]], Cut]) -> None:
    told, cut = one
    cut = cut._replace(until=min(cut.until or cut.since + 86_400, END - 4 * 86_400))

    assert raised(told, cut)[1] == raised(told, None)[1]


def proven_in_time(told: Sequence[dict[str, Any]], until: int, cut: Cut | None) -> bool:
    """Whether the case counts as in time in the lower bound of a period that ends at an instant."""
    known = [
        one
        for one in told
        if cut is None or one["source"] != f"urn:hoso:{cut.feed}" or parse_utc(one["time"]) < cut.since
    ]
    case = EMPTY
    for offset, one in enumerate(known):
        case = fold(case, offset, one)
    found = assess(case, until, RULES, marks_at(cut, until))
    assert found is not None
    return counted_of(found, RULES, Period(day("2026-01-01"), until))[0].evidence == "in_time"


# The first hour after the due too, in which nobody knows yet whether a source is silent.
AFTER_DUE = st.one_of(
    st.integers(at("2026-01-14 00:00") + 1, at("2026-01-14 01:00")), st.integers(at("2026-01-14"), END)
)


@settings(max_examples=300, deadline=None)
@given(cut_off(), AFTER_DUE)
def test_silence_never_proves_a_case_in_time(one: tuple[list[dict[str, Any]], Cut], until: int) -> None:
    told, cut = one
    cut = cut._replace(until=None)

    assert proven_in_time(told, until, cut) <= proven_in_time(told, until, None)
