"""The operating manual names every reason for a dead letter, every setting and every exit code."""

from pathlib import Path

import pytest

from streams.agents.ending import FAULT_CODE, FENCED_CODE
from streams.pipeline.refusals import Reason
from streams.settings import Settings

MANUAL = (Path(__file__).parents[2] / "docs" / "operating.md").read_text()


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_stands_in_the_table_of_bad_inputs(reason: Reason) -> None:
    assert reason.value in MANUAL


# Where nothing is kept on disk yet, `data` has no meaning to tell.
@pytest.mark.parametrize("field", sorted(Settings.model_fields.keys() - {"data"}))
def test_every_setting_is_told(field: str) -> None:
    assert f"`HOSO_{field.upper()}`" in MANUAL


@pytest.mark.parametrize("code", [FAULT_CODE, FENCED_CODE])
def test_every_code_of_a_worker_is_told(code: int) -> None:
    assert f"| {code} |" in MANUAL
