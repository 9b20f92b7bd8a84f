"""What several commands are given: their common options, times as people write them, and the settings."""

import re
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from streams.cli.ending import fail
from streams.settings import Settings, load_settings

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")]
OfRules = Annotated[
    Path | None, typer.Option("--rules", help="A folder of rule files; without it HOSO_RULES, else the law shipped.")
]


def read_settings(**given: int | str) -> Settings:
    """Settings from the environment, with what the command line gives over them."""
    try:
        return load_settings(**given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = "_".join(str(part) for part in first["loc"]).upper()
        fail(f"HOSO_{field}: {first['msg']}" if field else str(first["msg"]))


def read_simulated() -> Settings:
    """The same, of a deployment whose clock a command may move."""
    settings = read_settings()
    if settings.clock != "simulated":
        fail("to topics needs a deployment on a simulated clock: set HOSO_CLOCK=simulated here and for its workers")
    return settings


def read_seconds(option: str, text: str) -> int:
    """A length of time up to a day. The option is named, so that a refusal says which one was wrong."""
    match = re.fullmatch(r"(\d+)([smhd])", text)
    seconds = int(match[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86_400}[match[2]] if match else 0
    if not 0 < seconds <= 86_400:
        fail(f"{option} {text}: expected a number and s, m, h or d, up to 1d")
    return seconds


def read_time(text: str | None) -> datetime | None:
    """An instant, naive where the text has no offset: the caller knows the zone. None where none was given."""
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        fail(f"{text}: expected a time like 2015-07-01 or 2015-07-01T12:00:00-04:00")


def read_moment(option: str, text: str) -> date:
    """A date where only the day was given, else an instant, naive where the text has no offset."""
    try:
        found = date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else datetime.fromisoformat(text)
    except ValueError:
        fail(f"{option} {text}: expected a day like 2025-12-29 or a time like 2025-12-29T09:00")
    if not 1970 <= found.year < 2200:
        fail(f"{option} {text}: years from 1970 to 2199 can be asked about")
    return found


def read_day(option: str, text: str) -> date:
    """A day alone."""
    found = read_moment(option, text)
    if isinstance(found, datetime):
        fail(f"{option} {text}: expected a day like 2025-12-29")
    return found


def read_stretch(option: str, text: str) -> tuple[date, date | None]:
    """FROM..TO, or FROM.. for what has not ended."""
    begins, dots, ends = text.partition("..")
    if not dots:
        fail(f"{option} {text}: expected FROM..TO, or FROM.. where there is no answer yet")
    return read_moment(option, begins), read_moment(option, ends) if ends else None
