"""A worker that is asked to stop while it starts ends with 0 and a line, however early the request comes."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stream.support import REAL_WORKER, WorkerProcess
from worker.settings import Settings

_LIMIT_S = 120

_SIGNALLED_WHILE_IMPORTING = """
import os, sys
class Signaller:
    def find_spec(self, name, path=None, target=None):
        if name == "worker.cli.commands":
            for number in {numbers}:
                os.kill(os.getpid(), number)
sys.meta_path.insert(0, Signaller())
sys.argv = ["claimscrub", *{options}, "worker"]
from worker.__main__ import main
main()
"""


def _start(folder: Path, *numbers: int, options: tuple[str, ...] = ()) -> tuple[int, list[str]]:
    program = _SIGNALLED_WHILE_IMPORTING.format(numbers=[int(number) for number in numbers], options=options)
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=WorkerProcess.environment(Settings(bootstrap_servers="127.0.0.1:1")),
        cwd=folder,
        capture_output=True,
        timeout=_LIMIT_S,
        check=False,
    )
    return done.returncode, [json.loads(line)["event"] for line in done.stdout.splitlines()]


@pytest.mark.parametrize("numbers", [(signal.SIGTERM,), (signal.SIGINT,), (signal.SIGTERM,) * 20])
def test_a_stop_before_the_imports(numbers: tuple[int, ...], tmp_path: Path) -> None:
    """One request or twenty: exit code 0 and one line."""
    assert _start(tmp_path, *numbers) == (0, ["stopped"])


def test_a_hang_up_before_the_imports_does_not_end_the_start(tmp_path: Path) -> None:
    """SIGHUP is answered with a line, and a later stop still works."""
    assert _start(tmp_path, signal.SIGHUP, signal.SIGTERM) == (0, ["reload-not-needed", "stopped"])


def test_an_option_before_the_command_changes_nothing(tmp_path: Path) -> None:
    """Signals are answered from the first moment all the same."""
    assert _start(tmp_path, signal.SIGTERM, options=("--",)) == (0, ["stopped"])


def test_a_hang_up_before_the_worker_serves_is_remembered_with_a_line(tmp_path: Path) -> None:
    """It comes while the tables are checked against a broker that does not answer, and ends nothing."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(_LIMIT_S)
        settings = Settings(bootstrap_servers=f"127.0.0.1:{silent.getsockname()[1]}", stop_grace_s=_LIMIT_S)
        with WorkerProcess(settings, tmp_path, "silent", REAL_WORKER) as worker:
            connection, _ = silent.accept()
            with connection:
                worker.process.send_signal(signal.SIGHUP)
                while not worker.events("reload-asked"):
                    assert worker.process.poll() is None
                assert worker.stop() == 0


def test_a_broker_that_accepts_and_never_answers_does_not_hold_up_a_stop(tmp_path: Path) -> None:
    """Twenty SIGTERMs while the check of the topics waits for an answer end like one."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(_LIMIT_S)
        settings = Settings(bootstrap_servers=f"127.0.0.1:{silent.getsockname()[1]}", stop_grace_s=_LIMIT_S)
        with WorkerProcess(settings, tmp_path, "silent", REAL_WORKER) as worker:
            connection, _ = silent.accept()
            with connection:
                for _ in range(19):
                    worker.process.send_signal(signal.SIGTERM)
                assert worker.stop() == 0
            assert worker.events("stopped")[0]["exit_code"] == 0
