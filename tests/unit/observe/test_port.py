"""The worker's port among clients that are slow, strange or many."""

import http.client
import json
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http import HTTPStatus
from typing import Final

import psutil
import pytest

from tests.inputs import raw_clients
from worker.observe.health import HealthState
from worker.observe.port import DEADLINE_S, MOST_CONNECTIONS, HealthServer
from worker.observe.status_page import PAGE, POLICY

ALWAYS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Server": "claimscrub",
}
NOTHING: Final = "default-src 'none'; frame-ancestors 'none'"
SHORT_S: Final = 0.3

Serve = Callable[..., HealthServer]


def exposition(_: str) -> tuple[bytes, str]:
    """A page for Prometheus."""
    return b"claimscrub_up 1\n", "text/plain; version=0.0.4"


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts ports, and closes them at the end."""
    with ExitStack() as running:

        def start(host: str = "127.0.0.1", **changes: object) -> HealthServer:
            given: dict[str, object] = {"state": HealthState(), "exposition": exposition} | changes
            server = HealthServer(host, 0, **given)  # type: ignore[arg-type]  # by name
            running.callback(server.close)
            return server

        yield start


def ask(
    server: HealthServer, path: str = "/livez", method: str = "GET", **headers: str
) -> tuple[http.client.HTTPResponse, bytes]:
    """Ask as a probe does, and wait for less time than another client may take."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=DEADLINE_S - 1)
    connection.request(method, path, headers=headers)
    with connection.getresponse() as response:
        return response, response.read()


def connect(server: HealthServer, begins: bytes = b"") -> socket.socket:
    """Connect, and send the beginning of a request."""
    return raw_clients.connect(server.port, begins, timeout_s=10)


def connections(server: HealthServer) -> int:
    """How many connections this process holds on the side of the server."""
    held = psutil.Process().net_connections("tcp")
    return sum(each.laddr.port == server.port and each.status == psutil.CONN_ESTABLISHED for each in held)


_FIVE_HUNDRED: Final = """
import http.client, resource, socket, threading
from worker.observe.health import HealthState
from worker.observe.port import DEADLINE_S, HealthServer
from worker.stream.budget import _used_mib
server = HealthServer("127.0.0.1", 0, HealthState(), lambda _: (b"", "text/plain"))
room = (_used_mib() + 96) * 1024 * 1024
resource.setrlimit(resource.RLIMIT_DATA, (room, room))
slow = []
for _ in range(500):
    slow.append(socket.create_connection(("127.0.0.1", server.port), timeout=10))
    slow[-1].sendall(b"GET /metrics HTTP/1.1\\r\\nHost: localhost\\r\\nX-Slow: ")
statuses = []
for _ in range(20):
    probe = http.client.HTTPConnection("127.0.0.1", server.port, timeout=DEADLINE_S - 1)
    probe.request("GET", "/livez")
    statuses.append(probe.getresponse().status)
claim = bytearray(48 * 1024 * 1024)
print(statuses == [200] * 20, threading.active_count(), len(claim) // 1024 // 1024)
"""


def test_five_hundred_slow_clients_cost_neither_a_probe_nor_a_claim() -> None:
    """Probes are answered long before the others are dropped, and a claim has its memory, under the limit of it."""
    command = [sys.executable, "-c", _FIVE_HUNDRED]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.stdout, done.stderr, done.returncode) == ("True 2 48\n", "", 0)


