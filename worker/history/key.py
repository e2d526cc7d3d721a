"""The secret of a memory of claims, under which it knows persons and numbers without holding them."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

from worker.errors import ConfigurationError

MARK_BYTES: Final = 8
NO_MARK: Final = bytes(MARK_BYTES)
"""Of a number that is absent."""
_SECRET_BYTES: Final = 32
_BLOCK_BYTES: Final = hashlib.sha256().block_size
_PLACED_BYTES: Final = 8
_NAMES: Final = ("identity", "placement")
_ROTATION: Final = "rotation"
_MOST_ROTATIONS: Final = 16
"""Each costs a hash for whatever is named."""
_LINE: Final = re.compile(r"(\w+)\s*=\s*([0-9a-f]{64})", re.ASCII)
_ABOUT: Final = "# Key of a claimscrub memory of claims: keep it as a password, apart from the memory itself.\n"


def partition_of(person: bytes, partitions: int) -> int:
    """Return the partition, of so many, that holds the claims of a person who is known under these bytes."""
    return int.from_bytes(person[:_PLACED_BYTES], "big") % partitions


class SecretDigest:
    """HMAC-SHA-256 under one secret (RFC 2104): what of it is the same for all texts is worked out once.

    For short texts it takes a third of the time that `hmac.digest` takes.
    """

    __slots__ = ("_inner", "_outer")

    def __init__(self, secret: bytes) -> None:
        """Raises `ValueError` for a secret that is longer than a block of SHA-256, which would have to be hashed."""
        if len(secret) > _BLOCK_BYTES:
            raise ValueError("a secret has at most 64 bytes")
        block = secret.ljust(_BLOCK_BYTES, b"\0")
        self._inner = hashlib.sha256(bytes(each ^ 0x36 for each in block))
        self._outer = hashlib.sha256(bytes(each ^ 0x5C for each in block))

    def __call__(self, text: bytes) -> bytes:
        """Return the 32 bytes of a text."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(text)
        outer.update(inner.digest())
        return outer.digest()


class KeyRotation:
    """One secret of 32 bytes, under which what a key names is named once more.

    It needs neither persons nor numbers, so that a whole memory can be named anew, and who has the key alone knows
    nobody any more.
    """

    def __init__(self, secret: bytes) -> None:
        self.secret: Final = secret
        own = SecretDigest(secret)
        self._identity, self._placement = SecretDigest(own(b"identity")), SecretDigest(own(b"placement"))

    def placed(self, placed: bytes) -> bytes:
        """Return the bytes that choose a partition, for those that chose one before."""
        return self._placement(placed)[:_PLACED_BYTES]

    def person(self, person: bytes) -> bytes:
        """Return the 16 bytes of a person, for those under which they were known."""
        rest = self._identity(b"person\0" + person)[:_PLACED_BYTES]
        return self.placed(person[:_PLACED_BYTES]) + rest

    def mark(self, mark: bytes) -> bytes:
        """Return the mark of a number, for the one by which it was known; an absent one has none."""
        if mark == NO_MARK:
            return NO_MARK
        return self._identity(b"number\0" + mark)[:MARK_BYTES]


class HistoryKey:
    """Two secrets of 32 bytes: `identity` names persons and numbers, `placement` chooses their partition.

    The bytes of a person begin with those that choose the partition, so that whoever has a record knows where it
    belongs among another number of partitions.

    A key that was rotated has more secrets behind these, each of which names anew what those before it name.
    Another one moves persons to other partitions, so that the memory is copied (`claimscrub history rotate`).
    `fingerprint` shows which key it is, and nothing else.
    """

    def __init__(self, identity: bytes, placement: bytes, rotations: Sequence[bytes] = ()) -> None:
        self._secrets = identity, placement
        self._identity, self._placement = SecretDigest(identity), SecretDigest(placement)
        self._rotations = tuple(KeyRotation(each) for each in rotations)
        fingerprint = self._identity(b"fingerprint 2\0" + placement)
        for each in self._rotations:
            fingerprint = SecretDigest(each.secret)(b"fingerprint\0" + fingerprint)
        self.fingerprint: Final = fingerprint[:4].hex()
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

    def __reduce__(self) -> tuple[type["HistoryKey"], tuple[bytes, bytes, tuple[bytes, ...]]]:
        return HistoryKey, (*self._secrets, tuple(each.secret for each in self._rotations))

    def rotated(self) -> "HistoryKey":
        """Return a key that nobody else has, under which what this one names can be named anew."""
        _, (identity, placement, rotations) = self.__reduce__()
        return HistoryKey(identity, placement, (*rotations, secrets.token_bytes(_SECRET_BYTES)))

    def rotation_from(self, earlier: "HistoryKey") -> KeyRotation | None:
        """Return the one rotation that is between an earlier key and this one; None when it is not such a key."""
        _, own = self.__reduce__()
        _, other = earlier.__reduce__()
        is_next = own[:2] == other[:2] and own[2][:-1] == other[2] and bool(own[2])
        return self._rotations[-1] if is_next else None

    def person(self, identity: str) -> bytes:
        """Return the 16 bytes under which a person is known."""
        text = identity.encode()
        first = self._placement(text)[:_PLACED_BYTES]
        known = first + self._identity(b"person\0" + text)[:_PLACED_BYTES]
        for each in self._rotations:
            known = each.person(known)
        return known

    def partition(self, identity: str, partitions: int) -> int:
        """Return the partition, of so many, that holds the claims of a person."""
        return partition_of(self._placed(identity.encode()), partitions)

    def _placed(self, text: bytes) -> bytes:
        placed = self._placement(text)[:_PLACED_BYTES]
        for each in self._rotations:
            placed = each.placed(placed)
        return placed

    def mark_once(self, number: str | None) -> bytes:
        """Return the mark of a text that is not kept in mind, such as one that is long."""
        if not number:
            return NO_MARK
        mark = self._identity(b"number\0" + number.encode())[:MARK_BYTES]
        for each in self._rotations:
            mark = each.mark(mark)
        return mark

    def written(self) -> str:
        """Return the text of its key file."""
        rotations = "".join(f"{_ROTATION} = {each.secret.hex()}\n" for each in self._rotations)
        identity, placement = self._secrets
        return f"{_ABOUT}identity = {identity.hex()}\nplacement = {placement.hex()}\n{rotations}"


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
    rotations: list[bytes] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if match is not None and match[1] == _ROTATION and len(rotations) < _MOST_ROTATIONS:
            rotations.append(bytes.fromhex(match[2]))
            continue
        if match is None or match[1] not in _NAMES or match[1] in found:
            raise ConfigurationError(
                f"{file}, line {number}: expected one line `identity = `, one `placement = ` and at most "
                f"{_MOST_ROTATIONS} `rotation = `, each with 64 hexadecimal digits"
            )
        found[match[1]] = bytes.fromhex(match[2])
    if missing := [name for name in _NAMES if name not in found]:
        raise ConfigurationError(f"{file}: the line `{missing[0]} = ` is missing")
    return HistoryKey(found["identity"], found["placement"], rotations)


def write_key(file: Path, after: HistoryKey | None = None) -> HistoryKey:
    """Make a key and write it to a new file that only its owner reads. Raises `ConfigurationError` for one in place.

    One `after` another key can name anew what that one names.
    """
    key = HistoryKey.random() if after is None else after.rotated()
    try:
        file.touch(mode=0o600, exist_ok=False)
        file.write_text(key.written(), "ascii")
    except OSError as error:
        raise ConfigurationError(f"{file}: the key cannot be written ({error.strerror})") from None
    return key
