"""A broken hand-over function of one unit over real processes, from events to Alertmanager: one alert, and gone."""

import asyncio
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from schemas.events import TOPIC_OF_TYPE
from streams.core.instants import utc_text
from streams.core.screen_words import CLASS_WORDS
from streams.ports import Outgoing
from streams.rules_file import VIETNAM
from tests.acceptance.clock_steps import ClockSteps
from tests.acceptance.deployments import Deploy, until
from tests.core_builders import at
from tests.intake_builders import message
from tools.alert_rules import ROOT, RULES, files
from tools.deployment import Deployment, Worker
from tools.stack.monitoring import Monitoring

pytestmark = [pytest.mark.services, pytest.mark.timeout(900)]

BROKEN, HONEST = "G01.839.001", "G01.839.002"
HUE, NAME = "Thành phố Huế", "Công an phường Thuận Hóa"
PLACES = f"""
[[province]]
id = "H57"
name = "{HUE}"
units = ["G01.839"]
source = "a test"

[[unit]]
id = "{BROKEN}"
name = "{NAME}"
source = "a test"
"""
HONEST_CASES = 20
# Brought on the morning itself, due days later: open, with nothing to be told of them.
OPEN_CASES = 24
FLAGS, OPEN = 'hoso_flags_open{class="falsely_pending"}', "hoso_cases_open"
CHUNK = 2000
# A Monday morning and the afternoon of the same day: alerts of cases are told in working time only.
MORNING, AFTERNOON = at("2026-01-12 09:00"), at("2026-01-12 15:00")


def told(kind: str, when: str, unit: str, number: int, **data: str) -> Outgoing:
    """One event of one case."""
    subject = f"dossier:{unit}-{number}"
    event = message(
        type=kind,
        source=f"urn:hoso:onestop:{unit}",
        id=f"{subject}-{kind}-{when}-{data.get('system', '')}",
        subject=subject,
        time=utc_text(at(when)),
        data={"unit": unit, "procedure": "card", **data},
    )
    return Outgoing(TOPIC_OF_TYPE[kind], subject.encode(), event)


def lives(unit: str, cases: int, *, closes: bool) -> Iterator[Outgoing]:
    """Cards in time and in the citizens' hands; the official systems hear of it only where they are told."""
    for number in range(cases):
        yield told("case.received", "2026-01-05 08:00", unit, number, variant="new")
        yield told("case.completed", "2026-01-05 10:00", unit, number)
        yield from statuses("4", "2026-01-05 10:05", unit, number)
        yield told("card.received_at_unit", "2026-01-08 09:00", unit, number)
        yield told("card.returned", "2026-01-08 10:00", unit, number)
        if closes:
            yield from statuses("10", "2026-01-08 10:05", unit, number)


def brought(unit: str, cases: int) -> Iterator[Outgoing]:
    """Applications of today."""
    for number in range(cases):
        yield told("case.received", "2026-01-12 08:00", unit, 1_000_000 + number, variant="new")


def statuses(code: str, when: str, unit: str, number: int) -> Iterator[Outgoing]:
    for system in ("onestop", "portal"):
        yield told("official.status_changed", when, unit, number, system=system, code=code)


def hasty_rules(folder: Path) -> Path:
    """The shipped rules, which wait for seconds where they would wait for minutes."""
    folder.mkdir()
    for path in files():
        text = (ROOT / path).read_text()
        (folder / path.name).write_text(re.sub(r"\b(for|keep_firing_for): \d+[mh]\b", r"\1: 2s", text))
    return folder


def named_in_rules() -> set[str]:
    """The metrics that any rule asks for, without what a histogram adds to its name."""
    named = set[str]()
    for path in files():
        for group in yaml.safe_load((ROOT / path).read_text())["groups"]:
            for rule in group["rules"]:
                named |= set(re.findall(r"(?<![\w:])hoso_\w+", rule["expr"]))
    return {re.sub(r"_(bucket|count)$", "", name) for name in named}


class World:
    """A deployment with three case workers, watched by Prometheus and Alertmanager."""

    def __init__(self, deployment: Deployment, monitoring: Monitoring) -> None:
        self.deployment, self.monitoring = deployment, monitoring

    async def play(self, steps: ClockSteps, events: Sequence[Outgoing], when: int) -> None:
        prefix = self.deployment.settings.prefix
        placed = [one._replace(topic=prefix + one.topic) for one in events]
        for first in range(0, len(placed), CHUNK):
            await steps.send(placed[first : first + CHUNK])
        await steps.step([], when, linked=False)

    def of_cases(self) -> list[dict[str, Any]]:
        """The alerts of cases that fire."""
        found = self.monitoring.alerts()
        return [one for one in found if one["labels"]["about"] == "cases" and one["state"] == "firing"]

    def sums(self) -> dict[str, float]:
        """Over all workers, the flags of the incident and the open cases."""
        return {what: self.monitoring.query(f"sum({what}) or vector(0)")[0][1] for what in (FLAGS, OPEN)}


