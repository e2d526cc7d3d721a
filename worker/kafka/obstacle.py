"""Finds why a broker cannot be used: aiokafka raises one error for every cause.

Each broker is tried once more on a connection of its own, and what fails there is reported by its kind, without the
text of an exception: that can quote what was sent.
"""

import asyncio
import socket
import ssl
from contextlib import suppress
from enum import StrEnum
from typing import Final

from aiokafka.conn import create_conn
from aiokafka.errors import (
    IllegalSaslStateError,
    KafkaError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)
from aiokafka.protocol.metadata import MetadataRequest

from worker.kafka.connection import client_options
from worker.settings import Settings

_ANSWER_MS: Final = 5_000
_LOGIN_ERRORS: Final = (SaslAuthenticationFailed, UnsupportedSaslMechanismError, IllegalSaslStateError)


class Obstacle(StrEnum):
    """The obstacle."""

    CERTIFICATE = "certificate"
    """The broker's certificate is not signed by a trusted CA, has expired, or is for a different host."""

    TLS = "tls"
    """The broker speaks no TLS there, or asks for a client certificate that it knows."""

    LOGIN = "login"
    """The broker does not accept that name, password, token or mechanism."""

    UNKNOWN_HOST = "unknown-host"
    """The name of the broker does not resolve."""

    AWAY = "away"
    """No broker answers, or it breaks off."""


async def find_obstacle(settings: Settings) -> Obstacle | None:
    """Return the obstacle at the last broker that was tried, or None as soon as one accepts us."""
    found = await find_obstacle_and_broker(settings)
    return None if found is None else found[0]


async def find_obstacle_and_broker(settings: Settings) -> tuple[Obstacle, str, int] | None:
    """Return the obstacle, with the host and port of the broker that was tried last."""
    found = None
    for server in settings.brokers:
        host, _, port = server.rpartition(":")
        obstacle = await _obstacle_at(server, settings)
        if obstacle is None:
            return None
        found = obstacle, host, int(port)
    return found


async def _obstacle_at(server: str, settings: Settings) -> Obstacle | None:
    host, _, port = server.rpartition(":")
    options = client_options(settings) | {"request_timeout_ms": _ANSWER_MS}
    del options["bootstrap_servers"]
    try:
        connection = await create_conn(host.strip("[]"), int(port), **options)  # type: ignore[no-untyped-call]  # aiokafka publishes no types
    except (KafkaError, OSError) as error:
        return _kind(error, settings)
    try:
        answer = await connection.send(MetadataRequest([]))
        is_in = bool(answer.brokers)
    except (KafkaError, OSError):
        is_in = False
    finally:
        # Under TLS both sides say good-bye: a loop that ends before that leaves the socket open.
        with suppress(TimeoutError):
            await asyncio.wait_for(connection.close(), _ANSWER_MS / 1000)
    if is_in:
        return None
    # aiokafka does not read what a broker answers to a token. One that is refused shows here: the broker takes the next
    # request for a part of the login, and its answer to that reads as a cluster without brokers.
    return Obstacle.LOGIN if settings.uses_sasl and settings.uses_token else Obstacle.AWAY


def _kind(error: BaseException, settings: Settings) -> Obstacle:
    errors = (error, error.__cause__)
    if any(isinstance(each, ssl.SSLCertVerificationError) for each in errors):
        return Obstacle.CERTIFICATE
    if isinstance(error, _LOGIN_ERRORS):
        return Obstacle.LOGIN
    if any(isinstance(each, socket.gaierror) for each in errors):
        return Obstacle.UNKNOWN_HOST
    # A port without TLS breaks off what it takes for a message of absurd length.
    is_broken_off = settings.uses_tls and isinstance(error, ConnectionResetError)
    return Obstacle.TLS if is_broken_off or any(isinstance(each, ssl.SSLError) for each in errors) else Obstacle.AWAY
