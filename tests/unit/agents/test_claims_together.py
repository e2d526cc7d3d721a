"""Messages that Faust hands over one by one are scrubbed together, whichever partitions they are of."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from typing import Any

from faust.types import TP

from tests.unit.agents.test_claims_suspects import CULPRIT, NEIGHBOR, Broker, agent_on, handled, message
from worker.agents.claims import ClaimsAgent
from worker.stream.lanes import CommittedOffset
from worker.stream.runtime import Runtime
from worker.stream.scrubber import ClaimVerdict
from worker.stream.slices import SLICE_MESSAGES

ALONE = -1
"""Stands for a message that was scrubbed by itself."""


class Slices(Broker):
    """Remembers how many messages were scrubbed together each time."""

    def __init__(self) -> None:
        super().__init__()
        self.committed_by = {tp: CommittedOffset(0) for tp in (CULPRIT, NEIGHBOR)}
        self.slices: list[int] = []

    def scrub(self, value: bytes, *, received_on: date) -> ClaimVerdict:  # noqa: ARG002 -- the seam
        """Scrub one alone."""
        self.slices.append(ALONE)
        return ClaimVerdict("scrubbed", value=value, outcome_id=value.decode())

    def scrub_many(self, messages: Sequence[tuple[bytes, date]]) -> list[ClaimVerdict]:
        """Scrub several."""
        self.slices.append(len(messages))
        return [ClaimVerdict("scrubbed", value=value, outcome_id=value.decode()) for value, _ in messages]


class _Budget(nullcontext[None]):
    overruns = 0

    def together(self) -> AbstractContextManager[None]:
        """Bound nothing."""
        return nullcontext()


async def agent_with(broker: Broker) -> tuple[ClaimsAgent, Runtime]:
    """Return an agent that may scrub together."""
    agent, runtime = await agent_on(broker)
    budget: Any = _Budget()  # Any: it stands for a budget
    runtime.budget = budget
    return agent, runtime


async def come(agent: ClaimsAgent, *messages: Any, turns: int) -> None:  # Any: what was fetched
    """Have messages come one by one, so many turns of the loop apart."""
    for each in messages:
        await agent.handle([each])
        for _ in range(turns):
            await asyncio.sleep(0)


async def test_messages_that_come_one_by_one_are_scrubbed_together() -> None:
    """Eight of one partition and eight of another make one slice."""
    broker = Slices()
    agent, runtime = await agent_with(broker)

    await come(agent, *(message(tp, offset) for offset in range(8) for tp in (CULPRIT, NEIGHBOR)), turns=2)
    await handled(agent, runtime)

    assert broker.slices == [SLICE_MESSAGES]
    assert [each.offset for each in broker.committed_by.values()] == [8, 8]


async def test_a_message_behind_which_nothing_comes_waits_for_nobody() -> None:
    """It is scrubbed alone, and the next one is, which comes after it was handed over."""
    broker = Slices()
    agent, runtime = await agent_with(broker)

    for offset in range(2):
        await handled(agent, runtime, message(CULPRIT, offset))

    assert broker.slices == [ALONE, ALONE]
    assert broker.committed_by[CULPRIT].offset == 2


async def test_a_partition_whose_lane_is_not_open_holds_up_no_other() -> None:
    """What is gathered begins for all, and each lane waits for itself."""
    broker = Slices()
    agent, runtime = await agent_with(broker)
    opening, lanes_lane = asyncio.Event(), runtime.lanes.lane

    async def lane(tp: TP, generation: int) -> Any:  # Any: a lane or none
        if tp == NEIGHBOR:
            await opening.wait()
        return await lanes_lane(tp, generation)

    runtime.lanes.lane = lane  # type: ignore[method-assign]  # a group that is slow with one partition
    await come(agent, message(NEIGHBOR), *(message(CULPRIT, offset) for offset in range(3)), turns=1)
    while broker.committed_by[CULPRIT].offset < 3:  # noqa: ASYNC110 -- nothing tells
        await asyncio.sleep(0)
    assert broker.committed_by[NEIGHBOR].offset == 0

    opening.set()
    await handled(agent, runtime)
    assert broker.committed_by[NEIGHBOR].offset == 1
