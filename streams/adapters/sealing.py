"""Sealing with libsodium: dead letters to a public key, dossier codes under a shared one."""

from typing import Protocol

from nacl.encoding import HexEncoder
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import SecretBox


class Sealer(Protocol):
    """Makes bytes unreadable to everybody but the holder of the opening key; equal bytes give unequal sealed ones."""

    def seal(self, plain: bytes) -> bytes: ...


class Opener(Protocol):
    """Gives back exactly what was sealed, or raises `SealBroken`."""

    def open(self, sealed: bytes) -> bytes: ...


class SealBroken(ValueError):
    """The bytes were sealed to another key, or changed since."""

    def __init__(self, size: int) -> None:
        self.size = size
        super().__init__(f"{size} sealed bytes: not sealed to this key, or changed since")


class KeyRefused(ValueError):
    """A key that is not of its form. The key itself is not told."""

    def __init__(self, field: str, expected: str) -> None:
        self.field, self.expected = field, expected
        super().__init__(f"{field}: expected {expected}")


class LetterSealer:
    """Seals to a public key: whoever runs intake cannot read what it refused."""

    def __init__(self, public_key: str) -> None:
        self._box = SealedBox(PublicKey(_key("dead_letters_public_key", public_key)))

    def seal(self, plain: bytes) -> bytes:
        return self._box.encrypt(plain)


class LetterOpener:
    """Opens with the private key, which stays with whoever may read dead letters."""

    def __init__(self, private_key: str) -> None:
        self._box = SealedBox(PrivateKey(_key("dead_letters_private_key", private_key)))

    def open(self, sealed: bytes) -> bytes:
        try:
            return self._box.decrypt(sealed)
        except CryptoError:
            raise SealBroken(len(sealed)) from None


class CodesBox:
    """Seals and opens dossier codes under one secret key of 32 bytes: its text in UTF-8, or 64 hexadecimal digits."""

    def __init__(self, key: str) -> None:
        raw = key.encode()
        if len(raw) != SecretBox.KEY_SIZE:
            raw = _key("codes_key", key)
        self._box = SecretBox(raw)

    def seal(self, plain: bytes) -> bytes:
        return bytes(self._box.encrypt(plain))

    def open(self, sealed: bytes) -> bytes:
        try:
            return self._box.decrypt(sealed)
        except CryptoError:
            raise SealBroken(len(sealed)) from None


def new_letter_keys() -> tuple[str, str]:
    """A fresh pair for dead letters, (private, public), both in hexadecimal."""
    private = PrivateKey.generate()
    return private.encode(HexEncoder).decode(), private.public_key.encode(HexEncoder).decode()


def _key(field: str, text: str) -> bytes:
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        raw = b""
    if len(raw) != 32:
        raise KeyRefused(field, "32 bytes in 64 hexadecimal digits")
    return raw
