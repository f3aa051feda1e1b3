"""Keys for personal fields: encryption that knows its column, and keyed indexes that can be searched.

Sealed bytes are ``0x01 | key-id length | key id | 12-byte nonce | AES-256-GCM ciphertext and tag``. The column's
name is authenticated with the text, so a value that was copied into another column does not open. A blind index is
HMAC-SHA-256 over the kind and the normalised value: equal values are found, and nothing is read, without the key.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = 1
NONCE_BYTES = 12


class SealBroken(Exception):
    """Sealed bytes that no key of ours opens: changed, moved to another column, or written under a lost key."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """`encryption`: key id to 32 bytes, the first one seals, all of them open. `index`: 32 bytes.
    `entropy`: gives n random bytes; passed in."""

    encryption: Mapping[str, bytes] = field(repr=False)
    index: bytes = field(repr=False)
    entropy: Callable[[int], bytes] = field(repr=False)

    def __post_init__(self) -> None:
        if not self.encryption:
            raise ValueError("ENCRYPTION_KEYS: at least one key is needed")
        for name, key in self.encryption.items():
            if len(key) != 32 or not 0 < len(name.encode()) < 256:
                raise ValueError(f"ENCRYPTION_KEYS: key {name!r} must have a name and 32 bytes")
        if len(self.index) != 32:
            raise ValueError("INDEX_KEY: 32 bytes are needed")

    def seal(self, plain: bytes, *, column: str) -> bytes:
        name, key = next(iter(self.encryption.items()))
        label = name.encode()
        nonce = self.entropy(NONCE_BYTES)
        head = bytes((VERSION, len(label))) + label
        return head + nonce + AESGCM(key).encrypt(nonce, plain, head + column.encode())

    def unseal(self, sealed: bytes, *, column: str) -> bytes:
        """Raises SealBroken."""
        if len(sealed) < 2 or sealed[0] != VERSION:
            raise SealBroken(f"{column}: not in a form this version can read")
        end = 2 + sealed[1]
        name = sealed[2:end].decode(errors="replace")
        key = self.encryption.get(name)
        if key is None:
            raise SealBroken(f"{column}: sealed under key {name!r}, which is not in ENCRYPTION_KEYS")
        nonce, body = sealed[end : end + NONCE_BYTES], sealed[end + NONCE_BYTES :]
        try:
            return AESGCM(key).decrypt(nonce, body, sealed[:end] + column.encode())
        except (InvalidTag, ValueError) as error:
            raise SealBroken(f"{column}: the sealed value was changed or moved") from error

    def blind(self, kind: str, value: str) -> bytes:
        """The searchable stand-in for `value`: 32 bytes, the same for the same kind and value."""
        return hmac.digest(self.index, f"{kind}\0{value}".encode("utf-8", "surrogatepass"), hashlib.sha256)

    def return_code(self, report_id: str) -> str:
        """The 16 digits with which an anonymous sender reads answers. Derived, not drawn, so that the same
        message sent twice gets the same code although we keep only its blind index."""
        return f"{int.from_bytes(self.blind('return_code_of', report_id)[:16]) % 10**16:016d}"

    def token(self, kind: str, record_id: str) -> str:
        """A hex token of 128 bits for a link, derived likewise."""
        return self.blind(f"token:{kind}", record_id)[:16].hex()


def normalise_phone(phone: str) -> str:
    """Digits only, without +86 or 0086 before a mainland mobile, so that one phone has one index."""
    digits = re.sub(r"\D", "", phone)
    return re.sub(r"^(?:0086|86)(?=1\d{10}$)", "", digits)
