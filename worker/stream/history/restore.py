"""Brings a store to where the committed position is, from the changelog.

The number in the position is proof and end in one: not "until the end of the log", which is behind while the marker of
a transaction is on its way, and would be beyond while somebody still writes.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from aiokafka import TopicPartition

from worker.history.store import HistoryMark, HistoryRecord, HistoryStore
from worker.stream.history.changelog import NumberedRecord, read
from worker.stream.history.errors import BrokenHistoryError

_FETCH_MS: Final = 200
_PATIENCE_S: Final = 60.0
"""How long a log may seem to end before the committed number; its last transaction is ended long before."""

OnThread = Callable[[Callable[[], None]], Awaitable[None]]
"""Runs on the thread that writes stores."""


class ChangelogReader(Protocol):
    """What is asked of a consumer of committed records."""

    async def getmany(self, partition: TopicPartition, *, timeout_ms: int) -> dict[TopicPartition, Sequence[Any]]:
        """Return the records that come next, if any do in time."""  # any: aiokafka's records
        ...

    async def position(self, partition: TopicPartition) -> int:
        """Return the offset that is read next."""
        ...

    def highwater(self, partition: TopicPartition) -> int | None:
        """Return the offset after the last record, of transactions that are still open as well."""
        ...


@dataclass(frozen=True, slots=True)
class Restoring:
    """The way from a changelog into a store.

    Attributes:
        reader: Is where the store was left in the partition.
        place: The partition of the changelog.
        store: What is brought forward.
        on_thread: Runs what applies records.
        note: Hears how many records were read.
    """

    reader: ChangelogReader
    place: TopicPartition
    store: HistoryStore
    on_thread: OnThread
    note: Callable[[int], None]

    async def until(self, wanted: int) -> None:
        """Read until the record with a number is in the store, and nothing beyond.

        Raises `BrokenHistoryError`, `HistoryStoreError`, `KafkaError`.
        """
        loop, quiet_since, number = asyncio.get_running_loop(), 0.0, self.store.mark().records
        while number < wanted:
            if found := await self._more():
                quiet_since = 0.0
                number = await self._apply(found, number, wanted)
                continue
            quiet_since = quiet_since or loop.time()
            if await self._is_at_end() or loop.time() - quiet_since > _PATIENCE_S:
                raise BrokenHistoryError(
                    f"{self.place.topic}, partition {self.place.partition}: the memory of claims ends with record "
                    f"{number}, and record {wanted} is committed"
                )

    async def to_the_end(self) -> int:
        """Read all that is there, and return the highest number: a worker that died may have written beyond its offset.

        Raises as `until`.
        """
        number = self.store.mark().records
        while True:
            if found := await self._more():
                number = await self._apply(found, number, None)
            elif await self._is_at_end():
                return number

    async def _more(self) -> Sequence[Any]:  # any: aiokafka's records
        return (await self.reader.getmany(self.place, timeout_ms=_FETCH_MS)).get(self.place, ())

    async def _is_at_end(self) -> bool:
        """Return whether nothing is behind what was read, not even what a transaction has yet to commit."""
        end = self.reader.highwater(self.place)
        return end is not None and await self.reader.position(self.place) >= end

    async def _apply(self, found: Sequence[Any], number: int, wanted: int | None) -> int:  # any: as above
        records: list[HistoryRecord] = []
        for each, (count, record) in zip(found, self._numbered(found), strict=True):
            if wanted is not None and count > wanted:
                beyond = f"this is record {count}, and no more than {wanted} are committed"
                raise BrokenHistoryError(f"{self._where(each)}: {beyond}")
            if record is not None and (wanted is None or count > number):
                records.append(record)
            number = max(number, count)
        mark = HistoryMark(number, found[-1].offset + 1)
        await self.on_thread(lambda: self.store.apply(records, mark))
        self.note(len(found))
        return number

    def _numbered(self, found: Sequence[Any]) -> list[NumberedRecord]:  # any: as above
        try:
            return [read(each.key, each.value, each.headers, "") for each in found]
        except BrokenHistoryError:
            # Again, to say which it is: for each of millions its place would be written for nothing.
            return [read(each.key, each.value, each.headers, self._where(each)) for each in found]

    def _where(self, record: Any) -> str:  # any: as above
        return f"{self.place.topic}, partition {self.place.partition}, offset {record.offset}"
