"""What keeps a reader from asking the archive."""

CONNECT_SECONDS_MAX = 10


class DatabaseAway(RuntimeError):
    """The database cannot be asked."""

    def __init__(self, trouble: Exception) -> None:
        super().__init__(f"the database does not answer: {str(trouble) or type(trouble).__name__} (see HOSO_DATABASE)")


class SchemaBehind(RuntimeError):
    """The database lacks migrations that this version reads or writes by."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(f"database lacks the migrations {', '.join(missing)}: migrate it first")
