"""Events that name others than their subject, or that have no case: to whom each of them is told."""

from typing import Any

import pytest

from schemas.codec import decode, encode
from schemas.control import CONTROL, Heartbeat, SnapshotTold
from schemas.entries import FactEntry, FactMoved
from schemas.topics import LOG
from streams.pipeline.cases import CasePartition
from streams.pipeline.control_keys import control_key
from streams.pipeline.dead_letters import parse
from streams.pipeline.parking import unparked
from streams.pipeline.refusals import Reason
from streams.pipeline.tokens import token_of
from streams.ports import Outgoing
from tests.intake_builders import (
    APPENDED_AT,
    CODES,
    TOKEN_KEY,
    as_read,
    entries_of,
    intake,
    message,
    on,
    record,
)

A, B, C = "dossier:A-1", "dossier:B-2", "eid:C-3"


def token(subject: str) -> str:
    return token_of(TOKEN_KEY, subject)


def step(kind: str, topic: str = "review", **fields: Any) -> list[Outgoing]:
    return intake().step([record(message(type=kind, **fields), topic=topic)])


def refused(out: list[Outgoing]) -> tuple[str, str]:
    (one,) = out
    letter = parse(as_read(one))
    return letter.path, letter.reason


@pytest.mark.parametrize("kind", ["case.linked", "case.unlinked"])
def test_a_link_is_the_same_fact_for_each_token_that_it_names(kind: str) -> None:
    out = step(kind, subject=A, data={"subjects": [B, C, B, A]})

    entries = entries_of(out)
    rest = sorted([token(B), token(C)])
    assert [entry["case"] for entry in entries] == [token(A), *rest]
    assert {entry["data"]["cases"] for entry in entries} == {" ".join([token(A), *rest])}
    assert len({entry["fact"] for entry in entries}) == 1
    assert [one.key for one in on("log", out)] == [entry["case"].encode() for entry in entries]
    for entry in entries:
        assert "subjects" not in entry["data"]
        FactEntry.model_validate_json(encode(entry))
    assert {CODES.open(one.value or b"").decode() for one in on("codes", out)} == {A, B, C}


def test_what_supersedes_is_told_to_the_old_dossier_alone() -> None:
    (entry,) = entries_of(step("case.superseded", subject=A, data={"subjects": [B]}))

    assert (entry["case"], entry["data"]["cases"]) == (token(A), f"{token(A)} {token(B)}")


@pytest.mark.parametrize("kind", ["case.linked", "case.unlinked", "case.superseded"])
@pytest.mark.parametrize(
    ("named", "reason"),
    [
        ("dossier:001095012345", Reason.PERSONAL_NUMBER),
        ("receipt:００１０９５０１２３４５", Reason.PERSONAL_NUMBER),
        (A, Reason.SAME_SUBJECT),
    ],
)
def test_a_subject_that_cannot_be_named_refuses_the_event_and_leaves_nothing(
    kind: str, named: str, reason: Reason
) -> None:
    step = intake().step
    out = step([record(message(type=kind, subject=A, data={"subjects": [named]}), topic="review")])

    assert refused(out) == ("data.subjects", reason)
    # Nothing of it is remembered: the code is told with the first good event.
    assert len(on("codes", step([record(message(subject=A))]))) == 1


PLACES = {"card.printed": "print", "letter.printed": "print",
          "card.dispatched": "card-dispatch", "card.received_at_unit": "card-dispatch"}  # fmt: skip


@pytest.mark.parametrize("kind", PLACES)
def test_a_lot_learns_of_those_that_name_it(kind: str) -> None:
    out = step(kind, PLACES[kind], subject=A, data={"lot": " L 7"})

    own, moved = entries_of(out)
    lot = token("lot:L 7")
    assert (own["case"], own["type"], own["data"]["lot_case"], own["data"]["lot"]) == (token(A), kind, lot, lot)
    assert (moved["case"], moved["type"], moved["moved"], moved["origin"]) == (lot, "fact.moved", kind, token(A))
    assert moved["fact"] == own["fact"]
    assert [one.key for one in on("log", out)] == [token(A).encode(), lot.encode()]
    FactMoved.model_validate_json(encode(moved))
    assert {CODES.open(one.value or b"").decode() for one in on("codes", out)} == {A, "lot:L 7"}


def test_an_event_of_a_lot_says_so_and_is_told_to_it_alone() -> None:
    (entry,) = entries_of(step("card.dispatched", "card-dispatch", subject="lot:L 7", data={"lot": "L 8"}))

    assert (entry["case"], entry["scheme"], entry["data"]["lot"]) == (token("lot:L 7"), "lot", token("lot:L 8"))
    assert "lot_case" not in entry["data"]


