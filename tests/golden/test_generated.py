"""The committed contract is what the models say, and it is a contract: messages are found, examples hold."""

import json
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from schemas.asyncapi import json_schemas
from schemas.events import MODEL_OF_TYPE
from schemas.topics import TOPICS
from tests.intake_builders import NEEDED, message, subject_of
from tools.generate import ROOT, generated, leftovers

SCHEMAS = json_schemas()


@pytest.mark.parametrize("path", generated(), ids=str)
def test_the_committed_file_is_what_is_generated(path: Any) -> None:
    assert (ROOT / path).is_file(), f"{path} is missing: run make generate"
    assert (ROOT / path).read_text() == generated()[path], f"{path} is out of date: run make generate"


def test_no_schema_of_a_message_that_no_longer_exists_is_left() -> None:
    assert leftovers() == []


def test_every_topic_is_a_channel_and_every_reference_leads_somewhere() -> None:
    contract = yaml.safe_load((ROOT / "docs/asyncapi.yaml").read_text())

    assert [channel["address"] for channel in contract["channels"].values()] == [f"hoso.{one.name}" for one in TOPICS]
    references = list(_references(contract))
    assert len(references) > 50
    for reference in references:
        if reference.startswith("#/"):
            found = contract
            for step in reference[2:].split("/"):
                found = found[step]
        else:
            assert (ROOT / "docs" / reference).is_file(), reference


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])


@pytest.mark.parametrize("kind", MODEL_OF_TYPE)
def test_a_good_event_holds_and_an_extra_field_does_not(kind: str) -> None:
    validator = Draft202012Validator(SCHEMAS[kind])
    data = NEEDED.get(kind, {})
    good = json.loads(message(type=kind, data=data, dataschema=SCHEMAS[kind]["$id"], **subject_of(kind)))

    assert validator.is_valid(good)
    assert not validator.is_valid(good | {"citizen_name": "x"})
    assert not validator.is_valid(good | {"data": data | {"phone": "x"}})


def _references(value: Any) -> Any:
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)
