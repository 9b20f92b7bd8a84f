"""What somebody should look at (cần rà soát): an internal list, never on a unit's flags, and no verdict."""

from collections.abc import Callable, Mapping

from streams.core.clock import Clock
from streams.core.facts import AT, DATA, KIND, is_day
from streams.core.interval import Interval
from streams.core.kinds import SUPERSEDED, SUPPLEMENT_REQUESTED
from streams.core.lines import Lines
from streams.core.pauses import Pause


def to_review(lines: Lines, clock: Clock, found: list[Interval], at: int) -> list[str]:
    """The names of what there is to look at as of an instant, in the order of the table."""
    return [name for name, holds in REASONS.items() if holds(lines, clock, found, at)]


def _pause_late(_lines: Lines, clock: Clock, _found: list[Interval], _at: int) -> bool:
    """A pause was asked for on the last working day of the term, or after it."""
    return any(pause.refused == "after_due" or _is_last_day(clock, pause) for pause in clock.pauses)


def _second_supplement(lines: Lines, _clock: Clock, _found: list[Interval], _at: int) -> bool:
    return len([fact for fact in lines.visible if fact[KIND] == SUPPLEMENT_REQUESTED]) > 1


def _closed_without_evidence(_lines: Lines, _clock: Clock, found: list[Interval], at: int) -> bool:
    return any(
        one.flag_class == "falsely_done" and one.since < at and (one.until is None or at < one.until) for one in found
    )


def _is_last_day(clock: Clock, pause: Pause) -> bool:
    """Whether the due in force when a pause was asked for lay on that very day."""
    if pause.refused is not None:
        return False
    asked = clock.calendar.day_of(pause.asked[AT], stands_for_day=is_day(pause.asked))
    ended_by_it = [stretch.due.day for stretch in clock.stretches if stretch.until == pause.asked[AT]]
    return asked in ended_by_it


def _superseded(lines: Lines, _clock: Clock, _found: list[Interval], _at: int) -> bool:
    """A new dossier in place of this one, and no written instruction for it."""
    return any(fact[KIND] == SUPERSEDED and "d" not in fact[DATA] for fact in lines.visible)


REASONS: Mapping[str, Callable[[Lines, Clock, list[Interval], int], bool]] = {
    "pause_late": _pause_late,
    "second_supplement": _second_supplement,
    "closed_without_evidence": _closed_without_evidence,
    "superseded": _superseded,
}
