"""Pseudonyms under one secret key: a subject becomes a case token, a source's id a fact id, a Kafka key a hash."""

import hmac
import unicodedata
from base64 import urlsafe_b64encode

# What is hashed for a fact or a Kafka key begins with a word and a line feed, which no subject can hold, so the three
# kinds of pseudonym can never meet; a source holds no white space, so it ends at the next line feed. These forms are
# for ever: another form would give every case another token.
_FACT = "fact\n"
_KEY = b"key\n"


class SubjectRefused(ValueError):
    """The subject cannot be a dossier's: it names nothing, or it has the form of a citizen's personal number."""

    def __init__(self, expected: str) -> None:
        self.expected = expected
        super().__init__(f"subject: {expected}")


def normalise(subject: str) -> str:
    """The one form of a subject that is hashed: without outer white space, in Unicode form NFC.

    Letters keep their case: codes are opaque text of many systems, and two dossiers taken for one cannot be parted
    again, while one dossier taken for two can be linked. NFC, not NFKC, for the same reason: it joins only what every
    reader takes for the same text.
    """
    text = subject if subject.isascii() else unicodedata.normalize("NFC", subject)
    text = text.strip()
    value = text[text.find(":") + 1 :].strip()
    if not value:
        raise SubjectRefused("a value after the scheme")
    # isdecimal, not isdigit: the digits of every script are digits of a number, a superscript is not.
    if len(value) == 12 and value.isdecimal():
        raise SubjectRefused("no personal number: a value of 12 digits is refused")
    return text


def token_of(key: bytes, subject: str) -> str:
    """The case token of a *normalised* subject: 128 bits in 22 characters of base64url."""
    return urlsafe_b64encode(hmac.digest(key, subject.encode(), "sha256")[:16])[:22].decode()


# Fields of data that name a thing by a code of its own. People write into them whatever is at hand, such as the code of
# a dossier, or twelve digits with blanks between, so that they stand in the log as pseudonyms too.
LABELS = ("lot", "parcel")


def labels_of(data: object) -> dict[str, str]:
    """The lot and the parcel that data names, each as a subject, not yet normalised."""
    found = ((name, getattr(data, name, None)) for name in LABELS)
    return {name: f"{name}:{value.strip()}" for name, value in found if value is not None}


def fact_id_of(key: bytes, source: str, id: str) -> str:  # noqa: A002  (CloudEvents calls it so)
    """64 bits in hexadecimal that name a source's event without telling its id, which may hold a code or a phone."""
    return hmac.digest(key, f"{_FACT}{source}\n{id}".encode(), "sha256")[:8].hex()


def key_hash_of(key: bytes, source_key: bytes) -> bytes:
    """What stands for a Kafka key that producers chose: equal keys stay together, none can be read."""
    return urlsafe_b64encode(hmac.digest(key, _KEY + source_key, "sha256")[:16])[:22]
