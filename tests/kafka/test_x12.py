"""X12 in, outcomes and X12 out, on Apache Kafka."""

import io
import json
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from schemas.dead_letter import HEADER_REASON
from tests.stream.support import REAL_WORKER, WorkerProcess, outcomes, outcomes_when, progress
from tests.unit.x12.files import FILES, recounted
from tests.unit.x12.pyx12_check import objections
from worker.kafka.messages import X12_CONTENT_TYPE
from worker.kafka.read import Record, tail
from worker.kafka.send import send_claims
from worker.kafka.topics import create_topics
from worker.samples import synthetic
from worker.settings import Acknowledgements, DeliveryGuarantee, Settings
from worker.x12.read.events import ClaimRead
from worker.x12.read.interchanges import read_837

pytestmark = [pytest.mark.kafka]

SENT = 60
"""Interchanges of five claims, more than two workers take in one batch."""


async def test_interchanges_come_to_outcomes_837s_and_answers_once_though_a_worker_is_killed(
    settings_for: Callable[[DeliveryGuarantee], Settings], tmp_path: Path
) -> None:
    """An outcome a claim, an 837 and two answers a message, all in one transaction: none is lost, none comes twice."""
    settings = settings_for(DeliveryGuarantee.EXACTLY_ONCE).model_copy(
        update={
            "as_of": date.fromisoformat(synthetic.RECEIVED_ON),
            "batch_max_claims": 4,
            "submit_x12": True,
            "acknowledge": Acknowledgements.X12,
        }
    )
    sent = [FILES["many"].replace("000000101", f"{place:09}") for place in range(SENT)]
    broken = recounted(FILES["many"].replace("LX*1~\n", "", 1))
    await create_topics(settings, partitions=4)
    await send_claims(settings, [text.encode() for text in (*sent, broken)], content_type=X12_CONTENT_TYPE)

    with (
        WorkerProcess(settings, tmp_path, "killed", REAL_WORKER) as killed,
        WorkerProcess(settings, tmp_path, "other", REAL_WORKER) as other,
    ):
        await progress(settings, SENT // 6)
        killed.kill()
        await progress(settings, SENT + 1)
        await outcomes_when(settings, SENT * 5 + 4 + 1)
        assert other.stop() == 0

    records = await outcomes(settings)
    dead = [each for each in records if HEADER_REASON in dict(each.headers)]
    claims = [json.loads(each.value or b"") for each in records if each not in dead]
    places = Counter(
        (each["claim"]["origin"]["interchangeControlNumber"], each["claim"]["origin"]["patientControlNumber"])
        for each in claims
    )
    assert [each.value for each in dead] == [broken.encode()]
    assert (len(places), set(places.values())) == (SENT * 5 + 4, {1})
    submitted = [each async for each in tail(settings, [settings.topics.submit], follow=False)]
    assert sorted(map(_text, submitted)) == sorted([*sent, _text(_of_broken(submitted))])
    assert _numbers(_of_broken(submitted)) == ["SYN-2", "SYN-3", "SYN-4", "SYN-5"]
    answers = [each async for each in tail(settings, [settings.topics.acknowledgements], follow=False)]
    assert Counter(dict(each.headers)["ce_type"] for each in answers) == {
        b"claimscrub.acknowledgement.999.v1": SENT + 1,
        b"claimscrub.acknowledgement.277ca.v1": SENT + 1,
    }
    assert all(objections(_text(each)) == [] for each in answers[:4])


def _text(record: Record) -> str:
    return (record.value or b"").decode()


def _of_broken(submitted: list[Record]) -> Record:
    (found,) = [each for each in submitted if "*000000101*" in _text(each)]
    return found


def _numbers(record: Record) -> list[str]:
    reads = read_837(io.BytesIO(record.value or b""))
    claims = [each.document["claimInformation"] for each in reads if isinstance(each, ClaimRead)]
    return [str(claim["patientControlNumber"]) for claim in claims]
