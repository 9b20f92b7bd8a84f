"""The published contract: AsyncAPI 3.0 and JSON Schemas, as plain values made from the topic table and the models."""

from typing import Any

from pydantic import BaseModel

from schemas.control import (
    ClockRequested,
    Heartbeat,
    Progress,
    RulesRequested,
    SnapshotTold,
    SourceDrained,
    SourceRequested,
    SourcesExpected,
    SourceState,
)
from schemas.entries import (
    ClockStarted,
    ClockTicked,
    EngineActivated,
    FactEntry,
    FactMoved,
    RulesActivated,
    SnapshotEnded,
    SourceHeard,
    SourceResumed,
    SourceSilent,
    SourceSuspended,
)
from schemas.envelope import Wire
from schemas.events import EVENTS_OF_TOPIC, MODEL_OF_TYPE
from schemas.flags import CaseView, Flag
from schemas.topics import (
    CASES_CURRENT,
    CODES,
    CONTROL,
    DEAD_LETTERS,
    FLAGS,
    FLAGS_CURRENT,
    LOG,
    PARKED,
    TABLE,
    TOPICS,
    Topic,
)

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_FORMAT = "application/schema+json;version=draft-2020-12"
_EVENT, _JSON, _BYTES = "application/cloudevents+json", "application/json", "application/octet-stream"

# Messages that are not source events: their models by the name they bear in the contract.
_OWN: dict[str, type[Wire]] = {
    "entry.fact": FactEntry,
    "entry.fact.moved": FactMoved,
    "entry.clock.started": ClockStarted,
    "entry.engine.activated": EngineActivated,
    "entry.rules.activated": RulesActivated,
    "entry.source.silent": SourceSilent,
    "entry.source.heard": SourceHeard,
    "entry.source.suspended": SourceSuspended,
    "entry.source.resumed": SourceResumed,
    "entry.snapshot.ended": SnapshotEnded,
    "entry.clock.ticked": ClockTicked,
    "control.progress": Progress,
    "control.clock.requested": ClockRequested,
    "control.rules.requested": RulesRequested,
    "control.heartbeat": Heartbeat,
    "control.snapshot.told": SnapshotTold,
    "control.source.requested": SourceRequested,
    "control.source.state": SourceState,
    "control.source.drained": SourceDrained,
    "control.sources.expected": SourcesExpected,
    "flag": Flag,
    "case": CaseView,
}
# Messages whose value only their own readers can take apart, and what they are.
_OPAQUE: dict[str, str] = {
    "code": "The dossier code, sealed with libsodium's secretbox under the codes key.",
    "row": "One packed row of the case table; a reserved key begins with a zero byte.",
    "parked": "A record of a suspended source as it came; headers name its topic and when the broker had it.",
    "dead-letter": "Key, value and headers of the refused record, sealed with libsodium's sealed box to a public key.",
}
_MESSAGES_OF: dict[str, tuple[str, ...]] = {
    **{topic: tuple(name for name, model in MODEL_OF_TYPE.items() if model in models)
       for topic, models in EVENTS_OF_TOPIC.items()},
    CONTROL.name: tuple(name for name in _OWN if name.startswith("control.")),
    LOG.name: tuple(name for name in _OWN if name.startswith("entry.")),
    CODES.name: ("code",),
    FLAGS.name: ("flag",),
    FLAGS_CURRENT.name: ("flag",),
    CASES_CURRENT.name: ("case",),
    TABLE.name: ("row",),
    DEAD_LETTERS.name: ("dead-letter",),
    PARKED.name: ("parked",),
}  # fmt: skip
_DEAD_LETTER_HEADERS = {
    "topic": "topic of the refused record",
    "partition": "its partition",
    "offset": "its offset",
    "timestamp": "when the broker appended it, in milliseconds",
    "path": "the field at fault; empty where it is the whole message",
    "reason": "one of a closed list of reasons, which quotes nothing",
    "schema_version": "the schema version it claims, where that can be read",
}


def json_schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schema (2020-12) of every message, by its name. An event's `$id` is what its `dataschema` says."""
    events = {name: _schema(f"urn:hoso:{name}:1", model) for name, model in MODEL_OF_TYPE.items()}
    return events | {name: _schema(f"urn:hoso:{name}:1", model) for name, model in _OWN.items()}


def asyncapi(version: str, prefix: str = "hoso.") -> dict[str, Any]:
    """The contract of a deployment; schemas stand beside it, in files of `schemas/`."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "hoso",
            "version": version,
            "description": (
                "Source events come in as CloudEvents 1.0 in structured JSON; entries of the log, flags and views of "
                f"cases go out. Topics stand under the prefix of the deployment, `{prefix}` by default. Generated from "
                "the topic table and the models by `make generate`: do not edit."
            ),
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": _JSON,
        "channels": {topic.name: _channel(topic, prefix) for topic in TOPICS},
        "operations": {name: operation for topic in TOPICS for name, operation in _operations(topic).items()},
        "components": {
            "messages": {
                **{name: _json_message(name, model, _EVENT) for name, model in MODEL_OF_TYPE.items()},
                **{name: _json_message(name, model, _JSON) for name, model in _OWN.items()},
                **{name: _opaque_message(name, summary) for name, summary in _OPAQUE.items()},
            }
        },
    }


def _schema(identity: str, model: type[BaseModel]) -> dict[str, Any]:
    return {"$schema": DIALECT, "$id": identity, **model.model_json_schema()}


def _channel(topic: Topic, prefix: str) -> dict[str, Any]:
    config = topic.config
    return {
        "address": prefix + topic.name,
        "title": topic.holds,
        "description": f"Written by: {topic.writers}. Key: {topic.key}.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in _MESSAGES_OF[topic.name]},
        "bindings": {
            "kafka": {
                "topic": prefix + topic.name,
                "topicConfiguration": {
                    "cleanup.policy": [config["cleanup.policy"]],
                    "retention.ms": int(config["retention.ms"]),
                    "max.message.bytes": topic.message_bytes_max,
                },
                "bindingVersion": "0.5.0",
            }
        },
        "x-message-timestamp-type": config["message.timestamp.type"],
        "x-partitions": topic.partitions,
    }


def _operations(topic: Topic) -> dict[str, Any]:
    """What hoso does on a topic, as seen from hoso."""
    channel = {"$ref": f"#/channels/{topic.name}"}
    operations: dict[str, Any] = {}
    if topic.name in EVENTS_OF_TOPIC or topic in {CONTROL, LOG, TABLE}:
        operations[f"receive.{topic.name}"] = {"action": "receive", "channel": channel}
    if topic.name not in EVENTS_OF_TOPIC:
        operations[f"send.{topic.name}"] = {"action": "send", "channel": channel}
    return operations


def _json_message(name: str, model: type[BaseModel], content_type: str) -> dict[str, Any]:
    message: dict[str, Any] = {"name": name, "contentType": content_type}
    # A model without words of its own would show those of its base.
    if "__doc__" in vars(model) and model.__doc__:
        message["description"] = " ".join(model.__doc__.split())
    return message | {"payload": {"schemaFormat": _FORMAT, "schema": {"$ref": f"schemas/{name}.json"}}}


def _opaque_message(name: str, description: str) -> dict[str, Any]:
    message: dict[str, Any] = {"name": name, "contentType": _BYTES, "description": description}
    if name == "dead-letter":
        message["headers"] = {
            "type": "object",
            "properties": {key: {"type": "string", "description": what} for key, what in _DEAD_LETTER_HEADERS.items()},
            "required": [key for key in _DEAD_LETTER_HEADERS if key != "schema_version"],
        }
    return message
