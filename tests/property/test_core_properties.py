"""Facts are a set: order, repetition and ticks in between change nothing that lasts; a wake misses nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.codec import encode
from schemas.flags import CASE_VIEW, FLAG
from streams.core.case import EMPTY, Case, pack, unpack
from streams.core.compiling import compile_rules
from streams.core.engine import NOTHING, assess, fold, judge
from streams.core.facts import ARRIVED, AT, DATA
from streams.core.kinds import CORRECTED, KIND_OF_TYPE, LINKS, REPORTS
from streams.core.rules import Rules
from tests.core_builders import (
    TOKEN,
    answered,
    asked,
    at,
    completed,
    content_of,
    deadline_row,
    entry,
    leg_row,
    ready,
    received,
    told,
    vietnam,
)

HOUR = 3600
START = at("2026-01-05 00:00")
END = at("2026-02-02 00:00")

# Links and corrections name tokens and facts: test_identity_properties has them.
PLAIN_KINDS = sorted(name for name, kind in KIND_OF_TYPE.items() if kind not in {*REPORTS, *LINKS, CORRECTED})
OF_A_LEG = {"leg.started", "leg.ended"}
LEGS = ["birth", "insurance"]
# Few instants, so that many fall together; few ids, so that some come twice with another content.
instants = st.integers(0, (END - START) // HOUR).map(lambda hours: START + hours * HOUR)
ids = st.integers(1, 12)
# When the broker had a fact; none where a clock is simulated.
arrivals = st.none() | instants


@st.composite
def plain(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from([*PLAIN_KINDS, *["case.completed", "card.received_at_unit"] * 4]))
    return entry(
        kind,
        draw(instants),
        fact=draw(ids),
        arrived=draw(arrivals),
        precision=draw(st.sampled_from(["second", "second", "day"])),
        unit=draw(st.sampled_from(["A", "A", "B"])),
        procedure=draw(st.sampled_from(["card", "card", "card", "letter", None])),
        variant=draw(st.sampled_from(["new", "new", "new", "odd", None])),
        document=draw(st.sampled_from(["12/YC", "13/YC", None])),
        appointment_at=draw(st.sampled_from(["2026-01-14 17:00", "2026-01-11", None, None])),
        leg=draw(st.sampled_from(LEGS)) if kind in OF_A_LEG else None,
    )


@st.composite
def echo(draw: st.DrawFn) -> dict[str, Any]:
    return entry(
        draw(st.sampled_from(["official.status_changed", "official.observed"])),
        draw(instants),
        ended_at=draw(st.sampled_from(["2026-01-12 16:00", "2026-01-15 16:00", "2026-01-20", None, None])),
        appointment_at=draw(st.sampled_from(["2026-01-13 17:00", "2026-01-16 17:00", None, None])),
        code=draw(st.sampled_from(["1", "2", "4", "4", "5", "7", "9", "10", "77"])),
        system=draw(st.sampled_from(["portal", "portal", "onestop"])),
        fact=draw(ids),
        arrived=draw(arrivals),
        unit=None,
        procedure=None,
    )


entries = st.lists(plain() | echo(), min_size=1, max_size=9)
BASE = [received(), completed()]
facts = st.tuples(st.sampled_from([[], BASE]), entries).map(lambda pair: [*pair[0], *pair[1]])
laws = st.sampled_from(
    [
        vietnam(),
        compile_rules(content_of(deadline_row(legs=[leg_row("birth"), leg_row("insurance", amount=3)]))),
        compile_rules(content_of(deadline_row(due_governs="declared"))),
        compile_rules(content_of(deadline_row(amount=30, unit="working_hour", starts="case.received"))),
        compile_rules(content_of(deadline_row(duty_ends_at=["letter.printed", "card.returned"], law_of="complete"))),
    ]
)


def lasting(case: Case, rules: Rules) -> tuple[Any, ...]:
    """What must not depend on the order of arrival at the end: facts, verdict, view; the row less its ledger."""
    found = assess(case, END, rules)
    assert found is not None
    return told(case), found.clock.verdict(END), case.shown_digest


class Run:
    """A case as a worker would have it: folds and ticks in turn, and keeps what was published last of each flag."""

    def __init__(self, rules: Rules) -> None:
        self.case, self.rules, self.offset = EMPTY, rules, 0
        self.flags: dict[tuple[str, int], dict[str, Any]] = {}
        self.view: Mapping[str, Any] | None = None

    def fold(self, one: Mapping[str, Any]) -> None:
        self.case = fold(self.case, self.offset, one)
        self.offset += 1

    def tick(self, instant: int) -> None:
        """A tick as the case step does it: only what was touched or is due is judged."""
        if not self.case.facts or self.case.wake > instant:
            return
        self.case, effects = judge(TOKEN, self.case, instant, self.rules)
        for flag in effects.flags:
            key = (flag["flag_id"], flag["cycle"])
            assert flag["version"] == self.flags.get(key, {"version": 0})["version"] + 1
            self.flags[key] = flag
        if effects.view is not None:
            self.view = effects.view

    def standing(self) -> dict[tuple[str, int], dict[str, Any]]:
        """The flags that are not withdrawn, without their versions."""
        return {
            key: {name: value for name, value in flag.items() if name != "version"}
            for key, flag in self.flags.items()
            if flag["state"] != "withdrawn"
        }


def run(rules: Rules, told_entries: Sequence[Mapping[str, Any]], ticks: Sequence[int]) -> Run:
    """Entries spread over ticks, as many before each; all of them before the last one, at the end."""
    found = Run(rules)
    for number, one in enumerate(told_entries):
        found.fold(one)
        for index, instant in enumerate(ticks):
            if len(told_entries) * index // len(ticks) == number:
                found.tick(instant)
    found.tick(END)
    return found


@settings(max_examples=200, deadline=None)
@given(facts, laws, st.data())
def test_order_repetition_and_ticks_change_nothing_that_lasts(
    one: list[dict[str, Any]], rules: Rules, data: st.DataObject
) -> None:
    again = data.draw(st.lists(st.sampled_from(one), max_size=4))
    other = data.draw(st.permutations([*one, *again]))
    ticks = sorted(data.draw(st.lists(instants, max_size=6)))

    first, second = run(rules, one, []), run(rules, other, ticks)

    assert lasting(first.case, rules) == lasting(second.case, rules)
    assert first.standing() == second.standing()


@settings(max_examples=100, deadline=None)
@given(plain() | echo(), plain() | echo(), facts, laws)
def test_one_id_with_two_contents_comes_to_the_same_end_in_either_order(
    one: dict[str, Any], other: dict[str, Any], rest: list[dict[str, Any]], rules: Rules
) -> None:
    other = other | {"fact": one["fact"]}

    first, second = run(rules, [one, *rest, other], []), run(rules, [other, *rest, one], [])

    assert lasting(first.case, rules) == lasting(second.case, rules)
    assert first.standing() == second.standing()


@settings(max_examples=100, deadline=None)
@given(facts, laws, st.lists(instants, max_size=6).map(sorted))
def test_what_is_published_is_as_the_schemas_say_and_a_row_loses_nothing(
    one: list[dict[str, Any]], rules: Rules, ticks: list[int]
) -> None:
    found = run(rules, one, ticks)

    for flag in found.flags.values():
        FLAG.validate_json(encode(flag))
    assert found.view is not None
    CASE_VIEW.validate_json(encode(found.view))
    assert unpack(pack(found.case)) == found.case


@settings(max_examples=150, deadline=None)
@given(facts, laws, st.lists(instants, max_size=6).map(sorted))
def test_a_second_judgement_at_the_same_instant_publishes_nothing(
    one: list[dict[str, Any]], rules: Rules, ticks: list[int]
) -> None:
    case = run(rules, one, ticks).case

    again, effects = judge(TOKEN, case, END, rules)

    assert (again._replace(judged=case.judged), effects) == (case, NOTHING)


def missed(case: Case, rules: Rules, until: int, probes: Sequence[int]) -> list[tuple[int, Any]]:
    """What judgements between a case's wakes find, that is: what sleeping until the wake misses."""
    found = []
    now = START - 1
    while now < until:
        case, _ = judge(TOKEN, case, now, rules)
        found += [
            (probe, effects)
            for probe in probes
            if now < probe < min(case.wake, until) and (effects := judge(TOKEN, case, probe, rules)[1]) != NOTHING
        ]
        now = case.wake
    return found


