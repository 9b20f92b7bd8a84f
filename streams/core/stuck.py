"""Cases that do not go on, and where they lie: updates that fail, steps that do not come, registrations that nobody
finds, cards that cannot be printed, results that nobody collects."""

from collections.abc import Iterator
from itertools import pairwise

from streams.core.clock import Clock
from streams.core.facts import AT, DATA, KIND, Fact, is_day, text
from streams.core.instants import DAY
from streams.core.interval import Interval, told
from streams.core.kinds import (
    ASIDE,
    CARD_PRINTED,
    HANDED_OVER,
    LOOKUP_MISSED,
    PRINT_BLOCKED,
    PRINT_UNBLOCKED,
    QUEUE_TICKET,
    RECEIVED,
    REGISTERED,
    REPORTS,
    SAID,
    SYNC_FAILED,
    UPDATE_FAILED,
)
from streams.core.lines import Lines
from streams.core.official import OPEN
from streams.core.pauses import span_of
from streams.core.reported import Report, days_after, done_span, reports
from streams.core.rules import Deadline, Rules
from streams.core.stages import CITIZEN, NOBODY, OPERATOR, UNIT, holder_at, holders

_DAYS = frozenset({"working_day", "working_day_at_hour"})
# What moves no case: it tells of systems, or of flags.
_MOVES_NOTHING = REPORTS | SAID | {SYNC_FAILED, UPDATE_FAILED}


def hung(lines: Lines, clock: Clock, rules: Rules) -> Iterator[Interval]:
    """Past due, shown open, and it cannot be updated: failed updates as many as the rule says, or the unit's report
    with the time of its attempt. A system that goes on to show the same has taken no update."""
    if clock.due is None or clock.rule is None:
        return
    changes: list[Report] = []
    for report in reports(lines, rules, rules.scoring):
        if not changes or changes[-1][1] != report[1]:
            changes.append(report)
    for number, (shown, state) in enumerate(changes, 1):
        ends = changes[number][0] if number < len(changes) else None
        before = changes[number - 2][0] if number > 1 else None
        decisive = _failures(lines, clock.rule.thresholds.failed_updates, shown if before is not None else None, ends)
        if state not in OPEN or not decisive:
            continue
        begins = max(clock.due.at, shown[AT], _attempted(decisive[-1]))
        until = None if ends is None else ends[AT]
        if until is None or begins < until:
            evidence = told(before, shown, *decisive, ends)
            yield Interval("hung", begins, until, evidence, clock.due, clock.due_kind, OPERATOR)


def _failures(lines: Lines, needed: int, shown: Fact | None, ends: Fact | None) -> list[Fact]:
    """The failures between two changes of what a system shows that prove it: the first report of the unit, or as many
    failed updates as it takes, whichever was there first. What it showed when it was first read it may long have shown:
    then all that failed before count too."""
    after = 0 if shown is None else shown[AT]
    within = [fact for fact in lines.visible if after <= fact[AT] and (ends is None or fact[AT] < ends[AT])]
    reported = [fact for fact in within if fact[KIND] == UPDATE_FAILED and "aa" in fact[DATA]][:1]
    failed = [fact for fact in within if fact[KIND] in (SYNC_FAILED, UPDATE_FAILED)][:needed]
    proofs = [proof for proof, enough in ((reported, 1), (failed, needed)) if len(proof) == enough]
    return min(proofs, key=lambda proof: _attempted(proof[-1]), default=[])


def _attempted(failure: Fact) -> int:
    return int(failure[DATA].get("aa", failure[AT]))


def no_movement(lines: Lines, clock: Clock, _rules: Rules) -> Iterator[Interval]:
    """Nothing came of a case for longer than the target of its stage and some days, and its clock was not paused."""
    rule, start, done = clock.rule, clock.start, clock.done_at
    if rule is None or start is None or not rule.stages:
        return
    held = holders(lines, clock)
    points: list[tuple[Fact, int | None]] = [
        (fact, fact[AT])
        for fact in lines.visible
        if (fact is start or fact[KIND] not in _MOVES_NOTHING)
        and start[AT] <= fact[AT]
        and (done is None or fact[AT] < done)
    ]
    end = [] if clock.ended is None else [(clock.proof or clock.ended, done)]
    for (fact, at), (following, until) in pairwise([*points, *end, *([] if end else [(None, None)])]):
        assert fact is not None
        assert at is not None
        holder = holder_at(held, at)
        if holder is None or _is_paused(clock, at):
            continue
        stage, owner, by = holder.stage, holder.owner, holder.by
        if clock.ended is not None and at >= clock.ended[AT]:
            stage, owner, by = _before_proof(lines, rule, clock.ended, at)
        begins = days_after(clock, _patience(clock, stage), span_of(fact))
        if until is None or begins < until:
            evidence = told(fact, by, following, clock.ended if following is clock.proof else None)
            yield Interval("no_movement", begins, until, evidence, accountable=owner)


def _before_proof(lines: Lines, rule: Deadline, ended: Fact, at: int) -> tuple[str, str, Fact]:
    """In which stage a case is, and whose, after an end that is not proven yet: as the others tell. It leaves no stage
    where it is what ends the present one: the unit has the case."""
    telling = [fact for fact in lines.visible if fact[AT] <= at and fact is not ended and fact[KIND] in rule.reached]
    by = max(telling, key=lambda fact: rule.reached[fact[KIND]], default=ended)
    present = rule.reached[by[KIND]] if by is not ended else len(rule.stages)
    if present == len(rule.stages) or rule.stages[present].ends == ended[KIND]:
        return "", UNIT, by
    return rule.stages[present].id, rule.stages[present].owner, by