def test_the_oldest_connection_gives_way_to_one_too_many(serve: Serve) -> None:
    """The one before stays."""
    server = serve()
    with ExitStack() as open_ones:
        clients = [open_ones.enter_context(connect(server, b"GET")) for _ in range(MOST_CONNECTIONS + 1)]

        assert select.select([clients[0]], [], [], 10)[0]
        assert raw_clients.has_ended(clients[0])
        assert connections(server) <= MOST_CONNECTIONS + 1
        assert ask(server)[0].status == 200
        clients[-1].sendall(b" /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert clients[-1].recv(12) == b"HTTP/1.1 200"


@pytest.mark.parametrize("drip", [b"a", b"\r\nX: y"])
def test_a_request_has_its_time_however_it_drips(serve: Serve, drip: bytes) -> None:
    """A byte now and then does not prolong it."""
    server = serve(deadline_s=SHORT_S)
    with connect(server, b"GET /livez HTTP/1.1\r\nHost: localhost\r\nX-Slow: ") as client:
        for _ in range(1000):
            if select.select([client], [], [], SHORT_S / 10)[0]:
                break
            client.sendall(drip)

        assert raw_clients.has_ended(client)


def test_a_client_that_does_not_read_is_dropped_with_what_it_was_to_read(serve: Serve) -> None:
    """The deadline counts for the answer as well."""
    server = serve(deadline_s=SHORT_S, exposition=lambda _: (b"x" * 64 * 1024 * 1024, "text/plain"))
    with connect(server, b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n") as client:
        assert client.recv(12) == b"HTTP/1.1 200"
        while connections(server):
            assert not select.select([], [], [client], SHORT_S / 10)[2]

    assert ask(server)[0].status == 200


def test_a_thread_that_never_rests_does_not_hold_up_a_probe(serve: Serve) -> None:
    """As a batch that keeps the interpreter busy."""
    server, statuses, is_done = serve(), list[int](), threading.Event()

    def probe() -> None:
        statuses.extend(ask(server)[0].status for _ in range(5))
        is_done.set()

    threading.Thread(target=probe, daemon=True).start()
    while not is_done.is_set():
        sum(range(1000))

    assert statuses == [200] * 5


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:9464", 200),
        ("localhost", 200),
        ("LOCALHOST.:80", 200),
        ("[::1]:9464", 200),
        ("attacker.example", 421),
        ("attacker.example:9464", 421),
        ("127.0.0.1.attacker.example", 421),
        ("10.0.0.1", 421),
        ("[", 421),
    ],
)
@pytest.mark.parametrize("path", ["/status.json", "/livez", "/nowhere"])
def test_on_loopback_a_page_elsewhere_cannot_ask_under_its_own_name(
    serve: Serve, host: str, status: int, path: str
) -> None:
    """A name that was made to mean 127.0.0.1 (DNS rebinding) is that of its page still."""
    response, body = ask(serve(), path, Host=host)

    assert (response.status == 421) == (status == 421)
    assert (body == b"Misdirected Request\n") == (status == 421)


def test_a_port_that_is_open_to_others_goes_by_any_name(serve: Serve) -> None:
    """Prometheus asks by the name of the pod or its address."""
    assert ask(serve("0.0.0.0"), Host="claimscrub-0.claims.svc:9464")[0].status == 200  # noqa: S104


@pytest.mark.parametrize("path", ["/", "/livez", "/readyz", "/metrics", "/status.json", "/nowhere"])
def test_head_is_get_without_its_body(serve: Serve, path: str) -> None:
    """Load balancers ask so."""
    server = serve()
    got, body = ask(server, path)
    head, nothing = ask(server, path, "HEAD")

    assert (head.status, nothing) == (got.status, b"")
    assert head.getheader("Content-Length") == got.getheader("Content-Length") == str(len(body))
    assert head.getheader("Content-Type") == got.getheader("Content-Type")


def _fail(_: str) -> tuple[bytes, str]:
    raise RuntimeError


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 200),
        (b"GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n", 404),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello", 405),
        (b"BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: attacker.example\r\n\r\n", 421),
        (b"\x16\x03\x01Zq7Canary\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"Zq7Canary" * 10_000 + b"\r\n\r\n", 400),
        (b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", 500),
    ],
)
def test_every_answer_has_the_headers_and_none_repeats_the_request(
    serve: Serve, capfd: pytest.CaptureFixture[str], sent: bytes, status: int
) -> None:
    """Also what the library answers before our code is asked; nothing of it is written to the log."""
    server = serve(exposition=_fail)
    with connect(server, sent) as client:
        response = http.client.HTTPResponse(client)
        response.begin()
        body = response.read()

    headers = {name: response.getheader(name) for name in (*ALWAYS, "Content-Security-Policy")}
    policy = POLICY if status == 200 else NOTHING
    assert response.status == status
    assert headers == ALWAYS | {"Content-Security-Policy": policy}
    assert response.will_close
    assert body == (PAGE if status == 200 else f"{HTTPStatus(status).phrase}\n".encode())
    assert capfd.readouterr() == ("", "")


def test_a_port_that_is_taken_is_an_error_of_the_start(serve: Serve) -> None:
    """As is an address that is not this machine's."""
    server = serve()

    with pytest.raises(OSError, match="in use"):
        HealthServer("127.0.0.1", server.port, HealthState(), exposition)


def test_an_address_of_version_6_is_served(serve: Serve) -> None:
    """With its own name, which has brackets."""
    try:
        server = serve("::1")
    except OSError:
        pytest.skip("this machine has no IPv6")
    connection = http.client.HTTPConnection("::1", server.port, timeout=DEADLINE_S - 1)
    connection.request("GET", "/livez")

    assert json.loads(connection.getresponse().read()) == {"alive": True}
