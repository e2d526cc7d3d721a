"""A large lawful interchange leaves in one transaction, on Apache Kafka."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from aiokafka.admin import NewTopic

from tests.stream.support import REAL_WORKER, WorkerProcess, outcomes, prepare, progress
from tests.unit.x12.files import BILLING, HEADER, interchange, subscriber
from worker.kafka.connection import open_admin, open_producer
from worker.kafka.messages import X12_CONTENT_TYPE
from worker.samples import synthetic
from worker.settings import DeliveryGuarantee, Settings

pytestmark = [pytest.mark.kafka]

MIB = 1024 * 1024
CLAIMS = 20_000


async def test_20000_claims_of_one_message_have_their_outcomes_all_at_once(
    settings_for: Callable[[DeliveryGuarantee], Settings], tmp_path: Path
) -> None:
    """Among small messages of the same partition; a reader of committed records sees none or all."""
    settings = settings_for(DeliveryGuarantee.EXACTLY_ONCE).model_copy(
        update={
            "as_of": date.fromisoformat(synthetic.RECEIVED_ON),
            "max_message_bytes": 6 * MIB,
            "max_outcome_bytes": 6 * MIB,
        }
    )
    async with open_admin(settings) as admin:
        topic = NewTopic(settings.topics.inbound, 1, 1, topic_configs={"max.message.bytes": str(8 * MIB)})  # type: ignore[no-untyped-call]  # aiokafka publishes no types
        await admin.create_topics([topic])
    await prepare(settings, [], 1)
    body = [*HEADER, *BILLING, *subscriber(2)]
    for number in range(CLAIMS):
        lines = ("HI*ABK:C50911", "LX*1", "SV1*HC:96413*100*UN*1***1", "DTP*472*D8*20260302", f"NTE*ADD*{'X' * 60}")
        body += [f"CLM*SYN-{number:08}*100***11:B:1*Y*A*Y*Y", *lines]
    large = interchange(body).encode()
    small = interchange([*HEADER, *BILLING, *subscriber(2), *body[-6:]]).encode()
    async with open_producer(settings) as producer:
        for value in (small, large, small):
            await producer.send_and_wait(
                settings.topics.inbound, value, partition=0, headers=[("content-type", X12_CONTENT_TYPE)]
            )
    with WorkerProcess(settings, tmp_path, "worker", REAL_WORKER) as worker:
        seen = set()
        while len(found := await outcomes(settings)) < CLAIMS + 2:
            seen.add(len(found))
            assert settings.topics.dead_letter not in {each.topic for each in found}
            assert worker.process.poll() is None
        await progress(settings, 3)
        assert worker.stop() == 0

    assert seen <= {0, 1, 2, CLAIMS + 1}
    topics = Counter(each.topic for each in await outcomes(settings))
    assert topics[settings.topics.dead_letter] == 0
    assert sum(topics.values()) == CLAIMS + 2