def test_an_event_that_names_no_lot_is_told_to_its_case_alone() -> None:
    assert len(entries_of(step("card.printed", "print", subject=A))) == 1


def test_a_lot_that_names_nothing_is_refused_where_it_stands() -> None:
    path, _ = refused(step("card.printed", "print", subject=A, data={"lot": "  "}))

    assert path == "data.lot"


def corrected(**data: str) -> list[Outgoing]:
    return step("fact.corrected", "review", subject=A, data=data)


def test_a_correction_that_names_one_fact_twice_or_itself_is_refused() -> None:
    own = entries_of(corrected(replaces="b" * 16))[0]["fact"]

    assert refused(corrected(replaces="b" * 16, fact="b" * 16)) == ("data", Reason.SAME_FACT)
    assert refused(corrected(replaces=own)) == ("data", Reason.SAME_FACT)
    assert refused(corrected(replaces="b" * 16, fact=own)) == ("data", Reason.SAME_FACT)
    assert entries_of(corrected(replaces="b" * 16, fact="c" * 16))[0]["data"]["replaces"] == "b" * 16


SPEAKING = ("G01.801.001-260105-000123", "0010 9900 1234", "001-099-001-234", "001.099.001.234 ")


@pytest.mark.parametrize("label", SPEAKING)
@pytest.mark.parametrize(
    "name, kind",
    [
        ("lot", "card.printed"),
        ("lot", "card.dispatched"),
        ("parcel", "card.dispatched"),
        ("parcel", "parcel.delivered"),
    ],
)
def test_what_names_a_lot_or_a_parcel_never_stands_in_the_log_as_given(label: str, name: str, kind: str) -> None:
    topic = "print" if kind == "card.printed" else "card-dispatch"
    out = step(kind, topic, subject=A, data={name: label})

    assert {entry["data"][name] for entry in entries_of(out)} == {token(f"{name}:{label.strip()}")}
    assert not [one for one in on("log", out) if label.strip().encode() in (one.value or b"")]
    # Whoever may read codes can still read which it was.
    assert {CODES.open(one.value or b"").decode() for one in on("codes", out)} == {A, f"{name}:{label.strip()}"}


@pytest.mark.parametrize("name", ["lot", "parcel"])
def test_twelve_digits_that_name_a_lot_or_a_parcel_are_refused(name: str) -> None:
    assert (
        refused(step("card.dispatched", "card-dispatch", subject=A, data={name: "001099001234"}))[0] == f"data.{name}"
    )


def controls(out: list[Outgoing]) -> list[Any]:
    assert {one.topic for one in out} == {"t.control"}
    assert {one.partition for one in out} == {0}
    told = [CONTROL.validate_json(one.value or b"") for one in out]
    assert [one.key for one in out] == [control_key(one) for one in told]
    return told


def heartbeat(**fields: Any) -> bytes:
    about = {"subject": "source:H26-01", "data": {"sent_up_to": "2026-01-05T10:00:00+07:00"}}
    return message(type="source.heartbeat", **about, **fields)


def test_a_heartbeat_goes_to_the_controller_and_counts_from_the_second_after_it_came() -> None:
    out = intake().step([record(heartbeat(), topic="source-health", timestamp=APPENDED_AT + 1)])

    assert controls(out) == [
        Heartbeat(source="urn:hoso:onestop:H26-01", sent_up_to="2026-01-05T03:00:00Z", at="2026-01-06T00:00:01Z")
    ]


def beat_of(software: str, day: int = 5, source: str = "urn:hoso:onestop:H26-01", **fields: Any) -> Any:
    data = {"sent_up_to": f"2026-01-{day:02}T10:00:00+07:00", "software": software}
    about = {"subject": "source:H26-01", "time": f"2026-01-{day:02}T10:00:00+07:00", "source": source, "data": data}
    return record(message(type="source.heartbeat", **about, **fields), topic="source-health")


def test_a_heartbeat_that_tells_its_software_stands_in_the_log_too_and_is_no_case() -> None:
    out = intake().step([beat_of("onestop-3.2.1")])

    (entry,) = entries_of(out)
    told = {"sent_up_to": "2026-01-05T03:00:00Z", "software": "onestop-3.2.1"}
    assert (entry["type"], entry["source"], entry["data"]) == ("source.heartbeat", "urn:hoso:onestop:H26-01", told)
    FactEntry.model_validate_json(encode(entry))
    assert len(controls([one for one in out if one.topic == "t.control"])) == 1
    part = CasePartition(0, {}, lambda topic: topic.name)
    (writes,) = part.steps([record(encode(entry), topic=LOG.name)])
    assert (part.tokens(), writes.report.folded) == ([], 0)


