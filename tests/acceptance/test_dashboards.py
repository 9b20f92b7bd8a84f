"""Each panel's query, with the choices of a dashboard filled in, on a real Prometheus that scrapes real workers and on
a real PostgreSQL that they filled with a simulated district: it answers in the shape that its picture needs."""

import math
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from streams.core.screen_words import LABELS
from tests.acceptance.deployments import until
from tests.pages_served import Pages, served
from tools.dashboards.asking import Choice, Series, followed, instant, over_time, rows
from tools.dashboards.boards import BOARDS, Panel
from tools.dashboards.links import LINKS, column_of, url_of
from tools.dashboards.queries import PAGES_ADDRESS, PROMETHEUS, pattern, sql
from tools.dashboards.render import LANGUAGES
from tools.dashboards.world import LAST_TICK, World, played_world
from tools.deployment import create_database
from tools.stack import Endpoints
from tools.stack.monitoring import ask

pytestmark = [pytest.mark.services, pytest.mark.timeout(900)]

PANELS = {panel.name: panel for panels in BOARDS.values() for panel in panels}
OF_SQL = [panel for panel in PANELS.values() if panel.kind != "alerts" and panel.name not in PROMETHEUS]
# No worker died or hung in this world; of everything else a picture of zeros only would be one of nothing.
NOTHING_TO_SHOW = frozenset({"restarts", "stuck", "recovering"})
TOTAL = re.compile(r'<data id="total" value="(\d+)">')
# In which the run that was played is seen.
WINDOW_SECONDS = 300.0


@pytest.fixture(scope="module")
def world(stack: Endpoints, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("dashboards")
    database = create_database(stack.postgres, "dashboards")
    with played_world(stack, "dashboards.", database, folder) as played:
        # The sink reads its figures again and again, and Prometheus scrapes them.
        as_of = int(LAST_TICK.timestamp())
        until(lambda: value(played, "hoso_figures_as_of_timestamp_seconds") == as_of, "figures up to the last tick")
        # A line has a point every five seconds: what came with the last figures is to be one too.
        scrapes = "max(count_over_time(hoso_incident_cases[5m]) and hoso_incident_cases)"
        until(lambda: (value(played, scrapes) or 0) > 20, "scrapes for a line")
        yield played


def value(world: World, expression: str) -> float | None:
    told = world.monitoring.query(expression)
    return told[0][1] if told else None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("panel", OF_SQL, ids=[panel.name for panel in OF_SQL])
def test_a_query_of_postgresql_answers_in_the_shape_of_its_picture(world: World, panel: Panel, language: str) -> None:
    found = rows(world.database, sql(language)[panel.name], world.choice)

    assert found
    for row in found:
        check(panel, row, language)
    assert any(counts(panel, row, language) for row in found)
    if panel.kind == "stat" or (panel.kind == "bars" and not panel.is_by_row):
        assert len(found) == 1


def counts(panel: Panel, row: dict[str, Any], language: str) -> bool:
    """Whether a row counts anything: instants say nothing of how much there is."""
    instants = {LABELS[name].of(language) for name in panel.instants}
    return any(isinstance(one, int | float | Decimal) and one for name, one in row.items() if name not in instants)


def check(panel: Panel, row: dict[str, Any], language: str) -> None:
    """Numbers where a picture draws them, at most one text that names the row, and the columns that panels speak of."""
    texts = [name for name, one in row.items() if isinstance(one, str)]
    assert all(not name.startswith("{") and len(name.encode()) <= 63 for name in row)
    if panel.kind == "stat":
        assert not texts
        assert all(one is not None for one in row.values())
    elif panel.kind in ("bars", "groups"):
        assert len(texts) == (panel.is_by_row or panel.kind == "groups")
    named = {*panel.instants, *panel.shares, *panel.days, *(("unit", "code") if panel.links else ())}
    assert {LABELS[name].of(language) for name in named} | set(panel.classes) <= row.keys()


@pytest.mark.parametrize("name", PROMETHEUS)
def test_a_query_of_prometheus_answers_in_the_shape_of_its_picture(world: World, name: str) -> None:
    panel = PANELS[name]
    for expression, legend in PROMETHEUS[name]:
        found = numbers(answer(world, panel, expression))

        assert found
        assert any(value for series in found for _, value in series.points) == (name not in NOTHING_TO_SHOW)
        names = [series.called(legend) for series in found]
        assert not legend or (all(names) and len(set(names)) == len(names))
        if panel.kind == "stat":
            assert len(found) == 1
        if panel.kind in ("lines", "heat"):
            assert max(len(series.points) for series in found) > 3


def numbers(found: Sequence[Series]) -> list[Series]:
    """Without what is no number: a share of nothing is no answer."""
    told = [Series(one.labels, [point for point in one.points if math.isfinite(point[1])]) for one in found]
    return [one for one in told if one.points]


def answer(world: World, panel: Panel, expression: str) -> list[Series]:
    if panel.kind in ("lines", "heat"):
        return over_time(world.monitoring.prometheus, expression, world.choice, WINDOW_SECONDS)
    return instant(world.monitoring.prometheus, expression, world.choice)


def test_what_prometheus_and_postgresql_tell_of_one_thing_is_the_same(world: World) -> None:
    """Both are read at the last tick: the workers count what they hold, the views what is archived."""
    everything = Choice((*world.choice.provinces,))
    [judged] = rows(world.database, sql("en")["judged_up_to"], everything)
    assert list(judged.values()) == [LAST_TICK.timestamp() * 1000]
    units = rows(world.database, sql("en")["units"], everything)
    with psycopg.connect(world.database) as connection:
        counted = connection.execute(
            "SELECT count(DISTINCT case_token), count(*) FROM flags WHERE class = 'overdue' AND state = 'raised'"
        ).fetchone()
    assert counted is not None
    cases, flags = counted
    # A case counts once for each unit and each party that is accountable, whatever number of legs it has.
    overdue = sum(row[LABELS["overdue"].en] for row in units)
    assert 0 < cases <= overdue <= flags
    until(lambda: value(world, "sum(hoso_overdue_cases)") == overdue, "really overdue, as the sink counts it")
    steps = rows(world.database, sql("en")["open"], everything)[0]
    assert value(world, "sum(hoso_cases_open)") == steps[LABELS["open_observed"].en]


def test_a_deployment_at_rest_has_nothing_to_do(world: World) -> None:
    """What follows the last record is the mark of a transaction: were it counted, a worker at rest would be stuck."""
    until(lambda: value(world, "sum(hoso_lag_records)") == 0, "nothing waits")

    assert value(world, "max(hoso_lag_seconds)") == 0
    states = [ask(f"127.0.0.1:{worker.port}", "/live")["state"] for worker in world.deployment.workers]
    assert states == ["idle"] * 3


def test_a_silent_counter_holds_back_up_to_when_all_is_complete(world: World) -> None:
    [complete] = instant(world.monitoring.prometheus, PROMETHEUS["complete_up_to"][0][0], world.choice)
    [silent] = instant(world.monitoring.prometheus, PROMETHEUS["sources_silent"][0][0], world.choice)

    assert complete.points[-1][1] < LAST_TICK.timestamp() * 1000
    assert silent.points[-1][1] == 1


@pytest.mark.parametrize("chosen", [None, "G01.801.002"])
def test_a_pattern_is_what_the_variable_of_its_name_asks_for(world: World, chosen: str | None) -> None:
    choice = Choice(unit=chosen, procedure=chosen)
    for name in ("unit", "procedure"):
        [row] = rows(world.database, pattern(name), choice)
        assert [*row.values()] == [choice.fill(f"${name}_pattern")]


@pytest.mark.parametrize("name", ["overdue_trend", "falsely_open_trend"])
def test_one_unit_is_shown_alone_in_trends_too(world: World, name: str) -> None:
    [(expression, _)] = PROMETHEUS[name]

    def total(unit: str | None) -> float:
        found = instant(world.monitoring.prometheus, expression, Choice(world.choice.provinces, unit=unit))
        return sum(series.points[-1][1] for series in found)

    assert 0 < total("G01.801.002") < total(None)


def test_one_unit_is_shown_alone(world: World) -> None:
    one = Choice(world.choice.provinces, unit="G01.801.002", period="month")

    [row] = rows(world.database, sql("vi")["units"], one)

    assert row["Mã"] == "G01.801.002"
    everybody = rows(world.database, sql("vi")["open"], world.choice)[0]
    alone = rows(world.database, sql("vi")["open"], one)[0]
    assert 0 < alone["Đang mở theo hệ thống"] < everybody["Đang mở theo hệ thống"]


@pytest.fixture(scope="module")
def pages(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    with served(world.database, tmp_path_factory.mktemp("pages")) as answering:
        yield answering


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", LINKS)
def test_a_link_leads_to_as_many_rows_as_the_figure_says(world: World, pages: Pages, name: str, language: str) -> None:
    # One language for every row, the other for whoever chose a unit.
    choice = world.choice if language == "vi" else Choice(world.choice.provinces, "G01.801.002", "card")
    figures = [
        (followed(url_of(link, language), row, choice, pages.address), row[column_of(link, language)])
        for row in rows(world.database, sql(language)[name], choice)
        for link in LINKS[name]
    ]

    found = [(url, int(TOTAL.findall(pages.get(url).text)[0])) for url, _ in figures]

    assert found == figures
    assert language == "en" or any(figure for _, figure in figures)


def test_where_the_pages_are_is_told_to_grafana_by_the_database(world: World) -> None:
    assert rows(world.database, PAGES_ADDRESS, world.choice) == [{"address": "http://127.0.0.1:9120"}]


def test_alertmanager_answers_what_a_list_of_alerts_asks(world: World) -> None:
    until(lambda: bool(ask(world.monitoring.alertmanager, "/api/v2/alerts")), "an alert that was sent")

    told = ask(world.monitoring.alertmanager, "/api/v2/alerts")
    assert all({"labels", "annotations", "status"} <= alert.keys() for alert in told)
