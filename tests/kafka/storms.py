"""Choreographies of several workers that come and go."""

from pathlib import Path

from tests.stream.support import Ledger, WorkerProcess, claim, committed, outcomes, prepare, progress, until
from worker.settings import Settings


def _has_partitions(worker: WorkerProcess) -> bool:
    return any(line["partitions"] > 0 for line in worker.events("partitions-assigned"))


async def two_workers(settings: Settings, folder: Path, *, sent: int, limit_s: float = 120) -> Ledger:
    """A second worker joins, the first is stopped and replaced, the second is killed; all mid-run."""
    await prepare(settings, [claim(number, sleep=0.001) for number in range(sent)])
    with WorkerProcess(settings, folder, "first") as first:
        await progress(settings, sent // 10, limit_s)
        with WorkerProcess(settings, folder, "second") as second:
            await until(lambda: _has_partitions(second), "the second worker has partitions")
            await progress(settings, sent * 4 // 10, limit_s)
            assert first.stop() == 0
            with WorkerProcess(settings, folder, "third") as third:
                await until(lambda: _has_partitions(third), "the third worker has partitions")
                await progress(settings, sent * 6 // 10, limit_s)
                assert await committed(settings) < sent
                second.kill()
                await progress(settings, sent, limit_s)
                assert third.stop() == 0
    return Ledger.of(sent, await outcomes(settings))
