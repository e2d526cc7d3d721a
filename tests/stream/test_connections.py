"""What is seen of a worker's connections to brokers, and of batches that have to be sent again."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import RequestTimedOutError
from aiokafka.protocol.produce import ProduceRequest
from faust.types import TP

from tests.stream.forks import ForkedWorker
from tests.stream.support import claim, outcomes, prepare, progress, until_counted
from worker.kafka.connection import open_group_reader
from worker.kafka.embedded import embedded_broker
from worker.observe.recorder import Recorder
from worker.settings import DeliveryGuarantee, Settings
from worker.stream.committer import Committer
from worker.stream.lanes import CommittedOffset, Lane
from worker.stream.records import OutgoingRecord

pytestmark = [pytest.mark.broker]


@pytest.mark.parametrize("delivery", list(DeliveryGuarantee))
async def test_connections_are_open_while_a_broker_answers_and_missing_once_it_is_gone(
    delivery: DeliveryGuarantee, tmp_path: Path
) -> None:
    """The consumer and the committer, however many partitions there are: two each, and none in the end."""
    with embedded_broker() as address:
        settings = Settings(bootstrap_servers=address, delivery=delivery, stop_grace_s=8)
        await prepare(settings, [claim(0)], partitions=24)
        worker = ForkedWorker(settings, tmp_path, "worker")
        await progress(settings, 1)

        states = {'claimscrub_kafka_connections{state="open"}': 4, 'claimscrub_kafka_connections{state="missing"}': 0}
        await until_counted(worker, states)
        assert worker.metric("claimscrub_produce_retries_total") == 0
        assert worker.metric("claimscrub_duplicate_outputs_suspected_total") == 0
    with worker:
        states = {'claimscrub_kafka_connections{state="open"}': 0, 'claimscrub_kafka_connections{state="missing"}': 2}
        await until_counted(worker, states)


def fail_once(client: Any) -> None:  # Any: aiokafka's client
    """Let the broker get the next batch, but not the worker its answer."""
    send, failures = client.send, [RequestTimedOutError()]

    async def failing(node: int, request: Any, **options: object) -> object:  # Any: aiokafka's request
        answer = await send(node, request, **options)
        if isinstance(request, ProduceRequest) and failures:
            raise failures.pop()
        return answer

    client.send = failing


async def test_a_batch_whose_answer_was_lost_is_sent_again_and_counted(settings: Settings) -> None:
    """The broker has it once; batches that arrive at once count nothing."""
    await prepare(settings, [], partitions=1)
    recorder, place = Recorder(), TP(settings.topics.inbound, 0)
    # A group without members takes offsets from whoever names no generation.
    group: Any = SimpleNamespace(generation=-1)  # Any: the part of a group that is looked at
    committer, lane = Committer(settings, recorder, group, 1_000_000), Lane(place, -1)
    async with open_group_reader(settings, settings.group_id):
        await committer.start()
        try:
            for number, value in enumerate((b"first", b"second"), 1):
                before = recorder.value("produce_retries_total")
                record = OutgoingRecord(settings.topics.scrubbed, 0, b"k", value, ())
                await committer.add(lane, [record], CommittedOffset(number))
                fail_once(committer.clients[0])
            found = await committer.settled(place)
        finally:
            await committer.stop()

    assert (before, recorder.value("produce_retries_total")) == (0, 1)
    assert [record.value for record in await outcomes(settings)] == [b"first", b"second"]
    assert found == CommittedOffset(2)
