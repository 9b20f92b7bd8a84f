"""The alert rules: they name what is exported, say what to do in both languages, and lead to the runbook."""

import re
from typing import Any

import pytest
import yaml

from streams.core.wording import WORDING
from streams.metrics import METRICS, PREFIX, PROCESS_METRICS, Histogram, Metric
from tools.alert_rules import ROOT, RULES, RUNBOOK, alerts, files, link_of, with_links

ALERTS = alerts()
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
COUNTED = {rule["alert"] for rule in ALERTS if rule["labels"]["about"] == "cases"}
SECTIONS = dict(re.findall(r"^## (\w+)\n\n(.*?)(?=^## |\Z)", (ROOT / RUNBOOK).read_text(), re.MULTILINE | re.DOTALL))
SECTION_SAYS = (
    "Nghĩa là gì · What it means", "Kiểm tra · How to check", "Làm gì · What to do",
    "Khi nào bỏ qua · When to ignore",
)  # fmt: skip


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


@pytest.mark.parametrize("rule", ALERTS, ids=by_name)
def test_an_alert_says_how_bad_what_and_what_to_do_in_both_languages(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"critical", "warning", "info", "none"}
    assert set(rule["annotations"]) == {"runbook_url", *TEXTS}
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


@pytest.mark.parametrize("rule", ALERTS, ids=by_name)
def test_the_link_of_an_alert_leads_to_a_section_that_says_everything(rule: dict[str, Any]) -> None:
    path, _, anchor = rule["annotations"]["runbook_url"].partition("#")
    found = {name.lower(): text for name, text in SECTIONS.items()}

    assert (ROOT / path).is_file()
    assert re.findall(r"^- \*\*(.*?)\*\*: ", found[anchor], re.MULTILINE) == list(SECTION_SAYS)


def test_the_runbook_tells_of_no_alert_that_is_not() -> None:
    assert set(SECTIONS) == {rule["alert"] for rule in ALERTS}


def test_links_are_put_in_once_and_replaced_where_they_are_wrong() -> None:
    text = "rules:\n  - alert: HosoHung\n    annotations:\n      runbook_url: elsewhere\n      summary: x\n"

    linked = with_links(text)

    assert linked == text.replace("elsewhere", link_of("HosoHung"))
    assert with_links(linked) == linked
