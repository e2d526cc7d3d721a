"""Sends claims to the inbound topic, for demos, benchmarks and re-drives, and notices of reference updates."""

import asyncio
import secrets
from collections.abc import AsyncIterable, Callable, Iterable
from hashlib import sha256
from typing import Final

import orjson

from schemas.dead_letter import HEADER_FORGET
from schemas.reference_update import ReferenceNotice
from worker.kafka.connection import open_producer
from worker.kafka.messages import Headers
from worker.settings import Settings

_IN_FLIGHT = 1000


_KEYS: Final = 4096
"""Many claims share each key, so that none says which claim, let alone which person, a record is about."""


def random_key() -> bytes:
    """Return a random opaque key."""
    return secrets.token_hex(16).encode()


def claim_key(value: bytes | None) -> bytes:
    """Return one of 4,096 keys, the same for a claim and its corrections; a random one for what is not such a claim.

    Claims with one payer, billing NPI and patient control number (CLM01) share a key, and so a partition, in the order
    in which they are sent.
    """
    try:
        claim = orjson.loads(value or b"")
        number = claim["claimInformation"]["patientControlNumber"]
        about = (claim["tradingPartnerServiceId"], claim["billing"]["npi"], number)
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return random_key()
    digest = sha256("\0".join(map(str, about)).encode()).digest()
    return b"%04d" % (int.from_bytes(digest[:8], "big") % _KEYS)


async def send_claims(  # noqa: PLR0913 - how messages are sent, each named
    settings: Settings,
    claims: Iterable[bytes | None] | AsyncIterable[bytes | None],
    *,
    key: Callable[[bytes | None], bytes] | None = None,
    progress: Callable[[int], None] | None = None,
    content_type: bytes | None = None,
    headers: Headers = (),
    partition: Callable[[bytes | None], int | None] | None = None,
    topic: str | None = None,
) -> int:
    """Send messages to a topic, wait until the broker has them, and return how many.

    Args:
        settings: Where the broker is.
        claims: The messages; None is a tombstone.
        key: Makes the record key of a message; never anything that identifies a person.
            Random keys if not given.
        progress: Called with the count of messages that the broker has acknowledged so far.
        content_type: Header that names the form of the messages; without it they are JSON.
        headers: More headers of every message.
        partition: Chooses the partition of a message; where it does not, the key does.
        topic: Where to; the inbound topic when not given.
    """
    named = [] if content_type is None else [("content-type", content_type)]
    done = 0
    waiting: list[asyncio.Future[object]] = []
    async with open_producer(settings) as producer:
        async for value in _each(claims):
            record_key = random_key() if key is None else key(value)
            place = None if partition is None else partition(value)
            sending = producer.send(
                topic or settings.topics.inbound, value, key=record_key, headers=[*named, *headers], partition=place
            )
            waiting.append(await sending)
            if len(waiting) >= _IN_FLIGHT:
                done += await _acknowledged(waiting, done, progress)
        done += await _acknowledged(waiting, done, progress)
    return done


async def _acknowledged(
    waiting: list[asyncio.Future[object]], before: int, progress: Callable[[int], None] | None
) -> int:
    await asyncio.gather(*waiting)
    count = len(waiting)
    waiting.clear()
    if progress is not None and count:
        progress(before + count)
    return count


async def _each(
    claims: Iterable[bytes | None] | AsyncIterable[bytes | None],
) -> AsyncIterable[bytes | None]:
    if isinstance(claims, AsyncIterable):
        async for value in claims:
            yield value
        return
    for value in claims:
        yield value


async def send_forget(settings: Settings, person: bytes, partition: int) -> None:
    """Ask the worker that has a partition to forget a person, and wait until the broker has the message."""
    async with open_producer(settings) as producer:
        headers = [(HEADER_FORGET, b"1")]
        await producer.send_and_wait(settings.judged_topic, b"", key=person, partition=partition, headers=headers)


async def send_document(settings: Settings, value: bytes) -> None:
    """Send late documentation, and wait until the broker has it."""
    async with open_producer(settings) as producer:
        await producer.send_and_wait(settings.topics.documentation, value, key=random_key())


async def send_notice(settings: Settings, notice: ReferenceNotice) -> None:
    """Announce new reference tables, or rules, to every worker, and wait until the broker has the notice."""
    async with open_producer(settings) as producer:
        await producer.send_and_wait(
            settings.topics.reference_updates,
            notice.model_dump_json(exclude_none=True).encode(),
            # One notice for each set of tables survives compaction; see worker.stream.reference.notices.
            key=f"{notice.digest}{notice.ruleset or ''}".encode(),
        )
