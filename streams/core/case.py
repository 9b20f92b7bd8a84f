"""The state of one case, and its packed form in a row of the table."""

from typing import Any, NamedTuple

import ormsgpack

from streams.core.errors import RowUnreadable
from streams.core.facts import Fact
from streams.core.ledger import Line
from streams.core.moved import Moved

FORMAT = 3
# A wake of 0 says: touched since the last tick, judge at the next.
TOUCHED = 0
# A wake beyond all ticks: time alone will change nothing.
NEVER = (1 << 32) - 1


class Case(NamedTuple):
    """`offset` is the log offset of the last folded entry, `wake` the first instant at which a tick must judge.

    `strings` is the table that facts point into; `shown` is the version and `shown_digest` the digest of the view last
    published, and `counted` where it then counted in the gauges: the procedure's place in `strings` and the
    stage's in observed.STATES, each -1 for none, and the id of the province where the rules knew one.
    """

    offset: int
    wake: int
    strings: list[str]
    facts: list[Fact]
    ledger: list[Line]
    shown: int
    shown_digest: int
    counted: list[Any]
    # More facts came than a case holds: which of them stand here depends on their order, so nothing is judged.
    is_full: bool
    # The last move of its due by new rules (core.moved): like the ledger, what was said and not what is.
    moved: Moved | None = None
    # Its own token, from the first fact on that says which facts are its own (core.identity): a link, a fact from
    # elsewhere, a correction. Nearly all cases never have one.
    own: str = ""
    # The tick that judged it last: linked cases are judged at an earlier instant than others, but never before this.
    judged: int = 0
    # Something is not claimed of it because a source is silent: when that one speaks, it is judged again.
    blind: bool = False


EMPTY = Case(-1, TOUCHED, [], [], [], 0, 0, [], False)


def pack(case: Case) -> bytes:
    """A case as bytes of a row."""
    return ormsgpack.packb((FORMAT, *case))


def unpack(row: bytes) -> Case:
    """A case from a row; raises RowUnreadable where another format wrote it."""
    values: list[Any] = ormsgpack.unpackb(row)
    if values[0] != FORMAT:
        raise RowUnreadable(values[0], FORMAT)
    return Case(*values[1:])
