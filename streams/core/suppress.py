"""Small counts kept out of what leaves the reporting line, with enough of the others that nothing gives them away.

A row of counts is told whole or not at all, so of those that are not told only their sums follow, from the total. These
may be known: what one hidden row has more another has less. Which rows go with the small ones depends on their place in
the table and on what those sums are, so whoever repeats the choice learns nothing by it. For every hidden row and each
of its counts, all of 1 up to `LEAST` - 1 stay possible where any of the rows counted so has a case.
"""

from collections.abc import Sequence, Set
from typing import NamedTuple

LEAST = 5
# Sums from which another row can take what is left of one that has up to LEAST - 1, and is itself not small.
_WIDE = 2 * LEAST - 1

Row = Sequence[int]


class Hidden(NamedTuple):
    """The rows not to be told, whether the total of all may be, and whether the sum of its counts may be."""

    rows: Set[int]
    tells_total: bool
    tells_sum: bool


def is_small(count: int) -> bool:
    """Whether a count says too much of single cases; that there is none says nothing of any."""
    return 0 < count < LEAST


def hidden(rows: Sequence[Row]) -> Hidden:
    """What not to tell of rows of counts that are added up to a total.

    A row with a small count is hidden. Where the sums of these rows would say too much, the row that follows the first
    of them goes with them; else all rows; else the total too.
    """
    small = [number for number, row in enumerate(rows) if any(map(is_small, row))]
    if not small:
        return Hidden(frozenset(), True, True)
    every = range(len(rows))
    if len(small) > 1 and _least_sum(rows, small) >= _needed(small):
        return Hidden(frozenset(small), True, True)
    after = [number for number in (*every[small[0] :], *every[: small[0]]) if number not in small]
    if after:
        with_next = [*small, after[0]]
        is_wide = _least_sum(rows, with_next) >= _needed(small) if len(small) > 1 else _is_wide(rows, with_next)
        if is_wide:
            return Hidden(frozenset(with_next), True, True)
    if len(rows) > 1 and _is_wide(rows, every):
        return Hidden(frozenset(every), True, True)
    return Hidden(frozenset(every), False, sum(map(sum, rows)) >= _WIDE)


def _needed(small: Sequence[int]) -> int:
    """The least sum of a column at which each of some small rows may have any small count, the others one each."""
    return max(_WIDE, len(small) - 1)


def _least_sum(rows: Sequence[Row], numbers: Sequence[int]) -> int:
    return min(_sums(rows, numbers))


def _is_wide(rows: Sequence[Row], numbers: Sequence[int]) -> bool:
    """Whether each sum is none at all, or large enough for one small row among others that are not."""
    return all(not total or total >= _WIDE for total in _sums(rows, numbers))


def _sums(rows: Sequence[Row], numbers: Sequence[int]) -> list[int]:
    return [sum(column) for column in zip(*(rows[number] for number in numbers), strict=True)]
