"""Published figures: read from CSV and TOML, kept once each, refused where they contradict each other."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from streams.report.period import read_period
from streams.report.published import Figure, PublishedRefused, merged, newest, read_figures
from streams.settings import Settings
from streams.wiring.published import figures_of, keep

SETTINGS = Settings(demo=True)
HEAD = "unit,period,figure,published_at,source\n"
JANUARY = Figure("G01.801.003", "2026-01", "38.5", date(2026, 2, 10), "portal")


def written(folder: Path, text: str, name: str = "figures.csv") -> Path:
    path = folder / name
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("figures.csv", HEAD + "G01.801.003,2026-01,38.5,2026-02-10,portal\n"),
        ("figures.csv", HEAD.replace(",", ";") + 'G01.801.003;2026-01;"38,5 %";2026-02-10;portal\n'),
        (
            "figures.toml",
            """[[figure]]
unit = "G01.801.003"
period = "2026-01"
figure = 38.5
published_at = 2026-02-10
source = "portal"
""",
        ),
    ],
)
def test_a_figure_is_read_from_each_form(tmp_path: Path, name: str, text: str) -> None:
    assert read_figures(written(tmp_path, text, name)) == [JANUARY]
    assert JANUARY.rate == Fraction(77, 200)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD, "no figure in it"),
        (HEAD + "G01,2026-01,,2026-02-10,portal\n", "figure 1: figure missing"),
        (HEAD + "G01,soon,3,2026-02-10,portal\n", "period soon: expected"),
        (HEAD + "G01,2026-01,much,2026-02-10,portal\n", "figure much: expected percent"),
        (HEAD + "G01,2026-01,101,2026-02-10,portal\n", "from 0 to 100"),
        (HEAD + "G01,2026-01,3,10/02/2026,portal\n", "expected a day"),
    ],
)
def test_a_row_that_is_no_figure_is_refused(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(PublishedRefused, match=told):
        read_figures(written(tmp_path, text))


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("kept.jsonl", "[1]\n", "figure 1: expected a row with unit, period"),
        ("kept.jsonl", "{", "kept.jsonl: "),
        ("figures.toml", "figure = 5", "figures.toml: expected rows of"),
        ("figures.toml", "figure = [5]", "figure 1: expected a row with unit, period"),
        ("figures.toml", "[[rate]]\nunit = 'all'", "figures.toml: expected rows of"),
    ],
)
def test_a_file_that_has_no_rows_of_figures_is_refused(tmp_path: Path, name: str, text: str, told: str) -> None:
    with pytest.raises(PublishedRefused, match=told):
        read_figures(written(tmp_path, text, name))


def test_a_file_in_which_nothing_was_kept_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(PublishedRefused, match=r"none\.jsonl: .* hoso import official-score FILE --to "):
        figures_of(str(tmp_path / "none.jsonl"), SETTINGS)


@pytest.mark.parametrize(
    ("figure", "rate", "less"),
    [
        # 73 of 87 are 83.908 %.
        ("83.9", Fraction(73, 87), Fraction(0)),
        ("84", Fraction(73, 87), Fraction(0)),
        ("83.91", Fraction(73, 87), Fraction(0)),
        ("83.90", Fraction(73, 87), Fraction(-1, 10000)),
        ("83", Fraction(73, 87), Fraction(-1, 100)),
        # Halves go up: 12.5 %.
        ("13", Fraction(1, 8), Fraction(0)),
        ("1E+1", Fraction(1, 10), Fraction(0)),
    ],
)
def test_a_rate_is_compared_in_the_digits_of_the_figure(figure: str, rate: Fraction, less: Fraction) -> None:
    assert JANUARY._replace(figure=figure).less(rate) == less


def test_figures_are_kept_once_and_a_later_one_beside_the_first(tmp_path: Path) -> None:
    kept = str(tmp_path / "published.jsonl")
    first = written(tmp_path, HEAD + "G01.801.003,2026-01,38.5,2026-02-10,portal\n")
    again = written(tmp_path, HEAD + "G01.801.003,2026-01,41.0,2026-02-20,portal\n", "again.csv")

    assert [keep(first, kept, SETTINGS), keep(first, kept, SETTINGS), keep(again, kept, SETTINGS)] == [
        (1, 1),
        (1, 1),
        (1, 2),
    ]
    assert newest(figures_of(kept, SETTINGS), read_period("2026-01"))["G01.801.003"].figure == "41.0"
    assert newest(figures_of(kept, SETTINGS), read_period("2026-01-01..2026-01-31"))["G01.801.003"].figure == "41.0"
    assert newest(figures_of(kept, SETTINGS), read_period("2026-02")) == {}


def test_two_figures_of_one_day_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(PublishedRefused, match=r"38\.5 and 40 were both published on 2026-02-10"):
        merged([JANUARY], [JANUARY._replace(figure="40")])
