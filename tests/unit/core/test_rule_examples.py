"""The law shipped: its worked examples are what the engine computes, its terms bind from their day to their last."""

from datetime import date, datetime
from functools import cache
from pathlib import Path

import pytest

from streams.core.calendar import Calendar, day_date
from streams.core.clock import Clock
from streams.core.compiling import compile_rules
from streams.core.deadlines import Due
from streams.core.instants import local_text
from streams.core.question import NoRule, Question, Wait, clock_of, leg_due, leg_of
from streams.core.rules import Deadline, Rules
from streams.rules_file import VIETNAM, Example, load_examples, load_rules
from tests.core_builders import at, day, vietnam

ROOT = Path(__file__).parents[3]
FOLDERS = [VIETNAM, *sorted(path for path in (ROOT / "examples").glob("*/rules*") if path.is_dir())]
EXAMPLES = [(folder, example) for folder in FOLDERS for example in load_examples(folder)]


@cache
def rules_of(folder: Path) -> Rules:
    return compile_rules(load_rules(folder))


def deadlines_of(folder: Path) -> dict[str, Deadline]:
    return {rule.id: rule for rows in rules_of(folder).by_procedure.values() for rule in rows}


def name_of(value: object) -> str:
    return value.parent.name + "/" + value.name if isinstance(value, Path) else getattr(value, "rule", "")


def second_of(moment: datetime) -> int:
    return int(moment.timestamp())


def asked(folder: Path, example: Example) -> Clock:
    """The clock of the dossier that an example tells of, with the kind and place that it names and no others."""
    procedure = deadlines_of(folder)[example.rule].procedure
    question = Question(
        "anything" if procedure == "*" else procedure,
        second_of(example.received),
        None if example.completed is None else second_of(example.completed),
        example.variant,
        example.place_kind,
        example.unit,
        pauses=[Wait(second_of(begins), second_of(ends)) for begins, ends in example.pauses],
    )
    return clock_of(question, rules_of(folder))


def told(calendar: Calendar, end: Due) -> date:
    """A due as an example writes it: the day where it is the day's 24:00, else the instant."""
    if end.at == calendar.end_of(end.day):
        return day_date(end.day)
    return datetime.fromisoformat(local_text(end.at, calendar.offset(end.at)))


@pytest.mark.parametrize("folder, example", EXAMPLES, ids=name_of)
def test_the_example_of_a_rule_is_what_it_computes(folder: Path, example: Example) -> None:
    clock = asked(folder, example)
    assert clock.rule is not None
    end = clock.due if example.leg is None else leg_due(clock, leg_of(clock.rule, example.leg))
    assert end is not None

    assert (clock.rule.id, told(clock.calendar, end)) == (example.rule, example.due)


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_every_folder_of_rules_has_a_worked_example(folder: Path) -> None:
    assert load_examples(folder)


def test_every_rule_has_a_worked_example_and_every_rule_of_vietnam_two() -> None:
    examples = [(folder, example.rule) for folder, example in EXAMPLES if example.leg is None]
    few = [
        (folder.parent.name, name)
        for folder in FOLDERS
        for name in deadlines_of(folder)
        if examples.count((folder, name)) < (2 if folder == VIETNAM else 1)
    ]

    assert few == []


