"""Runs a command's work on the broker, and explains a failure in one sentence."""

import asyncio
import logging
import os
import socket
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any, Final, NoReturn, TypeVar

import click

from worker.cli.shared.console import echo
from worker.kafka.messages import UNREADABLE
from worker.kafka.obstacle import Obstacle, find_obstacle
from worker.kafka.read import Record
from worker.kafka.topics import partition_counts
from worker.settings import Settings, SettingsError
from worker.stream.exit_codes import ExitCode

Result = TypeVar("Result")

ENDED_BY_CTRL_C: Final = 130
"""128 and the number of SIGINT, as a shell has it."""

_ANSWER_S: Final = 5.0
_OBSTACLES: Final[Mapping[Obstacle | None, str]] = MappingProxyType(
    {
        Obstacle.CERTIFICATE: "has a certificate that cannot be verified: not signed by "
        "CLAIMSCRUB_TLS_CA_FILE, expired, or for a different host.",
        Obstacle.UNKNOWN_HOST: "has a name that does not resolve.",
        Obstacle.TLS: "refuses our TLS: check CLAIMSCRUB_SECURITY, and "
        "CLAIMSCRUB_TLS_CERT_FILE if it asks for a certificate.",
        Obstacle.LOGIN: "refuses the login: check the CLAIMSCRUB_SASL_ settings and the files that they name.",
    }
)


def read_settings() -> Settings:
    """Return the settings of the environment; a wrong one ends the command with 78."""
    return or_wrong_settings(lambda: Settings.from_environment(os.environ))


def or_wrong_settings(read: Callable[[], Result]) -> Result:
    """Return what is read; settings that are wrong end the command with 78, each with its sentence."""
    try:
        return read()
    except SettingsError as error:
        for problem in error.problems:
            echo(problem, is_error=True)
        raise SystemExit(ExitCode.SETTINGS) from None


def run_until_ctrl_c(work: Coroutine[Any, Any, Result]) -> Result:  # Any: asyncio's own, never used
    """As `asyncio.run`, which forgets Ctrl-C where a library took the cancellation for an answer of the broker.

    Raises `KeyboardInterrupt` then too, once the work has come to its end.
    """

    async def whole() -> Result:
        result = await work
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise asyncio.CancelledError
        return result

    return asyncio.run(whole())


def on_broker(settings: Settings, work: Coroutine[Any, Any, Result]) -> Result:  # Any: likewise
    """Run work that needs the broker; a broker that is away or refuses ends the command with 69."""
    if not any(map(_answers, settings.brokers)):
        work.close()
        _leave_unanswered(settings)
    with _explained(settings), quiet_clients():
        return run_until_ctrl_c(work)


def drawn(settings: Settings, items: AsyncGenerator[Result, None], at_once: int = 250) -> Iterator[Result]:
    """Yield what is read from the broker, which is read only as fast as it is taken up; ends the command as above.

    Args:
        settings: Where the broker is.
        items: What reads; it is closed at the end.
        at_once: How many are read before the first of them is yielded.
    """
    if not any(map(_answers, settings.brokers)):
        _leave_unanswered(settings)
    with asyncio.Runner() as runner:
        try:
            while True:
                with _explained(settings), quiet_clients():
                    some = runner.run(_some(items, at_once))
                if not some:
                    return
                yield from some
        finally:
            with quiet_clients():
                runner.run(items.aclose())


async def _some(items: AsyncGenerator[Result, None], most: int) -> list[Result]:
    taken: list[Result] = []
    async for each in items:
        taken.append(each)
        if len(taken) == most:
            break
    return taken


@contextmanager
def _explained(settings: Settings) -> Iterator[None]:
    """End the command with a sentence where the broker is away or refuses."""
    try:
        yield
    except KeyboardInterrupt:
        # What was asked to end by Ctrl-C ends without a word, as it does for any program of a pipe.
        raise SystemExit(ENDED_BY_CTRL_C) from None
    # Every error of the Kafka client is a RuntimeError; a broker that breaks off is an OSError.
    except (RuntimeError, OSError) as error:
        with quiet_clients():
            obstacle = asyncio.run(find_obstacle(settings))
        _leave(in_words(settings, obstacle) or _refused(settings, error))


def _leave_unanswered(settings: Settings) -> NoReturn:
    _leave(f"No broker answers at {settings.bootstrap_servers}. Start one, or set CLAIMSCRUB_BOOTSTRAP_SERVERS.")


def in_words(settings: Settings, obstacle: Obstacle | None) -> str:
    """Return what keeps a broker from taking us, as a sentence; nothing where the obstacle is not one of those."""
    return f"The broker at {settings.bootstrap_servers} {_OBSTACLES[obstacle]}" if obstacle in _OBSTACLES else ""


def _refused(settings: Settings, error: BaseException) -> str:
    return f"The broker at {settings.bootstrap_servers} did not do what was asked ({type(error).__name__})."


def judged_partitions(settings: Settings) -> int:
    """Return in how many partitions claims are judged; a topic that is missing ends the command."""
    topic = settings.judged_topic
    count = on_broker(settings, partition_counts(settings, [topic])).get(topic)
    if count is None:
        raise click.ClickException(f"{topic} is missing; `claimscrub topics create` makes it")
    return count


@contextmanager
def quiet_clients() -> Iterator[None]:
    """Keep the Kafka clients, which log every failed attempt, from the user's terminal."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


def say_unreadable(record: Record) -> None:
    """Report on stderr that a record was skipped because it cannot be read."""
    if record.mark is UNREADABLE:
        echo(f"{record.topic} {record.partition}/{record.offset} cannot be read.", is_error=True)


def _answers(server: str) -> bool:
    host, _, port = server.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=_ANSWER_S):
            return True
    except OSError:
        return False


def _leave(sentence: str) -> NoReturn:
    echo(sentence, is_error=True)
    raise SystemExit(ExitCode.BROKER_UNREACHABLE)
