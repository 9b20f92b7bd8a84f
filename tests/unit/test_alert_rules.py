"""The alert rules: they name what is exported, say what to do in both languages, and lead to the runbook."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from streams.core.wording import WORDING
from streams.metrics import METRICS, PREFIX, PROCESS_METRICS, Histogram, Metric
from tests.runbook import POINTS, spans, text_of
from tools.alert_rules import ROOT, RULES, alerts, files, main, twin_of, with_links

ALERTS = alerts()
LINKS = ("runbook_url", "runbook_url_en")
TEXTS = ("summary", "summary_en", "description", "description_en")
# By whom, what and until when, in each language.
SAID = {
    "description": ("Chịu trách nhiệm", "Việc cần làm", "Thời hạn"),
    "description_en": ("Accountable", "Do:", "By:"),
}
CLASS_OF = {
    "HosoCasesOverdue": "overdue",
    "HosoAtRiskWave": "at_risk",
    "HosoFalselyLate": "falsely_late",
    "HosoHung": "hung",
    "HosoPrintBlocked": "print_blocked",
    "HosoLostRegistrations": "lost_registration",
    "HosoIncidentUnknown": "unknown",
}
# Of PostgreSQL, named like metrics.
ROLES = {"hoso_reader"}
COUNTED = {rule["alert"] for rule in ALERTS if rule["labels"]["about"] == "cases"}


def exported(metric: Metric) -> set[str]:
    name = PREFIX + metric.name
    return {name, f"{name}_bucket", f"{name}_count", f"{name}_sum"} if isinstance(metric, Histogram) else {name}


EXPORTED = {name for metric in METRICS for name in exported(metric)} | {PREFIX + name for name in PROCESS_METRICS}
GROUPS = [group for path in files() for group in yaml.safe_load((ROOT / path).read_text())["groups"]]
RECORDED = {rule["record"] for group in GROUPS for rule in group["rules"] if "record" in rule}


def by_name(rule: dict[str, Any]) -> str:
    return str(rule["alert"])


def test_each_file_is_one_group_and_prometheus_loads_the_folder() -> None:
    config = yaml.safe_load((ROOT / RULES).parent.joinpath("prometheus.yml").read_text())

    assert config["rule_files"] == ["rules/*.yml"]
    assert [group["name"] for group in GROUPS] == [f"hoso-{path.stem}" for path in files()]


@pytest.mark.parametrize("rule", [rule for group in GROUPS for rule in group["rules"]], ids=lambda rule: str(
    rule.get("alert") or rule["record"]))  # fmt: skip
def test_a_rule_names_only_what_is_exported_or_recorded(rule: dict[str, Any]) -> None:
    named = set(re.findall(r"(?<![\w:])hoso_\w+", rule["expr"]))
    sums = set(re.findall(r"(?<![\w:])hoso:[\w:]+", rule["expr"]))

    assert named <= EXPORTED
    assert sums <= RECORDED


def test_the_runbook_names_only_what_is_exported_or_recorded() -> None:
    told = " ".join(span for path in POINTS for span in spans(text_of(path)))

    assert set(re.findall(r"(?<![\w:])hoso_\w+", told)) - ROLES <= EXPORTED
    assert set(re.findall(r"(?<![\w:])hoso:[\w:]+", told)) <= RECORDED


@pytest.mark.parametrize("rule", ALERTS, ids=by_name)
def test_an_alert_says_how_bad_what_and_what_to_do_in_both_languages(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"critical", "warning", "info", "none"}
    assert set(rule["annotations"]) == {*LINKS, *TEXTS}
    for text, words in SAID.items():
        assert all(word in rule["annotations"][text] for word in words)


@pytest.mark.parametrize(("alert", "flag_class"), CLASS_OF.items())
def test_a_class_has_its_own_words_and_no_others(alert: str, flag_class: str) -> None:
    (rule,) = [rule for rule in ALERTS if rule["alert"] == alert]

    assert rule["annotations"]["summary"].startswith(WORDING[flag_class])


@pytest.mark.parametrize("rule", [rule for rule in ALERTS if rule["alert"] in COUNTED], ids=by_name)
def test_an_alert_of_cases_counts_them_in_working_time_only(rule: dict[str, Any]) -> None:
    # Proven overdue is told where nobody knows whether offices are open, too.
    gate = (
        "unless on (province) hoso:office_open:max == 0"
        if rule["alert"] == "HosoCasesOverdue"
        else ("and on (province) hoso:office_open:max == 1")
    )
    assert gate in rule["expr"]
    assert all("$value" in rule["annotations"][text] for text in TEXTS)


def test_links_are_put_in_once_and_replaced_where_they_are_wrong() -> None:
    text = "rules:\n  - alert: HosoHung\n    annotations:\n      runbook_url: elsewhere\n      summary: x\n"

    linked = with_links(text)

    first, second = "deploy/runbook.md#hosohung", "deploy/runbook.en.md#hosohung"
    assert linked == text.replace("elsewhere\n", f"{first}\n      runbook_url_en: {second}\n")
    assert with_links(linked) == linked


@pytest.mark.parametrize(("runbook", "twin"), [
    ("deploy/runbook.md", "deploy/runbook.en.md"),
    ("https://intranet.example/hoso/runbook.html", "https://intranet.example/hoso/runbook.en.html"),
    ("https://intranet.example/hoso.v1/runbook", "https://intranet.example/hoso.v1/runbook.en"),
])  # fmt: skip
def test_the_twin_stands_beside_the_runbook(runbook: str, twin: str) -> None:
    assert twin_of(runbook) == twin


def test_an_office_has_all_links_lead_to_its_own_address_and_nothing_else_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = "https://intranet.example/hoso/runbook.md"
    copies = {path: tmp_path / path.name for path in files()}
    for path, copy in copies.items():
        copy.write_text((ROOT / path).read_text())

    assert main(["--runbook", base, "--rules", str(tmp_path)]) == 0

    assert base in capsys.readouterr().out
    for path, copy in copies.items():
        shipped = (ROOT / path).read_text()
        moved = shipped.replace("deploy/runbook.en.md#", f"{twin_of(base)}#").replace("deploy/runbook.md#", f"{base}#")
        assert copy.read_text() == moved
        assert with_links(copy.read_text()) == shipped


@pytest.mark.parametrize("base", [
    "intranet/runbook.md", "ftp://intranet.example/runbook.md", "https://intranet.example",
    "https://intranet.example/run book.md", "https://intranet.example/runbook.md#top",
    "https://intranet.example/{{ $labels.unit }}.md",
])  # fmt: skip
def test_an_address_that_no_link_can_begin_with_is_refused_and_nothing_written(
    base: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.yml").write_text("untouched")

    assert main(["--runbook", base, "--rules", str(tmp_path)]) == 2

    assert f"--runbook {base}: expected an address like https://" in capsys.readouterr().err
    assert (tmp_path / "x.yml").read_text() == "untouched"


def test_a_folder_without_rules_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--runbook", "https://intranet.example/runbook.md", "--rules", str(tmp_path)]) == 2

    assert f"{tmp_path}: no rule files" in capsys.readouterr().err
