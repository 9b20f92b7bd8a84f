"""Dashboards drawn as HTML from the answers to their own queries, where no Grafana runs."""

import html
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from streams.core.screen_words import CLASS_WORDS, LABELS
from tools.dashboards.asking import Series, instant, over_time, rows
from tools.dashboards.boards import BOARDS, COUNT, INSTANT, SECONDS, SHARE, Panel, Steps
from tools.dashboards.queries import PROMETHEUS, sql
from tools.dashboards.render import placed
from tools.dashboards.words import BOARDS as NAMES
from tools.dashboards.words import TITLES, VALUES
from tools.dashboards.world import World
from tools.stack.monitoring import ask

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
COLUMN, LINE, PIXELS = 62, 38, 1516
ROWS_MOST, BARS_MOST = 12, 10
COLOURS = {"green": "#3f9e4d", "orange": "#e08a1e", "red": "#d0342c", "blue": "#3b73b9"}
# Series by what they are called, as points of time and value.
Told = Sequence[tuple[str, Sequence[tuple[float, float]]]]
SERIES = ("#3b73b9", "#e08a1e", "#3f9e4d", "#d0342c", "#7c5cc4", "#3aa6a6", "#8a6d3b", "#b5467f")
CSS = f"""
* {{ box-sizing: border-box; }}
body {{ margin: 0; background: #f4f5f7; font: 13px 'DejaVu Sans', sans-serif; color: #24292e; width: {PIXELS}px; }}
h1 {{ font-size: 19px; margin: 14px 18px 2px; }} .head {{ margin: 0 18px 8px; color: #6a737d; }}
.board {{ position: relative; margin: 0 12px 12px; }}
.panel {{ position: absolute; background: #fff; border: 1px solid #e1e4e8; padding: 6px 10px; overflow: hidden; }}
.panel h2 {{ font-size: 12.5px; margin: 0 0 5px; font-weight: bold; }}
.stat {{ display: flex; gap: 26px; align-items: baseline; }} .stat b {{ font-size: 27px; font-weight: normal; }}
.stat.long b {{ font-size: 20px; }} .stat span {{ display: block; font-size: 10.5px; color: #6a737d; }}
table {{ border-collapse: collapse; width: 100%; font-size: 11.5px; }}
th {{ text-align: left; color: #6a737d; font-weight: normal; vertical-align: bottom; font-size: 10.5px; }}
th, td {{ border-bottom: 1px solid #eceef0; padding: 2.5px 6px 2.5px 0; }} .n {{ text-align: right; }}
.bar {{ display: grid; grid-template-columns: 42% 1fr 112px; gap: 8px; align-items: center; margin: 3px 0;
  font-size: 12px; }}
.bar i {{ display: block; height: 15px; }} .empty {{ color: #8b949e; padding: 8px 0; }}
.key {{ font-size: 10.5px; margin-right: 10px; }} .key i
  {{ display: inline-block; width: 9px; height: 9px; margin-right: 3px; }}
"""


def page(world: World, board: str, language: str, seconds: float) -> tuple[str, int]:
    """One dashboard as a page, and how high it is in pixels; series over the last `seconds`."""
    parts, bottom = [], 0
    for panel, at in placed(BOARDS[board]):
        bottom = max(bottom, (at.y + at.h) * LINE)
        style = f"left:{at.x * COLUMN + 6}px;top:{at.y * LINE}px;width:{at.w * COLUMN - 8}px;height:{at.h * LINE - 8}px"
        title = html.escape(TITLES[panel.name].of(language))
        inside = _inside(world, panel, language, seconds, at.w * COLUMN - 40, at.h * LINE - 60)
        parts.append(f'<div class="panel" style="{style}"><h2>{title}</h2>{inside}</div>')
    head = " · ".join(html.escape(NAMES[one].of(language)) for one in BOARDS if one != board)
    body = f'<h1>{html.escape(NAMES[board].of(language))}</h1><div class="head">{head}</div>'
    body += f'<div class="board" style="height:{bottom}px">{"".join(parts)}</div>'
    return f'<!doctype html><meta charset="utf-8"><style>{CSS}</style><body>{body}</body>', bottom + 76


