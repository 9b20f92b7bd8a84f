"""What acceptance tests share: deployments of real processes, and case workers with a small job of their own."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from streams.settings import Settings
from tests.acceptance.case_worker import Cases
from tests.acceptance.deployments import Deploy
from tools.deployment import Deployment, create_database, deploy
from tools.stack import Endpoints


@pytest.fixture
async def cases(kafka: str, prefix: str, tmp_path: Path) -> AsyncIterator[Cases]:
    """A deployment with counting case workers, its topics made; what the workers said is shown where a test fails."""
    settings = Settings(demo=True, kafka=kafka, prefix=prefix, log_partitions=4, chunk_records_max=500)
    made = Cases(settings, tmp_path)
    await made.create_topics()
    try:
        yield made
    finally:
        made.stop_all()
        print(made.said())


@pytest.fixture
def deployed(stack: Endpoints, prefix: str, tmp_path: Path) -> Iterator[Deploy]:
    """Makes deployments on the shared stack, each under a prefix of its own; all their workers end with the test."""
    made: list[Deployment] = []

    def make(rules: Path, **options: str) -> Deployment:
        name = f"{prefix}{len(made)}."
        database = create_database(stack.postgres, name.replace(".", "_"))
        made.append(deploy(stack, name, database, tmp_path, rules, **options))
        return made[-1]

    yield make
    for deployment in made:
        deployment.__exit__(None, None, None)
