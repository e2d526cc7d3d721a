"""Remembers across restarts which claims were being scrubbed when a worker died.

A claim can end the process: C code that hangs, memory that the kernel takes back. The next worker
would take the same claim and die too, forever. So the metadata of the group's committed offset names
suspects, and whoever opens the lane reads them:

1. A lane names what its next batch can hold. For the first batch that costs a commit; after that the
   name travels with the offset. It is removed when the lane closes in good order.
2. Who finds suspects knows that a worker died there, and tries them in portions. A portion is named
   before it is scrubbed, until its outcomes are delivered. No other lane of the worker scrubs meanwhile:
   what ends the worker then is a message of this portion, and no neighbor's.
3. A message that was alone when the third worker died is not scrubbed again.

A worker that leaves in order, or whose broker does not take a delivery, takes the name back.

The record lives where the offset lives: written by the lane's own producer it is fenced like
everything else that moves the offset, it survives the loss of a host, and no topic or file is added.
"""

from collections.abc import Sequence
from typing import Final

from worker.stream.lanes import HasOffset, Lane, Message
from worker.stream.suspects import SuspectRange, read_suspects

CRASHES_TO_DEAD_LETTER: Final = 3

_PORTIONS: Final = 20
"""After the first crash the suspects are tried in so many portions; after the second one by one."""


def suspects_of(lane: Lane) -> SuspectRange | None:
    """Return the suspects in the lane's metadata; none in a text that is not ours or is done with."""
    found = read_suspects(lane.metadata)
    return None if found is None or found.until <= lane.next_offset else found


def found_suspects(lane: Lane) -> SuspectRange | None:
    """Return the suspects that an earlier worker left, as opposed to those that this one names."""
    return None if lane.is_watched else suspects_of(lane)


def watch(next_offset: int, batch_max_claims: int) -> str:
    """Return what to commit with an offset, so that a worker that dies has died of one of these."""
    return SuspectRange(next_offset + batch_max_claims, 1).metadata()


def are_named(lane: Lane, messages: Sequence[HasOffset]) -> bool:
    """Return whether the lane itself has named all of these; holes in the offsets can lead beyond what it named."""
    named = suspects_of(lane)
    return lane.is_watched and named is not None and messages[-1].offset < named.until


def portion(lane: Lane, messages: Sequence[Message]) -> Sequence[Message]:
    """Return the first messages that are to be scrubbed and delivered together."""
    found = found_suspects(lane)
    if found is None:
        return messages
    size = 1 if found.crashes > 1 else max(1, (found.until - lane.next_offset) // _PORTIONS)
    return [message for message in messages[:size] if message.offset < found.until] or messages


def while_tried(found: SuspectRange, messages: Sequence[HasOffset]) -> str:
    """Return what to commit while messages are scrubbed and delivered, after a worker died of suspects."""
    return found.part_until(messages[-1].offset + 1).metadata()


def left(lane: Lane, next_offset: int) -> str | None:
    """Return what to commit with an offset while suspects of an earlier worker lie behind it; None when none do."""
    found = found_suspects(lane)
    return lane.metadata if found is not None and next_offset < found.until else None


def is_condemned(lane: Lane, message: HasOffset) -> bool:
    """Return whether a message was alone when the third worker died of it."""
    found = found_suspects(lane)
    return found is not None and found.crashes >= CRASHES_TO_DEAD_LETTER and found.until == message.offset + 1
