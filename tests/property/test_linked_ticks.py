"""Linked cases on several partitions: whatever a worker does first, nobody is called overdue for what is on its way."""

from collections.abc import Sequence
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.codec import decode, encode
from schemas.control import ClockRequested
from schemas.topics import CONTROL, FLAGS, LOG
from streams.core.compiling import rules_hash
from streams.core.engine import ENGINE
from streams.core.instants import utc_text
from streams.pipeline.cases import CasePartition
from streams.pipeline.control_keys import control_key
from streams.pipeline.controller import Controller, Plan
from streams.pipeline.standing import Standing
from streams.ports import Record
from tests.core_builders import at, completed, content_of, entry, received

LAW = content_of()
PLACES = {"a-canonical": 0, "b-member": 1, "c-lot": 2, "d-linked": 2, "e-linked": 1}
FACTS = ("card.received_at_unit", "card.dispatched", "card.returned")


class Deployment:
    """Three partitions of the log, each read by a worker of its own, and the controller; who acts next is given."""

    def __init__(self) -> None:
        plan = Plan("", "simulated", frozenset({("submission", 0)}), 3, ENGINE, rules_hash(LAW), LAW, 5.0, None)
        self.controller = Controller(plan, Standing())
        self.logs: list[list[Record]] = [[], [], []]
        self.cases = [CasePartition(number, {}, lambda topic: topic.name) for number in range(3)]
        self.read = [0, 0, 0]
        self.said = 0
        self.raised: list[tuple[str, str]] = []
        self.standing: dict[tuple[str, int], str] = {}

    def tell(self, one: dict[str, Any], *, to: int | None = None) -> None:
        partitions = range(3) if to is None and "case" not in one else [PLACES[one["case"]] if to is None else to]
        for number in partitions:
            log = self.logs[number]
            log.append(Record(LOG.name, number, len(log), 0, None, encode(one)))

    def ask(self, when: str) -> None:
        request = ClockRequested(at=utc_text(at(when)), offsets={})
        self._control(control_key(request), encode(request.model_dump()))
        self.broadcast()

    def broadcast(self) -> None:
        while (said := self.controller.broadcast()) is not None:
            for value in said.entries:
                self.tell(decode(value))
            for key in said.done:
                self._control(key, None)

    def act(self, number: int) -> None:
        """A worker takes the next entry of its partition, all it has to do with it, or nothing."""
        if self.read[number] < len(self.logs[number]):
            record = self.logs[number][self.read[number]]
            self.read[number] += 1
            for writes in self.cases[number].steps([record]):
                for one in writes.records:
                    assert one.value is not None
                    if one.topic == LOG.name:
                        self.tell(decode(one.value))
                    elif one.topic == CONTROL.name:
                        self._control(one.key or b"", one.value)
                    elif one.topic == FLAGS.name:
                        flag = decode(one.value)
                        self.standing[flag["flag_id"], flag["cycle"]] = flag["state"]
                        self.raised += [(flag["class"], flag["case"])] if flag["state"] == "raised" else []
            self.broadcast()

    def run(self, order: Sequence[int]) -> None:
        for number in order:
            self.act(number)
        while any(self.read[number] < len(self.logs[number]) for number in range(3)):
            for number in range(3):
                self.act(number)

    def _control(self, key: bytes, value: bytes | None) -> None:
        self.controller.fold([Record(CONTROL.name, 0, self.said, 0, key, value)])
        self.said += 1


# Workers take turns, one or many entries at once.
turns = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 30)), max_size=12).map(
    lambda drawn: [number for number, times in drawn for _ in range(times)]
)


def link(hub: str, *others: str, fact: int) -> list[dict[str, Any]]:
    cases = " ".join([hub, *sorted(others)])
    return [
        entry("case.linked", "2026-01-05 09:00", case=one, fact=fact, cases=cases, unit=None, procedure=None)
        for one in (hub, *others)
    ]


def told_in_time() -> list[dict[str, Any]]:
    """A dossier of four codes in a chain; the lot that one of them names was at the unit in time."""
    naming = entry("card.printed", "2026-01-08 09:00", case="b-member", lot="L", lot_case="c-lot")
    ready = entry("card.received_at_unit", "2026-01-12 09:00", case="c-lot", unit=None, procedure=None)
    return [
        received(case="a-canonical"),
        completed(case="a-canonical"),
        *link("b-member", "a-canonical", fact=1),
        *link("b-member", "d-linked", fact=2),
        *link("d-linked", "e-linked", fact=3),
        naming,
        naming | {"type": "fact.moved", "moved": "card.printed", "origin": "b-member", "case": "c-lot"},
        ready | {"scheme": "lot"},
    ]


# The slowest way: each worker tells the next only when that one has answered the tick already.
HOPS = [1] * 60 + [0] * 60 + [2] * 60 + [0] * 60


@settings(max_examples=100, deadline=None)
@example(told_in_time(), HOPS)
@given(st.permutations(told_in_time()), turns)
def test_what_is_on_its_way_to_its_dossier_is_waited_for(told: list[dict[str, Any]], order: list[int]) -> None:
    deployment = Deployment()
    deployment.broadcast()
    for one in told:
        deployment.tell(one)

    deployment.ask("2026-01-12 12:00")
    deployment.ask("2026-01-16 09:00")
    deployment.run(order)

    assert [one for one in deployment.raised if one[0] == "overdue"] == []
    assert not any(case.rows and case.now != at("2026-01-16 09:00") for case in deployment.cases)


@settings(max_examples=100, deadline=None)
@given(st.permutations(told_in_time()), turns, st.integers(0, 7))
def test_in_the_end_ticks_stop_and_all_is_judged(told: list[dict[str, Any]], order: list[int], without: int) -> None:
    """One entry less: then the dossier may be overdue, and that is said once ticks come to rest."""
    plain, other = Deployment(), Deployment()
    for deployment, way in ((plain, []), (other, order)):
        deployment.broadcast()
        for number, one in enumerate(told):
            if number != without:
                deployment.tell(one)
        deployment.ask("2026-01-16 09:00")
        deployment.run(way)

    def standing(deployment: Deployment) -> set[tuple[str, int]]:
        return {key for key, state in deployment.standing.items() if state in ("raised", "cleared")}

    assert standing(plain) == standing(other)
