"""Bytes at the border: canonical JSON out, plain JSON in."""

from collections.abc import Mapping
from typing import Any

import orjson

CLOUDEVENTS_JSON = b"application/cloudevents+json"


def encode(value: Mapping[str, Any]) -> bytes:
    """Canonical JSON: keys sorted, no spaces, so that equal values are equal bytes in every process."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def decode(raw: bytes) -> Any:
    """The value of bytes that one of our own processes wrote; raises orjson.JSONDecodeError on anything else."""
    return orjson.loads(raw)
