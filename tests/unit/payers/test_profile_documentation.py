"""How strictly a payer asks for the record, as the coverage of the outcome tells it."""

import json
from datetime import date

from schemas.outcome import Coverage
from worker.pipeline.scrub import Pipeline
from worker.samples import synthetic

LINES = [synthetic.line("J2353", units=30, modifiers=["JZ"]), synthetic.line("96372")]


def coverage(pipeline: Pipeline, record: list[synthetic.Json] | None) -> Coverage:
    """The coverage of an octreotide claim under a profile that asks only for what was sent."""
    claim = synthetic.claim(LINES, diagnoses=["E220"], record=record)
    outcome = pipeline.scrub(json.dumps(claim).encode(), date.fromisoformat(synthetic.RECEIVED_ON)).outcome
    assert outcome is not None
    return outcome.coverage


def test_a_record_that_was_not_sent_counts_as_not_decided(pipeline: Pipeline) -> None:
    """There is no verdict on a record that nobody has seen."""
    told = coverage(pipeline, None)

    assert "DOC-02" not in told.failed
    assert [(entry.missing, entry.line) for entry in told.no_data if entry.edit == "DOC-02"] == [("documentation", 1)]
    assert "DOC-02" not in told.passed


def test_a_record_that_was_sent_empty_is_decided(pipeline: Pipeline) -> None:
    """An empty list says that the record holds nothing."""
    told = coverage(pipeline, [])

    assert "DOC-02" in told.failed
    assert [entry for entry in told.no_data if entry.edit == "DOC-02"] == []
