"""How our own Kafka clients connect: the same security for each, open only as long as needed."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from worker.kafka.record_batches import guard_consumers
from worker.kafka.tokens import FileToken
from worker.settings import SecurityProtocol, Settings

Client = Any
"""An aiokafka client; the library publishes no types."""

_PROTOCOLS = {
    SecurityProtocol.PLAINTEXT: "PLAINTEXT",
    SecurityProtocol.TLS: "SSL",
    SecurityProtocol.SASL_PLAINTEXT: "SASL_PLAINTEXT",
    SecurityProtocol.SASL_TLS: "SASL_SSL",
}
CLIENT_ID = "claimscrub"
METADATA_MS = 10_000
"""How soon a client hears of a new partition; by default it asks every five minutes only."""

REQUEST_TIMEOUT_MS = 30_000
BATCH_BYTES = 256 * 1024
_LINGER_MS = 5
_HEADROOM_BYTES = 64 * 1024


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """Return the TLS context, with host names checked and TLS 1.2 at least; none without TLS."""
    if not settings.uses_tls:
        return None
    context = ssl.create_default_context(cafile=settings.tls_ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.tls_cert_file is not None:
        context.load_cert_chain(settings.tls_cert_file, settings.tls_key_file)
    return context


def client_options(
    settings: Settings, client_id: str = CLIENT_ID
) -> dict[str, Any]:  # Any: keyword arguments of an untyped library
    """Return the keyword arguments that every aiokafka client takes to connect."""
    options: dict[str, Any] = {
        "bootstrap_servers": list(settings.brokers),
        "client_id": client_id,
        "security_protocol": _PROTOCOLS[settings.security],
    }
    context = tls_context(settings)
    if context is not None:
        options["ssl_context"] = context
    if settings.uses_sasl:
        options["sasl_mechanism"] = settings.sasl_mechanism
    if settings.uses_sasl and settings.sasl_token_file is not None and settings.uses_token:
        options["sasl_oauth_token_provider"] = FileToken(settings.sasl_token_file)
    elif settings.uses_sasl:
        options["sasl_plain_username"] = settings.sasl_username
        options["sasl_plain_password"] = settings.sasl_password().get_secret_value()
    return options


def new_producer(settings: Settings, *, transactional_id: str | None = None, record_limit: int | None = None) -> Client:
    """Return a producer, not started: idempotent, or transactional with an id.

    Every copy must have a record before it counts (acks=all), and a request ends after 30 s: Faust's
    own producer would wait 20 minutes, and repeats a record that it sends again.
    """
    identity: dict[str, Any] = {"enable_idempotence": True}  # Any: keyword arguments of an untyped library
    if transactional_id is not None:
        identity = {
            "transactional_id": transactional_id,
            "transaction_timeout_ms": settings.transaction_timeout_s * 1000,
        }
    return AIOKafkaProducer(  # type: ignore[no-untyped-call]  # aiokafka publishes no types
        **client_options(settings),
        **identity,
        acks="all",
        linger_ms=0 if transactional_id is not None else _LINGER_MS,
        max_batch_size=min(BATCH_BYTES, record_limit or BATCH_BYTES),
        # Our own limit is checked before; the headroom keeps the client's from firing first.
        max_request_size=settings.max_outcome_bytes + _HEADROOM_BYTES,
        request_timeout_ms=REQUEST_TIMEOUT_MS,
        metadata_max_age_ms=METADATA_MS,
    )


@asynccontextmanager
async def open_producer(settings: Settings) -> AsyncIterator[Client]:
    """Open an idempotent producer for the length of a block."""
    producer = new_producer(settings)
    try:
        await producer.start()
        yield producer
    finally:
        await producer.stop()


@asynccontextmanager
async def open_reader(settings: Settings) -> AsyncIterator[Client]:
    """Open a consumer of committed records, outside any group, for the length of a block."""
    async with _open_consumer(settings, None) as consumer:
        yield consumer


@asynccontextmanager
async def open_raw_reader(settings: Settings) -> AsyncIterator[Client]:
    """Open a consumer that sees what transactions have yet to commit, outside any group, for the length of a block."""
    async with _open_consumer(settings, None, isolation_level="read_uncommitted") as consumer:
        yield consumer


@asynccontextmanager
async def open_group_reader(settings: Settings, group: str) -> AsyncIterator[Client]:
    """Open a consumer of committed records that may commit offsets for a group, for the length of a block."""
    async with _open_consumer(settings, group) as consumer:
        yield consumer


@asynccontextmanager
async def _open_consumer(
    settings: Settings, group: str | None, *, isolation_level: str = "read_committed"
) -> AsyncIterator[Client]:
    guard_consumers()
    consumer: Client = AIOKafkaConsumer(  # type: ignore[no-untyped-call]  # aiokafka publishes no types
        **client_options(settings),
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level=isolation_level,
    )
    try:
        await consumer.start()
        yield consumer
    finally:
        await consumer.stop()


@asynccontextmanager
async def open_admin(settings: Settings) -> AsyncIterator[Client]:
    """Open an admin client for the length of a block."""
    admin: Client = AIOKafkaAdminClient(**client_options(settings))
    try:
        await admin.start()
        yield admin
    finally:
        await admin.close()
