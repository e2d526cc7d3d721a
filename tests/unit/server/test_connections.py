"""The server's port among clients that are slow, strange or many, as the worker's is."""

import select
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from http.client import HTTPResponse
from threading import Thread
from typing import Final

import pytest

from tests.inputs import raw_clients
from tests.inputs.hostile import claim_with
from tests.unit.server.conftest import Asked, Served
from worker.server.connections import MOST_CONNECTIONS

SAFE: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Server": "claimscrub",
}


@pytest.fixture
def clients(server: Served) -> Iterator[ExitStack]:
    """What is connected, and ends with the test."""
    with ExitStack() as opened:
        yield opened


def answer_to(server: Served, sent: bytes) -> Asked:
    """Send bytes as they are, and return the answer."""
    with closing(raw_clients.connect(server.port, sent)) as client:
        response = HTTPResponse(client)
        response.begin()
        return Asked(response.status, dict(response.headers), response.read())


def test_many_slow_clients_keep_neither_a_probe_nor_a_claim_waiting(server: Served, clients: ExitStack) -> None:
    """Each begins a request and never ends it; the first give way."""
    begun = b"POST /v1/scrub HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
    slow = [
        clients.enter_context(closing(raw_clients.connect(server.port, begun))) for _ in range(MOST_CONNECTIONS + 40)
    ]

    assert server.get("/healthz").status == 200
    assert server.scrub(claim_with(1, "")).status == 200
    assert raw_clients.has_ended(slow[0])


@pytest.mark.parametrize("drip", [b"a", b"\r\nX: y"])
def test_a_head_has_its_time_however_it_drips(server: Served, drip: bytes) -> None:
    """A byte now and then does not prolong it."""
    with closing(raw_clients.connect(server.port, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")) as client:
        for _ in range(600):
            if select.select([client], [], [], 0.1)[0]:
                break
            client.sendall(drip)

        assert raw_clients.has_ended(client)


def test_clients_that_do_not_read_hold_up_nobody(server: Served, clients: ExitStack) -> None:
    """Their outcomes wait with them; the processes that scrub are free."""
    lines = b"\n".join([claim_with(1, "")] * 400)
    head = b"POST /v1/scrub HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
    sent = head + b"Content-Length: %d\r\n\r\n" % len(lines)
    for _ in range(8):
        client = clients.enter_context(closing(raw_clients.connect(server.port, sent)))
        client.settimeout(1)
        Thread(target=_send, args=(client, lines), daemon=True).start()

    for _ in range(20):
        assert server.scrub(claim_with(2, "")).status == 200


def _send(client: socket.socket, lines: bytes) -> None:
    try:
        client.sendall(lines)
    except OSError:
        return


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8837", 200),
        ("localhost", 200),
        ("LOCALHOST.:80", 200),
        ("[::1]:8837", 200),
        ("attacker.example", 421),
        ("127.0.0.1.attacker.example", 421),
        ("10.0.0.1", 421),
        ("[", 421),
    ],
)
@pytest.mark.parametrize("path", ["/healthz", "/v1/profiles", "/nowhere", "/"])
def test_on_loopback_a_page_elsewhere_cannot_ask_under_its_own_name(
    server: Served, host: str, status: int, path: str
) -> None:
    """A name that was made to mean 127.0.0.1 (DNS rebinding) is that of its page still."""
    assert (server.get(path, Host=host).status == 421) == (status == 421)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "http://localhost:8837", "Host": "localhost:8837"}, 200),
        ({"Origin": "http://attacker.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost:9999", "Host": "localhost:8837"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
    ],
)
def test_a_page_elsewhere_cannot_post(server: Served, headers: dict[str, str], status: int) -> None:
    """Whatever content type it claims."""
    assert server.ask("POST", "/v1/scrub", claim_with(1, ""), **headers).status == status


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", 200),
        (b"GET /Zq7Canary HTTP/1.1\r\nHost: localhost\r\n\r\n", 404),
        (b"BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (b"\x16\x03\x01Zq7Canary\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"Zq7Canary" * 10_000 + b"\r\n\r\n", 400),
        (b"POST /v1/scrub HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n", 413),
        (b"GET / HTTP/1.1\r\nHost: attacker.example\r\n\r\n", 421),
    ],
)
def test_every_answer_has_the_headers_and_none_repeats_the_request(server: Served, sent: bytes, status: int) -> None:
    """Also what the library answers before our code is asked; nothing of it is written to the log."""
    answer = answer_to(server, sent)

    assert answer.status == status
    assert {name: answer.headers.get(name) for name in SAFE} == SAFE
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert b"Canary" not in answer.body
    assert "Canary" not in server.written()


def test_a_connection_serves_many_requests(server: Served) -> None:
    """And waits between them for a while."""
    asked = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with closing(raw_clients.connect(server.port)) as client:
        for _ in range(3):
            client.sendall(asked)
            time.sleep(0.05)
            assert client.recv(4096).startswith(b"HTTP/1.1 200")


def test_a_client_that_waits_to_be_asked_on_is_asked_on(server: Served) -> None:
    """As curl does with a long body."""
    value = claim_with(1, "")
    head = b"POST /v1/scrub HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(
        value
    )
    with closing(raw_clients.connect(server.port, head)) as client:
        assert client.recv(64).startswith(b"HTTP/1.1 100")
        client.sendall(value)
        assert client.recv(64).startswith(b"HTTP/1.1 200")