def _inside(world: World, panel: Panel, language: str, seconds: float, width: int, height: int) -> str:
    if panel.kind == "alerts":
        names = sorted({one["labels"]["alertname"] for one in ask(world.monitoring.alertmanager, "/api/v2/alerts")})
        return "".join(f"<div>{html.escape(name)}</div>" for name in names) or _empty(language)
    if panel.name not in PROMETHEUS:
        found = rows(world.database, sql(language)[panel.name], world.choice)
        return _OF_ROWS[panel.kind](panel, found, language) if found else _empty(language)
    if panel.kind in ("lines", "heat"):
        told = [
            (_named(panel, series.called(legend) or "value", language), series.points)
            for expression, legend in PROMETHEUS[panel.name]
            for series in over_time(world.monitoring.prometheus, expression, world.choice, seconds)
        ]
        return (_lines if panel.kind == "lines" else _heat)(panel, told, language, width, height)
    series = [
        (_named(panel, one.called(legend), language), one)
        for expression, legend in PROMETHEUS[panel.name]
        for one in instant(world.monitoring.prometheus, expression, world.choice)
    ]
    if not series:
        return _empty(language)
    if panel.kind == "table":
        return _table(panel, [_row_of(panel, one, language) for _, one in series], language)
    values = {name: one.points[-1][1] for name, one in series}
    if panel.kind == "stat":
        return _stat(panel, [dict(values)], language)
    return _bars(panel, values)


def _row_of(panel: Panel, series: Series, language: str) -> dict[str, Any]:
    return {
        _named(panel, key, language): told for key, told in (*series.labels.items(), ("Value", series.points[-1][1]))
    }


def _named(panel: Panel, key: str, language: str) -> str:
    words = VALUES.get(panel.words, {}).get(key)
    return words.of(language) if words else key


def _stat(panel: Panel, found: Sequence[Mapping[str, Any]], _language: str) -> str:
    values = found[0]
    cells = [
        f'<div><b style="color:{_colour(panel.steps, value)}">{_shown(value, panel.unit, panel.decimals)}</b>'
        f"<span>{html.escape(name) if len(values) > 1 else ''}</span></div>"
        for name, value in values.items()
    ]
    long = " long" if panel.unit == INSTANT else ""
    return f'<div class="stat{long}">{"".join(cells)}</div>'


def _bars_of_rows(panel: Panel, found: Sequence[Mapping[str, Any]], _language: str) -> str:
    if not panel.is_by_row:
        return _bars(panel, found[0])
    return _bars(panel, {str(name): value for name, value, *_ in (tuple(row.values()) for row in found)})


def _bars(panel: Panel, values: Mapping[str, Any]) -> str:
    most = max((abs(float(value)) for value in values.values()), default=0) or 1
    lines = [
        f'<div class="bar"><span>{html.escape(name)}</span><i style="background:{_colour(panel.steps, value)};'
        f'width:{max(0.5, 100 * abs(float(value)) / most) if panel.unit != INSTANT else 0:.1f}%"></i>'
        f'<span class="n">{_shown(value, panel.unit, panel.decimals)}</span></div>'
        for name, value in list(values.items())[:BARS_MOST]
    ]
    return "".join(lines)


def _groups(_panel: Panel, found: Sequence[Mapping[str, Any]], _language: str) -> str:
    names = [name for name, value in found[0].items() if not isinstance(value, str)]
    most = max(float(row[name]) for row in found for name in names) or 1
    keys = "".join(
        f'<span class="key"><i style="background:{SERIES[n]}"></i>{html.escape(name)}</span>'
        for n, name in enumerate(names)
    )
    lines = []
    for row in found:
        label = next(value for value in row.values() if isinstance(value, str))
        inside = "".join(
            f'<i style="background:{SERIES[n]};height:10px;width:{max(0.5, 100 * float(row[name]) / most):.1f}%"></i>'
            for n, name in enumerate(names)
        )
        told = " / ".join(_shown(row[name], COUNT, None) for name in names)
        lines.append(f'<div class="bar"><span>{html.escape(label)}</span><div>{inside}</div>')
        lines.append(f'<span class="n">{told}</span></div>')
    return keys + "".join(lines)


