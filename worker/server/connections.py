"""Connections of the server: how many there are, and how long each may take for what.

aiohttp parses and writes. What it does not bound is bounded here: the head of a request has `HEAD_S` from the moment it
may begin, an answer `ANSWER_S` to be read, and of too many connections the one that waits longest for a request gives
way; where all are at work, the newest is turned away.
"""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final, cast

from aiohttp import web

MOST_CONNECTIONS: Final = 256
HEAD_S: Final = 5.0
"""For the head of a first request, from the connection on."""
IDLE_S: Final = 30.0
"""For reading the answer and sending the next head."""

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class Clients(web.Server):
    """Makes the protocol of each connection, and counts them."""

    def __init__(
        self, handler: Handler, *, most: int = MOST_CONNECTIONS, head_s: float = HEAD_S, idle_s: float = IDLE_S
    ) -> None:
        super().__init__(self._handle)
        self._answer = handler
        self._most = most
        self.head_s, self.idle_s = head_s, idle_s
        self._open: dict[_ClientConnection, None] = {}
        self.is_stopping = False
        self._has_ended = asyncio.Event()

    def __call__(self) -> "_ClientConnection":
        """Return the protocol of one more connection."""
        return _ClientConnection(self)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        connection = request.protocol
        if not isinstance(connection, _ClientConnection):
            raise TypeError("a connection of another server")
        connection.begins()
        try:
            response = await self._answer(request)
        finally:
            connection.ends()
            self._has_ended.set()
        if self.is_stopping:
            response.force_close()
        return response

    def opened(self, connection: "_ClientConnection") -> bool:
        """Count a connection in; return whether there is room for it."""
        if len(self._open) >= self._most:
            idle = next((each for each in self._open if not each.is_at_work), None)
            if idle is None:
                return False
            idle.break_off()
        self._open[connection] = None
        return True

    def ended(self, connection: "_ClientConnection") -> None:
        """Count a connection out."""
        self._has_ended.set()
        self._open.pop(connection, None)

    async def at_rest(self) -> None:
        """Wait until no request is being answered."""
        while any(each.is_at_work for each in self._open):
            self._has_ended.clear()
            await self._has_ended.wait()

    def break_off(self, *, only_idle: bool = False) -> None:
        """Break off every connection, or those that wait for a request."""
        for connection in tuple(self._open):
            if not (only_idle and connection.is_at_work):
                connection.break_off()


class _ClientConnection(web.RequestHandler):
    """One connection, with one deadline at a time."""

    def __init__(self, clients: Clients) -> None:
        super().__init__(
            clients,
            loop=asyncio.get_running_loop(),
            access_log=None,  # type: ignore[arg-type]  # aiohttp takes None for no log
            lingering_time=1.0,  # so that an early answer reaches a client that still sends
            keepalive_timeout=clients.idle_s * 2,
        )
        self._clients = clients
        self._deadline: asyncio.TimerHandle | None = None
        self._own_transport: asyncio.Transport | None = None
        self.is_at_work = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        # uvloop's transports have its methods, and are not instances of it.
        self._own_transport = cast("asyncio.Transport", transport)
        if self._clients.opened(self):
            self._within(self._clients.head_s)
        else:
            self.break_off()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._cancel()
        self._clients.ended(self)
        super().connection_lost(exc)

    def begins(self) -> None:
        """Note that a request has its head."""
        self.is_at_work = True
        self._cancel()

    def ends(self) -> None:
        """Note that a request has its answer, which is to be read."""
        self.is_at_work = False
        self._within(self._clients.idle_s)

    def _within(self, seconds: float) -> None:
        self._cancel()
        self._deadline = asyncio.get_running_loop().call_later(seconds, self.break_off)

    def _cancel(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def break_off(self) -> None:
        """End the connection without waiting for the client."""
        self._clients.ended(self)
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
        response = web.Response(text=f"{HTTPStatus(status).phrase}\n", status=status)
        response.headers.update(NOTHING_LOADED)
        response.force_close()
        return response


ALWAYS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Server": "claimscrub",
}
NOTHING_LOADED: Final = ALWAYS | {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"}
