"""A report as tables, for a terminal and for CSV: every cell is text already, an empty one says nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from streams.core.funnel import STEPS
from streams.report.words import COLUMNS, DIFFERENCE, NO, ROUNDING, TITLES, YES

Row = Sequence[str]


class Table(NamedTuple):
    """`columns` are names of words.COLUMNS; those in `text` stand to the left."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Row]
    text: frozenset[str] = frozenset()

    def title(self, language: str) -> str:
        return TITLES[self.name].of(language)

    def heads(self, language: str) -> list[str]:
        return [COLUMNS[name].of(language) for name in self.columns]


def tables(report: Mapping[str, Any], language: str, *, all_causes: bool = False) -> list[Table]:
    """All tables of a report that have rows, in the order in which they are read."""
    found = [
        _rates(report, "rates"),
        _causes(report, language, all_causes=all_causes),
        _rates(report, "interlinked"),
        Table("notices", ("procedure", "cases"), [[name, _count(n)] for name, n in report["notices"].items()]),
        _funnel(report),
        *(table(report, language) for table in _PLAIN),
    ]
    if report["by"] == "stage":
        found.sort(key=lambda table: table.name != "stages")
    return [table._replace(text=_TEXT) for table in found if table.rows]


def public_tables(report: Mapping[str, Any]) -> list[Table]:
    """The tables of what may leave the reporting line; a count that is hidden is told as three dots."""
    by = report["by"] if report["by"] != "stage" else "unit"
    rates = [
        [row["group"], *(_maybe(row[name]) for name in ("counted", "in_time", "late")), percent(row["rate"])]
        for row in report["rates"]
    ]
    found = [
        Table("rates", (by, "cases", "in_time", "late", "reported"), rates),
        Table(
            "not_collected",
            ("working_days", "cases"),
            [[row["working_days"], _maybe(row["cases"])] for row in report["not_collected"]],
        ),
        Table(
            "print_blocked",
            ("reason", "must_act", "cases"),
            [[row["reason"], row["must_act"], _maybe(row["cases"])] for row in report["print_blocked"]],
        ),
    ]
    return [table._replace(text=_TEXT) for table in found if table.rows]


def _maybe(count: int | None) -> str:
    return "…" if count is None else _count(count)


_TEXT = frozenset(
    {
        "unit", "procedure", "channel", "stage", "variant", "owner", "cause", "reason", "must_act", "working_days",
        "target", "days",
    }
)  # fmt: skip


def _rates(report: Mapping[str, Any], name: str) -> Table:
    by = report["by"] if name == "rates" and report["by"] != "stage" else "unit"
    columns = (by, "cases", "reported", "evidenced", "evidence", "difference", "points", "points_by_evidence")
    rows = report[name]
    is_published = any(row["published"] for row in rows)
    return Table(
        name,
        (*columns, "published", "unexplained") if is_published else columns,
        [
            [*_rate_cells(row), *(_published(row) if is_published else ())]
            for row in rows
            if row["counted"] or row["evidenced"]
        ],
    )


def _rate_cells(row: Mapping[str, Any]) -> list[str]:
    evidence, worth = row["evidence"], row["points"]
    return [
        row["group"],
        _count(row["counted"]),
        percent(row["rate"]),
        _count(row["evidenced"]),
        _range(evidence, "low", "high", percent),
        _range(row["difference"], "of_high", "of_low", share),
        "" if worth is None else _decimal(worth["reported"], 2),
        "" if worth is None else _range(worth, "low", "high", lambda one: _decimal(one, 2)),
    ]


def _published(row: Mapping[str, Any]) -> list[str]:
    if row["published"] is None:
        return ["", ""]
    return [f"{row['published']['figure']} %", share(row["unexplained"])]


def _causes(report: Mapping[str, Any], language: str, *, all_causes: bool) -> Table:
    by = report["by"] if report["by"] != "stage" else "unit"
    rows: list[Row] = []
    for one in report["rates"] if all_causes else report["rates"][:1]:
        if one["causes"]:
            rows += _causes_of(one, language)
    return Table("causes", (by, "cause", "cases", "share"), rows)


def _causes_of(one: Mapping[str, Any], language: str) -> Iterator[Row]:
    """The causes of one row and what they add up to; where what is shown does not, because it is rounded, that too."""
    shown = {end: Decimal(0) for end in ("of_high", "of_low")}
    for cause in one["causes"]:
        yield [
            one["group"],
            cause["words"][language],
            _count(cause["cases"]),
            _range(cause, "of_high", "of_low", share),
        ]
        for end in shown:
            shown[end] += _rounded(cause[end], 100, 2)
    left = {end: _rounded(one["difference"][end], 100, 2) - shown[end] for end in shown}
    if any(left.values()):
        low, high = left["of_high"], left["of_low"]
        yield [one["group"], ROUNDING.of(language), "", f"{low:+.2f}" if low == high else f"{low:+.2f} … {high:+.2f}"]
    yield [one["group"], DIFFERENCE.of(language), "", _range(one["difference"], "of_high", "of_low", share)]


