"""The table of bad inputs: what is sent, and the stated outcome of each. Tried in memory and on a real Kafka."""

import pickle

from schemas.codec import encode
from streams.pipeline.refusals import Reason
from tests.intake_builders import message

SUBJECT = "dossier:G01.801.001-260105-000123"
SECRET = "Nguyen Van A 0912345678"

# What is sent, and the path and reason of its dead letter.
BAD: dict[str, tuple[bytes | None, str, Reason]] = {
    "not JSON": (b"case.completed;" + SECRET.encode(), "", Reason.NOT_JSON),
    "JSON cut off": (message()[:-20], "", Reason.NOT_JSON),
    "JSON followed by more": (message() + b" x", "", Reason.NOT_JSON),
    "NaN for a text": (message().replace(b'"data":{}', b'"data":{"unit":NaN}'), "", Reason.NOT_JSON),
    "Infinity for a version": (message().replace(b'"1.0"', b"Infinity"), "", Reason.NOT_JSON),
    "a number beyond all": (message().replace(b'"data":{}', b'"data":{"x":1e400}'), "", Reason.NOT_JSON),
    "personal number as a unit": (message(data={"unit": "001099012345"}), "data.unit", Reason.PERSONAL_NUMBER),
    "personal number in the source": (message(source="tel:001099012345"), "source", Reason.PERSONAL_NUMBER),
    "nothing in it": (b"", "", Reason.NOT_JSON),
    "too deep": (b"[" * 100_000, "", Reason.NOT_JSON),
    "a list": (encode([SECRET]), "", Reason.NOT_AN_OBJECT),  # type: ignore[arg-type]
    "a null": (b"null", "", Reason.NOT_AN_OBJECT),
    "no value": (None, "", Reason.NO_VALUE),
    "windows-1252": (message(id="cafe").replace(b"cafe", "café".encode("cp1252")), "", Reason.NOT_UTF_8),
    "UTF-16": (message().decode().encode("utf-16"), "", Reason.NOT_UTF_8),
    "byte-order mark": (b"\xef\xbb\xbf" + message(), "", Reason.NOT_JSON),
    "pickle": (pickle.dumps({"name": SECRET}), "", Reason.NOT_UTF_8),
    "5 MB": (message(id="x" * 5_000_000), "", Reason.TOO_LARGE),
    "unknown type": (message(type="case.lost." + SECRET), "type", Reason.TYPE_UNKNOWN),
    "type of another topic": (message(type="card.printed"), "type", Reason.TYPE_ELSEWHERE),
    "no type": (message(type=None), "type", Reason.FIELD_MISSING),
    "type of a wrong type": (message(type=5), "type", Reason.TYPE_UNKNOWN),
    "extra field": (message(citizen_name=SECRET), "citizen_name", Reason.FIELD_UNKNOWN),
    "extra field in the data": (message(data={"phone": SECRET}), "data.phone", Reason.FIELD_UNKNOWN),
    "extra field named as a person": (message(data={SECRET: 1}), "data.?", Reason.FIELD_UNKNOWN),
    "extra field named as a number": (message(data={"x001095012345": 1}), "data.?", Reason.FIELD_UNKNOWN),
    "missing field": (message(time=None), "time", Reason.FIELD_MISSING),
    "text where data belongs": (message(data=SECRET), "data", Reason.WRONG_TYPE),
    "number where text belongs": (message(data={"unit": 912345678}), "data.unit", Reason.WRONG_TYPE),
    "text of a wrong form": (message(subject="phone:0912345678"), "subject", Reason.WRONG_FORM),
    "wrong version of CloudEvents": (message(specversion="0.3"), "specversion", Reason.WRONG_FORM),
    "text too long": (message(data={"unit": "U" * 97}), "data.unit", Reason.WRONG_FORM),
    "line feed in a code": (message(data={"unit": "a\nb"}), "data.unit", Reason.WRONG_FORM),
    "null character in the source": (message(source="urn:a\x00b"), "source", Reason.NOT_PRINTABLE),
    "naive time": (message(time="2026-01-05T10:00:00"), "time", Reason.NO_OFFSET),
    "naive appointment": (
        message(type="case.received", data={"appointment_at": "2026-01-13T16:30:00"}),
        "data.appointment_at",
        Reason.NO_OFFSET,
    ),
    "no time": (message(time="this morning"), "time", Reason.NOT_AN_INSTANT),
    "a time as number": (message(time=1767581000), "time", Reason.NOT_AN_INSTANT),
    "years ahead": (message(time="2036-01-05T10:00:00+07:00"), "time", Reason.AHEAD),
    "recorded years ahead": (message(recordedtime="2036-01-05T10:00:00+07:00"), "recordedtime", Reason.AHEAD),
    "a day years ahead": (message(time="2036-01-05T00:00:00+07:00", timeprecision="day"), "time", Reason.AHEAD),
    "before 1970": (message(time="1969-12-31T23:59:59Z"), "time", Reason.TOO_EARLY),
    "recorded before 1970": (message(recordedtime="0001-06-01T00:00:00Z"), "recordedtime", Reason.TOO_EARLY),
    "before all time": (message(time="0001-01-01T00:00:00+07:00"), "time", Reason.OUT_OF_RANGE),
    "recorded before all time": (
        message(recordedtime="0001-01-01T00:00:00+07:00"),
        "recordedtime",
        Reason.OUT_OF_RANGE,
    ),
    "after all time": (message(time="9999-12-31T23:00:00-07:00"), "time", Reason.OUT_OF_RANGE),
    "appointment after all time": (
        message(type="case.received", data={"appointment_at": "9999-12-31T23:00:00-07:00"}),
        "data.appointment_at",
        Reason.OUT_OF_RANGE,
    ),
    "appointment in the year that stands for none": (
        message(type="case.received", data={"appointment_at": "0001-01-01T00:00:00Z"}),
        "data.appointment_at",
        Reason.OUT_OF_RANGE,
    ),
    "personal number": (message(subject="dossier:001095012345"), "subject", Reason.PERSONAL_NUMBER),
    "newer schema": (message(dataschema="urn:hoso:case.completed:2"), "dataschema", Reason.SCHEMA_NEWER),
    "newer schema with a new field": (
        message(dataschema="urn:hoso:case.completed:2", data={"lane": "1"}),
        "dataschema",
        Reason.SCHEMA_NEWER,
    ),
    "new type of a newer schema": (
        message(type="case.weighed", dataschema="urn:hoso:case.weighed:2"),
        "dataschema",
        Reason.SCHEMA_NEWER,
    ),
    "schema of another type": (message(dataschema="urn:hoso:case.received:1"), "dataschema", Reason.SCHEMA_ELSEWHERE),
}

# What looks odd and is accepted.
ODD: dict[str, tuple[str, bytes]] = {
    "unknown official code": (
        "official-status",
        message(type="official.status_changed", data={"system": "portal", "code": "ZZ-97"}),
    ),
    "known schema": ("submission", message(dataschema="urn:hoso:case.completed:1")),
    "fields in capitals of an unknown procedure": ("submission", message(data={"procedure": "KHAC", "unit": "?"})),
    "an old day": ("submission", message(time="1970-01-01T00:00:00Z")),
    "spaces after the code": ("submission", message(subject=SUBJECT + "  ")),
    "just within the tolerance": ("submission", message(time="2026-01-06T00:05:00Z")),
    "today, to the day": ("submission", message(time="2026-01-06T07:00:00+07:00", timeprecision="day")),
    "the same field twice": ("submission", message().replace(b'{"data"', b'{"id":"first","data"')),
}
