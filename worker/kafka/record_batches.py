"""Reads record batches so that one that cannot be read costs its own offsets, and nothing else.

aiokafka raises on a header name that is not UTF-8, on a batch that it cannot unpack, and on one that unpacks to more
than there is memory. Its position does not move then, so the partition would fail there forever, whoever reads it.
Here such a record is handed on with a mark in place of what could not be read: its offset can be answered and passed.

A batch whose checksum is wrong is not a case for this: it was damaged on its way, and is whole when it is fetched
again.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import aiokafka.consumer.fetcher
from aiokafka.record.memory_records import MemoryRecords

from worker.kafka.messages import HEADER_NAMES, UNREADABLE, Headers
from worker.kafka.unpacking import UnpackingError, unpack

MOST_UNPACKED: Final = 32 * 1024 * 1024
"""A Java producer fills a batch up to 1 MiB before it is packed (`max.request.size`)."""

_LENGTH: Final = struct.Struct("!qi")
_ATTRIBUTES: Final = struct.Struct("!h")
_RECORDS: Final = struct.Struct("!i")
_MAGIC_AT: Final = 16
_ATTRIBUTES_AT: Final = 21
_RECORDS_AT: Final = 57
_HEADER_BYTES: Final = 61
_CURRENT_MAGIC: Final = 2
_CODEC_BITS: Final = 0b111
_MOST_VARINT_BITS: Final = 63
_LOG_APPEND_TIME: Final = 1


@dataclass(slots=True)
class _Room:
    most_unpacked: int = MOST_UNPACKED


_ROOM: Final = _Room()


def allow_unpacked(most: int) -> None:
    """Allow a batch to unpack to so many bytes, for a worker that takes larger messages than most; never less."""
    _ROOM.most_unpacked = max(MOST_UNPACKED, most)


def guard_consumers() -> None:
    """Have every consumer of aiokafka in this process read through this module; its fetcher offers no other way in."""
    fetcher: Any = aiokafka.consumer.fetcher  # Any: aiokafka publishes no types
    fetcher.MemoryRecords = GuardedRecords


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record as aiokafka's fetcher wants it."""

    offset: int
    timestamp: int
    timestamp_type: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    checksum: None = None


