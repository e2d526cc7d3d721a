"""Senders that write to the inbound topic in transactions, each of which leaves a hole in the offsets."""

from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from tests.kafka.broker import Cluster
from tests.kafka.proxy import run_proxy
from tests.stream.support import WorkerProcess, claim, numbers, outcomes_when, prepare
from worker.kafka.connection import client_options
from worker.settings import Settings

pytestmark = [pytest.mark.kafka]

SENT = 300
ABORT_EVERY = 7


async def send_in_transactions(settings: Settings) -> list[int]:
    """Send each claim in a transaction of its own, and abort some; return the numbers of those that were sent."""
    new_producer: Any = AIOKafkaProducer  # Any: aiokafka publishes no types
    producer = new_producer(**client_options(settings), transactional_id="sender")
    await producer.start()
    committed = []
    try:
        for number in range(SENT):
            await producer.begin_transaction()
            await producer.send(settings.topics.inbound, claim(number), partition=0)
            if number % ABORT_EVERY:
                await producer.commit_transaction()
                committed.append(number)
            else:
                await producer.abort_transaction()
    finally:
        await producer.stop()
    return committed


async def test_the_holes_of_transactions_are_not_looked_into_one_by_one(one_broker: Cluster, tmp_path: Path) -> None:
    """Each look opens a connection; there was one for every claim that came alone. What was aborted is never read."""
    settings = Settings(
        bootstrap_servers=one_broker.address, topic_prefix="senders.", group_id="senders", session_timeout_s=6
    )
    await prepare(settings, [], partitions=1)
    broker = one_broker.brokers[0]
    behind = settings.model_copy(update={"bootstrap_servers": f"127.0.0.1:{broker.proxy}"})
    with run_proxy(broker.proxy, broker.behind_proxy) as network, WorkerProcess(behind, tmp_path, "worker") as worker:
        sent = await send_in_transactions(settings)

        assert numbers(await outcomes_when(settings, len(sent))) == sent
        assert network.taken < SENT // 10
        assert worker.stop() == 0
