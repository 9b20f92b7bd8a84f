"""`hoso due`: the due of a dossier that is only asked about, and every step on the way to it."""

import json
from pathlib import Path
from typing import Any

import pytest

from streams.wiring.asking import REFUSED
from tests.rules_folder import CALENDAR, RULES, SWAP, write_rules
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
    "an extension": (
        ("card", "2026-01-12", "--variant", "new", "--extended", "2026-01-20=2026-01-23"),
        "extended 2026-01-23 24:00 on 2026-01-20; before that 2026-01-21 24:00",
    ),
    "no due": (("card", "2026-01-12", "--variant", "new", "--pause", "2026-01-13.."), "due none yet"),
    "an older rule": (("card", "2024-06-03", "--variant", "new"), "in force from 2020-01-01 to 2024-06-30"),
}


@pytest.mark.parametrize("words, shown", TABLES.values(), ids=TABLES)
def test_tables_show_what_was_found(rules: str, words: tuple[str, ...], shown: str) -> None:
    code, said = run("due", *words, "--rules", rules)

    assert code == 0
    assert shown in " ".join(said.split())


REMOTE = """
[[deadline]]
id = "card-remote"
procedure = "card"
variants = ["new", "reissue"]
place_kinds = ["mountainous", "island"]
amount = 20
unit = "working_day"
calendar = "vn"
starts = "case.completed"
duty_ends_at = "card.received_at_unit"
effective_from = 2020-01-01
effective_until = 2024-07-01
source = "Law of 2014, Article 25"
example = [{ received = 2024-06-03T08:00:00, place_kind = "islet", due = 2024-07-01, why = "four weeks" }]
"""


@pytest.fixture
def places(tmp_path: Path) -> str:
    """Rules that told places apart until 2024."""
    return str(write_rules(tmp_path / "places", rules=RULES + REMOTE))


@pytest.mark.parametrize("day", ["2024-06-03", "2026-01-12"])
def test_a_place_that_no_rule_names_on_any_day_is_refused_with_the_choices(places: str, day: str) -> None:
    code, said = run("due", "card", day, "--variant", "new", "--place", "mountain", "--rules", places)

    assert code == 2
    assert (
        "no rule of card names place mountain: the choices are island, islet, mountainous; for any other leave "
        "--place out"
    ) in " ".join(said.split())


def test_a_place_that_a_rule_of_another_day_or_an_example_names_is_none_to_refuse(places: str) -> None:
    found = [
        asked(places, "card", day, "--variant", "new", "--place", place)["term"]
        for day, place in (("2024-06-03", "mountainous"), ("2026-01-12", "mountainous"), ("2024-06-03", "islet"))
    ]

    assert found == ["20 working_day", "7 working_day", "15 working_day"]


def test_where_all_variants_have_one_term_none_need_be_named(places: str) -> None:
    without, named = (asked(places, "card", "2024-06-03", *words) for words in ((), ("--variant", "new")))

    assert (without["rule"], without["due"]) == (named["rule"], named["due"])