def _funnel(report: Mapping[str, Any]) -> Table:
    """Steps that no case of the report knows are left out."""
    steps = [step for step in STEPS if any(row[step] for row in report["funnel"])]
    shares = ["of_received"] if any(row["of_received"] for row in report["funnel"]) else []
    return Table(
        "funnel",
        ("procedure", "channel", "variant", "cases", *steps, *shares),
        [
            [
                row["procedure"],
                row["channel"],
                row["variant"] or "",
                *(_count(row[name]) for name in ("cases", *steps)),
                *(percent(row[name]) for name in shares),
            ]
            for row in report["funnel"]
        ],
    )


def _targets(report: Mapping[str, Any], _language: str) -> Table:
    rows = [
        [
            row["name"],
            f"{row['from']}..{row['to']}",
            _count(row["target"]),
            _count(row["reached"]),
            percent(row["rate"]),
        ]
        for row in report["targets"]
    ]
    return Table("targets", ("target", "days", "asked_for", "reached", "rate"), rows)


def _stages(report: Mapping[str, Any], _language: str) -> Table:
    counts = ("cases", "within", "over", "no_target", "open")
    rows = [[row["stage"], row["owner"], *(_count(row[name]) for name in counts)] for row in report["stages"]]
    return Table("stages", ("stage", "owner", *counts), rows)


def _backlog(report: Mapping[str, Any], language: str) -> Table:
    rows = [
        [row["unit"], row["words"][language], _count(row["cases"]), _decimal(row["days"], 1)]
        for row in report["false_backlog"]
    ]
    return Table("false_backlog", ("unit", "cause", "cases", "days_open"), rows)


def _not_collected(report: Mapping[str, Any], _language: str) -> Table:
    bands = report["not_collected"]
    rows = [[row["working_days"], _count(row["cases"])] for row in bands]
    return Table("not_collected", ("working_days", "cases"), rows if any(row["cases"] for row in bands) else [])


def _blocked(report: Mapping[str, Any], _language: str) -> Table:
    rows = [[row["reason"], row["must_act"], _count(row["cases"])] for row in report["print_blocked"]]
    return Table("print_blocked", ("reason", "must_act", "cases"), rows)


def _apologies(report: Mapping[str, Any], _language: str) -> Table:
    rows = [[row["unit"], _count(row["late"]), _count(row["without_letter"])] for row in report["apologies"]]
    return Table("apologies", ("unit", "late", "without_letter"), rows)


def _complaints(report: Mapping[str, Any], language: str) -> Table:
    rows = [
        [row["unit"], _count(row["complaints"]), (YES if row["repeated"] else NO).of(language)]
        for row in report["complaints"] or ()
    ]
    return Table("complaints", ("unit", "complaints", "repeated"), rows)


def _comparison(report: Mapping[str, Any], _language: str) -> Table:
    rows = []
    for row in report["comparison"]:
        best, worst = row["rank"]
        low, high = row["interval"]
        # Where ranks overlap there is none: only between which two it lies.
        rank = str(best) if best == worst else f"{best}–{worst}"
        rows.append(
            [
                row["unit"],
                _count(row["cases"]),
                _range(row, "low", "high", percent),
                f"{100 * low:.1f} … {100 * high:.1f} %",
                rank,
            ]
        )
    return Table("comparison", ("unit", "cases", "evidence", "interval", "rank"), rows)


_PLAIN: tuple[Callable[[Mapping[str, Any], str], Table], ...] = (
    _targets, _stages, _backlog, _not_collected, _blocked, _apologies, _complaints, _comparison,
)  # fmt: skip


def percent(one: Mapping[str, Any] | None) -> str:
    """A rate, to a tenth of a percent; above one hundred it is what it is."""
    return "" if one is None else f"{_rounded(one, 100, 1)} %"


def share(one: Mapping[str, Any]) -> str:
    """A part of a rate, in percentage points."""
    return f"{_rounded(one, 100, 2):+.2f}"


def _range(one: Mapping[str, Any] | None, low: str, high: str, text: Callable[[Mapping[str, Any]], str]) -> str:
    """From one end to the other; one figure where both are shown alike."""
    if one is None:
        return ""
    begins, ends = text(one[low]), text(one[high])
    return begins if begins == ends else f"{begins.removesuffix(' %')} … {ends}"


def _decimal(one: Mapping[str, Any], digits: int) -> str:
    return f"{_rounded(one, 1, digits):,}"


def _rounded(one: Mapping[str, Any], factor: int, digits: int) -> Decimal:
    """The exact number, rounded once."""
    value = Fraction(one["exact"]) * factor
    scaled = Decimal(value.numerator * 10**digits) / Decimal(value.denominator)
    return scaled.quantize(Decimal(1), ROUND_HALF_EVEN).scaleb(-digits)


def _count(value: int) -> str:
    return f"{value:,}"
