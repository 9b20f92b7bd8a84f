"""Sources on a real Kafka and the wall clock: one of five is set aside or falls silent, and the rest goes on."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from schemas.codec import decode
from schemas.topics import CASES_CURRENT, FLAGS_CURRENT, LOG, PARKED
from streams.adapters.kafka import KafkaWriter
from streams.pipeline.tokens import fact_id_of, normalise, token_of
from streams.ports import Outgoing
from streams.settings import DEMO_TOKEN_KEY
from tests.acceptance.deployments import Deploy, read_topic, until
from tests.intake_builders import message
from tests.rules_folder import CALENDAR
from tools.deployment import Deployment

pytestmark = [pytest.mark.services, pytest.mark.timeout(400)]

# A rhythm is a minute at least, and nothing is called overdue before that is over.
PATIENCE_SECONDS = 150.0
UNITS = ("U1", "U2", "U3", "U4", "U5")
LAW = """
[[deadline]]
id = "card"
procedure = "card"
amount = 1
unit = "clock_hour"
calendar = "vn"
starts = "case.received"
duty_ends_at = "card.received_at_unit"
effective_from = 2024-07-01
source = "Law 26/2023/QH15, Article 26"

[[source]]
id = "counters"
name = "urn:hoso:onestop"
per_unit = true
rhythm_minutes = 1
source = "an agreement of the test"
"""


class Counters:
    """Five counters, each of a unit, that send cases and heartbeats; what they sent is remembered."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self.sent = set[str]()

    def receive(self, units: Iterable[str], name: str, due_in: float, number: int = 1) -> None:
        """Cases of some units whose due is so many seconds ahead."""
        at = datetime.now(UTC) - timedelta(hours=1) + timedelta(seconds=due_in)
        self._send(
            (
                unit,
                "submission",
                "case.received",
                f"dossier:{unit}-{name}-{one}",
                at,
                {"unit": unit, "procedure": "card"},
            )
            for unit in units
            for one in range(number)
        )

    def finish(self, units: Iterable[str], name: str, number: int = 1) -> None:
        """The cards of such cases are ready now."""
        self._send(
            (unit, "card-dispatch", "card.received_at_unit", f"dossier:{unit}-{name}-{one}", datetime.now(UTC), {})
            for unit in units
            for one in range(number)
        )

    def beat(self, units: Iterable[str] = UNITS, behind: float = 0.0) -> None:
        now = datetime.now(UTC)
        up_to = (now - timedelta(seconds=behind)).isoformat()
        self._send(
            (unit, "source-health", "source.heartbeat", f"source:{unit}", now, {"sent_up_to": up_to}) for unit in units
        )

    def until(self, holds: Callable[[], bool], what: str, units: Iterable[str] = UNITS) -> None:
        """Wait while some units go on telling that they live."""
        units = tuple(units)

        def beats_and_holds() -> bool:
            self.beat(units)
            return holds()

        until(beats_and_holds, what, PATIENCE_SECONDS)

    def _send(self, events: Iterable[tuple[str, str, str, str, datetime, dict[str, Any]]]) -> None:
        records = []
        for unit, topic, kind, subject, at, data in events:
            source, name = f"urn:hoso:onestop:{unit}", f"{kind}-{subject}-{at.isoformat()}"
            value = message(source=source, type=kind, id=name, subject=subject, time=at.isoformat(), data=data)
            records.append(Outgoing(self.deployment.settings.prefix + topic, None, value))
            if topic != "source-health":
                self.sent.add(fact_id_of(DEMO_TOKEN_KEY.encode(), source, name))

        async def append() -> None:
            async with KafkaWriter(self.deployment.settings.kafka) as writer:
                await writer.append(records)

        asyncio.run(append())

    # What became of it.

    def entries(self) -> list[dict[str, Any]]:
        return [decode(value) for value in read_topic(self.deployment.settings, LOG.name)]

    def facts(self) -> Counter[str]:
        return Counter(entry["fact"] for entry in self.entries() if "fact" in entry)

    def flags(self, unit: str, name: str, number: int = 1) -> list[dict[str, Any]]:
        """The newest flags of such cases, the one that holds before each due left out."""
        tokens = {token_of(DEMO_TOKEN_KEY.encode(), normalise(f"dossier:{unit}-{name}-{n}")) for n in range(number)}
        newest: dict[str, dict[str, Any]] = {}
        for value in read_topic(self.deployment.settings, FLAGS_CURRENT.name):
            flag = orjson.loads(value)
            is_newer = flag["version"] > newest.get(flag["flag_id"], {"version": 0})["version"]
            if flag["case"] in tokens and flag["class"] != "at_risk" and is_newer:
                newest[flag["flag_id"]] = flag
        return list(newest.values())

    def raised(self, unit: str, name: str, number: int = 1) -> list[str]:
        return sorted(flag["class"] for flag in self.flags(unit, name, number) if flag["state"] == "raised")

    def ever(self, unit: str, name: str) -> set[str]:
        return {flag["class"] for flag in self.flags(unit, name)}

    def verdict(self, unit: str, name: str) -> str:
        token, newest = token_of(DEMO_TOKEN_KEY.encode(), normalise(f"dossier:{unit}-{name}-0")), dict[str, Any]()
        for value in read_topic(self.deployment.settings, CASES_CURRENT.name):
            view = orjson.loads(value)
            if view["case"] == token and view["version"] > newest.get("version", 0):
                newest = view
        return str(newest.get("verdict"))

    def marks(self, unit: str) -> list[str]:
        """What one partition of the log says of a source."""
        name, partitions = f"urn:hoso:onestop:{unit}", self.deployment.settings.log_partitions
        said = [e["type"] for e in self.entries() if e["type"].startswith("source.") and e.get("source") == name]
        assert len(said) % partitions == 0
        return said[: len(said) // partitions]

    def parked(self) -> list[dict[str, Any]]:
        return [decode(value) for value in read_topic(self.deployment.settings, PARKED.name)]

    def state(self, unit: str) -> str:
        found = json.loads(self.deployment.run("source", "list", "--json"))
        return next((one["state"] for one in found if one["name"] == f"urn:hoso:onestop:{unit}"), "never heard")


@pytest.fixture
def counters(deployed: Deploy, tmp_path: Path) -> Counters:
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "law.toml").write_text(CALENDAR + LAW, encoding="utf-8")
    return Counters(deployed(rules, clock="wall", tick_seconds="1"))


