"""The pipeline behind the seam of the stream: the same verdict in the stream's words."""

from datetime import date

import orjson
import pytest

from schemas.dead_letter import DeadLetterReason
from worker.bootstrap import PipelineScrubber, load_scrubber
from worker.cli.demo_claims import AS_OF, demo_claims
from worker.pipeline.scrub import STAGES, Pipeline
from worker.settings import Settings

CLAIMS = tuple(demo_claims(200))


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
        is_clean = outcome["disposition"] == "scrubbed" and not outcome["coverage"]["unverified"]
        assert scrubbed.is_unverified is (outcome["disposition"] == "scrubbed" and not is_clean)
        assert set(scrubbed.stage_seconds) == set(STAGES)


def test_bytes_that_are_no_claim_are_dead_lettered(scrubber: PipelineScrubber) -> None:
    """The versions name every profile, since none was chosen."""
    scrubbed = scrubber.scrub(b"[]", received_on=AS_OF)

    assert scrubbed.disposition == "dead-lettered"
    assert scrubbed.dead_letter is not None
    assert scrubbed.dead_letter.reason is DeadLetterReason.NOT_OBJECT
    assert (scrubbed.value, "medicare-part-b" in scrubbed.versions["profile"]) == (None, True)


def test_a_tombstone_is_skipped(scrubber: PipelineScrubber) -> None:
    """No value is no claim and no flaw."""
    assert scrubber.scrub(None, received_on=AS_OF).disposition == "skipped"


def test_a_loaded_scrubber_says_what_it_loaded() -> None:
    """The edits and editions label the metrics; the largest message is the settings'."""
    loaded = load_scrubber(Settings(max_message_bytes=1024, as_of=date(2026, 3, 31)))

    assert "WST-02" in loaded.edit_ids
    assert {"drugs", "icd10cm"} <= {edition.table for edition in loaded.editions}
    assert set(loaded.versions) == {"ruleset", "reference", "profile"}
    too_large = loaded.scrubber.scrub(b" " * 1025, received_on=AS_OF).dead_letter
    assert too_large is not None
    assert too_large.reason is DeadLetterReason.TOO_LARGE
