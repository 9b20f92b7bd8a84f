"""The one table of topics: names under a prefix, who writes them, how they are kept."""

from dataclasses import dataclass
from typing import Literal

DAY_MS = 24 * 3600 * 1000
MIB = 1024 * 1024

Count = Literal["source", "log", "one"]


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic's settings. `partitions` names a count of the deployment: *log* topics all share one fixed number."""

    name: str
    writers: str
    key: str
    holds: str
    partitions: Count = "source"
    retention_ms: int = 30 * DAY_MS
    compacted: bool = False
    append_time: bool = False
    message_bytes_max: int = 1 * MIB

    @property
    def config(self) -> dict[str, str]:
        """The settings in Kafka's own words."""
        # A segment that is still written to is never compacted: small ones keep the start of a reader short.
        compaction = {"segment.bytes": str(16 * MIB), "min.cleanable.dirty.ratio": "0.1"} if self.compacted else {}
        return {
            **compaction,
            "cleanup.policy": "compact" if self.compacted else "delete",
            "retention.ms": "-1" if self.compacted else str(self.retention_ms),
            "message.timestamp.type": "LogAppendTime" if self.append_time else "CreateTime",
            "max.message.bytes": str(self.message_bytes_max),
        }


def _source(name: str, writers: str, holds: str, days: int = 30) -> Topic:
    return Topic(
        name, writers, "any", holds,
        retention_ms=days * DAY_MS, append_time=True, message_bytes_max=8 * MIB + 64 * 1024,
    )  # fmt: skip


SOURCES = (
    _source("submission", "counters, portals, mobile teams", "the application, from registration to its transmission"),
    _source("print", "Ministry, letter printing", "cards and letters printed"),
    _source("card-dispatch", "Ministry, post, units", "cards on their way to the place of return"),
    _source("handover", "counters, post, registers", "results published, cards and letters handed over"),
    _source("official-status", "snapshots of the official systems", "what official systems report"),
    _source("eid", "e-ID platform", "electronic identification accounts, from request to activation"),
    _source("review", "units, supervisors", "what people say of flags, facts and dossiers", days=365),
    _source("source-health", "sources, devices, hotlines", "heartbeats, trouble, complaints: nothing of a case"),
)

CONTROL = Topic(
    "control", "intake and case workers, commands", "kind/topic/partition or kind/request id",
    "progress, requests to the controller",
    partitions="one", compacted=True, append_time=True, message_bytes_max=4 * MIB,
)  # fmt: skip
LOG = Topic(
    "log", "intake, controller", "case token; empty for control entries",
    "all entries, pseudonymous; control entries on every partition",
    partitions="log", retention_ms=-1, message_bytes_max=4 * MIB,
)  # fmt: skip
CODES = Topic("codes", "intake", "case token", "the encrypted dossier code", partitions="log", compacted=True)
FLAGS = Topic(
    "flags", "case workers", "case token", "every change of every flag", partitions="log", retention_ms=365 * DAY_MS
)
FLAGS_CURRENT = Topic(
    "flags.current", "case workers", "flag id", "the newest version of each flag", partitions="log", compacted=True
)
CASES_CURRENT = Topic(
    "cases.current", "case workers", "case token", "the newest view of each case", partitions="log", compacted=True
)
TABLE = Topic(
    "cases-table-changelog",
    "case workers",
    "case token",
    "packed rows of the case table",
    partitions="log",
    compacted=True,
)
DEAD_LETTERS = Topic(
    "dead-letters", "intake", "hash of the source key", "original bytes sealed to a public key; the rest in headers",
    message_bytes_max=9 * MIB,
)  # fmt: skip

PARKED = Topic(
    "parked", "intake", "source", "records of suspended sources, in order, until they are forwarded",
    retention_ms=-1, message_bytes_max=9 * MIB,
)  # fmt: skip

TOPICS: tuple[Topic, ...] = (
    *SOURCES,
    CONTROL,
    LOG,
    CODES,
    FLAGS,
    FLAGS_CURRENT,
    CASES_CURRENT,
    TABLE,
    DEAD_LETTERS,
    PARKED,
)
