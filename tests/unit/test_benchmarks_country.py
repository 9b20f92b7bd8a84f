"""The work of a whole country: as many series as the bounds let through, over HTTP, and flags that clear."""

import urllib.request
from asyncio import to_thread
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest

from benchmarks.country import CLEARED, JUDGED, PROVINCES, law, pending, returned, told
from benchmarks.hoso import CODES_KEY, TOKEN_KEY
from benchmarks.workload import Told
from schemas.codec import decode, encode
from schemas.topics import FLAGS, LOG
from streams.adapters.metrics_server import start_metrics_server
from streams.adapters.sealing import CodesBox, LetterSealer, new_letter_keys
from streams.agents.vitals import Vitals
from streams.core.compiling import rules_hash
from streams.core.instants import utc_text
from streams.metrics import CASES_OPEN, FLAGS_OPEN, SERIES_OF_PROCESS_MAX
from streams.pipeline.cases import CasePartition
from streams.pipeline.intake import Intake, IntakeLimits
from streams.ports import Record
from streams.settings import Settings
from streams.wiring.exporting import CaseMetrics

CASES = 12_000
SETTINGS = Settings(clock="simulated")
_PROVINCES = {f"Tỉnh {number}" for number in range(PROVINCES)}


class Desk:
    """Intake and one partition of cases behind the metrics of a worker that holds it."""

    def __init__(self) -> None:
        vitals = Vitals()
        self.vitals, self.metrics = vitals, CaseMetrics(vitals, SETTINGS)
        self.cases: CasePartition = self.metrics.make(0, {}, SETTINGS.topic)
        vitals.assigned = frozenset({(SETTINGS.topic(LOG), 0)})
        limits = IntakeLimits(0, 1 << 20, simulated=True)
        self._intake = Intake("", limits, TOKEN_KEY.encode(), CodesBox(CODES_KEY), LetterSealer(new_letter_keys()[1]))
        content = law()
        self.step([{"type": "rules.activated", "hash": rules_hash(content), "content": content}])

    def tell(self, events: Iterable[Told]) -> None:
        written = self._intake.step([Record(one.topic, 0, 0, 0, None, one.value) for one in events])
        self.step(decode(record.value or b"") for record in written if record.topic == LOG.name)

    def tick(self, at: int) -> Counter[tuple[str, str]]:
        return self.step([{"type": "clock.ticked", "at": utc_text(at), "rules": None, "engine": None}])

    def step(self, entries: Iterable[Any]) -> Counter[tuple[str, str]]:
        start = self.cases.next_offset
        records = [Record(LOG.name, 0, start + n, 0, None, encode(entry)) for n, entry in enumerate(entries)]
        written = [one for part in self.cases.steps(records) for one in part.records]
        flags = [decode(one.value or b"") for one in written if one.topic == SETTINGS.topic(FLAGS)]
        return Counter((flag["class"], flag["state"]) for flag in flags)


@pytest.fixture(scope="module")
def desk() -> Desk:
    desk = Desk()
    for events in told(CASES):
        desk.tell(events)
    desk.tick(JUDGED)
    return desk


async def test_a_worker_with_every_unit_of_the_country_stays_under_the_ceiling_over_http(desk: Desk) -> None:
    server = await start_metrics_server("127.0.0.1", 0, desk.metrics, desk.vitals.health)
    try:
        body = await to_thread(_get, f"http://127.0.0.1:{server.port}/metrics")
    finally:
        await server.close()

    samples = [line for line in body.decode().splitlines() if not line.startswith("#")]
    assert 5_000 < len(samples) <= SERIES_OF_PROCESS_MAX
    # Either gauge has more series than may stand, and yet every case counts in it once.
    for gauge, tally in ((CASES_OPEN, desk.cases.tally.cases), (FLAGS_OPEN, desk.cases.tally.flags)):
        shown = [line for line in samples if line.startswith(f"hoso_{gauge.name}{{")]
        assert len(tally) > gauge.most >= len(shown)
        assert sum(float(line.rpartition(" ")[2]) for line in shown) == sum(tally.values())
        assert {line.partition('province="')[2].partition('"')[0] for line in shown} == _PROVINCES


def test_each_case_that_is_returned_clears_one_flag(desk: Desk) -> None:
    cases, at = pending(CASES)[:200], JUDGED + 60

    desk.tell(returned(case, at - 1) for case in cases)

    assert desk.tick(at)[CLEARED] == len(cases)


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return bytes(answer.read())
