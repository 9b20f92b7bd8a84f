"""What the systems report against what the evidence shows: open although done, late although in time, done although
nothing shows it, and systems that disagree with each other."""

from collections.abc import Iterable, Iterator, Sequence

from streams.core.clock import Clock, proven
from streams.core.coverage import Place, feeds_of
from streams.core.deadlines import Due, Span
from streams.core.facts import AT, DATA, KIND, Fact, is_day
from streams.core.interval import Interval, joined, told
from streams.core.kinds import HANDED_OVER, OFFICIAL
from streams.core.lines import Lines
from streams.core.office import subtract_office_seconds
from streams.core.official import CLOSED, OPEN, UNKNOWN
from streams.core.pauses import span_of
from streams.core.rules import Deadline, Rules
from streams.core.stages import OPERATOR, UNIT
from streams.core.unclaimed import HAND_OVER

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


def runs(told_states: Sequence[Report], states: frozenset[str]) -> Iterator[tuple[Fact | None, Fact, Fact | None]]:
    """Runs in which a system showed the case in one of the states: the report before each, the one that opened it, and
    the one that closed it."""
    before: Fact | None = None
    opening: Fact | None = None
    for fact, state in told_states:
        if state in states:
            opening = opening or fact
            continue
        if opening is not None:
            yield before, opening, fact
            opening = None
        before = fact
    if opening is not None:
        yield before, opening, None


def seen(run: Iterable[Fact], begins: int) -> Fact | None:
    """The report of a run by which it holds at an instant, for all that is known: a change lasts until the next one,
    but what a snapshot shows is known of that moment only, and must be seen again in a later one."""
    return next((fact for fact in run if fact[KIND] == OFFICIAL or fact[AT] >= begins), None)


def _within(told_states: Sequence[Report], states: frozenset[str], opening: Fact, closing: Fact | None) -> list[Fact]:
    """The reports of a run that show the case in one of the states."""
    return [
        fact
        for fact, state in told_states
        if state in states and fact[AT] >= opening[AT] and (closing is None or fact[AT] <= closing[AT])
    ]


def falsely_pending(lines: Lines, clock: Clock, rules: Rules) -> Iterator[Interval]:
    """The duty is done by evidence, and the scoring system still shows the case open after the grace."""
    rule, done = clock.rule, clock.ended
    if rule is None or done is None or done[KIND] in rule.cancels:
        return
    told_states = reports(lines, rules, rules.scoring)
    for before, opening, closing in runs(told_states, OPEN):
        # The first report that is known says nothing of when the case was opened: the grace runs from the evidence.
        since = _done(clock) if before is None else max(span_of(opening), _done(clock), key=lambda span: span.at)
        begins = max(_after_grace(clock, rule, since), opening[AT])
        shown = seen(_within(told_states, OPEN, opening, closing), begins)
        if (closing is None or begins < closing[AT]) and shown is not None:
            until = closing[AT] if closing else None
            owner, other = _who_closes(lines, rules, until)
            evidence = told(done, clock.proof, before, opening, shown, other, closing)
            yield Interval("falsely_pending", begins, until, evidence, *_promised(clock), owner)


def out_of_sync(lines: Lines, clock: Clock, rules: Rules) -> Iterator[Interval]:
    """The unit's own system has closed the case, the scoring one still shows it open after the grace (lệch đồng bộ)."""
    rule = clock.rule
    if rule is None or rules.local not in lines.official:
        return
    told_states = reports(lines, rules, rules.scoring)
    portal = list(runs(told_states, OPEN))
    for open_before, closed, reopened in runs(reports(lines, rules, rules.local), CLOSED):
        for before, opening, closing in portal:
            begins = _after_grace(clock, rule, span_of(max(opening, closed, key=lambda fact: fact[AT])))
            ends = min((fact for fact in (reopened, closing) if fact is not None), key=lambda f: f[AT], default=None)
            until = None if ends is None else ends[AT]
            shown = seen(_within(told_states, OPEN, opening, closing), begins)
            if (until is None or begins < until) and shown is not None:
                evidence = told(before, opening, shown, open_before, closed, reopened, closing)
                yield Interval("out_of_sync", begins, until, evidence, *_promised(clock), OPERATOR)


