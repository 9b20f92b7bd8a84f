"""What the schemas let in, the core can read: every type and every field of its data."""

from typing import Any

import pytest

from schemas.envelope import Event, PlaceEvent, type_of
from schemas.events import MODEL_OF_TYPE
from schemas.flags import CaseView, Flag
from streams.core.facts import FIELDS, LONG_NAME
from streams.core.kinds import KIND_OF_TYPE
from streams.core.ledger import CLASS_NUMBERS, STATE_NAMES
from streams.core.wording import WORDING
from streams.pipeline import places
from tests.core_builders import INSTANTS, case_of, entry, judged, official

# What has no case: heartbeats and ends of snapshots go to the controller, trouble and complaints are only archived.
OF_NO_CASE = {"source.heartbeat", "official.snapshot_ended", *places.OF_NO_CASE}
MODELS = sorted((model for name, model in MODEL_OF_TYPE.items() if name not in OF_NO_CASE), key=type_of)
VALUES = dict.fromkeys(INSTANTS, "2026-01-13 17:00")
# Codes that an event names stand in the log as tokens, under another name.
AS_TOLD = {"subjects": "cases"}


def fields_of(model: type[Event]) -> set[str]:
    data = model.model_fields["data"].annotation
    assert isinstance(data, type)
    return set(data.model_fields)


def test_every_event_type_is_a_kind_and_every_kind_an_event_type() -> None:
    assert set(KIND_OF_TYPE) == set(MODEL_OF_TYPE) - OF_NO_CASE


def test_what_has_no_case_is_an_event_of_a_place() -> None:
    assert {name for name, model in MODEL_OF_TYPE.items() if issubclass(model, PlaceEvent)} == OF_NO_CASE


@pytest.mark.parametrize("model", MODELS, ids=type_of)
def test_every_field_of_an_event_can_be_read_and_written_back(model: type[Event]) -> None:
    told: dict[str, Any] = {AS_TOLD.get(name, name): VALUES.get(name, "x") for name in fields_of(model)}
    one = entry(type_of(model), **{name: value for name, value in told.items() if name != "fact"})
    one["data"] |= {name: value for name, value in told.items() if name == "fact"}

    (fact,) = case_of(one).facts

    assert {LONG_NAME[short] for short in fact[3]} == {*told, "source"}


def test_short_names_are_never_used_twice() -> None:
    assert len(set(FIELDS.values())) == len(FIELDS)


def test_every_class_and_state_of_a_flag_is_one_of_the_schema() -> None:
    classes = Flag.model_fields["flag_class"].annotation
    states = Flag.model_fields["state"].annotation

    assert list(CLASS_NUMBERS) == list(WORDING) == list(classes.__args__)  # type: ignore[union-attr]
    assert list(STATE_NAMES.values()) == list(states.__args__)  # type: ignore[union-attr]


def test_records_have_the_fields_of_their_schema_and_no_other() -> None:
    effects = judged("2026-02-27 08:00", entry("case.received", variant="new"), entry(), official())

    assert effects.view is not None
    assert set(effects.view) == set(CaseView.model_fields)
    assert set(effects.flags[0]) == {field.alias or name for name, field in Flag.model_fields.items()}
