"""The SQL of the runbook, in both languages, on a database as `hoso migrate` leaves it and with the roles it names."""

import psycopg
import pytest

from streams.sinks.migrate import migrate
from tests.runbook import POINTS, queries

pytestmark = pytest.mark.services

# Asks about other people's sessions: PostgreSQL shows them to the owner only.
OF_THE_OWNER = "pg_stat_activity"


def test_every_query_of_the_runbook_can_be_asked(database: str) -> None:
    migrate(database)
    asked = list(dict.fromkeys(query for path in POINTS for query in queries(path, "SELECT")))
    care = list(dict.fromkeys(query for path in POINTS for query in queries(path, "VACUUM")))

    with psycopg.connect(database, autocommit=True) as connection:
        for query in asked:
            connection.execute("RESET ROLE" if OF_THE_OWNER in query else "SET ROLE hoso_reader")
            # As bytes: the % of LIKE is no placeholder, and nothing is interpolated.
            connection.execute(query.encode())
        connection.execute("RESET ROLE")
        for query in care:
            connection.execute(query.encode())

    assert len(asked) >= 10
    assert care
