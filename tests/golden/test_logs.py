"""The three real logs, whose truth was counted by others: the same figures in whatever order their events come."""

import json
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from streams.settings import Settings
from streams.wiring.logs import ImportOptions, ReplayOptions, import_to_file, replay_file

EXAMPLES = Path(__file__).parents[2] / "examples"
FILES = {
    "boston": "boston_building_inspection_2015.csv",
    "calgary": "calgary_building_permits.csv",
    "foia": "doj_foia_2017.csv",
}
DAY = 86_400
Figures = dict[str, Any]
# Log, order and whether twice, to a file of entries.
Importing = Callable[[str, str], Path]

ORDERS = ("file", "time", "reversed", "shuffled:1", "shuffled:2", "shuffled:3", "twice")
FEW = ("file", "reversed", "shuffled:1", "twice")


@pytest.fixture(scope="session")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Importing:
    """Imports each log once in each order, with a tick a day; *twice* is time order with every fact told two times."""
    folder = tmp_path_factory.mktemp("logs")

    @cache
    def importing(log: str, order: str) -> Path:
        out = folder / f"{log}-{order.replace(':', '-')}.jsonl"
        options = ImportOptions("time" if order == "twice" else order, twice=order == "twice", tick_seconds=DAY)
        root = EXAMPLES / log
        done = import_to_file(
            root / "data" / FILES[log], root / "mapping.toml", out, options, Settings(), lambda _: None
        )
        assert done.refused == []
        return out

    return importing


def replayed(
    file: Path, log: str, *, rules: str = "rules", until: str = "", as_of: str = "", cases: Path | None = None
) -> Figures:
    options = ReplayOptions(EXAMPLES / log / rules, _instant(as_of), _instant(until), None, cases)
    return replay_file(file, options, lambda _: None)


def _instant(text: str) -> datetime | None:
    """A time without an offset is read in the zone of the rules."""
    return datetime.fromisoformat(text) if text else None


def figures(found: Figures, *names: str) -> tuple[Any, ...]:
    return tuple(found[name] for name in names)


def closed(found: Figures) -> tuple[int, int, int, int]:
    """On time and late of the closed, open, and of these overdue."""
    return found["on_time"], found["late"], found["open"], found["overdue"]


def lines(file: Path) -> list[Figures]:
    return [json.loads(line) for line in file.read_bytes().splitlines()]


# Boston: 4,961 requests, the City's own targets and verdicts


@pytest.mark.parametrize("order", ORDERS)
def test_boston_at_the_end(imported: Importing, order: str) -> None:
    found = replayed(imported("boston", order), "boston")

    assert (found["cases"], found["closed"], *closed(found)) == (4961, 4533, 1334, 3199, 428, 428)
    assert found["flags"] == {"overdue": 428}
    assert (found["no_deadline"], found["insufficient"]) == ({"closed": 0, "open": 0}, 0)


BOSTON_UNTIL = [("2015-04-01", 316, 97, 69), ("2015-07-01", 1828, 377, 240), ("2016-01-01", 4961, 479, 466)]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("until, opened, still_open, overdue", BOSTON_UNTIL)
def test_boston_until_a_day_whatever_the_order(
    imported: Importing, order: str, until: str, opened: int, still_open: int, overdue: int
) -> None:
    found = replayed(imported("boston", order), "boston", until=until)

    assert figures(found, "cases", "open", "overdue") == (opened, still_open, overdue)


@pytest.mark.parametrize("as_of, opened, still_open, overdue", BOSTON_UNTIL)
def test_what_was_said_then_and_what_held_then_agree_in_time_order(
    imported: Importing, as_of: str, opened: int, still_open: int, overdue: int
) -> None:
    found = replayed(imported("boston", "time"), "boston", as_of=as_of)

    assert figures(found, "cases", "open", "overdue") == (opened, still_open, overdue)


def test_bostons_own_targets_are_found_to_the_minute(imported: Importing, tmp_path: Path) -> None:
    replayed(imported("boston", "time"), "boston", cases=tmp_path / "cases.jsonl")

    found = [
        abs(datetime.fromisoformat(case["due_computed"]) - datetime.fromisoformat(case["due_declared"])).total_seconds()
        for case in lines(tmp_path / "cases.jsonl")
    ]
    assert (len(found), sum(seconds <= 60 for seconds in found)) == (4961, 4961)


# Calgary: 5,000 permits, a term of 21 working days laid over them by us


@pytest.mark.parametrize("order", FEW)
def test_calgary_at_the_end(imported: Importing, order: str) -> None:
    found = replayed(imported("calgary", order), "calgary")

    assert (found["cases"], found["closed"], *closed(found)) == (5000, 4784, 3008, 1776, 216, 216)
    assert {name: each["late"] for name, each in found["by"]["procedure"].items()} == {
        "Commercial / Multi Family Project": 652,
        "Demolition": 12,
        "Environmental Restoration Permit": 0,
        "Residential Improvement Project": 690,
        "Single Construction Permit": 422,
    }


def test_calgary_with_ten_days_for_demolitions(imported: Importing) -> None:
    found = replayed(imported("calgary", "file"), "calgary", rules="rules-demolition")

    assert (found["late"], found["by"]["procedure"]["Demolition"]["late"]) == (1792, 28)


@pytest.mark.parametrize("order", ["time", "reversed"])
def test_calgary_until_the_end_of_a_day(imported: Importing, order: str) -> None:
    """Dates have no time: what was applied for on a day exists at its end."""
    file = imported("calgary", order)

    found = [
        figures(replayed(file, "calgary", until=until), "cases", "open", "overdue")
        for until in ("2020-01-02T00:00:00", "2025-01-02T00:00:00")
    ]

    assert found == [(262, 9, 9), (4397, 277, 231)]


# FOIA: 244 requests, 20 working days without federal holidays


@pytest.mark.parametrize("order", ORDERS)
def test_foia_at_the_end(imported: Importing, order: str) -> None:
    found = replayed(imported("foia", order), "foia")

    assert (found["cases"], *closed(found)) == (244, 86, 158, 0, 0)
    assert {name: (each["late"], each["cases"]) for name, each in found["by"]["unit"].items()} == {
        "Office of Information Policy": (20, 59),
        "Office of Legal Policy": (10, 12),
        "Office of Legislative Affairs": (15, 22),
        "Office of Public Affairs": (8, 9),
        "Office of the Associate Attorney General": (10, 13),
        "Office of the Attorney General": (61, 87),
        "Office of the Deputy Attorney General": (34, 42),
    }


def test_foia_with_holidays_worked(imported: Importing) -> None:
    assert replayed(imported("foia", "file"), "foia", rules="rules-no-holidays")["late"] == 174


@pytest.mark.parametrize("order", ["time", "shuffled:1"])
@pytest.mark.parametrize("until, figure", [("2017-07-01", (190, 134, 85)), ("2017-08-01", (225, 86, 57))])
def test_foia_until_the_end_of_a_month(imported: Importing, order: str, until: str, figure: tuple[int, ...]) -> None:
    found = replayed(imported("foia", order), "foia", until=until)

    assert figures(found, "cases", "open", "overdue") == figure
