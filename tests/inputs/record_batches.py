"""Record batches as a sender could store them that keeps to no rule: built byte by byte, with a sound checksum."""

import struct
from typing import Any, Final

from aiokafka import TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.util import calc_crc32c

HEADER_BYTES: Final = 61
_CRC_AT: Final = 17
_ATTRIBUTES_AT: Final = 21
_MOST: Final = 64 * 1024 * 1024

Headers = list[tuple[str, bytes]]


def batch(
    *values: bytes, codec: int = 0, headers: Headers | None = None, timestamp_ms: int = 1_750_000_000_000
) -> bytes:
    """Return a sound batch with one record for each value."""
    builder: Any = DefaultRecordBatchBuilder(2, codec, 0, -1, -1, 0, _MOST)  # Any: aiokafka publishes no types
    for number, value in enumerate(values):
        builder.append(number, timestamp_ms, b"key", value, headers or [])
    return bytes(builder.build())


def resealed(stored: bytes) -> bytes:
    """Return a batch with the length and the checksum of what it holds now."""
    body = stored[_ATTRIBUTES_AT:]
    length = struct.pack("!i", len(stored) - 12)
    return stored[:8] + length + stored[12:_CRC_AT] + struct.pack("!I", calc_crc32c(body)) + body


def with_payload(stored: bytes, payload: bytes, codec: int) -> bytes:
    """Return a batch whose records are replaced by other bytes, said to be packed by a codec."""
    attributes = struct.pack("!h", codec)
    return resealed(stored[:_ATTRIBUTES_AT] + attributes + stored[_ATTRIBUTES_AT + 2 : HEADER_BYTES] + payload)


def with_bad_header_name(*values: bytes) -> bytes:
    """Return a batch whose records have a header with a name that is not UTF-8."""
    return resealed(batch(*values, headers=[("good", b"1"), ("name?", b"2")]).replace(b"name?", b"name\xff"))


async def produce(address: str, topic: str, stored: bytes) -> int:
    """Store a batch in partition 0 as it is; return the error code of the broker."""
    return (await produced(address, topic, stored, 0))[0]


async def produced(address: str, topic: str, stored: bytes, partition: int) -> tuple[int, int]:
    """Store a batch in a partition as it is; return the error code of the broker, and the first offset."""
    client: Any = AIOKafkaClient(bootstrap_servers=address)  # type: ignore[no-untyped-call]  # Any: as above
    await client.bootstrap()
    try:
        await client._wait_on_metadata(topic)  # noqa: SLF001 -- as `worker.kafka.read`
        request: Any = ProduceRequest(
            transactional_id=None, required_acks=-1, timeout=10_000, topics=[(topic, [(partition, stored)])]
        )
        answer = await client.send(client.cluster.leader_for_partition(TopicPartition(topic, partition)), request)
        _, code, offset, *_ = answer.topics[0][1][0]
        return int(code), int(offset)
    finally:
        await client.close()
