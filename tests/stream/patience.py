"""Consumers that rest where the embedded broker does not let them wait.

Apache Kafka keeps a fetch until there is something or its wait is over. The embedded broker answers at once that there
is nothing, 4,000 times a second, so that each idle worker and reader would keep a processor busy that the tests beside
it need.
"""

import asyncio
import contextlib
from typing import Any, Final

import aiokafka.consumer.fetcher

REST_S: Final = 0.02


def let_consumers_rest() -> None:
    """Have every consumer of aiokafka in this process rest after a fetch that brought nothing."""
    fetcher: Any = aiokafka.consumer.fetcher.Fetcher  # Any: aiokafka publishes no types
    fetch = fetcher._proc_fetch_request  # noqa: SLF001 -- it offers no other way in
    if fetch.__module__ == __name__:
        return

    async def fetch_and_rest(self: Any, *arguments: Any) -> bool:  # Any: as above
        has_something: bool = await fetch(self, *arguments)
        if not has_something:
            # Who cancels a fetch awaits it, and is not told: aiokafka's own returns likewise.
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(REST_S)
        return has_something

    fetcher._proc_fetch_request = fetch_and_rest  # noqa: SLF001
