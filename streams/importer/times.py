"""Times in the cells of a log: read in the forms that its mapping names, in the log's zone where they name none."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from schemas.envelope import Precision
from streams.importer.forms import read_form
from streams.importer.mapping import EventMapping, LogMapping, SnapshotMapping, Template

# A refusal names so many forms of time.
FORMS_NAMED = 4


class BadTime(ValueError):
    """A cell that tells no time, or one that its file cannot tell of. The cell is never quoted."""

    def __init__(self, template: Template, why: str) -> None:
        self.column = ", ".join(template.columns)
        super().__init__(f"column {self.column or template.text} {why}")


def read_instant(
    text: str, template: Template, how: EventMapping | SnapshotMapping, mapping: LogMapping
) -> tuple[datetime, Precision]:
    """A time of a cell, local to the log's zone where it names none; a day is its last second, whose offset is right
    also on a day on which the clocks change. Raises BadTime."""
    found = read_form(text, how.forms)
    if found is None:
        raise BadTime(template, f"does not read as a time in {_named(how.forms)}")
    day = how.precision == "day"
    if how.precision == "auto":
        try:
            found = found if found.tzinfo is None else found.astimezone(mapping.zone)
        except OverflowError as error:
            raise BadTime(template, "is out of range") from error
        day = found.time() == time.min
    if day:
        found = found.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(seconds=86_399)
    return found if found.tzinfo is not None else found.replace(tzinfo=mapping.zone), "day" if day else "second"


def _named(forms: Sequence[str]) -> str:
    if len(forms) < 2:
        return f"the form {forms[0] if forms else 'ISO 8601'}"
    more = ", …" if len(forms) > FORMS_NAMED else ""
    return f"any of the forms {', '.join(forms[:FORMS_NAMED])}{more}"
