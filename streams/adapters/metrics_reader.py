"""What workers answer on /metrics, read by a program that is no Prometheus."""

import urllib.error
import urllib.request
from collections.abc import Iterable

from prometheus_client.parser import text_string_to_metric_families

ANSWER_SECONDS_MAX = 5.0

# A series: its name, its labels and its value.
Sample = tuple[str, dict[str, str], float]


class NoMetrics(RuntimeError):
    """A worker that was named does not answer."""

    def __init__(self, address: str, why: object) -> None:
        super().__init__(f"no metrics at {address}: {why} (is the worker running, and HOSO_METRICS_PORT its port?)")


def read_metrics(addresses: Iterable[str]) -> list[Sample]:
    """All series of some workers, each given as HOST:PORT; raises NoMetrics."""
    return [sample for address in addresses for sample in _read(address)]


def _read(address: str) -> list[Sample]:
    try:
        # The scheme is ours: an address names no file.
        with urllib.request.urlopen(f"http://{address}/metrics", timeout=ANSWER_SECONDS_MAX) as answer:
            text = answer.read().decode()
        families = list(text_string_to_metric_families(text))
    except (urllib.error.URLError, ConnectionError, TimeoutError, ValueError) as error:
        raise NoMetrics(address, getattr(error, "reason", error)) from error
    return [(sample.name, sample.labels, sample.value) for family in families for sample in family.samples]