class GuardedRecords:
    """The batches of one answer of the broker; what aiokafka calls `MemoryRecords`."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def size_in_bytes(self) -> int:
        """Return the length of the answer."""
        return len(self._data)

    def has_next(self) -> bool:
        """Return whether another whole batch follows; the broker may cut the last one off."""
        return self._end() is not None

    def next_batch(self) -> "GuardedBatch | None":
        """Return the next batch, or None when no whole one is left."""
        end = self._end()
        if end is None:
            return None
        stored = bytes(self._data[self._place : end])
        self._place = end
        return GuardedBatch(stored)

    def _end(self) -> int | None:
        if self._place + _LENGTH.size > len(self._data):
            return None
        _, length = _LENGTH.unpack_from(self._data, self._place)
        end = self._place + _LENGTH.size + int(length)
        return end if self._place + _MAGIC_AT < end <= len(self._data) else None


class GuardedBatch:
    """One batch: its header, and its records, each readable or marked."""

    def __init__(self, stored: bytes) -> None:
        self._stored = stored
        self._batch: Any = MemoryRecords(stored).next_batch()  # Any: aiokafka publishes no types

    def __getattr__(self, name: str) -> Any:  # Any: as above
        """Return the header, in aiokafka's names."""
        return getattr(self._batch, name)

    def __next__(self) -> Any:  # Any: as above
        """Return the one record of a control batch, which brokers write and senders cannot."""
        return next(self._batch)

    def __iter__(self) -> Iterator[Any]:  # Any: as above
        """Yield each record."""
        if self._stored[_MAGIC_AT] != _CURRENT_MAGIC:
            return self._old_records()
        return self._records()

    def _records(self) -> Iterator[Any]:  # Any: as above
        try:
            plain = self._plain()
        except UnpackingError:
            yield from self._unreadable(0)
            return
        count, expected, end = 0, self._batch.base_offset, self._batch.next_offset
        try:
            batch: Any = MemoryRecords(plain).next_batch()  # Any: as above
            for record in batch:
                # The library believes any offset in a record, and then passes over those that it left out.
                if not expected <= record.offset < end:
                    break
                yield record
                count, expected = count + 1, record.offset + 1
            else:
                return
        except Exception:  # noqa: BLE001, S110 -- whatever the library raises on bytes of a sender
            pass
        yield from self._closely(plain, count)

    def _old_records(self) -> Iterator[Any]:  # Any: as above
        """Yield records of a format of before 2017, which brokers since 4.0 do not take; unpacked without a bound."""
        try:
            yield from self._batch
        except Exception:  # noqa: BLE001 -- as above
            yield self._marked(self._batch.next_offset - 1, -1)

    def _plain(self) -> bytes:
        """Return the batch without compression. Its checksum is no longer right, and was checked before."""
        (attributes,) = _ATTRIBUTES.unpack_from(self._stored, _ATTRIBUTES_AT)
        codec = attributes & _CODEC_BITS
        if codec == 0:
            return self._stored
        payload = unpack(codec, self._stored[_HEADER_BYTES:], _ROOM.most_unpacked)
        header = bytearray(self._stored[:_HEADER_BYTES])
        _ATTRIBUTES.pack_into(header, _ATTRIBUTES_AT, attributes & ~_CODEC_BITS)
        _LENGTH.pack_into(header, 0, self._batch.base_offset, _HEADER_BYTES - _LENGTH.size + len(payload))
        return bytes(header) + payload

    def _closely(self, plain: bytes, skip: int) -> Iterator[StoredRecord]:
        """Yield the records that the library could not, from the one after the first `skip` on."""
        (count,) = _RECORDS.unpack_from(plain, _RECORDS_AT)
        place, delta = _HEADER_BYTES, -1
        for number in range(count):
            try:
                body, place = _bytes(plain, place)
            except UnpackingError:
                # Where the next record begins is not known any more.
                yield from self._unreadable(delta + 1)
                return
            record, delta = self._record(body or b"", delta + 1)
            if number >= skip:
                yield record

    def _record(self, body: bytes, expected: int) -> tuple[StoredRecord, int]:
        try:
            timestamp, place = self._timestamp(body)
            delta, place = _between(expected, self._batch.last_offset_delta, _varint(body, place))
            key, place = _bytes(body, place)
            value, place = _bytes(body, place)
            headers = _headers(body, place)
        except UnpackingError:
            return self._marked(self._batch.base_offset + expected, self._batch.max_timestamp), expected
        kind = self._batch.timestamp_type
        return StoredRecord(self._batch.base_offset + delta, timestamp, kind, key, value, headers), delta

    def _timestamp(self, body: bytes) -> tuple[int, int]:
        delta, place = _varint(body, 1)
        is_appended = self._batch.timestamp_type == _LOG_APPEND_TIME
        return (self._batch.max_timestamp if is_appended else self._batch.first_timestamp + delta), place

    def _unreadable(self, first_delta: int) -> Iterator[StoredRecord]:
        """Yield a mark for each offset that is left; the broker sees to it that the last one is true."""
        for delta in range(first_delta, self._batch.last_offset_delta + 1):
            yield self._marked(self._batch.base_offset + delta, self._batch.max_timestamp)

    def _marked(self, offset: int, timestamp: int) -> StoredRecord:
        return StoredRecord(offset, timestamp, self._batch.timestamp_type, None, None, ((UNREADABLE, b""),))


def _varint(data: bytes, place: int) -> tuple[int, int]:
    """Return a signed number of variable length (zigzag), and where it ends."""
    number = shift = 0
    while True:
        if place >= len(data) or shift > _MOST_VARINT_BITS:
            raise UnpackingError
        byte = data[place]
        place += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:  # noqa: PLR2004 -- the bit that says that more follows
            return (number >> 1) ^ -(number & 1), place
        shift += 7


def _between(least: int, most: int, found: tuple[int, int]) -> tuple[int, int]:
    if not least <= found[0] <= most:
        raise UnpackingError
    return found


def _bytes(data: bytes, place: int) -> tuple[bytes | None, int]:
    length, place = _varint(data, place)
    if length < 0:
        return None, place
    if length > len(data) - place:
        raise UnpackingError
    return data[place : place + length], place + length


def _headers(data: bytes, place: int) -> Headers:
    count, place = _between(0, len(data), _varint(data, place))
    headers: list[tuple[str, bytes]] = []
    is_marked = False
    for _ in range(count):
        name, place = _bytes(data, place)
        value, place = _bytes(data, place)
        try:
            said = (name or b"").decode()
        except UnicodeDecodeError:
            said, is_marked = (name or b"").decode("utf-8", "backslashreplace"), True
        headers.append((said, value))  # type: ignore[arg-type]  # a header without a value is None, as from aiokafka
    if place != len(data):
        raise UnpackingError
    return (*headers, (HEADER_NAMES, b"")) if is_marked else tuple(headers)
