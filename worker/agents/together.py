"""Gathers what lanes have to be answered into slices, in the order in which they brought it.

A slice costs less than its messages one by one, and a lane that has few of them at a time never fills one.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from worker.stream.slices import SLICE_BYTES, SLICE_MESSAGES

Message = TypeVar("Message")
Answer = TypeVar("Answer")


@dataclass(slots=True, eq=False)
class _Share(Generic[Answer]):
    """What one lane brought at a time."""

    messages: int
    done: "asyncio.Future[list[Answer]]"
    answers: list[Answer] = field(default_factory=list)

    def add(self, answer: Answer) -> None:
        self.answers.append(answer)
        if len(self.answers) == self.messages and not self.done.done():
            self.done.set_result(self.answers)

    def fail(self, error: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(error)


class Together(Generic[Message, Answer]):
    """Has messages of all lanes answered a slice at a time, with the network between two slices."""

    def __init__(
        self, answer: Callable[[Sequence[Message]], Awaitable[Sequence[Answer]]], length: Callable[[Message], int]
    ) -> None:
        """Prepare.

        Args:
            answer: Answers the messages of a slice, each with one, in their order.
            length: Returns the bytes of a message.
        """
        self._answer = answer
        self._length = length
        self._waiting: deque[tuple[Message, _Share[Answer]]] = deque()
        self._task: asyncio.Task[None] | None = None

    async def answers(self, messages: Sequence[Message]) -> list[Answer]:
        """Return the answer to each message, at least one. Raises what `answer` raises."""
        share = _Share[Answer](len(messages), asyncio.get_running_loop().create_future())
        self._waiting.extend((message, share) for message in messages)
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        return await share.done

    async def _run(self) -> None:
        while self._waiting:
            taken = self._slice()
            try:
                answers = await self._answer([message for message, _ in taken])
            except Exception as error:  # noqa: BLE001 -- it is for those who wait
                for _, share in taken:
                    share.fail(error)
            else:
                for (_, share), answer in zip(taken, answers, strict=True):
                    share.add(answer)
            # The network, and the lanes that have their answers.
            await asyncio.sleep(0)
        self._task = None

    def _slice(self) -> list[tuple[Message, _Share[Answer]]]:
        taken = [self._waiting.popleft()]
        size = self._length(taken[0][0])
        while self._waiting and len(taken) < SLICE_MESSAGES:
            size += self._length(self._waiting[0][0])
            if size > SLICE_BYTES:
                break
            taken.append(self._waiting.popleft())
        return taken
