"""What integration tests share: one archive of a simulated district, for those who only look."""

import asyncio
from collections.abc import Iterator

import psycopg
import pytest

from streams.sinks.migrate import migrate
from tests.played import AT, DISTRICT, SEED
from tools.deployment import create_database
from tools.played_archive import fill
from tools.stack import Endpoints


@pytest.fixture(scope="session")
def played(stack: Endpoints) -> Iterator[str]:
    """The URL of its owner. Whoever writes to it leaves it as it was."""
    database = create_database(stack.postgres, "played")
    migrate(database)
    asyncio.run(fill(database, DISTRICT, SEED, AT))
    yield database
    with psycopg.connect(stack.postgres, autocommit=True) as admin:
        admin.execute("DROP DATABASE played WITH (FORCE)")
