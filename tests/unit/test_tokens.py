"""Pseudonyms: their form is for ever, and what must not be told apart is not."""

import pytest

from streams.pipeline.tokens import SubjectRefused, fact_id_of, key_hash_of, normalise, token_of

KEY = b"a token key that only tests know."


def test_the_form_of_every_pseudonym_is_fixed() -> None:
    # Changing any of these gives every case of every deployment another token.
    assert token_of(KEY, "dossier:G01.801.001-260105-000123") == "PyBGXmkoRR1iJB-V7kig9Q"
    assert fact_id_of(KEY, "urn:hoso:onestop:H26-01", "hn01-20260105-000123-2") == "13c664b6b0f1b858"
    assert key_hash_of(KEY, b"G01.801.001-260105-000123") == b"NiYJyDY3IXtgPnm_qncuZg"


def test_another_key_gives_other_pseudonyms() -> None:
    assert token_of(b"x" * 32, "dossier:1") != token_of(b"y" * 32, "dossier:1")
    assert fact_id_of(b"x" * 32, "urn:a", "1") != fact_id_of(b"y" * 32, "urn:a", "1")


def test_source_and_id_are_kept_apart() -> None:
    assert fact_id_of(KEY, "urn:a1", "1") != fact_id_of(KEY, "urn:a", "11")


@pytest.mark.parametrize(
    "written",
    [
        "dossier:Hà Nội-1",
        "dossier:Ha\u0300 Nô\u0323i-1".replace("ô\u0323", "ộ"),
        "dossier:Hà Nội-1  ",
        "dossier:Hà Nội-1\u00a0",
    ],
)
def test_spaces_around_and_the_way_of_writing_accents_do_not_matter(written: str) -> None:
    assert normalise(written) == "dossier:Hà Nội-1"


def test_case_and_compatible_letters_matter() -> None:
    assert normalise("dossier:g01") != normalise("dossier:G01")
    assert normalise("dossier:１") == "dossier:１"


@pytest.mark.parametrize(
    "subject",
    [
        "dossier:001095012345",
        "eid:001095012345 ",
        "receipt: 001095012345",
        "dossier:００１０９５０１２３４５",
        "dossier:٠٠١٠٩٥٠١٢٣٤٥",
    ],
)
def test_twelve_digits_of_any_script_are_a_personal_number(subject: str) -> None:
    with pytest.raises(SubjectRefused) as refused:
        normalise(subject)

    assert subject.partition(":")[2].strip() not in str(refused.value)


@pytest.mark.parametrize(
    "subject", ["dossier:00109501234", "dossier:0010950123456", "dossier:001095-01234", "lot:A00109501234"]
)
def test_other_codes_of_digits_pass(subject: str) -> None:
    assert normalise(subject) == subject


@pytest.mark.parametrize("subject", ["dossier:", "dossier: ", "dossier:\x1c"])
def test_a_subject_must_name_something(subject: str) -> None:
    with pytest.raises(SubjectRefused):
        normalise(subject)
