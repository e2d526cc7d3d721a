"""Looks into a partition for the first record at or after an offset."""

import asyncio
from bisect import bisect_left

from aiokafka import TopicPartition
from faust.types import TP

from worker.kafka.connection import open_reader
from worker.settings import Settings
from worker.stream.lanes import LogNews

_LOOK_S = 10.0
_LOOK_AHEAD = 2000
_AT_ONCE = 50


class Positions:
    """Distinguishes holes in the offsets of a partition from skipped records.

    Holes are ordinary: control records of an upstream transaction, retention, compaction. Only the
    log itself shows them. One look is remembered for the offsets that it covers, as an upstream that
    sends every claim in a transaction of its own leaves a hole after each.
    """

    def __init__(self, settings: Settings, news: LogNews) -> None:
        self._settings = settings
        self._news = news
        self._seen: dict[TP, tuple[int, list[int]]] = {}

    async def first_offset(self, tp: TP, offset: int) -> int | None:
        """Return the offset of the first committed record at or after one; None when none shows up in time."""
        start, offsets = self._seen.get(tp, (0, []))
        if not offsets or not start <= offset <= offsets[-1]:
            offsets = await self._look(tp, offset)
            self._seen[tp] = (offset, offsets)
        index = bisect_left(offsets, offset)
        return offsets[index] if index < len(offsets) else None

    async def _look(self, tp: TP, offset: int) -> list[int]:
        partition = TopicPartition(tp.topic, tp.partition)
        try:
            async with asyncio.timeout(_LOOK_S), open_reader(self._settings) as reader:
                reader.assign([partition])
                beginning = (await reader.beginning_offsets([partition]))[partition]
                if beginning > offset:
                    self._news.expired(tp, offset, beginning)
                reader.seek(partition, max(offset, beginning))
                found = [(await reader.getone(partition)).offset]
                while len(found) < _LOOK_AHEAD:
                    # A few at a time: only their offsets are kept, and each may be as long as a message may be.
                    more = (await reader.getmany(partition, timeout_ms=0, max_records=_AT_ONCE)).get(partition, ())
                    found += [record.offset for record in more]
                    if not more:
                        break
        except TimeoutError:
            return []
        return found
