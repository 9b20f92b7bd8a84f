"""The one list of metrics: names, labels, meaning, and who exports them.

A series never bears a token or a person. Units stand only in what the sink reads from PostgreSQL. Every metric has a
bound: beyond it what is smallest is counted under *other*, so that sums stay true; a process never has more than
`SERIES_OF_PROCESS_MAX` series.
"""

from dataclasses import dataclass
from typing import Literal

PREFIX = "hoso_"
SERIES_OF_PROCESS_MAX = 10_000
SERIES_OF_METRIC_MAX = 400
OTHER = "other"

Role = Literal["intake", "cases", "sink"]
ROLES: tuple[Role, ...] = ("intake", "cases", "sink")

# 1 ms to 1 min: a chunk and its transaction.
COMMIT_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)
# 1 s to 7 days: how long a deadline waited for its tick; on a simulated clock whole hours and days.
LATENESS_SECONDS = (1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0, 21_600.0, 86_400.0, 604_800.0)


@dataclass(frozen=True, slots=True)
class Counter:
    """What only grows, from the start of the process. `roles` export it; at most `most` series, and one of *other*."""

    name: str
    help: str
    labels: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ROLES
    most: int = SERIES_OF_METRIC_MAX


@dataclass(frozen=True, slots=True)
class Gauge:
    """What goes up and down.

    Of too many series those labels that stand in `folds` become *other*, the smallest first, so that every other label
    stays true. What does not `add` up (ages, instants) is left out instead, but for those that it `keeps`.
    """

    name: str
    help: str
    labels: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ROLES
    most: int = SERIES_OF_METRIC_MAX
    folds: tuple[str, ...] = ()
    adds: bool = True
    keeps: Literal["largest", "smallest"] = "largest"


@dataclass(frozen=True, slots=True)
class Histogram:
    """How a size is spread; `buckets` are upper bounds in the metric's unit."""

    name: str
    help: str
    buckets: tuple[float, ...]
    labels: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ROLES
    most: int = 4


Metric = Counter | Gauge | Histogram

_INTAKE: tuple[Role, ...] = ("intake",)
_CASES: tuple[Role, ...] = ("cases",)
_SINK: tuple[Role, ...] = ("sink",)
_WORKERS: tuple[Role, ...] = ("intake", "cases")
_OF_UNIT = ("unit", "unit_name", "province")
# Who is accountable: as a key, and in words in both languages; a class likewise.
_OF_PARTY = (*_OF_UNIT, "accountable", "party", "party_en")
_OF_CLASS = ("class", "wording", "wording_en")
_FOLDED = ("unit", "unit_name")

# Intake. What is neither forwarded, parked nor a dead letter is still to be read: these and the lag account for all.
EVENTS_FORWARDED = Counter("events_forwarded_total", "Source events forwarded to the log", ("topic",), _INTAKE)
EVENTS_PARKED = Counter("events_parked_total", "Source events of sources that are set aside", ("topic",), _INTAKE)
DEAD_LETTERS = Counter("dead_letters_total", "Source records refused, by class of reason", ("topic", "reason"), _INTAKE)

# How far behind.
LAG_RECORDS = Gauge("lag_records", "Records in the topic that are not handled yet", ("topic",), most=50)
# Right on idle topics and in replays: by the broker's clock, and nothing where nothing waits.
LAG_SECONDS = Gauge(
    "lag_seconds",
    "Age of what was handled last, where more waits; 0 where nothing does",
    ("topic",),
    most=50,
    adds=False,
)
RETENTION_SECONDS = Gauge(
    "retention_seconds", "How long the topic keeps a record, read or not", ("topic",), _INTAKE, most=50, adds=False
)
# The instant of the last tick: everything that arrived before it is judged. It stands still where intake does.
CLOCK = Gauge("clock_timestamp_seconds", "Instant of the last tick seen, by kind of clock", ("clock",), _CASES, most=2)

