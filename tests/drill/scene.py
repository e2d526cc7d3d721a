"""One place of a drill: a broker, a real worker that is restarted as Kubernetes would, a Prometheus, and claims."""

import asyncio
import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Final, Self

from tests.deploy.prometheus import Prometheus, free_port, running_prometheus
from tests.environment import plain_environment
from worker.cli.demo.run import settings_for
from worker.kafka.embedded import embedded_broker
from worker.kafka.send import send_claims
from worker.kafka.topics import create_topics
from worker.samples.claims import demo_claims
from worker.settings import ENV_PREFIX, Settings

_STOP_S: Final = 25.0
_POLL_S: Final = 0.5
_BETWEEN_CLAIMS_S: Final = 0.25


class Supervised:
    """A worker that is started again whenever it leaves."""

    def __init__(self, settings: dict[str, str], log: Path) -> None:
        self._environment = plain_environment() | {ENV_PREFIX + name: value for name, value in settings.items()}
        self._log = log.open("ab")
        self._ending = threading.Event()
        self._process = self._start()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "worker", "worker"], env=self._environment, stdout=self._log, stderr=self._log
        )

    def _watch(self) -> None:
        while not self._ending.wait(_POLL_S):
            if self._process.poll() is not None:
                self._process = self._start()

    def close(self) -> None:
        """End the worker for good."""
        self._ending.set()
        self._thread.join()
        self._process.terminate()
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()


class ClaimSender:
    """Sends claims again and again from a thread, until it is told to stop; a broker that is away is tried again."""

    def __init__(self, settings: Settings, values: Sequence[bytes]) -> None:
        self._settings = settings
        self._values = cycle(values)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._send, daemon=True)
        self._thread.start()

    def _send(self) -> None:
        while not self._ending.wait(_BETWEEN_CLAIMS_S):
            with contextlib.suppress(Exception):
                asyncio.run(asyncio.wait_for(send_claims(self._settings, [next(self._values) for _ in range(4)]), 10))

    def close(self) -> None:
        """Send no more."""
        self._ending.set()
        self._thread.join()


@dataclass
class Scene:
    """What a drill may do something to."""

    settings: Settings
    prometheus: Prometheus
    broker: contextlib.ExitStack
    folder: Path
    closing: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def send_always(self, values: Sequence[bytes]) -> None:
        """Send these messages over and over, in the background."""
        self.closing.callback(ClaimSender(self.settings, values).close)

    def wait_until(self, expression: str, limit_s: float = 90) -> None:
        """Wait until Prometheus answers an expression with a series."""
        deadline = time.monotonic() + limit_s
        while not self.prometheus.ask(expression):
            if time.monotonic() > deadline:
                raise AssertionError(f"not within {limit_s:.0f} s: {expression}; see {self.folder / 'worker.log'}")
            time.sleep(_POLL_S)

    def kill_broker(self) -> None:
        """End the broker; it does not come back."""
        self.broker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.close()


def sound_claims() -> list[bytes]:
    """Claims as the demo sends them, without those that are not a claim."""
    return [each.value for each in demo_claims(200) if each.expected is not None]


@contextlib.contextmanager
def scene(folder: Path, rules: Path, more: dict[str, str]) -> Iterator[Scene]:
    """Set the scene: topics, a worker that is ready, a Prometheus that sees it."""
    with contextlib.ExitStack() as closing:
        broker = closing.enter_context(contextlib.ExitStack())
        port = free_port()
        address = broker.enter_context(embedded_broker())
        given = settings_for(address) | {"HTTP_PORT": str(port), "STOP_GRACE_S": "5", "INSTANCE_ID": "drill-0"} | more
        settings = Settings.from_environment({ENV_PREFIX + name: value for name, value in given.items()})
        asyncio.run(create_topics(settings))
        worker = Supervised(given, folder / "worker.log")
        closing.callback(worker.close)
        prometheus = closing.enter_context(
            running_prometheus(folder / "prometheus", {"claimscrub": f"127.0.0.1:{port}"}, rules)
        )
        with Scene(settings, prometheus, broker, folder) as set_up:
            set_up.wait_until("min(claimscrub_ready) == 1")
            yield set_up
