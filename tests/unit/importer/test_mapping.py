"""A mapping is checked before a row is read: each refusal names the table, the field, and what was expected."""

from pathlib import Path

import pytest

from streams.importer.mapping import MappingRefused, load_mapping, template
from tests.importer_builders import CASE, CLOSED, LOG, OPENED, mapping_file

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").glob("*/mapping.toml"))

REFUSED = {
    "no TOML": (("[log",), ""),
    "no log": ((CASE, OPENED), "table [log] is missing"),
    "no case": ((LOG, OPENED), "table [case] is missing"),
    "no event": ((LOG, CASE), "[log] source, [case] subject and at least one [[event]] are needed"),
    "no subject": ((LOG, '[case]\nunit = "{office}"\n', OPENED), "[log] source, [case] subject and at least one"),
    "no source": (("[log]\n", CASE, OPENED), "[log] source, [case] subject and at least one [[event]] are needed"),
    "a zone of nowhere": ((LOG.replace("New_York", "Nowhere"), CASE, OPENED), "zone America/Nowhere is not in the"),
    "a format to come": ((LOG + 'format = "xes"\n', CASE, OPENED), "format xes is not csv"),
    "a field of no log": ((LOG + 'sep = ";"\n', CASE, OPENED), "unknown field sep; known are delimiter, encoding, "),
    "a field of no case": ((LOG, CASE + 'name = "{name}"\n', OPENED), "unknown field name; known are channel, "),
    "a field of no event": ((LOG, CASE, OPENED + 'when = "{x}"\n'), "unknown field when; known are data, format, "),
    "a type of no event": ((LOG, CASE, OPENED.replace("received", "begun")), "type case.begun is none of case."),
    "no type": ((LOG, CASE, '[[event]]\ntime = "{opened}"\n'), "type None is none of case."),
    "no time": ((LOG, CASE, '[[event]]\ntype = "case.received"\n'), "time is missing: name the column that tells"),
    "a precision of none": ((LOG, CASE, OPENED + 'precision = "hour"\n'), "precision hour is neither second nor day"),
    "data of no event": ((LOG, CASE, OPENED + 'data = { slip = "{x}" }\n'), "data field slip is none of unit, "),
    "the second event": ((LOG, CASE, OPENED, CLOSED + 'precision = "x"\n'), "[[event]] 2: precision x is neither"),
    "a preset of none": (
        (LOG, CASE, OPENED.replace("%m/%d/%Y %H:%M", "dvcqc")),
        "dvcqc is none of dvcqg, register, iso",
    ),
    "no format in a list": ((LOG, CASE, OPENED.replace('"%m/%d/%Y %H:%M"', "[]")), "format must be a text, or a list"),
    "a number for a form": ((LOG, CASE, OPENED.replace('"%m/%d/%Y %H:%M"', "[7]")), "format must be a text, or a list"),
    "a list for a log": ((LOG + 'format = ["csv"]\n', CASE, OPENED), "format ['csv'] is not csv"),
}


@pytest.mark.parametrize("tables, why", REFUSED.values(), ids=REFUSED)
def test_a_mapping_that_cannot_be_meant_is_refused(tmp_path: Path, tables: tuple[str, ...], why: str) -> None:
    path = mapping_file(tmp_path, *tables)

    with pytest.raises(MappingRefused) as refused:
        load_mapping(path)

    assert str(refused.value).startswith(str(path))
    assert why in str(refused.value)


def test_a_mapping_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MappingRefused, match=r"none\.toml"):
        load_mapping(tmp_path / "none.toml")


UNCHECKED = {
    "a number for a text": (LOG, CASE.replace('"dossier:{id}"', "7"), OPENED),
    "text for a table of data": (LOG, CASE, OPENED + 'data = "x"\n'),
    "a subject without a scheme": (LOG, CASE.replace("dossier:", ""), OPENED),
    "a source that is no address": (LOG.replace("urn:a:log", "a log"), CASE, OPENED),
    "two delimiters": (LOG + 'delimiter = ";;"\n', CASE, OPENED),
    "an encoding of none": (LOG + 'encoding = "utf-9"\n', CASE, OPENED),
}


@pytest.mark.parametrize("tables", UNCHECKED.values(), ids=UNCHECKED)
def test_a_mapping_of_other_types_is_refused_too(tmp_path: Path, tables: tuple[str, ...]) -> None:
    with pytest.raises(MappingRefused):
        load_mapping(mapping_file(tmp_path, *tables))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_the_mappings_of_the_examples_are_good(path: Path) -> None:
    mapping = load_mapping(path)

    exports = ["OfficialObserved"] if path.parent.name == "poorest_profile" else ["CaseReceived", "ResultPublished"]
    assert [event.model.__name__ for event in mapping.events] == exports


def test_a_mapping_names_all_columns_it_reads(tmp_path: Path) -> None:
    event = (
        OPENED + 'id = "{number}"\nrecorded = "{noted}"\ndata = { channel = "{way}", appointment_at = "{promised}" }\n'
    )

    mapping = load_mapping(mapping_file(tmp_path, LOG, CASE, event))

    assert mapping.columns() == {"id", "office", "opened", "number", "noted", "way", "promised"}
    assert mapping.events[0].instants == {"appointment_at"}


@pytest.mark.parametrize(
    "text, row, filled",
    [
        ("dossier:{a}", {"a": "1"}, "dossier:1"),
        ("{a}-{b}", {"a": " 1 ", "b": "2"}, "1-2"),
        ("{a}-{b}", {"a": "1", "b": " "}, None),
        ("{a}", {"a": ""}, None),
        ("{a}", {"a": "{b}", "b": "x"}, "{b}"),
        ("constant", {}, "constant"),
        ("{a}{a}", {"a": "x"}, "xx"),
    ],
)
def test_a_template_is_filled_or_empty(text: str, row: dict[str, str], filled: str | None) -> None:
    assert template(text).fill(row) == filled
