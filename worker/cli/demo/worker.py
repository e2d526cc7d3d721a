"""The worker of the demo: a process of its own, as in production, that ends with the demo."""

import os
import subprocess
import sys
import time
import urllib.error
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from worker.cli.demo.metrics import LOOPBACK
from worker.errors import ClaimscrubError
from worker.kafka.embedded import end_within
from worker.settings import ENV_PREFIX

_READY_S: Final = 300.0
"""Nothing but a worker that hangs takes so long, however busy the machine is."""
_STOP_S: Final = 15.0
_POLL_S: Final = 0.1
_ANSWER_S: Final = 5.0


class DemoError(ClaimscrubError):
    """The demo did not go as it should; the message says what happened."""


@dataclass(frozen=True, slots=True)
class DemoWorker:
    """The worker's process and its log."""

    process: subprocess.Popen[bytes]
    log: Path

    def url(self) -> str:
        """Wait until the worker is ready and return where its health port is. Raises `DemoError`."""
        deadline = time.monotonic() + _READY_S
        while time.monotonic() < deadline:
            self.refuse_dead()
            port = self._port()
            if port is not None and _status(f"http://127.0.0.1:{port}/readyz") == 200:  # noqa: PLR2004 - HTTP's "OK"
                return f"http://127.0.0.1:{port}"
            time.sleep(_POLL_S)
        raise DemoError(f"the worker was not ready within {_READY_S:.0f} s")

    def refuse_dead(self) -> None:
        """Raise `DemoError` if the worker has left."""
        code = self.process.poll()
        if code is not None:
            raise DemoError(f"the worker left with exit code {code}")

    def _port(self) -> int | None:
        for line in self.log.read_bytes().splitlines():
            with suppress(orjson.JSONDecodeError):
                entry = orjson.loads(line)
                if isinstance(entry, dict) and isinstance(entry.get("port"), int):
                    return int(entry["port"])
        return None


def _status(url: str) -> int | None:
    try:
        with LOOPBACK.open(url, timeout=_ANSWER_S) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


@contextmanager
def running_worker(settings: Mapping[str, str], log: Path) -> Iterator[DemoWorker]:
    """Run a worker under these settings; it ends with the block, however that ends."""
    others = {name: value for name, value in os.environ.items() if not name.startswith(ENV_PREFIX)}
    with log.open("wb") as output:
        process = subprocess.Popen(
            # -P: a folder named worker in the user's directory is not ours.
            [sys.executable, "-P", "-m", "worker", "worker"],
            env=others | {ENV_PREFIX + name: value for name, value in settings.items()},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # Ctrl-C reaches the demo alone, which then stops the worker in order.
            start_new_session=True,
        )
    try:
        yield DemoWorker(process, log)
    finally:
        end_within(process, _STOP_S)
