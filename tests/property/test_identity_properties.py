"""Several codes of one dossier come to the same end, wherever in the log links, corrections and reviews stand."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.core.case import EMPTY, Case, pack, unpack
from streams.core.engine import fold, judge, moved_facts
from streams.core.flags import flag_id
from streams.core.identity import dossier
from streams.core.rules import Rules
from tests.core_builders import at, entry, vietnam

CODES = ("code-a", "code-b", "code-c", "code-d")
START, END = at("2026-01-05 08:00"), at("2026-02-27 12:00")
DAY = 86_400
KINDS = ("case.completed", "case.transmitted", "card.received_at_unit", "card.returned", "official.status_changed")

instants = st.integers(0, 20).map(lambda days: START + days * DAY)


@st.composite
def facts(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A card case told under several codes; every fact has an id of its own."""
    told = [entry("case.received", START, case=draw(st.sampled_from(CODES)), fact=1)]
    for number, kind in enumerate(draw(st.lists(st.sampled_from(KINDS), max_size=7)), 2):
        code = draw(st.sampled_from(["4", "9", "10"])) if kind.startswith("official") else None
        system = "portal" if code else None
        told.append(
            entry(kind, draw(instants), case=draw(st.sampled_from(CODES)), fact=number, code=code, system=system)
        )
    return told


def link(hub: str, *others: str, when: int = START, kind: str = "case.linked", fact: int = 100) -> list[dict[str, Any]]:
    """A link as intake tells it: the same fact under each code."""
    cases = " ".join([hub, *sorted(others)])
    data: dict[str, Any] = {"cases": cases, "unit": None, "procedure": None}
    return [entry(kind, when, case=code, fact=fact, **data) for code in (hub, *others)]


