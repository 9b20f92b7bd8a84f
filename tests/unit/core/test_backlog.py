"""False-backlog days: worked by hand, and the sum over cases is the area under the curve."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from streams.core.backlog import false_backlog, in_days
from streams.core.interval import Interval

DAY = 86_400


def pending(since: int, until: int | None, accountable: str = "unit", leg: str = "") -> Interval:
    return Interval("falsely_pending", since, until, (), accountable=accountable, leg=leg)


def hung(since: int, until: int | None) -> Interval:
    return Interval("hung", since, until, (), accountable="operator")


def test_the_cause_is_hung_as_long_as_it_cannot_be_updated() -> None:
    spans = [pending(2 * DAY, None), hung(4 * DAY, 7 * DAY)]

    assert false_backlog(spans, "", 0, 10 * DAY) == {"hung": 3 * DAY, "not_updated": 5 * DAY}


def test_the_operator_answers_for_systems_that_differ() -> None:
    assert false_backlog([pending(0, DAY, "operator")], "", 0, 10 * DAY) == {"out_of_sync": DAY}


def test_only_what_lies_in_the_period_counts() -> None:
    spans = [pending(0, 3 * DAY), pending(5 * DAY, 6 * DAY), pending(9 * DAY, None)]

    assert false_backlog(spans, "", 2 * DAY, 10 * DAY) == {"not_updated": 3 * DAY}
    assert false_backlog(spans, "", 3 * DAY, 5 * DAY) == {}


def test_legs_are_apart() -> None:
    spans = [pending(0, DAY, leg="birth"), hung(0, DAY)]

    assert false_backlog(spans, "birth", 0, DAY) == {"not_updated": DAY}
    assert false_backlog(spans, "", 0, DAY) == {}


def test_days_are_exact() -> None:
    assert in_days(DAY // 3) == Fraction(1, 3)


INSTANTS = st.integers(0, 40)


@st.composite
def cases(draw: st.DrawFn) -> list[Interval]:
    """One case: stretches in which it is falsely pending, apart from each other, and others in which it is hung."""
    bounds = sorted(draw(st.lists(INSTANTS, max_size=6, unique=True)))
    pairs = list(zip(bounds[::2], bounds[1::2], strict=False))
    spans = [pending(a, b, draw(st.sampled_from(["unit", "operator"]))) for a, b in pairs]
    if len(bounds) % 2:
        spans.append(pending(bounds[-1], None))
    for _ in range(draw(st.integers(0, 2))):
        since = draw(INSTANTS)
        spans.append(hung(since, draw(st.none() | st.integers(since + 1, 60))))
    return spans


@given(st.lists(cases(), max_size=6), INSTANTS, INSTANTS)
def test_the_area_under_the_curve_is_the_sum_over_cases(told: list[list[Interval]], one: int, other: int) -> None:
    first, until = sorted((one, other))

    def open_at(second: int) -> int:
        return sum(
            span.flag_class == "falsely_pending"
            and span.since <= second
            and (span.until is None or second < span.until)
            for spans in told
            for span in spans
        )

    assert sum(map(open_at, range(first, until))) == sum(
        sum(false_backlog(spans, "", first, until).values()) for spans in told
    )
