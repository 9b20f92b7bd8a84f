"""What tests share: one Kafka and one PostgreSQL for the session, a fresh database and a topic prefix for each test."""

import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tools.stack import Endpoints, start_stack


@pytest.fixture(scope="session")
def stack() -> Iterator[Endpoints]:
    """Started on first use; or what the JSON file in HOSO_TEST_STACK names (`stack.json` of a stack that is up)."""
    if file := os.environ.get("HOSO_TEST_STACK"):
        noted = json.loads(Path(file).read_text())
        yield Endpoints(kafka=noted["kafka"], postgres=noted["postgres"])
        return
    with start_stack() as started:
        yield started.endpoints


@pytest.fixture
def kafka(stack: Endpoints) -> str:
    """The bootstrap server."""
    return stack.kafka


@pytest.fixture
def postgres_admin(stack: Endpoints) -> str:
    """The URL of the superuser."""
    return stack.postgres


@pytest.fixture
def database(postgres_admin: str) -> Iterator[str]:
    """The URL of an empty database, gone after the test with whoever is still connected."""
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(postgres_admin, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template1").format(sql.Identifier(name)))
        yield f"{postgres_admin.rpartition('/')[0]}/{name}"
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def prefix() -> str:
    """What every topic and group of one test begins with."""
    return f"t{secrets.token_hex(4)}."
