"""What counts as evidence, and by when: what stands on docs/evidence.md and in no story."""

from typing import Any

import pytest

from streams.core.facts import fact_hash
from tests.core_builders import classes_at, completed, entry, facts_of, flags_at, official, ready, received, view_at

LATER = "2026-03-20 08:00"
DUE = "2026-03-11"
CASE = (received("2026-03-02 08:00"), completed("2026-03-02 09:00"), official("4", "2026-03-02 10:00"))


def hash_of(fact: dict[str, Any]) -> str:
    (read,), strings = facts_of(fact)
    return fact_hash(read, strings)


@pytest.mark.parametrize(
    "fields",
    [{"strength": "scan"}, {"origin": "post"}, {"precision": "day"}, {"recorded": "2026-03-12 09:00"}],
)
def test_what_a_piece_is_worth_is_under_its_hash(fields: dict[str, Any]) -> None:
    plain = {"strength": "register_line", "origin": "unit", "fact": 1}

    assert hash_of(ready("2026-03-10 09:00", **plain)) != hash_of(ready("2026-03-10 09:00", **plain | fields))


def test_a_flag_tells_what_each_piece_of_its_evidence_is_worth() -> None:
    card = ready("2026-03-10 09:00", strength="scan", origin="post")

    flag = next(flag for flag in flags_at(LATER, *CASE, card) if flag["class"] == "falsely_pending")

    (piece,) = [piece for piece in flag["evidence"] if piece["type"] == "card.received_at_unit"]
    assert piece == {
        "fact": card["fact"],
        "type": "card.received_at_unit",
        "time": "2026-03-10T09:00:00+07:00",
        "precision": "second",
        "strength": "scan",
        "origin": "post",
        "hash": hash_of(card),
    }


@pytest.mark.parametrize("kind", ["eid.activated", "parcel.delivered"])
def test_what_is_no_evidence_of_hand_over_shows_nothing_done(kind: str) -> None:
    told = entry(kind, "2026-03-10 10:00")

    assert "falsely_pending" not in classes_at(LATER, *CASE, told)
    assert view_at(LATER, *CASE, told)["verdict"] == "overdue"


OWN_WORD = {"origin": "unit", "recorded": "2026-03-16 09:00"}


@pytest.mark.parametrize(
    "fields, verdict",
    [
        # The unit's own word of after the due, and the same of before it, and of another party.
        (OWN_WORD, "insufficient"),
        (OWN_WORD | {"recorded": f"{DUE} 17:00"}, "on_time"),
        (OWN_WORD | {"origin": "post"}, "on_time"),
        # Without a time of writing, or without an origin, it is taken at its word.
        ({"origin": "unit"}, "on_time"),
        ({"recorded": OWN_WORD["recorded"]}, "on_time"),
        # However strong: strength is kept, and weighs nothing yet.
        (OWN_WORD | {"strength": "signed_slip"}, "insufficient"),
    ],
)
def test_whose_word_it_is_and_when_it_was_written_down(fields: dict[str, Any], verdict: str) -> None:
    facts = [*CASE, ready(f"{DUE} 15:00", **fields)]

    assert view_at(LATER, *facts)["verdict"] == verdict


@pytest.mark.parametrize(
    "snapshot, raised",
    [
        (entry("official.observed", "2026-03-11 20:00", system="portal", code="4"), True),
        (entry("official.observed", "2026-03-11 08:00", system="portal", code="4"), False),
        # Of that day, and nobody knows whether it was read before the card came.
        (entry("official.observed", "2026-03-11 24:00", precision="day", system="portal", code="4"), False),
    ],
)
def test_a_snapshot_of_which_only_the_day_is_known_accuses_of_nothing_on_it(
    snapshot: dict[str, Any], raised: bool
) -> None:
    told = (received("2026-03-02 08:00"), completed("2026-03-02 09:00"), snapshot)

    assert ("falsely_pending" in classes_at(LATER, *told, ready("2026-03-11 10:00", origin="post"))) is raised
