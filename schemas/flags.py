"""What hoso says: flags (their history and their newest state) and the newest view of each case."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, TypeAdapter

from schemas.entries import FactId, Token
from schemas.envelope import Wire

FlagClass = Literal["overdue", "at_risk", "falsely_pending"]
FlagState = Literal["raised", "cleared", "withdrawn"]
FlagId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
# An instant with the offset of the rules' zone, so that a supervisor reads local time.
LocalInstant = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$")]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]


class Evidence(Wire):
    """One fact a flag rests on; `hash` covers the fact as the core keeps it."""

    fact: FactId
    type: str
    time: LocalInstant
    hash: Digest


class Basis(Wire):
    """The rule a flag rests on: its id and hash, and the calendar with the hash of the days it was counted over."""

    rule: str
    hash: Digest
    calendar: str
    days: Digest
    source: str


class Flag(Wire):
    """One version of one cycle of a flag. The key is `flag_id`; a record is (flag_id, cycle, version).

    `since` and `until` bound the time in which the condition held; `until` is null while it holds, both are null where
    the flag is withdrawn because late facts show that it never held.
    `accountable` is whom alerts go to, `scored_unit` who is charged.
    """

    flag_id: FlagId
    cycle: Annotated[int, Field(ge=1)]
    version: Annotated[int, Field(ge=1)]
    case: Token
    flag_class: Annotated[FlagClass, Field(alias="class")]
    state: FlagState
    since: LocalInstant | None
    until: LocalInstant | None
    unit: str | None
    procedure: str | None
    accountable: str
    scored_unit: str | None
    due: LocalInstant | None
    due_kind: Literal["legal", "appointment"] | None
    provisional: bool
    basis: Basis | None
    evidence: tuple[Evidence, ...]
    wording: str


class OfficialLine(Wire):
    """What one official system reports: the code as given and the state it maps to (*unknown* where no row maps it)."""

    system: str
    code: str
    state: str
    since: LocalInstant


class CaseView(Wire):
    """The newest view of a case: both lines side by side, its dues and its verdict."""

    case: Token
    version: Annotated[int, Field(ge=1)]
    unit: str | None
    procedure: str | None
    channel: str | None
    variant: str | None
    observed: str
    official: tuple[OfficialLine, ...]
    opened: LocalInstant
    due_computed: LocalInstant | None
    due_declared: LocalInstant | None
    ended: LocalInstant | None
    verdict: str
    assumed_start: bool
    provisional: bool
    illegal: Annotated[int, Field(ge=0)]
    flags: tuple[FlagClass, ...]
    rule: str | None


FLAG: TypeAdapter[Flag] = TypeAdapter(Flag)
CASE_VIEW: TypeAdapter[CaseView] = TypeAdapter(CaseView)
