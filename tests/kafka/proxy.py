"""A network that can be cut: a proxy in front of a broker, on a thread of its own."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator

_CHUNK = 64 * 1024


class Proxy:
    """Carries bytes between the port that clients know and the broker, until it is cut."""

    def __init__(self, port: int, target: int) -> None:
        """Set the ports; `run_proxy` starts it."""
        self._port = port
        self._target = target
        self._loop = asyncio.new_event_loop()
        self._is_whole = asyncio.Event()
        self._is_whole.set()
        self._stopped = asyncio.Event()
        self._started = threading.Event()
        self._writers: set[asyncio.StreamWriter] = set()
        self.taken = 0
        """How many connections there have been."""
        self.most: int | None = None
        """After so many no connection is carried any more: it is broken off, or left without an answer."""
        self.is_silent = False
        self.damage: tuple[bytes, bytes] | None = None
        """What the broker sends, and what clients get in its place."""

    def cut(self, *, silently: bool) -> None:
        """Carry nothing any more: silently, as a lost route does, or with every connection broken."""
        self._loop.call_soon_threadsafe(self._cut, silently)

    def _cut(self, silently: bool) -> None:  # noqa: FBT001 -- the loop passes positions only
        self._is_whole.clear()
        if not silently:
            for writer in self._writers:
                writer.transport.abort()

    def heal(self) -> None:
        """Carry again, what was held back first."""
        self._loop.call_soon_threadsafe(self._is_whole.set)

    def run(self) -> None:
        """Serve until stopped; on the thread."""
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    def wait_until_started(self) -> None:
        """Wait until clients can connect."""
        self._started.wait(10)

    def stop(self) -> None:
        """Stop serving."""
        self._loop.call_soon_threadsafe(self._stopped.set)

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._carry_both, "127.0.0.1", self._port)
        self._started.set()
        await self._stopped.wait()
        server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _carry_both(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.taken += 1
        with contextlib.suppress(OSError, asyncio.CancelledError):
            if self.most is not None and self.taken > self.most:
                await self._turn_away(writer)
                return
            await self._is_whole.wait()
            there, back = await asyncio.open_connection("127.0.0.1", self._target)
            self._writers |= {writer, back}
            try:
                await asyncio.gather(self._carry(reader, back), self._carry(there, writer))
            finally:
                self._writers -= {writer, back}
                writer.transport.abort()
                back.transport.abort()

    async def _turn_away(self, writer: asyncio.StreamWriter) -> None:
        try:
            if self.is_silent:
                await self._stopped.wait()
        finally:
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(_CHUNK):
            await self._is_whole.wait()
            writer.write(chunk if self.damage is None else chunk.replace(*self.damage))
            await writer.drain()
        # One side that has closed ends both.
        raise ConnectionError


@contextlib.contextmanager
def run_proxy(port: int, target: int) -> Iterator[Proxy]:
    """Run a proxy for the length of a block."""
    proxy = Proxy(port, target)
    thread = threading.Thread(target=proxy.run, daemon=True)
    thread.start()
    proxy.wait_until_started()
    try:
        yield proxy
    finally:
        proxy.stop()
        thread.join(10)
