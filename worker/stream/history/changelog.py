"""The records of the changelog: one for each claim that is kept or taken out, numbered in each partition.

The key is 32 bytes, person and claim, so that compaction keeps the last word on each claim. The number is a header of
8 bytes. Some records of a compacted log are gone, and of the last numbers perhaps all: so a mark, a record of nobody
with a number of its own, follows whatever compaction may take away for good.
"""

import struct
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from hashlib import sha256
from typing import Final, NamedTuple

from worker.history.store import HistoryRecord
from worker.kafka.messages import Headers
from worker.stream.history.errors import BrokenHistoryError

_NUMBER: Final = struct.Struct("!Q")
_VALUE: Final = struct.Struct("!BqI")
_FORM: Final = 1
_ID_BYTES: Final = 16
_NUMBER_HEADER: Final = "n"
_KEY_BYTES: Final = 2 * _ID_BYTES
MARK: Final = bytes(_KEY_BYTES)
"""The key of a mark."""


class ChangelogRecord(NamedTuple):
    """A record to send; without a value it takes the one before it with its key away."""

    topic: str
    partition: int
    key: bytes
    value: bytes | None
    headers: Headers


class NumberedRecord(NamedTuple):
    """A record of the changelog; `record` is None of a mark."""

    number: int
    record: HistoryRecord | None


def claim_id(place: str) -> bytes:
    """Return the 16 bytes under which a claim is known, by the place where it was seen first."""
    return sha256(place.encode()).digest()[:_ID_BYTES]


def written(topic: str, partition: int, after: int, records: Sequence[HistoryRecord | None]) -> list[ChangelogRecord]:
    """Return the records to send, numbered from the one after `after` on; None makes a mark."""
    return [
        ChangelogRecord(topic, partition, *_pair(record), ((_NUMBER_HEADER, _NUMBER.pack(number)),))
        for number, record in enumerate(records, after + 1)
    ]


def with_mark(records: Iterable[HistoryRecord]) -> list[HistoryRecord | None]:
    """Return records, and a mark behind them where compaction may take the last of them away for good."""
    found: list[HistoryRecord | None] = list(records)
    return [*found, None] if any(each is not None and each.entry is None for each in found) else found


def _pair(record: HistoryRecord | None) -> tuple[bytes, bytes | None]:
    if record is None:
        return MARK, _VALUE.pack(_FORM, 0, 0)
    key = record.person + record.claim
    if record.entry is None:
        return key, None
    return key, _VALUE.pack(_FORM, record.place, record.received_on.toordinal()) + record.entry


def read(key: bytes | None, value: bytes | None, headers: Headers, where: str) -> NumberedRecord:
    """Return a record as it was written. Raises `BrokenHistoryError`, which names `where`."""
    number = b""
    for name, each in headers:
        if name == _NUMBER_HEADER:
            number = each
            break
    record = None if key is None or len(key) != _KEY_BYTES else _record(key[:_ID_BYTES], key[_ID_BYTES:], value)
    if len(number) != _NUMBER.size or (record is None and key != MARK):
        raise BrokenHistoryError(f"{where}: a record of the memory of claims cannot be read")
    return _made(NumberedRecord, (*_NUMBER.unpack(number), None if key == MARK else record))


_made: Final = tuple.__new__
"""Makes a named tuple of a tuple with all of its fields, in a fifth of the time that its own constructor takes."""
_day: Final = lru_cache(maxsize=4096)(date.fromordinal)


def _record(person: bytes, claim: bytes, value: bytes | None) -> HistoryRecord | None:
    """Return what a record says of a claim; None when it cannot be read."""
    if value is None:
        return HistoryRecord(person, claim, 0, date.min, None)
    try:
        form, place, received = _VALUE.unpack_from(value)
        day = _day(received)
    except (struct.error, ValueError, OverflowError):
        return None
    return _made(HistoryRecord, (person, claim, place, day, value[_VALUE.size :])) if form == _FORM else None
