"""Runs the queries of dashboards as Grafana would: with its variables filled in, on PostgreSQL and on Prometheus."""

import re
import time
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from tools.stack.monitoring import ask

_VARIABLE = re.compile(r"\$(?:\{(\w+):(\w+)\}|(\w+))")
_FIELD = re.compile(r"""\$\{__data\.fields\["([^"]+)"\]:percentencode\}""")
_SPECIAL = re.compile(r"([\\^$.*+?()\[\]{}|])")
# Once for the pattern, once for the string that it stands in.
TWICE_ESCAPED = r"\\\\\1"
STEPS = 60


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody chose at the head of a dashboard. Provinces are values; *all* of the others is one of its own."""

    provinces: Sequence[str] = ("none",)
    unit: str | None = None
    procedure: str | None = None
    period: str = "ever"

    def fill(self, text: str) -> str:
        """A query with its variables filled in, as Grafana's formats write them; raises KeyError for others."""
        return _VARIABLE.sub(lambda found: self._forms[found[1] or found[3], found[2]], text)

    @property
    def _forms(self) -> dict[tuple[str, str | None], str]:
        return {
            ("province", "sqlstring"): ",".join(map(_quoted, self.provinces)),
            ("province", None): f"({'|'.join(_SPECIAL.sub(TWICE_ESCAPED, one) for one in self.provinces)})",
            ("unit", "sqlstring"): _quoted(self.unit or "all"),
            ("procedure", "sqlstring"): _quoted(self.procedure or "all"),
            ("period", "sqlstring"): _quoted(self.period),
            ("unit_pattern", None): _pattern(self.unit),
            ("procedure_pattern", None): _pattern(self.procedure),
            ("province", "queryparam"): urllib.parse.urlencode([("var-province", one) for one in self.provinces]),
            ("unit", "queryparam"): urllib.parse.urlencode({"var-unit": self.unit or "all"}),
            ("procedure", "queryparam"): urllib.parse.urlencode({"var-procedure": self.procedure or "all"}),
        }


def followed(url: str, row: Mapping[str, Any], choice: Choice, pages: str) -> str:
    """Where a link in a row leads, with the pages at an address."""
    told = _FIELD.sub(lambda found: urllib.parse.quote(str(row[found[1]] or ""), safe=""), url)
    return choice.fill(told.replace("${pages:raw}", pages))


def rows(database: str, text: str, choice: Choice) -> list[dict[str, Any]]:
    """What PostgreSQL answers to Grafana's role, by column."""
    with psycopg.connect(database, row_factory=dict_row) as connection:
        connection.execute("SET ROLE hoso_grafana")
        # No parameters: a percent sign stands for itself.
        return connection.execute(choice.fill(text).encode()).fetchall()


@dataclass(frozen=True, slots=True)
class Series:
    """One series of Prometheus: its labels, and pairs of time and value."""

    labels: dict[str, str]
    points: list[tuple[float, float]]

    def called(self, legend: str) -> str:
        """As the panel's legend calls it."""
        return re.sub(r"\{\{(\w+)\}\}", lambda found: self.labels.get(found[1], ""), legend)


def instant(prometheus: str, expression: str, choice: Choice) -> list[Series]:
    """What holds now."""
    told = _ask(prometheus, "query", query=choice.fill(expression))
    return [Series(one["metric"], [_point(one["value"])]) for one in told]


def over_time(prometheus: str, expression: str, choice: Choice, seconds: float) -> list[Series]:
    """What held over the last seconds."""
    now = time.time()
    step = max(seconds / STEPS, 1)
    told = _ask(
        prometheus, "query_range", query=choice.fill(expression), start=f"{now - seconds}", end=f"{now}", step=f"{step}"
    )
    return [Series(one["metric"], [*map(_point, one["values"])]) for one in told]


def _ask(prometheus: str, how: str, **asked: str) -> Iterator[Any]:
    answer = ask(prometheus, f"/api/v1/{how}?{urllib.parse.urlencode(asked)}")
    yield from answer["data"]["result"]


def _point(told: Sequence[Any]) -> tuple[float, float]:
    return float(told[0]), float(told[1])


def _pattern(chosen: str | None) -> str:
    """As queries.pattern has it; a test holds both together."""
    return ".*" if chosen is None else chosen.replace(".", "[.]")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
