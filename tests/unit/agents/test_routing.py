"""What a message becomes when it is routed, and what its claims become where they are judged: the same as at once."""

import json
from collections import Counter
from contextlib import nullcontext
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest
from faust.types import TP

from schemas.dead_letter import HEADER_FIRST, HEADER_FORGET, HEADER_REASON, HEADER_REPLAYS
from schemas.decision import PayerDecision
from schemas.topics import TopicNames
from tests.inputs.malformed import sound
from tests.stream.stores import store_in_memory
from tests.unit.agents.test_verdicts import HEADERS, Log
from tests.unit.x12.files import FILES
from worker.agents.batches import FetchedMessage, judged
from worker.agents.remembering import RememberingScrubber
from worker.agents.routing import DecisionRouter, MessageRouter
from worker.agents.verdicts import MessageScrubber, ScrubbedBatch
from worker.history.key import HistoryKey, partition_of
from worker.history.store import SqliteHistory
from worker.kafka.messages import Headers, InboundMessage
from worker.observe.recorder import Recorder
from worker.pipeline.scrub import Pipeline
from worker.samples.synthetic import decision_on
from worker.settings import HistoryMode, Settings
from worker.stream.budget import ClaimBudget
from worker.stream.history.lane_history import LaneHistory
from worker.stream.history.position import HistoryPosition
from worker.stream.lanes import Lane
from worker.stream.pipeline_scrubber import PipelineScrubber
from worker.stream.records import OutgoingRecord, Provenance
from worker.stream.routing import Placement
from worker.stream.runtime import Runtime
from worker.stream.scrubber import LoadedScrubber

KEY = HistoryKey(bytes(32), bytes(32))
PARTITIONS = 24
DAY = date(2026, 3, 20)
BY_PATIENT = TopicNames().by_patient


class Budget(nullcontext[None]):
    """A budget that is never spent."""

    def together(self) -> nullcontext[None]:
        """As alone."""
        return nullcontext()


class Worker:
    """A router, and what judges each partition of patients."""

    def __init__(self, loaded: LoadedScrubber, mode: HistoryMode = HistoryMode.ROUTED, **settings: object) -> None:
        self.recorder = Recorder()
        beside = {"history": mode, "late_documentation": settings.pop("late_documentation", False)}
        chosen = Settings.model_validate({"as_of": DAY} | settings).model_copy(update=beside)
        runtime = SimpleNamespace(
            settings=chosen,
            loaded=loaded,
            provenance=Provenance(TopicNames(), "1.2.3", 1_000_000),
            budget=cast("ClaimBudget", Budget()),
            log=Log(),
            recorder=self.recorder,
            shadow=None,
        )
        self.runtime = cast("Runtime", runtime)
        histories: Any = SimpleNamespace(is_placed=lambda person, place: partition_of(person, PARTITIONS) == place)
        self.router = MessageRouter(self.runtime, Placement(BY_PATIENT, PARTITIONS))
        self.decisions = DecisionRouter(self.runtime, Placement(BY_PATIENT, PARTITIONS))
        self.judge = RememberingScrubber(self.runtime, histories)
        self.plain = MessageScrubber(self.runtime)
        self.lanes: dict[int, Lane] = {}
        self.offset = 0

    async def routed(self, value: bytes | None, headers: Headers = (), offset: int = 7) -> ScrubbedBatch:
        """What the router makes of a message."""
        return await self.router.scrub(Lane(TP("claims.inbound.v1", 0), 1), [inbound(value, headers, offset)])

    async def decided(self, value: bytes | None, headers: Headers = ()) -> ScrubbedBatch:
        """What the router makes of a payer's decision."""
        topic = TopicNames().decisions
        message = InboundMessage(topic, 0, 7, 1_774_000_000_000, b"key", value, headers)
        return await self.decisions.scrub(Lane(TP(topic, 0), 1), [FetchedMessage(TP(topic, 0), 1, message)])

    async def scrubbed(self, value: bytes | None, headers: Headers = ()) -> ScrubbedBatch:
        """What becomes of a message that is not routed."""
        return await self.plain.scrub(Lane(TP("claims.inbound.v1", 0), 1), [inbound(value, headers)])

    async def judged(self, record: OutgoingRecord, *, is_alone: bool = False) -> ScrubbedBatch:
        """What becomes of a record of the router."""
        self.offset += 1
        arrived = InboundMessage(
            record.topic, record.partition, self.offset, 1_774_000_009_999, record.key, record.value, record.headers
        )
        lane = self.lane(record.partition)
        fetched = judged(FetchedMessage(lane.tp, 1, arrived), is_routed=True)
        async with self.judge.turns.alone() if is_alone else nullcontext():
            return await self.judge.scrub(lane, [fetched], is_alone=is_alone)

    def lane(self, partition: int) -> Lane:
        """The lane of a partition of patients."""
        if partition not in self.lanes:
            store = store_in_memory(SqliteHistory)
            history = LaneHistory(store, "t", partition, HistoryPosition(0, "key", PARTITIONS, date.max, 0), days=400)
            self.lanes[partition] = Lane(TP(BY_PATIENT, partition), 1, history=history)
        return self.lanes[partition]


