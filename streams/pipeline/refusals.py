"""Why a record is refused: a field path and one of a closed list of reasons, which never quote what was sent."""

import re
from collections.abc import Sequence
from enum import StrEnum

import orjson
from pydantic import ValidationError

from schemas.events import MODEL_OF_TYPE


class Reason(StrEnum):
    NO_VALUE = "no value"
    TOO_LARGE = "larger than a message may be"
    NOT_UTF_8 = "not UTF-8"
    NOT_JSON = "not JSON"
    NOT_AN_OBJECT = "not a JSON object"
    TYPE_UNKNOWN = "unknown type"
    TYPE_ELSEWHERE = "the type belongs to another topic"
    SCHEMA_NEWER = "schema version newer than known"
    SCHEMA_ELSEWHERE = "the schema is that of another type"
    FIELD_MISSING = "field missing"
    FIELD_UNKNOWN = "field not known"
    WRONG_TYPE = "value of the wrong type"
    WRONG_FORM = "value not of the expected form"
    NOT_AN_INSTANT = "not an instant in ISO 8601"
    NO_OFFSET = "instant without an offset"
    AHEAD = "instant beyond the tolerance"
    TOO_EARLY = "instant before 1970"
    OUT_OF_RANGE = "instant outside of the years 1900 to 2999"
    NOT_PRINTABLE = "characters that cannot be printed"
    SAME_SUBJECT = "names no other subject"
    SAME_FACT = "names a fact twice, or itself"
    PERSONAL_NUMBER = "the form of a personal number, or no value after the scheme"


class Refused(ValueError):
    """A record that cannot become an entry: the sender's fault, told without a word of what was sent."""

    def __init__(self, path: str, reason: Reason) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"{path}: {reason}" if path else str(reason))


# The newest version of each type's schema that this release reads.
KNOWN_VERSIONS: dict[str, int] = dict.fromkeys(MODEL_OF_TYPE, 1)

_REASONS: dict[str, Reason] = {
    "personal_number": Reason.PERSONAL_NUMBER,
    "union_tag_invalid": Reason.TYPE_UNKNOWN,
    "union_tag_not_found": Reason.FIELD_MISSING,
    "missing": Reason.FIELD_MISSING,
    "extra_forbidden": Reason.FIELD_UNKNOWN,
    "timezone_aware": Reason.NO_OFFSET,
    "datetime_type": Reason.NOT_AN_INSTANT,
    "datetime_parsing": Reason.NOT_AN_INSTANT,
    "datetime_from_date_parsing": Reason.NOT_AN_INSTANT,
    "datetime_object_invalid": Reason.NOT_AN_INSTANT,
    "string_type": Reason.WRONG_TYPE,
    "dict_type": Reason.WRONG_TYPE,
    "model_type": Reason.WRONG_TYPE,
    "model_attributes_type": Reason.WRONG_TYPE,
    "int_type": Reason.WRONG_TYPE,
    "bool_type": Reason.WRONG_TYPE,
}
# The name of an unknown field is the sender's text as well: it is told only where it looks like a name in a program.
_FIELD_NAME = re.compile(r"(?!.*\d{4})[A-Za-z_][A-Za-z0-9_]{0,39}")
_SCHEMA = re.compile(r"urn:hoso:([a-z_.]{1,64}):([1-9][0-9]{0,8})")


def parse_schema(dataschema: object) -> tuple[str, int] | None:
    """Type and version that a `dataschema` names, or None where it is not of our form."""
    found = _SCHEMA.fullmatch(dataschema) if isinstance(dataschema, str) else None
    return None if found is None else (found[1], int(found[2]))


def peek_version(value: bytes | None) -> int | None:
    """The schema version that a refused message claims, as far as it can be read at all."""
    try:
        message = orjson.loads(value or b"")
    except orjson.JSONDecodeError:
        return None
    schema = parse_schema(message.get("dataschema")) if isinstance(message, dict) else None
    return None if schema is None else schema[1]


def refused_by_schema(error: ValidationError, value: bytes) -> Refused:
    """The refusal for the first fault that pydantic found, made of its kind and place alone: its messages quote."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    kind, place = first["type"], first["loc"]
    if kind == "json_invalid":
        return Refused("", Reason.NOT_JSON if _is_utf_8(value) else Reason.NOT_UTF_8)
    # NaN and Infinity pass pydantic's parser and are no JSON.
    if not _is_json(value):
        return Refused("", Reason.NOT_JSON)
    # A newer schema fails here with whatever it has new; that it is newer explains all of it.
    if _is_newer(value):
        return Refused("dataschema", Reason.SCHEMA_NEWER)
    if not place:
        return Refused("", Reason.NOT_AN_OBJECT) if kind == "dict_type" else Refused("type", _reason(kind))
    return Refused(_path(place), _reason(kind))


def _is_utf_8(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_json(value: bytes) -> bool:
    try:
        orjson.loads(value)
    except orjson.JSONDecodeError:
        return False
    return True


def _is_newer(value: bytes) -> bool:
    message = orjson.loads(value)
    schema = parse_schema(message.get("dataschema")) if isinstance(message, dict) else None
    return schema is not None and schema[1] > KNOWN_VERSIONS.get(schema[0], 1)


def _reason(kind: str) -> Reason:
    return _REASONS.get(kind, Reason.WRONG_FORM)


def _path(place: Sequence[int | str]) -> str:
    """The place as `data.unit`: its first step is the union's tag, which the reader of a message does not see."""
    return ".".join(_step(step) for step in place[1:])


def _step(step: int | str) -> str:
    return str(step) if isinstance(step, int) else step if _FIELD_NAME.fullmatch(step) else "?"
