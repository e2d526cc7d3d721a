"""What becomes of a message where something beside its outcomes cannot be made."""

import json
from contextlib import nullcontext
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest

from schemas.dead_letter import HEADER_FLAWS, HEADER_REASON
from schemas.topics import TopicNames
from tests.unit.x12.files import FILES, claims, interchange
from worker.agents.verdicts import MessageScrubber
from worker.kafka.messages import X12_CONTENT_TYPE, Headers, InboundMessage
from worker.pipeline.scrub import Pipeline
from worker.settings import Acknowledgements, Settings
from worker.stream.pipeline_scrubber import PipelineScrubber
from worker.stream.records import OutgoingRecord, Provenance
from worker.stream.replies import Replies
from worker.stream.runtime import Runtime
from worker.stream.scrubber import LoadedScrubber

HEADERS = (("content-type", X12_CONTENT_TYPE),)


class Log:
    """Keeps the events."""

    def __init__(self) -> None:
        self.events: list[str] = []

    def warning(self, event: str, **_: object) -> None:
        """Note an event."""
        self.events.append(event)

    info = warning


@pytest.fixture(scope="module")
def loaded(pipeline: Pipeline) -> LoadedScrubber:
    """The shipped edits and tables."""
    return LoadedScrubber(PipelineScrubber(pipeline))


async def judged(
    loaded: LoadedScrubber, log: Log, text: str = FILES["many"], headers: Headers = HEADERS, **settings: object
) -> tuple[list[str], list[OutgoingRecord]]:
    """The dispositions of the message, and the records."""
    limit = cast("int", settings.pop("limit", 1_000_000))
    runtime = SimpleNamespace(
        settings=Settings.model_validate({"as_of": date(2026, 3, 20)} | settings),
        loaded=loaded,
        provenance=Provenance(TopicNames(), "1.2.3", limit),
        budget=nullcontext(),
        log=log,
    )
    message = InboundMessage("claims.inbound.v1", 0, 7, 1_774_000_000_000, b"key", text.encode(), headers)
    lane: Any = SimpleNamespace(is_watched=True)  # Any: the part of a lane that judging looks at
    taken: Any = SimpleNamespace(message=message)  # Any: likewise
    pairs, records, *_ = await MessageScrubber(cast("Runtime", runtime)).scrub(lane, [taken])
    return [scrubbed.disposition for _, scrubbed in pairs], records


async def test_outcomes_and_replies_of_a_message_leave_together(loaded: LoadedScrubber) -> None:
    """An 837, a 999 and a 277CA beside five outcomes; nothing beside them unless it is wanted."""
    log = Log()

    _, plain = await judged(loaded, log)
    dispositions, records = await judged(loaded, log, submit_x12=True, acknowledge=Acknowledgements.X12)

    assert dispositions == ["scrubbed"] * 5
    assert records[:5] == plain
    assert [record.topic for record in records[5:]] == ["claims.submit.x12.v1", *["claims.acknowledgements.v1"] * 2]
    assert log.events == []


async def test_an_837_without_a_content_type_is_read_and_answered_as_one(loaded: LoadedScrubber) -> None:
    """It is known by its ISA, as files are: the same outcomes, and the same replies."""
    by_header = await judged(loaded, Log(), submit_x12=True, acknowledge=Acknowledgements.X12)
    by_itself = await judged(loaded, Log(), headers=(), submit_x12=True, acknowledge=Acknowledgements.X12)

    assert by_itself == by_header


async def test_a_claim_in_another_form_is_told_its_places_in_the_header(loaded: LoadedScrubber) -> None:
    """Names of members are not health data; a value of the claim is not in it."""
    text = json.dumps({"claimInformation": {"serviceLines": [{"serviceDate": ["19510405"]}]}})

    dispositions, (record,) = await judged(loaded, Log(), text, headers=())

    headers = dict(record.headers)
    assert (dispositions, headers[HEADER_REASON]) == (["dead-lettered"], b"schema")
    assert json.loads(headers[HEADER_FLAWS]) == [
        "$.claimInformation.serviceLines[0].serviceDate: expected text or a number, found a list."
    ]


async def test_a_reply_that_fits_into_no_record_makes_the_message_a_dead_letter(loaded: LoadedScrubber) -> None:
    """No outcome leaves without what belongs beside it."""
    many = interchange(claims(40))

    dispositions, (record,) = await judged(loaded, Log(), many, submit_x12=True, limit=len(many))

    assert dispositions == ["dead-lettered"]
    assert (record.topic, dict(record.headers)[HEADER_REASON]) == ("claims.dead-letter.v1", b"output-too-large")


async def test_a_reply_that_cannot_be_made_makes_the_message_a_dead_letter(
    loaded: LoadedScrubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is our fault, and is reported without a word of the claim."""

    def fail(_: Replies) -> list[OutgoingRecord]:
        raise RuntimeError("SYN-1")

    log = Log()
    monkeypatch.setattr(Replies, "records", fail)

    dispositions, (record,) = await judged(loaded, log, submit_x12=True)

    assert dispositions == ["dead-lettered"]
    assert (record.value, dict(record.headers)[HEADER_REASON]) == (FILES["many"].encode(), b"internal-error")
    assert log.events == ["replies-failed"]
