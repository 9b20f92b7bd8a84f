"""Which commands `hoso` has, in the order in which its help tells them; what each does stands in another module."""

from typing import Any

import typer
from typer.core import TyperGroup

from streams.cli import (
    adapting,
    changing,
    coverage,
    dead_letters,
    due,
    evaluating,
    incidents,
    logs,
    paging,
    published,
    reporting,
    rules,
    running,
    simulating,
    sources,
    topics,
    units,
    watching,
)

IMPORTS = """A foreign log becomes ours (`hoso import LOG.csv --mapping map.toml`, the same as `hoso import log`); or
figures that a portal published are kept for reports.

See `hoso import log --help` and `hoso import official-score --help`."""


class ALogUnlessNamed(TyperGroup):
    """`hoso import FILE` imports a log: only what names another kind of import is one."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        named = args and (args[0] in self.commands or args[0] == "--help")
        return super().parse_args(ctx, args if named else ["log", *args])


app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.callback()
def _hoso() -> None:
    """Watches the life of dossiers: what is really late, what only looks late, and on what evidence."""


of_import = typer.Typer(cls=ALogUnlessNamed, help=IMPORTS)
of_import.command("log")(logs.import_log)
of_import.command("official-score")(published.import_official_score)
app.add_typer(of_import, name="import")
app.command("adapt")(adapting.adapt)
app.command("replay")(logs.replay)
app.command("report")(reporting.report)
app.command("simulate")(simulating.simulate)
app.command("evaluate")(evaluating.evaluate_district)
app.command("worker")(running.worker)
app.command("keys")(running.keys)
app.command("migrate")(running.migrate)
app.command("units")(units.units)
app.command("incidents")(incidents.incidents)
app.command("watch")(watching.watch)
app.command("pages")(paging.pages)
app.command("due")(due.due)

of_rules = typer.Typer(no_args_is_help=True, help="The law as files: shown, checked, tried on a log, put in force.")
of_rules.command("show")(rules.show)
of_rules.command("examples")(rules.examples)
of_rules.command("check")(rules.check)
of_rules.command("preview")(changing.preview)
of_rules.command("activate")(changing.activate)
app.add_typer(of_rules, name="rules")

of_coverage = typer.Typer(no_args_is_help=True, help="How completely feeds tell.")
of_coverage.command("measure")(coverage.measure_feeds)
app.add_typer(of_coverage, name="coverage")

of_topics = typer.Typer(no_args_is_help=True, help="The topics of a deployment.")
of_topics.command("create")(topics.create)
of_topics.command("show")(topics.show)
app.add_typer(of_topics, name="topics")

of_sources = typer.Typer(no_args_is_help=True, help="Who tells us: how each stands, set aside, taken back.")
of_sources.command("list")(sources.list_all)
of_sources.command("suspend")(sources.suspend)
of_sources.command("resume")(sources.resume)
app.add_typer(of_sources, name="source")

of_letters = typer.Typer(no_args_is_help=True, help="What intake refused, sealed.")
of_letters.command("list")(dead_letters.list_all)
of_letters.command("show")(dead_letters.show)
app.add_typer(of_letters, name="dead-letters")


def main() -> None:
    """Run the command."""
    app()