def falsely_late(lines: Lines, clock: Clock, rules: Rules) -> Iterator[Interval]:
    """The scoring system counts the case late, by its state or its declared end; the result was ready in time.

    It does not vanish when the case is closed with a late end: it stays (*đã đóng, bị tính trễ*) until a report brings
    the end to the appointment or before it.
    """
    rule = clock.rule
    due, kind = _promised(clock)
    if rule is None or due is None or clock.ended is None:
        return
    at, proof = proven(lines, rule.stops(clock.posted), due)
    if at > due.at:
        return
    before: Fact | None = None
    run: list[Fact] = []
    ends_by: Fact | None = None
    for fact, state in reports(lines, rules, rules.scoring):
        ends_by = _ends_by(fact, state, ends_by)
        if state in OPEN or (ends_by is not None and _declared_day(clock, ends_by) > due.day):
            run.append(fact)
            continue
        if run:
            yield from _counted_late(lines, clock, rules, run, (before, proof, None, fact), (due, kind))
        before, run = fact, []
    if run:
        last = ends_by if ends_by is not None and ends_by[AT] > due.at else None
        yield from _counted_late(lines, clock, rules, run, (before, proof, last, None), (due, kind))


def falsely_done(lines: Lines, clock: Clock, rules: Rules) -> Iterator[Interval]:
    """Reported as done with nothing that shows the result ready, or as returned with no hand-over, some days after."""
    rule = clock.rule
    if rule is None or clock.start is None:
        return
    days = rule.thresholds.done_without_evidence_days
    told_states = reports(lines, rules, rules.scoring)
    handed = min((f for kind, f in lines.first.items() if kind in HANDED_OVER), key=lambda f: f[AT], default=None)
    for before, opening, closing in runs(told_states, frozenset({DONE, RETURNED})):
        feeds = feeds_of(rule.posted if clock.posted else rule.ends)
        one = _unproven(_grace_ends(clock, days, span_of(opening)), _ready(clock), (before, opening), closing)
        found = [one and one._replace(rests=feeds)]
        if rule.returned_means == "handed_over":
            given = next((fact for fact, state in told_states if state == RETURNED and fact[AT] >= opening[AT]), None)
            if given is not None and (closing is None or given[AT] < closing[AT]):
                hand_over = None if handed is None else (handed[AT], (handed,))
                begins = _grace_ends(clock, days, span_of(given))
                one = _unproven(begins, hand_over, (before, opening, given), closing)
                found.append(one and one._replace(rests=frozenset({HAND_OVER})))
        told_parts = [part for part in found if part is not None]
        live = [part._replace(rests=frozenset()) for part in told_parts if _is_live(part, lines, clock, rules)]
        yield from joined(live or told_parts)


def _is_live(part: Interval, lines: Lines, clock: Clock, rules: Rules) -> bool:
    """Whether what would prove a part of a report wrong is told at all: each part rests on feeds of its own."""
    place, day = Place(lines.unit_at(part.since), lines.said("p")), clock.calendar.local(part.since)[0]
    return all(rules.is_live(feed, place, day) for feed in part.rests or ())


def _ready(clock: Clock) -> tuple[int, tuple[Fact, ...]] | None:
    """From when on the result is proven, and by what."""
    return None if clock.done_at is None else (clock.done_at, told(clock.ended, clock.proof))


def _done(clock: Clock) -> Span:
    """From when on the duty is done, as far as that is proven."""
    ended, at = clock.ended, clock.done_at
    assert ended is not None
    assert at is not None
    return Span(at, is_day(ended) and at == ended[AT])


def _unproven(
    begins: int, evidence: tuple[int, tuple[Fact, ...]] | None, shown: Sequence[Fact | None], closing: Fact | None
) -> Interval | None:
    """From the end of the days until evidence comes, or the report is taken back."""
    ends = [(closing[AT], (closing,))] if closing is not None else []
    until, by = min([*ends, *([evidence] if evidence else [])], key=lambda end: end[0], default=(None, ()))
    if until is not None and until <= begins:
        return None
    return Interval("falsely_done", begins, until, told(*shown, *by))


def _counted_late(
    lines: Lines,
    clock: Clock,
    rules: Rules,
    run: Sequence[Fact],
    facts: tuple[Fact | None, Fact, Fact | None, Fact | None],
    due: tuple[Due, str | None],
) -> Iterator[Interval]:
    """A run in which the system counts the case late: from the due, as far as it was seen to."""
    before, proof, last, closing = facts
    begins = max(due[0].at, run[0][AT])
    until = None if closing is None else closing[AT]
    shown = seen(run, begins)
    if (until is None or begins < until) and shown is not None:
        owner, other = _who_closes(lines, rules, until)
        evidence = told(before, run[0], shown, last, clock.ended, proof, other, closing)
        yield Interval("falsely_late", begins, until, evidence, due[0], due[1], owner)


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
    begins = _grace_ends(clock, rule.grace, since)
    due = clock.last if clock.due is None else clock.due
    if due is not None and clock.calendar.day_of(since.at, stands_for_day=since.is_day) <= due.day:
        urgent = subtract_office_seconds(clock.calendar, clock.calendar.end_of(due.day), rule.urgent_seconds)
        begins = min(begins, max(since.at, urgent))
    return begins


def _grace_ends(clock: Clock, days: int, since: Span) -> int:
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
