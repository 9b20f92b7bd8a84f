"""The district that integration tests look at (tests/integration/conftest.py): which, and as of when."""

from datetime import datetime

DISTRICT, SEED = "noisy", 2
AT = datetime.fromisoformat("2026-02-10T15:00:00+07:00")
