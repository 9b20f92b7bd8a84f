"""Apache Kafka as a service: one node, broker and controller in one."""

import base64
import signal
import string
import uuid
from collections.abc import Mapping
from pathlib import Path

from tools.stack.java import find_java
from tools.stack.kafka_jars import kafka_jars
from tools.stack.kafka_probe import ask_kafka
from tools.stack.ports import HOST, kept_port
from tools.stack.process import run_once
from tools.stack.service import Recipe

DEPLOY = Path(__file__).parents[2] / "deploy" / "kafka"
# Not -XX:TieredStopAtLevel=1: it is ready half a second sooner and never gets fast, and benchmarks run on this.
JVM = ("-Xmx512m", "-Djava.awt.headless=true")
FORMAT_SECONDS_MAX = 60


def kafka_recipe(folder: Path, settings: Mapping[str, str]) -> Recipe:
    """Write the settings, format the storage at the first start, and say how to run the broker."""
    folder.mkdir(parents=True, exist_ok=True)
    port, controller_port = kept_port(folder / "port"), kept_port(folder / "controller_port")
    properties = folder / "server.properties"
    template = (DEPLOY / "server.properties").read_text()
    properties.write_text(render(template, port, controller_port, folder / "data", settings))
    java = find_java()
    log = folder / "kafka.log"
    base = (
        str(java), *JVM, f"-Dlog4j2.configurationFile={DEPLOY / 'log4j2.xml'}", f"-Dhoso.log={log}",
        "-cp", f"{kafka_jars(java)}/*",
    )  # fmt: skip
    if not (folder / "data" / "meta.properties").exists():
        _format(base, properties)
    return Recipe(
        name="Kafka",
        address=f"{HOST}:{port}",
        command=(*base, "kafka.Kafka", str(properties)),
        output=folder / "kafka.out",
        logs=(folder / "kafka.out", log),
        ask=lambda: ask_kafka(HOST, port),
        stop_signal=signal.SIGTERM,
        quick_signal=signal.SIGKILL,
    )


def render(template: str, port: int, controller_port: int, data: Path, settings: Mapping[str, str]) -> str:
    """The template filled in; further settings stand last, and the last one of a name holds."""
    text = string.Template(template).substitute(port=port, controller_port=controller_port, log_dir=data)
    return text + "".join(f"{name}={value}\n" for name, value in settings.items())


def _format(base: tuple[str, ...], properties: Path) -> None:
    """Kafka refuses to start on storage that no cluster id was given to."""
    command = [*base, "kafka.tools.StorageTool", "format", "-t", _cluster_id(), "-c", str(properties)]
    trouble = f"Kafka could not format its storage as {properties} says; correct the setting it names"
    run_once(command, FORMAT_SECONDS_MAX, trouble)


def _cluster_id() -> str:
    """As `StorageTool random-uuid`, without starting a JVM for it; one that begins with a dash reads as an option."""
    encoded = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    return encoded if not encoded.startswith("-") else _cluster_id()