def lost_registration(lines: Lines, _clock: Clock, rules: Rules) -> Iterator[Interval]:
    """Registered, and the place of intake found nothing: until the system shows the case.

    Nothing found is said by a look-up that missed; or at once by an intake at the counter, or a number drawn there,
    after a registration that the scoring system does not show.
    """
    registered = lines.first.get(REGISTERED)
    shown = [fact for fact, _ in reports(lines, rules, rules.scoring)]
    came = _at_the_counter(lines) if registered is not None else []
    missed = [fact for fact in came if registered and fact[AT] > registered[AT] and not _before(shown, fact)]
    found = min(
        (fact for fact in (lines.first.get(LOOKUP_MISSED), *missed) if fact is not None),
        key=lambda fact: fact[AT],
        default=None,
    )
    if found is None:
        return
    closing = next((fact for fact in shown if fact[AT] > found[AT]), None)
    until = None if closing is None else closing[AT]
    yield Interval("lost_registration", found[AT], until, told(registered, found, closing), accountable=OPERATOR)


def _at_the_counter(lines: Lines) -> list[Fact]:
    """The first facts of a citizen who came to the counter: a number drawn, a dossier taken in."""
    ticket, received = lines.first.get(QUEUE_TICKET), lines.first.get(RECEIVED)
    is_counter = received is not None and text(received, "c", lines.strings) == "counter"
    return [fact for fact in (ticket, received if is_counter else None) if fact is not None]


def _before(shown: list[Fact], fact: Fact) -> bool:
    return any(one[AT] <= fact[AT] for one in shown)


def not_accepted(lines: Lines, clock: Clock, rules: Rules) -> Iterator[Interval]:
    """An online dossier neither accepted nor refused in its term, where the procedure needs no visit first."""
    rule, registered = clock.rule, lines.first.get(REGISTERED)
    if rule is None or registered is None or rule.thresholds.accept_days is None:
        return
    answers = [fact for fact, state in reports(lines, rules, rules.scoring) if state != "registered"]
    answers += [fact for kind, fact in lines.first.items() if kind != REGISTERED and kind not in ASIDE]
    first = registered[AT] - (DAY if is_day(registered) else 0)
    answered = min((fact for fact in answers if fact[AT] >= first), key=lambda f: f[AT], default=None)
    begins = days_after(clock, rule.thresholds.accept_days, span_of(registered))
    until = None if answered is None else answered[AT]
    if until is None or begins < until:
        yield Interval("not_accepted", begins, until, told(registered, answered))


def print_blocked(lines: Lines, clock: Clock, _rules: Rules) -> Iterator[Interval]:
    """A card that cannot be printed, until it can, is printed, or the case ends; who must act is accountable, and
    nobody where nobody is named."""
    done = clock.done_at
    blocked: Fact | None = None
    for fact in lines.visible:
        if done is not None and fact[AT] > done:
            break
        if fact[KIND] == PRINT_BLOCKED:
            if blocked is not None and text(blocked, "ma", lines.strings) != text(fact, "ma", lines.strings):
                if blocked[AT] < fact[AT]:
                    yield _blocked(lines, blocked, fact[AT], fact)
                blocked = fact
            blocked = blocked or fact
        elif blocked is not None and fact[KIND] in (PRINT_UNBLOCKED, CARD_PRINTED):
            yield _blocked(lines, blocked, fact[AT], fact)
            blocked = None
    if blocked is not None and (done is None or done > blocked[AT]):
        yield _blocked(lines, blocked, done, clock.ended, clock.proof)


def not_collected(lines: Lines, clock: Clock, _rules: Rules) -> Iterator[Interval]:
    """A result that lies ready at the unit for longer than some days: it waits for the citizen."""
    rule, ended = clock.rule, clock.ended
    if rule is None or ended is None or ended[KIND] not in rule.ends or rule.returned_means != "handed_over":
        return
    handed = min((f for kind, f in lines.first.items() if kind in HANDED_OVER), key=lambda f: f[AT], default=None)
    begins = days_after(clock, rule.thresholds.uncollected_days, done_span(clock))
    until = None if handed is None else handed[AT]
    if until is None or begins < until:
        yield Interval("not_collected", begins, until, told(ended, clock.proof, handed), accountable=CITIZEN)


def _patience(clock: Clock, name: str) -> int:
    """The days after which a stage that shows nothing has stopped: its target and some, and never fewer than a few."""
    assert clock.rule is not None
    wait = clock.rule.thresholds
    stage = next((one for one in clock.rule.stages if one.id == name), None)
    # Where its stage has no target, the whole term is the holder's.
    term = stage.term if stage is not None and stage.term else clock.rule.term
    target = term.amount if term.unit in _DAYS else 0
    return max(wait.no_movement_least_days, target + wait.no_movement_extra_days)


def _is_paused(clock: Clock, at: int) -> bool:
    return any(
        pause.refused is None and pause.asked[AT] <= at and (pause.ended is None or at < pause.ended[AT])
        for pause in clock.pauses
    )


def _blocked(lines: Lines, blocked: Fact, until: int | None, *closing: Fact | None) -> Interval:
    owner = text(blocked, "ma", lines.strings) or NOBODY
    return Interval("print_blocked", blocked[AT], until, told(blocked, *closing), accountable=owner)