def _table(panel: Panel, found: Sequence[Mapping[str, Any]], language: str) -> str:
    units = {
        LABELS[name].of(language): unit
        for names, unit in ((panel.instants, INSTANT), (panel.shares, SHARE), (panel.days, "d"))
        for name in names
    }
    names = list(dict.fromkeys(name for row in found for name in row))
    numbers = {name for name in names if any(isinstance(row.get(name), (int, float, Decimal)) for row in found)}
    heads = "".join(
        f'<th class="{"n" if name in numbers else ""}">'
        f"{html.escape(CLASS_WORDS[name].of(language) if name in panel.classes else name)}</th>"
        for name in names
    )
    lines = []
    for row in found[:ROWS_MOST]:
        cells = "".join(
            f'<td class="n">{_shown(row.get(name), units.get(name, panel.unit), panel.decimals)}</td>'
            if name in numbers
            else f"<td>{html.escape(str(row.get(name) or ''))}</td>"
            for name in names
        )
        lines.append(f"<tr>{cells}</tr>")
    return f"<table><tr>{heads}</tr>{''.join(lines)}</table>"


def _lines(panel: Panel, told: Told, language: str, w: int, h: int) -> str:
    told = [(name, [point for point in points if point[1] == point[1]]) for name, points in told]
    told = [(name, points) for name, points in told if points]
    if not told:
        return _empty(language)
    begun, ended = min(p[0][0] for _, p in told), max(p[-1][0] for _, p in told)
    most = max(value for _, points in told for _, value in points) or 1
    lines, keys = [], []
    for n, (name, points) in enumerate(told[: len(SERIES)]):
        path = " ".join(
            f"{(at - begun) / max(1, ended - begun) * w:.0f},{h - value / most * (h - 12):.0f}" for at, value in points
        )
        lines.append(f'<polyline points="{path}" fill="none" stroke="{SERIES[n]}" stroke-width="1.6"/>')
        keys.append(f'<span class="key"><i style="background:{SERIES[n]}"></i>{html.escape(name)}</span>')
    top = f'<text x="2" y="10" font-size="10" fill="#6a737d">{_shown(most, panel.unit, panel.decimals)}</text>'
    return f'<svg width="{w}" height="{h}">{top}{"".join(lines)}</svg><div>{"".join(keys)}</div>'


def _heat(_panel: Panel, told: Told, language: str, w: int, h: int) -> str:
    if not told:
        return _empty(language)
    begun = min(points[0][0] for _, points in told)
    span = max(points[-1][0] for _, points in told) - begun or 1
    most = max(value for _, points in told for _, value in points) or 1
    left, row_height = 210, h / len(told)
    parts = []
    for n, (name, points) in enumerate(sorted(told)):
        y = n * row_height
        parts.append(f'<text x="0" y="{y + row_height * 0.65:.0f}" font-size="11">{html.escape(name)}</text>')
        wide = (w - left) / max(1, len(points))
        for at, value in points:
            x = left + (at - begun) / span * (w - left - wide)
            parts.append(
                f'<rect x="{x:.0f}" y="{y:.0f}" width="{wide:.0f}" height="{row_height - 2:.0f}" '
                f'fill="rgb(217,95,14)" opacity="{0.04 + 0.96 * value / most:.2f}"/>'
            )
    return f'<svg width="{w}" height="{h}" shape-rendering="crispEdges">{"".join(parts)}</svg>'


def _colour(steps: Steps, value: Any) -> str:
    return COLOURS[[colour for least, colour in steps if least is None or float(value) >= least][-1]]


def _shown(value: Any, unit: str, decimals: int | None) -> str:
    if value is None:
        return "–"
    number = float(value)
    if unit == INSTANT:
        return datetime.fromtimestamp(number / 1000, ZONE).strftime("%d/%m/%Y %H:%M")
    if unit == SHARE:
        return f"{100 * number:.{1 if decimals is None else decimals}f} %"
    if unit == SECONDS:
        return f"{number / 3600:.1f} h" if number >= 5400 else f"{number:.1f} s"
    whole = decimals is None or number == int(number)
    return f"{number:,.0f}" if (whole and abs(number) >= 1) or number == 0 else f"{number:,.{decimals or 2}f}"


def _empty(language: str) -> str:
    return f'<div class="empty">{"Không có dữ liệu" if language == "vi" else "No data"}</div>'


_OF_ROWS = {"stat": _stat, "bars": _bars_of_rows, "groups": _groups, "table": _table}
