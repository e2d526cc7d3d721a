"""Workers of the earlier release, which have a producer a partition, before, beside and after those of this one."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.kafka.earlier import EarlierWorker, unpack_earlier
from tests.kafka.storms import (
    LIMIT_S,
    assert_not_over,
    filled,
    group,
    has_partitions,
    moment_s,
    stopped,
)
from tests.stream.support import DeliveryLedger, WorkerProcess, outcomes, progress, until
from worker.settings import DeliveryGuarantee, Settings
from worker.stream.exit_codes import ExitCode

pytestmark = [pytest.mark.kafka]

SENT = 4_000
EXACT = (0, 0, 0, 0)


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code of the earlier release."""
    folder = tmp_path_factory.mktemp("earlier")
    unpack_earlier(folder, "worker", "schemas", "tests/stream", "tests/inputs")
    return folder


def refusals(worker: WorkerProcess) -> set[str]:
    """What the libraries of a worker were refused."""
    return {line.get("exception", "") for line in worker.events("library-record")}


async def exact(settings: Settings) -> tuple[int, ...]:
    """What is lost, in conflict, out of order and doubled."""
    ledger = DeliveryLedger.of(SENT, await outcomes(settings))
    return (*ledger.flaws, ledger.duplicated)


@pytest.fixture
def settings(settings_for: Callable[[DeliveryGuarantee], Settings]) -> Settings:
    """Settings under the default delivery."""
    return settings_for(DeliveryGuarantee.EXACTLY_ONCE)


async def test_a_worker_does_not_start_beside_one_of_the_earlier_release(
    settings: Settings, earlier: Path, tmp_path: Path
) -> None:
    """It says which to stop; after that the change is exact, and neither is the way back any different."""
    await filled(settings, SENT, sleep=moment_s(SENT, workers=1, seconds=60))
    with group(settings, tmp_path) as workers, EarlierWorker(settings, tmp_path, "earlier", earlier) as old:
        await until(lambda: has_partitions(old), "the earlier worker has partitions", LIMIT_S)
        refused = workers.start()
        await until(lambda: refused.process.poll() is not None, "the later worker has left", LIMIT_S)
        assert refused.process.returncode == ExitCode.BROKER_UNREACHABLE
        (line,) = refused.events("group-of-an-earlier-release")
        assert "stop all of them" in line["problem"]
        await assert_not_over(settings, SENT)
        await stopped(old)
        later = workers.start()
        await workers.joined(later)
        await assert_not_over(settings, SENT)
        with EarlierWorker(settings, tmp_path, "back-too-soon", earlier) as back:
            # The broker itself lets nobody in who shares out in another way; it was written to wait then, not to leave.
            await until(lambda: "InconsistentGroupProtocolError" in refusals(back), "it is refused", LIMIT_S)
            assert not has_partitions(back)
        await assert_not_over(settings, SENT)
        await stopped(later)
        with EarlierWorker(settings, tmp_path, "back", earlier) as back:
            await progress(settings, SENT, LIMIT_S)
            await stopped(back)

    assert await exact(settings) == EXACT


async def test_a_worker_that_an_earlier_one_came_before_leaves(
    settings: Settings, earlier: Path, tmp_path: Path
) -> None:
    """It has seen an empty group, and then another one joined first: it must not wait forever."""
    too_late = ("-m", "tests.kafka.weakened_worker", "group")
    await filled(settings, SENT, sleep=moment_s(SENT, workers=1, seconds=30))
    with group(settings, tmp_path, too_late) as workers, EarlierWorker(settings, tmp_path, "earlier", earlier) as old:
        await until(lambda: has_partitions(old), "the earlier worker has partitions", LIMIT_S)
        refused = workers.start()
        await until(lambda: refused.process.poll() is not None, "the later worker has left", LIMIT_S)
        assert refused.process.returncode == ExitCode.BROKER_UNREACHABLE
        assert refused.events("group-of-an-earlier-release")
        assert not has_partitions(refused)
        await progress(settings, SENT, LIMIT_S)
        await stopped(old)

    assert await exact(settings) == EXACT


async def test_a_frozen_worker_of_the_earlier_release_is_fenced(
    settings: Settings, earlier: Path, tmp_path: Path
) -> None:
    """Its offsets carry no generation, so its producers are fenced by their ids; else it would double when it wakes."""
    await filled(settings, SENT, sleep=moment_s(SENT, workers=1, seconds=40))
    with group(settings, tmp_path) as workers, EarlierWorker(settings, tmp_path, "earlier", earlier) as old:
        await progress(settings, SENT // 8, LIMIT_S)
        old.freeze()
        later = workers.start()
        await workers.joined(later)
        await progress(settings, SENT // 4, LIMIT_S)
        old.thaw()
        await asyncio.sleep(settings.session_timeout_s)
        await assert_not_over(settings, SENT)
        await progress(settings, SENT, LIMIT_S)
        await stopped(later)

    assert await exact(settings) == EXACT
