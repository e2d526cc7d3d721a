"""Lets the lanes of a worker scrub in turn, with the network between two turns.

Scrubbing holds the event loop, and a loop looks at the network once for all tasks that are ready. With six lanes each
answer of the broker would wait for six turns, and a transaction has four of them, one after the other.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Final

_TURN_S: Final = 0.005
"""How long one lane may hold the event loop before the network, and then another lane, gets it."""


class Turns:
    """A context in which one lane scrubs, while the others wait for theirs."""

    def __init__(self) -> None:
        self._taken = asyncio.Lock()
        self._holder: asyncio.Task[Any] | None = None  # Any: whatever it returns
        self._since = 0.0
        self._is_alone = False

    async def __aenter__(self) -> None:
        await self._acquire()
        self._since = time.perf_counter()

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        # Who is cancelled while it waits for its next turn has none to give back.
        if self._holder is asyncio.current_task():
            self._release()

    async def _acquire(self) -> None:
        await self._taken.acquire()
        self._holder = asyncio.current_task()

    def _release(self) -> None:
        self._holder = None
        self._taken.release()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Keep every other lane from scrubbing for the length of a block, also while this one waits for the network.

        What ends the process meanwhile is then the fault of this lane's messages, and of nobody else's.
        """
        async with self:
            self._is_alone = True
            try:
                yield
            finally:
                self._is_alone = False

    async def pass_on(self) -> None:
        """Let the network and the other lanes have their turns, if this one has lasted long enough."""
        if time.perf_counter() - self._since < _TURN_S:
            return
        await asyncio.sleep(0)  # the network, while the other lanes wait
        if self._is_alone:
            self._since = time.perf_counter()
            return
        self._release()
        await self._acquire()
        self._since = time.perf_counter()
