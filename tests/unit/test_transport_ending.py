"""Which code a worker ends with."""

import logging
import os

import pytest
from aiokafka.errors import ProducerFenced

from streams.agents.ending import FAULT_CODE, FENCED_CODE, MembershipLost, is_fenced, leave
from streams.ports import Fenced


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error",
    [
        Fenced("another"),
        ProducerFenced(),
        MembershipLost("cases-0"),
        caused(RuntimeError("outer"), Fenced("inner")),
        ExceptionGroup("taking", [ValueError("other"), Fenced("another")]),
    ],
)
def test_being_fenced_is_seen_through_groups_and_causes(error: BaseException) -> None:
    assert is_fenced(error)


@pytest.mark.parametrize("error", [ValueError("x"), ExceptionGroup("g", [ValueError("x")]), KeyboardInterrupt()])
def test_everything_else_is_our_own_fault(error: BaseException) -> None:
    assert not is_fenced(error)


@pytest.mark.parametrize(("error", "code"), [(Fenced("gone"), FENCED_CODE), (ValueError("broken"), FAULT_CODE)])
def test_the_process_ends_at_once_and_says_why(
    error: Exception, code: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def end(with_code: int) -> None:
        raise SystemExit(with_code)

    monkeypatch.setattr(os, "_exit", end)
    monkeypatch.setattr(logging, "shutdown", lambda: None)

    with pytest.raises(SystemExit) as ended:
        leave(error)

    assert ended.value.code == code
    [record] = caplog.records
    assert record.levelno == logging.CRITICAL
    assert record.exc_info is not None
    assert record.exc_info[1] is error
