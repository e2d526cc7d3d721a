"""Pended claims and the documents that come for them, where claims are judged."""

import json
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest
from faust.types import TP

from schemas.dead_letter import HEADER_FLAWS, HEADER_FORGET, HEADER_REASON
from schemas.topics import TopicNames
from tests.stream.stores import store_in_memory
from tests.unit.agents.test_routing import PARTITIONS, loaded, origin
from tests.unit.agents.test_routing import Worker as RoutedWorker
from tests.unit.pipeline.test_late_documents import document, undocumented
from worker.agents.batches import FetchedMessage, judged
from worker.agents.pended_expiry import PendedExpiry
from worker.agents.routing import DocumentRouter
from worker.agents.verdicts import ScrubbedBatch
from worker.history.pended import PendedClaim, decode
from worker.history.store import PendedStore
from worker.kafka.messages import InboundMessage
from worker.pipeline.late_documents import ONE_OF_A_LINE
from worker.samples.drugs import OMALIZUMAB
from worker.samples.synthetic import Json
from worker.settings import HistoryMode
from worker.stream.budget import OverBudgetError
from worker.stream.history.lane_history import JudgedClaims, LaneHistory
from worker.stream.history.position import HistoryPosition
from worker.stream.lanes import Lane
from worker.stream.records import OutgoingRecord
from worker.stream.routing import Placement
from worker.stream.scrubber import LoadedScrubber

__all__ = ["loaded"]

DAY = date(2026, 3, 20)
TOPICS = TopicNames()
LATE_MS = 1_777_000_000_000
"""Weeks after the claims, which are of the day of `as_of`."""


class Worker(RoutedWorker):
    """A worker that keeps pended claims, and brings what is durable into its stores at once."""

    def __init__(self, loaded: LoadedScrubber, **settings: object) -> None:
        super().__init__(loaded, HistoryMode.ROUTED, late_documentation=True, **settings)
        placement = Placement(TOPICS.by_patient, PARTITIONS)
        self.documents = DocumentRouter(self.runtime, placement)
        self.document_offset, self.claim_offset = 0, 10
        self.sent: list[OutgoingRecord] = []
        runtime = cast("Any", self.runtime)
        runtime.lanes = SimpleNamespace(open_lanes=lambda: tuple(self.lanes.values()))
        runtime.committer = SimpleNamespace(add=self._commit, room=_nothing)

    def lane(self, partition: int) -> Lane:
        """With what waits beside the memory."""
        lane = super().lane(partition)
        if lane.pended is None:
            store = store_in_memory(PendedStore)
            position = HistoryPosition(0, "key", PARTITIONS, date.max, 0)
            lane.pended = LaneHistory(store, TOPICS.pending, partition, position, days=400)
        return lane

    async def claim(self, made: Json) -> ScrubbedBatch:
        """What becomes of a claim."""
        (record,) = (await self.routed(json.dumps(made).encode())).records
        self.claim_offset += 1
        return self.durable(await self.judged(replace(record, headers=origin(record, offset=self.claim_offset))))

    async def document(self, made: Json) -> ScrubbedBatch:
        """What becomes of a document."""
        self.document_offset += 1
        message = InboundMessage(
            TOPICS.documentation, 0, self.document_offset, LATE_MS, b"doc", json.dumps(made).encode(), ()
        )
        tp = TP(TOPICS.documentation, 0)
        routed = await self.documents.scrub(Lane(tp, 1), [FetchedMessage(tp, 1, message)])
        if routed.pairs[0][1].route is None:
            return routed
        return self.durable(await self.judged(routed.records[0]))

    async def forget(self, partition: int, person: bytes) -> None:
        """Have a person forgotten."""
        lane = self.lane(partition)
        self.offset += 1
        message = InboundMessage(lane.tp.topic, partition, self.offset, LATE_MS, person, b"", ((HEADER_FORGET, b"1"),))
        self.durable(await self.judge.scrub(lane, [judged(FetchedMessage(lane.tp, 1, message), is_routed=True)]))

    @staticmethod
    def durable(batch: ScrubbedBatch) -> ScrubbedBatch:
        """Bring a batch into the stores, as once it is durable."""
        for each in batch.remembered:
            land(each)
        return batch

    async def _commit(self, lane: Lane, records: list[Any], _: object) -> None:
        self.sent += records
        lane.done_offset = lane.next_offset

    def expiry(self, today: date) -> PendedExpiry:
        """What ends waiting, on a day."""

        async def landed(batch: JudgedClaims) -> None:
            land(batch)

        return PendedExpiry(self.runtime, cast("Any", SimpleNamespace(landed=landed)), self.judge, lambda: today)

    def waiting(self) -> list[object]:
        """All that is kept in any partition."""
        stores = [cast("PendedStore", lane.pended.store) for lane in self.lanes.values() if lane.pended]
        return [
            decode(entry)
            for store in stores
            for (entry,) in store._reads.execute("select entry from claims")  # noqa: SLF001 -- what is in the file
        ]


def land(batch: JudgedClaims) -> None:
    """Bring a batch into its store."""
    batch.memory.store.apply(batch.records)
    batch.memory.drop(batch)


