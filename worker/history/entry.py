"""What is kept of a claim that went out: codes, days, units and amounts; of numbers only what knows them again.

There is no name, birth date, diagnosis or text in it. It still is health data of a person (45 CFR 164.514(c): a code
that is derived from identifiers does not de-identify).
"""

import struct
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import IntEnum
from functools import lru_cache
from typing import Final, NamedTuple

from worker.errors import ClaimscrubError
from worker.history.key import MARK_BYTES, NO_MARK

VERSION: Final = 1
_HEAD: Final = struct.Struct("<BBB1sI8s8s8s8s8s8s2sIIH")
_LINE: Final = struct.Struct("<B5sIHqq8s4s8s")
_NDC: Final = struct.Struct("11s")
_MARK: Final = struct.Struct(f"{MARK_BYTES}s")
_HAS_NDC, _HAS_AUTHORIZATION, _HAS_TEXT = 1, 2, 4
_ABSENT: Final = -(2**63)
_THOUSAND, _HUNDRED = Decimal(1000), Decimal(100)
_MOST_DAYS: Final = 0xFFFF


class DamagedEntryError(ClaimscrubError):
    """The bytes of an earlier claim cannot be read."""


class EarlierState(IntEnum):
    """What became of a claim after it was judged."""

    OUT = 0
    """It can be sent to the payer; what the payer decided is not known."""
    HELD = 1
    """It was pended: nobody knows whether it went out."""
    REFUSED = 2
    """The payer or the clearinghouse returned it undecided: it counts as never sent."""
    PAID = 3
    """The payer decided it, and paid some of it."""
    DENIED = 4
    """The payer decided it, and paid nothing."""


DECIDED: Final = frozenset({EarlierState.PAID, EarlierState.DENIED})
"""What became of a claim that the payer has processed."""


class EarlierLine(NamedTuple):
    """One service line of an earlier claim.

    `code` is empty where code or modifiers are longer than the standard has them; such a line is compared with nothing.
    `units` have three decimals at most, `charge` two (dollars). `place` is the place of service, or of a facility's
    line the revenue code. Of `rendering`, the NPI of who performed it, `authorization` and `text`, description and
    note, there are marks (`HistoryKey.mark`) of 8 bytes, `NO_MARK` when absent.
    """

    code: str
    on: date | None
    until: date | None
    units: Decimal | None
    charge: Decimal | None
    modifiers: tuple[str, ...]
    place: str
    rendering: bytes
    authorization: bytes = NO_MARK
    ndc: str = ""
    text: bytes = NO_MARK


class EarlierClaim(NamedTuple):
    """An earlier claim of a person.

    `frequency` is CLM05-3: 7 replaces and 8 voids an original. `outcome` are the first 8 bytes of the id of its
    outcome. Marks of 8 bytes: `control` of the patient control
    number, `original` of the payer's number of the original, `billing` of the billing provider's NPI, `specialty` of
    the taxonomy code of who performed it, `content` of the claim as sent. `facility` are the first two digits of the
    type of bill, `first` and `last` the days of its statement; empty and None on a professional claim.
    """

    received_on: date
    state: EarlierState
    is_institutional: bool
    frequency: str
    outcome: bytes
    control: bytes
    original: bytes
    billing: bytes
    specialty: bytes
    content: bytes
    facility: str
    first: date | None
    last: date | None
    lines: tuple[EarlierLine, ...]


def encode(claim: EarlierClaim) -> bytes:
    """Return a claim as bytes: 68 of the claim, 48 to 75 of a line."""
    parts = [
        _HEAD.pack(
            VERSION,
            claim.state,
            claim.is_institutional,
            _ascii(claim.frequency, 1),
            claim.received_on.toordinal(),
            claim.outcome,
            claim.control,
            claim.original,
            claim.billing,
            claim.specialty,
            claim.content,
            _ascii(claim.facility, 2),
            _ordinal(claim.first),
            _ordinal(claim.last),
            len(claim.lines),
        )
    ]
    for line in claim.lines:
        on, until = _ordinal(line.on), _ordinal(line.until)
        has = (
            (_HAS_NDC if line.ndc else 0)
            | (_HAS_AUTHORIZATION if line.authorization != NO_MARK else 0)
            | (_HAS_TEXT if line.text != NO_MARK else 0)
        )
        parts.append(
            _LINE.pack(
                has,
                _ascii(line.code, 5),
                on,
                min(max(until - on, 0), _MOST_DAYS),
                _scaled(line.units, _THOUSAND),
                _scaled(line.charge, _HUNDRED),
                "".join(line.modifiers).encode("ascii"),
                _ascii(line.place, 4),
                line.rendering,
            )
        )
        if has & _HAS_NDC:
            parts.append(_NDC.pack(_ascii(line.ndc, 11)))
        if has & _HAS_AUTHORIZATION:
            parts.append(line.authorization)
        if has & _HAS_TEXT:
            parts.append(line.text)
    return b"".join(parts)


