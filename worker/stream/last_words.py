"""Why a start or a run ends: one line with the cause and an exit code; see `deploy/README.md`.

No text of an exception is repeated unless it is our own: others can quote what was read or sent.
"""

import errno
import socket
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from aiokafka.errors import KafkaError, UnknownTopicOrPartitionError

from worker.errors import ClaimscrubError, ConfigurationError
from worker.kafka.coordinators import BrokerTooOldError
from worker.kafka.registry import RegistryError
from worker.reference.errors import ReferenceDataError
from worker.settings import ENV_PREFIX, Settings
from worker.stream.budget import MemoryLimitError
from worker.stream.exit_codes import ExitCode

_PORT_PROBLEMS: Final = MappingProxyType(
    {
        errno.EADDRINUSE: "another process listens there",
        errno.EADDRNOTAVAIL: "this machine has no such address",
        errno.EACCES: "this user may not listen there",
    }
)


class NotLoadableError(ClaimscrubError):
    """The tables, profiles or edits cannot be loaded; the text says which file and why, and is ours.

    `event` names the line that ends the worker: `reference-broken` for tables, else `configuration-broken`.
    """

    def __init__(self, cause: ConfigurationError) -> None:
        super().__init__(str(cause))
        self.event = "reference-broken" if isinstance(cause, ReferenceDataError) else "configuration-broken"


@dataclass(frozen=True, slots=True)
class LastWords:
    """The line that ends a worker, and what it leaves with."""

    event: str
    problem: str
    exit_code: ExitCode
    facts: dict[str, Any] = field(default_factory=dict)  # any value that a log line can have


def last_words(error: BaseException, settings: Settings) -> LastWords:
    """Return the last line for an unhandled error."""
    if isinstance(error, NotLoadableError):
        return LastWords(error.event, str(error), ExitCode.NOT_LOADABLE)
    if isinstance(error, ConfigurationError):
        return LastWords("settings-wrong", str(error), ExitCode.SETTINGS)
    if isinstance(error, MemoryLimitError):
        return LastWords("settings-wrong", str(error), ExitCode.SETTINGS)
    if isinstance(error, MemoryError):
        problem = f"{ENV_PREFIX}MEMORY_LIMIT_MIB is {settings.memory_limit_mib}, which is too low"
        return LastWords("settings-wrong", problem, ExitCode.SETTINGS)
    if isinstance(error, BrokerTooOldError | RegistryError):
        event = "registry-unusable" if isinstance(error, RegistryError) else "broker-too-old"
        return LastWords(event, str(error), ExitCode.BROKER_UNREACHABLE)
    if isinstance(error, UnknownTopicOrPartitionError):
        problem = "a topic or partition is missing on the broker (`claimscrub topics check` shows which)"
        return LastWords("topic-missing", problem, ExitCode.BROKER_UNREACHABLE, _class(error))
    if isinstance(error, KafkaError | TimeoutError | OSError):
        problem = f"no answer from a broker at {settings.bootstrap_servers}"
        return LastWords("broker-unreachable", problem, ExitCode.BROKER_UNREACHABLE, _class(error))
    return LastWords("worker-failed", "an unexpected error", ExitCode.CRASHED, _class(error) | _place(error))


def port_words(error: OSError, settings: Settings) -> LastWords:
    """Return the last line when the port of health and metrics cannot be opened."""
    if isinstance(error, socket.gaierror):
        problem = "the host is not known"
    else:
        problem = _PORT_PROBLEMS.get(error.errno or 0, "the system refuses it")
    names = f"{ENV_PREFIX}HTTP_HOST, {ENV_PREFIX}HTTP_PORT"
    facts = {"host": settings.http_host, "port": settings.http_port} | _class(error)
    return LastWords("port-not-open", f"{problem} ({names})", ExitCode.SETTINGS, facts)


def _class(error: BaseException) -> dict[str, Any]:  # any value that a log line can have
    return {"exception": type(error).__name__}


def _place(error: BaseException) -> dict[str, Any]:  # as above
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return {} if trace is None else {"at": f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}"}