async def _nothing() -> None:
    """There is room."""


def outcome(batch: ScrubbedBatch) -> dict[str, Any]:
    """The outcome in a batch of one message."""
    (record,) = batch.records
    assert "dead-letter" not in record.topic, dict(record.headers)
    found: dict[str, Any] = json.loads(record.value)
    return found


def reason(batch: ScrubbedBatch) -> str:
    """Why a message is a dead letter."""
    (record,) = batch.records
    return dict(record.headers)[HEADER_REASON].decode()


def late_claim(number: str = "SYN-7", **changes: Any) -> Json:
    """A claim that is pended."""
    made = undocumented(**changes)
    made["claimInformation"]["patientControlNumber"] = number
    return made


async def test_a_document_lets_its_claim_go_as_of_its_first_day(loaded: LoadedScrubber) -> None:
    """Where the claim came from, under its key; the new outcome names the first one, and nothing waits any more."""
    worker = Worker(loaded)
    first = await worker.claim(late_claim())

    after = await worker.document(document())

    (was,), (now,) = first.records, after.records
    assert (was.topic, now.topic) == (TOPICS.pended, TOPICS.scrubbed)
    assert (was.partition, was.key) == (now.partition, now.key)
    assert outcome(after)["supersedes"] == outcome(first)["outcomeId"]
    assert outcome(after)["receivedOn"] == "2026-03-20"
    assert outcome(after)["claim"]["documentation"] == OMALIZUMAB.record()
    assert not [each for each in worker.waiting() if isinstance(each, PendedClaim)]


async def test_a_second_copy_of_a_document_changes_nothing(loaded: LoadedScrubber) -> None:
    """While the claim waits, and after it has gone."""
    worker = Worker(loaded)
    await worker.claim(late_claim())
    half = document(documentation=OMALIZUMAB.record()[2:3])

    first, copy = await worker.document(half), await worker.document(half)
    rest, after = await worker.document(document()), await worker.document(document())

    assert [len(each.records) for each in (first, copy, rest, after)] == [1, 0, 1, 0]
    assert [each.pairs[0][1].disposition for each in (first, copy, rest, after)] == [
        "pended",
        "skipped",
        "scrubbed",
        "skipped",
    ]
    assert outcome(rest)["supersedes"] == outcome(first)["outcomeId"]
    assert outcome(rest)["lateDocuments"]["joined"] == 2


async def test_a_document_that_comes_first_waits_and_makes_one_outcome(loaded: LoadedScrubber) -> None:
    """Without a word while it waits; the claim is then not pended at all."""
    worker = Worker(loaded)

    early = await worker.document(document())
    claim = await worker.claim(late_claim())

    assert (early.records, early.pairs[0][1].disposition) == ([], "skipped")
    assert outcome(claim)["disposition"] == "scrubbed"
    assert "supersedes" not in outcome(claim)
    assert outcome(claim)["lateDocuments"]["joined"] == 1
    assert not [each for each in worker.waiting() if isinstance(each, PendedClaim)]


async def test_a_document_of_another_claim_waits_for_that(loaded: LoadedScrubber) -> None:
    """Of another number, or of another provider: nothing is joined by likeness."""
    worker = Worker(loaded)
    await worker.claim(late_claim())

    for other in (document(patientControlNumber="SYN-8"), document(billing={"npi": "1093817465"})):
        assert (await worker.document(other)).records == []
    assert len(worker.waiting()) == 3


async def test_a_document_of_two_claims_is_a_dead_letter_that_says_how_to_name_one(loaded: LoadedScrubber) -> None:
    """By the outcome, which is one of them alone."""
    worker = Worker(loaded)
    one = await worker.claim(late_claim())
    other = late_claim()
    other["claimInformation"]["serviceLines"][0]["serviceDate"] = "20260303"
    await worker.claim(other)

    unclear = await worker.document(document())
    clear = await worker.document(document(outcomeId=outcome(one)["outcomeId"]))

    assert reason(unclear) == "document-ambiguous"
    assert "2 pended claims" in dict(unclear.records[0].headers)[HEADER_FLAWS].decode()
    assert unclear.records[0].value == json.dumps(document()).encode()
    assert outcome(clear)["supersedes"] == outcome(one)["outcomeId"]


async def test_a_document_finds_its_claim_by_the_number_of_an_attachment(loaded: LoadedScrubber) -> None:
    """As a 275 does, by PWK06 of a line."""
    worker, made = Worker(loaded), late_claim()
    made["claimInformation"]["serviceLines"][0]["serviceLineSupplementalInformation"] = [
        {
            "attachmentReportTypeCode": "04",
            "attachmentTransmissionCode": "EL",
            "attachmentControlNumber": "ATT-77",
        }
    ]
    first = await worker.claim(made)

    after = await worker.document(document(patientControlNumber=None, billing=None, attachmentControlNumber="ATT-77"))

    assert outcome(after)["supersedes"] == outcome(first)["outcomeId"]


