"""Slices over the messages of several lanes."""

import asyncio
from collections.abc import Sequence

import pytest

from worker.agents.together import Together
from worker.stream.slices import SLICE_BYTES, SLICE_MESSAGES


class SliceScrubber:
    """Answers each message with itself, and remembers the slices."""

    def __init__(self) -> None:
        self.slices: list[list[bytes]] = []
        self.fails_on = b"never"

    async def answer(self, messages: Sequence[bytes]) -> Sequence[bytes]:
        """Answer a slice, or raise."""
        self.slices.append([*messages])
        await asyncio.sleep(0)
        if self.fails_on in messages:
            raise ValueError(self.fails_on)
        return messages


def sizes(slices: Sequence[Sequence[bytes]]) -> list[list[int]]:
    """The lengths of the messages of each slice."""
    return [[len(message) for message in each] for each in slices]


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        ([1] * SLICE_MESSAGES, [[1] * SLICE_MESSAGES]),
        ([1] * (SLICE_MESSAGES + 1), [[1] * SLICE_MESSAGES, [1]]),
        ([SLICE_BYTES - 1, 1, 1], [[SLICE_BYTES - 1, 1], [1]]),
        ([1, SLICE_BYTES], [[1], [SLICE_BYTES]]),
        ([SLICE_BYTES + 1, 1], [[SLICE_BYTES + 1], [1]]),
    ],
)
async def test_slices_are_bounded_by_count_and_bytes(lengths: list[int], expected: list[list[int]]) -> None:
    """What is longer than a slice is one of its own; the answers keep the order."""
    scrubber = SliceScrubber()
    messages = [b"x" * length for length in lengths]

    assert await Together(scrubber.answer, len).answers(messages) == messages

    assert sizes(scrubber.slices) == expected


async def test_lanes_share_slices_and_each_has_its_own_answers() -> None:
    """A lane with one message does not cost a slice, and one with many waits for the last of them."""
    scrubber = SliceScrubber()
    together = Together(scrubber.answer, len)
    brought = [[b"a1"], [b"b%d" % number for number in range(SLICE_MESSAGES)], [b"c1", b"c2"]]

    answers = await asyncio.gather(*(together.answers(messages) for messages in brought))

    assert answers == brought
    assert [len(each) for each in scrubber.slices] == [SLICE_MESSAGES, 3]
    assert await together.answers([b"later"]) == [b"later"]


async def test_a_slice_that_fails_fails_for_those_who_were_in_it() -> None:
    """Whoever has nothing in it has an answer, and so has whoever comes later."""
    scrubber = SliceScrubber()
    scrubber.fails_on = b"bad"
    together = Together(scrubber.answer, len)
    full = [b"%d" % number for number in range(SLICE_MESSAGES - 1)]

    found = await asyncio.gather(
        *(together.answers(messages) for messages in (full, [b"bad", b"good"], [b"other"])), return_exceptions=True
    )

    assert [type(each) for each in found] == [ValueError, ValueError, list]
    assert await together.answers([b"later"]) == [b"later"]


async def test_a_lane_that_no_longer_waits_harms_nobody() -> None:
    """Its messages are answered in vain."""
    scrubber = SliceScrubber()
    together = Together(scrubber.answer, len)
    gone, stays = (asyncio.create_task(together.answers([each])) for each in (b"gone", b"stays"))
    await asyncio.sleep(0)
    gone.cancel()

    assert await stays == [b"stays"]
    assert scrubber.slices == [[b"gone", b"stays"]]


async def test_the_network_comes_between_two_slices() -> None:
    """Also where each is answered at once."""
    seen = list[str]()

    async def answer(messages: Sequence[bytes]) -> Sequence[bytes]:
        seen.append("slice")
        return messages

    async def network() -> None:
        while True:
            seen.append("network")
            await asyncio.sleep(0)

    watching = asyncio.create_task(network())
    await Together(answer, len).answers([b"x"] * (3 * SLICE_MESSAGES))
    watching.cancel()

    first, last = seen.index("slice"), len(seen) - 1 - seen[::-1].index("slice")
    assert seen[first : last + 1] == ["slice", "network", "slice", "network", "slice"]
