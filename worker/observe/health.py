"""The worker's port: the status page, /livez, /readyz and /metrics, on a thread that no batch can hold up.

Faust's own port answered "OK" with a dead broker, and took 24 s while an agent was busy.
"""

import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

import orjson

from worker.observe.metrics import READINESS
from worker.observe.status_page import PAGE, POLICY

STALLED_AFTER_S: Final = 30.0
_TRUE_UNTIL_NOTED: Final = ("dead_letters_within_limit",)
_CLIENT_TIMEOUT_S: Final = 5.0


Exposition = Callable[[str], tuple[bytes, str]]
"""Takes the Accept header, and returns the page for Prometheus with its content type."""

Figures = Callable[[], bytes]
"""Returns the figures of the status page as JSON."""


class HealthState:
    """What the worker knows about itself; written by the loop, read by the health thread."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._ticked_at = now()
        self._ready = {part: part in _TRUE_UNTIL_NOTED for part in READINESS}

    def tick(self) -> None:
        """Note that the event loop turns."""
        self._ticked_at = self._now()

    def note(self, part: str, *, is_ready: bool) -> None:
        """Note that one part of readiness holds or does not."""
        if part not in self._ready:
            raise KeyError(part)
        self._ready[part] = is_ready

    def is_alive(self) -> bool:
        """Return whether the event loop turned within the last 30 s; a broker that is away is no death."""
        return self.silence_s() < STALLED_AFTER_S

    def silence_s(self) -> float:
        """Return the seconds since the event loop last turned."""
        return self._now() - self._ticked_at

    def readiness(self) -> dict[str, bool]:
        """Return each part of readiness, by its name in the catalogue of metrics."""
        return dict(self._ready)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], state: HealthState, exposition: Exposition, status: Figures) -> None:
        self.state = state
        self.exposition = exposition
        self.status = status
        super().__init__(address, _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that hung up: the base class writes a traceback with its address to stderr."""


class _Handler(BaseHTTPRequestHandler):
    timeout = _CLIENT_TIMEOUT_S
    server: _Server
    server_version = "claimscrub"
    sys_version = ""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/livez":
            self._answer_json({"alive": self.server.state.is_alive()})
        elif path == "/readyz":
            self._answer_json(self.server.state.readiness())
        elif path == "/metrics":
            body, content_type = self.server.exposition(self.headers.get("Accept", ""))
            self._answer(HTTPStatus.OK, body, content_type)
        elif path == "/status.json":
            self._answer(HTTPStatus.OK, self.server.status(), "application/json")
        elif path == "/":
            self._answer(HTTPStatus.OK, PAGE, "text/html; charset=utf-8")
        else:
            self._answer(HTTPStatus.NOT_FOUND, b"", "text/plain")

    def _answer_json(self, parts: dict[str, bool]) -> None:
        status = HTTPStatus.OK if all(parts.values()) else HTTPStatus.SERVICE_UNAVAILABLE
        self._answer(status, orjson.dumps(parts), "application/json")

    def _answer(self, status: HTTPStatus, body: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        if body is PAGE:
            self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name is the base class's
        """Log nothing: the request line is a stranger's text."""


class HealthServer:
    """Serves the health port from a thread until it is closed."""

    def __init__(
        self, host: str, port: int, state: HealthState, exposition: Exposition, status: Figures = lambda: b"{}"
    ) -> None:
        self._server = _Server((host, port), state, exposition, status)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, name="health", daemon=True
        )
        self._thread.start()

    @property
    def port(self) -> int:
        """Return the port in use, also where the system chose it."""
        return int(self._server.server_address[1])

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(1)
