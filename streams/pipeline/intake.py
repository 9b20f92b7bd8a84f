"""Intake: each source record becomes an entry of the log, or a dead letter; the good around a bad one pass."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from pydantic import ValidationError

from schemas.codec import encode
from schemas.envelope import Event, type_of
from schemas.events import EVENT, EVENTS_OF_TOPIC
from schemas.topics import CODES, CONTROL, DEAD_LETTERS, LOG, PARKED
from streams.adapters.sealing import Sealer
from streams.core.sources import is_named
from streams.pipeline.control_keys import control_key
from streams.pipeline.dead_letters import dead_letter
from streams.pipeline.entries import LATEST, InstantOutOfRange, day_of, fact_entry, instant_of
from streams.pipeline.parking import parked
from streams.pipeline.places import control_of
from streams.pipeline.refusals import KNOWN_VERSIONS, Reason, Refused, parse_schema, peek_version, refused_by_schema
from streams.pipeline.tokens import SubjectRefused, fact_id_of, key_hash_of, labels_of, normalise, token_of
from streams.ports import Outgoing, Record

# The adapter's own method only passes on to this one, and costs a tenth of it.
_validate: Callable[[bytes], Event] = EVENT.validator.validate_json
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Events that may name other codes than their subject: by `subjects`, or a lot or a parcel.
NAMES_OTHERS = frozenset({"case.linked", "case.unlinked", "case.superseded", "card.printed", "letter.printed",
                          "card.dispatched", "card.received_at_unit", "parcel.handed_to_post", "parcel.delivered",
                          "parcel.returned"})  # fmt: skip
_SCHEMAS = {kind: f"urn:hoso:{kind}:{version}" for kind, version in KNOWN_VERSIONS.items()}


@dataclass(frozen=True, slots=True)
class IntakeLimits:
    """What bounds intake. `until` is the bound of times on a simulated clock; None: the record's own append time is."""

    tolerance_seconds: int
    message_bytes_max: int
    simulated: bool = False
    until: datetime | None = None
    cases_max: int = 65_536


class _Case(NamedTuple):
    """What is remembered of a subject."""

    token: str
    key: bytes
    partition: int | None


# Of whom else an event is told, each with the token it comes from where it is moved.
_Others = list[tuple[_Case, str | None]]
_NO_OTHERS: tuple[dict[str, str], _Others] = ({}, [])


