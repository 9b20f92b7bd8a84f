"""New law on a running deployment: a decreed swap moves exactly the open cases that cross it, whatever is killed."""

import asyncio
import random
import signal
import threading
from collections import Counter
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import orjson
import pytest

from schemas.topics import CASES_CURRENT, LOG
from streams.adapters.kafka import KafkaReader
from streams.core.compiling import rules_hash
from streams.core.instants import utc_text
from streams.rules_file import load_rules
from streams.settings import Settings
from streams.wiring.deployment import wait_settled
from streams.wiring.logs import Imported, ImportOptions, import_to_topics
from tests.acceptance.deployments import Deploy, check_replay, read_topic, until
from tools.deployment import Deployment

pytestmark = [pytest.mark.services, pytest.mark.kills]

SETTLED_SECONDS = 60.0
HANOI = timezone(timedelta(hours=7))
SWAP_OFF, SWAP_WORKED, NEW_YEAR = date(2026, 1, 2), date(2026, 1, 10), date(2026, 1, 1)
CALENDAR = """
[[calendar]]
id = "vn"
zone = "Asia/Ho_Chi_Minh"
source = "a test"
horizon = 2026-12-31
week = ["mon", "tue", "wed", "thu", "fri"]
hours = ["08:00-12:00", "13:30-17:30"]
off = [2026-01-01]
"""
SWAP = """
[[calendar.swap]]
off = [2026-01-02]
worked = [2026-01-10]
source = "Document 12729/VPCP-KGVX of 2025-12-25"
"""
LAW = """
[[deadline]]
id = "card"
procedure = "card"
amount = 7
unit = "working_day"
calendar = "vn"
starts = "case.received"
duty_ends_at = "card.received_at_unit"
effective_from = 2024-07-01
source = "Law 26/2023/QH15, Article 26"
"""
MAPPING = """
[log]
format = "csv"
zone = "Asia/Ho_Chi_Minh"
source = "urn:hoso:test"

[case]
subject = "dossier:T-{id}"
procedure = "card"
unit = "G01.801.001"

[[event]]
type = "case.received"
time = "{received}"
format = "%Y-%m-%d %H:%M"

[[event]]
type = "card.received_at_unit"
time = "{ready}"
format = "%Y-%m-%d %H:%M"
"""
# Received from 10 to 30 December 2025, sixteen a day; of four one is done after two days, the others later or never.
RECEIVED = [date(2025, 12, number) for number in range(10, 31)]
A_DAY = 16
DECREE_KNOWN = date(2025, 12, 31)


def due_of(received: date, off: set[date], worked: set[date]) -> date:
    """The seventh working day after a day, counted one by one."""
    day, left = received, 7
    while left:
        day += timedelta(days=1)
        left -= (day.weekday() < 5 or day in worked) and day not in off
    return day


def dues(received: date) -> tuple[date, date]:
    """Without the swap, and with it."""
    return due_of(received, {NEW_YEAR}, set()), due_of(received, {NEW_YEAR, SWAP_OFF}, {SWAP_WORKED})


def ready_of(received: date, number: int) -> datetime | None:
    """Of four cases one is ready after two days, one on its due with the swap, one two days later, one never."""
    at = {0: received + timedelta(days=2), 1: dues(received)[1], 2: dues(received)[1] + timedelta(days=2)}.get(
        number % 4
    )
    return None if at is None else datetime(at.year, at.month, at.day, 15, 0, tzinfo=HANOI)


def write_rules(folder: Path, *texts: str) -> Path:
    folder.mkdir()
    (folder / "law.toml").write_text("\n".join(texts), encoding="utf-8")
    return folder


def write_part(file: Path, first: date, last: date) -> Path:
    """What happened on the days between two, both counted."""
    rows = ["id,received,ready"]
    for day in RECEIVED:
        for number in range(A_DAY):
            ready = ready_of(day, number)
            received_at = f"{day} {8 + number % 8:02d}:00" if first <= day <= last else ""
            ready_at = f"{ready:%Y-%m-%d %H:%M}" if ready is not None and first <= ready.date() <= last else ""
            if received_at or ready_at:
                rows.append(f"{day:%m%d}-{number},{received_at},{ready_at}")
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return file


def play(settings: Settings, file: Path, mapping: Path) -> None:
    options = ImportOptions("time", twice=False, tick_seconds=86_400)
    told: Imported = import_to_topics(file, mapping, options, settings, lambda _: None)
    assert told.refused == []
    asyncio.run(wait_settled(settings, utc_text(told.last), SETTLED_SECONDS))


