"""X12 messages through the whole worker, on the embedded broker."""

import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from schemas.dead_letter import HEADER_FLAWS, HEADER_REASON
from tests.stream.forks import ForkedWorker
from tests.stream.support import REAL_WORKER, outcomes, outcomes_when, progress
from tests.unit.fhir.resources import bundle, claim, institutional_claim
from tests.unit.x12.files import FILES, recounted
from tests.unit.x12.pyx12_check import objections
from worker.kafka.messages import FHIR_CONTENT_TYPE, X12_CONTENT_TYPE
from worker.kafka.read import tail
from worker.kafka.send import send_claims
from worker.kafka.topics import create_topics
from worker.samples import synthetic
from worker.settings import Acknowledgements, Settings

pytestmark = [pytest.mark.broker]

BROKEN = recounted(FILES["many"].replace("LX*1~\n", "", 1))


async def test_an_interchange_comes_to_an_outcome_for_each_claim(settings: Settings, tmp_path: Path) -> None:
    """Sound claims of a message are outcomes, what is broken in it one dead letter of its bytes with the segments."""
    pinned = settings.model_copy(update={"as_of": date.fromisoformat(synthetic.RECEIVED_ON)})
    messages = [FILES["many"], FILES["two transactions"], FILES["institutional"], BROKEN, "no interchange"]
    await create_topics(pinned, partitions=4)
    await send_claims(pinned, [text.encode() for text in messages], content_type=X12_CONTENT_TYPE)

    with ForkedWorker(pinned, tmp_path, "worker", REAL_WORKER) as worker:
        await progress(pinned, len(messages))
        records = await outcomes_when(pinned, 5 + 3 + 1 + 4 + 2)
        assert worker.stop() == 0

    dead = [record for record in records if HEADER_REASON in dict(record.headers)]
    assert {record.value for record in dead} == {BROKEN.encode(), b"no interchange"}
    (broken,) = [dict(record.headers) for record in dead if record.value == BROKEN.encode()]
    assert broken[HEADER_REASON] == b"x12-claim"
    (sentence,) = json.loads(broken[HEADER_FLAWS])
    assert sentence.endswith("SV1 is in no service line: LX is missing before it.")
    claims = [json.loads(record.value or b"") for record in records if record not in dead]
    assert {claim["disposition"] for claim in claims} == {"scrubbed"}
    numbers = Counter(claim["claim"]["origin"]["patientControlNumber"] for claim in claims)
    assert numbers == {"SYN-1": 3, "SYN-2": 3, "SYN-3": 2, "SYN-4": 2, "SYN-5": 2, "SYN-I1": 1}


async def test_fhir_claims_come_to_an_outcome_each(settings: Settings, tmp_path: Path) -> None:
    """By content type or by their own word; what is broken in a Bundle is one dead letter with its entry."""
    pinned = settings.model_copy(update={"as_of": date.fromisoformat(synthetic.RECEIVED_ON)})
    mixed = json.dumps(bundle(claim("SYN-F1"), claim("SYN-F2", item={}), institutional_claim())).encode()
    await create_topics(pinned, partitions=4)
    await send_claims(pinned, [mixed], content_type=FHIR_CONTENT_TYPE)
    await send_claims(pinned, [json.dumps(bundle(claim("SYN-F3"))).encode()])

    with ForkedWorker(pinned, tmp_path, "worker", REAL_WORKER) as worker:
        await progress(pinned, 2)
        records = await outcomes_when(pinned, 3 + 1)
        assert worker.stop() == 0

    (dead,) = [record for record in records if HEADER_REASON in dict(record.headers)]
    headers = dict(dead.headers)
    assert (dead.value, headers[HEADER_REASON]) == (mixed, b"fhir-claim")
    assert json.loads(headers[HEADER_FLAWS]) == ["Entry 2: Claim.item: a list belongs here."]
    claims = [json.loads(record.value or b"") for record in records if record is not dead]
    assert {each["disposition"] for each in claims} == {"scrubbed"}
    assert {each["claim"]["fhirOrigin"]["place"] for each in claims} == {"entry 1", "entry 3"}


async def test_an_interchange_is_taken_once_though_the_worker_is_killed(exactly_once: Settings, tmp_path: Path) -> None:
    """All outcomes of a message and its offset are one transaction: none is lost, none comes twice."""
    pinned = exactly_once.model_copy(
        update={"as_of": date.fromisoformat(synthetic.RECEIVED_ON), "batch_max_claims": 4, "group_id": "x12-killed"}
    )
    sent = 24
    await create_topics(pinned, partitions=1)
    await send_claims(pinned, [FILES["many"].encode()] * sent, content_type=X12_CONTENT_TYPE)

    with ForkedWorker(pinned, tmp_path, "killed", REAL_WORKER) as worker:
        await progress(pinned, sent // 3)
        worker.kill()
    with ForkedWorker(pinned, tmp_path, "last", REAL_WORKER) as worker:
        await progress(pinned, sent)
        assert worker.stop() == 0

    assert len(await outcomes(pinned)) == sent * 5


async def test_clean_claims_go_on_as_837_and_senders_are_answered(settings: Settings, tmp_path: Path) -> None:
    """Where the operator wants it, in the transaction of the outcomes; JSON goes on as 837 as well."""
    pinned = settings.model_copy(
        update={
            "as_of": date.fromisoformat(synthetic.RECEIVED_ON),
            "submit_x12": True,
            "acknowledge": Acknowledgements.X12,
        }
    )
    names = pinned.topics
    await create_topics(pinned, partitions=2)
    await send_claims(pinned, [FILES["many"].encode(), BROKEN.encode()], content_type=X12_CONTENT_TYPE)
    await send_claims(pinned, [json.dumps(bundle(claim("SYN-F1"))).encode()])

    with ForkedWorker(pinned, tmp_path, "worker", REAL_WORKER) as worker:
        await progress(pinned, 3)
        records = await outcomes_when(pinned, 5 + 5 + 1)
        assert worker.stop() == 0

    submitted = [each async for each in tail(pinned, [names.submit], follow=False)]
    answers = [each async for each in tail(pinned, [names.acknowledgements], follow=False)]
    assert len(records) == 11
    assert sorted((each.value or b"").count(b"CLM*") for each in submitted) == [1, 4, 5]
    assert FILES["many"].encode() in [each.value for each in submitted]
    assert sorted(dict(each.headers)["ce_type"] for each in answers) == [
        *[b"claimscrub.acknowledgement.277ca.v1"] * 2,
        *[b"claimscrub.acknowledgement.999.v1"] * 2,
    ]
    assert all(objections((each.value or b"").decode()) == [] for each in (*submitted, *answers))
