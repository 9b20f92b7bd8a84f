"""`hoso simulate`: a run in files, and what wrong use says."""

import json
from pathlib import Path

from typer.testing import CliRunner

from schemas.events import EVENT
from streams.cli import app
from streams.simulator.plan import in_order
from streams.wiring import simulation


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["simulate", *words])
    return done.exit_code, done.output


def test_events_come_in_the_order_in_which_they_are_known_with_the_truth_beside(tmp_path: Path) -> None:
    events, truth = tmp_path / "events.jsonl", tmp_path / "truth.jsonl"

    code, said = run(
        "--district", "noisy", "--seed", "7", "--days", "5", "--to", str(events), "--truth", str(truth), "--json"
    )

    told = [json.loads(line) for line in events.read_text().splitlines()]
    truths = [json.loads(line) for line in truth.read_text().splitlines()]
    counts = json.loads(said)
    assert code == 0
    assert (counts["events"], counts["cases"], counts["seed"]) == (len(told), len(truths), 7)
    assert [each["delivered"] for each in told] == sorted(each["delivered"] for each in told)
    assert {each["event"]["subject"].removeprefix("dossier:") for each in told} <= {each["case"] for each in truths}
    for each in told[:50]:
        EVENT.validate_json(json.dumps(each["event"]))


def test_what_is_written_reads_back_as_it_was_told(tmp_path: Path) -> None:
    run = simulation.play("noisy", 3, 5, lambda _: None)

    simulation.write(run, tmp_path / "events.jsonl")

    assert list(simulation.read(tmp_path / "events.jsonl")) == in_order(run.cases)


def test_a_seed_gives_the_same_files(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a", "b")]
    for file in files:
        assert run("--district", "honest", "--days", "3", "--to", str(file))[0] == 0

    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_table_tells_what_was_played(tmp_path: Path) -> None:
    code, said = run("--district", "hanoi-2022", "--to", str(tmp_path / "out"))

    assert code == 0
    assert "procedure eid" in said
    assert "182" in said


def test_wrong_use_is_told_in_one_line(tmp_path: Path) -> None:
    for words, told in (
        (("--district", "atlantis", "--to", str(tmp_path / "out")), "district atlantis: neither a file nor one of"),
        (("--to", "topics"), "set HOSO_CLOCK=simulated here and for its workers"),
        (("--speed", "60", "--to", str(tmp_path / "out")), "--speed works to topics only"),
        (("--to", "topics", "--tick", "2d"), "--tick 2d: expected a number and s, m, h or d"),
        (("--days", "0", "--to", str(tmp_path / "out")), "--days"),
    ):
        code, said = run(*words)

        assert code == 2
        assert told in " ".join(said.split())