def case_of(one: Sequence[Mapping[str, Any]]) -> Case:
    case = EMPTY
    for number, each in enumerate(one):
        case = fold(case, number, each)
    return case


def shown(case: Case) -> set[int]:
    """The instants from which facts are visible."""
    return {max(fact[AT], fact[DATA].get(ARRIVED, 0)) for fact in case.facts}


def ends(case: Case, rules: Rules) -> set[int]:
    """The instants at which a flag ends by time alone; see the test below."""
    instants_of = shown(case)
    found = [assess(case, instant, rules) for instant in sorted(instants_of)]
    return {span.until for each in found if each for span in each.intervals if span.until is not None} - instants_of


@settings(max_examples=150, deadline=None)
@given(facts, laws, st.data())
def test_until_its_wake_time_alone_changes_nothing_in_a_case(
    one: list[dict[str, Any]], rules: Rules, data: st.DataObject
) -> None:
    case = case_of(one)
    bounds = shown(case) | {
        bound
        for instant in shown(case)
        if (found := assess(case, instant, rules))
        for span in found.intervals
        for bound in (span.since, span.until)
        if bound is not None
    }
    near = {bound + step for bound in bounds for step in (-1, 0, 1, 2)}
    drawn = data.draw(st.lists(st.integers(START, END), max_size=10))

    probes = sorted((near | set(drawn)) - ends(case, rules))

    assert missed(case, rules, END, probes) == []


