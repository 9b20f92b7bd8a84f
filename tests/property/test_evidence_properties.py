"""Every flag can be derived again from its evidence alone: the facts it names, judged by the same law."""

from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from streams.core.case import EMPTY, Case
from streams.core.engine import fold, judge
from tests.core_builders import PAUSES, TOKEN, at, entry, vietnam

UNTIL = at("2026-02-27 12:00")
KINDS = (
    "case.completed", "verification.done", "case.transmitted", "card.printed", "card.dispatched",
    "card.received_at_unit", "card.returned", "case.refused", "result.delivered",
)  # fmt: skip

TROUBLE = (
    "official.sync_failed", "update.failed_reported", "print.blocked", "print.unblocked", "intake.lookup_missed",
    "case.registered_online",
)  # fmt: skip
# The due of a case without a pause.
DUE = "2026-01-13T17:00:00Z"


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A card case of which only the reception says what it is; steps, pauses and two official lines as they fall."""

    def when() -> int:
        return draw(st.integers(at("2026-01-05 08:00"), at("2026-02-20 17:00")))

    received = entry("case.received", at("2026-01-05 08:00"), fact=1)
    received["data"] = {"unit": "G01.801.001", "procedure": "card", "variant": "new"}
    if draw(st.booleans()):
        received["data"]["appointment_at"] = "2026-01-14T10:00:00Z"
    if draw(st.booleans()):
        received["data"]["return_by"] = "post"
    if draw(st.booleans()):
        received["recorded"] = draw(st.sampled_from(["2026-01-05T02:00:00Z", "2026-01-20T02:00:00Z"]))
    told = [received]
    for number, kind in enumerate(draw(st.lists(st.sampled_from(KINDS), max_size=7)), 2):
        step = entry(kind, when(), fact=number)
        step["data"] = {"origin": draw(st.sampled_from(["unit", "post"]))} if kind.startswith("card.re") else {}
        step["source"] = draw(st.sampled_from(["urn:hoso:a", "urn:hoso:b"]))
        told.append(step)
    for number in range(draw(st.integers(0, 4))):
        asked, what = when(), draw(st.sampled_from(PAUSES))
        for kind, moment in ((what["from"], asked), (what["to"], asked + draw(st.integers(1, 500_000)))):
            pause = entry(kind, moment, fact=100 + 2 * number + (moment != asked))
            pause["data"] = draw(st.sampled_from([{"document": f"{number}/YC"}, {"document": "x"}, {}]))
            told.append(pause)
    if draw(st.booleans()):
        longer = entry("case.extended", when(), fact=150)
        longer["data"] = {"document": "7/XL", "new_due": draw(st.sampled_from(["2026-01-21T17:00:00Z", DUE]))}
        told.append(longer)
    for number in range(draw(st.integers(0, 4))):
        report = entry("official.status_changed", when(), fact=200 + number)
        report["data"] = {
            "system": draw(st.sampled_from(["portal", "onestop"])),
            "code": draw(st.sampled_from(["2", "4", "9", "10", "77"])),
            **draw(
                st.sampled_from([{}, {}, {"ended_at": "2026-01-12T09:00:00Z"}, {"ended_at": "2026-01-16T09:00:00Z"}])
            ),
            **draw(st.sampled_from([{}, {}, {"appointment_at": "2026-01-19T10:00:00Z"}])),
        }
        told.append(report)
    for number, kind in enumerate(draw(st.lists(st.sampled_from(TROUBLE), max_size=4))):
        trouble = entry(kind, when(), fact=300 + number)
        trouble["data"] = {"system": "portal"} if "failed" in kind else {"must_act": "ministry"}
        told.append(trouble)
    return told


def judged(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    case: Case = EMPTY
    for offset, one in enumerate(entries):
        case = fold(case, offset, one)
    newest: dict[tuple[str, int], dict[str, Any]] = {}
    for flag in judge(TOKEN, case, UNTIL, vietnam())[1].flags:
        newest[flag["flag_id"], flag["cycle"]] = flag
    return list(newest.values())


def essence(flag: dict[str, Any]) -> dict[str, Any]:
    """All of a flag but its number among those of its class, which facts outside its evidence may change."""
    return {name: value for name, value in flag.items() if name not in {"cycle", "version"}}


# Done and returned long before anything shows either: two cycles, and each must name what shows the result ready.
RETURNED_BEFORE_READY = [
    entry("case.received", fact=1, variant="new"),
    entry("case.completed", fact=2),
    entry("official.status_changed", "2026-01-05 11:00", fact=3, system="portal", code="9"),
    entry("official.status_changed", "2026-01-06 00:00", fact=4, system="portal", code="10"),
    entry("card.received_at_unit", "2026-01-11 00:00:01", fact=5),
]


@settings(max_examples=300, deadline=None)
@given(histories())
@example(RETURNED_BEFORE_READY)
def test_a_flag_follows_from_its_evidence_alone(told: list[dict[str, Any]]) -> None:
    for flag in judged(told):
        named = {piece["fact"] for piece in flag["evidence"]}

        again = [essence(one) for one in judged([one for one in told if one["fact"] in named])]

        assert essence(flag) in again
