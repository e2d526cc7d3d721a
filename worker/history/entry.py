"""What is kept of a claim that went out: codes, days, units and amounts; of numbers only what knows them again.

There is no name, birth date, diagnosis or text in it. It still is health data of a person (45 CFR 164.514(c): a code
that is derived from identifiers does not de-identify).
"""

import struct
import zlib
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from enum import IntEnum
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias, overload

from worker.errors import ClaimscrubError
from worker.history.key import MARK_BYTES, NO_MARK

VERSION: Final = 3
"""2 is the first byte of a decision of the payer."""
_HEAD: Final = struct.Struct("<BBB1sI8s8s8s8s8s8s2sIIH")
_SERVICE: Final = struct.Struct("<5sI")
"""Code and day of a line; those of all lines are behind the head, so that they are found without reading the rest."""
_ON: Final = struct.Struct("<I")
_LINE: Final = struct.Struct("<BHqq8s4s8s")
_NDC: Final = struct.Struct("11s")
_MARK: Final = struct.Struct(f"{MARK_BYTES}s")
_SUM: Final = struct.Struct("<I")
"""The last bytes of an entry, the CRC-32 of all before: what a disk damaged is known before a line is read."""
_SUM_OF_WHOLE: Final = 0x2144DF1C
"""The CRC-32 of any bytes with their own CRC-32 behind them."""
_HAS_NDC, _HAS_AUTHORIZATION, _HAS_TEXT = 1, 2, 4
_LINE_BYTES: Final = tuple(
    _LINE.size
    + (_NDC.size if has & _HAS_NDC else 0)
    + (MARK_BYTES if has & _HAS_AUTHORIZATION else 0)
    + (MARK_BYTES if has & _HAS_TEXT else 0)
    for has in range(8)
)
"""How long a line is, by what it has."""
SERVICE_BYTES: Final = _SERVICE.size
_CODE_BYTES: Final = 5
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


_STATES: Final = tuple(EarlierState)
_claim: Final = tuple.__new__
"""Makes a named tuple of a tuple with all of its fields, in a fifth of the time that its own constructor takes."""
_FLAGS: Final = (False, True)


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


def earlier_line(fields: tuple[object, ...]) -> EarlierLine:
    """Return a line of all its fields, in their order."""
    return _claim(EarlierLine, fields)


CodeAndDay: TypeAlias = tuple[str, date | None]
"""The code and the day of a line."""


class EarlierLines(Sequence[EarlierLine]):
    """The lines of an earlier claim in its bytes: one is read when it is asked for.

    Most edits ask for the lines of a code on a day, and a person may have hundreds of claims. A line that cannot be
    read raises `DamagedEntryError` then.
    """

    __slots__ = ("_count", "_entry", "_places")

    def __init__(self, entry: bytes, count: int) -> None:
        """Take so many lines behind the head of an entry."""
        self._entry = entry
        self._count = count
        self._places: list[int] | None = None

    @property
    def written_services(self) -> bytes:
        """Code and day of each line, in as many bytes as `written_service` returns."""
        return self._entry[_HEAD.size : _HEAD.size + self._count * SERVICE_BYTES]

    @property
    def services(self) -> list[CodeAndDay]:
        """Code and day of each line. Raises `DamagedEntryError`."""
        try:
            return [(_text(code), _day(on)) for code, on in _SERVICE.iter_unpack(self.written_services)]
        except (struct.error, ValueError, OverflowError):
            raise _damaged(self._entry) from None

    @overload
    def __getitem__(self, place: int) -> EarlierLine: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[EarlierLine]: ...
    def __getitem__(self, place: int | slice) -> EarlierLine | Sequence[EarlierLine]:
        if isinstance(place, slice):
            return tuple(self)[place]
        if self._places is None:
            self._places = _places(self._entry, self._count)
        try:
            code, on = _SERVICE.unpack_from(self._entry, _HEAD.size + range(self._count)[place] * SERVICE_BYTES)
            return _line(self._entry, self._places[place], _text(code), on)
        except (struct.error, ValueError, OverflowError):
            raise _damaged(self._entry) from None

    def __len__(self) -> int:
        return self._count

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))


def services_of(lines: Sequence[EarlierLine]) -> Iterable[CodeAndDay]:
    """Return code and day of each line, without reading more of it than that."""
    return lines.services if isinstance(lines, EarlierLines) else [(each.code, each.on) for each in lines]


def written_services(lines: Sequence[EarlierLine]) -> bytes:
    """Return code and day of each line as bytes, without reading more of it than that."""
    return lines.written_services if isinstance(lines, EarlierLines) else _written_services(lines)


def _written_services(lines: Iterable[EarlierLine]) -> bytes:
    return b"".join([_SERVICE.pack(_ascii(each.code, 5), _ordinal(each.on)) for each in lines])


def day_number(row: bytes, place: int) -> int:
    """Return the number of the day (`date.toordinal`) at a place in bytes of services; 0 where a line has none."""
    return int(_ON.unpack_from(row, place + _CODE_BYTES)[0])


