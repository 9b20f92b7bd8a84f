"""`hoso due`: the due of a dossier that is only asked about, and every step on the way to it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.rules_folder import RULES, write_rules
from tests.unit.test_cli import run


@pytest.fixture
def rules(tmp_path: Path) -> str:
    return str(write_rules(tmp_path / "rules"))


def asked(rules: str, *words: str) -> dict[str, Any]:
    code, said = run("due", *words, "--rules", rules, "--json")
    assert code == 0, said
    found: dict[str, Any] = json.loads(said)
    return found


def test_every_day_between_is_told_with_what_was_counted_and_why_not(rules: str) -> None:
    told = asked(rules, "card", "2025-12-29", "--variant", "new")

    assert [(day["day"][5:], day["what"], day["used"], day["why"]) for day in told["days"]] == [
        ("12-29", "first_day", 0, None),
        ("12-30", "counted", 1, None),
        ("12-31", "counted", 2, None),
        ("01-01", "off", 2, "Labour Code 2019, Article 112"),
        ("01-02", "off", 2, "Document 12729/VPCP-KGVX"),
        ("01-03", "off", 2, "weekend"),
        ("01-04", "off", 2, "weekend"),
        ("01-05", "counted", 3, None),
        ("01-06", "counted", 4, None),
        ("01-07", "counted", 5, None),
        ("01-08", "counted", 6, None),
        ("01-09", "counted", 7, None),
    ]
    assert told["due"] == {
        "at": "2026-01-10T00:00:00+07:00",
        "text": "2026-01-09 24:00",
        "day": "2026-01-09",
        "provisional": False,
    }


def test_the_rule_is_told_with_its_act_the_day_that_chose_it_and_its_calendar(rules: str) -> None:
    told = asked(rules, "card", "2024-06-28", "--variant", "new", "--completed", "2024-07-02")

    assert told["rule"]["id"] == "card-old"
    assert told["rule"]["source"] == "Law of 2014, Article 25"
    assert (told["rule"]["law_of"], told["rule"]["law_day"]) == ("received", "2024-06-28")
    assert told["calendar"]["id"] == "vn"
    assert told["starts"] == {"event": "case.completed", "at": "2024-07-02"}


def test_without_json_the_same_stands_in_tables(rules: str) -> None:
    code, said = run("due", "card", "2025-12-29", "--variant", "new", "--rules", rules)

    told = " ".join(said.split())
    assert code == 0
    assert "card: 7 working_day, Law 26/2023/QH15, Article 26" in told
    assert "not verified law_of" in told
    assert "2026-01-02 Fri off 2 Document 12729/VPCP-KGVX" in told
    assert "due Fri 2026-01-09 24:00 legal" in told


TABLES = {
    "both dues": (
        ("card", "2025-12-29", "--variant", "new", "--unit", "H26.1", "--appointment", "2026-01-08"),
        "provincial due Thu 2026-01-08 24:00 5 working_day by decision 99/QD-UBND",
    ),
    "an appointment": (
        ("card", "2025-12-29", "--variant", "new", "--appointment", "2026-01-20"),
        "appointment 2026-01-20 8 working days after the due: no known way of counting gives that day",
    ),
    "a day off": (
        ("card", "2025-12-29", "--variant", "new", "--appointment", "2026-01-11"),
        "2026-01-11 1 working day after the due",
    ),
    "a leg": (("birth", "2026-01-12", "--leg", "registration"), "leg registration (justice): 1 working_day, Decree"),
    "hours": (("plate", "2026-01-12T10:00"), "2026-01-12 Mon counted 6:00 2026-01-13 Tue counted 8:00"),
    "no due": (("card", "2026-01-12", "--variant", "new", "--pause", "2026-01-13.."), "due none yet"),
    "an older rule": (("card", "2024-06-03", "--variant", "new"), "in force from 2020-01-01 until 2024-07-01"),
}


@pytest.mark.parametrize("words, shown", TABLES.values(), ids=TABLES)
def test_tables_show_what_was_found(rules: str, words: tuple[str, ...], shown: str) -> None:
    code, said = run("due", *words, "--rules", rules)

    assert code == 0
    assert shown in " ".join(said.split())


PLATE = 'starts = "case.completed"\nduty_ends_at = "result.published"\neffective_from = 2024-07-01\nsource = "Circular'
NOTES = {
    "a start that is not asked about": (
        PLATE.replace("case.completed", "verification.done"),
        ("plate", "2026-01-12T10:00"),
        "the term runs from verification.done, taken to have happened when the dossier was complete",
    ),
    "no pause": (
        "pause = []\n" + PLATE,
        ("plate", "2026-01-12T10:00", "--pause", "2026-01-12T11:00..2026-01-12T14:00"),
        "rule plate knows no pause for papers: --pause changes nothing",
    ),
    "the appointment": (
        'due_governs = "declared"\n' + PLATE,
        ("plate", "2026-01-12T10:00", "--appointment", "2026-01-15"),
        "by rule plate the appointment given is what counts; the rest is computed beside it",
    ),
    "a leg in a pause": (
        PLATE,
        ("birth", "2026-01-12", "--leg", "registration", "--pause", "2026-01-12..2026-01-14"),
        "pauses move the due of the group, not those of its legs",
    ),
}


@pytest.mark.parametrize("plate, words, note", NOTES.values(), ids=NOTES)
def test_what_a_reader_might_stumble_over_is_a_note(
    tmp_path: Path, plate: str, words: tuple[str, ...], note: str
) -> None:
    folder = write_rules(tmp_path, rules=RULES.replace(PLATE, plate))

    told = asked(str(folder), *words)

    assert told["notes"] == [note]


def test_a_rule_that_can_never_start_is_told(tmp_path: Path) -> None:
    plate = PLATE.replace("case.completed", "official.status_changed")
    folder = write_rules(tmp_path, rules=RULES.replace(PLATE, plate))

    code, said = run("due", "plate", "2026-01-12", "--rules", str(folder))

    assert code == 2
    assert "rule plate starts with official.status_changed, which is no event of a case" in " ".join(said.split())


def test_a_unit_with_a_closure_and_a_cut_has_dues_of_its_own(rules: str) -> None:
    told = asked(rules, "card", "2025-12-29", "--variant", "new", "--unit", "H26.1")

    assert (told["due"]["day"], told["due_kind"], told["legal"]["day"]) == ("2026-01-08", "provincial", "2026-01-10")
    assert told["provincial"]["decision"] == "99/QD-UBND"
    assert told["calendar"]["id"] == "vn+storm"
    assert {"day": "2026-01-06", "what": "off", "used": 3, "why": "Decision 7/QD-UBND"} in told["days"]


@pytest.mark.parametrize(
    "given, days, why",
    [
        ("2026-01-09", 0, None),
        ("2026-01-08", -1, "first_day_counted"),
        ("2026-01-07", -2, "days_off_forgotten"),
        ("2026-01-20", 8, "unexplained"),
    ],
)
def test_an_appointment_is_compared_and_the_difference_explained(
    rules: str, given: str, days: int, why: str | None
) -> None:
    told = asked(rules, "card", "2025-12-29", "--variant", "new", "--appointment", given)

    assert told["appointment"] == {"given": given, "beside": "2026-01-09", "working_days": days, "why": why}


def test_an_appointment_is_compared_with_the_due_before_any_pause(rules: str) -> None:
    words = (
        "card",
        "2026-01-12",
        "--variant",
        "new",
        "--pause",
        "2026-01-13..2026-01-15",
        "--appointment",
        "2026-01-21",
    )

    told = asked(rules, *words)
    code, said = run("due", *words, "--rules", rules)

    assert (told["due"]["day"], told["appointment"]["beside"]) == ("2026-01-23", "2026-01-21")
    assert [day["what"] for day in told["days"]][:4] == ["first_day", "counted", "paused", "paused"]
    assert code == 0
    assert "as computed on 2026-01-21, before any pause" in " ".join(said.split())


def test_a_pause_without_an_answer_leaves_no_due(rules: str) -> None:
    told = asked(rules, "card", "2026-01-12", "--variant", "new", "--pause", "2026-01-13..")

    assert told["due"] is None
    assert told["notes"] == ["the clock stands still since the last request: no due before the answer"]


def test_a_pause_after_the_due_is_told_and_does_not_count(rules: str) -> None:
    told = asked(rules, "card", "2026-01-12", "--variant", "new", "--pause", "2026-02-02..2026-02-04")

    assert told["due"]["day"] == "2026-01-21"
    assert told["notes"] == ["the pause from 2026-02-03T00:00:00+07:00 does not count: after_due"]


def test_a_due_beyond_the_known_decrees_is_provisional(rules: str) -> None:
    code, said = run("due", "card", "2026-12-29", "--variant", "new", "--rules", rules)

    assert code == 0
    assert "provisional decrees are known up to 2026-12-31" in " ".join(said.split())


def test_a_leg_has_a_term_of_its_own(rules: str) -> None:
    told = asked(rules, "birth", "2026-01-12", "--leg", "registration")

    assert (told["leg"]["agency"], told["term"], told["due"]["day"]) == ("justice", "1 working_day", "2026-01-13")


def test_reception_after_hours_does_not_move_a_term_of_whole_days(rules: str) -> None:
    late, early = (asked(rules, "card", f"2026-01-12T{at}", "--variant", "new") for at in ("21:00", "08:00"))

    assert late["due"] == early["due"]
    assert late["notes"] == [
        "received outside of the hours of reception (08:00-12:00, 13:30-17:30): this does not move a term of whole days"
    ]
    assert early["notes"] == []


def test_a_day_alone_stands_for_its_end_where_hours_count(rules: str) -> None:
    alone, morning = (asked(rules, "plate", at) for at in ("2026-01-12", "2026-01-12T10:00"))

    assert alone["due"]["at"] == "2026-01-13T17:30:00+07:00"
    assert alone["notes"] == [
        "only the day is known, and stands for its end; a term of working_hour looks at the hour: add T09:00"
    ]
    assert morning["due"]["at"] == "2026-01-13T10:00:00+07:00"
    assert morning["measure"] == "seconds"


def test_an_offset_goes_before_the_zone_of_the_rules(rules: str) -> None:
    told = asked(rules, "plate", "2026-01-12T03:00:00Z")

    assert told["received"] == "2026-01-12T10:00:00+07:00"


WRONG = {
    "no variant": (("card", "2026-01-12"), "variant is not given, the choices are new, reissue"),
    "a variant of none": (("card", "2026-01-12", "--variant", "x"), "variant is x, the choices are new, reissue"),
    "a procedure of none": (("car", "2026-01-12"), "procedure car has no rule; known are birth, card, plate"),
    "before any law": (("card", "2019-01-07"), "on 2019-01-07; there are card-old from 2020-01-01 until 2024-07-01"),
    "a leg of none": (("birth", "2026-01-12", "--leg", "x"), "rule birth has no leg x; its legs: registration"),
    "a day of none": (("card", "2026-02-30"), "START 2026-02-30: expected a day like 2025-12-29 or a time like"),
    "a year of none": (("card", "1870-01-01"), "years from 1970 to 2199"),
    "complete before received": (("card", "2026-01-12", "--completed", "2026-01-11"), "lies before START"),
    "a pause of one end": (("card", "2026-01-12", "--pause", "2026-01-13"), "expected FROM..TO"),
    "a pause backwards": (("card", "2026-01-12", "--pause", "2026-01-14..2026-01-13"), "must begin before it ends"),
}


@pytest.mark.parametrize("words, told", WRONG.values(), ids=WRONG)
def test_a_question_without_an_answer_is_told_in_one_line_with_exit_code_2(
    rules: str, words: tuple[str, ...], told: str
) -> None:
    code, said = run("due", *words, "--rules", rules)

    assert code == 2
    assert told in " ".join(said.split())
    assert "Traceback" not in said
