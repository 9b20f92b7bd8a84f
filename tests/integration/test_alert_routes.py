"""Who is told of what, and what mutes what: by amtool, and by a real Alertmanager."""

import json
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.alert_trials import ALERTS
from tools.alert_routes import BASE, CONFIG, CONTACTS, ContactsWrong, config, main
from tools.alert_rules import ROOT
from tools.stack.debian import program
from tools.stack.monitoring import alertmanager_recipe, ask
from tools.stack.service import Service

pytestmark = pytest.mark.services

HUE, UNIT = "Thành phố Huế", "G01.839.001"
CASES = {"about": "cases", "province": HUE}
SECONDS_MAX = 30.0


def receivers(**labels: str) -> list[str]:
    command = [str(program("amtool")), "config", "routes", "test", "--config.file", str(ROOT / CONFIG)]
    command += [f"{name}={value}" for name, value in labels.items()]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.strip().split(",")


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        ({**CASES, "unit": UNIT, "accountable": "unit"}, [f"unit: {UNIT}"]),
        ({**CASES, "unit": UNIT, "accountable": "ministry"}, [f"province: {HUE}"]),
        ({**CASES, "unit": "G01.839.002", "accountable": "unit"}, [f"province: {HUE}"]),
        ({**CASES, "province": "none", "unit": "X1", "accountable": "unit"}, ["supervisors"]),
        ({"about": "sources", "escalated": "yes", "unit": UNIT}, ["supervisors", "operators"]),
        ({"about": "pipeline", "severity": "critical"}, ["operators"]),
        ({"about": "pipeline", "severity": "info"}, ["nobody"]),
        ({"alertname": "HosoWatchdog"}, ["deadman"]),
    ],
)
def test_an_alert_goes_to_who_is_accountable(labels: dict[str, str], told: list[str]) -> None:
    assert receivers(**labels) == told


