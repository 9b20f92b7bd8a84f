"""The poorest profile: a portal's exports and a counter's register tell of the cases, and nothing else. What can still
be said is said, and nothing is claimed of anybody for want of a feed."""

import json
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from schemas.codec import encode
from streams.core.discrepancy import CLASSES
from tests.unit.test_cli import run
from tools.evidence_page import CARD, INTERLINKED, PROFILES, TOLD, absence, claimed, rule
from tools.poorest_profile import FOLDER, KEY, SAVED, UNIT, all_added, cases, law, merged_log, said

LIVE = next(live for name, live in PROFILES.items() if "poorest" in name.en)
# Classes that only somebody not connected here could tell, or whose absence would have to be told.
SILENT = frozenset(CLASSES) - {name for name in CLASSES if claimed(name, LIVE, rule(CARD))}


class Expected(NamedTuple):
    """The verdict, the flags that stand at the end, and those that were raised and ended; *unknown* that ended left
    out."""

    verdict: str
    stand: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()


EXPECTED: Mapping[str, Expected] = {
    # Handed over the day before the appointment, the portal open for ever.
    "01": Expected("on_time", ("falsely_late", "falsely_pending")),
    # The same, and the portal follows at once.
    "02": Expected("on_time"),
    # The same, closed with an end after the appointment.
    "03": Expected("on_time", ("falsely_late",), ("falsely_pending",)),
    # Handed over after the due: nobody told when the card was ready.
    "04": Expected("insufficient", ("falsely_pending",)),
    # No line in the register, the portal open past the appointment.
    "05": Expected("insufficient", ("unknown",)),
    # Code 9, and no line: a card may lie at the counter.
    "06": Expected("insufficient", ("unknown",)),
    # Code 10, and no line in a register that is live.
    "07": Expected("insufficient", ("falsely_done", "unknown")),
    # Seen open on the 14th, declared ended on the 13th, and handed over on the 13th, its due: synchronised late.
    "08": Expected("on_time", (), ("falsely_late", "falsely_pending")),
    # The same without that hand-over: it came on the 19th.
    "09": Expected("insufficient", ("backdated",)),
    # The declared end is another in a later export.
    "10": Expected("insufficient", ("rewritten",)),
    # No longer in the exports.
    "11": Expected("insufficient", ("unknown", "vanished")),
    # Handed over on the last day, by the unit's own word of a week later.
    "12": Expected("insufficient", ("falsely_pending",)),
    # Never seen as accepted, so that no term has begun; the appointment was kept.
    "13": Expected("not_started", ("falsely_late", "falsely_pending")),
    # Accepted between two exports.
    "14": Expected("on_time"),
    # Accepted long before the first export, handed over after the appointment.
    "15": Expected("insufficient"),
    # A residence case: the register tells nothing of results that lie ready.
    "16": Expected("insufficient", ("unknown",)),
}


def found(case: str) -> Expected:
    one = said(*all_added())[f"{UNIT}-260105-0000{case}"]
    return Expected(one.verdict, one.stand, tuple(flag for flag in one.ended if flag != "unknown"))


def classes(names: Iterable[str]) -> frozenset[str]:
    """All classes that were ever claimed with these rows beside the law."""
    return frozenset(flag for one in said(*names).values() for flag in (*one.stand, *one.ended))


def test_every_case_of_the_example_is_expected() -> None:
    assert [code[-2:] for code in cases()] == list(EXPECTED)


@pytest.mark.parametrize("case", EXPECTED)
def test_the_verdict(case: str) -> None:
    assert found(case).verdict == EXPECTED[case].verdict


@pytest.mark.parametrize("case", EXPECTED)
def test_the_flags_that_stand(case: str) -> None:
    assert found(case).stand == EXPECTED[case].stand


@pytest.mark.parametrize("case", EXPECTED)
def test_the_flags_that_ended(case: str) -> None:
    assert found(case).ended == EXPECTED[case].ended


def test_what_needs_a_feed_that_is_not_connected_is_never_claimed() -> None:
    assert classes(all_added()) & SILENT == {"falsely_done"}
    assert {"overdue", "at_risk", "no_movement", "falsely_done", "not_collected"} <= SILENT


def test_an_appointment_is_not_called_wrong_by_a_start_that_nobody_told() -> None:
    assert "wrong_due" not in classes(all_added())


