"""Messages that are scrubbed a slice at a time have the records that each has alone, in the same order."""

from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest
from faust.types import TP

from schemas.dead_letter import HEADER_REASON
from schemas.topics import TopicNames
from tests.unit.pipeline.test_scrub_batches import BROKEN, claim, pipeline_with
from tests.unit.x12.files import FILES
from worker.agents.batches import FetchedMessage
from worker.agents.verdicts import MessageScrubber
from worker.kafka.messages import JSON_CONTENT_TYPE, X12_CONTENT_TYPE, Headers, InboundMessage
from worker.pipeline.scrub import Pipeline
from worker.settings import Settings
from worker.stream.budget import ClaimBudget
from worker.stream.lanes import Lane
from worker.stream.pipeline_scrubber import PipelineScrubber
from worker.stream.records import OutgoingRecord, Provenance
from worker.stream.runtime import Runtime
from worker.stream.scrubber import LoadedScrubber
from worker.stream.suspects import SuspectRange

TP_OF_ALL = TP(TopicNames().inbound, 0)
X12: Headers = (("content-type", X12_CONTENT_TYPE),)
JSON: Headers = (("content-type", JSON_CONTENT_TYPE),)
PDF: Headers = (("content-type", b"application/pdf"),)


def fetched(offset: int, value: bytes | None, headers: Headers = JSON) -> FetchedMessage:
    """A message at an offset."""
    message = InboundMessage(TP_OF_ALL.topic, 0, offset, 1_774_000_000_000, b"key", value, headers)
    return FetchedMessage(TP_OF_ALL, 1, message)


PART = [
    fetched(offset, value, headers)
    for offset, (value, headers) in enumerate(
        [
            (claim("ONE")[0], JSON),
            (claim("TWO")[0], ()),
            (FILES["many"].encode(), X12),
            (claim("THREE")[0], JSON),
            (None, ()),
            (b"[]", JSON),
            (claim(BROKEN)[0], JSON),
            (claim("FOUR")[0], PDF),
            *((claim(f"MORE-{number}")[0], JSON) for number in range(20)),
        ]
    )
]


async def records(pipeline: Pipeline, parts: list[list[FetchedMessage]], lane: Lane) -> list[OutgoingRecord]:
    """The records of messages that come in parts."""
    budget = ClaimBudget(2, hang_s=None)
    budget.install()
    runtime = SimpleNamespace(
        settings=Settings.model_validate({"as_of": date(2026, 3, 20)}),
        loaded=LoadedScrubber(PipelineScrubber(pipeline)),
        provenance=Provenance(TopicNames(), "1", 1_000_000),
        budget=budget,
        log=SimpleNamespace(critical=lambda *_, **__: None),
    )
    scrubber = MessageScrubber(cast("Runtime", runtime))
    return [record for part in parts for record in (await scrubber.scrub(lane, part)).records]


@pytest.fixture
def lane() -> Lane:
    """The part of a lane that judging looks at."""
    return cast("Lane", SimpleNamespace(is_watched=True))


async def test_a_part_has_the_records_that_its_messages_have_alone(pipeline: Pipeline, lane: Lane) -> None:
    """Claims, an interchange, a tombstone, what is not a claim, and a claim on which an edit fails."""

    def fail() -> None:
        raise MemoryError

    broken = pipeline_with(pipeline, fail)

    together = await records(broken, [PART], lane)

    assert together == await records(broken, [[each] for each in PART], lane)
    assert len(together) == len(PART) - 1 + 4  # the tombstone has none, the interchange five


async def test_a_condemned_message_is_not_scrubbed_with_its_neighbors(pipeline: Pipeline) -> None:
    """It ended three workers; it is a dead letter, and the claims around it have their outcomes."""
    part = PART[8:16]
    culprit = SuspectRange(part[3].offset + 1, 3)
    condemning: Any = SimpleNamespace(  # Any: the part of a lane that judging looks at
        is_watched=False, metadata=culprit.metadata(), next_offset=part[0].offset
    )
    found = await records(pipeline, [part], condemning)

    reasons = [dict(each.headers).get(HEADER_REASON) for each in found]
    assert reasons == [None, None, None, b"crash-loop", None, None, None, None]
