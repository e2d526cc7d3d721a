"""An embedded Kafka broker for demos and quick tests: one process, one data folder, loopback only.

It does all that one worker needs, transactions included, but it completes no rebalance of two
members: several workers, and every figure about them, belong to Apache Kafka.
"""

import contextlib
import importlib.util
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from worker.errors import ClaimscrubError
from worker.wording.extras import installing

_READY_S = 300.0
"""Nothing but a broker that hangs takes so long, however busy the machine is."""
_STOP_S = 3.0
_POLL_S = 0.05


class EmbeddedBrokerError(ClaimscrubError):
    """The embedded broker is not installed, or did not start."""


def _binary() -> Path:
    found = importlib.util.find_spec("noida_db")
    if found is None or found.origin is None:
        raise EmbeddedBrokerError(f"the embedded broker (extra `demo`) is not installed; {installing('demo')}")
    # The package's own command is a wrapper that would be a parent process of the broker.
    return Path(found.origin).parent / "noida-db"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _is_open(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@contextlib.contextmanager
def embedded_broker(data_dir: Path | None = None) -> Iterator[str]:
    """Run a broker and yield its `host:port`; it ends with the block, however that ends.

    Args:
        data_dir: Keeps the data there; a temporary folder, removed at the end, if not given.
    """
    folder = Path(tempfile.mkdtemp(prefix="claimscrub-broker-")) if data_dir is None else data_dir
    folder.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    log = (folder / "broker.log").open("wb")
    process = subprocess.Popen(  # noqa: S603 -- our own dependency, no input in the arguments
        [_binary(), "start", "--only", "kafka", "--kafka-port", str(port), "--data-dir", folder / "data"],
        stdout=log,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        cwd=folder,
    )
    try:
        _wait_until_open(process, port)
        yield f"127.0.0.1:{port}"
    finally:
        try:
            # Its own way out after SIGTERM can take over 10 s.
            end_within(process, _STOP_S)
        finally:
            log.close()
            if data_dir is None:
                shutil.rmtree(folder, ignore_errors=True)


def _wait_until_open(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + _READY_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise EmbeddedBrokerError(f"the embedded broker left with exit code {process.returncode}")
        if _is_open(port):
            return
        time.sleep(_POLL_S)
    raise EmbeddedBrokerError(f"the embedded broker did not answer within {_READY_S:.0f} s")


def end_within(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Ask a process to end, and kill it after so many seconds, or at once when asked to hurry by a second Ctrl-C."""
    process.terminate()
    try:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=seconds)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