class Intake:
    """The step of one worker. It keeps only a bounded memory of subjects: what it forgets, it emits once more.

    `place` says to which partition of the log a key leads, so that this is computed once a case and not once an event;
    None leaves it to the writer.
    """

    def __init__(
        self,
        prefix: str,
        limits: IntakeLimits,
        token_key: bytes,
        codes: Sealer,
        letters: Sealer,
        place: Callable[[bytes], int | None] = lambda _key: None,
    ) -> None:
        self._limits, self._token_key, self._codes, self._letters = limits, token_key, codes, letters
        self._place = place
        topics = (LOG, CODES, DEAD_LETTERS, CONTROL, PARKED)
        self._log, self._codes_topic, self._dead, self._control, self._parked = (prefix + one.name for one in topics)
        # The sources that are set aside, by name or beginning of a name: their records are parked.
        self.suspended: frozenset[str] = frozenset()
        self._types = {
            prefix + topic: frozenset(type_of(model) for model in models) for topic, models in EVENTS_OF_TOPIC.items()
        }
        self._cases: OrderedDict[str, _Case] = OrderedDict()
        # The software of each source, and the day on which it was told last.
        self._software: OrderedDict[str, tuple[str, date]] = OrderedDict()
        self._tolerance = timedelta(seconds=limits.tolerance_seconds)
        self._bound_of, self._bound = -1, _EPOCH

    def step(self, records: Sequence[Record]) -> list[Outgoing]:
        """What to write for these records, in their order. Writing it twice is harmless: facts have ids."""
        out: list[Outgoing] = []
        for record in records:
            try:
                self._forward(record, out)
            except Refused as refused:
                out.append(self._dead_letter(record, refused))
        return out

    def _forward(self, record: Record, out: list[Outgoing]) -> None:
        event = self._read(record)
        if self.suspended and is_named(event.source, self.suspended):
            out.append(parked(self._parked, event.source, record))
            return
        at, recorded = self._instants(event, record.timestamp)
        arrived = self._arrived(record.timestamp)
        control = control_of(event, at, arrived or at)
        if control is not None:
            said = Outgoing(self._control, control_key(control), encode(control.model_dump()), 0)
            if not self._tells_software(event, at):
                out.append(said)
                return
        new: list[tuple[str, str, _Case]] = []
        case = self._case(event.subject, new)
        fact = fact_id_of(self._token_key, event.source, event.id)
        if event.type == "fact.corrected":
            # What it replaces, what stands instead, and the correction itself are three facts.
            named = [fact, event.data.replaces, event.data.fact]
            if len(set(named)) < len(named):
                raise Refused("data", Reason.SAME_FACT)
        # Nearly every event is of one dossier and names no other.
        more, told = _NO_OTHERS if event.type not in NAMES_OTHERS else self._others(event, case, new)
        try:
            value = fact_entry(event, case.token, fact, at, recorded, arrived, more=more)
            if control is not None:
                out.append(said)
            out.append(Outgoing(self._log, case.key, value, case.partition))
            for other, origin in told:
                value = fact_entry(event, other.token, fact, at, recorded, arrived, more=more, origin=origin)
                out.append(Outgoing(self._log, other.key, value, other.partition))
        except InstantOutOfRange as error:
            raise Refused(error.field, Reason.OUT_OF_RANGE) from None
        for subject, normal, one in new:
            self._remember(subject, one)
            out.append(Outgoing(self._codes_topic, one.key, self._codes.seal(normal.encode()), one.partition))

    def _tells_software(self, event: Event, at: datetime) -> bool:
        """Whether a heartbeat is to stand in the log too: its source's software is another than the last one heard of,
        or the first on its day. What another worker heard meanwhile is so known to the day."""
        software = getattr(event.data, "software", None)
        if software is None or self._software.get(event.source) == (software, at.date()):
            return False
        self._software[event.source] = software, at.date()
        self._software.move_to_end(event.source)
        if len(self._software) > self._limits.cases_max:
            self._software.popitem(last=False)
        return True

    def _case(self, subject: str, new: list[tuple[str, str, _Case]]) -> _Case:
        """The case of a subject; one that is not remembered is noted in `new`, for when the event proves good."""
        case = self._cases.get(subject)
        if case is not None:
            self._cases.move_to_end(subject)
            return case
        normal = _normal(subject)
        token = token_of(self._token_key, normal)
        key = token.encode()
        case = _Case(token, key, self._place(key))
        new.append((subject, normal, case))
        return case

    def _others(self, event: Event, case: _Case, new: list[tuple[str, str, _Case]]) -> tuple[dict[str, str], _Others]:
        """What an event that names other codes says of their tokens, and to whom else it is told.

        A link is the same fact for each token that it names; a lot learns of those that name it. Lots and parcels stand
        in the log by their tokens.
        """
        subjects = getattr(event.data, "subjects", None)
        if subjects is not None:
            for path, names in (("subject", [event.subject]), ("data.subjects", subjects)):
                if any(name.startswith("lot:") for name in names):
                    # A lot is no dossier: it reaches those that name it, and links nobody.
                    raise Refused(path, Reason.WRONG_FORM)
            try:
                found = {one.token: one for one in (self._case(name, new) for name in subjects)}
            except Refused as refused:
                raise Refused("data.subjects", refused.reason) from None
            others = [(token, one) for token, one in sorted(found.items()) if token != case.token]
            if not others:
                raise Refused("data.subjects", Reason.SAME_SUBJECT)
            tokens = " ".join([case.token, *(token for token, _ in others)])
            is_link = event.type != "case.superseded"
            return {"cases": tokens}, [(one, None) for _, one in others] if is_link else []
        found = {}
        for name, label in labels_of(event.data).items():
            try:
                found[name] = self._case(label, new)
            except Refused as refused:
                raise Refused(f"data.{name}", refused.reason) from None
        more = {name: one.token for name, one in found.items()}
        lot = found.get("lot")
        if lot is None or event.subject.startswith("lot:"):
            return more, []
        return more | {"lot_case": lot.token}, [(lot, case.token)]

    def _read(self, record: Record) -> Event:
        value = record.value
        if value is None:
            raise Refused("", Reason.NO_VALUE)
        if len(value) > self._limits.message_bytes_max:
            raise Refused("", Reason.TOO_LARGE)
        try:
            event = _validate(value)
        except ValidationError as error:
            raise refused_by_schema(error, value) from None
        if event.type not in self._types[record.topic]:
            raise Refused("type", Reason.TYPE_ELSEWHERE)
        if event.dataschema is not None and event.dataschema != _SCHEMAS[event.type]:
            raise Refused("dataschema", _schema_reason(event))
        # The schema lets control characters pass here, and PostgreSQL cannot store all of them.
        if not event.source.isprintable():
            raise Refused("source", Reason.NOT_PRINTABLE)
        return event

    def _instants(self, event: Event, timestamp: int) -> tuple[datetime, datetime | None]:
        """When it happened and when it was recorded, in UTC and within the bounds."""
        bound = self._latest(timestamp)
        time, is_day = event.time, event.timeprecision == "day"
        try:
            at = instant_of(time, event.timeprecision)
            # A day stands for its end, but it has come when it has begun: today's events may be reported today.
            begun = day_of(time).astimezone(UTC) if is_day else at
        except OverflowError:
            raise Refused("time", Reason.OUT_OF_RANGE) from None
        _hold("time", begun, bound)
        if event.recordedtime is None:
            return at, None
        try:
            recorded = event.recordedtime.astimezone(UTC)
        except OverflowError:
            raise Refused("recordedtime", Reason.OUT_OF_RANGE) from None
        _hold("recordedtime", recorded, bound)
        return at, recorded

    def _arrived(self, timestamp: int) -> datetime | None:
        """The first whole second by which the broker had a record; a simulated clock asks for none."""
        return None if self._limits.simulated else datetime.fromtimestamp(timestamp // 1000 + 1, UTC)

    def _latest(self, timestamp: int) -> datetime:
        """The last instant accepted of a record that the broker appended at `timestamp`."""
        if self._limits.simulated:
            return self._limits.until or LATEST
        # Records of one batch share their append time, so the last bound usually serves again.
        if timestamp != self._bound_of:
            self._bound_of, self._bound = timestamp, _EPOCH + timedelta(milliseconds=timestamp) + self._tolerance
        return self._bound

    def _remember(self, subject: str, case: _Case) -> None:
        self._cases[subject] = case
        if len(self._cases) > self._limits.cases_max:
            self._cases.popitem(last=False)

    def _dead_letter(self, record: Record, refused: Refused) -> Outgoing:
        key = None if record.key is None else key_hash_of(self._token_key, record.key)
        # A message refused for its size is not parsed to see what it claims to be.
        version = None if refused.reason is Reason.TOO_LARGE else peek_version(record.value)
        return dead_letter(self._dead, record, refused, version, key, self._letters)


def _normal(subject: str) -> str:
    try:
        return normalise(subject)
    except SubjectRefused:
        raise Refused("subject", Reason.PERSONAL_NUMBER) from None


def _hold(path: str, instant: datetime, bound: datetime) -> None:
    if instant > bound:
        raise Refused(path, Reason.AHEAD)
    if instant < _EPOCH:
        raise Refused(path, Reason.TOO_EARLY)


def _schema_reason(event: Event) -> Reason:
    schema = parse_schema(event.dataschema)
    is_newer = schema is not None and schema[0] == event.type and schema[1] > KNOWN_VERSIONS[event.type]
    return Reason.SCHEMA_NEWER if is_newer else Reason.SCHEMA_ELSEWHERE
