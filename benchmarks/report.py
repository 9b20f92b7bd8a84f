"""What a run found, as a table for people and as the page that `--record` keeps."""

import os
import platform
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from benchmarks.children import REPOSITORY
from tools.stack.kafka_jars import kafka_version

RECORDS = REPOSITORY / "docs" / "benchmarks"
# Above this share of the machine's CPU time, what others did there is told beside the figures.
OTHERS_SHARE_MAX = 0.05


def conditions(arguments: Sequence[str]) -> dict[str, Any]:
    """When, of which commit, on what machine, against which broker."""
    git = ["git", "-C", str(REPOSITORY)]
    commit = subprocess.run([*git, "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=False)
    changed = subprocess.run([*git, "status", "--porcelain"], capture_output=True, text=True, check=False)
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": (commit.stdout.strip() or "unknown") + ("+changes" if changed.stdout.strip() else ""),
        "command": " ".join(["python -m benchmarks", *arguments]),
        "machine": f"{os.cpu_count()} cores, {_processor()}, {psutil.virtual_memory().total / 2**30:.0f} GB",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "broker": f"Apache Kafka {kafka_version()}, one node on the same machine",
    }


def page(found: Mapping[str, Any]) -> str:
    """Everything that was found, in Markdown."""
    parts: list[Iterator[str]] = [_conditions(found["conditions"])]
    parts += [SECTIONS[name](found[name]) for name in SECTIONS if name in found]
    return "\n".join(line for part in parts for line in part)


def record(found: Mapping[str, Any], folder: Path = RECORDS) -> Path:
    """Keep the page under its date; a second run of a day gets a number."""
    folder.mkdir(parents=True, exist_ok=True)
    day = found["conditions"]["at"][:10]
    names = [day, *(f"{day}-{number}" for number in range(2, 100))]
    file = next(path for name in names if not (path := folder / f"{name}.md").exists())
    file.write_text(page(found), encoding="utf-8")
    return file


def _conditions(said: Mapping[str, str]) -> Iterator[str]:
    yield f"# Benchmarks of {said['at'][:10]}\n"
    yield from (f"- {name}: {value}" for name, value in said.items())
    yield ""


def _full(found: Mapping[str, Any]) -> Iterator[str]:
    contenders = found["contenders"]
    cpu = {name: each["cpu_seconds_per_million"] for name, each in contenders.items()}
    yield f"## Full path, median of {_rounds(found)}, alternating\n"
    yield from _table(
        ["", "events", "events/s", "low to high", "CPU s a million", "stock's CPU / its", "its CPU / floor's"],
        [
            [
                name,
                f"{each['events']:,}",
                f"{each['events_per_second']:,.0f}",
                f"{each['events_per_second_low']:,.0f} to {each['events_per_second_high']:,.0f}",
                f"{cpu[name]:.1f}",
                f"{cpu['stock'] / cpu[name]:.1f}",
                f"{cpu[name] / cpu['floor']:.1f}",
            ]
            for name, each in contenders.items()
        ],
    )
    yield from _table(
        ["process", "CPU s a million", "peak MB", "the broker's CPU s a million meanwhile"],
        [
            [
                part if part == name else f"{name} {part}",
                f"{of['cpu_seconds_per_million']:.1f}",
                f"{of['memory_mb']:,.0f}",
                f"{each['broker_cpu_seconds_per_million']:.1f}",
            ]
            for name, each in contenders.items()
            for part, of in each["by_process"].items()
        ],
    )
    goal = found["goal"]
    yield (
        f"Goal: at least {goal['stock_cpu_by_hoso_cpu_min']:.0f} times fewer CPU seconds a million than stock Faust on"
        f" the full path. Found: {found['stock_cpu_by_hoso_cpu']:.1f} times, {_met(goal)}. In each round the flags of"
        " hoso and of stock Faust equalled the planted ones; the floor has no rules and flags nothing."
    )
    yield from _quiet(found)
    yield ""


def _replay(found: Mapping[str, Any]) -> Iterator[str]:
    yield f"## Replay of a file, one process, median of {_rounds(found)}\n"
    yield from _table(
        ["events", "events/s", "CPU s a million", "file MB", "start s, taken off"],
        [
            [
                f"{found['events']:,}",
                f"{found['events_per_second']:,.0f}",
                f"{found['cpu_seconds_per_million']:.1f}",
                f"{found['file_bytes'] / 1e6:,.0f}",
                f"{found['start_seconds']:.1f}",
            ]
        ],
    )


def _restart(found: Mapping[str, Any]) -> Iterator[str]:
    yield f"## Restart of a case worker after kill -9, median of {_rounds(found)}\n"
    yield from _table(
        ["cases", "changelog offsets", "until ready s", "until the next event is judged s", "longest s", "peak MB"],
        [
            [
                f"{found['cases']:,}",
                f"{found['changelog_offsets']:,}",
                f"{found['seconds_until_ready']:.1f}",
                f"{found['seconds_until_judged']:.1f}",
                f"{found['seconds_until_judged_max']:.1f}",
                f"{found['memory_mb']:,.0f}",
            ]
        ],
    )
    goal = found["goal"]
    yield f"Goal: judged in under {goal['seconds_until_judged_max']:.0f} s, {_met(goal)}.\n"


def _tick(found: Mapping[str, Any]) -> Iterator[str]:
    yield f"## A tick that judges {found['cases']:,} cases, one worker\n"
    yield from _table(
        ["why", "last flag after s", "first after s", "cases/s", "CPU s a million", "the broker's CPU s a million"],
        [
            [
                why,
                f"{of['seconds']:.1f}",
                f"{of['seconds_until_first']:.1f}",
                f"{of['cases_per_second']:,.0f}",
                f"{of['cpu_seconds_per_million']:.1f}",
                f"{of['broker_cpu_seconds_per_million']:.1f}",
            ]
            for why, of in (("all due at one instant", found["due"]), ("other rules", found["rules"]))
        ],
    )
    goal = found["goal"]
    yield (
        f"Goal: the last flag of {goal['cases']:,} cases due at one instant in {goal['seconds_max']:.0f} s,"
        f" {_met(goal)}. At either tick each case changes two flags. The worker's peak was"
        f" {found['memory_mb']:,.0f} MB."
    )
    yield from _quiet(found)
    yield ""


def _scrape(found: Mapping[str, Any]) -> Iterator[str]:
    yield f"## Judging while /metrics is scraped, median of {_rounds(found)} of either kind, alternating\n"
    yield from _table(
        ["", "a flag after its tick s, p50", "p99", "CPU s a million, paced", "events/s at once", "CPU s a million"],
        [
            [
                kind,
                f"{of['late_seconds_p50']:.3f}",
                f"{of['late_seconds_p99']:.3f}",
                f"{of['paced_cpu_seconds_per_million']:.0f}",
                f"{of['events_per_second']:,.0f}",
                f"{of['cpu_seconds_per_million']:.0f}",
            ]
            for kind, of in found["kinds"].items()
        ]
        + [["ratio", *(f"{found['scraped_by_quiet'][name]:.3f}" for name in next(iter(found["kinds"].values())))]],
    )
    yield from _table(
        ["events come", "scrapes", "ms a scrape, p50", "p90", "longest", f"over {found['goal']['ms_max']:.0f} ms"],
        [
            [name, *(f"{of[figure]:.0f}" for figure in ("scrapes", "p50", "p90", "max", "over"))]
            for name, of in found["ms"].items()
        ],
    )
    goal = found["goal"]
    yield (
        f"{found['cases']:,} cases of {found['units']:,} units; {found['series']:,} series in {found['bytes']:,} bytes."
        f"\nGoal: at most {goal['series_max']:,} series, and a scrape in under {goal['ms_max']:.0f} ms where events"
        f" come at an even pace, {_met(goal)}. Prometheus comes every 15 s, here it came every second. CPU is the case"
        " worker's; each event changes a flag."
    )
    yield from _quiet(found)
    yield ""


def _sink(found: Mapping[str, Any]) -> Iterator[str]:
    yield f"## A fresh sink on a backlog of {found['entries']:,} log entries, median of {_rounds(found)}, alternating\n"
    yield from _table(
        ["", "log entries/s", "rows/s", "CPU s a million", "PostgreSQL's CPU s a million"],
        [
            [
                kind,
                f"{of['entries_per_second']:,.0f}",
                f"{of['rows_per_second']:,.0f}",
                f"{of['cpu_seconds_per_million']:.1f}",
                f"{of['postgres_cpu_seconds_per_million']:.1f}",
            ]
            for kind, of in found["kinds"].items()
        ],
    )
    yield from _table(["table", "rows"], [[name, f"{rows:,}"] for name, rows in found["rows"].items()])
    goal = found["goal"]
    yield (
        f"Goal: {goal['entries_a_second_min']:,} log entries a second, {_met(goal)}. A scrape of {found['series']:,}"
        f" series in {found['bytes']:,} bytes took {found['ms_p50']:.0f} ms in the median and {found['ms_max']:.0f} ms"
        f" at most, of {found['scrapes']:,}; with them the sink was {found['scraped_by_quiet']:.3f} times as fast."
    )
    yield from _quiet(found)
    yield ""


def _dates(found: Mapping[str, Any]) -> Iterator[str]:
    yield f"## Due dates a CPU second, one core, median of {_rounds(found)} of {found['dates']:,} each\n"
    yield from _table(["term", "due dates/s"], [[name, f"{speed:,.0f}"] for name, speed in found["by_term"].items()])
    goal = found["goal"]
    yield f"Goal: at least {goal['a_second_min']:,} of working days, {_met(goal)}.\n"


SECTIONS = {
    "full": _full,
    "replay": _replay,
    "restart": _restart,
    "tick": _tick,
    "scrape": _scrape,
    "sink": _sink,
    "dates": _dates,
}


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Padded, so that it reads well as it stands too."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in [head, ["-" * width for width in widths], *rows]:
        yield f"| {' | '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))} |"
    yield ""


def _quiet(found: Mapping[str, Any]) -> Iterator[str]:
    """A warning where the machine was not."""
    if found["others_share_max"] > OTHERS_SHARE_MAX:
        yield (
            f"\nThe machine was not quiet: up to {found['others_share_max']:.0%} of its CPU time went to others."
            " What is counted a second is therefore too low, and CPU seconds are too high, in every row."
        )


def _rounds(found: Mapping[str, Any]) -> str:
    return f"{found['rounds']} round{'s' if found['rounds'] != 1 else ''}"


def _met(goal: Mapping[str, Any]) -> str:
    return "met" if goal["is_met"] else "NOT met"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()
