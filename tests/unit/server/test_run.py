"""A server from its start to its end: who may be served, stopping, reading files again, and what it writes."""

import json
import shutil
import signal
import socket
import ssl
import subprocess
from contextlib import closing
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from typing import Final

import psutil
import pytest
from click.testing import CliRunner

from tests.inputs.hostile import claim_with
from tests.stream.test_real_worker import CANARY, planted
from tests.unit.server.conftest import Served, Start
from worker.bootstrap import shipped_config_directory
from worker.cli.commands import claimscrub
from worker.samples.claims import demo_claims
from worker.server.run import ServeError, ServeOptions
from worker.wording.extras import installing

TOKEN: Final = "of enough characters".replace(" ", "-")
ALL: Final = "0.0.0.0"  # noqa: S104 - refused, or with a token


def options(**changes: object) -> ServeOptions:
    """Options of a server on this machine."""
    return ServeOptions(**({"host": "127.0.0.1", "port": 0, "processes": 1} | changes))  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize(
    ("changes", "address", "wrong"),
    [
        ({}, "127.0.0.1", None),
        ({}, "::1", None),
        ({"token": "short"}, "127.0.0.1", "fewer than 16"),
        ({"host": ALL}, ALL, "--token-file"),
        ({"host": ALL, "token": TOKEN}, ALL, "without TLS"),
        ({"host": ALL, "token": TOKEN, "allows_insecure": True}, ALL, None),
        ({"host": ALL, "token": TOKEN, "tls_cert": Path("c"), "tls_key": Path("k")}, ALL, None),
        ({"host": ALL, "tls_cert": Path("c"), "tls_key": Path("k"), "client_ca": Path("a")}, ALL, None),
        ({"host": ALL, "tls_cert": Path("c"), "tls_key": Path("k")}, ALL, "--token-file"),
        ({"host": ALL, "allows_insecure": True}, ALL, "--token-file"),
        ({"tls_cert": Path("c")}, "127.0.0.1", "belong together"),
        ({"client_ca": Path("a")}, "127.0.0.1", "needs --tls-cert"),
    ],
)
def test_other_machines_are_served_with_a_secret_and_tls_only(
    changes: dict[str, object], address: str, wrong: str | None
) -> None:
    """This one is served as it is."""
    if wrong is None:
        options(**changes).refuse_what_is_unsafe(address)
        return
    with pytest.raises(ServeError, match=wrong):
        options(**changes).refuse_what_is_unsafe(address)


def test_the_command_says_what_would_be_right(tmp_path: Path) -> None:
    """In one sentence, with 2; a port that is taken likewise."""
    refused = CliRunner().invoke(claimscrub, ["serve", "--host", ALL, "--port", "0"])
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = str(taken.getsockname()[1])
        in_use = CliRunner().invoke(claimscrub, ["serve", "--port", port])

    assert (refused.exit_code, in_use.exit_code) == (2, 2)
    assert "--token-file" in refused.stderr
    assert f"cannot listen on 127.0.0.1:{port}" in in_use.stderr


