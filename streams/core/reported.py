"""What the systems report against what the evidence shows: open although done, late although in time, done although
nothing shows it, and systems that disagree with each other."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from streams.core.clock import MEANS_NONE, Clock, proven
from streams.core.coverage import feeds_of
from streams.core.deadlines import Due, Span
from streams.core.facts import AT, DATA, KIND, Fact, is_day
from streams.core.instants import DAY
from streams.core.interval import Interval, joined, told
from streams.core.kinds import HANDED_OVER, OFFICIAL
from streams.core.lines import Lines
from streams.core.office import subtract_office_seconds
from streams.core.official import CLOSED, OPEN, UNKNOWN
from streams.core.pauses import span_of
from streams.core.rules import Deadline, Rules
from streams.core.stages import OPERATOR, UNIT
from streams.core.unclaimed import HAND_OVER, are_live, silent_since

DONE, RETURNED = "done", "returned"

Report = tuple[Fact, str]


def reports(lines: Lines, rules: Rules, system: str) -> list[Report]:
    """What a system reported, with the state each code means. A code that no rule maps says nothing."""
    key = (rules.hash, system)
    known = lines.reported.get(key)
    if known is not None:
        return known
    found = lines.reported[key] = []
    for fact in lines.official.get(system, ()):
        state = rules.official_state(system, lines.strings[fact[DATA]["o"]])
        if state != UNKNOWN:
            found.append((fact, state))
    return found


class Run(NamedTuple):
    """The reports in a row by which a system showed the case in some states, the one before them, and the one that
    showed it in another again."""

    before: Fact | None
    shown: Sequence[Fact]
    closing: Fact | None

    @property
    def opening(self) -> Fact:
        return self.shown[0]

    @property
    def until(self) -> int | None:
        return None if self.closing is None else int(self.closing[AT])

    def seen(self, begins: int) -> Fact | None:
        """The report by which it holds at an instant, for all that is known: a change lasts until the next one, but
        what a snapshot shows is known of that moment only, and must be seen again in a later one."""
        return next((fact for fact in self.shown if fact[KIND] == OFFICIAL or _known_from(fact) >= begins), None)


def _known_from(snapshot: Fact) -> int:
    """Of a snapshot of which only the day is known: it may have been taken at its first second."""
    return int(snapshot[AT]) - (DAY if is_day(snapshot) else 0)


def runs(told_states: Iterable[Report], holds: Callable[[Fact, str], bool]) -> Iterator[Run]:
    """Runs of reports for which something holds, in order; `holds` is asked of each report once."""
    before: Fact | None = None
    shown: list[Fact] = []
    for fact, state in told_states:
        if holds(fact, state):
            shown.append(fact)
            continue
        if shown:
            yield Run(before, shown, fact)
        before, shown = fact, []
    if shown:
        yield Run(before, shown, None)


def in_states(states: frozenset[str]) -> Callable[[Fact, str], bool]:
    return lambda _fact, state: state in states


def is_given(fact: Fact, key: str) -> bool:
    """Whether a report declares an appointment (a) or an end (e): systems write 1900 or 9999 where there is none."""
    return bool(0 < fact[DATA].get(key, 0) < MEANS_NONE)


def falsely_pending(lines: Lines, clock: Clock, rules: Rules) -> Iterator[Interval]:
    """The duty is done by evidence, and the scoring system still shows the case open after the grace."""
    rule, done = clock.rule, clock.ended
    if rule is None or done is None or done[KIND] in rule.cancels:
        return
    for run in runs(reports(lines, rules, rules.scoring), in_states(OPEN)):
        # The first report that is known says nothing of when the case was opened: the grace runs from the evidence.
        since = done_span(clock)
        if run.before is not None:
            since = max(span_of(run.opening), since, key=lambda span: span.at)
        begins = max(_after_grace(clock, rule, since), run.opening[AT])
        shown = run.seen(begins)
        if (run.until is None or begins < run.until) and shown is not None:
            owner, other = _who_closes(lines, rules, run.until)
            evidence = told(done, clock.proof, run.before, run.opening, shown, other, run.closing)
            yield Interval("falsely_pending", begins, run.until, evidence, *_promised(clock), owner)


def out_of_sync(lines: Lines, clock: Clock, rules: Rules) -> Iterator[Interval]:
    """The unit's own system has closed the case, the scoring one still shows it open after the grace (lệch đồng bộ)."""
    rule = clock.rule
    if rule is None or rules.local not in lines.official:
        return
    portal = list(runs(reports(lines, rules, rules.scoring), in_states(OPEN)))
    for local in runs(reports(lines, rules, rules.local), in_states(CLOSED)):
        for run in portal:
            # Of a case that was open when the portal was first read, nobody knows since when.
            since = [local.opening] if run.before is None else [local.opening, run.opening]
            begins = max(_after_grace(clock, rule, span_of(max(since, key=lambda fact: fact[AT]))), run.opening[AT])
            until = min((at for at in (local.until, run.until) if at is not None), default=None)
            shown = run.seen(begins)
            if (until is None or begins < until) and shown is not None:
                evidence = told(run.before, run.opening, shown, local.before, local.opening, local.closing, run.closing)
                yield Interval("out_of_sync", begins, until, evidence, *_promised(clock), OPERATOR)


