"""Brings a database to the schema of this version: the numbered files of sql/migrations, run by yoyo."""

from pathlib import Path
from typing import Any

import psycopg
import yoyo

MIGRATIONS = Path(__file__).parent / "sql" / "migrations"
KNOWN = tuple(sorted(path.stem for path in MIGRATIONS.glob("*.sql")))
TABLE = "schema_migrations"

# Any number that nothing else on this database locks.
LOCK = 0x686F736F
LOCK_SECONDS_MAX = 120


def migrate(database_url: str) -> list[str]:
    """Applies what is missing, each migration in its transaction, and returns its names; safe when several run at once.

    The user of the URL becomes the owner of the tables and must be allowed to create roles, or find them created. Where
    nothing is missing, the rights of hoso_sink are enough.
    """
    # yoyo's own lock is a row, which stays behind when its process is killed; this one ends with its connection.
    with psycopg.connect(database_url, autocommit=True) as guard:
        guard.execute(f"SET lock_timeout = '{LOCK_SECONDS_MAX}s'")
        guard.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        if _has_all(guard):
            return []
        # yoyo tells psycopg 3 from psycopg 2 by the scheme.
        _, _, address = database_url.partition("://")
        with yoyo.get_backend(f"postgresql+psycopg://{address}", migration_table=TABLE) as backend:
            missing = backend.to_apply(yoyo.read_migrations(str(MIGRATIONS)))
            backend.apply_migrations(missing)
            return [migration.id for migration in missing]


def _has_all(connection: psycopg.Connection[Any]) -> bool:
    if connection.execute("SELECT to_regclass(%s)", (TABLE,)).fetchone() == (None,):
        return False
    applied = {name for (name,) in connection.execute(f"SELECT migration_id FROM {TABLE}")}  # noqa: S608
    return applied.issuperset(KNOWN)
