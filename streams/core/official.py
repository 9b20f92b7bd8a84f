"""The official line: what one official system reports of a case, as a table of states.

States follow the national codes 1 to 10 of the public-service portal (Government Office guide v1.4, 2020). Which code
of which system means which state is data. Systems move cases in ways no table foresees: an entry that no row allows
is kept and counted as illegal, never dropped.
"""

from collections.abc import Mapping

# state: (national code, whether a case in it is open for the scoring; None for *closing*, which is neither)
STATES: Mapping[str, tuple[str, bool | None]] = {
    "registered": ("1", True),
    "accepted": ("2", True),
    "refused": ("3", False),
    "processing": ("4", True),
    "supplement": ("5", True),
    "payment": ("6", True),
    "withdrawing": ("7", None),
    "stopped": ("8", False),
    "done": ("9", False),
    "returned": ("10", False),
}
UNKNOWN = "unknown"
OPEN = frozenset(state for state, (_, is_open) in STATES.items() if is_open)
CLOSED = frozenset(state for state, (_, is_open) in STATES.items() if is_open is False)

_ENDS = frozenset({"refused", "stopped", "done", "returned", "withdrawing"})
_WORK = frozenset({"processing", "supplement", "payment"})
# Every state has a row; the same state again is a repeated report and always allowed.
TRANSITIONS: Mapping[str | None, frozenset[str]] = {
    None: frozenset(STATES),
    "registered": frozenset({"accepted", "supplement", "payment", "refused", "stopped", "withdrawing"}),
    "accepted": _WORK | _ENDS,
    "processing": _WORK | _ENDS,
    "supplement": _WORK | _ENDS | {"accepted"},
    "payment": _WORK | _ENDS | {"accepted"},
    "withdrawing": frozenset({"processing", "stopped", "refused"}),
    "done": frozenset({"returned"}),
    "refused": frozenset(),
    "stopped": frozenset(),
    "returned": frozenset(),
}


def is_legal(before: str | None, after: str) -> bool:
    """Whether the table allows `after` to follow `before`; an unknown code is never counted against a system."""
    return after == before or UNKNOWN in (before, after) or after in TRANSITIONS[before]
