"""`python -m benchmarks`: ours and the peers on the same work in one run, with a broker of its own."""

import argparse
import asyncio
import logging
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import orjson

from benchmarks.broker import Broker
from benchmarks.children import ChildEnded
from benchmarks.dates import run_dates
from benchmarks.full import run_full
from benchmarks.measure import Stalled, WrongResult
from benchmarks.options import Bench, Options
from benchmarks.progress import Progress
from benchmarks.replay import run_replay
from benchmarks.report import conditions, page, record
from benchmarks.restart import run_restart
from benchmarks.scrape import run_scrape
from benchmarks.sink import run_sink
from benchmarks.tick import run_tick
from tools.stack import Stack, StackError, start_stack

PARTS: dict[str, Callable[[Bench, Options], Awaitable[dict[str, Any]]]] = {
    "full": run_full,
    "replay": run_replay,
    "restart": run_restart,
    "tick": run_tick,
    "scrape": run_scrape,
    "sink": run_sink,
    "dates": run_dates,
}
# Whatever else they measure, all have a broker.
NEEDS_POSTGRES = frozenset({"sink"})
EXIT_FAILED, EXIT_INTERRUPTED = 1, 130
EXAMPLES = """examples:
  python -m benchmarks                            all parts
  python -m benchmarks --only full --minutes 10   rounds of the full path for ten minutes
  python -m benchmarks --only restart --json      one JSON object
  python -m benchmarks --only tick --due 100000   a smaller tick
  make bench ARGS="--record"                      keep the figures in docs/benchmarks/
"""


def main(arguments: Sequence[str] | None = None) -> int:
    given = sys.argv[1:] if arguments is None else list(arguments)
    asked = _parser().parse_args(given)
    logging.basicConfig(level=logging.CRITICAL)
    options = Options(asked.events, asked.rounds, asked.minutes, asked.cases, asked.due)
    progress = Progress()
    try:
        progress.step("starting a broker")
        parts = list(PARTS) if asked.only is None else [asked.only]
        with start_stack(("kafka", "postgres") if NEEDS_POSTGRES & {*parts} else ("kafka",)) as stack:
            found = asyncio.run(_run(stack, parts, options, progress))
    except (StackError, ChildEnded, Stalled, WrongResult, TimeoutError) as error:
        progress.end()
        print(f"benchmarks: {error}", file=sys.stderr)
        return EXIT_FAILED
    except KeyboardInterrupt:
        progress.end()
        print("benchmarks: stopped", file=sys.stderr)
        return EXIT_INTERRUPTED
    found = {"conditions": conditions(given)} | found
    progress.end()
    print(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode() if asked.json else page(found))
    if asked.record:
        print(f"recorded in {record(found)}", file=sys.stderr)
    return 0


async def _run(stack: Stack, parts: Sequence[str], options: Options, progress: Progress) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="hoso-bench-") as folder:
        async with Broker(stack.endpoints.kafka, stack.kafka.pid) as broker:
            bench = Bench(broker, Path(folder), progress)
            if NEEDS_POSTGRES & {*parts}:
                bench = bench._replace(postgres=stack.endpoints.postgres, postgres_pid=stack.postgres.pid)
            return {name: await PARTS[name](bench, options) for name in parts}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measures the full path beside stock Faust and a bare client, replay, restart, and large ticks.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", choices=list(PARTS), help="one part; all if left out")
    parser.add_argument("--events", type=_at_least(4_000), default=400_000, help="source events a round (%(default)s)")
    parser.add_argument("--rounds", type=_at_least(1), default=3, help="rounds of each part (%(default)s)")
    parser.add_argument("--minutes", type=float, help="rounds of the full path for so long, however many")
    parser.add_argument(
        "--cases", type=_at_least(1_000), default=250_000, help="cases in the table at a restart (%(default)s)"
    )
    parser.add_argument(
        "--due", type=_at_least(1_000), default=1_000_000, help="cases judged at one tick (%(default)s)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--record", action="store_true", help="write the figures to docs/benchmarks/")
    return parser


def _at_least(least: int) -> Callable[[str], int]:
    """Reads 400000, 400_000 and 400,000; with fewer than `least` nothing could be told from the figures."""

    def number(text: str) -> int:
        digits = text.replace("_", "").replace(",", "")
        if not digits.isascii() or not digits.isdigit() or int(digits) < least:
            raise argparse.ArgumentTypeError(f"{text}: expected a number of at least {least:,}")
        return int(digits)

    return number


if __name__ == "__main__":
    sys.exit(main())
