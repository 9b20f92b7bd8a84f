"""Scrapes a page of metrics again and again, as Prometheus does: `python -m benchmarks.scraper_app URL SECONDS`.

A process of its own, so that reading the answer takes nothing from the process that is measured. For each scrape it
prints a JSON line: its number, and milliseconds until the last byte, bytes, and series.
"""

import sys
import time
import urllib.request
from typing import NamedTuple

import orjson

SECONDS_MAX = 30.0


class Scrape(NamedTuple):
    ms: float
    size: int
    series: int


def main() -> None:
    url, between = sys.argv[1], float(sys.argv[2])
    due, number = time.monotonic(), 0
    while True:
        print(orjson.dumps({str(number): [*scrape(url)]}).decode(), flush=True)
        number += 1
        due += between
        time.sleep(max(0.0, due - time.monotonic()))


def scrape(url: str) -> Scrape:
    began = time.perf_counter()
    with urllib.request.urlopen(url, timeout=SECONDS_MAX) as answer:
        body: bytes = answer.read()
    ms = (time.perf_counter() - began) * 1000
    return Scrape(ms, len(body), sum(not line.startswith(b"#") for line in body.splitlines()))


if __name__ == "__main__":
    main()