def falsely_late(lines: Lines, clock: Clock, rules: Rules) -> Iterator[Interval]:
    """The scoring system counts the case late, by its state or its declared end; the result was ready in time.

    It does not vanish when the case is closed with a late end: it stays (*đã đóng, bị tính trễ*) until a report brings
    the end to the appointment or before it.
    """
    rule = clock.rule
    due, kind = _promised(clock)
    if rule is None or due is None or clock.ended is None or clock.ended[KIND] in rule.cancels:
        return
    at, proof = proven(lines, rule.stops(clock.posted), due)
    if at > due.at or (kind == "legal" and clock.is_own_word):
        return
    ends_by: Fact | None = None

    def counts_late(fact: Fact, state: str) -> bool:
        nonlocal ends_by
        ends_by = _ends_by(fact, state, ends_by)
        return state in OPEN or (ends_by is not None and _declared_day(clock, ends_by) > due.day)

    for run in runs(reports(lines, rules, rules.scoring), counts_late):
        begins = max(due.at, run.opening[AT])
        shown = run.seen(begins)
        if (run.until is None or begins < run.until) and shown is not None:
            owner, other = _who_closes(lines, rules, run.until)
            # Of a run that goes on, the report by which it is closed, and late.
            last = ends_by if run.closing is None and ends_by is not None and ends_by[AT] > due.at else None
            evidence = told(run.before, run.opening, shown, last, clock.ended, proof, other, run.closing)
            yield Interval("falsely_late", begins, run.until, evidence, due, kind, owner)


def falsely_done(lines: Lines, clock: Clock, rules: Rules) -> Iterator[Interval]:
    """Reported as done with nothing that shows the result ready, or as returned with no hand-over, some days after."""
    rule = clock.rule
    if rule is None or clock.start is None:
        return
    days = rule.thresholds.done_without_evidence_days
    told_states = reports(lines, rules, rules.scoring)
    handed = min((f for kind, f in lines.first.items() if kind in HANDED_OVER), key=lambda f: f[AT], default=None)
    for run in runs(told_states, in_states(frozenset({DONE, RETURNED}))):
        feeds = feeds_of(rule.posted if clock.posted else rule.ends)
        found = [_unproven(run, run.opening, days_after(clock, days, span_of(run.opening)), _ready(clock), feeds)]
        if rule.returned_means == "handed_over":
            given = next((f for f, state in told_states if state == RETURNED and f[AT] >= run.opening[AT]), None)
            if given is not None and (run.until is None or given[AT] < run.until):
                hand_over = None if handed is None else (handed[AT], (handed,))
                begins = days_after(clock, days, span_of(given))
                found.append(_unproven(run, given, begins, hand_over, frozenset({HAND_OVER})))
        # What shows the result ready is why, from then on, the hand-over alone is missing.
        ready = told(clock.ended, clock.proof)
        parts = [part._replace(evidence=(*part.evidence, *ready)) for part in found if part is not None]
        # What would prove each part wrong is told on feeds of its own.
        live = [part for part in parts if _is_live(part, lines, clock, rules)]
        yield from joined(part._replace(rests=frozenset()) for part in live) if live else joined(parts)


