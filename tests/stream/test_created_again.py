"""A topic that is deleted and created again, on a broker that keeps the offsets of the first and has no topic ids."""

from pathlib import Path

import pytest

from tests.stream.forks import ForkedWorker
from tests.stream.support import FAILSAFE_S, claim, create_again, numbers, outcomes_when, prepare, progress, send_to
from worker.settings import Settings
from worker.stream.exit_codes import ExitCode

pytestmark = [pytest.mark.broker, pytest.mark.system]


async def test_a_shorter_log_under_a_running_worker_is_read_from_its_beginning(
    exactly_once: Settings, tmp_path: Path
) -> None:
    """The worker says so and leaves; the next one reports the range and begins at 0. Before, all passed for done."""
    settings = exactly_once
    await prepare(settings, [claim(number) for number in range(30)], partitions=1)
    with ForkedWorker(settings, tmp_path, "before") as worker:
        await progress(settings, 30)
        await create_again(settings)
        await send_to(settings, [claim(number) for number in range(30, 40)])
        assert worker.process.wait(FAILSAFE_S) == ExitCode.BROKER_UNREACHABLE
        (said,) = [each for each in worker.log_lines() if each["level"] == "critical"]
        assert (said["event"], said["topic"]) == ("topic-replaced", settings.topics.inbound)
    with ForkedWorker(settings, tmp_path, "after") as worker:
        assert numbers(await outcomes_when(settings, 40)) == list(range(40))
        names = ("level", "topic", "partition", "offset", "last_offset", "count", "audit")
        (told,) = worker.events("log-replaced")
        assert [told[name] for name in names] == ["error", settings.topics.inbound, 0, 0, 9, 10, True]
        sample = f'claimscrub_logs_replaced_total{{partition="0",topic="{settings.topics.inbound}"}}'
        assert worker.metric(sample) == 1
        assert worker.stop() == 0
    with ForkedWorker(settings, tmp_path, "again") as worker:
        await send_to(settings, [claim(40)])
        assert numbers(await outcomes_when(settings, 41)) == list(range(41))
        assert worker.events("log-replaced") == []
        assert worker.stop() == 0
