"""A worker whose topic is deleted, or is another one than before, says so and ends."""

import asyncio
from types import SimpleNamespace
from typing import cast

import pytest
from aiokafka.errors import KafkaConnectionError, UnknownTopicOrPartitionError
from faust.types import TP

from worker.stream.exit_codes import ExitCode
from worker.stream.lanes import Lane
from worker.stream.runtime import Runtime
from worker.stream.topic_watch import watch_topic

TOPIC = "claims.inbound.v1"
FIRST, SECOND = "1" * 32, "2" * 32

Answer = str | Exception | None


class FakeRuntime:
    """A worker with one lane, and a broker that answers one thing after the other about its topic."""

    def __init__(self, *answers: Answer, opened_for: str | None) -> None:
        self.lanes = self.group = self.log = self
        self.client = object()
        self.settings = SimpleNamespace(consumed_topics=(TOPIC,))
        self.said: list[tuple[str, str]] = []
        self.code: int | None = None
        self.ended = asyncio.Event()
        self.has_answered = asyncio.Event()
        self._answers = iter(answers)
        self._lane = Lane(TP(TOPIC, 0), 1, topic_id=opened_for)

    def open_lanes(self) -> tuple[Lane, ...]:
        """Return the lane."""
        return (self._lane,)

    async def topic_id(self, topic: str) -> str | None:
        """Answer, and never again after the last answer."""
        assert topic == TOPIC
        answer = next(self._answers, self)
        if answer is self:
            self.has_answered.set()
            await asyncio.Event().wait()
        if isinstance(answer, Exception):
            raise answer
        return cast("str | None", answer)

    def critical(self, event: str, *, audit: bool, topic: str, problem: str) -> None:
        """Keep what is said."""
        assert (audit, topic, bool(problem)) == (True, TOPIC, True)
        self.said.append((event, topic))

    def end(self, code: ExitCode) -> None:
        """Keep how the worker ends."""
        self.code = code if self.code is None else self.code
        self.ended.set()


async def watched(*answers: Answer, opened_for: str | None = FIRST) -> FakeRuntime:
    """Let the watch hear every answer."""
    runtime = FakeRuntime(*answers, opened_for=opened_for)
    watch = asyncio.create_task(watch_topic(cast("Runtime", runtime), look_s=0))
    await runtime.has_answered.wait()
    watch.cancel()
    return runtime


@pytest.mark.parametrize(
    ("answers", "opened_for"),
    [
        ((FIRST, FIRST), FIRST),
        ((None, None), None),
        ((FIRST,), None),
        ((None,), FIRST),
        ((UnknownTopicOrPartitionError(), FIRST, UnknownTopicOrPartitionError(), FIRST), FIRST),
        ((KafkaConnectionError(), TimeoutError(), OSError()), FIRST),
    ],
    ids=["same", "no ids", "lane without", "broker without", "not known for a moment", "no answer"],
)
async def test_the_worker_goes_on(answers: tuple[Answer, ...], opened_for: str | None) -> None:
    """While nothing says that the topic is another one, or gone."""
    runtime = await watched(*answers, opened_for=opened_for)

    assert (runtime.said, runtime.code) == ([], None)


@pytest.mark.parametrize(
    ("answers", "event"),
    [
        ((FIRST, SECOND, SECOND), "topic-replaced"),
        ((UnknownTopicOrPartitionError(),) * 3, "topic-missing"),
    ],
)
async def test_the_worker_ends_with_one_line(answers: tuple[Answer, ...], event: str) -> None:
    """However often it is seen; the exit code is that of a topic which is missing."""
    runtime = await watched(*answers)

    assert (runtime.said, runtime.code) == ([(event, TOPIC)], ExitCode.BROKER_UNREACHABLE)