def _is_live(part: Interval, lines: Lines, clock: Clock, rules: Rules) -> bool:
    return are_live(part.rests or (), silent_since(part, clock), part.since, lines, clock, rules)


def _ready(clock: Clock) -> tuple[int, tuple[Fact, ...]] | None:
    """From when on the result is proven, and by what."""
    return None if clock.done_at is None else (clock.done_at, told(clock.ended, clock.proof))


def done_span(clock: Clock) -> Span:
    """From when on the duty is done, as far as that is proven."""
    ended, at = clock.ended, clock.done_at
    assert ended is not None
    assert at is not None
    return Span(at, is_day(ended) and at == ended[AT])


def _unproven(
    run: Run, claim: Fact, begins: int, evidence: tuple[int, tuple[Fact, ...]] | None, rests: frozenset[str]
) -> Interval | None:
    """From the end of the days until evidence comes, or the report is taken back."""
    ends = [(run.closing[AT], (run.closing,))] if run.closing is not None else []
    until, by = min([*ends, *([evidence] if evidence else [])], key=lambda end: end[0], default=(None, ()))
    if until is not None and until <= begins:
        return None
    return Interval("falsely_done", begins, until, told(run.before, run.opening, claim, *by), rests=rests)


def _ends_by(fact: Fact, state: str, before: Fact | None) -> Fact | None:
    """The report that gives a closed case its end: of *done* before *returned*, unless a later one declares another."""
    if state in OPEN:
        return None
    return fact if before is None or state != RETURNED or "e" in fact[DATA] else before


def _declared_day(clock: Clock, report: Fact) -> int:
    """The day on which a case ended, as its system declares it; else the day of the report."""
    declared = "e" in report[DATA]
    at = report[DATA]["e"] if declared else report[AT]
    return clock.calendar.day_of(at, stands_for_day=declared or is_day(report))


def _promised(clock: Clock) -> tuple[Due | None, str | None]:
    """What a scoring system counts by: the day of the appointment, or the computed due where none was given. Scoring
    compares days, so an appointment at an hour lasts to the end of its day."""
    if clock.declared is not None:
        return clock.declared._replace(at=clock.calendar.end_of(clock.declared.day)), "appointment"
    return clock.computed, None if clock.computed is None else "legal"


def _after_grace(clock: Clock, rule: Deadline, since: Span) -> int:
    """The end of the grace; on the due day already the rule's working hours before closing, whatever the grace."""
    begins = days_after(clock, rule.grace, since)
    due = clock.last if clock.due is None else clock.due
    if due is not None and clock.calendar.day_of(since.at, stands_for_day=since.is_day) <= due.day:
        urgent = subtract_office_seconds(clock.calendar, clock.calendar.end_of(due.day), rule.urgent_seconds)
        begins = min(begins, max(since.at, urgent))
    return begins


def days_after(clock: Clock, days: int, since: Span) -> int:
    """24:00 of so many working days after an instant."""
    day = clock.calendar.day_of(since.at, stands_for_day=since.is_day)
    return clock.calendar.end_of(clock.calendar.add_working_days(day, days))


def _who_closes(lines: Lines, rules: Rules, until: int | None) -> tuple[str, Fact | None]:
    """The unit, if its own system was open too, or unknown, as long as the flag held; the operator, where the unit's
    system had closed the case; and the fact that says so."""
    shown = [pair for pair in reports(lines, rules, rules.local) if until is None or pair[0][AT] <= until]
    if rules.local != rules.scoring and shown and shown[-1][1] in CLOSED:
        return OPERATOR, shown[-1][0]
    return UNIT, None
