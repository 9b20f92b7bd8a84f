"""The ledger of what was published of a case: the only part of a case that depends on the order of arrival.

A line is `[class, cycle, version, digest, state, leg]`, the leg empty for the whole case. The table below is the whole
life of a published flag; what people make of it is another (core.life).
"""

from collections.abc import Mapping
from typing import Any

Line = list[Any]
CLASS, CYCLE, VERSION, DIGEST, STATE, LEG = range(6)

RAISED, CLEARED, WITHDRAWN, MERGED = 1, 2, 3, 4
STATE_NAMES: Mapping[int, str] = {RAISED: "raised", CLEARED: "cleared", WITHDRAWN: "withdrawn", MERGED: "merged"}

# (state last published, None for never; whether the interval exists, and has ended, or the case is judged under another
# token) -> states to publish, in order. A state is published again only where its content has changed.
STEPS: Mapping[tuple[int | None, str], tuple[int, ...]] = {
    (None, "holds"): (RAISED,),
    (None, "ended"): (RAISED, CLEARED),
    (RAISED, "holds"): (RAISED,),
    (RAISED, "ended"): (CLEARED,),
    (RAISED, "gone"): (WITHDRAWN,),
    (CLEARED, "holds"): (RAISED,),
    (CLEARED, "ended"): (CLEARED,),
    (CLEARED, "gone"): (WITHDRAWN,),
    (WITHDRAWN, "holds"): (RAISED,),
    (WITHDRAWN, "ended"): (CLEARED,),
    (WITHDRAWN, "gone"): (),
    (MERGED, "holds"): (RAISED,),
    (MERGED, "ended"): (CLEARED,),
    (MERGED, "gone"): (WITHDRAWN,),
    (RAISED, "elsewhere"): (MERGED,),
    (CLEARED, "elsewhere"): (MERGED,),
    (WITHDRAWN, "elsewhere"): (),
    (MERGED, "elsewhere"): (),
}

# Classes as numbers in ledger lines: never renumber.
CLASS_NUMBERS: Mapping[str, int] = {
    "overdue": 1, "at_risk": 2, "falsely_pending": 3, "wrong_due": 4, "out_of_sync": 5, "falsely_late": 6,
    "hung": 7, "no_movement": 8, "lost_registration": 9, "not_accepted": 10, "falsely_done": 11, "backdated": 12,
    "rewritten": 13, "print_blocked": 14, "not_collected": 15, "unknown": 16, "vanished": 17,
}  # fmt: skip
CLASS_NAMES: Mapping[int, str] = {number: name for name, number in CLASS_NUMBERS.items()}