# Procedure, variant, place, first and last day asked, the term and the rule; None where no rule binds.
TERMS: list[tuple[str, str | None, str | None, str, str, str | None]] = [
    # Cards: the 2014 law by place, the 2023 law everywhere.
    ("card", "new", "town", "2015-12-31", "2015-12-31", None),
    ("card", "new", "town", "2016-01-01", "2024-06-30", "7 working_day card-2014-town"),
    ("card", "exchange", "city", "2016-01-01", "2024-06-30", "7 working_day card-2014-town"),
    ("card", "reissue", "city", "2016-01-01", "2024-06-30", "15 working_day card-2014-town-reissue"),
    ("card", "new", "mountainous", "2016-01-01", "2024-06-30", "20 working_day card-2014-remote"),
    ("card", "exchange", "border", "2016-01-01", "2024-06-30", "20 working_day card-2014-remote"),
    ("card", "reissue", "island", "2016-01-01", "2024-06-30", "20 working_day card-2014-remote"),
    ("card", "new", "plain", "2016-01-01", "2024-06-30", "15 working_day card-2014-elsewhere"),
    ("card", "exchange", None, "2016-01-01", "2024-06-30", "15 working_day card-2014-elsewhere"),
    ("card", "reissue", "plain", "2016-01-01", "2024-06-30", "15 working_day card-2014-elsewhere"),
    ("card", "new", "national_centre", "2016-01-01", "2024-06-30", "7 working_day card-2014-national-centre"),
    ("card", "reissue", "national_centre", "2016-01-01", "2024-06-30",
     "15 working_day card-2014-national-centre-reissue"),
    ("card", "new", "town", "2024-07-01", "2026-12-31", "7 working_day card-2023"),
    ("card", "exchange", "mountainous", "2024-07-01", "2026-12-31", "7 working_day card-2023"),
    ("card", "reissue", "island", "2024-07-01", "2026-12-31", "7 working_day card-2023"),
    ("card", "reissue", None, "2024-07-01", "2026-12-31", "7 working_day card-2023"),
    ("card", "new", "national_centre", "2024-07-01", "2026-12-31", "7 working_day card-2023-national-centre"),
    ("card", "exchange_on_vneid", None, "2024-06-30", "2025-07-31", None),
    ("card", "exchange_on_vneid", "border", "2025-08-01", "2026-12-31", "7 working_day card-2025-vneid-exchange"),
    ("card", "under_14", None, "2024-06-30", "2024-12-31", None),
    ("card", "under_14", "town", "2025-01-01", "2026-12-31", "7 working_day card-2025-under-14"),
    ("card", "data_added", None, "2024-12-31", "2024-12-31", None),
    ("card", "data_added", None, "2025-01-01", "2026-12-31", "7 working_day card-2025-data-added"),
    ("card", "dna_added", None, "2024-12-31", "2024-12-31", None),
    ("card", "dna_added", None, "2025-01-01", "2026-12-31", "7 working_day card-2025-dna-voice"),
    ("card", "voice_added", None, "2025-01-01", "2026-12-31", "7 working_day card-2025-dna-voice"),
    ("data_correction", None, None, "2024-12-31", "2024-12-31", None),
    ("data_correction", None, None, "2025-01-01", "2026-12-31", "2 working_day correction-2025"),
    # Old numbers: by archive before the Decree, by database from then on.
    ("old_number_confirmation", "no_archive_search", None, "2016-01-01", "2024-06-30",
     "3 working_day confirmation-2016-no-archive-search"),
    ("old_number_confirmation", "archive_own_province", None, "2016-01-01", "2024-06-30",
     "10 working_day confirmation-2016-own-province"),
    ("old_number_confirmation", "archive_other_province", None, "2016-01-01", "2024-06-30",
     "15 working_day confirmation-2016-other-province"),
    ("old_number_confirmation", "archive_own_province", None, "2024-07-01", "2026-12-31", None),
    ("old_number_confirmation", "in_database", None, "2024-06-30", "2024-06-30", None),
    ("old_number_confirmation", "in_database", None, "2024-07-01", "2026-12-31",
     "3 working_day confirmation-2024-in-database"),
    ("old_number_confirmation", "not_in_database", None, "2024-07-01", "2026-12-31",
     "7 working_day confirmation-2024-not-in-database"),
    ("personal_number", None, None, "2024-12-31", "2024-12-31", None),
    ("personal_number", None, None, "2025-01-01", "2026-12-31", "15 working_day personal-number-2025"),
    # Electronic identification.
    ("eid", "level_1", None, "2022-10-19", "2022-10-19", None),
    ("eid", "level_1", None, "2022-10-20", "2024-06-30", "1 working_day eid-2022-level-1"),
    ("eid", "level_2_with_card", None, "2022-10-20", "2024-06-30", "3 working_day eid-2022-level-2-with-card"),
    ("eid", "level_2_without_card", None, "2022-10-20", "2024-06-30", "7 working_day eid-2022-level-2-without-card"),
    ("eid", "level_1", None, "2024-07-01", "2026-12-31", "1 working_day eid-2024-level-1"),
    ("eid", "level_2_with_card", None, "2024-07-01", "2026-12-31", "3 working_day eid-2024-level-2-with-card"),
    ("eid", "level_2_without_card", None, "2024-07-01", "2026-12-31", "7 working_day eid-2024-level-2-without-card"),
    ("eid_organisation", "in_database", None, "2024-06-30", "2024-06-30", None),
    ("eid_organisation", "in_database", None, "2024-07-01", "2026-12-31",
     "3 working_day eid-organisation-2024-in-database"),
    ("eid_organisation", "to_be_checked", None, "2024-07-01", "2026-12-31",
     "15 calendar_day eid-organisation-2024-to-be-checked"),
    ("eid_lock", "by_citizen", None, "2024-06-30", "2024-06-30", None),
    ("eid_lock", "by_citizen", None, "2024-07-01", "2026-12-31", "1 same_day eid-lock-2024-by-citizen"),
    ("eid_lock", "by_authority", None, "2024-07-01", "2026-12-31", "3 working_day eid-lock-2024-by-authority"),
    # Residence and stay.
    ("permanent_residence", None, None, "2021-06-30", "2021-06-30", None),
    ("permanent_residence", None, None, "2021-07-01", "2026-12-31", "7 working_day permanent-residence-2021"),
    ("temporary_residence", None, None, "2021-06-30", "2021-06-30", None),
    ("temporary_residence", None, None, "2021-07-01", "2026-12-31", "3 working_day temporary-residence-2021"),
    ("temporary_residence_extension", None, None, "2021-07-01", "2026-12-31",
     "3 working_day temporary-residence-extension-2021"),
    ("household_split", None, None, "2021-07-01", "2026-12-31", "5 working_day household-split-2021"),
    ("residence_confirmation", "in_database", None, "2021-06-30", "2021-06-30", None),
    ("residence_confirmation", "in_database", None, "2021-07-01", "2026-12-31",
     "1 half_day residence-confirmation-2021-in-database"),
    ("residence_confirmation", "to_be_checked", None, "2021-07-01", "2026-12-31",
     "3 working_day residence-confirmation-2021-to-be-checked"),
    ("stay_notification", None, None, "2021-06-30", "2021-06-30", None),
    ("stay_notification", None, None, "2021-07-01", "2026-12-31", "1 same_day stay-notification-2021"),
    # Interlinked groups.
    ("interlinked_birth", None, None, "2015-06-30", "2015-06-30", None),
    ("interlinked_birth", None, None, "2015-07-01", "2024-06-11", "20 working_day interlinked-birth-2015"),
    ("interlinked_birth", "without_residence", None, "2015-07-01", "2024-06-11",
     "15 working_day interlinked-birth-2015-without-residence"),
    ("interlinked_birth", None, "remote", "2015-07-01", "2024-06-11",
     "25 working_day interlinked-birth-2015-remote"),
    ("interlinked_birth", "without_residence", "remote", "2015-07-01", "2024-06-11",
     "20 working_day interlinked-birth-2015-remote-without-residence"),
    ("interlinked_birth", None, None, "2024-06-12", "2026-12-31", "3 working_day interlinked-birth-2024"),
    ("interlinked_birth", "without_residence", "remote", "2024-06-12", "2026-12-31",
     "3 working_day interlinked-birth-2024"),
    ("interlinked_birth", "to_be_checked", None, "2024-06-12", "2026-12-31",
     "5 working_day interlinked-birth-2024-to-be-checked"),
    ("interlinked_death", "two_legs", None, "2024-06-11", "2024-06-11", None),
    ("interlinked_death", "two_legs", None, "2024-06-12", "2026-12-31",
     "6 working_day interlinked-death-2024-two-legs"),
    ("interlinked_death", "four_legs", None, "2024-06-12", "2026-12-31",
     "18 working_day interlinked-death-2024-four-legs"),
    ("interlinked_death", "three_legs", None, "2024-06-12", "2026-12-31", "18 working_day interlinked-death-2024"),
    ("interlinked_death", None, None, "2024-06-12", "2026-12-31", "18 working_day interlinked-death-2024"),
    # Terms of hours, and of the day itself.
    ("vehicle_plates", "online", None, "2024-12-31", "2024-12-31", None),
    ("vehicle_plates", "online", None, "2025-01-01", "2026-12-31", "8 working_hour vehicle-plates-2025-online"),
    ("foreigner_stay", None, None, "2024-12-31", "2024-12-31", None),
    ("foreigner_stay", None, None, "2025-01-01", "2026-12-31", "12 clock_hour foreigner-stay-2025"),
    ("foreigner_stay", None, "remote", "2025-01-01", "2026-12-31", "24 clock_hour foreigner-stay-2025-remote"),
    ("abtc_loss", None, None, "2024-12-31", "2024-12-31", None),
    ("abtc_loss", None, None, "2025-01-01", "2026-12-31", "48 clock_hour abtc-loss-2025"),
    ("same_day_procedure", None, None, "2024-12-31", "2024-12-31", None),
    ("same_day_procedure", None, None, "2025-01-01", "2026-12-31", "1 same_day same-day-2025"),
]  # fmt: skip