# The sources, from the one intake worker that holds hoso.control.
COMPLETE = Gauge(
    "complete_timestamp_seconds", "All that was appended to the topic before is forwarded", ("topic",), _INTAKE,
    most=50, adds=False,
)  # fmt: skip
SOURCES = Gauge("sources", "Sources by how they stand", ("state",), _INTAKE, most=10)
SOURCES_COMPLETE = Gauge(
    "sources_complete_timestamp_seconds", "All sources of this name have told everything before it", ("source",),
    _INTAKE, most=200, adds=False, keeps="smallest",
)  # fmt: skip
# From case workers, each of which knows of all sources: take the max. The oldest stand here, `sources` counts all.
SOURCE_SILENT = Gauge(
    "source_silent_office_seconds", "Office time of its unit, or of all, for which a source has told nothing",
    ("source", "speaks_for"),
    _CASES, most=300, adds=False,
)  # fmt: skip

# Case workers.
LOG_ENTRIES_FOLDED = Counter("log_entries_folded_total", "Entries of the log folded into cases", (), _CASES)
# Beyond 2,048 of one case, which is then unknown, or of one lot, whose later cards it does not reach: split the lot.
FACTS_WITHOUT_ROOM = Counter(
    "facts_without_room_total", "Facts that their row had no room for", ("row",), _CASES, most=10
)
JUDGEMENTS = Counter("judgements_total", "Cases judged at a tick", (), _CASES)
JUDGEMENT_LATENESS = Histogram(
    "judgement_lateness_seconds", "Tick less due instant, per deadline judged", LATENESS_SECONDS, (), _CASES
)
FLAG_CHANGES = Counter("flag_changes_total", "Versions of flags published", ("class", "state"), _CASES, most=100)
# Accepted and kept raw; a mapping is missing in the rules.
UNKNOWN_CODES = Counter("unknown_codes_total", "Official codes that no rule maps to a state", ("system",), _CASES, 100)
TABLE_ROWS = Gauge("table_rows", "Cases in the worker's table", (), _CASES)
# By the calendar of the rules in force, at the last tick: alerts of cases wait for it.
OFFICE_OPEN = Gauge(
    "office_open",
    "1 from the first opening to the last closing of a working day",
    ("province",),
    _CASES,
    most=100,
    adds=False,
)
CALENDAR_HORIZON = Gauge(
    "calendar_horizon_timestamp_seconds", "End of the last day whose decrees a calendar knows", ("calendar",), _CASES,
    most=50, adds=False, keeps="smallest",
)  # fmt: skip
WORKING_DAY = Gauge(
    "working_day_seconds", "Office time of the longest working day, by the calendar of the rules", (), _CASES
)
# Less held by all workers together than there are: cases of the others are neither judged nor counted.
LOG_PARTITIONS = Gauge("log_partitions", "Partitions that the log has", (), _CASES)
PARTITIONS_HELD = Gauge("partitions_held", "Partitions of the log that this worker holds and has read back", (), _CASES)

# Every role.
CHUNK_COMMIT = Histogram("chunk_commit_seconds", "Making one chunk durable", COMMIT_SECONDS, ("role",))
CHUNK_RECORDS = Counter("chunk_records_total", "Records in the chunks made durable", ("role",), most=4)
RECOVERING = Gauge("recovering", "1 while state is read back after a start or a rebalance", ("role",), _WORKERS, most=4)
STUCK = Gauge("stuck", "1 while a worker has work and does none, or its loop is silent", ("role",), most=4)

# The sink.
ARCHIVED_RECORDS = Counter("archived_records_total", "Records brought to PostgreSQL", ("topic",), _SINK, most=50)
ARCHIVE_OUTAGES = Counter("archive_outages_total", "Times PostgreSQL did not answer a write or a connection", (), _SINK)
ARCHIVE_UP = Gauge("archive_up", "1 while PostgreSQL answers", (), _SINK)

# The domain, by class, procedure, stage and province, each case counted by the one worker that holds it.
CASES_OPEN = Gauge(
    "cases_open", "Cases whose clock has not stopped, on the observed line", ("procedure", "stage", "province"), _CASES,
    most=3000, folds=("procedure",),
)  # fmt: skip
FLAGS_OPEN = Gauge(
    "flags_open", "Cases with a raised flag of the class", ("class", "procedure", "province"), _CASES,
    most=3000, folds=("procedure",),
)  # fmt: skip

