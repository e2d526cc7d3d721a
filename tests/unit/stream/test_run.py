"""What a worker that is asked to stop while it starts makes of what it was waiting for."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from worker.settings import Settings
from worker.stream.lifecycle import wait_for_topics
from worker.stream.run import _WorkerRun


@pytest.mark.parametrize("is_asked", [False, True])
async def test_a_stop_counts_more_than_what_ended_with_it(*, is_asked: bool) -> None:
    """Whoever waits for topics gives up when a stop is asked for; that they are missing was not found out."""
    run: Any = SimpleNamespace(_stop_asked=asyncio.Event())  # Any: the part of a run that is looked at
    log: Any = SimpleNamespace()  # Any: a bound logger
    if is_asked:
        run._stop_asked.set()  # noqa: SLF001 -- what stands for a run
        work = wait_for_topics(Settings(), log, run._stop_asked)  # noqa: SLF001 -- likewise
    else:
        work = cast("Any", asyncio.sleep(0, result=False))

    found = await _WorkerRun._unless_asked_to_stop(run, work)  # noqa: SLF001 -- a race that no worker can be made to lose

    assert found is (None if is_asked else False)
