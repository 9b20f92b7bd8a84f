"""Whether a citizen was told of a delay: a letter of apology, after the due that was missed."""

from streams.core.clock import Clock
from streams.core.facts import AT, DATA, KIND
from streams.core.kinds import APOLOGISED, EXTENDED
from streams.core.lines import Lines


def has_letter(lines: Lines, clock: Clock) -> bool:
    """Whether a letter was written after the due of a case that is late.

    An extension is an apology with a new due: it is a letter where it has a document, though after the due it moves
    nothing. What was written before cannot speak of a breach that was still to come, and an extension that moved the
    due not of the new one.
    """
    due = clock.due or clock.last
    return due is not None and any(
        fact[AT] > due.at and (fact[KIND] == APOLOGISED or (fact[KIND] == EXTENDED and "d" in fact[DATA]))
        for fact in lines.visible
    )
