"""What hoso says: flags (their history and their newest state) and the newest view of each case."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, TypeAdapter

from schemas.entries import FactId, Token
from schemas.envelope import Origin, Precision, Strength, Wire

FlagClass = Literal[
    "overdue", "at_risk", "falsely_pending", "wrong_due", "out_of_sync", "falsely_late", "hung", "no_movement",
    "lost_registration", "not_accepted", "falsely_done", "backdated", "rewritten", "print_blocked", "not_collected",
    "unknown", "vanished",
]  # fmt: skip
DueKind = Literal["legal", "provincial", "appointment"]
FlagState = Literal["raised", "cleared", "withdrawn", "merged"]
FlagId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
# An instant with the offset of the rules' zone, so that a supervisor reads local time.
LocalInstant = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$")]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]


class Evidence(Wire):
    """One fact a flag rests on: what shows it, how strong, and whose word it is, where its source says so.

    `hash` covers the fact as the core keeps it.
    """

    fact: FactId
    type: str
    time: LocalInstant
    precision: Precision
    strength: Strength | None
    origin: Origin | None
    hash: Digest


class Basis(Wire):
    """The rule a flag rests on: its id and hash, and the calendar with the hash of the days it was counted over.

    `decision` is the number of the provincial decision that cut the term, where that one governs.
    """

    rule: str
    hash: Digest
    calendar: str
    days: Digest
    decision: str | None
    source: str


class Difference(Wire):
    """By how many working days an appointment lies after the computed due (before it: negative), and the way of
    counting that explains it (streams/core/promise.py)."""

    working_days: int
    why: str


class Life(Wire):
    """What people made of a flag (streams/core/life.py): nothing of it changes a count or a rate.

    `until` is when it lapses, or when a dispute goes one level up; `by` is the source of the review.
    """

    status: Literal["open", "acknowledged", "snoozed", "disputed", "escalated", "upheld", "false_alarm"]
    since: LocalInstant
    until: LocalInstant | None
    by: str | None
    reason: str | None
    evidence: str | None


class Flag(Wire):
    """One version of one cycle of a flag. The key is `flag_id`; a record is (flag_id, cycle, version).

    `leg` names the leg of an interlinked group; null for the whole case. *merged*: the case is judged under another
    code of its dossier, and its flags are told there.
    `since` and `until` bound the time in which the condition held; `until` is null while it holds, both are null where
    the flag is withdrawn because late facts show that it never held.
    `unit` has the case now. `accountable` is whom alerts go to, `scored_unit` who is charged: the unit that had the
    case when the condition began, which a transfer does not change. `level` says how much of the term is used up (75%)
    or how near its end is (2 working_day). `known_late`: the sources wrote the case down only after the condition held.
    `source` told the report, block or registration that the condition began with; null where no one source did.
    """

    flag_id: FlagId
    cycle: Annotated[int, Field(ge=1)]
    version: Annotated[int, Field(ge=1)]
    case: Token
    flag_class: Annotated[FlagClass, Field(alias="class")]
    leg: str | None
    state: FlagState
    since: LocalInstant | None
    until: LocalInstant | None
    unit: str | None
    procedure: str | None
    accountable: str
    scored_unit: str | None
    due: LocalInstant | None
    due_kind: DueKind | None
    level: str | None
    difference: Difference | None
    provisional: bool
    known_late: bool
    source: str | None = None
    basis: Basis | None
    evidence: tuple[Evidence, ...]
    life: Life | None
    wording: str


class OfficialLine(Wire):
    """What one official system reports: the code as given and the state it maps to (*unknown* where no row maps it)."""

    system: str
    code: str
    state: str
    since: LocalInstant


class PauseLine(Wire):
    """A line of the ledger of pauses: what for, for whom, on which document, and how much of the term it took.

    `used` is in days, half days or seconds, as the term is measured; `refused` says why it does not count.
    """

    why: str
    waits_for: str
    document: str | None
    since: LocalInstant
    until: LocalInstant | None
    used: Annotated[int, Field(ge=0)]
    refused: str | None


class ExtensionLine(Wire):
    """An extension: the due before it, the one it set, and why it does not count, if it does not."""

    document: str | None
    at: LocalInstant
    before: LocalInstant
    new_due: LocalInstant | None
    refused: str | None


class HeldLine(Wire):
    """Who held the case in a stretch of its clock; the stretches add up to the case. `taken` is measured as the term
    is; null while the stretch goes on."""

    stage: str
    owner: str
    unit: str | None
    since: LocalInstant
    until: LocalInstant | None
    taken: Annotated[int, Field(ge=0)] | None


class WaitLine(Wire):
    """Time outside the clock: queue, appointment, arrival, collection."""

    what: str
    owner: str
    since: LocalInstant
    until: LocalInstant | None


class MovedDay(Wire):
    """A day that one calendar works and the other does not, and why, as the new one says."""

    day: str
    worked: bool
    source: str | None


class Moved(Wire):
    """A due that new rules moved: under which rule before and after, and the days that differ on its way."""

    before: LocalInstant
    after: LocalInstant
    rules: str
    rule_before: str
    rule_after: str
    days: tuple[MovedDay, ...]


class LegLine(Wire):
    """One chosen leg of an interlinked group: its own lines, due and verdict, and the unit that has it."""

    leg: str
    unit: str | None
    official: tuple[OfficialLine, ...]
    due: LocalInstant | None
    ended: LocalInstant | None
    verdict: str


class CountLine(Wire):
    """How a case, or one leg of a group, counts as of the view's instant (streams/core/score.py): by the published
    formula and by evidence; null where one side does not count it. `cause` says why the two differ.

    The system charges `reported_unit`; `unit` answers by evidence. `reported_end` and `ended` are days.
    """

    leg: str | None
    reported: Literal["in_time", "late"] | None
    reported_unit: str | None
    reported_end: str | None
    evidence: Literal["in_time", "late", "unsure"] | None
    unit: str | None
    ended: str | None
    cause: str | None


class CaseView(Wire):
    """The newest view of a case: both lines side by side, its dues and its verdict.

    `inherited_from` is the unit that took an open case in, where a transfer or a decree gave it to `unit`.
    `linked` are the other codes of the same dossier; `merged_into` is the one of them under which it is judged, where
    this one is not. `review` names what somebody should look at, which is no flag (streams/core/review.py).
    `due_computed` is the shorter of the legal and the provincial due, `due_declared` the appointment given; `moved` is
    the last move of an open case's due by new rules.
    """

    case: Token
    version: Annotated[int, Field(ge=1)]
    merged_into: Token | None
    linked: tuple[Token, ...]
    unit: str | None
    inherited_from: str | None
    procedure: str | None
    channel: str | None
    variant: str | None
    observed: str
    official: tuple[OfficialLine, ...]
    opened: LocalInstant
    due_computed: LocalInstant | None
    due_legal: LocalInstant | None
    due_provincial: LocalInstant | None
    due_declared: LocalInstant | None
    ended: LocalInstant | None
    verdict: str
    assumed_start: bool
    provisional: bool
    illegal: Annotated[int, Field(ge=0)]
    flags: tuple[FlagClass, ...]
    review: tuple[str, ...]
    rule: str | None
    pauses: tuple[PauseLine, ...]
    extensions: tuple[ExtensionLine, ...]
    held: tuple[HeldLine, ...]
    waits: tuple[WaitLine, ...]
    moved: Moved | None
    legs: tuple[LegLine, ...]
    counts: tuple[CountLine, ...]


FLAG: TypeAdapter[Flag] = TypeAdapter(Flag)
CASE_VIEW: TypeAdapter[CaseView] = TypeAdapter(CaseView)
