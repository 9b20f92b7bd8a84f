"""Small counts: hidden, and nothing that is told gives them away, to whoever repeats the choice either."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core.suppress import LEAST, hidden, is_small

Rows = tuple[tuple[int, int], ...]
Told = tuple[object, ...]


def shown(rows: Rows) -> Told:
    """All that a reader has: rows that are told, the total, the sum of its counts."""
    found = hidden(rows)
    parts = tuple(None if number in found.rows else row for number, row in enumerate(rows))
    total = tuple(map(sum, zip(*rows, strict=True)))
    return parts, total if found.tells_total else None, sum(total) if found.tells_sum else None


def small_cells(rows: Rows) -> Iterator[tuple[int, int]]:
    for number, row in enumerate(rows):
        yield from ((number, column) for column, count in enumerate(row) if is_small(count))


@pytest.mark.parametrize(("rows", "most"), [(1, 40), (2, 20), (3, 11)])
def test_whoever_repeats_the_choice_is_left_with_every_small_count(rows: int, most: int) -> None:
    # Every table whose columns have up to so many cases, by what is told of it: what a reader who knows the algorithm
    # is left to guess from. Where only a sum is told that is larger than that, not all of them are there.
    columns = [column for column in product(range(most + 1), repeat=rows) if sum(column) <= most]
    by_shown: dict[Told, list[Rows]] = defaultdict(list)
    for table in product(columns, repeat=2):
        turned = tuple(zip(*table, strict=True))
        by_shown[shown(turned)].append(turned)

    for told, tables in by_shown.items():
        if told[1] is None and sum(map(sum, tables[0])) > most:
            continue
        cells = {cell for table in tables for cell in small_cells(table)}
        for number, column in cells:
            values = {table[number][column] for table in tables}
            assert set(range(1, LEAST)) <= values, (told, number, column)


@given(
    st.lists(st.tuples(st.integers(0, 30), st.one_of(st.integers(0, 6), st.integers(0, 30))), min_size=1, max_size=12)
)
def test_a_hidden_row_lies_anywhere_between_nothing_and_a_wide_sum(rows: list[tuple[int, int]]) -> None:
    found = hidden(rows)

    assert {number for number, _ in small_cells(tuple(rows))} <= found.rows
    if found.rows and found.tells_total:
        # The bounds that the sums of columns leave: from none to all that the hidden rows have together.
        assert len(found.rows) > 1
        for column in (0, 1):
            total = sum(rows[number][column] for number in found.rows)
            assert total == 0 or total >= LEAST
    assert found.rows or found.tells_total


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=2, max_size=7), st.data())
def test_another_table_that_shows_the_same_has_any_other_small_count(
    rows: list[tuple[int, int]], data: st.DataObject
) -> None:
    table = tuple(rows)
    found = hidden(table)
    cells = list(small_cells(table))
    if not cells or not found.tells_total:
        return
    number, column = data.draw(st.sampled_from(cells))
    wanted = data.draw(st.integers(1, LEAST - 1))

    assert any(shown(other) == shown(table) for other in _others(table, found.rows, number, column, wanted))


def _others(table: Rows, away: object, number: int, column: int, wanted: int) -> Iterator[Rows]:
    """Tables of the same sums in which one count is another one: the rest of the hidden rows as they could be."""
    assert isinstance(away, frozenset)
    sums = [sum(table[one][at] for one in away) for at in (0, 1)]
    rest = sorted(away - {number})
    for own in range(sums[1 - column] + 1):
        row = (wanted, own) if column == 0 else (own, wanted)
        left = (sums[0] - row[0], sums[1] - row[1])
        if min(left) >= 0:
            for pair in product(rest, rest):
                for least in ((0, 0), (0, 1), (1, 0), (1, 1)):
                    spread = _spread(left, rest, pair, least)
                    if spread is not None:
                        filled = dict(zip(rest, spread, strict=True)) | {number: row}
                        yield tuple(filled.get(at, row) for at, row in enumerate(table))


def _spread(left: tuple[int, int], rest: list[int], takers: tuple[int, int], least: tuple[int, int]) -> Rows | None:
    """What is left given to one row a column, every other row with as many as `least`."""
    over = [left[at] - least[at] * (len(rest) - 1) for at in (0, 1)]
    if min(over) < 0:
        return None
    return tuple((over[0] if one == takers[0] else least[0], over[1] if one == takers[1] else least[1]) for one in rest)


def test_two_small_rows_go_alone_where_their_sums_are_wide() -> None:
    assert hidden([(97, 4), (60, 40), (80, 4), (50, 4)]) == (frozenset({0, 2, 3}), True, True)


def test_the_row_that_follows_goes_with_a_single_small_one() -> None:
    assert hidden([(70, 20), (97, 3), (40, 60)]) == (frozenset({1, 2}), True, True)
    assert hidden([(70, 20), (40, 60), (97, 3)]) == (frozenset({0, 2}), True, True)


def test_a_total_that_says_too_much_is_hidden_and_its_sum_is_told() -> None:
    assert hidden([(4, 1), (7, 1), (7, 6)]) == (frozenset({0, 1, 2}), False, True)
    assert hidden([(4, 1)]) == (frozenset({0}), False, False)


def test_nothing_is_hidden_where_no_count_is_small() -> None:
    assert hidden([(5, 0), (0, 90)]) == (frozenset(), True, True)
    assert hidden([]) == (frozenset(), True, True)
