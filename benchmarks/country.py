"""The work of a whole country in one worker: 3,500 units in 63 provinces, and more series than a scrape may have.

Of two cases one is done and shown as open, until it is told as returned; the other is open in one of five stages, and
overdue. With twenty procedures either gauge of a case worker has more series than its bound.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from random import Random
from typing import Any

from benchmarks.workload import Told, at_hour, code_of, event_of
from schemas.events import TOPIC_OF_TYPE
from streams.rules_file import VIETNAM, load_rules

PROVINCES, UNITS, PROCEDURES = 63, 3_500, 20
TOLD_AT_ONCE = 20_000
OPEN_EVERY = 2
LIKE_RULE = "card-2023"
# A Monday, so that the term of 7 working days is over on Wednesday of the week after; no holidays until April.
COMPLETED, READY, JUDGED = at_hour(date(2026, 3, 2), 10), at_hour(date(2026, 3, 4), 10), at_hour(date(2026, 3, 12), 8)
STEPS = ("case.received", "case.completed", "case.transmitted", "card.printed", "card.dispatched")
# What a case that was done and open says on hoso.flags when it is shown as returned. No rule was asked.
CLEARED = ("falsely_pending", "cleared")

UNIT_CODES = tuple(f"P{number % PROVINCES:02d}.{number:04d}" for number in range(UNITS))
_PROCEDURES = ("card", *(f"procedure_{number:02d}" for number in range(1, PROCEDURES)))


def law() -> dict[str, Any]:
    """The shipped law with names for all units and provinces, and a term for each procedure like that of a card."""
    content = load_rules(VIETNAM)
    like = next(row for row in content["deadlines"] if row["id"] == LIKE_RULE)
    source = "a benchmark"
    return content | {
        "deadlines": [
            *content["deadlines"],
            *(like | {"id": f"{LIKE_RULE}-{name}", "procedure": name} for name in _PROCEDURES[1:]),
        ],
        "units": [{"id": unit, "name": f"Công an phường {unit}", "source": source} for unit in UNIT_CODES],
        "provinces": [
            {"id": f"P{number:02d}", "name": f"Tỉnh {number}", "units": [f"P{number:02d}"], "source": source}
            for number in range(PROVINCES)
        ],
    }


def told(cases: int) -> Iterator[list[Told]]:
    """What is told of all cases until they are judged first, in parts that memory can hold."""
    for start in range(0, cases, TOLD_AT_ONCE):
        yield [one for case in range(start, min(start + TOLD_AT_ONCE, cases)) for one in _life(case)]


def pending(cases: int) -> list[int]:
    """The cases that are done and shown as open."""
    return [case for case in range(cases) if case % OPEN_EVERY]


def returned(case: int, at: int) -> Told:
    """The portal shows a case as returned."""
    return _told(case, "official.status_changed", at, {"system": "portal", "code": "10"})


def _life(case: int) -> Iterator[Told]:
    draw = Random(case)
    about = {"unit": draw.choice(UNIT_CODES), "procedure": draw.choice(_PROCEDURES)}
    application = about | {"variant": "new", "channel": "counter"}
    if case % OPEN_EVERY == 0:
        for step in STEPS[: draw.randint(1, len(STEPS))]:
            yield _told(case, step, COMPLETED, application if step.startswith("case.") else about)
        return
    yield _told(case, "case.completed", COMPLETED, application)
    yield _told(case, "card.received_at_unit", READY, about)
    yield _told(case, "official.status_changed", COMPLETED + 60, {"system": "portal", "code": "4"})


def _told(case: int, kind: str, at: int, data: Mapping[str, Any]) -> Told:
    return Told(TOPIC_OF_TYPE[kind], case, event_of(kind, code_of(case), f"{kind}-{at}", at, data))