def turn(counters: Counters, ask: str, unit: str, *words: str) -> str:
    return counters.deployment.run("source", ask, f"urn:hoso:onestop:{unit}", "--reason", "flood", *words)


def test_a_suspended_source_among_five_does_not_stop_the_other_four(counters: Counters) -> None:
    counters.deployment.start("intake")
    counters.deployment.start("cases")
    counters.until(lambda: all(counters.marks(unit) == ["source.heard"] for unit in UNITS), "all five are heard")

    counters.receive(["U1"], "known", due_in=20)
    counters.until(lambda: set(counters.facts()) == counters.sent, "a case of the first is in the log")

    assert "is set aside after" in turn(counters, "suspend", "U1")
    counters.receive(UNITS, "new", due_in=5)
    counters.receive(["U1"], "flood", due_in=5, number=3000)
    counters.finish(["U1"], "known")

    # Of the first nothing is known; the other four are judged on meanwhile.
    counters.until(
        lambda: all(counters.raised(unit, "new") == ["overdue"] for unit in UNITS[1:]), "an overdue of each of the four"
    )
    counters.until(lambda: counters.raised("U1", "known") == ["unknown"], "what the first would tell is unknown")
    assert counters.flags("U1", "known")[0]["accountable"] == "operator"
    assert counters.verdict("U1", "known") == "insufficient"
    assert counters.raised("U1", "new") == []
    assert {event["source"] for event in counters.parked()} == {"urn:hoso:onestop:U1"}
    assert counters.marks("U1") == ["source.heard", "source.suspended"]
    assert [counters.marks(unit) for unit in UNITS[1:]] == [["source.heard"]] * 4
    assert counters.state("U1") == "suspended"

    assert "what was parked is forwarded" in turn(counters, "resume", "U1")

    counters.until(lambda: len(counters.raised("U1", "flood", 3000)) == 3000, "its cases are judged again")
    assert set(counters.raised("U1", "flood", 3000)) == {"overdue"}
    # Its card was ready before the due, and that was parked.
    counters.until(lambda: counters.verdict("U1", "known") == "on_time", "its verdicts are back")
    assert counters.raised("U1", "known") == []
    assert set(counters.facts()) == counters.sent
    assert set(counters.facts().values()) == {1}
    assert counters.marks("U1")[:3] == ["source.heard", "source.suspended", "source.resumed"]
    until(lambda: counters.parked() == [], "what was forwarded is deleted")