def written_day(day: int) -> bytes:
    """Return how the number of a day (`date.toordinal`) ends a service in an entry."""
    return _ON.pack(day)


def read_service(row: bytes, place: int) -> CodeAndDay:
    """Return code and day at a place in bytes of services. Raises `DamagedEntryError`."""
    try:
        code, on = _SERVICE.unpack_from(row, place)
        return _text(code), _day(on)
    except (struct.error, ValueError, OverflowError):
        raise _damaged(row) from None


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
    lines: Sequence[EarlierLine]


def judged(claim: EarlierClaim, state: EarlierState, outcome: bytes) -> EarlierClaim:
    """Return a claim with what became of it."""
    # As `_replace` does, in a tenth of the time.
    return _claim(EarlierClaim, (claim[0], state, *claim[2:4], outcome, *claim[5:]))


def written_head(claim: EarlierClaim) -> bytes:
    """Return what of an entry is about the claim as a whole: its marks are those of all that is in its lines."""
    return _HEAD.pack(
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


def encode(claim: EarlierClaim) -> bytes:
    """Return a claim as bytes: 72 of the claim, 48 to 75 of a line."""
    parts = [written_head(claim)]
    parts.append(_written_services(claim.lines))
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
    entry = b"".join(parts)
    return entry + _SUM.pack(zlib.crc32(entry))


def decode(entry: bytes) -> EarlierClaim:
    """Return the claim in bytes. Raises `DamagedEntryError`."""
    if entry[:1] != bytes((VERSION,)):
        version = f"of form {entry[0]}, and this release reads {VERSION}" if entry else "empty"
        raise DamagedEntryError(f"an entry of the memory of claims is {version}")
    try:
        return _decode(entry)
    except (struct.error, ValueError, IndexError, OverflowError):
        raise _damaged(entry) from None


def _damaged(entry: bytes) -> DamagedEntryError:
    return DamagedEntryError(f"an entry of the memory of claims ({len(entry)} bytes) is damaged")


def head(entry: bytes) -> bytes:
    """Return the bytes of `written_head` of a claim in its entry."""
    return entry[: _HEAD.size]


def _decode(entry: bytes) -> EarlierClaim:
    if zlib.crc32(entry) != _SUM_OF_WHOLE:
        raise ValueError
    (
        _,
        state,
        institutional,
        frequency,
        received,
        outcome,
        control,
        original,
        billing,
        specialty,
        content,
        facility,
        first,
        last,
        count,
    ) = _HEAD.unpack_from(entry)
    return _claim(
        EarlierClaim,
        (
            _received(received),
            _STATES[state],
            _FLAGS[institutional],
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
            EarlierLines(entry, count),
        ),
    )


def _places(entry: bytes, count: int) -> list[int]:
    """Return where in an entry each line goes on behind its code and day. Raises `DamagedEntryError`."""
    place, end = _HEAD.size + count * SERVICE_BYTES, len(entry) - _SUM.size
    places: list[int] = []
    for _ in range(count):
        if place >= end or entry[place] >= len(_LINE_BYTES):
            raise _damaged(entry)
        places.append(place)
        place += _LINE_BYTES[entry[place]]
    if place != end:
        raise _damaged(entry)
    return places


def _line(entry: bytes, place: int, code: str, ordinal: int) -> EarlierLine:
    has, more, units, charge, modifiers, where, rendering = _LINE.unpack_from(entry, place)
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
    return earlier_line(
        (
            code,
            _day(ordinal),
            _day(ordinal + more) if ordinal else None,
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


@lru_cache(maxsize=4096)
def written_code(code: str) -> bytes:
    """Return how a code begins a service in an entry; no bytes for one that has no place in it."""
    return code.encode("ascii").ljust(_CODE_BYTES, b"\0") if code and fits(code, _CODE_BYTES) else b""


@lru_cache(maxsize=16_384)
def written_service(code: str, on: date) -> bytes:
    """Return how a code and a day are in an entry; no bytes for a code that has no place in it."""
    written = written_code(code)
    return _SERVICE.pack(written, on.toordinal()) if written else b""


@lru_cache(maxsize=16_384)
def fits(text: str, most: int) -> bool:
    """Whether a code has a place in an entry."""
    return len(text) <= most and text.isascii() and "\0" not in text


@lru_cache(maxsize=4096)
def are_modifiers(given: tuple[str, ...]) -> bool:
    """Whether modifiers are as the standard has them, at most four of two characters."""
    return len(given) <= 4 and all(len(each) == 2 and fits(each, 2) for each in given)  # noqa: PLR2004 - SV101-3 to -6


@lru_cache(maxsize=16_384)
def in_decimals(amount: Decimal | None, places: int) -> Decimal | None:
    """Return an amount as it comes back from an entry; None for one that is too large for it."""
    scaled = _scaled(amount, Decimal(10) ** places)
    return _number(scaled, places)


@lru_cache(maxsize=16_384)
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


_received: Final = lru_cache(maxsize=16_384)(date.fromordinal)


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


@lru_cache(maxsize=16_384)
def _ascii(text: str, most: int) -> bytes:
    return text.encode("ascii") if fits(text, most) else b""
