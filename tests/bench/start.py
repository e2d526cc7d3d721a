"""Seconds from the start of a worker until it is ready, beside a process that only imports Faust and aiokafka."""

import asyncio
import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from urllib.error import URLError

import orjson
import psutil
from rich.console import Console

from tests.bench.measure import Series, beside
from worker.kafka.embedded import embedded_broker
from worker.kafka.topics import create_topics
from worker.settings import Settings

FLOOR = "import faust and aiokafka"
_IMPORTS = "import faust, aiokafka; from faust.app import App; from faust.transport.drivers.aiokafka import Transport"
_LIMIT_S = 60.0
_POLL_S = 0.005


@dataclass(frozen=True, slots=True)
class ProcessStart:
    """One start: seconds on the clock and of a processor until it was done, and mebibytes resident then."""

    seconds: float
    cpu_seconds: float
    mebibytes: float


def measure_start(rounds: int, console: Console) -> list[Series]:
    """The floor and the worker's start, in turn, on an embedded broker.

    Both run from compiled modules and the worker from compiled tables, as every start after the first does.
    """
    with TemporaryDirectory() as folder, embedded_broker() as servers:
        environment = _environment(servers, Path(folder))
        asyncio.run(create_topics(Settings.from_environment(environment)))
        console.print(f"Start: {rounds} rounds, and one before that compiles ...")
        runs: dict[str, list[ProcessStart]] = {FLOOR: [], "worker ready": []}
        for number in range(rounds + 1):
            floor, start = _imports(environment), _start(environment, Path(folder) / "log")
            if number:
                runs[FLOOR].append(floor)
                runs["worker ready"].append(start)
    figures: dict[str, Callable[[ProcessStart], float]] = {
        "ms": lambda each: each.seconds * 1000,
        "ms of CPU": lambda each: each.cpu_seconds * 1000,
        "MiB": lambda each: each.mebibytes,
    }
    return [
        each
        for unit, figure in figures.items()
        for each in beside(unit, FLOOR, {name: [figure(run) for run in found] for name, found in runs.items()})
    ]


def _environment(servers: str, folder: Path) -> Mapping[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return inherited | {
        "CLAIMSCRUB_BOOTSTRAP_SERVERS": servers,
        "CLAIMSCRUB_HTTP_PORT": "0",
        "CLAIMSCRUB_CACHE_DIR": str(folder / "tables"),
        "PYTHONPYCACHEPREFIX": str(folder / "modules"),
    }


def _imports(environment: Mapping[str, str]) -> ProcessStart:
    # It says that it is done and waits, so that it is asked at the same moment as a worker.
    code = f"{_IMPORTS}; print(flush=True); input()"
    started = monotonic()
    with subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the pipes that were asked for are missing")
        process.stdout.readline()
        start = _so_far(process.pid, started)
        process.stdin.write(b"\n")
    return start


def _start(environment: Mapping[str, str], log: Path) -> ProcessStart:
    started = monotonic()
    with _worker(environment, log) as process:
        while not _is_ready(log):
            if process.poll() is not None or monotonic() - started > _LIMIT_S:
                raise RuntimeError(f"the worker is not ready: {log.read_text()[-2000:]}")
            sleep(_POLL_S)
        return _so_far(process.pid, started)


@contextmanager
def _worker(environment: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as written:
        process = subprocess.Popen([sys.executable, "-m", "worker", "worker"], env=environment, stdout=written)
        try:
            yield process
        finally:
            process.terminate()
            process.wait()


def _is_ready(log: Path) -> bool:
    lines = log.read_bytes().splitlines()
    port = orjson.loads(lines[0]).get("port") if lines else None
    try:
        return bool(port and urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1).status)
    except URLError:
        return False


def _so_far(pid: int, started: float) -> ProcessStart:
    seconds = monotonic() - started
    process = psutil.Process(pid)
    spent = process.cpu_times()
    return ProcessStart(seconds, spent.user + spent.system, process.memory_info().rss / 2**20)
