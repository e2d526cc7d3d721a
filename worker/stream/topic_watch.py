"""Ends the worker when a topic that it reads is deleted, or is another one than before.

A lane knows offsets of the log that it was opened for. In another log they mean other messages, of which it would take
those below its own for done. The next life begins where the new log does; see `worker.stream.lanes`.
"""

import asyncio
from typing import Final

from aiokafka.errors import KafkaError, UnknownTopicOrPartitionError

from worker.stream.exit_codes import ExitCode
from worker.stream.lifecycle import has_topics
from worker.stream.runtime import Runtime

_LOOK_S: Final = 2.0
_ANSWER_S: Final = 8.0
_LOOKS_UNTIL_MISSING: Final = 2


async def watch_topic(runtime: Runtime, look_s: float = _LOOK_S) -> None:
    """Look for the topic again and again; what else a broker fails to answer is reported by `worker.stream.stalls`."""
    missing = dict.fromkeys(runtime.settings.consumed_topics, 0)
    while True:
        await asyncio.sleep(look_s)
        if runtime.group.client is None:
            continue
        for topic in missing:
            missing[topic] = await _looked(runtime, topic, missing[topic])


async def _looked(runtime: Runtime, topic: str, missing: int) -> int:
    """Look for a topic; return how often in a row it was missing."""
    try:
        async with asyncio.timeout(_ANSWER_S):
            found = await runtime.group.topic_id(topic)
    except UnknownTopicOrPartitionError:
        # A broker that has just started may not know yet of every topic.
        if missing + 1 >= _LOOKS_UNTIL_MISSING:
            topic_is_gone(runtime, topic, "topic-missing", "it was deleted while the worker ran")
        return missing + 1
    except (KafkaError, TimeoutError, OSError):
        return missing
    known = {lane.topic_id for lane in runtime.lanes.open_lanes() if lane.tp.topic == topic}
    if found is not None and known - {None, found}:
        topic_is_gone(runtime, topic, "topic-replaced", "it was deleted and created again while the worker ran")
    return 0


def topic_is_gone(runtime: Runtime, topic: str, event: str, problem: str) -> None:
    """Say that a topic is no longer the one that lanes were opened for, and end the worker."""
    if not runtime.ended.is_set():
        runtime.log.critical(event, audit=True, topic=topic, problem=problem)
    runtime.end(ExitCode.BROKER_UNREACHABLE)


async def watch_faust(runtime: Runtime, look_s: float = 0.5) -> None:
    """Notice when Faust has given up, as it does without a word when its topic is deleted."""
    while not (runtime.app.crashed or runtime.app.should_stop):  # noqa: ASYNC110 -- Faust has no event for it
        await asyncio.sleep(look_s)
    if runtime.ended.is_set():
        return
    try:
        async with asyncio.timeout(_ANSWER_S):
            has_all = await has_topics(runtime.settings, runtime.log)
    except (KafkaError, TimeoutError, OSError):
        has_all = True
    runtime.log.critical("faust-stopped", exception=type(runtime.app.crash_reason).__name__)
    runtime.end(ExitCode.CRASHED if has_all else ExitCode.BROKER_UNREACHABLE)
