"""The Faust app of one role, and how it runs: no web server, no restarts inside, an end that is clean or at once."""

import asyncio
import logging
import signal
from collections.abc import Callable
from typing import Any, cast

import faust
from faust.app.base import BootStrategy
from mode.supervisors import CrashingSupervisor
from yarl import URL

from streams.agents.ending import leave
from streams.agents.holding import Holding
from streams.agents.recovery import HoldingTables
from streams.agents.transport import SCHEME, ChunkConsumer
from streams.agents.vitals import Vitals
from streams.settings import Settings

CHUNKS_WAITING_MAX = 4
HEARTBEATS_A_SESSION = 6
# How long a rebalance waits for a member that still works on a chunk.
REBALANCE_SECONDS = 60.0

logger = logging.getLogger(__name__)


class _Boot(BootStrategy):
    """Writers are ours, and so are probes and metrics: Faust's producer and web server are not even made."""

    enable_kafka_producer = False
    enable_web = False


class WorkerApp(faust.App):
    """A Faust app that knows what it holds, and ends the process where Faust would go on in part."""

    BootStrategy = _Boot

    def __init__(self, id: str, *, holding: Holding, **options: Any) -> None:  # noqa: A002  (Faust's name)
        self.holding = holding
        super().__init__(id, **options)

    async def on_first_start(self) -> None:
        """Faust would make folders for state; ours is in Kafka."""

    def _crash(self, reason: BaseException) -> None:
        """Called when any service of the app has crashed."""
        leave(reason)

    async def stop_cleanly(self) -> None:
        """Finish what is in hand, then stop; the next owner of our partitions finds nothing open."""
        await cast(ChunkConsumer, self.consumer).quiesce()
        await self.stop()
        await self.holding.leave_all()


def group_of(settings: Settings, role: str) -> str:
    return f"{settings.prefix}hoso-{role}"


def build_app(settings: Settings, role: str, vitals: Vitals | None = None) -> WorkerApp:
    """The app of instance `settings.instance` of a role. To be called in the loop that will run it."""
    member = f"{role}-{settings.instance}"
    return WorkerApp(
        group_of(settings, role),
        holding=Holding(vitals or Vitals()),
        broker=[URL(f"{SCHEME}://{server.strip()}") for server in settings.kafka.split(",")],
        # Faust's assignor asserts that a static member comes back under the same URL; nothing is ever served there.
        canonical_url=f"http://{member}.invalid",
        consumer_group_instance_id=member,
        broker_client_id=f"hoso-{member}",
        broker_session_timeout=settings.session_timeout_seconds,
        broker_heartbeat_interval=settings.session_timeout_seconds / HEARTBEATS_A_SESSION,
        broker_rebalance_timeout=REBALANCE_SECONDS,
        broker_max_poll_records=settings.chunk_records_max,
        consumer_max_fetch_size=settings.chunk_bytes_max,
        stream_buffer_maxsize=CHUNKS_WAITING_MAX,
        stream_wait_empty=False,
        agent_supervisor=CrashingSupervisor,
        TableManager=HoldingTables,
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
        autodiscover=False,
        key_serializer="raw",
        value_serializer="raw",
    )


def run_app(build: Callable[[], WorkerApp]) -> int:
    """Run the app that `build` makes until SIGTERM or SIGINT; 0. Every other end is `leave`, with its code."""
    return asyncio.run(_serve(build))


async def _serve(build: Callable[[], WorkerApp]) -> int:
    stop = asyncio.Event()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(wanted, stop.set)
    try:
        app = build()
        await app.start()
        logger.info("worker %s is started", app.conf.id)
        await stop.wait()
        logger.info("worker %s stops", app.conf.id)
        await app.stop_cleanly()
    except Exception as error:  # noqa: BLE001  (the outermost frame)
        leave(error)
    return 0
