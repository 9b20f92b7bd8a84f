"""Dashboards as code: every string in two languages, every metric on the list, and files that Grafana's SDK reads."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from streams.core.causes import CAUSE_WORDS, Words
from streams.core.next_steps import NEXT_STEPS
from streams.core.score import CAUSES
from streams.core.screen_words import CLASS_WORDS, LABELS, OWNER_WORDS
from streams.core.wording import WORDING
from streams.metrics import METRICS, PREFIX, PROCESS_METRICS, Histogram
from streams.pages.lists import LISTS
from streams.pages.words import WORDS
from streams.sinks.pictures import PICTURES
from streams.sinks.statements import load
from tools.dashboards import words
from tools.dashboards.boards import BOARDS, HEADER
from tools.dashboards.links import LINKS, column_of, url_of
from tools.dashboards.queries import PROMETHEUS, sql
from tools.dashboards.render import FOLDER, LANGUAGES, SOURCES, WIDTH, files, placed, uid
from tools.generate import ROOT

TABLES: Mapping[str, Mapping[str, Words]] = {
    "labels": LABELS, "names": words.BOARDS, "titles": words.TITLES, "help": words.HELP, "periods": words.PERIODS,
    "others": {"folder": words.FOLDER, "twin": words.TWIN, "all": words.ALL, "cases": words.TO_CASES},
    "steps": NEXT_STEPS, "pages": WORDS, "lists": {name: one.title for name, one in LISTS.items()},
    "told by lists": {name: one.tells for name, one in LISTS.items()}, **words.VALUES,
}  # fmt: skip
STRINGS = [(f"{table}: {key}", text) for table, rows in TABLES.items() for key, text in rows.items()]
# As words of their own: *giải quyết* has one of them at its head and accuses nobody.
FORBIDDEN = re.compile(r"\b(gian lận|khống|ảo|giả)\b|\btrue rate\b|fraud|fake", re.IGNORECASE)
PLACES = [(path, json.loads(text)) for path, text in files().items()]
FILES = pytest.mark.parametrize("path, told", PLACES, ids=[str(path) for path, _ in PLACES])


@pytest.mark.parametrize("name, text", STRINGS, ids=[name for name, _ in STRINGS])
def test_every_string_is_told_in_both_languages(name: str, text: Words) -> None:
    assert text.vi.strip()
    assert text.en.strip()
    assert text.vi != text.en or re.fullmatch(r"[\w ,.:()≤>–-]+", text.vi)


@pytest.mark.parametrize("name, text", STRINGS, ids=[name for name, _ in STRINGS])
def test_a_column_is_called_as_postgresql_can_call_one(name: str, text: Words) -> None:
    # Beyond 63 bytes it cuts a name off.
    assert not name.startswith("labels") or max(len(one.encode()) for one in text) <= 63


@pytest.mark.parametrize("name, text", STRINGS, ids=[name for name, _ in STRINGS])
def test_no_string_accuses_anybody(name: str, text: Words) -> None:
    assert not FORBIDDEN.search(text.vi)
    assert not FORBIDDEN.search(text.en)


def test_a_rate_from_evidence_is_told_to_be_internal() -> None:
    for name in ("rate_evidence", "rate_least", "rate_most"):
        assert "chứng cứ (nội bộ)" in LABELS[name].vi
        assert "(internal)" in LABELS[name].en
    assert LABELS["rate_evidence"].vi == "Tỷ lệ theo chứng cứ (nội bộ)"


def test_what_queries_show_by_a_key_has_words() -> None:
    assert CLASS_WORDS.keys() == WORDING.keys() == NEXT_STEPS.keys()
    assert set(CAUSES) <= CAUSE_WORDS.keys()
    assert {"unit", "operator", "citizen"} <= OWNER_WORDS.keys()
    # Languages change the words of a query, and nothing else.
    assert sql("vi").keys() == sql("en").keys() == load(PICTURES).keys()


def test_every_panel_has_a_query_a_title_and_says_what_it_tells() -> None:
    asked = {panel.name for panels in BOARDS.values() for panel in panels if panel.kind != "alerts"}

    assert asked == set(sql("vi")) | PROMETHEUS.keys()
    named = {panel.name for panels in BOARDS.values() for panel in panels}
    assert named == words.TITLES.keys() == words.HELP.keys()
    assert BOARDS.keys() == words.BOARDS.keys()


@pytest.mark.parametrize("board", BOARDS)
def test_up_to_when_it_is_complete_stands_on_each(board: str) -> None:
    names = [panel.name for panel in BOARDS[board]]

    assert names[: len(HEADER)] == [panel.name for panel in HEADER]


@pytest.mark.parametrize("board", BOARDS)
def test_panels_do_not_overlap(board: str) -> None:
    taken = set[tuple[int, int]]()
    for _, at in placed(BOARDS[board]):
        cells = {(x, y) for x in range(at.x, at.x + at.w) for y in range(at.y, at.y + at.h)}
        assert not cells & taken
        assert at.x + at.w <= WIDTH
        taken |= cells


@FILES
def test_each_file_survives_the_round_trip_through_the_sdk(path: Path, told: dict[str, Any]) -> None:
    register_default_plugins()

    read = Dashboard.from_json(told)

    assert json.loads(json.dumps(read, cls=JSONEncoder)) == told


def test_uids_are_stable_and_links_lead_somewhere() -> None:
    uids = {told["uid"] for _, told in PLACES}

    assert uids == {uid(board, language) for board in BOARDS for language in LANGUAGES}
    assert all(len(one) <= 40 for one in uids)
    for _, told in PLACES:
        urls = [link["url"] for link in told["links"]] + re.findall(r"/d/[\w-]+", json.dumps(told))
        assert {url.split("?")[0].removeprefix("/d/") for url in urls} <= uids


@FILES
def test_a_dashboard_can_be_asked_by_province_unit_procedure_and_period(path: Path, told: dict[str, Any]) -> None:
    names = ["province", "unit", "procedure", "unit_pattern", "procedure_pattern", "pages", "period"]
    assert [one["name"] for one in told["templating"]["list"]] == names


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", LINKS)
def test_links_name_lists_filters_and_columns_that_exist(name: str, language: str) -> None:
    columns = re.findall(r'(?:AS |\.)("[^"]+"|\w+)(?=[,\s])', sql(language)[name])
    told = {column.strip('"') for column in columns}
    assert any(panel.name == name for panels in BOARDS.values() for panel in panels)
    for link in LINKS[name]:
        url = url_of(link, language)
        address, _, query = url.partition("?")
        assert address == f"${{pages:raw}}/lists/{link.to}"
        assert {column_of(link, language), *re.findall(r'fields\["([^"]+)"\]', url)} <= told
        by = LISTS[link.to].by
        assert {*(name for name, _ in link.fixed), *(name for name, _ in link.row), *link.chosen} <= {*by}
        # What was chosen narrows the figure, so it narrows the list.
        assert {*link.chosen} == {"unit", "procedure", "province"} & {*by}
        assert all(asked.split("=")[0] in {*by, "lang"} for asked in query.split("&") if "=" in asked)


@FILES
def test_links_to_cases_stand_on_their_panels(path: Path, told: dict[str, Any]) -> None:
    for panel in told["panels"]:
        [name] = [name for name, title in words.TITLES.items() if title.of(path.parent.name) == panel["title"]]
        urls = re.findall(r'"url": "([^"]*/lists/[^"]*)"', json.dumps(panel, ensure_ascii=False).replace('\\"', "'"))
        assert urls == [url_of(link, path.parent.name).replace('"', "'") for link in LINKS.get(name, ())]


def test_every_metric_of_a_panel_is_exported() -> None:
    exported = {PREFIX + metric.name for metric in METRICS} | {PREFIX + name for name in PROCESS_METRICS}
    for metric in METRICS:
        if isinstance(metric, Histogram):
            exported |= {f"{PREFIX}{metric.name}_{part}" for part in ("bucket", "sum", "count")}

    asked = {name for pairs in PROMETHEUS.values() for text, _ in pairs for name in re.findall(r"hoso_\w+", text)}

    assert asked
    assert asked <= exported


def test_labels_that_a_panel_asks_for_are_those_of_its_metric() -> None:
    labels = {PREFIX + metric.name: set(metric.labels) for metric in METRICS}
    for name, pairs in PROMETHEUS.items():
        for text, _ in pairs:
            for metric in re.findall(r"(hoso_\w+?)(?:_bucket)?\b(?=[\[{)])", text):
                asked = {one for by in re.findall(r"by \(([^)]*)\)", text) for one in by.split(", ")} - {"le"}
                asked |= set(re.findall(r"[{,] *(\w+)=~?\"", text))
                assert asked <= labels.get(metric, asked), (name, metric)


def provisioned() -> Iterator[tuple[str, dict[str, Any]]]:
    folder = ROOT / "deploy/grafana/provisioning"
    for kind, key in (("datasources", "datasources"), ("dashboards", "providers")):
        for one in yaml.safe_load((folder / kind / "hoso.yml").read_text())[key]:
            yield kind, one


def test_the_folders_and_data_sources_of_dashboards_are_provisioned() -> None:
    told = list(provisioned())
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["grafana"]
    [mounted] = [one for one in compose["volumes"] if one.startswith(f"./{FOLDER}:")]

    inside = mounted.split(":")[1]
    providers = {one["folder"]: one["options"]["path"] for kind, one in told if kind == "dashboards"}
    assert providers == {words.FOLDER.vi: f"{inside}/vi", words.FOLDER.en: f"{inside}/en"}
    sources = {one["uid"]: one["type"] for kind, one in told if kind == "datasources"}
    assert sources == {name: source.type_val for name, source in SOURCES.items()}
    home = compose["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"].removeprefix(inside)
    assert (ROOT / FOLDER / home.lstrip("/")).is_file()
