"""Who is told of what, and what mutes what: by amtool, and by a real Alertmanager."""

import json
import re
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from streams.metrics import ROLES
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
    alertmanager.post({"alertname": "HosoIncident", "unit": UNIT, "scope": UNIT})
    alertmanager.post(
        {"alertname": "HosoFalselyLate", "unit": UNIT, "scope": UNIT},
        {"alertname": "HosoFalselyLate", "unit": "other", "scope": "other"},
    )

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


class Muting(NamedTuple):
    """While these alerts are told, those follow from them, and these others do not."""

    by: Sequence[Mapping[str, str]]
    muted: Sequence[Mapping[str, str]]
    told: Sequence[Mapping[str, str]]


def alert(name: str, **labels: str) -> Mapping[str, str]:
    return {"alertname": name, **labels}


HERE = {"unit": UNIT, "scope": UNIT, "accountable": "unit", "province": HUE}
ELSEWHERE = {**HERE, "unit": "G01.839.002", "scope": "G01.839.002"}
# What the operator of the systems has to mend: the incident is above the units whose cases are in it.
OPERATORS = {**HERE, "scope": "G01.839", "accountable": "operator"}
COUNTER, POST = {"source": f"urn:hoso:onestop:{UNIT}", "unit": UNIT}, {"source": f"urn:hoso:post:{UNIT}", "unit": UNIT}
# Of one unit, whatever else goes on there.
PROVEN = tuple(
    alert(name, **HERE)
    for name, rule in ALERTS.items()
    if rule["labels"]["about"] == "cases" and "follows" not in rule["labels"] and name != "HosoIncident"
)
LOSSES = tuple(
    map(alert, ("HosoUnreadNearExpiry", "HosoDeadLetters", "HosoCalendarHorizonNear", "HosoOfficialCodeUnknown"))
)
OF_WORKERS = ("HosoWorkerDown", "HosoWorkerStuck", "HosoWorkerRecovering")
OF_JUDGING = (alert("HosoEventLag"), alert("HosoJudgementLate"))
OF_ARCHIVING = (alert("HosoSinkBehind", topic="log"), alert("HosoFiguresOld"))


def _of_worker(name: str, role: str) -> Mapping[str, str]:
    """As Prometheus has it: the target's name and the role that the worker tells of itself."""
    return alert(name, role=role, worker=role, instance=f"{role}:9108")


MUTINGS: Mapping[str, Muting] = {
    "an incident": Muting(
        [alert("HosoIncident", **HERE)],
        [alert("HosoFalselyLate", **HERE)],
        [alert("HosoFalselyLate", **ELSEWHERE), alert("HosoFalselyLate", **{**HERE, "accountable": "ministry"}),
         alert("HosoIncidentUnknown", **HERE), *PROVEN],
    ),
    "an incident of the operator": Muting(
        [alert("HosoIncident", **{**OPERATORS, "unit": "G01.839"})],
        [alert("HosoFalselyLate", **OPERATORS), alert("HosoFalselyLate", **{**OPERATORS, "unit": "G01.839.002"})],
        [alert("HosoFalselyLate", **HERE), alert("HosoFalselyLate", **{**OPERATORS, "scope": "G01.840"}), *PROVEN],
    ),
    "a source of one unit": Muting(
        [alert("HosoSourceSilent", **COUNTER)],
        [alert("HosoIncidentUnknown", **{**HERE, "accountable": "operator"})],
        [alert("HosoIncidentUnknown", **ELSEWHERE), alert("HosoFalselyLate", **HERE), *PROVEN],
    ),
    "a source of all": Muting(
        [alert("HosoSourceSilent", source="urn:hoso:post:central", speaks_for="all")],
        [alert("HosoIncidentUnknown", **HERE), alert("HosoIncidentUnknown", **ELSEWHERE)],
        [alert("HosoSourceSilent", **COUNTER), alert("HosoFalselyLate", **HERE), *PROVEN],
    ),
    "a source of some": Muting(
        [alert("HosoSourceSilent", source="urn:hoso:post:north", speaks_for="some")],
        [],
        [alert("HosoIncidentUnknown", **HERE), alert("HosoIncidentUnknown", unit=""), *PROVEN],
    ),
    "a day of silence": Muting(
        [alert("HosoUnitSilentForADay", **COUNTER)],
        [alert("HosoSourceSilent", **COUNTER), alert("HosoIncidentUnknown", **HERE)],
        [alert("HosoSourceSilent", **POST), alert("HosoIncidentUnknown", **ELSEWHERE), *PROVEN],
    ),
    "workers of every role": Muting(
        [_of_worker(name, role) for name in OF_WORKERS for role in ROLES],
        [alert(name) for name, rule in ALERTS.items() if rule["labels"].get("follows") in ("worker", "sink")],
        [*LOSSES, *PROVEN],
    ),
    # Of one role each: what another role does goes on.
    **{
        f"a case worker: {name}": Muting([_of_worker(name, "cases")], OF_JUDGING, [*OF_ARCHIVING, *LOSSES, *PROVEN])
        for name in OF_WORKERS
    },
    **{
        f"the sink: {name}": Muting(
            [_of_worker(name, "sink")], OF_ARCHIVING, [*OF_JUDGING, alert("HosoTopicLag", topic="submission"), *PROVEN]
        )
        for name in ("HosoWorkerDown", "HosoWorkerStuck")
    },
    **{
        f"an intake worker: {name}": Muting(
            [_of_worker(name, "intake")], [alert("HosoTopicLag", topic="submission")], [*OF_ARCHIVING, *LOSSES, *PROVEN]
        )
        for name in OF_WORKERS
    },
    "an archive that is away": Muting([alert("HosoArchiveDown")], OF_ARCHIVING, [*OF_JUDGING, *LOSSES, *PROVEN]),
    "a clock that stands still": Muting(
        [alert("HosoClockStandsStill", clock="wall")], [alert("HosoEventLag")], [*OF_ARCHIVING, *LOSSES, *PROVEN]
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTINGS)
def test_what_follows_is_muted_and_what_does_not_is_told(alertmanager: Told, name: str) -> None:
    case = MUTINGS[name]
    alertmanager.post(*case.by)
    alertmanager.post(*case.muted, *case.told)
    posted = {*map(_key, (*case.by, *case.muted, *case.told))}

    alertmanager.muted(len(posted))

    found = {_key(one["labels"]): bool(one["status"]["inhibitedBy"]) for one in alertmanager.alerts()}
    assert {key for key, muted in found.items() if muted} == {*map(_key, case.muted)}


def _key(labels: Mapping[str, str]) -> str:
    """An alert in words: its name and what tells it from others of that name."""
    whole = {**ALERTS[labels["alertname"]]["labels"], **labels}
    told = [
        f"{name}={whole[name]}" for name in sorted(whole) if name not in ("alertname", "about", "severity", "follows")
    ]
    return " ".join([whole["alertname"], *told])


def test_every_rule_of_muting_is_tried() -> None:
    """By what mutes: each stands in a trial, and so does all that follows from anything."""
    rules = yaml.safe_load((ROOT / BASE).read_text())["inhibit_rules"]
    named = {name for rule in rules for text in rule["source_matchers"] for name in re.findall(r"Hoso\w+", text)}
    follows = {rule["labels"].get("follows") for rule in ALERTS.values()} - {None}

    assert named == {one["alertname"] for case in MUTINGS.values() for one in case.by}
    muted = {ALERTS[one["alertname"]]["labels"].get("follows") for case in MUTINGS.values() for one in case.muted}
    assert follows <= muted


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