def run(deployed: Deploy, folder: Path, cases: int, rules: Path) -> None:
    law = folder / "law"
    shutil.copytree(VIETNAM, law)
    (law / "places.toml").write_text(PLACES)
    deployment = deployed(law, commit_interval_seconds="0.05")
    workers: dict[str, Worker] = {
        "intake": deployment.start("intake", wait=False),
        "cases": deployment.start("cases", wait=False),
        "cases-1": deployment.start("cases", instance=1, wait=False),
        "cases-2": deployment.start("cases", instance=2, wait=False),
        "sink": deployment.start("sink", wait=False),
    }
    for worker in workers.values():
        worker.wait_ready()
    targets = {name: f"127.0.0.1:{worker.port}" for name, worker in workers.items()}
    with Monitoring(folder, targets, rules=rules) as monitoring:
        asyncio.run(_watch(World(deployment, monitoring), workers["cases-1"], cases))


async def _watch(world: World, second: Worker, cases: int) -> None:
    async with ClockSteps(world.deployment.settings) as steps:
        honest = [*lives(HONEST, HONEST_CASES, closes=True), *brought(HONEST, OPEN_CASES)]
        events = [*lives(BROKEN, cases, closes=False), *honest]
        await world.play(steps, events, MORNING)
        await asyncio.to_thread(_one_incident, world, cases)
        await asyncio.to_thread(_a_worker_dies, world, second, cases)
        corrected = [one for number in range(cases) for one in statuses("10", "2026-01-12 10:00", BROKEN, number)]
        await world.play(steps, corrected, AFTERNOON)
        await asyncio.to_thread(until, lambda: not world.of_cases(), "the alert goes away", 240)


def _one_incident(world: World, cases: int) -> None:
    until(lambda: bool(world.of_cases()), "an alert of cases fires", 240)

    assert named_in_rules() <= world.monitoring.families()
    (alert,) = world.of_cases()
    assert {name: alert["labels"][name] for name in ("alertname", "unit", "unit_name", "province", "accountable")} == {
        "alertname": "HosoIncident", "unit": BROKEN, "unit_name": NAME, "province": HUE, "accountable": "unit",
    }  # fmt: skip
    assert alert["annotations"]["summary"] == (f"Sự cố: {cases} hồ sơ, {NAME}: Đã trả kết quả, hệ thống chưa cập nhật")
    assert alert["annotations"]["summary_en"] == f"Incident: {cases} cases, {NAME}: {CLASS_WORDS['falsely_pending'].en}"
    with psycopg.connect(world.deployment.settings.database) as connection:
        assert connection.execute("SELECT count(*), count(DISTINCT incident_id) FROM incident_members").fetchone() == (
            cases, 1,
        )  # fmt: skip
    until(lambda: len(_notified(world)) == 1, "Alertmanager has it", 60)
    assert _notified(world)[0]["receivers"] == [{"name": f"unit: {BROKEN}"}]


def _notified(world: World) -> list[dict[str, Any]]:
    return [one for one in world.monitoring.notified() if one["labels"]["about"] == "cases"]


def _a_worker_dies(world: World, second: Worker, cases: int) -> None:
    """Each case is counted by the worker that holds it, at no moment by two: while its partitions move the sums lack
    what the dead one held, and nothing else, and then are what they were."""
    right = {FLAGS: float(cases), OPEN: float(OPEN_CASES)}
    until(lambda: world.sums() == right, "the sums over three workers are those of the cases")
    held = {what: _value(world, f'sum({what} * on (instance) group_left up{{worker="cases-1"}})') for what in right}
    begun = time.time()
    second.kill()
    until(lambda: _answering(world) == 2 and world.sums() == right, "two workers count them all", 120)
    ended = time.time()

    for what, total in right.items():
        seen = world.monitoring.over(f"sum({what})", begun, ended)
        assert 0 < held[what] < total
        assert (max(seen), seen[-1]) == (total, total), f"{what}: {seen}"
        # Less for a while: else nothing was seen of what this looks at.
        assert total - held[what] <= min(seen) < total, f"{what}: {seen}, without {held[what]}"


def _value(world: World, expression: str) -> float:
    told = world.monitoring.query(expression)
    return told[0][1] if told else 0.0


def _answering(world: World) -> int:
    return len(world.monitoring.query('up{worker=~"cases.*"} == 1'))


def test_a_broken_hand_over_function_is_one_alert_of_its_unit_and_goes_away(deployed: Deploy, tmp_path: Path) -> None:
    run(deployed, tmp_path, 60, hasty_rules(tmp_path / "rules"))


@pytest.mark.long
def test_five_thousand_cases_of_one_function_are_one_alert(deployed: Deploy, tmp_path: Path) -> None:
    """With the rules as shipped."""
    run(deployed, tmp_path, 5000, ROOT / RULES)
