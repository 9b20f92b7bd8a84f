"""docs/state-machines.md: its diagrams can be read, and its tables, read back, are those that the code runs on."""

import re
from itertools import product

import pytest

from streams.core import ledger, life, observed, official
from streams.core.kinds import KIND_OF_TYPE
from tools.generate import ROOT

TEXT = (ROOT / "docs/state-machines.md").read_text(encoding="utf-8")
PARTS = ["Dòng theo chứng cứ", "Trạng thái hệ thống", "Cờ đã công bố", "Ý kiến về cờ"]
OBSERVED, OFFICIAL, PUBLISHED, LIFE = PARTS

# What Mermaid reads: no sign in a text that it takes for its own (: ; # % quotes, angles, braces).
_BOX = re.compile(r'state "(?P<label>[^":;#%<>{}\[\]]+)" as (?P<name>[a-z_]+)')
_ARROW = re.compile(r"(?P<before>\[\*\]|[a-z_]+) --> (?P<after>\[\*\]|[a-z_]+)(?: : (?P<label>[^\":;#%<>{}\[\]]+))?")


def part(title: str) -> str:
    return TEXT.split(f"\n## {title}", 1)[1].split("\n## ", 1)[0]


def drawn(title: str) -> list[str]:
    """The lines of a diagram."""
    (found,) = re.findall(r"```mermaid\nstateDiagram-v2\n(.*?)\n```", part(title), re.DOTALL)
    return [line.removeprefix("    ") for line in found.splitlines()]


def moves(title: str) -> dict[tuple[str, str], str]:
    """The cells of the table of events, every pair of state and event."""
    lines = part(title).split("\n| Sự kiện · event |", 1)[1].split("\n\n", 1)[0].splitlines()
    heads, _, *rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    found = {}
    for events, *cells in rows:
        for event, (state, cell) in product(events.split(", "), zip(heads, cells, strict=True)):
            found[state.strip("`"), event.strip("`")] = cell
    return found


@pytest.mark.parametrize("title", PARTS)
def test_a_diagram_is_made_of_boxes_and_arrows_between_them(title: str) -> None:
    lines = drawn(title)
    boxes = [found for line in lines if (found := _BOX.fullmatch(line))]
    arrows = [found for line in lines if (found := _ARROW.fullmatch(line))]
    names = [box["name"] for box in boxes]
    ends = [(arrow["before"], arrow["after"]) for arrow in arrows]

    assert len(boxes) + len(arrows) == len(lines)
    assert len(set(names)) == len(names)
    assert {name for pair in ends for name in pair} == {"[*]", *names}
    assert len(set(ends)) == len(ends) <= 35
    assert all(arrow["label"] for arrow in arrows if "[*]" not in {arrow["before"], arrow["after"]})


def test_a_diagram_has_every_state() -> None:
    def boxes(title: str) -> set[str]:
        return {found["name"] for line in drawn(title) if (found := _BOX.fullmatch(line))}

    assert boxes(OBSERVED) == {*observed.State} - {"unseen"}
    assert sorted("_".join(boxes(OFFICIAL)).split("_")) == sorted(official.STATES)
    assert boxes(PUBLISHED) == {*ledger.STATE_NAMES.values()}
    assert boxes(LIFE) == {status for status, _ in life.STEPS}


def test_the_table_of_the_observed_line_is_the_one_of_the_code() -> None:
    found = moves(OBSERVED)
    events = {event for _, event in found}

    assert len(found) == len(observed.State) * len(events)
    assert {KIND_OF_TYPE[event] for event in events} == {kind for row in observed.TRANSITIONS.values() for kind in row}
    for (state, event), cell in found.items():
        assert cell == observed.TRANSITIONS[observed.State(state)].get(KIND_OF_TYPE[event], "–"), (state, event)


def test_the_table_of_the_official_line_is_the_one_of_the_code() -> None:
    found = moves(OFFICIAL)

    assert len(found) == 11 * 10
    for (state, event), cell in found.items():
        code, after = event.split()
        assert official.STATES[after][0] == code
        assert cell == (after if official.is_legal(None if state == "none" else state, after) else "–")


def test_the_table_of_published_flags_is_the_one_of_the_code() -> None:
    numbers = {"never": None} | {name: number for number, name in ledger.STATE_NAMES.items()}
    fates = {fate for _, fate in ledger.STEPS}
    told = {(state, fate): ledger.STEPS.get((number, fate)) for state, number in numbers.items() for fate in fates}

    assert moves(PUBLISHED) == {
        (state, fate): "–" if path is None else " → ".join(ledger.STATE_NAMES[one] for one in path) or f"({state})"
        for (state, fate), path in told.items()
    }


def test_the_table_of_the_life_of_a_flag_is_the_one_of_the_code() -> None:
    statuses, events = ({pair[side] for pair in life.STEPS} for side in (0, 1))

    assert moves(LIFE) == {pair: life.STEPS.get(pair, "–") for pair in product(statuses, events)}


def test_the_names_of_the_codes_are_those_of_the_portal() -> None:
    rows = re.findall(r"^\| (\d+) \| `\w+` \| ([^|]+) \| [^|]+ \| [^|]* · (\w+) \|$", part(OFFICIAL), re.MULTILINE)

    assert rows == [
        ("1", "Mới đăng ký", "open"),
        ("2", "Được tiếp nhận", "open"),
        ("3", "Không được tiếp nhận", "closed"),
        ("4", "Đang xử lý", "open"),
        ("5", "Yêu cầu bổ sung giấy tờ", "open"),
        ("6", "Yêu cầu thực hiện nghĩa vụ tài chính", "open"),
        ("7", "Công dân yêu cầu rút hồ sơ", "neither"),
        ("8", "Dừng xử lý", "closed"),
        ("9", "Đã xử lý xong", "closed"),
        ("10", "Đã trả kết quả", "closed"),
    ]