# What the sink reads from PostgreSQL. The first two have a series for every unit, the others for the worst only.
OVERDUE_CASES = Gauge(
    "overdue_cases", "Cases really overdue, by the unit whose they are and who is accountable",
    _OF_PARTY, _SINK, most=3900, folds=_FOLDED,
)  # fmt: skip
FALSELY_OPEN_CASES = Gauge(
    "falsely_open_cases", "Cases whose duty is done and which the scoring system shows as open",
    _OF_PARTY, _SINK, most=3900, folds=_FOLDED,
)  # fmt: skip
FALSELY_LATE_CASES = Gauge(
    "falsely_late_cases", "Cases in time by evidence that the scoring system counts as late",
    _OF_PARTY, _SINK, most=300, folds=_FOLDED,
)  # fmt: skip
FLAGGED_CASES = Gauge(
    "flagged_cases", "Cases at risk, hung, blocked at the printer or lost, where no incident tells of them",
    (*_OF_PARTY, *_OF_CLASS), _SINK, most=200, folds=_FOLDED,
)  # fmt: skip
INCIDENT_CASES = Gauge(
    "incident_cases", "Open cases of the open incidents of a party; the class is that of most of them",
    (*_OF_PARTY, *_OF_CLASS), _SINK, most=200, adds=False,
)  # fmt: skip
NEWLY_OVERDUE_CASES = Gauge(
    "newly_overdue_cases", "Cases that became really overdue today", ("province", "accountable"), _SINK
)
DUE_TODAY_CASES = Gauge(
    "due_today_cases", "Cases due today: not ready, or ready and not updated", ("province", "state"), _SINK
)
LATE_ALLOWANCE_CASES = Gauge(
    "late_allowance_cases", "How many more may be late this month, of units that may have few", _OF_UNIT, _SINK,
    most=200, adds=False, keeps="smallest",
)  # fmt: skip
COMPLAINTS = Gauge(
    "complaints", "Complaints about a unit in the last seven days, where there are several", (*_OF_UNIT, "reason"),
    _SINK, most=200, folds=("unit", "unit_name"),
)  # fmt: skip
FIGURES_READ = Gauge("figures_timestamp_seconds", "When the sink read these figures last; 0 for never", (), _SINK)
FIGURES_AS_OF = Gauge("figures_as_of_timestamp_seconds", "The tick that these figures go up to; 0 for none", (), _SINK)
FIGURES_SECONDS = Gauge("figures_read_seconds", "How long PostgreSQL took for these figures", (), _SINK)

METRICS: tuple[Metric, ...] = (
    EVENTS_FORWARDED, EVENTS_PARKED, DEAD_LETTERS,
    LAG_RECORDS, LAG_SECONDS, RETENTION_SECONDS, CLOCK, COMPLETE, SOURCES, SOURCES_COMPLETE, SOURCE_SILENT,
    LOG_ENTRIES_FOLDED, FACTS_WITHOUT_ROOM, JUDGEMENTS, JUDGEMENT_LATENESS, FLAG_CHANGES, UNKNOWN_CODES, TABLE_ROWS,
    OFFICE_OPEN, WORKING_DAY, CALENDAR_HORIZON, LOG_PARTITIONS, PARTITIONS_HELD,
    CHUNK_COMMIT, CHUNK_RECORDS, RECOVERING, STUCK,
    ARCHIVED_RECORDS, ARCHIVE_OUTAGES, ARCHIVE_UP,
    CASES_OPEN, FLAGS_OPEN,
    OVERDUE_CASES, FALSELY_OPEN_CASES, FALSELY_LATE_CASES, FLAGGED_CASES, INCIDENT_CASES, NEWLY_OVERDUE_CASES,
    DUE_TODAY_CASES, LATE_ALLOWANCE_CASES, COMPLAINTS, FIGURES_READ, FIGURES_AS_OF, FIGURES_SECONDS,
)  # fmt: skip

# What the process collector tells of every role, beside the list: restarts are changes of the start.
PROCESS_METRICS = (
    "process_start_time_seconds", "process_cpu_seconds_total", "process_resident_memory_bytes",
    "process_virtual_memory_bytes", "process_open_fds", "process_max_fds",
)  # fmt: skip