def decode(entry: bytes) -> EarlierClaim:
    """Return the claim in bytes. Raises `DamagedEntryError`."""
    if entry[:1] != bytes((VERSION,)):
        version = f"of form {entry[0]}, and this release reads {VERSION}" if entry else "empty"
        raise DamagedEntryError(f"an entry of the memory of claims is {version}")
    try:
        return _decode(entry)
    except (struct.error, ValueError, OverflowError):
        raise DamagedEntryError(f"an entry of the memory of claims ({len(entry)} bytes) is damaged") from None


def _decode(entry: bytes) -> EarlierClaim:
    _, state, institutional, frequency, received, *marks, facility, first, last, count = _HEAD.unpack_from(entry)
    outcome, control, original, billing, specialty, content = marks
    lines: list[EarlierLine] = []
    place = _HEAD.size
    for _ in range(count):
        has, code, on, more, units, charge, modifiers, where, rendering = _LINE.unpack_from(entry, place)
        place += _LINE.size
        ndc, authorization, text = b"", NO_MARK, NO_MARK
        if has & _HAS_NDC:
            (ndc,) = _NDC.unpack_from(entry, place)
            place += _NDC.size
        if has & _HAS_AUTHORIZATION:
            (authorization,) = _MARK.unpack_from(entry, place)
            place += MARK_BYTES
        if has & _HAS_TEXT:
            (text,) = _MARK.unpack_from(entry, place)
            place += MARK_BYTES
        lines.append(
            EarlierLine(
                _text(code),
                _day(on),
                _day(on + more) if on else None,
                _number(units, 3),
                _number(charge, 2),
                _modifiers(modifiers),
                _text(where),
                rendering,
                authorization,
                _text(ndc),
                text,
            )
        )
    if place != len(entry) or institutional > 1:
        raise ValueError
    return EarlierClaim(
        date.fromordinal(received),
        EarlierState(state),
        bool(institutional),
        _text(frequency),
        outcome,
        control,
        original,
        billing,
        specialty,
        content,
        _text(facility),
        _day(first),
        _day(last),
        tuple(lines),
    )


def fits(text: str, most: int) -> bool:
    """Whether a code has a place in an entry."""
    return len(text) <= most and text.isascii() and "\0" not in text


def are_modifiers(texts: Iterable[str]) -> bool:
    """Whether modifiers are as the standard has them, at most four of two characters."""
    given = tuple(texts)
    return len(given) <= 4 and all(len(each) == 2 and fits(each, 2) for each in given)  # noqa: PLR2004 - SV101-3 to -6


def in_decimals(amount: Decimal | None, places: int) -> Decimal | None:
    """Return an amount as it comes back from an entry; None for one that is too large for it."""
    scaled = _scaled(amount, Decimal(10) ** places)
    return _number(scaled, places)


def _scaled(amount: Decimal | None, by: Decimal) -> int:
    if amount is None:
        return _ABSENT
    scaled = int(amount * by)
    return scaled if -(2**63) < scaled < 2**63 else _ABSENT


@lru_cache(maxsize=16_384)
def _number(scaled: int, places: int) -> Decimal | None:
    if scaled == _ABSENT:
        return None
    whole, rest = divmod(scaled, 10**places)
    return Decimal(scaled).scaleb(-places).normalize() if rest else Decimal(whole)


@lru_cache(maxsize=16_384)
def _day(ordinal: int) -> date | None:
    return date.fromordinal(ordinal) if ordinal else None


def _ordinal(day: date | None) -> int:
    return day.toordinal() if day else 0


@lru_cache(maxsize=4096)
def _modifiers(joined: bytes) -> tuple[str, ...]:
    text = _text(joined)
    return tuple(text[place : place + 2] for place in range(0, len(text), 2))


@lru_cache(maxsize=16_384)
def _text(padded: bytes) -> str:
    return padded.rstrip(b"\0").decode("ascii")


def _ascii(text: str, most: int) -> bytes:
    return text.encode("ascii") if fits(text, most) else b""
