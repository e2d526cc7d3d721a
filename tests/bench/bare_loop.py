"""The plainest worker there is: read, decode, encode, send on, commit. No edits, no guarantees, no metrics."""

import asyncio
import sys
from typing import Any

import aiokafka

from schemas.claim import Claim


async def forward(servers: str, inbound: str, outbound: str, group: str) -> None:
    """Forward claims until the process is ended."""
    consumer: Any = aiokafka.AIOKafkaConsumer(  # type: ignore[no-untyped-call]  # aiokafka publishes no types
        inbound,
        bootstrap_servers=servers,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    producer: Any = aiokafka.AIOKafkaProducer(  # type: ignore[no-untyped-call]  # likewise
        bootstrap_servers=servers, acks="all", linger_ms=5
    )
    async with consumer, producer:
        while True:
            batches = await consumer.getmany(timeout_ms=100, max_records=500)
            sent = [
                await producer.send(outbound, _pass_on(record.value), key=record.key)
                for records in batches.values()
                for record in records
            ]
            if sent:
                await asyncio.gather(*sent)
                await consumer.commit()


def _pass_on(value: bytes) -> bytes:
    return Claim.model_validate_json(value).model_dump_json(by_alias=True, exclude_none=True).encode()


if __name__ == "__main__":
    asyncio.run(forward(*sys.argv[1:5]))
