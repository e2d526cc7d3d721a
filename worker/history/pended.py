"""What is kept while a claim waits for documentation: the claim whole, a document that came first, or that one came.

It is health data in the clear, unlike what is remembered of a claim: an outcome cannot be made of marks.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final, NamedTuple, TypeAlias

import msgspec
from msgspec import Struct

from worker.history.entry import DamagedEntryError

_FORM: Final = 1


class ClaimNumbers(Struct, frozen=True, gc=False, array_like=True):
    """The numbers by which a document and its claim find one another; empty where one is not given.

    `attachments` are the control numbers (PWK06) that a claim announces on itself and its lines; of a document the one
    that it is about.
    """

    outcome: str = ""
    control: str = ""
    billing: str = ""
    attachments: tuple[str, ...] = ()

    def fit(self, claim: "ClaimNumbers") -> bool:
        """Whether a document with these numbers is about a claim with those: each that it gives must be the claim's."""
        return (
            self.outcome in {"", claim.outcome}
            and self.control in {"", claim.control}
            and self.billing in {"", claim.billing}
            and set(self.attachments) <= set(claim.attachments)
        )


class KeptOrigin(Struct, frozen=True, array_like=True):
    """Where a message came from, so that what is made of it later is made as if it had been made at once."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int | None
    key: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    part: int | None = None
    is_of_interchange: bool = False


class Conflict(NamedTuple):
    """An element of a document that was left out since the claim says otherwise; `line` is its control number."""

    element: str
    line: str = ""


class Missing(NamedTuple):
    """What holds a claim: an edit, and the elements of the record that it misses, where it names some."""

    edit: str
    elements: str = ""


class PendedClaim(Struct, frozen=True, array_like=True):
    """A claim that waits.

    `value` is the claim message with what was joined so far, `received_on` its first day, `missing` is what holds it,
    `joined` is how many documents came, `conflicts` what of them was left out. The id of its last outcome is among its
    `numbers`.
    """

    value: bytes
    received_on: date
    numbers: ClaimNumbers
    origin: KeptOrigin
    profile: str = ""
    missing: tuple[Missing, ...] = ()
    joined: int = 0
    conflicts: tuple[Conflict, ...] = ()


class WaitingDocument(Struct, frozen=True, array_like=True):
    """A document that came before its claim."""

    value: bytes
    received_on: date
    numbers: ClaimNumbers
    origin: KeptOrigin


class JoinedDocument(Struct, frozen=True, array_like=True):
    """That a document has been joined, so that a second copy of it is known as one."""

    received_on: date


Kept: TypeAlias = PendedClaim | WaitingDocument | JoinedDocument
"""All that is kept of a person while claims wait."""

CLAIM, DOCUMENT, JOINED = b"c", b"d", b"j"
"""The second byte of an entry, which says what it is; the first one is that of the form."""
_KINDS: Final = {PendedClaim: CLAIM, WaitingDocument: DOCUMENT, JoinedDocument: JOINED}
_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODERS: Final = {kind: msgspec.msgpack.Decoder(shape) for shape, kind in _KINDS.items()}


def encode(kept: Kept) -> bytes:
    """Return something kept as bytes."""
    return bytes((_FORM,)) + _KINDS[type(kept)] + _ENCODER.encode(kept)


def decode(entry: bytes) -> Kept:
    """Return what is kept in bytes. Raises `DamagedEntryError`."""
    if entry[:1] != bytes((_FORM,)):
        form = f"of form {entry[0]}, and this release reads {_FORM}" if entry else "empty"
        raise DamagedEntryError(f"an entry of what waits for documentation is {form}")
    try:
        found: Kept = _DECODERS[entry[1:2]].decode(entry[2:])
    except (msgspec.DecodeError, KeyError):
        raise DamagedEntryError(f"an entry of what waits for documentation ({len(entry)} bytes) is damaged") from None
    return found


def claims_of(numbers: ClaimNumbers, kept: Iterable[tuple[bytes, Kept]]) -> list[tuple[bytes, PendedClaim]]:
    """Return the pended claims that a document with these numbers is about: one, or it is not clear which, or none."""
    return [(claim, each) for claim, each in kept if isinstance(each, PendedClaim) and numbers.fit(each.numbers)]


def documents_of(claim: ClaimNumbers, kept: Iterable[tuple[bytes, Kept]]) -> list[tuple[bytes, WaitingDocument]]:
    """Return the documents that wait for a claim with these numbers, in order of arrival."""
    found = [(own, each) for own, each in kept if isinstance(each, WaitingDocument) and each.numbers.fit(claim)]
    return sorted(found, key=lambda pair: (pair[1].received_on, pair[1].origin.partition, pair[1].origin.offset))
