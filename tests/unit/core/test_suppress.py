"""Small counts: hidden, and nothing that is told gives them away."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from streams.core.suppress import LEAST, Cell, hidden


def with_totals(rows: list[list[int]]) -> list[list[int]]:
    whole = [[*row, sum(row)] for row in rows]
    return [*whole, [sum(column) for column in zip(*whole, strict=True)]]


def follows(table: list[list[int]], found: set[Cell]) -> set[Cell]:
    """The hidden cells whose value the sums of rows and columns determine."""
    cells = sorted(found)
    sums = np.zeros((len(table) + len(table[0]), len(cells)))
    for number, (row, column) in enumerate(cells):
        sums[row, number] = -1 if column == len(table[0]) - 1 else 1
        sums[len(table) + column, number] = -1 if row == len(table) - 1 else 1
    rank = np.linalg.matrix_rank(sums)
    units = np.eye(len(cells))
    return {
        cell for number, cell in enumerate(cells) if np.linalg.matrix_rank(np.vstack([sums, units[number]])) == rank
    }


@given(
    st.integers(2, 3).flatmap(
        lambda width: st.lists(
            st.lists(st.one_of(st.integers(0, 6), st.integers(0, 200)), min_size=width, max_size=width),
            min_size=1,
            max_size=6,
        )
    )
)
def test_no_small_count_is_told_and_none_follows(rows: list[list[int]]) -> None:
    table = with_totals(rows)

    found = hidden(table)

    small = {(r, c) for r, row in enumerate(table) for c, count in enumerate(row) if 0 < count < LEAST}
    assert small <= found
    assert not small & follows(table, found)
    assert all(table[row][column] for row, column in found)


def test_one_small_count_takes_three_others_with_it() -> None:
    table = with_totals([[3, 97], [40, 60], [20, 70]])

    # The other unit with the fewest cases there goes with it.
    assert hidden(table) == {(0, 0), (0, 1), (2, 0), (2, 1)}


def test_nothing_is_hidden_where_no_count_is_small() -> None:
    assert hidden(with_totals([[5, 0], [0, 90]])) == set()
