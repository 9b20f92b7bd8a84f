"""Which silences concern a case: those of sources that rows expect on its feeds, and of sources that nobody expects."""

from typing import Any

import pytest

from streams.core.coverage import Place
from streams.core.sources import NO_MARKS, Expected, Marks, Silence, silences_of, unpacked
from tests.core_builders import at

PRINT = frozenset({"print"})
UNIT = "G01.801.001"


def row(name: str = "urn:hoso:moi", rhythm: int = 600, **fields: Any) -> Expected:
    usual = {"per_unit": False, "feeds": PRINT, "units": (), "procedures": frozenset[str]()}
    return Expected(name=name, rhythm=rhythm, **{**usual, **fields})


def heard(*names: str) -> Marks:
    marks = NO_MARKS
    for name in names:
        marks = marks.after({"type": "source.heard", "source": name, "at": "2026-01-05T00:00:00Z"})
    return marks


def silent(name: str, since: str = "2026-01-06T00:00:00Z", marks: Marks = NO_MARKS) -> Marks:
    return marks.after({"type": "source.silent", "source": name, "since": since})


def asked(rows: list[Expected], marks: Marks, unit: str | None = UNIT, procedure: str = "card") -> tuple[int, int]:
    patience, found = silences_of("law", rows, marks, PRINT, Place(unit, procedure))
    return patience, len(found)


def test_a_source_that_was_never_heard_is_waited_for_by_nobody() -> None:
    assert asked([row()], NO_MARKS) == (0, 0)
    assert asked([row()], heard("urn:hoso:moi")) == (600, 0)


def test_the_longest_rhythm_of_those_that_speak_of_a_case_is_waited_for() -> None:
    marks = heard("urn:hoso:moi", "urn:hoso:print:1")

    assert asked([row(), row("urn:hoso:print", 3600), row("urn:hoso:other", 9000)], marks) == (3600, 0)


@pytest.mark.parametrize(
    "fields, concerned",
    [
        ({}, True),
        ({"feeds": frozenset[str]()}, True),
        ({"feeds": frozenset({"handover"})}, False),
        ({"units": ("G01.801",)}, True),
        ({"units": ("G01.802",)}, False),
        ({"procedures": frozenset({"card"})}, True),
        ({"procedures": frozenset({"letter"})}, False),
    ],
)
def test_a_row_speaks_of_its_feeds_units_and_procedures(fields: dict[str, Any], concerned: bool) -> None:
    assert asked([row(**fields)], silent("urn:hoso:moi")) == ((600, 1) if concerned else (0, 0))


@pytest.mark.parametrize(
    "source, unit, concerned",
    [
        ("urn:hoso:onestop:G01.801.001", UNIT, True),
        ("urn:hoso:onestop:G01.801", UNIT, True),
        ("urn:hoso:onestop:G01.80", UNIT, False),
        ("urn:hoso:onestop:G01.801.0011", UNIT, False),
        ("urn:hoso:onestop:G01.801.001", "G01.801", False),
        ("urn:hoso:onestop:H26", "H26-01", True),
        ("urn:hoso:onestop", UNIT, True),
        ("urn:hoso:onestop:G01.801", None, False),
    ],
)
def test_a_source_of_one_unit_speaks_of_it_and_those_beneath(source: str, unit: str | None, concerned: bool) -> None:
    rows = [row("urn:hoso:onestop", per_unit=True)]

    assert asked(rows, silent(source), unit) == ((600, 1) if concerned else (0, 0))


def test_what_is_set_aside_above_the_sources_of_a_row_concerns_them_all() -> None:
    assert asked([row("urn:hoso:onestop:G01.801")], silent("urn:hoso:onestop")) == (600, 1)


def test_of_what_a_source_speaks_that_no_row_expects_nobody_knows() -> None:
    assert asked([row()], silent("urn:hoso:stranger")) == (0, 1)


def test_a_silence_ends_with_the_tick_by_which_the_source_was_heard_and_twice_read_is_once() -> None:
    marks = silent("a", marks=silent("a"))
    back = {"type": "source.heard", "source": "a", "at": "2026-01-07T00:00:00Z"}

    marks = silent("a", "2026-01-09T00:00:00Z", marks.after(back).after(back))

    first, second = marks.sources["a"]
    assert first == Silence(at("2026-01-06 07:00"), at("2026-01-07 07:00"))
    assert second == Silence(at("2026-01-09 07:00"), None)
    assert unpacked(dict([marks.packed(back)])) == marks