class Told:
    """A real Alertmanager; alerts are posted as Prometheus posts them."""

    def __init__(self, address: str) -> None:
        self.address = address

    def post(self, *alerts: Mapping[str, str]) -> None:
        body = json.dumps([{"labels": {**ALERTS[one["alertname"]]["labels"], **one}} for one in alerts]).encode()
        request = urllib.request.Request(
            f"http://{self.address}/api/v2/alerts", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=10):
            pass

    def muted(self, count: int) -> dict[str, bool]:
        """By alert and unit whether it is muted, once Alertmanager has looked at so many."""
        deadline = time.monotonic() + SECONDS_MAX
        while not self._are_looked_at(found := self.alerts()) or len(found) != count:
            assert time.monotonic() < deadline, found
            time.sleep(0.1)
        return {
            f"{one['labels']['alertname']} {one['labels'].get('unit', '')}".strip(): bool(one["status"]["inhibitedBy"])
            for one in found
        }

    def alerts(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = ask(self.address, "/api/v2/alerts")
        return found

    @staticmethod
    def _are_looked_at(alerts: Sequence[Mapping[str, Any]]) -> bool:
        return all(alert["status"]["state"] != "unprocessed" for alert in alerts)


@pytest.fixture
def alertmanager(tmp_path: Path) -> Iterator[Told]:
    # As shipped, but without waiting for more alerts of a group: whether one is muted is decided when it is flushed.
    routes = yaml.safe_load((ROOT / CONFIG).read_text())
    routes["route"]["group_wait"] = "0s"
    file = tmp_path / "alertmanager.yml"
    file.write_text(yaml.safe_dump(routes, allow_unicode=True))
    with ExitStack() as undo:
        service = Service(alertmanager_recipe(tmp_path / "alertmanager", file), detached=False)
        undo.callback(service.drop)
        service.start()
        service.wait_until_ready()
        yield Told(service.address)


def test_an_incident_mutes_what_follows_from_it_in_its_own_unit(alertmanager: Told) -> None:
    alertmanager.post({"alertname": "HosoIncident", "unit": UNIT})
    alertmanager.post({"alertname": "HosoFalselyLate", "unit": UNIT}, {"alertname": "HosoFalselyLate", "unit": "other"})

    assert alertmanager.muted(3) == {
        f"HosoIncident {UNIT}": False,
        f"HosoFalselyLate {UNIT}": True,
        "HosoFalselyLate other": False,
    }


def test_a_silent_source_mutes_what_cannot_be_judged_and_is_itself_escalated(alertmanager: Told) -> None:
    source = {"unit": UNIT, "source": f"urn:hoso:onestop:{UNIT}"}
    alertmanager.post({"alertname": "HosoUnitSilentForADay", **source})
    alertmanager.post({"alertname": "HosoSourceSilent", **source}, {"alertname": "HosoIncidentUnknown", "unit": UNIT},
                      {"alertname": "HosoIncidentUnknown", "unit": "other"})  # fmt: skip

    assert alertmanager.muted(4) == {
        f"HosoUnitSilentForADay {UNIT}": False,
        f"HosoSourceSilent {UNIT}": True,
        f"HosoIncidentUnknown {UNIT}": True,
        "HosoIncidentUnknown other": False,
    }


def test_a_recovering_worker_mutes_lag_and_nothing_mutes_what_is_overdue(alertmanager: Told) -> None:
    sources = ["HosoWorkerRecovering", "HosoWorkerDown", "HosoWorkerStuck", "HosoClockStandsStill", "HosoIncident",
               "HosoSourceSilent", "HosoUnitSilentForADay"]  # fmt: skip
    follow = [name for name, rule in ALERTS.items() if rule["labels"].get("follows") == "worker"]
    alertmanager.post(*({"alertname": name, "unit": UNIT} for name in sources))
    alertmanager.post(*({"alertname": name} for name in follow))
    alertmanager.post({"alertname": "HosoCasesOverdue", "unit": UNIT, **CASES, "accountable": "unit"})

    muted = alertmanager.muted(len(sources) + len(follow) + 1)

    assert {"HosoEventLag", "HosoTopicLag", "HosoJudgementLate"} == set(follow)
    assert all(muted[name] for name in follow)
    assert not muted[f"HosoCasesOverdue {UNIT}"]


def test_no_rule_of_muting_could_meet_what_is_overdue() -> None:
    rules = yaml.safe_load((ROOT / BASE).read_text())["inhibit_rules"]

    assert "follows" not in ALERTS["HosoCasesOverdue"]["labels"]
    assert all(
        any(matcher.startswith(("follows=", 'alertname="HosoSourceSilent"')) for matcher in rule["target_matchers"])
        for rule in rules
    )


def test_contacts_become_receivers_with_their_addresses() -> None:
    told = """
    [operators]
    webhook = "https://example.org/hoso"
    [[province]]
    name = "Thành phố Huế"
    email = "phong-mot-cua@example.org"
    [[unit]]
    code = "G01.839.001"
    province = "Thành phố Huế"
    """

    written = yaml.safe_load(config(told, (ROOT / BASE).read_text()))

    found = {one["name"]: one for one in written["receivers"]}
    assert found["operators"]["webhook_configs"] == [{"url": "https://example.org/hoso", "send_resolved": True}]
    assert found[f"province: {HUE}"]["email_configs"] == [{"to": "phong-mot-cua@example.org", "send_resolved": False}]
    assert found[f"unit: {UNIT}"] == {"name": f"unit: {UNIT}"}


def test_a_unit_of_no_province_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "contacts.toml"
    file.write_text('[[unit]]\ncode = "G01.839.001"\nprovince = "Huế"\n')

    with pytest.raises(ContactsWrong, match="has no"):
        config(file.read_text(), "")
    assert main([str(file)]) == 2
    assert "G01.839.001" in capsys.readouterr().err
    assert main([str(ROOT / CONTACTS)]) == 0
