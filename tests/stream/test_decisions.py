"""Decisions of payers from their topic to the claims behind them, with the real pipeline on the embedded broker."""

import json
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from schemas.dead_letter import HEADER_ORIG_TOPIC, HEADER_REASON
from tests.inputs.malformed import sound, written
from tests.kafka.history_storms import read_all, with_memory
from tests.stream.forks import ForkedWorker
from tests.stream.support import REAL_WORKER, outcomes_when, prepare, until
from tests.stream.test_real_worker import as_of
from worker.history.key import read_key
from worker.history.person import identity_text
from worker.kafka.read import Record
from worker.kafka.send import send_claims
from worker.samples.synthetic import decision_on
from worker.settings import HistoryMode, Settings

pytestmark = [pytest.mark.broker, pytest.mark.system]

DAY = date(2026, 3, 20)
PARTITIONS = 2


def claim(number: str) -> dict[str, Any]:
    """The sound claim under a control number."""
    document = sound()
    document["claimInformation"]["patientControlNumber"] = number
    return document


def decisions(worker: ForkedWorker, met: str) -> float:
    """How many decisions met this."""
    return worker.metric(f'claimscrub_decisions_total{{met="{met}"}}')


@pytest.mark.parametrize("mode", [HistoryMode.ROUTED, HistoryMode.KEYED])
async def test_what_the_payer_returned_may_be_sent_anew_and_what_it_denied_may_not(
    mode: HistoryMode, settings: Settings, tmp_path: Path
) -> None:
    """Who sends them needs no key; one on no claim is counted and logged, one that cannot be read is a dead letter."""
    settings = with_memory(as_of(settings), tmp_path, mode)
    assert settings.history_key_file is not None
    whose = identity_text(sound()["tradingPartnerServiceId"], sound()["subscriber"]["memberId"])
    place = read_key(settings.history_key_file).partition(whose, PARTITIONS)
    await prepare(settings, [], partitions=PARTITIONS)

    async def send(*numbers: str) -> None:
        await send_claims(settings, [written(claim(each)) for each in numbers], partition=lambda _: place)

    async def decide(*values: bytes) -> None:
        await send_claims(settings, values, topic=settings.topics.decisions)

    with ForkedWorker(settings, tmp_path, "worker", REAL_WORKER) as worker:
        await send("A1")
        await outcomes_when(settings, 1)
        await decide(written(decision_on(claim("A1"), "returned", DAY)), b'{"decision": "paid"}')
        await until(lambda: decisions(worker, "claim") == 1, "the return is known")
        await send("A1")
        await outcomes_when(settings, 3)
        copies = [written(decision_on(claim("A1"), "returned", DAY))] * 2
        await decide(*copies, written(decision_on(claim("B1"), "paid", DAY)))
        await until(lambda: decisions(worker, "repeated") == 2 and decisions(worker, "none") == 1, "the rest is known")
        await decide(written(decision_on(claim("A1"), "denied", DAY)))
        await until(lambda: decisions(worker, "claim") == 2, "the denial is known")
        await send("A1", "A2")
        records = await outcomes_when(settings, 5)
        assert worker.stop() == 0

    ends: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        ends[record.topic.removeprefix(settings.topic_prefix)].append(record)
    found = [json.loads(each.value or b"")["findings"] for each in ends["claims.rejected.v1"]]
    assert [sorted({each["edit"] for each in every}) for every in found] == [["IDN-07"], ["DUP-01"]]
    assert len(ends["claims.scrubbed.v1"]) == 2
    (letter,) = ends["claims.dead-letter.v1"]
    headers = dict(letter.headers)
    assert (headers[HEADER_REASON], headers[HEADER_ORIG_TOPIC]) == (b"schema", settings.topics.decisions.encode())
    (said,) = worker.events("decision-on-no-claim")
    assert said["topic"] == settings.topics.decisions
    # Two claims went out, and there were three decisions; a copy is not written again.
    assert len([each for each in await read_all(settings, settings.topics.history) if each.value]) == 5
