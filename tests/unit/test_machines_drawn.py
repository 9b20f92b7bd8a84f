"""A small machine as a table and a diagram, and tables that grow."""

from streams.core.ledger import RAISED, STATE_NAMES, STEPS
from tools.machines_drawn import Machine, diagram, merged, whole_table
from tools.machines_page import published_flag

# A door: the first sight of it may find it open or not; a lock and a bolt are alike.
DOOR = Machine(
    {"new": "new", "open": "open · mở", "shut": "shut", "locked": "locked", "bolted": "bolted", "gone": "gone"},
    "new",
    {
        ("new", "built"): ("open",),
        ("new", "moved in"): ("open", "shut"),
        ("open", "closed"): ("shut",),
        ("open", "slammed"): ("shut",),
        ("open", "knocked"): (),
        ("shut", "opened"): ("open",),
        ("shut", "lock"): ("locked",),
        ("shut", "bolt"): ("bolted",),
        ("locked", "bolt"): ("bolted",),
        ("locked", "lock"): ("locked",),
        ("locked", "broken"): ("gone",),
        ("bolted", "bolt"): ("bolted",),
        ("bolted", "lock"): ("locked",),
        ("bolted", "broken"): ("gone",),
    },
)


def arrows(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if "-->" in line]


def test_a_table_has_every_event_in_every_state_and_alike_events_in_one_line() -> None:
    assert whole_table(DOOR).splitlines() == [
        "| Sự kiện · event | `new` | `open` | `shut` | `locked` | `bolted` | `gone` |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        "| `built` | open | – | – | – | – | – |",
        "| `moved in` | open → shut | – | – | – | – | – |",
        "| `closed`, `slammed` | – | shut | – | – | – | – |",
        "| `knocked` | – | (open) | – | – | – | – |",
        "| `opened` | – | – | open | – | – | – |",
        "| `lock` | – | – | locked | locked | locked | – |",
        "| `bolt` | – | – | bolted | bolted | bolted | – |",
        "| `broken` | – | – | – | gone | gone | – |",
    ]


def test_a_diagram_has_one_arrow_for_all_that_leads_from_one_state_to_another() -> None:
    assert diagram(merged(DOOR)).splitlines() == [
        "```mermaid",
        "stateDiagram-v2",
        '    state "open · mở" as open',
        '    state "shut" as shut',
        '    state "locked, bolted" as locked_bolted',
        '    state "gone" as gone',
        "    [*] --> open : built",
        "    [*] --> shut : moved in (by way of open)",
        "    open --> shut : closed, slammed",
        "    open --> open : knocked",
        "    shut --> open : opened",
        "    shut --> locked_bolted : lock, bolt",
        "    locked_bolted --> locked_bolted : bolt, lock",
        "    locked_bolted --> gone : broken",
        "    gone --> [*]",
        "```",
    ]


def test_states_that_are_not_merged_keep_their_repeats() -> None:
    assert "locked --> locked : lock" in arrows(diagram(DOOR))


def test_a_first_state_that_is_come_back_to_is_a_box_of_its_own() -> None:
    lamp = Machine({"off": "off", "on": "on"}, "off", {("off", "press"): ("on",), ("on", "press"): ("off",)})

    assert arrows(diagram(lamp)) == ["[*] --> off", "off --> on : press", "on --> off : press"]


def test_a_ledger_with_one_more_state_and_one_more_fate_is_drawn_without_a_word_for_them() -> None:
    last = max(STATE_NAMES) + 1
    steps = {**STEPS, (RAISED, "moved_away"): (last,), (last, "holds"): (RAISED,), (last, "moved_away"): ()}

    grown = published_flag(steps, {**STATE_NAMES, last: "elsewhere"})

    assert list(grown.states)[-1] == "elsewhere"
    assert {"raised --> elsewhere : moved_away", "elsewhere --> raised : holds"} <= set(arrows(diagram(grown)))
    assert 'state "elsewhere" as elsewhere' in diagram(grown)
    assert whole_table(grown).splitlines()[-1].startswith("| `moved_away` | – | elsewhere |")
