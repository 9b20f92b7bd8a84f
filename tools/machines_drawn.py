"""A state machine on paper: its whole table in Markdown, and its arrows as a Mermaid diagram."""

from collections.abc import Mapping
from typing import NamedTuple

from tools.rules_cells import NONE, table

_DOT = "[*]"


class Machine(NamedTuple):
    """States with their labels, in order; the one in which nothing has happened yet; and what leads where.

    `moves` has (state, event) -> the states gone through, in order: none where the event is allowed and changes
    nothing. A pair that it does not name is not allowed.
    """

    states: Mapping[str, str]
    begins: str
    moves: Mapping[tuple[str, str], tuple[str, ...]]


def whole_table(machine: Machine) -> str:
    """Every event in every state; events that lead to the same from each of them stand in one line."""
    lines: dict[tuple[str, ...], list[str]] = {}
    for event in dict.fromkeys(event for _, event in machine.moves):
        lines.setdefault(tuple(_cell(machine, state, event) for state in machine.states), []).append(f"`{event}`")
    heads = ("Sự kiện · event", *(f"`{state}`" for state in machine.states))
    return table(heads, ([", ".join(events), *cells] for cells, events in lines.items()))


def diagram(machine: Machine) -> str:
    """The arrows, those between the same two states made one; a state that leads to no other is an end.

    The first state is the dot itself, unless something leads back to it.
    """
    arrows: dict[tuple[str, str], list[str]] = {}
    for (state, event), path in machine.moves.items():
        arrows.setdefault((state, path[-1] if path else state), []).append(_said(event, path))
    others = [(state, after) for state, after in arrows if state != after]
    left, reached = {state for state, _ in others}, {after for _, after in others}
    dot = None if machine.begins in reached else machine.begins
    lines = [f'state "{label}" as {state}' for state, label in machine.states.items() if state != dot]
    lines += [f"{_DOT} --> {machine.begins}"] if dot is None else []
    lines += [
        f"{_DOT if state == dot else state} --> {after} : {', '.join(events)}"
        for (state, after), events in arrows.items()
    ]
    lines += [f"{state} --> {_DOT}" for state in machine.states if state not in left]
    return "\n".join(["```mermaid", "stateDiagram-v2", *(f"    {line}" for line in lines), "```"])


def merged(machine: Machine) -> Machine:
    """For a diagram: states that lead to the same, and are led to by the same, made one; repeats left out."""
    moves = machine.moves
    groups: dict[tuple[object, ...], list[str]] = {}
    for state in machine.states:
        leads = frozenset((event, path) for (before, event), path in moves.items() if before == state)
        led_by = frozenset(before for (before, _), path in moves.items() if state in path)
        groups.setdefault((leads, led_by), []).append(state)
    name = {state: "_".join(group) for group in groups.values() for state in group}
    labels = {"_".join(group): ", ".join(machine.states[state] for state in group) for group in groups.values()}
    kept = {
        (name[state], event): tuple(name[passed] for passed in path)
        for (state, event), path in moves.items()
        if path != (state,)
    }
    return Machine(labels, name[machine.begins], kept)


def _cell(machine: Machine, state: str, event: str) -> str:
    path = machine.moves.get((state, event))
    if path is None:
        return NONE
    return " → ".join(path) or f"({state})"


def _said(event: str, path: tuple[str, ...]) -> str:
    """An event on an arrow, with the states that it only passes through."""
    return event if len(path) < 2 else f"{event} (by way of {', '.join(path[:-1])})"
