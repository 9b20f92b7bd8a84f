"""The one union of all source events, told apart by `type`, and which topic each belongs to."""

from typing import Annotated, Any, Union

from pydantic import Field, TypeAdapter

from schemas import card_dispatch, eid, handover, official_status, printing, review, source_health, submission
from schemas.envelope import Event, type_of

# A new source topic adds its module here; the union, the adapters and the published contract follow.
EVENTS_OF_TOPIC: dict[str, tuple[type[Event], ...]] = {
    "submission": submission.EVENTS,
    "print": printing.EVENTS,
    "card-dispatch": card_dispatch.EVENTS,
    "handover": handover.EVENTS,
    "official-status": official_status.EVENTS,
    "eid": eid.EVENTS,
    "review": review.EVENTS,
    "source-health": source_health.EVENTS,
}

MODEL_OF_TYPE: dict[str, type[Event]] = {
    type_of(model): model for models in EVENTS_OF_TOPIC.values() for model in models
}
TOPIC_OF_TYPE: dict[str, str] = {type_of(model): topic for topic, models in EVENTS_OF_TOPIC.items() for model in models}

_MODELS: Any = Union[tuple(MODEL_OF_TYPE.values())]  # noqa: UP007
EVENT: TypeAdapter[Event] = TypeAdapter(Annotated[_MODELS, Field(discriminator="type")])
