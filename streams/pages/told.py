"""A row of a list as it is told: keys for programs, and the words for them in a language. Pages, CSV and JSON show the
same."""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from streams.core.case_words import LEGS, LIFE, OBSERVED, OFFICIAL, PLACES, PROCEDURES
from streams.core.causes import Words
from streams.core.next_steps import NEXT_STEPS
from streams.core.screen_words import CLASS_WORDS, OWNER_WORDS
from streams.pages.archive import Judged
from streams.pages.lists import List

DAY_SECONDS = 86_400
# A spreadsheet takes what begins so for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
SHORT_DATE = {"vi": "%d/%m/%Y", "en": "%Y-%m-%d"}


class Told(NamedTuple):
    """One row; of several legs `leg` is that for which it has held longest. `since` is when the condition of the list
    began to hold, `days` for how long it has as of what is judged. `reported` is what the scoring system shows, null
    where it has no such case. A flag's columns are null on lists of cases."""

    case: str
    leg: str | None
    leg_words: str
    unit: str | None
    unit_name: str
    procedure: str | None
    procedure_words: str
    reported: str | None
    reported_words: str
    observed: str | None
    observed_words: str
    stage: str | None
    stage_words: str
    owner: str | None
    owner_words: str
    flag_class: str | None
    class_words: str
    review: str | None
    review_words: str
    accountable: str | None
    accountable_words: str
    due: str | None
    is_provisional: bool | None
    appointment: str | None
    since: str
    days: float | None
    next_step: str

    def fields(self) -> dict[str, Any]:
        """As programs read it: the class under its own name, as in flags."""
        return {"class" if name == "flag_class" else name: value for name, value in self._asdict().items()}


COLUMNS = tuple("class" if name == "flag_class" else name for name in Told._fields)


def told(row: Any, of: List, judged: Judged, language: str) -> Told:
    """A row of the archive in words."""

    def words(table: Mapping[str, Words], key: str | None) -> str:
        return "" if key is None else table[key].of(language) if key in table else key

    def instant(at: datetime | None) -> str | None:
        return None if at is None else at.astimezone(judged.zone).isoformat()

    party = row["accountable"]
    step = NEXT_STEPS.get(row["class"]) if of.step is None else of.step
    return Told(
        case=row["case_token"],
        leg=row["leg"],
        leg_words=words(LEGS, row["leg"]),
        unit=row["unit"],
        unit_name=row["unit_name"] or row["unit"] or "",
        procedure=row["procedure"],
        procedure_words=words(PROCEDURES, row["procedure"]),
        reported=row["reported"],
        reported_words=words(OFFICIAL, row["reported"]),
        observed=row["observed"],
        observed_words=words(OBSERVED, row["observed"]),
        stage=row["stage"],
        stage_words=words(PLACES, row["stage"]),
        owner=row["owner"],
        owner_words=words(OWNER_WORDS, row["owner"]),
        flag_class=row["class"],
        class_words=words(CLASS_WORDS, row["class"]),
        review=row["life"],
        review_words=words(LIFE, row["life"]),
        accountable=party,
        accountable_words=row["accountable_name"] or words(OWNER_WORDS, party and party.removeprefix("unit:")),
        due=instant(row["due_computed_at"]),
        is_provisional=row["provisional"],
        appointment=instant(row["due_declared_at"]),
        since=instant(row["since_at"]) or "",
        days=None if judged.at is None else round((judged.at - row["since_at"]).total_seconds() / DAY_SECONDS, 1),
        next_step="" if step is None else step.of(language),
    )


def day_and_time(text: str | None, language: str) -> str:
    """An instant as people read it: one at midnight is the end of the day before, as dues are."""
    if text is None:
        return ""
    at = datetime.fromisoformat(text)
    if (at.hour, at.minute, at.second) == (0, 0, 0):
        return f"{at - timedelta(days=1):{SHORT_DATE[language]}} 24:00"
    return f"{at:{SHORT_DATE[language]} %H:%M}"


def number(value: float, language: str) -> str:
    """With the marks that a language has between digits."""
    text = f"{value:,}"
    return text if language == "en" else text.translate({ord(","): ".", ord("."): ","})


def csv_lines(rows: Iterable[Iterable[Any]]) -> str:
    """Lines of a table, with what a spreadsheet would take for a formula behind an apostrophe. The token, which comes
    first, stands as it is: it is told alike everywhere, and nobody but us writes it."""
    text = io.StringIO()
    csv.writer(text).writerows([token, *map(_cell, row)] for token, *row in rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
