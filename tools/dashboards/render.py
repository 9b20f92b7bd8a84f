"""Dashboards as Grafana reads them, built with its foundation SDK: one file a dashboard and language."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grafana_foundation_sdk.builders import barchart, bargauge, heatmap, prometheus, stat, table, timeseries
from grafana_foundation_sdk.builders import common as common_builders
from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.cog import variants
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models import heatmap as heatmap_model
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from streams.core.screen_words import CLASS_WORDS, LABELS
from streams.sinks.pictures import words_table
from tools.dashboards.boards import BOARDS, INSTANT, Panel
from tools.dashboards.links import LINKS, column_of, url_of
from tools.dashboards.queries import ALL, PAGES_ADDRESS, PROMETHEUS, pattern, sql
from tools.dashboards.words import ALL as ALL_WORD
from tools.dashboards.words import BOARDS as NAMES
from tools.dashboards.words import HELP, PERIODS, TITLES, TO_CASES, TWIN, VALUES

FOLDER = Path("deploy/grafana/dashboards")
LANGUAGES = ("vi", "en")
WIDTH = 24
SOURCES = {
    name: models.DataSourceRef(type_val=kind, uid=name)
    for name, kind in (
        ("prometheus", "prometheus"), ("postgres", "grafana-postgresql-datasource"), ("alertmanager", "alertmanager"),
    )
}  # fmt: skip


class SqlQuery(variants.Dataquery):
    """A query of PostgreSQL as Grafana keeps it; the SDK has no model for it."""

    def __init__(self, text: str) -> None:
        self._text = text

    def to_json(self) -> dict[str, object]:
        source = SOURCES["postgres"].to_json()
        return {
            "refId": "A", "datasource": source, "format": "table", "rawQuery": True, "editorMode": "code",
            "rawSql": self._text,
        }  # fmt: skip


class _Sql(Builder[SqlQuery]):
    def __init__(self, text: str) -> None:
        self._text = text

    def build(self) -> SqlQuery:
        return SqlQuery(self._text)


def uid(board: str, language: str) -> str:
    return f"hoso-{board}" if language == "vi" else f"hoso-{board}-{language}"


def files() -> dict[Path, str]:
    """Every dashboard, by its path from the root of the repository."""
    return {
        FOLDER / language / f"{board}.json": json.dumps(
            build(board, language).build(), cls=JSONEncoder, indent=2, ensure_ascii=False, sort_keys=True
        )
        + "\n"
        for language in LANGUAGES
        for board in BOARDS
    }


def build(board: str, language: str) -> builders.Dashboard:
    """One dashboard in a language, with links to the others and to its twin."""
    other = next(one for one in LANGUAGES if one != language)
    made = (
        builders.Dashboard(NAMES[board].of(language))
        .uid(uid(board, language))
        .tags(["hoso", language])
        .timezone("browser")
        .week_start("monday")
        .readonly()
        .tooltip(models.DashboardCursorSync.CROSSHAIR)
        .time("now-7d", "now")
        .refresh("1m")
    )
    for one in BOARDS:
        if one != board:
            made.link(_link(NAMES[one].of(language), f"/d/{uid(one, language)}"))
    made.link(_link(TWIN.of(language), f"/d/{uid(board, other)}"))
    for variable in _variables(language):
        made.with_variable(variable)
    for number, (panel, place) in enumerate(placed(BOARDS[board]), 1):
        made.with_panel(_panel(panel, language).id(number).grid_pos(place))
    return made


def placed(panels: tuple[Panel, ...]) -> Iterator[tuple[Panel, models.GridPos]]:
    """Side by side from the left, a new row where there is no room."""
    x = y = height = 0
    for panel in panels:
        if x + panel.width > WIDTH:
            x, y, height = 0, y + height, 0
        yield panel, models.GridPos(h=panel.height, w=panel.width, x=x, y=y)
        x, height = x + panel.width, max(height, panel.height)


def _link(title: str, url: str) -> builders.DashboardLink:
    return builders.DashboardLink(title).type(models.DashboardLinkType.LINK).url(url).include_vars(True).keep_time(True)


def _variables(language: str) -> Iterator[Builder[models.VariableModel]]:
    every = ALL_WORD.of(language)
    every_one = models.VariableOption(text=every, value="$__all")
    of_procedures = words_table(VALUES["procedures"], language)
    queries = {
        "province": "SELECT DISTINCT province FROM unit_places UNION SELECT 'none' ORDER BY 1",
        "unit": "SELECT unit AS __value, name || ' (' || unit || ')' AS __text FROM unit_places "
        "WHERE province IN (${province:sqlstring}) ORDER BY 2",
        "procedure": "SELECT DISTINCT procedure AS __value, coalesce(word.text, procedure) AS __text FROM unit_counts "
        f"LEFT JOIN {of_procedures} AS word (key, text) ON word.key = procedure "
        "WHERE procedure IS NOT NULL ORDER BY 2",
    }
    for name, query in queries.items():
        is_multi = name == "province"
        made = (
            builders.QueryVariable(name)
            .label(LABELS[name].of(language))
            .query(query)
            .datasource(SOURCES["postgres"])
            .refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED)
            .include_all(True)
            .multi(is_multi)
            .current(models.VariableOption(text=[every], value=["$__all"]) if is_multi else every_one)
        )
        # Without a value of its own, *all* is every value: Prometheus takes those as a pattern.
        yield made if is_multi else made.all_value(ALL)
    for name in ("unit", "procedure"):
        yield (
            builders.QueryVariable(f"{name}_pattern")
            .hide(models.VariableHide.HIDE_VARIABLE)
            .query(pattern(name))
            .datasource(SOURCES["postgres"])
            .refresh(models.VariableRefresh.ON_DASHBOARD_LOAD)
        )
    # Not the time range: where the pages are does not hang on it.
    yield (
        builders.QueryVariable("pages")
        .hide(models.VariableHide.HIDE_VARIABLE)
        .query(PAGES_ADDRESS)
        .datasource(SOURCES["postgres"])
        .refresh(models.VariableRefresh.ON_DASHBOARD_LOAD)
    )
    choices = ", ".join(f"{words.of(language)} : {key}" for key, words in PERIODS.items())
    first = next(iter(PERIODS))
    options = [
        models.VariableOption(selected=key == first, text=words.of(language), value=key)
        for key, words in PERIODS.items()
    ]
    yield (
        builders.CustomVariable("period")
        .label(LABELS["period"].of(language))
        .values(choices)
        .options(options)
        .current(options[0])
    )


def _panel(panel: Panel, language: str) -> Any:
    made = _kinds[panel.kind]()
    made.title(TITLES[panel.name].of(language)).description(HELP[panel.name].of(language))
    if panel.kind == "alerts":
        return made.type("alertlist").datasource(SOURCES["alertmanager"]).options(
            {"datasource": "Alertmanager", "viewMode": "list", "groupMode": "default", "maxItems": 50,
             "stateFilter": {"firing": True, "pending": False, "error": True, "noData": False, "normal": False}}
        )  # fmt: skip
    made.unit(panel.unit).thresholds(
        builders.ThresholdsConfig()
        .mode(models.ThresholdsMode.ABSOLUTE)
        .steps([models.Threshold(value=value, color=colour) for value, colour in panel.steps])
    ).color_scheme(builders.FieldColor().mode(_colours.get(panel.kind, models.FieldColorModeId.THRESHOLDS)))
    if panel.kind == "bars" and panel.name not in PROMETHEUS:
        made.reduce_options(_last(panel.is_by_row))
    if panel.decimals is not None:
        made.decimals(panel.decimals)
    if panel.name in PROMETHEUS:
        made.datasource(SOURCES["prometheus"])
        for number, (expression, legend) in enumerate(PROMETHEUS[panel.name]):
            made.with_target(_prometheus(panel, expression, legend, "ABCD"[number]))
    else:
        made.datasource(SOURCES["postgres"]).with_target(_Sql(sql(language)[panel.name]))
    for columns, unit in ((panel.instants, INSTANT), (panel.shares, "percentunit"), (panel.days, "d")):
        for column in columns:
            made.override_by_name(LABELS[column].of(language), [models.DynamicConfigValue("unit", unit)])
    for name in panel.classes:
        made.override_by_name(name, [models.DynamicConfigValue("displayName", CLASS_WORDS[name].of(language))])
    if panel.links:
        made.override_by_name(
            LABELS["unit"].of(language),
            [models.DynamicConfigValue("links", [{"title": LABELS["unit"].of(language), "url": _to_unit(language)}])],
        )
    for link in LINKS.get(panel.name, ()):
        to_list = {"title": TO_CASES.of(language), "url": url_of(link, language), "targetBlank": True}
        made.override_by_name(column_of(link, language), [models.DynamicConfigValue("links", [to_list])])
    for key, words in VALUES.get(panel.words, {}).items():
        made.override_by_name(key, [models.DynamicConfigValue("displayName", words.of(language))])
    if panel.kind == "table" and panel.name in PROMETHEUS:
        made.with_transformation(
            models.DataTransformerConfig(id_val="organize", options={"excludeByName": {"Time": True}})
        )
    return made


def _to_unit(language: str) -> str:
    code = LABELS["code"].of(language)
    return f'/d/{uid("unit", language)}?var-unit=${{__data.fields["{code}"]}}&${{period:queryparam}}'


def _prometheus(panel: Panel, expression: str, legend: str, name: str) -> prometheus.Dataquery:
    made = prometheus.Dataquery().expr(expression).legend_format(legend or "__auto").ref_id(name)
    made.datasource(SOURCES["prometheus"])
    if panel.kind in ("lines", "heat"):
        return made.range()
    return made.instant().format(PromQueryFormat.TABLE if panel.kind == "table" else PromQueryFormat.TIME_SERIES)


def _last(is_rows: bool) -> common_builders.ReduceDataOptions:
    """The last value of each series; or, where a query yields a row a bar, all of them."""
    return common_builders.ReduceDataOptions().calcs(["lastNotNull"]).values(is_rows)


def _stat() -> Any:
    return (
        stat.Panel()
        .reduce_options(_last(False))
        .color_mode(common.BigValueColorMode.VALUE)
        .graph_mode(common.BigValueGraphMode.NONE)
        .text_mode(common.BigValueTextMode.AUTO)
    )


def _bars() -> Any:
    return (
        bargauge.Panel()
        .reduce_options(_last(False))
        .orientation(common.VizOrientation.HORIZONTAL)
        .display_mode(common.BarGaugeDisplayMode.BASIC)
        .value_mode(common.BarGaugeValueMode.TEXT)
        .min(0)
    )


def _groups() -> Any:
    return (
        barchart.Panel()
        .orientation(common.VizOrientation.VERTICAL)
        .show_value(common.VisibilityMode.AUTO)
        .line_width(1)
        .fill_opacity(80)
        .gradient_mode(common.GraphGradientMode.NONE)
    )


def _table() -> Any:
    return (
        table.Panel()
        .show_header(True)
        .cell_height(common.TableCellHeight.SM)
        .align(common.FieldTextAlignment.AUTO)
        .inspect(False)
    )


def _lines() -> Any:
    return timeseries.Panel().fill_opacity(10).show_points(common.VisibilityMode.NEVER)


def _heat() -> Any:
    return (
        heatmap.Panel()
        .calculate(False)
        .scale_distribution(common_builders.ScaleDistributionConfig().type(common.ScaleDistribution.LINEAR))
        .color(heatmap.HeatmapColorOptions().mode(heatmap_model.HeatmapColorMode.SCHEME).scheme("Oranges").steps(32))
    )


_kinds = {
    "stat": _stat, "bars": _bars, "groups": _groups, "table": _table, "lines": _lines, "heat": _heat,
    "alerts": builders.Panel,
}  # fmt: skip
_colours = {
    "lines": models.FieldColorModeId.PALETTE_CLASSIC, "groups": models.FieldColorModeId.PALETTE_CLASSIC,
    "table": models.FieldColorModeId.FIXED,
}  # fmt: skip
