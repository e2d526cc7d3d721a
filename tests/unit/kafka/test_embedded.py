"""How what runs beside a command is ended."""

import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from worker.kafka.embedded import end_within

_STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(600)"


@pytest.fixture
def stubborn() -> Iterator[subprocess.Popen[bytes]]:
    """A process that does not end when it is asked to."""
    with subprocess.Popen([sys.executable, "-c", _STUBBORN], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"\n"
        yield process
        process.kill()


def test_a_process_that_ends_when_asked_is_not_killed() -> None:
    """Its own way out may take a while."""
    with subprocess.Popen(["sleep", "600"]) as process:
        end_within(process, 600)

    assert process.returncode == -signal.SIGTERM


def test_one_that_does_not_end_is_killed(stubborn: subprocess.Popen[bytes]) -> None:
    """After its time."""
    end_within(stubborn, 0.1)

    assert stubborn.returncode == -signal.SIGKILL


def test_whoever_cannot_wait_has_it_killed_at_once(
    stubborn: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second Ctrl-C breaks off the wait, and goes on when nothing runs any more."""
    wait = stubborn.wait

    def broken_off(timeout: float | None = None) -> int:
        if timeout is not None:
            raise KeyboardInterrupt
        return wait()

    monkeypatch.setattr(stubborn, "wait", broken_off)

    with pytest.raises(KeyboardInterrupt):
        end_within(stubborn, 600)

    assert stubborn.returncode == -signal.SIGKILL
