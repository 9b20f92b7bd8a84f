"""Errors of the core. All are `CoreError`:

CoreError
├── RulesRefused    a set of rules cannot be compiled: which row, which field, why
├── UnknownKind     an entry of the log bears a type this engine does not know
└── RowUnreadable   a packed row is of another format than this engine writes
"""


class CoreError(Exception):
    """What the core refuses, always with the values that made it refuse."""


class RulesRefused(CoreError):
    def __init__(self, where: str, why: str) -> None:
        self.where, self.why = where, why
        super().__init__(f"{where}: {why}")


class UnknownKind(CoreError):
    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(f"entry type {kind}: not known to this engine, upgrade it before its tick")


class RowUnreadable(CoreError):
    def __init__(self, found: object, expected: int) -> None:
        self.found, self.expected = found, expected
        super().__init__(f"row format {found}: this engine writes {expected}, rebuild the table by replay")
