"""The secret of a memory of claims, under which it knows persons and numbers without holding them."""

import hmac
import re
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Final

from worker.errors import ConfigurationError

MARK_BYTES: Final = 8
NO_MARK: Final = bytes(MARK_BYTES)
"""Of a number that is absent."""
_SECRET_BYTES: Final = 32
_PLACED_BYTES: Final = 8
_NAMES: Final = ("identity", "placement")
_LINE: Final = re.compile(r"(\w+)\s*=\s*([0-9a-f]{64})", re.ASCII)
_ABOUT: Final = "# Key of a claimscrub memory of claims: keep it as a password, apart from the memory itself.\n"


def partition_of(person: bytes, partitions: int) -> int:
    """Return the partition, of so many, that holds the claims of a person who is known under these bytes."""
    return int.from_bytes(person[:_PLACED_BYTES], "big") % partitions


class HistoryKey:
    """Two secrets of 32 bytes: `identity` names persons and numbers, `placement` chooses their partition.

    The bytes of a person begin with those that choose the partition, so that whoever has a record knows where it
    belongs among another number of partitions.

    The placement secret stays for the life of the topics, since another one would move persons to other partitions.
    `fingerprint` shows which key it is, and nothing else.
    """

    def __init__(self, identity: bytes, placement: bytes) -> None:
        self._identity, self._placement = identity, placement
        self.fingerprint: Final = hmac.digest(identity, b"fingerprint 2\0" + placement, "sha256")[:4].hex()
        self.mark = lru_cache(maxsize=65_536)(self.mark_once)
        """The 8 bytes by which a number is known again; `NO_MARK` for one that is absent."""

    @classmethod
    def random(cls) -> "HistoryKey":
        """Return a key that nobody else has."""
        return cls(secrets.token_bytes(_SECRET_BYTES), secrets.token_bytes(_SECRET_BYTES))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, HistoryKey) and self.__reduce__() == other.__reduce__()

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __reduce__(self) -> tuple[type["HistoryKey"], tuple[bytes, bytes]]:
        return HistoryKey, (self._identity, self._placement)

    def person(self, identity: str) -> bytes:
        """Return the 16 bytes under which a person is known."""
        text = identity.encode()
        return self._placed(text) + hmac.digest(self._identity, b"person\0" + text, "sha256")[:_PLACED_BYTES]

    def partition(self, identity: str, partitions: int) -> int:
        """Return the partition, of so many, that holds the claims of a person."""
        return partition_of(self._placed(identity.encode()), partitions)

    def _placed(self, text: bytes) -> bytes:
        return hmac.digest(self._placement, text, "sha256")[:_PLACED_BYTES]

    def mark_once(self, number: str | None) -> bytes:
        """Return the mark of a text that is not kept in mind, such as one that is long."""
        if not number:
            return NO_MARK
        return hmac.digest(self._identity, b"number\0" + number.encode(), "sha256")[:MARK_BYTES]

    def written(self) -> str:
        """Return the text of its key file."""
        return f"{_ABOUT}identity = {self._identity.hex()}\nplacement = {self._placement.hex()}\n"


def read_key(file: Path) -> HistoryKey:
    """Return the key in a key file. Raises `ConfigurationError`, which names the file and never what is in it."""
    try:
        text = file.read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not a text"
        raise ConfigurationError(
            f"{file}: the key of the memory of claims cannot be read ({reason}); `claimscrub history key` makes one"
        ) from None
    found: dict[str, bytes] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None or match[1] not in _NAMES or match[1] in found:
            raise ConfigurationError(
                f"{file}, line {number}: expected one line `identity = ` and one `placement = `, each with 64 "
                "hexadecimal digits"
            )
        found[match[1]] = bytes.fromhex(match[2])
    if missing := [name for name in _NAMES if name not in found]:
        raise ConfigurationError(f"{file}: the line `{missing[0]} = ` is missing")
    return HistoryKey(found["identity"], found["placement"])


def write_key(file: Path) -> HistoryKey:
    """Make a key and write it to a new file that only its owner reads. Raises `ConfigurationError` for one in place."""
    key = HistoryKey.random()
    try:
        file.touch(mode=0o600, exist_ok=False)
        file.write_text(key.written(), "ascii")
    except OSError as error:
        raise ConfigurationError(f"{file}: the key cannot be written ({error.strerror})") from None
    return key