def inbound(value: bytes | None, headers: Headers = (), offset: int = 7) -> FetchedMessage:
    """A message of the inbound topic."""
    message = InboundMessage("claims.inbound.v1", 0, offset, 1_774_000_000_000, b"key", value, headers)
    return FetchedMessage(TP("claims.inbound.v1", 0), 1, message)


@pytest.fixture(scope="module")
def loaded(pipeline: Pipeline) -> LoadedScrubber:
    """The shipped edits and tables, with a memory."""
    scrubber = PipelineScrubber(pipeline.remembering(KEY))
    return LoadedScrubber(scrubber, scrubber)


def claim(**changes: object) -> bytes:
    """A sound claim of one patient."""
    return json.dumps(sound() | changes).encode()


async def test_claims_of_an_interchange_are_judged_one_by_one_as_they_would_have_been_together(
    loaded: LoadedScrubber,
) -> None:
    """Five records, keyed by patient; each outcome under the key and in the partition of the message.

    They bill one service of one patient, so that with the memory the later ones are duplicates.
    """
    worker = Worker(loaded)
    whole = await worker.scrubbed(FILES["many"].encode(), HEADERS)

    routed = await worker.routed(FILES["many"].encode(), HEADERS)
    outcomes = [(await worker.judged(each)).records[0] for each in routed.records]

    assert {record.topic for record in routed.records} == {BY_PATIENT}
    assert len(outcomes) == len(whole.records) == 5
    assert [each.topic for each in outcomes] == ["claims.scrubbed.v1", *["claims.rejected.v1"] * 4]
    for one, other in zip(outcomes, whole.records, strict=True):
        assert (one.partition, one.key) == (other.partition, other.key)
        assert json.loads(one.value)["claim"] == json.loads(other.value)["claim"]
        assert {each["edit"] for each in json.loads(one.value)["findings"]} <= {"DUP-01"}


async def test_the_router_answers_the_structure_and_the_judge_each_claim(loaded: LoadedScrubber) -> None:
    """A 999 for the interchange; a 277CA for each claim and an 837 for a clean one, each with an id of its own."""
    worker = Worker(loaded, submit_x12=True, acknowledge="x12")

    routed = await worker.routed(FILES["many"].encode(), HEADERS)
    claims = [each for each in routed.records if each.topic == BY_PATIENT]
    answers = [each for each in routed.records if each.topic != BY_PATIENT]
    judged_records = [record for each in claims for record in (await worker.judged(each)).records]

    assert [dict(each.headers)["ce_type"] for each in answers] == [b"claimscrub.acknowledgement.999.v1"]
    kinds = [dict(each.headers)["ce_type"].decode() for each in judged_records]
    assert Counter(kinds) == {
        "claimscrub.acknowledgement.277ca.v1": 5,
        "claimscrub.claim.scrubbed.v1": 1,
        "claimscrub.claim.rejected.v1": 4,  # duplicates of the first
        "claimscrub.submission.837.v1": 1,
    }
    ids = [dict(each.headers)["ce_id"] for each in judged_records]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(
    ("value", "headers"),
    [(b"", ()), (b"{", ()), (b"[]", ()), (b"{}", (("content-type", b"text/plain"),)), (b"ISA*", HEADERS), (None, ())],
    ids=["empty", "half", "list", "text", "envelope", "tombstone"],
)
async def test_what_cannot_be_routed_is_the_dead_letter_that_it_would_have_been(
    loaded: LoadedScrubber, value: bytes | None, headers: Headers
) -> None:
    """Made by the same code, byte for byte."""
    worker = Worker(loaded)

    assert (await worker.routed(value, headers)).records == (await worker.scrubbed(value, headers)).records