@st.composite
def links(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Links and what undoes them, as they fall."""
    told: list[dict[str, Any]] = []
    for number in range(draw(st.integers(0, 5))):
        hub, *others = draw(st.lists(st.sampled_from(CODES), min_size=2, max_size=3, unique=True))
        kind = draw(st.sampled_from(["case.linked", "case.linked", "case.unlinked"]))
        told += link(hub, *others, when=draw(instants), kind=kind, fact=100 + number)
    return told


@st.composite
def said(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Disputes of flags under any code, and corrections of facts by somebody outside the unit."""
    told: list[dict[str, Any]] = []
    for number in range(draw(st.integers(0, 3))):
        code, flag_class = draw(st.sampled_from(CODES)), draw(st.sampled_from(["overdue", "falsely_pending"]))
        told.append(
            entry(
                draw(st.sampled_from(["flag.disputed", "flag.acknowledged"])),
                draw(instants),
                case=code,
                fact=200 + number,
                flag_id=flag_id(code, flag_class),
                since="2026-01-15 08:00",
                evidence="12/BC",
            )
        )
    for number in range(draw(st.integers(0, 2))):
        one = entry("fact.corrected", draw(instants), case=draw(st.sampled_from(CODES)), fact=300 + number, unit="C06")
        told.append(one | {"data": one["data"] | {"replaces": f"{draw(st.integers(1, 8)):016x}"}})
    return told


class Rows:
    """The rows of all codes, as workers of several partitions have them: what one sends another comes when it comes."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.cases: dict[str, Case] = {}
        self.sent: list[dict[str, Any]] = []
        self.flags: dict[tuple[str, int], dict[str, Any]] = {}
        self.views: dict[str, Mapping[str, Any]] = {}
        self._offset = 0

    def take(self, one: Mapping[str, Any]) -> None:
        before = self.cases.get(one["case"], EMPTY)
        after = self.cases[one["case"]] = unpack(pack(fold(before, self._offset, one)))
        self.sent += [moved for _, moved in moved_facts(before, after)]
        self._offset += 1

    def tick(self, instant: int) -> None:
        for token, case in sorted(self.cases.items()):
            if case.judged <= instant:
                self.cases[token], effects = judge(token, case, instant, self.rules)
                self.flags |= {(flag["flag_id"], flag["cycle"]): flag for flag in effects.flags}
                if effects.view is not None:
                    self.views[token] = effects.view

    def settle(self) -> None:
        while self.sent:
            self.take(self.sent.pop(0))
        self.tick(END)

    def standing(self) -> dict[tuple[str, int], dict[str, Any]]:
        """The flags that hold, or held, without their versions."""
        return {
            key: {name: value for name, value in flag.items() if name != "version"}
            for key, flag in self.flags.items()
            if flag["state"] in ("raised", "cleared")
        }

    def shown(self) -> dict[str, dict[str, Any]]:
        return {
            token: {name: value for name, value in view.items() if name != "version"}
            for token, view in self.views.items()
        }


def run(told: Sequence[Mapping[str, Any]], rules: Rules) -> Rows:
    rows = Rows(rules)
    for one in told:
        rows.take(one)
    rows.settle()
    return rows


@settings(max_examples=150, deadline=None)
@given(facts(), links(), said(), st.data())
def test_wherever_links_reviews_and_moves_stand_in_the_log_the_end_is_the_same(
    one: list[dict[str, Any]], tied: list[dict[str, Any]], spoken: list[dict[str, Any]], data: st.DataObject
) -> None:
    told = [*one, *tied, *spoken]
    plain = run(told, vietnam())

    rows, waiting = Rows(vietnam()), data.draw(st.permutations([*told, *told[:2]]))
    ticks: list[int] = sorted(data.draw(st.lists(instants, max_size=3)))
    for position, each in enumerate(waiting):
        rows.take(each)
        if bool(rows.sent) and data.draw(st.booleans()):
            rows.take(rows.sent.pop(data.draw(st.integers(0, len(rows.sent) - 1))))
        if position < len(ticks):
            rows.tick(ticks[position])
    rows.settle()

    assert rows.standing() == plain.standing()
    assert rows.shown() == plain.shown()


@settings(max_examples=100, deadline=None)
@given(facts(), st.permutations(CODES), st.booleans())
def test_a_linked_dossier_is_judged_as_if_it_had_one_code(
    one: list[dict[str, Any]], order: list[str], in_a_chain: bool
) -> None:
    first, *others = order
    if in_a_chain:
        tied = [each for number, pair in enumerate(pairwise(order)) for each in link(*pair, fact=100 + number)]
    else:
        tied = link(first, *others)

    together = run([*one, *tied], vietnam())
    plain = run([each | {"case": min(CODES)} for each in one], vietnam())

    def told(rows: Rows) -> list[tuple[Any, ...]]:
        return sorted(
            (flag["class"], flag["cycle"], flag["state"], flag["since"], str(flag["until"]), flag["due"] or "")
            for flag in rows.standing().values()
        )

    assert told(together) == told(plain)
    assert {view["merged_into"] for token, view in together.views.items() if token != min(CODES)} <= {min(CODES)}


@settings(max_examples=100, deadline=None)
@given(facts(), links())
def test_rows_that_are_linked_agree_on_what_is_one_dossier(
    one: list[dict[str, Any]], tied: list[dict[str, Any]]
) -> None:
    rows = run([*one, *tied], vietnam())

    found = {token: dossier(case.own, case.facts, case.strings, END) for token, case in rows.cases.items() if case.own}
    for token, mine in found.items():
        assert token in mine.tokens
        assert mine.canonical == min(mine.tokens)
        for other in mine.tokens:
            assert found[other].tokens == mine.tokens


@settings(max_examples=100, deadline=None)
@given(facts(), st.permutations(CODES))
def test_a_link_that_is_undone_leaves_each_code_with_its_own(one: list[dict[str, Any]], order: list[str]) -> None:
    first, *others = order
    tied = link(first, *others, when=START + DAY)
    undone = link(first, *others, when=START + 2 * DAY, kind="case.unlinked", fact=101)

    parted, plain = run([*one, *tied, *undone], vietnam()), run(one, vietnam())

    def told(rows: Rows) -> dict[tuple[str, int], tuple[Any, ...]]:
        return {key: (flag["state"], flag["since"], flag["until"]) for key, flag in rows.standing().items()}

    assert told(parted) == told(plain)
