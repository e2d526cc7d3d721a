"""A batch that cannot be read costs its own offsets; every other record is handed on as it was sent."""

import gzip
import random
import struct
from collections.abc import Callable
from typing import Any

import cramjam
import pytest
from aiokafka import TopicPartition
from aiokafka.consumer.fetcher import PartitionRecords
from aiokafka.record.memory_records import MemoryRecords

from tests.inputs.record_batches import HEADER_BYTES, batch, resealed, with_bad_header_name, with_payload
from worker.kafka.messages import HEADER_NAMES, UNREADABLE, without_marks
from worker.kafka.record_batches import GuardedRecords

GZIP, SNAPPY, LZ4, ZSTD = range(1, 5)
CODECS = range(5)
MIB = 1024 * 1024


def at(offset: int, stored: bytes) -> bytes:
    """Return a batch as the broker stores it: with its first offset."""
    return struct.pack("!q", offset) + stored[8:]


def fetched(stored: bytes, reader: Any = GuardedRecords, position: int = 0) -> list[Any]:
    """Return the records of an answer as aiokafka's fetcher makes them."""
    made: Any = PartitionRecords  # Any: aiokafka publishes no types
    return list(made(TopicPartition("in", 0), reader(stored), [], position, None, None, True, 1))  # noqa: FBT003 -- the library's signature


@pytest.mark.parametrize("codec", CODECS)
def test_sound_batches_read_as_without_the_guard(codec: int) -> None:
    """Every codec, several batches, a batch that the answer cuts off."""
    stored = at(0, batch(b"a", b"b" * 5000, codec=codec)) + at(2, batch(b"", codec=codec, headers=[("h", b"1")]))

    assert fetched(stored + batch(b"cut")[:-1]) == fetched(stored, MemoryRecords)
    assert [each.offset for each in fetched(stored, position=1)] == [1, 2]


@pytest.mark.parametrize("codec", CODECS)
def test_a_header_name_that_is_no_utf8_marks_its_record_only(codec: int) -> None:
    """The library raises on it today; key, value and the other headers are there."""
    plain = with_bad_header_name(b"one", b"two")
    pack: dict[int, Callable[[bytes], Any]] = {
        0: lambda body: body,
        GZIP: gzip.compress,
        SNAPPY: cramjam.snappy.compress_raw,
        LZ4: cramjam.lz4.compress,
        ZSTD: cramjam.zstd.compress,
    }
    stored = with_payload(plain, bytes(pack[codec](plain[HEADER_BYTES:])), codec) + at(2, batch(b"three"))
    with pytest.raises(UnicodeDecodeError):
        fetched(stored, MemoryRecords)

    records = fetched(stored)

    assert [(each.offset, each.key, each.value) for each in records] == [
        (0, b"key", b"one"),
        (1, b"key", b"two"),
        (2, b"key", b"three"),
    ]
    assert without_marks(records[1].headers) == ((("good", b"1"), ("name\\xff", b"2")), HEADER_NAMES)
    assert without_marks(records[2].headers) == ((), None)
    assert records[0].timestamp == records[2].timestamp


def test_what_unpacks_to_too_much_is_not_unpacked() -> None:
    """400 MB of gzip in 0.4 MB; a batch of the same number of records takes its offsets, and the next one is read."""
    bomb = with_payload(batch(b"a", b"b"), gzip.compress(bytes(400 * MIB), 9), GZIP)
    assert len(bomb) < MIB / 2

    records = fetched(bomb + at(2, batch(b"after")))

    assert [(each.offset, each.value, without_marks(each.headers)[1]) for each in records] == [
        (0, None, UNREADABLE),
        (1, None, UNREADABLE),
        (2, b"after", None),
    ]


@pytest.mark.parametrize(("size", "mark"), [(32 * MIB - 20, None), (33 * MIB, UNREADABLE)])
@pytest.mark.parametrize("codec", [GZIP, SNAPPY, LZ4, ZSTD])
def test_the_bound_holds_for_every_codec(codec: int, size: int, mark: object) -> None:
    """What just fits is read."""
    (record,) = fetched(batch(bytes(size), codec=codec))

    assert without_marks(record.headers)[1] is mark
    assert record.value == (None if mark else bytes(size))


@pytest.mark.parametrize("codec", range(1, 8))
def test_what_is_not_packed_by_its_codec_is_marked(codec: int) -> None:
    """Bytes of nothing, none at all, and codecs that do not exist."""
    for payload in (b"\x82SNAPPY\x00" + bytes(12), b"\xff" * 40, b""):
        records = fetched(with_payload(batch(b"a", b"b"), payload, codec) + at(2, batch(b"after")))

        assert [without_marks(each.headers)[1] for each in records] == [UNREADABLE, UNREADABLE, None]


@pytest.mark.parametrize("codec", CODECS)
def test_no_damage_stops_the_reading(codec: int) -> None:
    """100 damaged batches of each codec: each offset once and in order, and the batch that follows whole."""
    source = random.Random(codec)
    sound = batch(b"one", b"two" * 30, b"three", codec=codec, headers=[("h", b"1")])
    for _ in range(100):
        damaged = bytearray(sound)
        for _ in range(source.randint(1, 4)):
            damaged[source.randrange(HEADER_BYTES, len(sound))] = source.randrange(256)
        records = fetched(resealed(bytes(damaged)) + at(3, batch(b"after")))

        offsets = [each.offset for each in records]
        assert offsets == sorted(set(offsets))
        assert set(offsets) <= {0, 1, 2, 3}
        assert records[-1].value == b"after"


def test_a_batch_that_breaks_off_marks_what_is_left() -> None:
    """The records before the break are read."""
    sound = batch(b"one", b"two", b"three")
    records = fetched(resealed(sound[:-9]) + at(3, batch(b"after")))

    assert [(each.offset, each.value) for each in records] == [(0, b"one"), (1, b"two"), (2, None), (3, b"after")]