@pytest.mark.parametrize("procedure, variant, place, first, last, expected", TERMS)
def test_the_law_of_a_day_binds_from_its_first_day_to_its_last(
    procedure: str, variant: str | None, place: str | None, first: str, last: str, expected: str | None
) -> None:
    found = [answer(procedure, variant, place, on) for on in (first, last)]

    assert found == [expected, expected]


def answer(procedure: str, variant: str | None, place: str | None, on: str) -> str | None:
    """The term and the rule of a dossier taken in at noon of a day."""
    try:
        clock = clock_of(Question(procedure, at(f"{on} 12:00"), variant=variant, place_kind=place), vietnam())
    except NoRule:
        return None
    assert clock.rule is not None
    return f"{clock.rule.term.amount} {clock.rule.term.unit} {clock.rule.id}"


def test_the_table_asks_every_rule_on_its_first_day_and_on_its_last() -> None:
    asked_for = {(expected.split()[-1], on) for *_, first, last, expected in TERMS if expected for on in (first, last)}
    edges = {
        (name, day_date(edge).isoformat())
        for name, rule in deadlines_of(VIETNAM).items()
        for edge in (rule.from_day, rule.until_day - 1)
        if edge < day("2027-01-01")
    }

    assert edges - asked_for == set()


def test_an_open_case_keeps_the_law_of_its_reception() -> None:
    """Received under the 2014 law, complete a week after the change: still 20 working days."""
    question = Question("card", at("2024-06-28 08:00"), at("2024-07-05 08:00"), "new", "mountainous")

    clock = clock_of(question, vietnam())

    assert clock.rule is not None
    assert (clock.rule.id, clock.due and told(clock.calendar, clock.due)) == ("card-2014-remote", date(2024, 8, 2))


def test_only_duties_of_the_unit_enter_its_rates() -> None:
    bearers = {rule.procedure: rule.bearer for rule in deadlines_of(VIETNAM).values() if rule.bearer != "unit"}

    assert bearers == {"stay_notification": "host", "foreigner_stay": "host", "abtc_loss": "citizen"}


def test_the_targets_of_the_stages_of_a_card_fit_into_its_term() -> None:
    sums = {
        rule.id: sum(stage.term.amount for stage in rule.stages if stage.term is not None)
        for rule in rules_of(VIETNAM).by_procedure["card"]
        if rule.stages
    }

    assert {name for name, days in sums.items() if days == 7} == {
        "card-2014-town", "card-2023", "card-2025-vneid-exchange", "card-2025-under-14",
    }  # fmt: skip
    assert {name for name, days in sums.items() if days == 6} == {
        "card-2014-national-centre", "card-2014-national-centre-reissue", "card-2023-national-centre",
    }  # fmt: skip
    assert {name for name, days in sums.items() if days == 0} == {
        "card-2014-town-reissue", "card-2014-remote", "card-2014-elsewhere",
    }  # fmt: skip