def test_what_remains_is_what_the_page_says() -> None:
    remaining = classes(all_added()) - {"unknown"}

    assert remaining == {"falsely_pending", "falsely_late", "falsely_done", "backdated", "rewritten", "vanished"}
    # Of code 10, returned without a hand-over, the register alone can tell.
    assert all(claimed(name, LIVE, rule(CARD)) for name in remaining - {"falsely_done"})


def test_unknown_is_the_operators_and_names_no_unit() -> None:
    by_case = said(*all_added())

    owners = {one.accountable["unknown"] for one in by_case.values() if "unknown" in one.accountable}
    # Nobody is named by one that was taken back.
    assert owners == {"operator", "nobody"}


def test_without_the_rows_of_coverage_the_unit_would_be_named_for_what_nobody_told() -> None:
    bare = said()

    would = {case: bare[f"{UNIT}-260105-0000{case}"].stand for case in ("05", "06", "16")}
    assert would == {
        "05": ("no_movement", "overdue"),
        "06": ("falsely_done", "no_movement", "overdue"),
        "16": ("overdue",),
    }


def test_what_needs_no_term_is_said_of_a_card_whose_kind_nobody_tells() -> None:
    by_law = said("coverage.toml")

    assert "falsely_pending" in by_law[f"{UNIT}-260105-000001"].stand
    assert "vanished" in by_law[f"{UNIT}-260105-000011"].stand


# Through the commands


@pytest.fixture
def replayed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The views of all cases, as the commands of the example's page make them."""
    monkeypatch.chdir(tmp_path)
    law(tmp_path / "law", all_added())
    key = {"token_key": KEY}
    exported = run(
        "import", str(FOLDER / "snapshots.csv"), "--mapping", str(FOLDER / "mapping.toml"), "--to", "e.jsonl", **key
    )
    adapted = run(
        "adapt", "register-csv", str(FOLDER / "register.csv"), "--unit", UNIT, "--saved", SAVED, "--to", "r.jsonl",
        **key,
    )  # fmt: skip
    assert (exported[0], adapted[0]) == (0, 0), (exported, adapted)
    Path("both.jsonl").write_bytes(Path("e.jsonl").read_bytes() + Path("r.jsonl").read_bytes())
    done = run("replay", "both.jsonl", "--rules", "law", "--until", "2026-01-31", "--cases", "cases.jsonl")
    assert done[0] == 0, done
    return [json.loads(line) for line in Path("cases.jsonl").read_bytes().splitlines()]


def test_the_two_files_one_after_the_other_say_the_same(replayed: list[dict[str, Any]]) -> None:
    expected = said(*all_added()).values()

    told = sorted((view["verdict"], tuple(view["flags"])) for view in replayed)
    assert told == sorted((one.verdict, one.stand) for one in expected)


def test_nobody_is_overdue_or_late(replayed: list[dict[str, Any]]) -> None:
    verdicts = [view["verdict"] for view in replayed]

    assert (len(verdicts), sum(view["ended"] is not None for view in replayed)) == (16, 11)
    assert {"overdue", "late"}.isdisjoint(verdicts)


def test_a_replay_counts_what_vanished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("log.jsonl").write_bytes(b"".join(encode(entry) + b"\n" for entry in merged_log(tmp_path)))
    law(tmp_path / "law", all_added())

    code, told = run("replay", "log.jsonl", "--rules", "law", "--json")

    assert code == 0
    assert json.loads(told)["flags"]["vanished"] == 1


def test_the_rows_beside_the_law_can_be_loaded_and_have_no_error(tmp_path: Path) -> None:
    folder = law(tmp_path / "law", all_added())

    assert run("rules", "check", str(folder), "--on", "2026-01-31")[0] == 0
    assert run("rules", "examples", "--rules", str(folder), "--json")[0] == 0


# The page's tables


def test_the_page_says_of_every_class_what_must_be_told() -> None:
    assert list(TOLD) == list(CLASSES)


def test_of_a_group_absence_counts_on_the_feed_of_results() -> None:
    assert absence("overdue", rule(CARD)) == {"card-dispatch"}
    assert "handover" in absence("overdue", rule(INTERLINKED))


def test_with_everything_connected_every_class_can_be_claimed_and_with_less_never_more() -> None:
    able = [{name for name in CLASSES if claimed(name, live, rule(CARD))} for live in PROFILES.values()]

    assert able[0] == set(CLASSES)
    assert all(poorer < richer for richer, poorer in pairwise(able))
