"""Prometheus and Alertmanager as services: our own rules and routes, scraping whatever targets are given."""

import json
import math
import signal
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml

from tools.stack.debian import alertmanager, program
from tools.stack.ports import HOST, kept_port
from tools.stack.service import Recipe, Service

DEPLOY = Path(__file__).parents[2] / "deploy"
RULES = DEPLOY / "prometheus" / "rules"
ROUTES = DEPLOY / "alertmanager" / "alertmanager.yml"
ANSWER_SECONDS_MAX = 10


class Monitoring:
    """One Prometheus and one Alertmanager in a folder, as long as the `with` block lasts.

    `targets` are addresses by the name of the worker, as in deploy/prometheus/prometheus.yml. `seconds` is how often
    is scraped and evaluated.
    """

    def __init__(self, folder: Path, targets: Mapping[str, str], *, seconds: float = 1, rules: Path = RULES) -> None:
        self._folder, self._targets, self._seconds, self._rules = folder, targets, seconds, rules
        self._undo = ExitStack()
        self.prometheus = self.alertmanager = ""

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            self.alertmanager = _run(alertmanager_recipe(self._folder / "alertmanager"), undo)
            recipe = prometheus_recipe(
                self._folder / "prometheus", self._targets, self.alertmanager, self._rules, self._seconds
            )
            self.prometheus = _run(recipe, undo)
            self._undo = undo.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._undo.close()

    def query(self, expression: str) -> list[tuple[dict[str, str], float]]:
        """Labels and value of each series of an instant query."""
        told = ask(self.prometheus, f"/api/v1/query?{urllib.parse.urlencode({'query': expression})}")
        return [(series["metric"], float(series["value"][1])) for series in told["data"]["result"]]

    def over(self, expression: str, since: float, until: float) -> list[float]:
        """What an expression of one series said every second, from `since` or just before, up to `until`; no answer
        is 0."""
        start = until - math.ceil(until - since)
        asked = {"query": f"({expression}) or vector(0)", "start": start, "end": until, "step": 1}
        told = ask(self.prometheus, f"/api/v1/query_range?{urllib.parse.urlencode(asked)}")
        [series] = told["data"]["result"]
        return [float(value) for _, value in series["values"]]

    def families(self) -> set[str]:
        """The names of all metrics that the targets told of, those without a series too."""
        return set(ask(self.prometheus, "/api/v1/metadata")["data"])

    def alerts(self) -> list[dict[str, Any]]:
        """The alerts that Prometheus has now, pending ones too."""
        found: list[dict[str, Any]] = ask(self.prometheus, "/api/v1/alerts")["data"]["alerts"]
        return found

    def notified(self) -> list[dict[str, Any]]:
        """The alerts that Alertmanager tells of, those that it mutes left out."""
        found: list[dict[str, Any]] = ask(self.alertmanager, "/api/v2/alerts?silenced=false&inhibited=false")
        return found


def ask(address: str, path: str) -> Any:
    """What an address answers as JSON."""
    with urllib.request.urlopen(f"http://{address}{path}", timeout=ANSWER_SECONDS_MAX) as answer:
        return json.load(answer)


def prometheus_recipe(
    folder: Path, targets: Mapping[str, str], alertmanager: str, rules: Path = RULES, seconds: float = 1
) -> Recipe:
    folder.mkdir(parents=True, exist_ok=True)
    port, config = kept_port(folder / "port"), folder / "prometheus.yml"
    every = f"{int(seconds * 1000)}ms"
    config.write_text(
        yaml.safe_dump(
            {
                "global": {"scrape_interval": every, "scrape_timeout": every, "evaluation_interval": every},
                "rule_files": [str(rules / "*.yml")],
                "alerting": {"alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}]},
                "scrape_configs": [
                    {
                        "job_name": "hoso",
                        "static_configs": [
                            {"targets": [address], "labels": {"worker": name}} for name, address in targets.items()
                        ],
                    }
                ],
            }
        )
    )
    options = (
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={HOST}:{port}",
    )
    return _recipe("Prometheus", program("prometheus"), folder, port, options)


def alertmanager_recipe(folder: Path, config: Path = ROUTES) -> Recipe:
    folder.mkdir(parents=True, exist_ok=True)
    port = kept_port(folder / "port")
    options = (
        f"--config.file={config}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address={HOST}:{port}",
        # Alone: no port for others of a cluster.
        "--cluster.listen-address=",
    )
    return _recipe("Alertmanager", alertmanager(folder), folder, port, options)


def _recipe(name: str, binary: Path, folder: Path, port: int, options: tuple[str, ...]) -> Recipe:
    return Recipe(
        name=name,
        address=f"{HOST}:{port}",
        command=(str(binary), *options),
        output=folder / "output.log",
        logs=(folder / "output.log",),
        ask=lambda: _ready(port),
        stop_signal=signal.SIGTERM,
        quick_signal=signal.SIGKILL,
    )


def _ready(port: int) -> str | None:
    """Why it does not answer yet, or None: it answers."""
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/-/ready", timeout=ANSWER_SECONDS_MAX):
            return None
    except (urllib.error.URLError, ConnectionError, TimeoutError) as error:
        return str(error)


def _run(recipe: Recipe, undo: ExitStack) -> str:
    service = Service(recipe, detached=False)
    undo.callback(service.drop)
    service.start()
    service.wait_until_ready()
    return service.address