async def test_a_conflict_is_said_and_the_claim_keeps_its_word(loaded: LoadedScrubber) -> None:
    """The element is left out, the others are joined."""
    worker = Worker(loaded)
    await worker.claim(late_claim())
    said = next(each for each in OMALIZUMAB.record()[:2] if each["element"] in ONE_OF_A_LINE)
    other = said | {"value": "999"}

    after = outcome(await worker.document(document(documentation=[other, *OMALIZUMAB.record()[2:]])))

    line = {"providerControlNumber": said["providerControlNumber"]} if "providerControlNumber" in said else {}
    assert after["lateDocuments"]["conflicting"] == [{"element": said["element"], **line}]
    assert after["claim"]["documentation"] == OMALIZUMAB.record()


async def test_a_document_that_makes_the_claim_too_large_is_a_dead_letter_and_the_claim_waits_on(
    loaded: LoadedScrubber,
) -> None:
    """As it was; a smaller document lets it go."""
    worker = Worker(loaded)
    worker.judge.late._most_bytes = len(json.dumps(late_claim())) + 2000  # noqa: SLF001 -- a limit of a test
    await worker.claim(late_claim())
    large = document(documentation=[{"element": "clinical-findings", "value": "x" * 3000}])

    refused = await worker.document(large)

    assert reason(refused) == "too-large"
    assert outcome(await worker.document(document()))["disposition"] == "scrubbed"


@pytest.mark.parametrize(
    "made", [{}, document(documentation=[]), document(subscriber={"memberId": "-"}, patientControlNumber=None)]
)
async def test_what_is_no_document_is_a_dead_letter_of_the_router(loaded: LoadedScrubber, made: Json) -> None:
    """Unchanged, in its own partition."""
    batch = await Worker(loaded).document(made)

    assert reason(batch) == "schema"
    assert batch.records[0].value == json.dumps(made).encode()


async def test_who_is_forgotten_leaves_no_claim_and_no_document(loaded: LoadedScrubber) -> None:
    """Nothing is in the stores, and a document finds nothing."""
    worker = Worker(loaded)
    await worker.claim(late_claim())
    await worker.document(document(patientControlNumber="SYN-9"))
    assert len(worker.waiting()) == 2
    identity = "MEDICARE-B\0" + "1EG4TE5MK73"
    (partition,) = worker.lanes

    await worker.forget(partition, person_of(worker, identity))

    assert worker.waiting() == []
    assert (await worker.document(document())).records == []


def person_of(worker: Worker, _: str) -> bytes:
    """The only person that anything is kept of."""
    (lane,) = worker.lanes.values()
    assert lane.pended is not None
    store = cast("PendedStore", lane.pended.store)
    ((person,),) = store._reads.execute("select distinct person from claims").fetchall()  # noqa: SLF001 -- the file
    return bytes(person)


async def test_a_claim_that_is_judged_again_waits_no_longer_if_it_is_not_pended_any_more(
    loaded: LoadedScrubber,
) -> None:
    """As after a crash, under other rules: known by its place."""
    worker = Worker(loaded)
    (record,) = (await worker.routed(json.dumps(late_claim()).encode())).records
    worker.durable(await worker.judged(record))
    assert len(worker.waiting()) == 1
    whole = OutgoingRecord(
        record.topic,
        record.partition,
        record.key,
        json.dumps(late_claim(record=OMALIZUMAB.record())).encode(),
        record.headers,
    )

    worker.durable(await worker.judged(whole))

    assert worker.waiting() == []


async def test_a_batch_that_is_dropped_is_known_to_nobody(loaded: LoadedScrubber) -> None:
    """The document is judged again, with the same outcome."""
    worker = Worker(loaded)
    await worker.claim(late_claim())
    message = InboundMessage(TOPICS.documentation, 0, 1, LATE_MS, b"doc", json.dumps(document()).encode(), ())
    tp = TP(TOPICS.documentation, 0)
    (routed,) = (await worker.documents.scrub(Lane(tp, 1), [FetchedMessage(tp, 1, message)])).records

    first = await worker.judged(routed)
    for batch in first.remembered:
        batch.memory.drop(batch)
    again = worker.durable(await worker.judged(routed))

    assert first.records == again.records
    assert outcome(again)["disposition"] == "scrubbed"


async def test_a_document_over_which_time_runs_out_where_it_is_joined_is_a_dead_letter(loaded: LoadedScrubber) -> None:
    """It was read there without a limit of time; whoever waits behind it goes on."""
    worker = Worker(loaded)
    await worker.claim(undocumented())
    tp, message = TP(TOPICS.documentation, 0), json.dumps(document()).encode()
    fetched = FetchedMessage(tp, 1, InboundMessage(TOPICS.documentation, 0, 1, LATE_MS, b"doc", message, ()))
    (routed,) = (await worker.documents.scrub(Lane(tp, 1), [fetched])).records

    class TooLong(nullcontext[None]):
        def __enter__(self) -> None:
            raise OverBudgetError

    cast("Any", worker.runtime).budget = TooLong()
    (letter,) = (await worker.judged(routed)).records

    assert dict(letter.headers)[HEADER_REASON] == b"over-budget"
    assert worker.recorder.value("documents_total", "refused") == 1
