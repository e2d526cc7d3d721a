"""The demo on the embedded broker, from beginning to end, without a terminal."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

COUNT = 200
SUM = re.compile(r"inbound (\d+) = scrubbed (\d+) \+ rejected (\d+) \+ pended (\d+) \+ dead-lettered (\d+)")


def start(temporary: Path, claims: int) -> subprocess.Popen[str]:
    """Start a demo whose temporary files lie in a folder of the test."""
    return subprocess.Popen(
        [sys.executable, "-m", "worker", "demo", "--claims", str(claims), "--no-input"],
        env=os.environ | {"TMPDIR": str(temporary)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def alive(children: list[psutil.Process]) -> list[psutil.Process]:
    """The processes that do not end."""
    return psutil.wait_procs(children, timeout=120)[1]


@pytest.mark.broker
def test_the_demo_accounts_for_every_claim_and_leaves_nothing_running(tmp_path: Path) -> None:
    """The sum is right, one outcome of each kind is shown, and broker, worker and files are gone."""
    demo = start(tmp_path, COUNT)
    children: list[psutil.Process] = []
    watched = psutil.Process(demo.pid)
    while len(children) < 2 and demo.poll() is None:
        children = watched.children(recursive=True)
        time.sleep(0.05)
    stdout, stderr = demo.communicate()

    assert demo.returncode == 0, stderr
    found = SUM.search(stdout)
    assert found is not None
    inbound, *outcomes = map(int, found.groups())
    assert (inbound, sum(outcomes)) == (COUNT, COUNT)
    assert all(outcomes)
    assert "/metrics" in stdout
    assert re.search(r"made most often:\n +\d+  [A-Z]+-\d\d  ", stdout)
    for disposition in ("scrubbed", "rejected", "pended"):
        behind = stdout.split(f"One outcome on the topic of {disposition} claims:")[1]
        assert json.JSONDecoder().raw_decode(behind.lstrip())[0]["disposition"] == disposition
    assert len(children) == 2
    assert alive(children) == []
    assert list(tmp_path.iterdir()) == []


def start_and_watch(temporary: Path) -> tuple[subprocess.Popen[str], list[psutil.Process]]:
    """Start a demo of many claims; return it with its broker and its worker once claims are sent."""
    demo = start(temporary, 200_000)
    assert demo.stdout is not None
    for line in demo.stdout:
        if line.startswith("sent "):
            return demo, psutil.Process(demo.pid).children(recursive=True)
    raise AssertionError(demo.communicate())


@pytest.mark.broker
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_demo_that_is_interrupted_leaves_nothing_running(number: signal.Signals, tmp_path: Path) -> None:
    """Ctrl-C and a polite kill end broker and worker, without a traceback."""
    demo, children = start_and_watch(tmp_path)
    demo.send_signal(number)
    _, stderr = demo.communicate()

    assert (demo.returncode, stderr) == (1, "\nAborted!\n")
    assert len(children) == 2
    assert alive(children) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.broker
def test_a_demo_that_is_kept_in_the_background_ends_when_it_is_asked_to(tmp_path: Path) -> None:
    """A shell without job control starts it with SIGINT ignored, and so it must not hear of a stop by SIGINT alone."""
    ignoring = ["/bin/sh", "-c", 'trap "" INT; exec "$@"', "sh"]
    demo = subprocess.Popen(
        [*ignoring, sys.executable, "-m", "worker", "demo", "--claims", str(COUNT), "--no-input", "--keep"],
        env=os.environ | {"TMPDIR": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert demo.stdout is not None
    assert any("/metrics" in line and line.lstrip().startswith("curl ") for line in demo.stdout)
    children = psutil.Process(demo.pid).children(recursive=True)
    demo.terminate()
    stdout, stderr = demo.communicate()

    assert (demo.returncode, stderr) == (0, "")
    assert "Broker and worker are stopped." in stdout
    assert len(children) == 2
    assert alive(children) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.broker
def test_a_second_ctrl_c_waits_for_nothing(tmp_path: Path) -> None:
    """A worker that does not end when it is asked to: it is killed at once, and nothing is left behind."""
    demo, children = start_and_watch(tmp_path)
    (worker,) = (each for each in children if "noida-db" not in each.name())
    worker.suspend()
    demo.send_signal(signal.SIGINT)
    while not is_asked_to_end(worker.pid):
        time.sleep(0.05)
    demo.send_signal(signal.SIGINT)
    _, stderr = demo.communicate()

    assert (demo.returncode, stderr) == (1, "\nAborted!\n")
    assert alive(children) == []
    assert list(tmp_path.iterdir()) == []


def is_asked_to_end(pid: int) -> bool:
    """Whether SIGTERM waits for a process that is stopped, or the process is gone (proc(5))."""
    try:
        status = Path(f"/proc/{pid}/status").read_text("ascii")
    except OSError:
        return True
    waiting = re.search(r"^ShdPnd:\s*([0-9a-f]+)$", status, re.MULTILINE)
    return waiting is None or bool(int(waiting[1], 16) >> (signal.SIGTERM - 1) & 1)
