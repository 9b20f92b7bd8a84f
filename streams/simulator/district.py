"""A district: its units and how they work, as plain values. The demo's own stands here; others come from files."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Unit:
    """One office. `forgets` is the share of handed-over cases whose official status it never closes, because the
    hand-over function is broken there; `slow` the share of cases that some stage delays beyond the term."""

    code: str
    forgets: float
    slow: float
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class District:
    """`off` and `worked` are the days on which this district departs from Monday to Friday. Cases come in from `first`
    to `last`; what would happen after the end of `until` has not happened yet."""

    units: tuple[Unit, ...]
    first: date
    last: date
    until: date
    off: frozenset[date]
    worked: frozenset[date]
    term_days: int = 7


DEMO = District(
    units=(
        Unit("G01.801.001", forgets=0.02, slow=0.04),
        Unit("G01.801.002", forgets=0.03, slow=0.15),
        Unit("G01.801.003", forgets=0.55, slow=0.05),
        Unit("G01.801.004", forgets=0.05, slow=0.05, share=0.5),
    ),
    first=date(2026, 1, 5),
    last=date(2026, 2, 6),
    until=date(2026, 2, 13),
    off=frozenset({date(2026, 1, 1), date(2026, 1, 2), *(date(2026, 2, day) for day in range(16, 21))}),
    worked=frozenset({date(2026, 1, 10)}),
)