def test_a_variant_where_none_are_told_apart_is_a_note(rules: str) -> None:
    told = asked(rules, "birth", "2026-01-12", "--variant", "new", "--place", "island")

    assert told["notes"] == [
        "the rules of birth tell no variants apart: --variant changes nothing",
        "the rules of birth tell no places apart: --place changes nothing",
    ]


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
        "rule plate knows no pause supplement: --pause supplement: changes nothing",
    ),
    "the appointment": (
        'due_governs = "declared"\n' + PLATE,
        ("plate", "2026-01-12T10:00", "--appointment", "2026-01-15"),
        "by rule plate the appointment given is what counts; the rest is computed beside it",
    ),
    "a leg in a pause": (
        PLATE,
        ("birth", "2026-01-12", "--leg", "registration", "--pause", "2026-01-12..2026-01-14"),
        "pauses and extensions move the due of the group, not those of its legs",
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
    assert told["notes"] == ["the supplement pause from 2026-02-02 does not count: it came after the due then in force"]


def test_a_day_is_told_as_the_day_and_a_time_as_the_instant(rules: str) -> None:
    stretches = ("2026-01-08..2026-01-09", "2026-01-13T10:00..2026-01-14")

    told = asked(rules, "card", "2026-01-12", "--variant", "new", *(f"--pause={each}" for each in stretches))

    assert [(each["since"], each["until"], each["refused"]) for each in told["pauses"]] == [
        ("2026-01-08", "2026-01-09", "before_start"),
        ("2026-01-13T10:00:00+07:00", "2026-01-14", None),
    ]
    assert told["notes"] == [
        "the supplement pause from 2026-01-08 does not count: it lies before the start of the term"
    ]


def test_each_pause_is_on_a_document_of_its_own_whatever_it_is_for(rules: str) -> None:
    kinds = ("2026-01-13..2026-01-15", "2026-01-14..2026-01-16", "payment:2026-01-19..2026-01-20")

    told = asked(rules, "card", "2026-01-12", "--variant", "new", *(f"--pause={each}" for each in kinds))

    assert [(each["why"], each["used"]) for each in told["pauses"]] == [
        ("supplement", 2),
        ("supplement", 1),
        ("payment", 1),
    ]
    assert told["due"]["day"] == "2026-01-27"


def test_an_extension_moves_the_due_and_one_that_does_not_count_says_why(rules: str) -> None:
    given = ("2026-01-20=2026-01-23", "2026-01-21=2026-01-22")

    told = asked(rules, "card", "2026-01-12", "--variant", "new", *(f"--extended={each}" for each in given))

    assert told["due"]["day"] == "2026-01-23"
    assert told["extensions"] == [
        {"told": "2026-01-20", "before": "2026-01-21 24:00", "new_due": "2026-01-23 24:00", "refused": None},
        {"told": "2026-01-21", "before": "2026-01-23 24:00", "new_due": "2026-01-22 24:00", "refused": "not_later"},
    ]
    assert [day["what"] for day in told["days"][-3:]] == ["counted", "extended", "extended"]
    assert told["notes"] == [
        "the extension of 2026-01-21 does not count: the new due is not later than the one in force"
    ]


def test_a_reason_that_has_no_words_yet_is_shown_as_it_is(rules: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(REFUSED, "after_due")

    told = asked(rules, "card", "2026-01-12", "--variant", "new", "--pause", "2026-02-02..")

    assert told["notes"] == ["the supplement pause from 2026-02-02 does not count: after_due"]


def test_an_appointment_that_only_a_later_decree_made_wrong_is_told_as_right_then(tmp_path: Path) -> None:
    calendar = CALENDAR + SWAP + "decided_on = 2025-12-25\n"
    folder = str(write_rules(tmp_path, swap=False, calendar=calendar))
    words = ("card", "2025-12-24T09:00", "--variant", "new", "--appointment", "2026-01-05")

    told = asked(folder, *words)
    code, said = run("due", *words, "--rules", folder)

    assert told["appointment"] == {
        "given": "2026-01-05",
        "beside": "2026-01-06",
        "working_days": -1,
        "why": "decreed_later",
    }
    assert code == 0
    assert "1 working day before the due: right by what was decreed then" in " ".join(said.split())


def test_a_term_of_the_same_day_counts_that_day(tmp_path: Path) -> None:
    same_day = RULES.replace('amount = 8\nunit = "working_hour"', 'amount = 1\nunit = "same_day"\ncut_off = "15:00"')
    folder = str(write_rules(tmp_path, rules=same_day))

    code, said = run("due", "plate", "2026-01-12T10:00", "--rules", folder)

    assert code == 0
    assert "2026-01-12 Mon counted 1" in " ".join(said.split())


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
    "a variant of none": (("card", "2026-01-12", "--variant", "x"), "names variant x: the choices are new, reissue"),
    "a procedure of none": (("car", "2026-01-12"), "procedure car has no rule; known are birth, card, plate"),
    "before any law": (("card", "2019-01-07"), "on 2019-01-07; there are card-old from 2020-01-01 to 2024-06-30"),
    "a leg of none": (("birth", "2026-01-12", "--leg", "x"), "rule birth has no leg x; its legs: registration"),
    "a day of none": (("card", "2026-02-30"), "START 2026-02-30: expected a day like 2025-12-29 or a time like"),
    "a year of none": (("card", "1870-01-01"), "years from 1970 to 2199"),
    "complete before received": (("card", "2026-01-12", "--completed", "2026-01-11"), "lies before START"),
    "a pause of one end": (("card", "2026-01-12", "--pause", "2026-01-13"), "expected FROM..TO"),
    "a pause of none": (
        ("card", "2026-01-12", "--pause", "lunch:2026-01-13.."),
        "lunch is none of supplement, payment",
    ),
    "no new due": (
        ("card", "2026-01-12", "--extended", "2026-01-20"),
        "expected T=NEW_DUE, like 2026-01-12=2026-01-20",
    ),
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