@pytest.mark.parametrize(
    "value",
    [
        claim(claimInformation=None),
        claim(claimInformation={"claimFrequencyCode": ["1"]}),
        claim(control_number="1"),
        claim(schemaVersion="9.0"),
        claim()[:-1] + b',"subscriber":{"memberId":"M2"}}',
    ],
    ids=["no claim", "odd member", "spelling", "version", "doubled"],
)
async def test_what_passes_for_a_claim_is_the_dead_letter_that_it_would_have_been(
    loaded: LoadedScrubber, value: bytes
) -> None:
    """The router reads no more than whose it is; whoever judges it makes the same dead letter, byte for byte."""
    worker = Worker(loaded)

    (record,) = (await worker.routed(value)).records
    found = await worker.judged(record)

    assert record.topic == BY_PATIENT
    assert found.records == (await worker.scrubbed(value)).records
    assert [len(batch.records) for batch in found.remembered] == [0]


@pytest.mark.parametrize("is_alone", [True, False])
async def test_a_claim_that_is_sent_again_sees_the_first(loaded: LoadedScrubber, *, is_alone: bool) -> None:
    """It is remembered with the outcome, and seen by the next."""
    worker = Worker(loaded)
    (record,) = (await worker.routed(claim())).records

    first = await worker.judged(record, is_alone=is_alone)
    again = await worker.judged(
        OutgoingRecord(record.topic, record.partition, record.key, record.value, origin(record, offset=8)),
        is_alone=is_alone,
    )

    counts = [json.loads(each.records[0].value)["coverage"]["history"].get("claims", 0) for each in (first, again)]
    assert counts == [0, 1]
    assert [len(batch.records) for batch in first.remembered] == [1]


def origin(record: OutgoingRecord, *, offset: int) -> Headers:
    """The headers of a routed claim that came in another message."""
    return tuple((name, each.replace(b"/0/7/", b"/0/%d/" % offset)) for name, each in record.headers)


async def test_who_is_forgotten_is_seen_by_no_later_claim(loaded: LoadedScrubber) -> None:
    """By what is sent to the partition with the person as its key; it has no outcome."""
    worker = Worker(loaded)
    (record,) = (await worker.routed(claim())).records
    await worker.judged(record)

    forget = OutgoingRecord(record.topic, record.partition, record.key, b"", ((HEADER_FORGET, b"1"),))
    gone = await worker.judged(forget)
    after = await worker.judged(
        OutgoingRecord(record.topic, record.partition, record.key, record.value, origin(record, offset=8))
    )

    assert (gone.records, [verdict.disposition for _, verdict in gone.pairs]) == ([], ["skipped"])
    assert worker.recorder.value("history_forgotten_total") == 1
    assert json.loads(after.records[0].value)["coverage"]["history"].get("claims", 0) == 0


async def test_a_keyed_worker_judges_no_claim_of_another_partition_and_no_message_of_several(
    loaded: LoadedScrubber,
) -> None:
    """Each is a dead letter with the reason; in its own partition a claim is judged."""
    worker = Worker(loaded, HistoryMode.KEYED)
    (record,) = (await worker.routed(claim())).records

    async def reason(value: bytes, partition: int, headers: Headers = ()) -> str:
        lane = worker.lane(partition)
        message = InboundMessage(BY_PATIENT, partition, 7, 1_774_000_000_000, b"k", value, headers)
        found = await worker.judge.scrub(lane, [FetchedMessage(lane.tp, 1, message)])
        return dict(found.records[0].headers).get(HEADER_REASON, b"").decode()

    assert await reason(claim(), record.partition) == ""
    assert await reason(claim(), (record.partition + 1) % PARTITIONS) == "not-of-this-partition"
    assert await reason(FILES["many"].encode(), 0, HEADERS) == "not-of-this-partition"


def decision(what: str) -> bytes:
    """What the payer decided of the sound claim."""
    return json.dumps(decision_on(sound(), what, DAY)).encode()


