"""Small counts kept out of what leaves the reporting line, and enough of the others that no sum gives them away.

A table with its totals: every row adds up to its last cell, every column to its last. A hidden cell follows from the
others exactly where it is a bridge: rows and columns are points, hidden cells the lines between them, and what lies on
a closed way can be more by one where its neighbour is less by one. So each small cell is put on a closed way of hidden
cells, none of which is zero.
"""

from collections import defaultdict, deque
from collections.abc import Sequence

LEAST = 5

Cell = tuple[int, int]


def hidden(table: Sequence[Sequence[int]], least: int = LEAST) -> set[Cell]:
    """The cells not to be told: those from one up to less than `least`, and what keeps them from following.

    The last row and the last column are totals.
    """
    rows, width = range(len(table)), len(table[0]) if table else 0
    found = _Hidden()
    small = [(row, column) for row in rows for column in range(width) if 0 < table[row][column] < least]
    for cell in small:
        found.add(cell)
    for cell in small:
        if found.is_on_a_closed_way(cell):
            continue
        for other in _closing(table, found.cells, cell):
            found.add(other)
    return found.cells


class _Hidden:
    """Hidden cells, by row and by column."""

    def __init__(self) -> None:
        self.cells: set[Cell] = set()
        self._by_row: dict[int, list[int]] = defaultdict(list)
        self._by_column: dict[int, list[int]] = defaultdict(list)

    def add(self, cell: Cell) -> None:
        if cell not in self.cells:
            self.cells.add(cell)
            self._by_row[cell[0]].append(cell[1])
            self._by_column[cell[1]].append(cell[0])

    def is_on_a_closed_way(self, cell: Cell) -> bool:
        """Whether the row and the column of a hidden cell are joined by others too."""
        seen_rows, seen_columns = {cell[0]}, set[int]()
        waiting = deque([cell[0]])
        while waiting:
            row = waiting.popleft()
            for column in self._by_row[row]:
                if (row, column) == cell or column in seen_columns:
                    continue
                if column == cell[1]:
                    return True
                seen_columns.add(column)
                fresh = [other for other in self._by_column[column] if other not in seen_rows]
                seen_rows.update(fresh)
                waiting.extend(fresh)
        return False


def _closing(table: Sequence[Sequence[int]], found: set[Cell], cell: Cell) -> set[Cell]:
    """The three cells that close a rectangle with a cell at the least cost: few cases, and all more than none. There is
    one: the totals of its row and column, and that of all; of a total, a part of it and the totals of that."""
    row, column = cell
    best: tuple[int, Cell] | None = None
    for other in range(len(table)):
        if other == row or not table[other][column]:
            continue
        for beside in range(len(table[row])):
            if beside == column or not table[row][beside] or not table[other][beside]:
                continue
            cost = sum(table[r][c] for r, c in ((other, column), (row, beside), (other, beside)) if (r, c) not in found)
            if best is None or (cost, (other, beside)) < best:
                best = cost, (other, beside)
    assert best is not None, ("the totals are not those of the cells", cell)
    other, beside = best[1]
    return {(other, column), (row, beside), (other, beside)}
