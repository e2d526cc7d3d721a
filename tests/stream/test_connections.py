"""What is seen of a worker's connections to brokers, and of batches that have to be sent again."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiokafka.errors import RequestTimedOutError
from aiokafka.protocol.produce import ProduceRequest
from faust.types import TP

from tests.stream.forks import ForkedWorker
from tests.stream.support import claim, outcomes, prepare, progress, until
from worker.kafka.embedded import embedded_broker
from worker.observe.recorder import Recorder
from worker.settings import DeliveryGuarantee, Settings
from worker.stream.delivery import AtLeastOnce, ExactlyOnce
from worker.stream.faust_transport import Group
from worker.stream.lanes import CommittedOffset, Lane
from worker.stream.records import OutgoingRecord

pytestmark = [pytest.mark.broker, pytest.mark.timeout(600)]


@pytest.mark.parametrize("delivery", list(DeliveryGuarantee))
async def test_connections_are_open_while_a_broker_answers_and_missing_once_it_is_gone(
    delivery: DeliveryGuarantee, tmp_path: Path
) -> None:
    """The consumer and one producer a partition, or one for all: each has a connection, and none in the end."""
    with embedded_broker() as address:
        settings = Settings(bootstrap_servers=address, delivery=delivery, stop_grace_s=8)
        await prepare(settings, [claim(0)], partitions=2)
        worker = ForkedWorker(settings, tmp_path, "worker")
        await progress(settings, 1)
        clients = 3 if delivery is DeliveryGuarantee.EXACTLY_ONCE else 2

        assert worker.metric('claimscrub_kafka_connections{state="open"}') >= clients
        assert worker.metric('claimscrub_kafka_connections{state="missing"}') == 0
        assert worker.metric("claimscrub_produce_retries_total") == 0
        assert worker.metric("claimscrub_duplicate_outputs_suspected_total") == 0
    with worker:
        await until(
            lambda: worker.metric('claimscrub_kafka_connections{state="missing"}') == clients, "none is left", 15
        )
        assert worker.metric('claimscrub_kafka_connections{state="open"}') == 0


def fail_once(producer: Any) -> None:  # Any: aiokafka's producer
    """Let the broker get a producer's next batch, but not the producer its answer."""
    send, failures = producer.client.send, [RequestTimedOutError()]

    async def failing(node: int, request: Any, **options: object) -> object:  # Any: aiokafka's request
        answer = await send(node, request, **options)
        if isinstance(request, ProduceRequest) and failures:
            raise failures.pop()
        return answer

    producer.client.send = failing


async def test_a_batch_whose_answer_was_lost_is_sent_again_and_counted(settings: Settings) -> None:
    """The broker has it once; batches that arrive at once count nothing."""
    await prepare(settings, [], partitions=1)
    recorder = Recorder()
    policy: AtLeastOnce | ExactlyOnce = ExactlyOnce(settings, recorder, 1_000_000)
    if settings.delivery is DeliveryGuarantee.AT_LEAST_ONCE:
        # A group that is past the lane's generation has nothing committed.
        policy = AtLeastOnce(settings, recorder, cast("Group", SimpleNamespace(generation=2)), 1_000_000)
    await policy.start()
    place = TP(settings.topics.inbound, 0)
    lane = Lane(place, 1, await policy.open(place))
    try:
        await policy.deliver(
            lane, [OutgoingRecord(settings.topics.scrubbed, 0, b"k", b"first", ())], CommittedOffset(0)
        )
        before = recorder.value("produce_retries_total")
        fail_once(lane.producer)
        await policy.deliver(
            lane, [OutgoingRecord(settings.topics.scrubbed, 0, b"k", b"second", ())], CommittedOffset(0)
        )
    finally:
        await policy.close(lane)
        await policy.stop()

    assert (before, recorder.value("produce_retries_total")) == (0, 1)
    assert [record.value for record in await outcomes(settings)] == [b"first", b"second"]