@pytest.mark.parametrize(
    ("what", "topic"),
    [(PayerDecision.RETURNED, "claims.scrubbed.v1"), (PayerDecision.DENIED, "claims.rejected.v1")],
)
async def test_a_decision_goes_behind_its_claim_and_changes_what_becomes_of_the_next_one(
    what: str, topic: str, loaded: LoadedScrubber
) -> None:
    """In the partition and under the key of the claim; it leaves no outcome of its own."""
    worker = Worker(loaded)
    (first,) = (await worker.routed(claim())).records
    (sent,) = (await worker.decided(decision(what))).records

    await worker.judged(first)
    met = await worker.judged(sent)
    (next_one,) = (await worker.judged((await worker.routed(claim(), offset=9)).records[0])).records

    assert (sent.topic, sent.partition, sent.key) == (first.topic, first.partition, first.key)
    assert sent.value == decision(what)
    assert ([verdict.decision for _, verdict in met.pairs], met.records) == (["claim"], [])
    assert next_one.topic == topic


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"", "empty"),
        (b"{", "not-json"),
        (claim(), "schema"),
        (decision("lost"), "schema"),
        (b"1" * 2**21, "too-large"),
    ],
)
async def test_what_is_no_decision_is_a_dead_letter_of_its_own_message(
    value: bytes, reason: str, loaded: LoadedScrubber
) -> None:
    """It is not routed; a tombstone is passed over."""
    worker = Worker(loaded)

    (letter,) = (await worker.decided(value)).records

    headers = dict(letter.headers)
    assert (letter.topic, headers[HEADER_REASON]) == ("claims.dead-letter.v1", reason.encode())
    assert headers["claimscrub-dlq-orig-topic"] == b"claims.decisions.v1"
    assert (await worker.decided(None)).records == []


def replayed(first: str) -> Headers:
    """The headers of a message that is replayed, and was first in a place."""
    return ((HEADER_REPLAYS, b"1"), (HEADER_FIRST, first.encode()))


def edits_of(batch: ScrubbedBatch) -> set[str]:
    """The edits that found something in the one outcome of a batch."""
    (record,) = batch.records
    return {each["edit"] for each in json.loads(record.value)["findings"]}


async def test_a_replay_is_judged_in_the_place_of_its_first_sighting_and_takes_it(loaded: LoadedScrubber) -> None:
    """It does not count as an earlier claim, has the id that it had, and is remembered once."""
    worker = Worker(loaded)

    async def send(value: bytes, offset: int, headers: Headers = ()) -> ScrubbedBatch:
        return await worker.judged((await worker.routed(value, headers, offset)).records[0])

    first = await send(claim(), 7)
    replay = await send(claim(), 20, replayed("claims.inbound.v1/0/7"))
    again = await send(claim(), 21, replayed("claims.inbound.v1/0/7"))
    copy = await send(claim(), 22)

    assert [edits_of(each) for each in (first, replay, again, copy)] == [set(), set(), set(), {"IDN-07"}]
    assert len({each.pairs[0][1].outcome_id for each in (first, replay, again)}) == 1
    (lane,) = worker.lanes.values()
    assert lane.history is not None
    records = [record for each in (first, replay, again) for batch in each.remembered for record in batch.records]
    assert len({(each.claim, each.place) for each in records}) == 1


async def test_a_header_that_names_another_claim_is_not_believed(loaded: LoadedScrubber) -> None:
    """The person and the control number must be those of the claim that is known there; it is counted."""
    worker, other = Worker(loaded), json.loads(claim())
    other["claimInformation"]["patientControlNumber"] = "OTHER"
    for line in other["claimInformation"]["serviceLines"]:
        line["serviceDate"] = "20260113"
    for value, offset in ((claim(), 7), (json.dumps(other).encode(), 8)):
        await worker.judged((await worker.routed(value, (), offset)).records[0])

    (forged,) = (await worker.routed(claim(), replayed("claims.inbound.v1/0/8"), 20)).records
    found = edits_of(await worker.judged(forged))

    assert found == {"IDN-07"}
    assert worker.recorder.value("history_replays_unverified_total") == 1


async def test_a_rejected_claim_that_is_replayed_is_not_known_and_then_it_is(loaded: LoadedScrubber) -> None:
    """Nothing was remembered of it; the replay is remembered under its first place, where a second one finds it."""
    worker = Worker(loaded)
    wrong = claim().replace(b"1234567893", b"1234567890")
    await worker.judged((await worker.routed(wrong, (), 7)).records[0])

    for offset in (20, 21):
        headers = replayed("claims.inbound.v1/0/7")
        assert edits_of(await worker.judged((await worker.routed(claim(), headers, offset)).records[0])) == set()
