"""The pipeline behind the seam of the stream: the same verdict in the stream's words."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Final

import orjson
import pytest

from schemas.dead_letter import DeadLetter, DeadLetterReason, DeadLetterStage
from tests.unit.x12.files import FILES, recounted
from worker.pipeline.forms import ClaimDocument
from worker.pipeline.scrub import STAGES, Pipeline
from worker.samples.claims import AS_OF, demo_claims
from worker.samples.synthetic import claim, line
from worker.stream.pipeline_scrubber import PipelineScrubber
from worker.stream.scrubber import Form

CLAIMS = tuple(demo_claims(200))
BUNDLE: Final = Path(__file__).parents[1] / "fhir" / "bundle.json"


@pytest.fixture(scope="module")
def scrubber(pipeline: Pipeline) -> PipelineScrubber:
    """The adapter over the shipped configuration."""
    return PipelineScrubber(pipeline)


def test_the_stream_gets_the_bytes_and_the_counts_of_the_outcome(
    scrubber: PipelineScrubber, pipeline: Pipeline
) -> None:
    """Value, id, findings, and profile are those of the outcome message."""
    for planted in CLAIMS:
        expected = pipeline.scrub(planted.value, AS_OF)
        scrubbed = scrubber.scrub(planted.value, received_on=AS_OF)
        if expected.outcome is None:
            continue
        outcome = orjson.loads(scrubbed.value or b"")

        assert scrubbed.value == expected.message
        assert (scrubbed.disposition, scrubbed.outcome_id) == (outcome["disposition"], outcome["outcomeId"])
        assert [edit for edit, _ in scrubbed.findings] == [finding["edit"] for finding in outcome["findings"]]
        assert scrubbed.versions == outcome["versions"]
        assert scrubbed.basis == outcome["basis"]["level"]
        assert [table for table, how in scrubbed.tables if how == "missing"] == outcome["basis"]["missing"]
        assert set(scrubbed.stage_seconds) == set(STAGES)


def test_many_messages_have_the_verdicts_that_each_has_alone(scrubber: PipelineScrubber) -> None:
    """Claims of all dispositions, bytes that are not a claim, and a tombstone; only the time taken differs."""
    messages = [*((planted.value, AS_OF) for planted in CLAIMS), (b"[]", AS_OF), (None, AS_OF)]

    alone = [scrubber.scrub(value, received_on=day) for value, day in messages]
    together = scrubber.scrub_many(messages)

    assert {verdict.disposition for verdict in alone} > {"scrubbed", "rejected", "dead-lettered", "skipped"}
    assert [replace(verdict, stage_seconds={}) for verdict in together] == [
        replace(verdict, stage_seconds={}) for verdict in alone
    ]


def test_bytes_that_are_no_claim_are_dead_lettered(scrubber: PipelineScrubber) -> None:
    """The versions name every profile, since none was chosen."""
    scrubbed = scrubber.scrub(b"[]", received_on=AS_OF)

    assert scrubbed.disposition == "dead-lettered"
    assert scrubbed.dead_letter is not None
    assert scrubbed.dead_letter.reason is DeadLetterReason.NOT_OBJECT
    assert (scrubbed.value, "medicare-part-b" in scrubbed.versions["profile"]) == (None, True)


def test_members_that_nobody_reads_are_counted(scrubber: PipelineScrubber) -> None:
    """The verdict has their number, the outcome their paths."""
    odd = claim([line("96413")]) | {"memo": "x", "payer": {"name": "y"}}

    scrubbed = scrubber.scrub(json.dumps(odd).encode(), received_on=AS_OF)

    assert scrubbed.not_read == 2
    assert json.loads(scrubbed.value or b"")["notRead"] == ["$.memo", "$.payer"]


@pytest.mark.parametrize("name", FILES)
def test_claims_of_an_interchange_are_read_whole(scrubber: PipelineScrubber, name: str) -> None:
    """Whatever the reader of 837s makes a member of is known."""
    verdicts = list(scrubber.scrub_each(FILES[name].encode(), Form.INTERCHANGE, received_on=AS_OF))

    assert [verdict.not_read for verdict in verdicts] == [0] * len(verdicts)


def test_claims_of_a_bundle_are_read_whole(scrubber: PipelineScrubber) -> None:
    """Whatever the reader of FHIR makes a member of is known."""
    verdicts = list(scrubber.scrub_each(BUNDLE.read_bytes(), Form.RESOURCE, received_on=AS_OF))

    assert len(verdicts) > 0
    assert [verdict.not_read for verdict in verdicts] == [0] * len(verdicts)


def test_a_claim_that_its_message_cannot_hold_is_told_with_both_places() -> None:
    """That in the interchange or Bundle, and that in the message."""
    flaws = ("$.billing: expected an object, found a list.", "$.receiver: expected an object, found text.")
    letter = DeadLetter(DeadLetterReason.SCHEMA, DeadLetterStage.SCHEMA, flaws)

    refused = ClaimDocument("Segment 22", {}).refused(letter)
    too_large = ClaimDocument("", {}).refused(DeadLetter(DeadLetterReason.TOO_LARGE, DeadLetterStage.SIZE))

    assert [each.sentence for each in refused] == [f"Segment 22: {flaw}" for flaw in flaws]
    assert [each.sentence for each in too_large] == ["too-large."]


def test_a_tombstone_is_skipped(scrubber: PipelineScrubber) -> None:
    """A missing value is neither a claim nor a flaw."""
    assert scrubber.scrub(None, received_on=AS_OF).disposition == "skipped"


def test_an_interchange_has_a_verdict_for_each_claim(scrubber: PipelineScrubber) -> None:
    """They are those that the claims would have as messages of their own."""
    verdicts = list(scrubber.scrub_each(FILES["many"].encode(), Form.INTERCHANGE, received_on=AS_OF))

    assert [verdict.disposition for verdict in verdicts] == ["scrubbed"] * 5
    assert len({verdict.outcome_id for verdict in verdicts}) == 5


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (recounted(FILES["many"].replace("LX*1~\n", "", 1)), DeadLetterReason.X12_CLAIM),
        (FILES["one"].replace("005010X222A1", "004010X098A1"), DeadLetterReason.X12_TRANSACTION),
        ("noise", DeadLetterReason.X12_ENVELOPE),
        ("", DeadLetterReason.EMPTY),
        (FILES["many"].split("ST*")[0] + "GE*0*7~IEA*1*000000101~", DeadLetterReason.EMPTY),
    ],
    ids=["claim", "transaction", "envelope", "nothing", "no claims"],
)
def test_what_is_no_claim_in_an_interchange_is_one_dead_letter(
    scrubber: PipelineScrubber, content: str, reason: DeadLetterReason
) -> None:
    """With the first reason, and a sentence for each flaw."""
    *_, last = scrubber.scrub_each(content.encode(), Form.INTERCHANGE, received_on=AS_OF)

    assert last.dead_letter is not None
    assert (last.dead_letter.reason, len(last.dead_letter.flaws)) == (reason, 1)
