"""A topic that is deleted, or deleted and created again, under a worker or between two of them, on Apache Kafka."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.kafka.storms import group, restarted_when_dead
from tests.stream.support import (
    FAILSAFE_S,
    POLL_S,
    WorkerProcess,
    claim,
    create_again,
    numbers,
    outcomes,
    outcomes_when,
    prepare,
    progress,
    send_to,
)
from worker.kafka.connection import open_admin
from worker.settings import DeliveryGuarantee, Settings
from worker.stream.exit_codes import ExitCode

pytestmark = [pytest.mark.kafka]

SettingsFor = Callable[[DeliveryGuarantee], Settings]

OLD = 30


@pytest.mark.parametrize("delivery", list(DeliveryGuarantee))
@pytest.mark.parametrize("new", [10, 50], ids=["shorter", "longer"])
async def test_what_comes_after_is_read_from_the_beginning(
    delivery: DeliveryGuarantee, new: int, settings_for: SettingsFor, tmp_path: Path
) -> None:
    """Under a running worker. Before, as many claims as the first topic had passed for done, without a word."""
    settings = settings_for(delivery)
    await prepare(settings, [claim(number) for number in range(OLD)], partitions=1)
    with group(settings, tmp_path) as workers:
        async with restarted_when_dead(workers, 1):
            await progress(settings, OLD)
            await create_again(settings)
            await send_to(settings, [claim(number) for number in range(OLD, OLD + new)])
            # Until a worker has seen that the log is another one it may have taken some of it from the old offset on.
            while set(numbers(await outcomes(settings))) != set(range(OLD + new)):  # noqa: ASYNC110 -- as in support
                await asyncio.sleep(POLL_S)
        told = [each for worker in workers.started for each in worker.events("log-replaced")]
        said = {(each["level"], each["topic"], each["partition"], each["offset"], each["audit"]) for each in told}
        ends = [each for worker in workers.started for each in worker.events("topic-replaced")]
        # A worker that saw it first has said so with its last line; Kafka may have forgotten its offset by then.
        assert said == {("error", settings.topics.inbound, 0, 0, True)} or (ends and not said)
        assert {worker.process.poll() for worker in workers.started} <= {None, ExitCode.BROKER_UNREACHABLE}


async def test_between_two_workers_each_claim_has_its_outcome_once(settings_for: SettingsFor, tmp_path: Path) -> None:
    """Kafka forgets the offsets of a topic that it deletes, so the next worker begins where the new one does."""
    settings = settings_for(DeliveryGuarantee.EXACTLY_ONCE)
    await prepare(settings, [claim(number) for number in range(OLD)], partitions=1)
    with WorkerProcess(settings, tmp_path, "before") as worker:
        await progress(settings, OLD)
        assert worker.stop() == 0
    await create_again(settings)
    await send_to(settings, [claim(number) for number in range(OLD, OLD + 50)])
    with WorkerProcess(settings, tmp_path, "after") as worker:
        assert numbers(await outcomes_when(settings, OLD + 50)) == list(range(OLD + 50))
        assert worker.stop() == 0


async def test_a_topic_that_is_deleted_under_way_is_named(settings_for: SettingsFor, tmp_path: Path) -> None:
    """Before, the worker left with 1 and an AssertionError of a library."""
    settings = settings_for(DeliveryGuarantee.EXACTLY_ONCE)
    await prepare(settings, [claim(number) for number in range(OLD)], partitions=1)
    with WorkerProcess(settings, tmp_path, "worker") as worker:
        await progress(settings, OLD)
        async with open_admin(settings) as admin:
            await admin.delete_topics([settings.topics.inbound])
        assert worker.process.wait(FAILSAFE_S) == ExitCode.BROKER_UNREACHABLE
        said = [each for each in worker.log_lines() if each["level"] == "critical"]
        assert (said[0]["event"], said[0]["topic"]) in {
            ("topic-flaw", settings.topics.inbound),
            ("topic-missing", settings.topics.inbound),
        }
        assert [each["exit_code"] for each in worker.events("stopped")] == [ExitCode.BROKER_UNREACHABLE]
