"""`hoso worker`, `hoso keys` and `hoso migrate`: the processes of a deployment, and what they need first."""

from pathlib import Path
from typing import Annotated

import typer

from streams.cli.ending import fail, told_errors
from streams.cli.options import read_settings
from streams.cli.telling import tables
from streams.wiring import deployment, workers


def worker(
    role: Annotated[str | None, typer.Argument(help="intake, cases or sink; all three if left out.")] = None,
    instance: Annotated[int | None, typer.Option(help="This worker's number among those of its role.")] = None,
    metrics_port: Annotated[int | None, typer.Option(help="Where /metrics answers; 0 for any free port.")] = None,
) -> None:
    """Run one role in this process, or one of each under a supervisor that stops all when one fails.

    Examples:

        hoso worker

        hoso worker cases --instance 2 --metrics-port 9102
    """
    if role is not None and role not in workers.ROLES:
        fail(f"role {role} is none of {', '.join(workers.ROLES)}")
    given = {"instance": instance, "metrics_port": metrics_port}
    settings = read_settings(**{name: value for name, value in given.items() if value is not None})
    with told_errors():
        code = workers.run_all(settings) if role is None else workers.run_role(role, settings)
    raise typer.Exit(code)


def keys(
    folder: Annotated[Path, typer.Argument(help="Where to write them; made if it is not there.")],
) -> None:
    """Make fresh keys for a deployment, one file each, readable by their owner only. Existing files are left alone.

    HOSO_SECRETS=FOLDER makes them known to the workers. Move hoso_dead_letters_private_key away to whoever may read
    dead letters; hoso_token_key is kept for ever, since another one gives every case another token.

    Example:

        hoso keys /etc/hoso/secrets
    """
    with told_errors():
        written = deployment.write_keys(folder)
    for path in written:
        tables.print(str(path), highlight=False, soft_wrap=True)


def migrate() -> None:
    """Bring the database to the schema of this version; what is there already is left alone.

    Example:

        HOSO_DATABASE=postgresql://owner@db/hoso hoso migrate
    """
    with told_errors():
        applied = deployment.migrate_database(read_settings())
    for name in applied:
        tables.print(name)
