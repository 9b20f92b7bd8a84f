"""The calendars shipped: swaps that name their documents, hours of reception, and duties that know no day off."""

from datetime import date, timedelta

import pytest

from streams.core.calendar import day_date
from streams.core.compiling import compile_rules
from streams.core.deadlines import Term, due
from streams.core.instants import local_text
from streams.rules_file import VIETNAM, load_rules
from tests.core_builders import clock_at, completed, day, received, span, vietnam

SWAPS = {
    "2024-04-29": "Document 2450/VPCP-KGVX",
    "2024-05-04": "Document 2450/VPCP-KGVX",
    "2025-04-26": "Document 8726/VPCP-KGVX",
    "2025-05-02": "Document 8726/VPCP-KGVX",
    "2026-01-02": "Document 12729/VPCP-KGVX",
    "2026-01-10": "Document 12729/VPCP-KGVX",
    "2026-08-22": "Document 9859/VPCP-KGVX",
    "2026-08-31": "Document 9859/VPCP-KGVX",
    "2026-11-24": "Resolution 28/2026/QH16",
}


@pytest.mark.parametrize("name", ["vn", "vn-residence", "vn-one-stop"])
def test_a_swap_is_named_by_its_document(name: str) -> None:
    (row,) = [row for row in load_rules(VIETNAM)["calendars"] if row["id"] == name]

    assert {on: row["reasons"][on].split(" of ")[0].split(",")[0] for on in SWAPS} == SWAPS


def test_the_term_over_new_year_is_a_day_shorter_without_the_swap() -> None:
    """The same dossier of 29 December 2025, by the calendar of the decree and without its row."""
    content = load_rules(VIETNAM)
    first, *others = content["calendars"]
    days = {on: worked for on, worked in first["days"].items() if on not in {"2026-01-02", "2026-01-10"}}
    without = compile_rules(content | {"calendars": [first | {"days": days}, *others]})
    facts = (received("2025-12-29 08:00"), completed("2025-12-29 09:00"))

    found = [clock_at("2026-02-27", *facts, rules=rules).due for rules in (None, without)]

    assert [None if each is None else local_text(each.at - 1, 25_200)[:10] for each in found] == [
        "2026-01-09",
        "2026-01-08",
    ]


def test_the_law_is_the_same_on_a_machine_of_any_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """The holidays package names days in the language of the machine, where it is not told one."""
    here = load_rules(VIETNAM)
    monkeypatch.setenv("LANGUAGE", "en_US")

    assert load_rules(VIETNAM) == here


def test_a_campaign_takes_dossiers_in_at_night_and_on_sundays_in_its_units_only() -> None:
    calendar, sunday = vietnam().calendar, day("2022-08-07")
    night = ((7 * 3600, 22 * 3600),)

    assert vietnam().reception(calendar, "G01.801.012", sunday) == night
    assert vietnam().reception(calendar, "G01.899.012", sunday) == ()
    assert vietnam().reception(calendar, "G01.801.012", day("2022-08-28")) == ()


def test_residence_is_taken_in_on_saturday_mornings_and_its_term_does_not_run_then() -> None:
    rule = vietnam().by_procedure["permanent_residence"][0]
    saturday = day("2026-03-07")

    assert rule.calendar.reception_of(saturday) == ((7 * 3600 + 1800, 11 * 3600 + 1800),)
    assert not rule.calendar.is_working(saturday)


def test_a_hosts_duty_knows_no_day_off() -> None:
    calendar = vietnam().by_procedure["stay_notification"][0].calendar
    first = date(2021, 1, 1)

    assert all(calendar.is_working(day(str(first + timedelta(days=number)))) for number in range(3000))


def test_a_due_is_the_same_for_every_start_within_one_day() -> None:
    calendar = vietnam().calendar
    starts = ("2026-01-05 00:00", "2026-01-05 07:59", "2026-01-05 21:00", "2026-01-05 23:59:59")

    assert len({due(calendar, Term("working_day", 7), span(start)) for start in starts}) == 1


@pytest.mark.parametrize(
    "start, last_day", [("2026-12-28", "2027-01-07"), ("2027-02-01", "2027-02-17"), ("2027-04-28", "2027-05-11")]
)
def test_beyond_the_horizon_statutory_and_lunar_days_are_off_and_the_due_is_provisional(
    start: str, last_day: str
) -> None:
    """1 January; Tết from Thursday 4 to Wednesday 10 February; 30 April, and 1 May, a Saturday made good on Monday."""
    found = due(vietnam().calendar, Term("working_day", 7), span(f"{start} 09:00"))

    assert (str(day_date(found.day)), found.provisional) == (last_day, True)
