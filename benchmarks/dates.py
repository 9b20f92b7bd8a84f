"""Due dates a second on one core: the shipped calendar's arithmetic alone, no case around it."""

import asyncio
import random
import time
from statistics import median
from typing import Any

from benchmarks.options import Bench, Options
from streams.core.compiling import compile_rules
from streams.core.deadlines import Span, Term, due
from streams.rules_file import VIETNAM, load_rules

GOAL_A_SECOND = 500_000
DATES = 200_000
SEED = 20260105
# 2021 to 2026, so that each Tết and each swap is among the days.
FIRST, LAST = 1_609_434_000, 1_790_000_000
TERMS = (Term("working_day", 7), Term("working_day", 20), Term("calendar_day", 15), Term("working_hour", 8),
         Term("half_day", 1), Term("same_day", 1), Term("clock_hour", 48))  # fmt: skip


async def run_dates(bench: Bench, options: Options) -> dict[str, Any]:
    """Median over all rounds of due dates a CPU second, by term; the goal is that of whole working days."""
    calendar = compile_rules(load_rules(VIETNAM)).calendar
    draw = random.Random(SEED)
    starts = [Span(draw.randrange(FIRST, LAST), False) for _ in range(DATES)]
    found: dict[str, list[float]] = {f"{term.amount} {term.unit}": [] for term in TERMS}
    for number in range(options.rounds):
        bench.progress.step(f"dates: round {number + 1}")
        # The broker's client, which this part has no use for, can be closed only after its tasks had a turn.
        await asyncio.sleep(0)
        for term, speeds in zip(TERMS, found.values(), strict=True):
            began = time.process_time()
            for start in starts:
                due(calendar, term, start)
            speeds.append(DATES / (time.process_time() - began))
    by_term = {name: median(speeds) for name, speeds in found.items()}
    slowest = min(speed for name, speed in by_term.items() if name.endswith(" working_day"))
    goal = {"a_second_min": GOAL_A_SECOND, "is_met": slowest >= GOAL_A_SECOND}
    return {"rounds": options.rounds, "dates": DATES, "by_term": by_term, "goal": goal}