def test_software_is_told_once_a_day_and_whenever_it_changes() -> None:
    sent = [("1.0", 5), ("1.0", 5), ("1.1", 5), ("1.1", 5), ("1.1", 6), ("1.0", 6)]
    step = intake(simulated=True).step([beat_of(*one, id=str(n)) for n, one in enumerate(sent)])
    other = beat_of("1.0", source="urn:hoso:portal")

    told = [(each["data"]["software"], each["time"][8:10]) for each in entries_of(step)]
    assert told == [("1.0", "05"), ("1.1", "05"), ("1.1", "06"), ("1.0", "06")]
    assert len([one for one in step if one.topic == "t.control"]) == len(sent)
    assert len(entries_of(intake().step([beat_of("1.0"), other]))) == 2


@pytest.mark.parametrize("software", ["", "one stop 3", "Nguyễn Văn A", "x" * 65, "001099001234", "-1", "a/b"])
def test_software_that_is_no_name_of_a_release_is_refused(software: str) -> None:
    path, _ = refused(intake().step([beat_of(software)]))

    assert path == "data.software"


def test_on_a_simulated_clock_a_heartbeat_counts_from_when_it_says() -> None:
    out = intake(simulated=True).step([record(heartbeat(time="2026-01-05T10:00:30+07:00"), topic="source-health")])

    assert [one.at for one in controls(out)] == ["2026-01-05T03:00:30Z"]


def test_the_end_of_a_snapshot_goes_to_the_controller() -> None:
    data = {"system": "portal", "snapshot": "2026-01-05", "complete": False}
    about = {"subject": "system:portal", "time": "2026-01-05T10:00:00+07:00", "data": data}

    out = intake().step([record(message(type="official.snapshot_ended", **about), topic="official-status")])

    assert controls(out) == [
        SnapshotTold(ended="2026-01-05T03:00:00Z", at="2026-01-06T00:00:01Z", **data)  # type: ignore[arg-type]
    ]


@pytest.mark.parametrize("kind", ["link.degraded", "device.failed", "complaint.filed"])
def test_trouble_of_a_place_stands_in_the_log_and_is_no_case(kind: str) -> None:
    data = {"unit": "G01.801.001", "reason": "slow"}
    out = step(kind, "source-health", subject="unit:G01.801.001", data=data)
    (entry,) = entries_of(out)

    part = CasePartition(0, {}, lambda topic: topic.name)
    (writes,) = part.steps([record(encode(entry), topic=LOG.name)])

    assert (entry["type"], entry["case"], entry["data"]) == (kind, token("unit:G01.801.001"), data)
    FactEntry.model_validate_json(encode(entry))
    assert part.tokens() == []
    assert (writes.report.folded, writes.records) == (0, [])


def test_what_a_suspended_source_sends_is_parked_whole_and_only_what_can_be_read() -> None:
    step = intake()
    step.suspended = frozenset({"urn:hoso:onestop"})
    theirs = [record(message(), key=b"k", headers=(("trace", b"1"),)), record(heartbeat(), topic="source-health")]
    sent = [*theirs, record(b"not JSON"), record(message(source="urn:hoso:onestopper"))]

    out = step.step(sent)

    assert [one.topic for one in out] == ["t.parked", "t.parked", "t.dead-letters", "t.log", "t.codes"]
    assert [unparked(one.value, one.headers) for one in out[:2]] == theirs
    assert {one.key for one in out[:2]} == {b"urn:hoso:onestop:H26-01"}


def test_what_is_forwarded_later_is_what_would_have_been_forwarded_then() -> None:
    records = [record(message(id=str(n), time=f"2026-01-06T00:0{n}:00Z")) for n in range(9)]
    parking = intake()
    parking.suspended = frozenset({"urn:hoso:onestop:H26-01"})
    kept = [unparked(one.value, one.headers) for one in parking.step(records)]

    parking.suspended = frozenset()

    assert [(one.topic, one.key) for one in parking.step(kept)] == [
        (one.topic, one.key) for one in intake().step(records)
    ]
    assert entries_of(parking.step(kept)) == entries_of(intake().step(records))
    assert decode(on("log", parking.step(kept))[0].value or b"")["arrived"] == "2026-01-06T00:00:01Z"
