"""The lag of a lane, in records and in seconds."""

import asyncio
import time
from types import SimpleNamespace
from typing import Any, cast

from faust.types import TP

from worker.observe.health import HealthState
from worker.observe.recorder import Recorder
from worker.stream.exit_codes import ExitCode
from worker.stream.lanes import Lane
from worker.stream.runtime import Runtime
from worker.stream.stalls import watch_lanes

PLACE = ("claims.inbound.v1", "0")
NEXT = 100


class FakeRuntime:
    """A worker with one lane, or none, on a partition that ends somewhere."""

    def __init__(self, end: int, *lanes: Lane) -> None:
        self.recorder = Recorder()
        self.health = HealthState()
        self.lanes = self
        self.group = self
        self.settings = self
        self.topics = self
        self.inbound = PLACE[0]
        self.partition_end = end
        self.asked: list[list[TP]] = []
        self.was_asked = asyncio.Event()
        self._lanes = lanes
        self.log = self
        self.ended = asyncio.Event()
        self.limit = SimpleNamespace(is_reached=False)
        self.said: list[str] = []

    def critical(self, event: str, **_: object) -> None:
        """Keep what is said."""
        self.said.append(event)

    def end(self, code: ExitCode) -> None:
        """End with the exit code of a topic that is missing."""
        assert code is ExitCode.BROKER_UNREACHABLE
        self.ended.set()

    def open_lanes(self) -> tuple[Lane, ...]:
        """Return the lanes."""
        return self._lanes

    async def ends(self, tps: list[TP]) -> dict[TP, int]:
        """Return where the partitions end."""
        self.asked.append(tps)
        self.was_asked.set()
        return dict.fromkeys(tps, self.partition_end)


def lane() -> Lane:
    """A lane whose next offset is 100."""
    return Lane(TP(PLACE[0], 0), 1, NEXT, NEXT)


async def watched(runtime: FakeRuntime) -> Recorder:
    """Let the watch look once, and return what it recorded."""
    watch = asyncio.create_task(watch_lanes(cast("Runtime", runtime), cast("Any", None), check_s=0.01))
    await runtime.was_asked.wait()
    # The answer is worked through without a pause before the next look.
    await asyncio.sleep(0)
    watch.cancel()
    await asyncio.gather(watch, return_exceptions=True)
    return runtime.recorder


async def test_a_lane_at_its_end_has_no_lag() -> None:
    """Nothing waits: 0 records, 0 seconds, whatever was done last."""
    ours = lane()
    ours.oldest_s = time.time() - 60

    recorder = await watched(FakeRuntime(NEXT, ours))

    assert recorder.value("consumer_lag_records", *PLACE) == 0
    assert recorder.value("consumer_lag_seconds", *PLACE) == 0


async def test_the_lag_in_seconds_is_the_age_of_the_oldest_message() -> None:
    """What the agent knows of the message that it works on counts."""
    ours = lane()
    ours.oldest_s = time.time() - 60

    recorder = await watched(FakeRuntime(NEXT + 7, ours))

    assert recorder.value("consumer_lag_records", *PLACE) == 7
    assert 60 <= recorder.value("consumer_lag_seconds", *PLACE) < 70


async def test_a_message_that_nobody_took_yet_waits_from_now_on() -> None:
    """Its own timestamp is not known before it is fetched."""
    recorder = await watched(FakeRuntime(NEXT + 1, lane()))

    assert 0 <= recorder.value("consumer_lag_seconds", *PLACE) < 10


async def test_an_answer_of_a_broker_is_noted_also_without_partitions() -> None:
    """A worker that owns nothing asks for partition 0, to hear from a broker."""
    runtime = FakeRuntime(NEXT)
    runtime.recorder.since("broker_silent_seconds", time.time() - 500)

    recorder = await watched(runtime)

    assert runtime.asked[0] == [TP(PLACE[0], 0)]
    assert recorder.value("broker_silent_seconds") < 10


async def test_a_log_that_ends_before_what_was_read_of_it_is_another_one() -> None:
    """Told to whom starts the worker again: what comes next in it would pass for done."""
    runtime = FakeRuntime(NEXT - 1, lane())
    watch = asyncio.create_task(watch_lanes(cast("Runtime", runtime), cast("Any", None), check_s=0.01))
    await runtime.ended.wait()
    watch.cancel()

    assert runtime.said == ["topic-replaced"]
    assert len(runtime.asked) == 2
