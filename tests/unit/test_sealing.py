"""Keys and boxes: a key of a wrong form is refused without being told."""

import pytest

from streams.adapters.sealing import CodesBox, KeyRefused, LetterOpener, LetterSealer, SealBroken, new_letter_keys
from streams.settings import DEMO_CODES_KEY

SECRET = "s3cr3t"


@pytest.mark.parametrize("make", [CodesBox, LetterSealer, LetterOpener])
@pytest.mark.parametrize("key", [SECRET, SECRET * 20, "0" * 62, "é" * 20])
def test_a_key_of_a_wrong_form_is_refused_and_not_told(make: type, key: str) -> None:
    with pytest.raises(KeyRefused) as refused:
        make(key)

    assert key not in str(refused.value)


@pytest.mark.parametrize("key", [DEMO_CODES_KEY, "0f" * 32])
def test_codes_open_with_their_key_alone(key: str) -> None:
    sealed = CodesBox(key).seal(b"dossier:1")

    assert CodesBox(key).open(sealed) == b"dossier:1"
    with pytest.raises(SealBroken):
        CodesBox("1e" * 32).open(sealed)


def test_a_pair_of_keys_fits() -> None:
    private, public = new_letter_keys()

    assert LetterOpener(private).open(LetterSealer(public).seal(b"x")) == b"x"
