"""`python -m tools.live_evaluation`: a simulated district through real Kafka, workers and PostgreSQL, and its flags.

Starts all of it, plays the district on a simulated clock with nothing known before its time, and compares the flags
that hoso.flags and PostgreSQL have in the end with those of the same core in memory and with the oracle's.
"""

import argparse
import json
import os
import platform
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from streams.cli.telling import steps
from streams.rules_file import VIETNAM
from streams.simulator.district import District, DistrictRefused, busier, load_district
from streams.simulator.plan import plan
from streams.wiring.confusion import COLUMNS, Counts, cells, count
from streams.wiring.evaluation import Played, play
from streams.wiring.live import LiveRun, judge_live
from tools.deployment import NotReady, create_database, deploy
from tools.simulate import version
from tools.stack import StackError, start_stack

INTERRUPTED = 130
PREFIX = "live."
# On a simulated clock this is only how often intake says how far it is: each step of the district waits for that.
TICK_SECONDS = "0.25"
SETTLE_SECONDS = 900.0
# Of flags that should not be there at all, so many are shown.
SHOWN_MAX = 20
EPILOG = """examples:
  python -m tools.live_evaluation                            20,000 cases of noisy, a tick an hour
  python -m tools.live_evaluation --cases 500 --days 10 --tick-hours 6
  python -m tools.live_evaluation --page docs/live-run.md --date 2026-11-22
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 where Kafka, PostgreSQL and memory say the same."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.live_evaluation",
        description="Compares the flags of a simulated district after a run over real Kafka with the oracle's.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--district", default="noisy", help="a file, or a name; its intake is multiplied")
    parser.add_argument("--cases", type=int, default=20_000, help="about how many cases are wanted")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--days", type=int, help="days of intake, instead of those of the district")
    parser.add_argument("--tick-hours", type=int, choices=(1, 2, 3, 4, 6, 8, 12, 24), default=1)
    parser.add_argument("--misses", type=Path, help="write every difference here, one a line")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    parser.add_argument("--page", type=Path, help="write what was found as a page")
    parser.add_argument("--date", help="the day that the page bears")
    options = parser.parse_args(arguments)
    if options.page is not None and options.date is None:
        parser.error("--page needs a --date")
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    try:
        district = load_district(options.district)
        played = play(sized(district, options.seed, options.days, options.cases), options.seed, options.days)
        run = run_live(played, options.tick_hours * 3600)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except (DistrictRefused, NotReady, StackError, RuntimeError, TimeoutError) as error:
        print(f"live_evaluation: {error}", file=sys.stderr)
        return 1
    differences = run.differences()
    if options.misses is not None:
        options.misses.write_text("".join(f"{json.dumps(line)}\n" for line in differences), encoding="utf-8")
    if options.json:
        print(json.dumps({**figures(run), "differences": differences}, indent=2))
    else:
        print("\n".join(lines_of(run)))
    if options.page is not None:
        options.page.write_text(page(run, options.date), encoding="utf-8")
    return int(not run.is_same)


def sized(district: District, seed: int, days: int | None, cases: int) -> District:
    """The district with as much intake as makes about so many cases."""
    return busier(district, cases / sum(1 for _ in plan(district, seed, days)))


def run_live(played: Played, tick_seconds: int) -> LiveRun:
    """Start services and workers, play, judge, and end all of it."""
    with tempfile.TemporaryDirectory(prefix="hoso-live-") as name, start_stack() as stack:
        database = create_database(stack.endpoints.postgres, "hoso_live")
        folder = Path(name)
        with deploy(stack.endpoints, PREFIX, database, folder, VIETNAM, tick_seconds=TICK_SECONDS) as deployment:
            deployment.start_all()
            with steps() as advance:
                return judge_live(played, tick_seconds, deployment.settings, SETTLE_SECONDS, advance)


def figures(run: LiveRun) -> dict[str, Any]:
    """What a run comes to."""
    live = run.live
    return {
        "district": live.district,
        "seed": live.seed,
        "days": live.days,
        "cases": live.cases,
        "events": live.events,
        "ticks": run.ticks,
        "told_seconds": round(run.told_seconds, 1),
        "settled_seconds": round(run.settled_seconds, 1),
        "flags": run.flags,
        "dead_letters": run.dead_letters,
        "kafka_unlike_postgres": run.unlike_archive,
        "only_live": len(run.only_live),
        "only_in_memory": len(run.only_in_memory),
        "unlike_oracle": len(live.told.differences),
        "unlike_oracle_in_memory": len(run.in_memory.told.differences),
        "is_same": run.is_same,
    }


def lines_of(run: LiveRun) -> Iterator[str]:
    """The figures, the classes, and what differs from the oracle, in Markdown."""
    yield "| figure | |"
    yield "|---|--:|"
    for name, value in figures(run).items():
        text = value if isinstance(value, str | bool) else f"{value:,}"
        yield f"| {name.replace('_', ' ')} | {text} |"
    for name, flags in (("only live", run.only_live), ("only in memory", run.only_in_memory)):
        yield from (f"| {name} | {each.case} {each.flag_class} since {each.since} |" for each in flags[:SHOWN_MAX])
    yield ""
    told, happened = count(run.live.told), count(run.live.happened)
    yield f"| class | {' | '.join(COLUMNS)} |"
    yield f"|---|{'--:|' * len(COLUMNS)}"
    for name in sorted({*told, *happened}):
        yield f"| `{name}` | {' | '.join(cells(told.get(name, Counts()), happened.get(name, Counts())))} |"
    yield ""
    yield from _differing(run.differences())


def _differing(differences: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not differences:
        yield "No flag differs from those that the oracle expects of all that was told."
        return
    grouped: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for line in differences:
        grouped.setdefault((line["class"], line["kind"]), []).append(line)
    yield "| differs from the oracle | | times | the same in memory | gone wrong in all of these cases | for example |"
    yield "|---|---|--:|--:|---|---|"
    for (flag_class, kind), lines in sorted(grouped.items()):
        same = sum(line["in_memory"] for line in lines)
        common = set(lines[0]["faults"]).intersection(*(line["faults"] for line in lines))
        wrong = ", ".join(f"`{name}`" for name in sorted(common))
        yield f"| `{flag_class}` | {kind} | {len(lines):,} | {same:,} | {wrong} | {lines[0]['case']} |"


def machine() -> str:
    """What it ran on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1024**3
    return f"{os.cpu_count()} cores ({platform.machine()}), {memory} GiB, Python {platform.python_version()}"


def page(run: LiveRun, date: str) -> str:
    """docs/live-run.md."""
    return PAGE.format(date=date, version=version(), machine=machine(), lines="\n".join(lines_of(run)))


PAGE = """\
# A district through real Kafka

Generated by `python -m tools.live_evaluation --page docs/live-run.md --date {date}` on version
`{version}`, on {machine}; broker, database, workers and the program that
tells share them. [Simulating](simulating.md#live) says what is compared with what, and how to read the columns.

{lines}
"""

if __name__ == "__main__":
    sys.exit(main())
