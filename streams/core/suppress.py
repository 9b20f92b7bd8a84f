"""Small counts kept out of what leaves the reporting line, and enough of the others that no sum gives them away.

A table with its totals: every row adds up to its last cell, every column to its last. A hidden cell follows from the
others exactly where it is a bridge: rows and columns are points, hidden cells the lines between them, and what lies on
a closed way can be more by one where its neighbour is less by one. So each small cell is put on a closed way of hidden
cells, none of which is zero.
"""

from collections import Counter, defaultdict, deque
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
    """Hidden cells, and how many rows hide both of two columns: there are few columns and many rows."""

    def __init__(self) -> None:
        self.cells: set[Cell] = set()
        self._by_row: dict[int, set[int]] = defaultdict(set)
        self._shared: dict[int, Counter[int]] = defaultdict(Counter)

    def add(self, cell: Cell) -> None:
        if cell in self.cells:
            return
        row, column = cell
        self.cells.add(cell)
        for other in self._by_row[row]:
            self._shared[column][other] += 1
            self._shared[other][column] += 1
        self._by_row[row].add(column)

    def is_on_a_closed_way(self, cell: Cell) -> bool:
        """Whether other rows lead from the other hidden columns of its row back to its own."""
        row, wanted = cell
        own = self._by_row[row]
        waiting = deque(sorted(own - {wanted}))
        seen = set(waiting)
        while waiting:
            column = waiting.popleft()
            for other, rows in self._shared[column].items():
                # The row itself joins its own columns: that is the way it came.
                if rows > (column in own and other in own):
                    if other == wanted:
                        return True
                    if other not in seen:
                        seen.add(other)
                        waiting.append(other)
        return False


def _closing(table: Sequence[Sequence[int]], found: set[Cell], cell: Cell) -> set[Cell]:
    """The three cells that close a rectangle with a cell at the least cost: few cases, and all more than none. There is
    one: the totals of its row and column, and that of all; of a total, a part of it and the totals of that."""
    row, column = cell

    def cost(*cells: Cell) -> int:
        return sum(table[r][c] for r, c in cells if (r, c) not in found)

    besides = [beside for beside in range(len(table[row])) if beside != column and table[row][beside]]
    # No rectangle is cheaper than its cell in the row itself.
    least = min(cost((row, beside)) for beside in besides)
    best: tuple[int, Cell] | None = None
    for other in range(len(table)):
        if other == row or not table[other][column]:
            continue
        for beside in besides:
            if table[other][beside]:
                needed = cost((other, column), (row, beside), (other, beside))
                if best is None or needed < best[0]:
                    best = needed, (other, beside)
        if best is not None and best[0] == least:
            break
    assert best is not None, ("the totals are not those of the cells", cell)
    other, beside = best[1]
    return {(other, column), (row, beside), (other, beside)}
