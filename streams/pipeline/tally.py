"""How many cases are open by procedure, stage and province, and how many have which flag: kept by differences."""

from collections import Counter

from streams.core.case import Case
from streams.core.flags import open_classes
from streams.core.observed import STATES

# Where no fact tells the procedure, or no row of the rules the province.
NONE = "none"

# Plain text: an enum's hash is computed in Python, each time a key with one in it is looked up.
_STAGES = tuple(state.value for state in STATES)


class Tally:
    """Counts over the cases of a partition, moved from what a case was to what it is; no case is looked at twice.

    A case says itself where it was counted (Case.counted), so rules that draw other provinces find it there: they judge
    every case again, and so move it. Provinces stand here by their ids.
    """

    def __init__(self) -> None:
        self.cases: Counter[tuple[str, str, str]] = Counter()
        self.flags: Counter[tuple[str, str, str]] = Counter()

    def add(self, case: Case) -> None:
        self._count(case, 1)

    def move(self, before: Case, after: Case) -> None:
        """Cases that count alike before and after, as most do, cost a comparison."""
        if before.counted != after.counted or before.ledger != after.ledger:
            self._count(before, -1)
            self._count(after, 1)

    def _count(self, case: Case, by: int) -> None:
        if not case.counted:
            return
        name, stage, *told = case.counted
        procedure = NONE if name < 0 else case.strings[name]
        province = told[0] if told else NONE
        if stage >= 0:
            self.cases[procedure, _STAGES[stage], province] += by
        for flag_class in open_classes(case.ledger):
            self.flags[flag_class, procedure, province] += by
