"""Fetches Kafka's jars once, with Maven, into a cache that every stack of the user shares."""

import hashlib
import os
import shutil
from pathlib import Path
from xml.etree import ElementTree

from tools.stack.cache import fetched
from tools.stack.errors import StackError
from tools.stack.java import find_maven
from tools.stack.process import run_once

POM = Path(__file__).parents[2] / "deploy" / "kafka" / "pom.xml"
FETCH_SECONDS_MAX = 900


def kafka_jars(java: Path, pom: Path = POM) -> Path:
    """The folder with the jars that the pom names; fetches them if they are not there."""
    version = kafka_version(pom)
    # The digest: a new log4j makes a new folder too.
    name = f"kafka-{version}-{hashlib.sha256(pom.read_bytes()).hexdigest()[:8]}"
    return fetched(name, f"Apache Kafka {version}", lambda folder: _fetch(java, pom, folder))


def kafka_version(pom: Path = POM) -> str:
    version = ElementTree.parse(pom).findtext(".//{*}properties/{*}kafka.version")
    if not version:
        raise StackError(f"{pom} has no property kafka.version")
    return version


def _fetch(java: Path, pom: Path, jars: Path) -> None:
    partial = jars.with_name(f"{jars.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    command = [
        str(find_maven()),
        "-q",
        "-B",
        "-f",
        str(pom),
        "dependency:copy-dependencies",
        f"-DoutputDirectory={partial}",
    ]
    trouble = (
        f"Maven could not fetch what {pom} names; check that it reaches Maven Central (its settings are in"
        f" ~/.m2/settings.xml)"
    )
    environment = {"JAVA_HOME": str(java.resolve().parents[1])} | os.environ
    run_once(command, FETCH_SECONDS_MAX, trouble, environment=environment)
    partial.rename(jars)