def test_without_its_extra_the_command_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest of the package does without."""
    monkeypatch.setattr("worker.cli.shared.extras.find_spec", lambda _: None)
    refused = CliRunner().invoke(claimscrub, ["serve", "--port", "0"])

    assert refused.exit_code == 2
    assert installing("serve") in refused.stderr


def test_it_stops_when_what_is_under_way_is_answered(starting: Start) -> None:
    """A request that has begun has its answer, a new one none, and no process is left."""
    served = starting()
    served.wait_for("serving")
    children = psutil.Process(served.process.pid).children()
    value = claim_with(1, "")
    with closing(HTTPConnection("127.0.0.1", served.port, timeout=60)) as connection:
        connection.putrequest("POST", "/v1/scrub")
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(len(value)))
        connection.endheaders()
        connection.send(value[:10])
        served.wait_for_metric("requests_open 2.0")
        served.process.send_signal(signal.SIGTERM)
        served.wait_for("stopping")
        with pytest.raises(OSError, match="refused"):
            served.get("/healthz")
        connection.send(value[10:])
        with connection.getresponse() as response:
            status, body = response.status, response.read()

    assert (status, json.loads(body)["disposition"]) == (200, "scrubbed")
    assert served.process.wait(60) == 0
    assert psutil.wait_procs(children, 10)[1] == []
    assert served.log()[-1]["event"] == "stopped"


def test_what_is_not_answered_in_time_is_broken_off(starting: Start) -> None:
    """With an exit code of its own."""
    served = starting(STOP_GRACE_S="2")
    served.wait_for("serving")
    with closing(socket.create_connection(("127.0.0.1", served.port))) as client:
        client.sendall(b"POST /v1/scrub HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{")
        served.wait_for_metric("requests_open 2.0")

        assert served.stop() == 3


def own_configuration(folder: Path) -> Path:
    """A copy of the shipped profiles and guides, with the shipped tables."""
    shipped = shipped_config_directory()
    for name in ("payers", "guides"):
        shutil.copytree(shipped / name, folder / name)
    (folder / "reference").symlink_to(shipped / "reference")
    return folder


def test_profiles_are_read_again_and_broken_ones_are_refused_whole(starting: Start, tmp_path: Path) -> None:
    """As in the worker, on SIGHUP; claims go on meanwhile."""
    config = own_configuration(tmp_path / "config")
    served = starting("--config", str(config))
    served.wait_for("serving")
    before = json.loads(served.scrub(claim_with(1, "")).body)["versions"]["ruleset"]
    profile = config / "payers" / "commercial.yaml"
    text = profile.read_text("utf-8")
    profile.write_text(f"{text}\nmisspelled: true\n", "utf-8")
    served.process.send_signal(signal.SIGHUP)
    refused = served.wait_for("configuration-rejected")
    between = json.loads(served.scrub(claim_with(1, "")).body)["versions"]["ruleset"]
    profile.write_text(text.replace("documentation: when-sent", "documentation: required"), "utf-8")
    served.process.send_signal(signal.SIGHUP)
    swapped = served.wait_for("reference-swapped")
    after = json.loads(served.scrub(claim_with(1, "")).body)["versions"]["ruleset"]

    assert "misspelled" in refused["problem"]
    assert between == before
    assert after == swapped["ruleset"] != before
    assert served.stop() == 0


def test_a_broken_configuration_ends_it_with_70(starting: Start, tmp_path: Path) -> None:
    """With the sentence that `claimscrub profiles check` has."""
    config = own_configuration(tmp_path / "config")
    (config / "payers" / "commercial.yaml").write_text("misspelled: true\n", "utf-8")
    served = starting("--config", str(config))

    assert served.process.wait(60) == 70
    assert "misspelled" in served.written()


def test_nothing_of_a_claim_is_written_anywhere(starting: Start, tmp_path: Path) -> None:
    """Neither to stdout, stderr and /metrics, nor to a file; whatever the claims are."""
    served = starting("--processes", "2", name="quiet", LOG_LEVEL="debug")
    served.wait_for("serving")
    whole = json.dumps(planted()).encode()
    canary = CANARY.encode()
    bodies = [whole, whole[:-5], b'{"' + canary + b'": 1}', canary, *(each.value for each in demo_claims(60))]
    for kind in ("application/json", "application/x-ndjson", "application/edi-x12", "application/fhir+json"):
        for body in bodies:
            for path in ("/v1/scrub", "/v1/convert?to=x12", "/v1/acknowledge"):
                served.ask("POST", path, body, Content_Type=kind)
    served.get(f"/v1/codes/{CANARY}")
    served.get(f"/{CANARY}", Cookie=CANARY, Authorization=CANARY)
    metrics = served.get("/metrics").body.decode()
    process = psutil.Process(served.process.pid)
    opened = {file.path for each in (process, *process.children()) for file in each.open_files() if "w" in file.mode}
    assert served.stop() == 0

    assert opened <= {str(served.folder / "out"), str(served.folder / "err")}
    for text in (served.written(), metrics):
        assert CANARY not in text
        assert "SYNTHETIC" not in text.upper()


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that is its own authority, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    made += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(folder / "key"), "-out", str(folder / "cert")]
    subprocess.run(made, check=True, capture_output=True)
    return folder


def test_with_mtls_a_client_shows_its_certificate(starting: Start, certificates: Path) -> None:
    """Without one it is refused before it can ask."""
    cert, key = str(certificates / "cert"), str(certificates / "key")
    served = starting("--tls-cert", cert, "--tls-key", key, "--client-ca", cert)
    served.wait_for("serving")
    port = served.port
    nobody, known = (ssl.create_default_context(cafile=cert) for _ in range(2))
    known.load_cert_chain(cert, key)
    with pytest.raises((ssl.SSLError, ConnectionError)):
        ask_over_tls(port, nobody)

    assert ask_over_tls(port, known) == 200


def ask_over_tls(port: int, context: ssl.SSLContext) -> int:
    """Ask for the profiles, and return the status."""
    with closing(HTTPSConnection("127.0.0.1", port, timeout=60, context=context)) as connection:
        connection.request("GET", "/v1/profiles")
        with connection.getresponse() as response:
            response.read()
            return response.status


def test_with_a_token_everything_but_health_asks_for_it(starting: Start, tmp_path: Path) -> None:
    """Also on this machine, where it was asked for."""
    (tmp_path / "token").write_text(f"{TOKEN}\n", "utf-8")
    served: Served = starting("--token-file", str(tmp_path / "token"))
    served.wait_for("serving")

    assert served.get("/healthz").status == 200
    for path in ("/v1/profiles", "/metrics", "/openapi.json", "/"):
        assert served.get(path).status == 401
        assert served.get(path, Authorization="Bearer wrong").status == 401
        assert served.get(path, Authorization="Bearer \xff").status == 401
    assert served.get("/v1/profiles", Authorization=f"Bearer {TOKEN}").status == 200
    assert served.scrub(claim_with(1, "")).status == 401
    assert TOKEN not in served.written()
