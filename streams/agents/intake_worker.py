"""An intake worker from settings: intake on the source topics, the controller on hoso.control, in one app."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

from schemas.topics import CONTROL, LOG, PARKED, SOURCES
from streams.adapters.announcer import KafkaAnnouncer
from streams.adapters.kafka import KafkaReader, KafkaTransactions, KafkaWriter
from streams.adapters.kafka_follower import KafkaFollower
from streams.adapters.kafka_trimmer import KafkaTrimmer
from streams.adapters.partitioner import partition_of_key
from streams.adapters.sealing import CodesBox, LetterSealer
from streams.adapters.source_offsets import KafkaSourceOffsets
from streams.agents.app import WorkerApp, build_app, group_of
from streams.agents.chunks import add_chunk_agent
from streams.agents.controller import ControllerJob
from streams.agents.intake import IntakeJob, IntakePlan, IntakePorts, Observe
from streams.agents.vitals import Vitals
from streams.core.compiling import compile_rules
from streams.core.engine import ENGINE
from streams.pipeline.controller import Broadcast, Controller, Plan
from streams.pipeline.intake import Intake, IntakeLimits
from streams.settings import Settings

ROLE = "intake"
CONTROLLER = "controller"


class SecretMissing(RuntimeError):
    """A key without which nothing can be made a pseudonym or sealed."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"{name} is not set: put it in HOSO_{name.upper()} or in a file hoso_{name} in HOSO_SECRETS")


@dataclass(frozen=True)
class IntakeWatch:
    """Who is told of what: `observe` of each chunk, `broadcast` of each broadcast of the controller; `holds` of the
    controller itself while it is here, None when it is no more."""

    vitals: Vitals = field(default_factory=Vitals)
    observe: Observe = lambda _place, _records, _written, _seconds: None
    broadcast: Callable[[Broadcast], None] = lambda _broadcast: None
    holds: Callable[[Controller | None], None] = lambda _controller: None


def build_intake(settings: Settings, rules: Mapping[str, Any], watch: IntakeWatch | None = None) -> WorkerApp:
    """The app of an intake worker. `rules` is the content that a log without rules begins with."""
    watch = watch or IntakeWatch()
    intake, plan = make_intake(settings), _controller_plan(settings, rules)
    app = build_app(settings, ROLE, watch.vitals)
    group, log, control = group_of(settings, ROLE), settings.topic(LOG), settings.topic(CONTROL)
    reader = KafkaReader(settings.kafka, chunk_records=settings.chunk_records_max, chunk_bytes=settings.chunk_bytes_max)
    controller = ControllerJob(
        plan,
        log,
        settings.log_partitions,
        reader,
        lambda: KafkaTransactions(
            settings.kafka, f"{settings.prefix}hoso-{CONTROLLER}", settings.session_timeout_seconds
        ),
        group,
        watch.broadcast,
        watch.holds,
    )
    seconds = min(1.0, settings.tick_seconds / 5)
    job = IntakeJob(
        intake,
        IntakePlan(
            log,
            settings.log_partitions,
            control,
            settings.topic(PARKED),
            (settings.topic(SOURCES[0]), 0),
            seconds,
            min(0.2, seconds / 2),
            watch.observe,
        ),
        lambda: _ports(settings.kafka, group, control, reader),
    )
    add_chunk_agent(app, CONTROLLER, [control], controller, commits=False)
    for topic in SOURCES:
        # One agent a topic: while one waits for its acknowledgements, another works.
        add_chunk_agent(app, f"{ROLE}-{topic.name}", [settings.topic(topic)], job, commits=True)
    return app


@asynccontextmanager
async def _ports(bootstrap: str, group: str, control: str, reader: KafkaReader) -> AsyncIterator[IntakePorts]:
    async with AsyncExitStack() as stack:
        writer, announcer = KafkaWriter(bootstrap), KafkaAnnouncer(bootstrap)
        offsets, follower = KafkaSourceOffsets(bootstrap, group), KafkaFollower(bootstrap, control)
        for port in (writer, announcer, offsets, follower):
            stack.push_async_callback(port.close)
            await port.open()
        yield IntakePorts(writer, announcer, offsets, reader, follower, KafkaTrimmer(bootstrap))


def make_intake(settings: Settings) -> Intake:
    for name in ("token_key", "codes_key", "dead_letters_public_key"):
        if getattr(settings, name) is None:
            raise SecretMissing(name)
    assert settings.token_key is not None
    assert settings.codes_key is not None
    assert settings.dead_letters_public_key is not None
    limits = IntakeLimits(
        tolerance_seconds=settings.future_tolerance_seconds,
        message_bytes_max=settings.message_bytes_max,
        simulated=settings.clock == "simulated",
        until=settings.clock_until,
    )
    return Intake(
        settings.prefix,
        limits,
        settings.token_key.get_secret_value().encode(),
        CodesBox(settings.codes_key.get_secret_value()),
        LetterSealer(settings.dead_letters_public_key),
        lambda key: partition_of_key(key, settings.log_partitions),
    )


def _controller_plan(settings: Settings, rules: Mapping[str, Any]) -> Plan:
    until = settings.clock_until
    return Plan(
        prefix=settings.prefix,
        clock=settings.clock,
        expected=frozenset((topic.name, number) for topic in SOURCES for number in range(settings.source_partitions)),
        log_partitions=settings.log_partitions,
        engine=ENGINE,
        rules_hash=compile_rules(rules).hash,
        rules=dict(rules),
        tick_seconds=settings.tick_seconds,
        until=None if until is None else until.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )
