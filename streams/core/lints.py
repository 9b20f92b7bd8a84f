"""The table of lints of rules: what they find can be in force and still be wrong, or mean nothing."""

from collections.abc import Iterator

from streams.core.findings import Finding, Found, Lint, Subject
from streams.core.lint_calendar import (
    closures_contradict,
    day_known_already,
    day_without_effect,
    horizon_is_past,
    only_a_list,
    swap_of_one_side,
)
from streams.core.lint_choice import (
    cut_beside_its_rule,
    cut_is_no_cut,
    cut_outlives,
    empty_range,
    gap,
    never_chosen,
    overlap,
    same_standing,
    transition,
)
from streams.core.lint_clock import (
    event_never_comes,
    hours_missing,
    leg_longer_than_group,
    level_out_of_reach,
    pause_never_runs,
    same_day_of_several,
    stages_too_long,
    stages_with_a_hole,
    start_is_stop,
)
from streams.core.lint_sources import sources_overlap


def example_missing(subject: Subject) -> Iterator[Found]:
    """Nobody can check by hand what no example shows."""
    for rule in subject.deadlines():
        if rule.id not in subject.with_example:
            yield Found(
                f"deadline {rule.id}",
                "has no worked example",
                "add a [[deadline.example]] with a due that was counted by hand, best over a holiday or a swap",
            )


def not_verified(subject: Subject) -> Iterator[Found]:
    """Rows marked nv: what of them stands in no official text that was read."""
    do = "ask an office, or read the text, and take the mark out"
    for table in ("deadlines", "cuts"):
        for row in subject.content[table]:
            inner = [(f" {kind} {each['id']}", each) for kind in ("stage", "leg") for each in row.get(f"{kind}s", ())]
            for name, marked in (("", row), *inner):
                if marked.get("nv"):
                    yield Found(f"{table.removesuffix('s')} {row['id']}{name}", str(marked["nv"]), do)


LINTS: tuple[Lint, ...] = (
    Lint("empty_range", "error", empty_range),
    Lint("never_chosen", "error", never_chosen),
    Lint("same_standing", "error", same_standing),
    Lint("overlap", "warning", overlap),
    Lint("gap", "warning", gap),
    Lint("transition", "error", transition),
    Lint("cut_is_no_cut", "error", cut_is_no_cut),
    Lint("cut_beside_its_rule", "error", cut_beside_its_rule),
    Lint("cut_outlives", "warning", cut_outlives),
    Lint("event_never_comes", "error", event_never_comes),
    Lint("pause_never_runs", "error", pause_never_runs),
    Lint("start_is_stop", "error", start_is_stop),
    Lint("stages_with_a_hole", "warning", stages_with_a_hole),
    Lint("stages_too_long", "warning", stages_too_long),
    Lint("level_out_of_reach", "warning", level_out_of_reach),
    Lint("same_day_of_several", "warning", same_day_of_several),
    Lint("hours_missing", "error", hours_missing),
    Lint("leg_longer_than_group", "error", leg_longer_than_group),
    Lint("day_without_effect", "warning", day_without_effect),
    Lint("swap_of_one_side", "warning", swap_of_one_side),
    Lint("closures_contradict", "warning", closures_contradict),
    Lint("only_a_list", "warning", only_a_list),
    Lint("horizon_is_past", "warning", horizon_is_past),
    Lint("sources_overlap", "warning", sources_overlap),
    Lint("example_missing", "warning", example_missing),
    Lint("day_known_already", "note", day_known_already),
    Lint("not_verified", "note", not_verified),
)


def lint(subject: Subject) -> Iterator[Finding]:
    """Everything that all lints find, in the order of the table."""
    for name, severity, look in LINTS:
        for found in look(subject):
            yield Finding(name, severity, *found)
