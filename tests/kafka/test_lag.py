"""What `claimscrub lag` counts where senders write in transactions, on Apache Kafka."""

from collections.abc import Callable

import pytest
from aiokafka import TopicPartition

from worker.kafka.connection import new_producer, open_group_reader
from worker.kafka.lag import group_lag
from worker.kafka.topics import create_topics
from worker.settings import DeliveryGuarantee, Settings

pytestmark = [pytest.mark.kafka]


async def test_a_group_that_has_read_all_has_nothing_to_wait_for(
    settings_for: Callable[[DeliveryGuarantee], Settings],
) -> None:
    """The mark behind the last message is not one; a message behind it is."""
    settings = settings_for(DeliveryGuarantee.EXACTLY_ONCE)
    await create_topics(settings, partitions=2)
    topic = settings.topics.inbound

    async def send(count: int) -> None:
        producer = new_producer(settings, transactional_id=f"{settings.group_id}-sender")
        await producer.start()
        try:
            async with producer.transaction():
                for _ in range(count):
                    await producer.send_and_wait(topic, b"{}", partition=0)
        finally:
            await producer.stop()

    async def waiting() -> list[tuple[int | None, int, int]]:
        return [(each.committed, each.end, each.messages) for each in await group_lag(settings) if each.topic == topic]

    async def commit(offset: int) -> None:
        async with open_group_reader(settings, settings.group_id) as reader:
            reader.assign([TopicPartition(topic, 0)])
            await reader.commit({TopicPartition(topic, 0): offset})

    await commit(0)
    await send(2)
    unread = await waiting()
    await commit(2)
    read = await waiting()
    await send(1)
    more = await waiting()

    assert unread == [(0, 3, 3), (None, 0, 0)]
    assert read == [(2, 3, 0), (None, 0, 0)]
    assert more == [(2, 5, 2), (None, 0, 0)]
