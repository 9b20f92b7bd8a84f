"""A report as one object of plain values: what `--json` prints, and what every table is made of.

A rate, a share of a cause and points are exact: {"exact": "169/422", "decimal": 0.400474}. Shares of causes are of the
rate itself: -0.05 is five percentage points that the reported rate lies under the rate by evidence.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from streams.core.backlog import in_days
from streams.core.calendar import day_date
from streams.core.causes import CAUSE_WORDS
from streams.core.fair import adjusted, compare
from streams.core.funnel import STEPS
from streams.core.instants import local_text
from streams.core.points import points
from streams.core.rates import Moves, Tally
from streams.core.rules import Formula
from streams.report.gather import UNTOLD, Gathered, ages
from streams.report.period import Days
from streams.report.published import ALL, Figure


class Frame(NamedTuple):
    """What a report is told in: the period, whether it is over by what is known, how many cases one stands for, the
    figures that were published, and complaints by unit (None where the source carries none)."""

    days: Days
    is_over: bool
    scale: int = 1
    published: Mapping[str, Figure] = {}
    complaints: Mapping[str, int] | None = None


def told(found: Gathered, frame: Frame) -> dict[str, Any]:
    """The whole report."""
    calendar = found.rules.calendar
    formula = found.rules.formula_on(calendar.day_of(found.period.end, stands_for_day=True))
    rows = [(ALL, found.total), *sorted(found.rates.items())]
    return {
        "period": {
            "asked": frame.days.text,
            "first": frame.days.first.isoformat(),
            "last": frame.days.last.isoformat(),
            "as_of": local_text(found.period.end, calendar.offset(found.period.end)),
            "is_over": frame.is_over,
        },
        "formula": None if formula is None else _formula(formula),
        "scale": frame.scale,
        "by": found.by,
        "rates": [_rates(name, tally, formula, frame.published.get(name)) for name, tally in rows],
        "published_without_row": _without_row(found, frame),
        "interlinked": [_rates(name, tally, formula, None) for name, tally in sorted(found.interlinked.items())],
        "notices": dict(sorted(found.notices.items())),
        "funnel": _funnel(found),
        "targets": _targets(found, frame.scale),
        "stages": _stages(found),
        "false_backlog": _backlog(found),
        "not_collected": [{"working_days": band, "cases": found.uncollected[band]} for band in ages()],
        "print_blocked": [
            {"reason": reason, "must_act": who, "cases": cases}
            for (reason, who), cases in sorted(found.blocked.items())
        ],
        "apologies": [
            {"unit": unit, "late": one.late, "without_letter": one.without_letter}
            for unit, one in sorted(found.breaches.items())
        ],
        "complaints": _complaints(frame.complaints),
        "comparison": _comparison(found),
    }


def _without_row(found: Gathered, frame: Frame) -> list[dict[str, str]]:
    """Figures of the period whose unit is in no row: of rows that are units, those of which nothing is known."""
    if found.by != "unit":
        return []
    return [figure.as_json() for unit, figure in sorted(frame.published.items()) if unit not in {ALL, *found.rates}]


def number(value: Fraction) -> dict[str, Any]:
    return {"exact": f"{value.numerator}/{value.denominator}", "decimal": round(float(value), 6)}


def _formula(formula: Formula) -> dict[str, Any]:
    return {"id": formula.id, "points": formula.points, "source": formula.source, "nv": formula.nv}


def _rates(name: str, tally: Tally, formula: Formula | None, published: Figure | None) -> dict[str, Any]:
    rate, bounds, split = tally.rate, tally.bounds, tally.split()
    row: dict[str, Any] = {
        "group": name,
        "counted": tally.counted,
        "in_time": tally.in_time,
        "late": tally.counted - tally.in_time,
        "rate": None if rate is None else number(rate),
        "evidenced": tally.evidenced,
        "proven": tally.proven,
        "unsure": tally.unsure,
        "late_by_evidence": tally.evidenced - tally.proven - tally.unsure,
        "evidence": None if bounds is None else {"low": number(bounds[0]), "high": number(bounds[1])},
        "difference": None,
        "causes": [],
        "points": None,
        "published": None if published is None else published.as_json(),
        "unexplained": None if published is None or rate is None else number(published.less(rate)),
    }
    if rate is not None and bounds is not None and split is not None:
        row["difference"] = {"of_high": number(rate - bounds[1]), "of_low": number(rate - bounds[0])}
        row["causes"] = list(_causes(tally.lower, *split))
    worth = None if formula is None else points(tally, formula.points)
    if worth is not None:
        row["points"] = {
            "reported": number(worth.reported),
            "low": number(worth.low),
            "high": number(worth.high),
            "difference": {"of_high": number(worth.difference[0]), "of_low": number(worth.difference[1])},
        }
    return row


def _causes(
    moves: Mapping[str, Moves], of_low: Mapping[str, Fraction], of_high: Mapping[str, Fraction]
) -> Iterable[dict[str, Any]]:
    """The causes of a difference, the weightier first; their shares add up to it."""
    for cause in sorted(of_low, key=lambda name: (-max(abs(of_low[name]), abs(of_high[name])), name)):
        yield {
            "cause": cause,
            "words": CAUSE_WORDS[cause]._asdict(),
            "cases": moves[cause].cases,
            "of_low": number(of_low[cause]),
            "of_high": number(of_high[cause]),
        }


def _funnel(found: Gathered) -> list[dict[str, Any]]:
    """By procedure, channel and variant; of a procedure that has several, their sum before them. `of_received` is
    the share that was handed over of what came to the unit."""
    by_procedure: dict[str, list[tuple[str, str, Counter[str]]]] = {}
    for (channel, procedure, variant), counts in sorted(found.funnel.items()):
        by_procedure.setdefault(procedure, []).append((channel, variant, counts))
    rows = []
    for procedure, parts in sorted(by_procedure.items()):
        whole: Counter[str] = Counter()
        for _, _, counts in parts:
            whole.update(counts)
        for channel, variant, counts in [*([(ALL, "", whole)] if len(parts) > 1 else ()), *parts]:
            steps = {name: counts[name] for name in ("cases", *STEPS)}
            came = counts["received_at_unit"]
            of_received = number(Fraction(counts["collected"], came)) if came else None
            about = {"procedure": procedure, "channel": channel, "variant": variant or None}
            rows.append({**about, **steps, "of_received": of_received})
    return rows


def _targets(found: Gathered, scale: int) -> list[dict[str, Any]]:
    """Targets whose days touch the period, with what was reached by its end; a rate above one is not cut off."""
    calendar = found.rules.calendar
    last = day_date(calendar.day_of(found.period.end, stands_for_day=True))
    first = day_date(found.period.first)
    return [
        {
            "name": target.name,
            "procedure": target.procedure,
            "variant": target.variant,
            "units": list(target.units),
            "step": target.step,
            "from": target.first.isoformat(),
            "to": target.last.isoformat(),
            "source": target.source,
            "target": target.count,
            "reached": found.reached[place] * scale,
            "rate": number(Fraction(found.reached[place] * scale, target.count)),
        }
        for place, target in enumerate(found.targets)
        if _touches(target.first, target.last, first, last)
    ]


def _touches(first: date, last: date, begins: date, ends: date) -> bool:
    return first <= ends and begins <= last


def _stages(found: Gathered) -> list[dict[str, Any]]:
    return [
        {
            "stage": stage,
            "owner": owner,
            "cases": one.within + one.over + one.no_target,
            "within": one.within,
            "over": one.over,
            "no_target": one.no_target,
            "open": one.is_open,
        }
        for (stage, owner), one in sorted(found.stages.items())
    ]


def _backlog(found: Gathered) -> list[dict[str, Any]]:
    """By unit and cause; the days are of 24 hours."""
    return [
        {
            "unit": unit,
            "cause": cause,
            "words": CAUSE_WORDS[cause]._asdict(),
            "cases": found.backlog_cases[unit, cause],
            "days": number(in_days(seconds)),
        }
        for (unit, cause), seconds in sorted(found.backlog.items())
    ]


def _complaints(complaints: Mapping[str, int] | None) -> list[dict[str, Any]] | None:
    if complaints is None:
        return None
    return [
        {"unit": unit, "complaints": count, "repeated": count > 1}
        for unit, count in sorted(complaints.items(), key=lambda item: (-item[1], item[0]))
    ]


def _comparison(found: Gathered) -> list[dict[str, Any]]:
    """Units by evidence, with intervals and the ranks that they may have; of a single one there is nothing to say."""
    mixes = {unit: mix for unit, mix in found.mix.items() if unit != UNTOLD}
    if len(mixes) < 2:
        return []
    samples = adjusted(mixes)
    return [
        {
            "unit": unit,
            "cases": samples[unit].cases,
            "low": number(Fraction(samples[unit].proven, samples[unit].cases)),
            "high": number(Fraction(samples[unit].proven + samples[unit].unsure, samples[unit].cases)),
            "for_its_mix": {
                "low": round(float(samples[unit].to_low), 6),
                "high": round(float(samples[unit].to_high), 6),
            },
            "interval": [round(one.low, 6), round(one.high, 6)],
            "rank": [one.best, one.worst],
        }
        for unit, one in compare(samples).items()
    ]
