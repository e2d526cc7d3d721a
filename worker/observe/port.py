"""The worker's port: the status page, /livez, /readyz and /metrics, on a thread that no batch can hold up.

aiohttp parses and writes, on an event loop of this thread's own: slow clients cost a coroutine and not a thread with
its stack, which would count toward the limit of memory that the scrubber lives in. What aiohttp does not bound is
bounded here: how many are connected, and how long each may take from its first byte to its last.
"""

import asyncio
import socket
import threading
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

import orjson
from aiohttp import web

from worker.observe.health import HealthState
from worker.observe.hosts import is_asked_for, own_names
from worker.observe.status_page import PAGE, POLICY

MOST_CONNECTIONS: Final = 64
"""The oldest connection gives way to one more: it had the most time, and a probe needs milliseconds."""

DEADLINE_S: Final = 5.0
_WAITING_TO_CONNECT: Final = 1024
_TAKEN_AT_A_TIME: Final = 16
_STACK_BYTES: Final = 1024 * 1024
_STARTS_WITHIN_S: Final = 10
_NOTHING_MAY_BE_LOADED: Final = "default-src 'none'; frame-ancestors 'none'"

Exposition = Callable[[str], tuple[bytes, str]]
"""Takes the Accept header, and returns the page for Prometheus with its content type."""

StatusFigures = Callable[[], bytes]
"""Returns the figures of the status page as JSON."""


class HealthServer:
    """Serves the port from a thread until it is closed. Raises `OSError` where the address cannot be had."""

    def __init__(  # noqa: PLR0913, PLR0917 - what is served, and where
        self,
        host: str,
        port: int,
        state: HealthState,
        exposition: Exposition,
        status: StatusFigures = lambda: b"{}",
        deadline_s: float = DEADLINE_S,
    ) -> None:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        self._socket = socket.create_server(address[:2], family=family, backlog=_WAITING_TO_CONNECT)
        self._answers = _Answers(state, exposition, status, own_names(host, self._socket.getsockname()[0]))
        self._deadline_s = deadline_s
        self._loop = asyncio.SelectorEventLoop()
        self._closed = asyncio.Event()
        self._is_serving = threading.Event()
        self._thread = threading.Thread(target=self._run, name="health", daemon=True)
        # Of all threads that are started from here on; the default of 8 MiB counts toward the limit of memory.
        before = threading.stack_size(_STACK_BYTES)
        try:
            self._thread.start()
        finally:
            threading.stack_size(before)
        self._is_serving.wait(_STARTS_WITHIN_S)

    @property
    def port(self) -> int:
        """Return the port in use, also where the system chose it."""
        return int(self._socket.getsockname()[1])

    def close(self) -> None:
        """Stop serving, and break off what is under way."""
        self._loop.call_soon_threadsafe(self._closed.set)
        self._thread.join(1)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        connections = _Connections(self._answers.answer, self._deadline_s)
        serving = await self._loop.create_server(connections, sock=self._socket, backlog=_TAKEN_AT_A_TIME)
        # As many as are taken at a time are too few to wait: what is refused tries again after a second only.
        self._socket.listen(_WAITING_TO_CONNECT)
        self._is_serving.set()
        await self._closed.wait()
        serving.close()
        connections.break_off()


class _Connections(web.Server):
    """Makes the protocol of each connection, and drops the oldest of too many."""

    def __init__(self, handler: Callable[[web.BaseRequest], Any], deadline_s: float) -> None:  # a coroutine
        super().__init__(handler)
        self.deadline_s = deadline_s
        self._open: dict[_Connection, None] = {}

    def __call__(self) -> "_Connection":
        return _Connection(self)

    def opened(self, connection: "_Connection") -> None:
        """Count a connection in."""
        self._open[connection] = None
        if len(self._open) > MOST_CONNECTIONS:
            next(iter(self._open)).break_off()

    def ended(self, connection: "_Connection") -> None:
        """Count a connection out."""
        self._open.pop(connection, None)

    def break_off(self) -> None:
        """Break off every connection."""
        for connection in tuple(self._open):
            connection.break_off()


class _Connection(web.RequestHandler):
    """One connection, which has one request and ends at its deadline, whatever the client does."""

    def __init__(self, connections: _Connections) -> None:
        super().__init__(connections, loop=asyncio.get_running_loop(), access_log=None, lingering_time=0)  # type: ignore[arg-type]  # aiohttp takes None for no log
        self._connections = connections
        self._own_transport: asyncio.Transport | None = None
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._own_transport = transport if isinstance(transport, asyncio.Transport) else None
        self._deadline = asyncio.get_running_loop().call_later(self._connections.deadline_s, self.break_off)
        self._connections.opened(self)

    def connection_lost(self, exc: BaseException | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._connections.ended(self)
        super().connection_lost(exc)

    def break_off(self) -> None:
        """End the connection without waiting until the client has read what was written."""
        self._connections.ended(self)
        if self._own_transport is not None:
            self._own_transport.abort()

    def handle_error(
        self,
        request: web.BaseRequest,  # noqa: ARG002 - the text of a stranger
        status: int = 500,
        exc: BaseException | None = None,  # noqa: ARG002
        message: str | None = None,  # noqa: ARG002
    ) -> web.StreamResponse:
        """Answer with the status only; the library would log the error, and repeat the request."""
        return _response(HTTPStatus(status))


class _Answers:
    """Answers each path; anything else is not found."""

    def __init__(
        self, state: HealthState, exposition: Exposition, status: StatusFigures, names: frozenset[str]
    ) -> None:
        self._state = state
        self._exposition = exposition
        self._status = status
        self._names = names

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Return the answer to one request."""
        if request.method not in ("GET", "HEAD"):
            return _response(HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "GET, HEAD"})
        if self._names and not is_asked_for(request.headers.get("Host", ""), self._names):
            return _response(HTTPStatus.MISDIRECTED_REQUEST)
        return self._at(request.path, request.headers.get("Accept", ""))

    def _at(self, path: str, accept: str) -> web.Response:
        match path:
            case "/livez":
                return _parts({"alive": self._state.is_alive()})
            case "/readyz":
                return _parts(self._state.readiness())
            case "/metrics":
                return _response(HTTPStatus.OK, *self._exposition(accept))
            case "/status.json":
                return _response(HTTPStatus.OK, self._status(), "application/json")
            case "/":
                headers = {"Content-Security-Policy": POLICY}
                return _response(HTTPStatus.OK, PAGE, "text/html; charset=utf-8", headers)
        return _response(HTTPStatus.NOT_FOUND)


def _parts(parts: dict[str, bool]) -> web.Response:
    status = HTTPStatus.OK if all(parts.values()) else HTTPStatus.SERVICE_UNAVAILABLE
    return _response(status, orjson.dumps(parts), "application/json")


def _response(
    status: HTTPStatus,
    body: bytes | None = None,
    content_type: str = "text/plain; charset=utf-8",
    headers: dict[str, str] | None = None,
) -> web.Response:
    always = {
        "Content-Type": content_type,
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": _NOTHING_MAY_BE_LOADED,
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "Server": "claimscrub",
    }
    response = web.Response(
        body=f"{status.phrase}\n".encode() if body is None else body, status=status, headers=always | (headers or {})
    )
    response.force_close()
    return response
