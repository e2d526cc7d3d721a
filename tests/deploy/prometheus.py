"""Runs Debian's Prometheus on loopback over workers that are really there, and asks it."""

import contextlib
import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_READY_S = 600.0
"""Nothing is decided by it: it ends a test whose event never comes."""
_POLL_S = 0.1


@dataclass(frozen=True)
class Sample:
    """One series of an answer, with its value."""

    labels: Mapping[str, str]
    value: float


@dataclass(frozen=True)
class Prometheus:
    """A Prometheus that runs."""

    url: str

    def ask(self, expression: str) -> list[Sample]:
        """Return the answer to an expression now. Raises `AssertionError` with Prometheus' words if it is none."""
        answer = self._get("query", query=expression)
        return [Sample(each["metric"], float(each["value"][1])) for each in answer["result"]]

    def ask_over(self, expression: str, start: float, end: float, step_s: float) -> list[tuple[Mapping[str, str], Any]]:
        """Return the series of an expression over a time, each as labels and [moment, value] pairs."""
        answer = self._get("query_range", query=expression, start=str(start), end=str(end), step=str(step_s))
        return [(each["metric"], each["values"]) for each in answer["result"]]

    def firing(self) -> set[tuple[str, str]]:
        """Return name and severity of every alert that fires."""
        samples = self.ask('ALERTS{alertstate="firing"}')
        return {(each.labels["alertname"], each.labels["severity"]) for each in samples}

    def _get(self, path: str, **parameters: str) -> dict[str, Any]:
        url = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=_READY_S) as answer:  # noqa: S310 - our own loopback address
                data: dict[str, Any] = json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{parameters['query']}: {json.load(error)['error']}") from None
        return data


def free_port() -> int:
    """Return a port that the system chose."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def running_prometheus(
    folder: Path, targets: Mapping[str, str], rules: Path, *, every: str = "1s"
) -> Iterator[Prometheus]:
    """Run Prometheus over targets (host:port by job) with rules; it ends with the block, however that ends."""
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "global": {"scrape_interval": every, "scrape_timeout": every, "evaluation_interval": every},
        "rule_files": [str(rules)],
        "scrape_configs": [
            {"job_name": job, "static_configs": [{"targets": [target]}]} for job, target in targets.items()
        ],
    }
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    port = free_port()
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(
            [
                "prometheus",
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address=127.0.0.1:{port}",
            ],
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}", process)
        yield Prometheus(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(folder / "data", ignore_errors=True)


def _wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _READY_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(f"prometheus left with exit code {process.returncode}")
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/-/ready", timeout=2) as answer:  # noqa: S310
            if answer.status == 200:
                return
        time.sleep(_POLL_S)
    raise AssertionError("prometheus was not ready in time")
