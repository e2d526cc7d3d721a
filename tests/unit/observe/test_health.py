"""The health port."""

import json
import socket
import struct
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from worker.observe.health import STALLED_AFTER_S, HealthState
from worker.observe.port import HealthServer
from worker.observe.recorder import Recorder


class _Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> _Clock:
    """A clock that has stopped."""
    return _Clock()


@pytest.fixture
def state(clock: _Clock) -> HealthState:
    """The state of a worker that has just started."""
    return HealthState(clock)


@pytest.fixture
def server(state: HealthState) -> Iterator[HealthServer]:
    """A running health server."""
    running = HealthServer("127.0.0.1", 0, state, Recorder().exposition)
    yield running
    running.close()


def _get(server: HealthServer, path: str, accept: str = "") -> tuple[int, str, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}", headers={"Accept": accept})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["Content-Type"], error.read().decode()


def test_a_loop_that_turns_is_alive_and_one_that_stands_is_not(
    server: HealthServer, state: HealthState, clock: _Clock
) -> None:
    """Alive until 30 s without a turn, and again after the next."""
    clock.now += STALLED_AFTER_S - 0.001
    assert _get(server, "/livez")[0] == 200
    clock.now += 0.001
    assert _get(server, "/livez")[0] == 503
    state.tick()
    assert _get(server, "/livez")[0] == 200


def test_ready_needs_every_part(server: HealthServer, state: HealthState) -> None:
    """Group joined, reference loaded, producer usable, broker there: the body says which is missing."""
    state.note("broker_answers", is_ready=True)
    state.note("group_joined", is_ready=True)
    state.note("reference_loaded", is_ready=True)
    status, _, body = _get(server, "/readyz")
    assert (status, json.loads(body)["producer_usable"]) == (503, False)

    state.note("producer_usable", is_ready=True)
    assert _get(server, "/readyz")[0] == 200


def test_metrics_come_in_the_format_that_is_asked_for(server: HealthServer) -> None:
    """Plain text by default, OpenMetrics on request."""
    assert _get(server, "/metrics")[1].startswith("text/plain")
    status, content_type, body = _get(server, "/metrics", "application/openmetrics-text; version=1.0.0")
    assert (status, body.endswith("# EOF\n")) == (200, True)
    assert content_type.startswith("application/openmetrics-text")


def test_a_client_that_breaks_off_leaves_no_trace(server: HealthServer, capfd: pytest.CaptureFixture[str]) -> None:
    """A scrape that was given up prints nothing, neither on stdout nor on stderr."""
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", server.port), timeout=60) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.sendall(b"GET /metrics HTTP/1.0\r\n\r\n" * 2000)
    assert _get(server, "/metrics")[0] == 200

    assert capfd.readouterr() == ("", "")


def test_nothing_else_is_served(server: HealthServer) -> None:
    """Any other path is not found."""
    assert _get(server, "/router/")[0] == 404


def test_a_client_that_hangs_up_is_not_told_on_stderr(server: HealthServer, capfd: pytest.CaptureFixture[str]) -> None:
    """A probe that gives up leaves no traceback between the log lines, and the next one is answered."""
    present = set(threading.enumerate())
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(b"GET /livez")
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # hang up with a reset
    answered = _get(server, "/livez")
    for thread in set(threading.enumerate()) - present:
        thread.join(60)

    assert answered[0] == 200
    assert capfd.readouterr().err == ""
