"""The plainest worker there is: read, scrub or only forward, send on, commit. No guarantees, no metrics, no log.

`python -m tests.bench.bare_loop SERVERS INBOUND OUTBOUND GROUP scrub|forward`
"""

import asyncio
import sys
from collections.abc import Callable
from datetime import date
from typing import Any

import aiokafka

from schemas.claim import Claim
from worker.bootstrap import build_pipeline

RECEIVED_ON = date(2026, 3, 31)


async def run(servers: str, inbound: str, outbound: str, group: str, work: Callable[[bytes], bytes]) -> None:
    """Work through claims until the process is ended."""
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
                await producer.send(outbound, work(record.value), key=record.key)
                for records in batches.values()
                for record in records
            ]
            if sent:
                await asyncio.gather(*sent)
                await consumer.commit()


def forward(value: bytes) -> bytes:
    """Decode and encode, with no edits."""
    return Claim.model_validate_json(value).model_dump_json(by_alias=True, exclude_none=True).encode()


def scrubbing() -> Callable[[bytes], bytes]:
    """The whole pipeline."""
    pipeline = build_pipeline()

    def scrub(value: bytes) -> bytes:
        message = pipeline.scrub(value, RECEIVED_ON).message
        if message is None:
            raise ValueError("the benchmark sends readable claims only")
        return message

    return scrub


if __name__ == "__main__":
    _, brokers, claims, outcomes, group_id, kind = sys.argv
    asyncio.run(run(brokers, claims, outcomes, group_id, scrubbing() if kind == "scrub" else forward))