@pytest.mark.timeout(400)
def test_a_decree_in_mid_run_moves_exactly_the_cases_that_cross_it(deployed: Deploy, tmp_path: Path) -> None:
    before = write_rules(tmp_path / "before", CALENDAR, LAW)
    after = write_rules(tmp_path / "after", CALENDAR, SWAP, LAW)
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(MAPPING, encoding="utf-8")
    deployment = deployed(before)
    deployment.start_all()
    play(deployment.settings, write_part(tmp_path / "one.csv", date(2025, 12, 1), date(2025, 12, 30)), mapping)

    deployment.run("rules", "activate", str(after))
    play(deployment.settings, write_part(tmp_path / "two.csv", DECREE_KNOWN, date(2026, 2, 1)), mapping)

    newest = newest_views(deployment)
    new = rules_hash(load_rules(after))
    moved = Counter(view["opened"][:10] for view in newest if view["moved"] is not None)
    expected = Counter(
        {
            str(day): sum(is_open(day, number) for number in range(A_DAY))
            for day in RECEIVED
            if day < DECREE_KNOWN and dues(day)[0] != dues(day)[1]
        }
    )
    assert moved == +expected
    assert moved
    for view in newest:
        without, swapped = dues(date.fromisoformat(view["opened"][:10]))
        assert last_day(view["due_computed"]) == swapped
        if view["moved"] is not None:
            assert (last_day(view["moved"]["before"]), last_day(view["moved"]["after"])) == (without, swapped)
            assert view["moved"]["rules"] == new
            on_its_way = {str(day) for day in (SWAP_OFF, SWAP_WORKED) if day <= max(without, swapped)}
            assert {one["day"] for one in view["moved"]["days"]} == on_its_way
    check_replay(deployment, tmp_path)


@pytest.mark.timeout(400)
def test_a_kill_in_the_middle_of_an_activation_leaves_no_partition_under_the_old_law(
    deployed: Deploy, tmp_path: Path
) -> None:
    draw = random.Random(20251225)
    before = write_rules(tmp_path / "before", CALENDAR, LAW)
    after = write_rules(tmp_path / "after", CALENDAR, SWAP, LAW)
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(MAPPING, encoding="utf-8")
    deployment = deployed(before)
    running = deployment.start_all()
    play(deployment.settings, write_part(tmp_path / "one.csv", date(2025, 12, 1), date(2025, 12, 30)), mapping)

    asked = []
    for number in range(4):
        folder = after if number % 2 == 0 else before
        running["cases"].process.send_signal(signal.SIGSTOP)
        deployment.run("rules", "activate", str(folder), "--wait", "0")
        running["cases"].process.send_signal(signal.SIGCONT)
        threading.Event().wait(draw.uniform(0, 0.4))
        running["cases"].kill()
        running["cases"] = deployment.start("cases")
        asked.append(rules_hash(load_rules(folder)))
        wait_activated(deployment.settings, asked[-1])
    deployment.run("rules", "activate", str(after))
    asked.append(rules_hash(load_rules(after)))
    play(deployment.settings, write_part(tmp_path / "two.csv", DECREE_KNOWN, date(2026, 2, 1)), mapping)

    first = rules_hash(load_rules(before))
    for entries in control_entries(deployment.settings):
        stated = [entry["hash"] for entry in entries if entry["type"] == "rules.activated"]
        assert stated == [first, *asked]
        in_force = None
        for entry in entries:
            in_force = entry["hash"] if entry["type"] == "rules.activated" else in_force
            assert entry["type"] != "clock.ticked" or entry["rules"] == in_force
    for view in newest_views(deployment):
        assert last_day(view["due_computed"]) == dues(date.fromisoformat(view["opened"][:10]))[1]
    check_replay(deployment, tmp_path)


def is_open(received: date, number: int) -> bool:
    """Whether the case is not ready at the first tick under the new law, a day after it became known."""
    ready = ready_of(received, number)
    return ready is None or ready.date() > DECREE_KNOWN


def last_day(due: str) -> date:
    """The day that ends with a due at midnight."""
    return datetime.fromisoformat(due).date() - timedelta(days=1)


def newest_views(deployment: Deployment) -> list[dict[str, Any]]:
    newest: dict[str, dict[str, Any]] = {}
    for value in read_topic(deployment.settings, CASES_CURRENT.name):
        view = orjson.loads(value)
        if view["version"] > newest.get(view["case"], {"version": 0})["version"]:
            newest[view["case"]] = view
    assert len(newest) == len(RECEIVED) * A_DAY
    return list(newest.values())


def control_entries(settings: Settings) -> list[list[dict[str, Any]]]:
    """The entries of law and time of each partition of the log, in order."""

    async def read() -> list[list[dict[str, Any]]]:
        reader, name, found = KafkaReader(settings.kafka), settings.topic(LOG), []
        for partition, end in (await reader.end_offsets(name)).items():
            entries = []
            async for records in reader.read(name, partition, 0, end):
                entries += [orjson.loads(record.value) for record in records if record.value is not None]
            found.append([one for one in entries if one["type"] in {"rules.activated", "clock.ticked"}])
        return found

    return asyncio.run(read())


def wait_activated(settings: Settings, hash_of_rules: str) -> None:
    """Returns when the newest rules on every partition are those."""

    def stands() -> bool:
        stated = (
            [one["hash"] for one in entries if one["type"] == "rules.activated"]
            for entries in control_entries(settings)
        )
        return all(hashes[-1] == hash_of_rules for hashes in stated)

    until(stands, f"rules {hash_of_rules} on every partition")