# Every second of ten minutes, with an office that closes in them and appointments to the second.
EVENING = at("2026-01-06 19:55")
SECONDS = range(EVENING, EVENING + 600)
BY_APPOINTMENT = compile_rules(
    content_of(
        deadline_row(
            due_governs="declared",
            starts="case.received",
            at_risk=[{"amount": 1, "unit": "clock_hour"}],
            grace_working_days=0,
            urgent_working_hours=4,
        ),
        calendars=[content_of()["calendars"][0] | {"hours": [[[0, 86_400]]] * 5 + [[], []]}],
    )
)


@st.composite
def evening(draw: st.DrawFn) -> list[dict[str, Any]]:
    def second() -> int:
        return draw(st.integers(EVENING, EVENING + 600))

    received_at = entry("case.received", second())
    received_at["data"]["appointment_at"] = entry("case.received", second())["time"]
    kinds = draw(st.lists(st.sampled_from(["card.received_at_unit", "card.returned", "case.received"]), max_size=3))
    codes = draw(st.lists(st.sampled_from(["4", "9"]), max_size=3))
    echoes = [entry("official.status_changed", second(), system="portal", code=code) for code in codes]
    return [received_at, *(entry(kind, second()) for kind in kinds), *echoes]


@settings(max_examples=12, deadline=None)
@given(evening())
def test_between_wakes_no_second_would_have_said_anything(one: list[dict[str, Any]]) -> None:
    case = case_of(one)
    over = ends(case, BY_APPOINTMENT)

    found = missed(case, BY_APPOINTMENT, SECONDS.stop, [second for second in SECONDS if second not in over])

    assert found == []


def test_a_tick_at_the_very_instant_at_which_a_flag_ends_is_not_missed() -> None:
    case = case_of([received(), completed()])

    assert missed(case, vietnam(), END, [at("2026-01-14 00:00")]) == []


@settings(max_examples=50, deadline=None)
@example([received(), completed(), asked(), answered(), ready()])
@given(facts)
def test_a_case_judged_by_other_law_says_what_that_law_alone_would_say(one: list[dict[str, Any]]) -> None:
    other = compile_rules(content_of(deadline_row(amount=2)))
    changed = run(vietnam(), one, [])
    changed.rules, changed.case = other, changed.case._replace(wake=0)

    changed.tick(END)

    assert changed.standing() == run(other, one, []).standing()
