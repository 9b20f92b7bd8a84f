"""The file in which published figures are kept: written whole or not at all."""

import os
from pathlib import Path

import orjson

from streams.report.published import merged, read_figures


def keep(file: Path, to: Path) -> tuple[int, int]:
    """Add the figures of a file to those that are kept; returns how many it has, and how many are kept now."""
    told = read_figures(file)
    figures = merged(read_figures(to) if to.exists() else (), told)
    fresh = to.with_name(f"{to.name}.new")
    with fresh.open("wb") as out:
        out.writelines(orjson.dumps(figure.as_json()) + b"\n" for figure in figures)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(to)
    return len(told), len(figures)
