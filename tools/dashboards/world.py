"""What dashboards look at: a simulated district played through a real deployment, with Prometheus and Alertmanager."""

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from streams.core.instants import utc_text
from streams.rules_file import VIETNAM
from streams.simulator.district import District, load_district
from streams.simulator.plan import in_order, plan
from streams.simulator.told import Told
from streams.wiring.deployment import wait_settled
from streams.wiring.playing import play_to_topics
from tools.dashboards.asking import Choice
from tools.deployment import Deployment, deploy
from tools.stack import Endpoints
from tools.stack.monitoring import Monitoring

DISTRICT, SEED = "noisy", 1
# The afternoon of a Friday soon after Tết, on which most of what a dashboard shows is in motion.
LAST_TICK = datetime.fromisoformat("2026-02-27T15:00:00+07:00")
EVERY_SECONDS = 5 * 3600
BEAT, SILENT_FOR = timedelta(hours=6), timedelta(days=3)
PROVINCE = "Thành phố Hà Nội"
SETTLE_SECONDS = 120.0
TICK_SECONDS = "0.2"


class World(NamedTuple):
    """Where to ask, and what somebody would have chosen at the head of a dashboard."""

    deployment: Deployment
    monitoring: Monitoring
    choice: Choice

    @property
    def database(self) -> str:
        return self.deployment.settings.database


@contextmanager
def played_world(endpoints: Endpoints, prefix: str, database: str, folder: Path) -> Iterator[World]:
    """A district in the midst of its run, all of it judged and archived; everything ends with the block."""
    district = load_district(DISTRICT)
    with deploy(endpoints, prefix, database, folder, _law(folder / "law", district), tick_seconds=TICK_SECONDS) as made:
        workers = made.start_all()
        targets = {name: f"127.0.0.1:{worker.port}" for name, worker in workers.items()}
        with Monitoring(folder / "monitoring", targets) as monitoring:
            everything = [*_until(district), *_beats(district), *_refused(district)]
            history = sorted(everything, key=lambda told: told.delivered)
            play_to_topics(history, LAST_TICK, EVERY_SECONDS, None, made.settings, lambda *_: None)
            at = utc_text(int(LAST_TICK.timestamp()))
            asyncio.run(wait_settled(made.settings, at, SETTLE_SECONDS))
            yield World(made, monitoring, Choice((PROVINCE, "none"), period="month"))


def _law(folder: Path, district: District) -> Path:
    """The shipped law, with names of the district's units, its province, and how often sources tell."""
    shutil.copytree(VIETNAM, folder)
    rows = [
        f'[[province]]\nid = "G01.801"\nname = "{PROVINCE}"\nunits = ["G01.801"]\nsource = "a simulated district"\n'
    ]
    for number, unit in enumerate(district.units, 1):
        rows.append(
            f'[[unit]]\nid = "{unit.code}"\nname = "Công an phường số {number}"\nsource = "a simulated district"\n\n'
            f'[[source]]\nid = "counter-{number}"\nname = "urn:hoso:simulated:{unit.code}"\nunits = ["{unit.code}"]\n'
            f'rhythm_minutes = 360\nsource = "a simulated district"\n'
        )
    (folder / "places.toml").write_text("\n".join(rows))
    return folder


def _until(district: District) -> list[Told]:
    return [told for told in in_order(list(plan(district, SEED, None))) if told.delivered <= LAST_TICK]


def _beats(district: District) -> Iterator[Told]:
    """Each counter says again and again that it lives; the last one has been silent for days."""
    begun = datetime.combine(district.first, datetime.min.time(), LAST_TICK.tzinfo)
    for unit in district.units:
        at, silent_from = begun, LAST_TICK - (SILENT_FOR if unit is district.units[-1] else timedelta())
        while at < silent_from:
            at += BEAT
            yield Told(at, _beat(unit.code, at))


def _refused(district: District) -> Iterator[Told]:
    """One counter writes the numbers of persons where numbers of dossiers belong: each day another dead letter."""
    unit = district.units[2].code
    for day in range((LAST_TICK.date() - district.first).days):
        at = datetime.combine(district.first, datetime.min.time(), LAST_TICK.tzinfo) + timedelta(days=day, hours=10)
        yield Told(at, {**_beat(unit, at), "id": f"{unit}-person-{day}", "subject": f"source:{day:012}"})


def _beat(unit: str, at: datetime) -> dict[str, object]:
    source = f"urn:hoso:simulated:{unit}"
    return {
        "specversion": "1.0",
        "id": f"{source}-beat-{at.isoformat()}",
        "source": source,
        "type": "source.heartbeat",
        "subject": f"source:{unit}",
        "time": at.isoformat(),
        "data": {"sent_up_to": at.isoformat(), "software": "counter-3.2"},
    }
