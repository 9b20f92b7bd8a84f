"""`hoso` with a core that breaks on one case, for tests of our own faults: the token is in HOSO_TEST_POISON."""

import os
from collections.abc import Mapping
from typing import Any

from streams.core.case import Case
from streams.core.engine import fold
from streams.pipeline import cases

POISON = "HOSO_TEST_POISON"


def broken_fold(case: Case, offset: int, entry: Mapping[str, Any]) -> Case:
    """As a defect in the core would: an assertion that does not hold."""
    assert entry["case"] != os.environ[POISON], f"broken on purpose at offset {offset}"
    return fold(case, offset, entry)


if __name__ == "__main__":
    from streams.cli import main

    setattr(cases, "fold", broken_fold)  # noqa: B010  (the one place that breaks our own code)
    main()
