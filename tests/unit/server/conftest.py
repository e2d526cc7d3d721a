"""A server that the tests of this folder share: a process of its own, as users start it."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from worker.pipeline.scrub import Pipeline
from worker.samples.claims import AS_OF

STARTS_WITHIN_S: Final = 600
_WAIT_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class Asked:
    """An answer of the server."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> Any:  # any JSON
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def lines(self) -> list[bytes]:
        """The body line by line."""
        return self.body.splitlines()


@dataclass(frozen=True, slots=True)
class Served:
    """A server under test, and what it wrote."""

    process: subprocess.Popen[bytes]
    folder: Path
    scheme: str = "http"

    @property
    def port(self) -> int:
        """The port that the system chose."""
        for line in self.log():
            if line.get("event") == "serving":
                return int(line["port"])
        raise LookupError("the server has not said where it is")

    def log(self) -> list[dict[str, Any]]:
        """The lines of its log."""
        lines = (self.folder / "err").read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]

    def written(self) -> str:
        """Everything that it wrote to stdout and stderr."""
        return "".join((self.folder / name).read_text("utf-8") for name in ("out", "err"))

    def wait_for(self, event: str, count: int = 1) -> dict[str, Any]:
        """Wait for a line of the log."""

        def found() -> list[dict[str, Any]]:
            return [line for line in self.log() if line.get("event") == event]

        self._wait_until(lambda: len(found()) >= count, event)
        return found()[count - 1]

    def wait_for_metric(self, sample: str) -> None:
        """Wait until the metrics hold a sample, as it is written there."""
        self._wait_until(lambda: sample in self.get("/metrics").body.decode(), sample)

    def _wait_until(self, condition: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + STARTS_WITHIN_S
        while not condition():
            if self.process.poll() is not None:
                raise AssertionError(f"it left with {self.process.returncode}: {self.written()}")
            if time.monotonic() > deadline:
                raise AssertionError(f"no {what}: {self.written()}")
            time.sleep(_WAIT_S)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Asked:
        """Ask once; names of headers have `_` for `-`."""
        given = {"Content-Type": "application/json"} if body is not None else {}
        given |= {name.replace("_", "-"): text for name, text in headers.items()}
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request(method, path, body, given)
            with connection.getresponse() as response:
                return Asked(response.status, dict(response.headers), response.read())

    def get(self, path: str, body: bytes | None = None, **headers: str) -> Asked:
        """Ask for a path."""
        return self.ask("GET", path, body, **headers)

    def scrub(self, body: bytes, kind: str = "application/json", query: str = "") -> Asked:
        """Post claims."""
        return self.ask("POST", f"/v1/scrub{query}", body, Content_Type=kind)

    def stop(self) -> int:
        """Ask it to stop, and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


Start = Callable[..., Served]


def start(folder: Path, *options: str, **settings: str) -> Served:
    """Start a server with options and settings of its own, without waiting for it."""
    folder.mkdir(parents=True, exist_ok=True)
    given = {f"CLAIMSCRUB_{name}": value for name, value in ({"AS_OF": AS_OF.isoformat()} | settings).items()}
    command = [sys.executable, "-m", "worker", "serve", "--port", "0", "--processes", "1", *options]
    with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
        process = subprocess.Popen(command, env=os.environ | given, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
    return Served(process, folder)


def end(served: Served) -> None:
    """End a server, however it is."""
    if served.process.poll() is None:
        served.process.kill()
    served.process.wait()


@pytest.fixture(scope="session")
def server(pipeline: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with two processes and the shipped configuration, for all tests that do not harm it."""
    served = start(tmp_path_factory.mktemp("server"), "--processes", "2")
    try:
        served.wait_for("serving")
        yield served
    finally:
        end(served)


@pytest.fixture
def starting(pipeline: Pipeline, tmp_path: Path) -> Iterator[Start]:
    """Starts servers, and ends them with the test; the tables are compiled by then."""
    with ExitStack() as running:

        def begin(*options: str, name: str = "own", **settings: str) -> Served:
            served = start(tmp_path / name, *options, **settings)
            running.callback(end, served)
            return served

        yield begin
