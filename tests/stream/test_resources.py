"""A worker whose stdout, disk or clock is not what it should be goes on scrubbing, on the embedded broker."""

import os
import threading
from pathlib import Path

import pytest

from tests.stream.forks import ForkedWorker, forks
from tests.stream.support import (
    FAILSAFE_S,
    FAKE_WORKER,
    DeliveryLedger,
    WorkerProcess,
    claim,
    outcomes,
    prepare,
    progress,
    until_counted,
)
from worker.settings import Settings

pytestmark = [pytest.mark.broker, pytest.mark.system]

SENT = 600


@pytest.mark.parametrize("kind", ["full", "blocked"])
async def test_a_log_that_goes_nowhere_holds_nothing_up(exactly_once: Settings, tmp_path: Path, kind: str) -> None:
    """A full disk under stdout, and a pipe that nobody reads: claims go on without their lines."""
    await prepare(exactly_once, [claim(number, padding="x" * 500) for number in range(SENT)])
    reading, writing = os.pipe()
    full, null = (os.open(path, os.O_WRONLY) for path in ("/dev/full", os.devnull))
    log = full if kind == "full" else writing

    process = forks().start(FAKE_WORKER, ForkedWorker.environment(exactly_once), tmp_path, log, null)
    try:
        await progress(exactly_once, SENT)
        process.terminate()
        assert process.wait(FAILSAFE_S) == 0
    finally:
        process.kill()
        process.wait()
        for handle in (reading, writing, full, null):
            os.close(handle)
    ledger = DeliveryLedger.of(SENT, await outcomes(exactly_once))
    assert (ledger.lost, ledger.duplicated, ledger.conflicting) == (0, 0, 0)


async def test_memory_stays_bounded_before_a_backlog(exactly_once: Settings, tmp_path: Path) -> None:
    """200 MB wait and ten claims a second go out: the worker holds a part of them only."""
    psutil = pytest.importorskip("psutil")
    padding = "x" * 200_000
    await prepare(exactly_once, [claim(number, sleep=0.1, padding=padding) for number in range(1000)], partitions=2)

    # Of a fork, what its parent has imported would be counted as well.
    with WorkerProcess(exactly_once, tmp_path, "worker") as worker:
        process = psutil.Process(worker.process.pid)
        await progress(exactly_once, 1)
        most, finished = [0], threading.Event()

        def watch() -> None:
            while not finished.wait(0.1):
                most[0] = max(most[0], process.memory_info().rss)

        watching = threading.Thread(target=watch)
        watching.start()
        try:
            await progress(exactly_once, 60)
        finally:
            finished.set()
            watching.join()

    assert most[0] < 300 * 1024 * 1024, most[0] // 1024 // 1024


@pytest.mark.parametrize("days", [1, -1])
async def test_a_clock_that_is_wrong_changes_no_outcome(exactly_once: Settings, tmp_path: Path, days: int) -> None:
    """The day of receipt is the record's: a host that lives in another one says the same."""
    await prepare(exactly_once, [claim(number) for number in range(60)])
    shifted = (
        "-c",
        (
            f"import time, runpy; now = time.time; time.time = lambda: now() + {days} * 86400; "
            "runpy.run_module('tests.stream.fake_worker', run_name='__main__')"
        ),
    )
    with WorkerProcess(exactly_once, tmp_path, "shifted", shifted) as worker:
        await progress(exactly_once, 60)
        counts = {"claimscrub_claims_received_total": 60, "claimscrub_clock_skew_total": 60 if days < 0 else 0}
        await until_counted(worker, counts)
        assert worker.stop() == 0

    bodies = {each.value for each in await outcomes(exactly_once)}
    assert len(bodies) == 60
    assert len({body.split(b'"receivedOn": "')[1][:10] for body in bodies if body}) == 1
