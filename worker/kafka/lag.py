"""How far a group is behind the end of its topics."""

from dataclasses import dataclass

from aiokafka import TopicPartition

from worker.kafka.connection import Client, open_admin, open_reader
from worker.kafka.read import partitions_of
from worker.settings import Settings


@dataclass(frozen=True, slots=True)
class PartitionLag:
    """How far the group is in one partition.

    Attributes:
        topic: Its topic.
        partition: Its number.
        committed: The offset of the next message for the group; None before its first commit.
        first: The offset of the oldest message that is still there.
        end: The offset after the last committed message, and the marks of transactions behind it.
        due: The offset of the first message that the group has not read; None behind the last one.
    """

    topic: str
    partition: int
    committed: int | None
    first: int
    end: int
    due: int | None

    @property
    def messages(self) -> int:
        """How many offsets are waiting; the marks of transactions between two messages count too."""
        return 0 if self.due is None else max(0, self.end - self.due)

    @property
    def expired(self) -> int:
        """How many messages were deleted before the group had read them."""
        return 0 if self.committed is None else max(0, self.first - self.committed)


async def group_lag(settings: Settings) -> tuple[PartitionLag, ...]:
    """Return how far the workers are behind, for each partition that they read. Raises `KafkaError`."""
    async with open_admin(settings) as admin, open_reader(settings) as reader:
        places = await partitions_of(reader, settings.consumed_topics)
        offsets = await admin.list_consumer_group_offsets(settings.group_id)
        first, ends = await reader.beginning_offsets(places), await reader.end_offsets(places)
        committed = {place: _committed(offsets, place) for place in places}
        starts = {place: max(first[place], committed[place] or 0) for place in places}
        due = await _first_messages(reader, {place: at for place, at in starts.items() if at < ends[place]}, ends)
    return tuple(
        PartitionLag(place.topic, place.partition, committed[place], first[place], ends[place], due.get(place))
        for place in places
    )


async def _first_messages(
    reader: Client, starts: dict[TopicPartition, int], ends: dict[TopicPartition, int]
) -> dict[TopicPartition, int]:
    """Return the offset of the first message from each start on, where there is one before the end.

    A partition into which transactions write ends with their marks, which no group commits an offset behind: counted
    as messages, they would wait forever.
    """
    reader.assign(list(starts))
    for place, offset in starts.items():
        reader.seek(place, offset)
    found: dict[TopicPartition, int] = {}
    while left := [each for each in starts if each not in found and await reader.position(each) < ends[each]]:
        for place, records in (await reader.getmany(*left, timeout_ms=200, max_records=len(left))).items():
            found[place] = records[0].offset
    return found


def _committed(offsets: dict[TopicPartition, tuple[int, str]], place: TopicPartition) -> int | None:
    offset = offsets[place][0] if place in offsets else -1
    return offset if offset >= 0 else None
