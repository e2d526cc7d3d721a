"""What is asked of Faust's consumer, and what happens when it does not answer."""

import asyncio
from types import SimpleNamespace
from typing import Any, Never

import pytest
from faust.types import TP

from worker.stream.lanes import Committed
from worker.stream.transport import Group

PARTITION = TP("claims.inbound.v1", 0)


async def never(*_: object) -> Never:
    """Wait as Faust's thread does when the group's coordinator is away."""
    await asyncio.Event().wait()
    raise AssertionError


@pytest.mark.parametrize(
    "ask",
    [
        lambda group: group.committed(PARTITION),
        lambda group: group.beginning(PARTITION),
        lambda group: group.ends([PARTITION]),
        lambda group: group.commit({PARTITION: Committed(1)}),
        lambda group: group.seek(PARTITION, 1),
    ],
    ids=["committed", "beginning", "ends", "commit", "seek"],
)
async def test_a_group_that_does_not_answer_is_not_waited_for_for_ever(ask: Any) -> None:  # Any: each call has its own
    """The caller hears of it, and the worker can leave."""
    calls = SimpleNamespace(
        _coordinator=SimpleNamespace(fetch_committed_offsets=never),
        beginning_offsets=never,
        end_offsets=never,
        commit=never,
    )
    thread = SimpleNamespace(_ensure_consumer=lambda: calls, call_thread=never)
    group = Group(SimpleNamespace(consumer=SimpleNamespace(_thread=thread, seek=never)), answer_s=0.01)

    with pytest.raises(TimeoutError):
        await ask(group)