@pytest.mark.kills
def test_a_worker_that_is_killed_while_it_drains_loses_nothing(counters: Counters) -> None:
    number = 20_000
    worker = counters.deployment.start("intake")
    counters.until(lambda: counters.marks("U1") == ["source.heard"], "the source is heard")
    turn(counters, "suspend", "U1")
    counters.receive(["U1"], "many", due_in=3000, number=number)
    counters.receive(["U2"], "other", due_in=3000, number=10)
    until(lambda: len(counters.parked()) >= number, "all of it is parked")
    assert len(counters.facts()) == 10

    _ask_to_resume(counters, "U1")
    for share in (0.1, 0.4):
        until(lambda least=share: len(counters.facts()) > least * number, "it drains")  # type: ignore[misc]
        worker.kill()
        worker = counters.deployment.start("intake")
    until(lambda: counters.state("U1") == "heard" or counters.state("U1") == "silent", "it is taken back")

    assert set(counters.facts()) == counters.sent
    assert counters.marks("U1")[:3] == ["source.heard", "source.suspended", "source.resumed"]
    until(lambda: counters.parked() == [], "what was forwarded is deleted")


def _ask_to_resume(counters: Counters, unit: str) -> None:
    with pytest.raises(RuntimeError, match="ended with 1"):
        turn(counters, "resume", unit, "--wait", "0")


def test_a_source_that_falls_silent_makes_nothing_overdue_until_its_backlog_is_in(counters: Counters) -> None:
    others = UNITS[1:]
    counters.deployment.start("intake")
    counters.deployment.start("cases")
    counters.until(lambda: all(counters.marks(unit) == ["source.heard"] for unit in UNITS), "all five are heard")
    counters.receive(UNITS, "a", due_in=20)
    counters.receive(["U1"], "b", due_in=20)

    # U1 says nothing any more; the others do.
    counters.until(
        lambda: counters.raised("U1", "a") == ["unknown"] and counters.raised("U2", "a") == ["overdue"],
        "silence makes one unknown, and the others overdue",
        others,
    )
    assert counters.marks("U1") == ["source.heard", "source.silent"]
    assert counters.ever("U1", "a") == {"unknown"}
    assert counters.flags("U1", "a")[0]["accountable"] == "operator"

    # It is back, and first tells what it had kept.
    counters.finish(["U1"], "a")
    counters.beat(["U1"], behind=600)
    counters.until(lambda: set(counters.facts()) == counters.sent, "its backlog is in the log", others)
    assert counters.marks("U1") == ["source.heard", "source.silent"]
    counters.until(lambda: counters.marks("U1")[2:] == ["source.heard"], "it is heard again")
    counters.until(lambda: counters.raised("U1", "b") == ["overdue"], "what is really overdue is told")
    assert "unknown" not in counters.raised("U1", "a")
