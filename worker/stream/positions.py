"""Looks into a partition for the first record at or after an offset."""

import asyncio

from aiokafka import TopicPartition
from faust.types import TP

from worker.kafka.connection import open_reader
from worker.settings import Settings
from worker.stream.lanes import LogNews

_LOOK_S = 10.0


class Positions:
    """Distinguishes holes in the offsets of a partition from skipped records.

    Holes are ordinary: control records of an upstream transaction, retention, compaction. Only the
    log itself shows them. A look costs several milliseconds, so lanes take one only after the consumer
    was put elsewhere; what it fetches in a row skips nothing.
    """

    def __init__(self, settings: Settings, news: LogNews) -> None:
        self._settings = settings
        self._news = news

    async def first_offset(self, tp: TP, offset: int) -> int | None:
        """Return the offset of the first committed record at or after one; None when none shows up in time."""
        partition = TopicPartition(tp.topic, tp.partition)
        try:
            async with asyncio.timeout(_LOOK_S), open_reader(self._settings) as reader:
                reader.assign([partition])
                beginning = (await reader.beginning_offsets([partition]))[partition]
                if beginning > offset:
                    self._news.expired(tp, offset, beginning)
                reader.seek(partition, max(offset, beginning))
                return int((await reader.getone(partition)).offset)
        except TimeoutError:
            return None
