"""The packed row of a case: nothing is lost in it, and it stays small."""

import ormsgpack
import pytest

from streams.core.case import EMPTY, FORMAT, Case, pack, unpack
from streams.core.engine import judge
from streams.core.errors import RowUnreadable
from tests.core_builders import STORY, TOKEN, at, case_of, entry, official, vietnam

# Twelve stages and four echoes of two systems, as a city's cards have them.
SIXTEEN = (
    entry("case.registered_online", "2026-01-04 20:00", channel="online"),
    *STORY[:2],
    entry("verification.done", "2026-01-06 09:00", system="popdb"),
    entry("supplement.requested", "2026-01-06 10:00", document="12/YC"),
    entry("supplement.received", "2026-01-07 10:00", document="12/YC"),
    entry("case.transmitted", "2026-01-07 15:00", system="ministry"),
    entry("card.printed", "2026-01-09 09:00", source="urn:hoso:ministry", lot="L-2026-0109"),
    entry("card.dispatched", "2026-01-09 16:00", source="urn:hoso:ministry", lot="L-2026-0109", parcel="P-77"),
    *STORY[2:],
    entry("result.delivered", "2026-01-13 10:00", strength="signed_slip", origin="post"),
    official("2", "2026-01-05 11:00", source="urn:hoso:portal", appointment_at="2026-01-13 17:00"),
    official("4", "2026-01-06 11:00", source="urn:hoso:portal"),
    official("9", "2026-01-14 11:00", source="urn:hoso:portal", ended_at="2026-01-12 17:00"),
    official("10", "2026-01-14 12:00", source="urn:hoso:portal"),
)
MEASURED_BYTES_MAX = 720


def judged(entries: tuple[dict[str, object], ...], when: str) -> Case:
    return judge(TOKEN, case_of(*entries), at(when), vietnam())[0]


@pytest.mark.parametrize("case", [EMPTY, case_of(*STORY), judged(SIXTEEN, "2026-01-14 18:00")])
def test_a_row_gives_back_the_case(case: Case) -> None:
    assert unpack(pack(case)) == case


def test_a_row_holds_what_cannot_be_computed_again() -> None:
    case = judged((*STORY, official("4")), "2026-02-27 08:00")

    assert case.ledger
    assert unpack(pack(case)).ledger == case.ledger


def test_a_row_of_another_format_is_refused() -> None:
    row = ormsgpack.packb((FORMAT + 1, *case_of(*STORY)))

    with pytest.raises(RowUnreadable, match=f"row format {FORMAT + 1}: this engine writes {FORMAT}"):
        unpack(row)


def test_a_case_of_sixteen_facts_is_no_larger_than_measured() -> None:
    size = len(pack(judged(SIXTEEN, "2026-01-14 18:00")))
    print(f"a packed case of 16 facts: {size} bytes")

    assert len(SIXTEEN) == 16
    assert size <= MEASURED_BYTES_MAX
