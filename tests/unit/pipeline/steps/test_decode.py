"""What becomes of inputs that no sound sender would send."""

from datetime import date

import pytest

from schemas.dead_letter import DeadLetterReason
from schemas.outcome import Disposition, Severity
from tests.inputs.malformed import Malformed, malformed
from worker.pipeline.scrub import Pipeline
from worker.samples import synthetic

INPUTS = malformed()
RECEIVED = date.fromisoformat(synthetic.RECEIVED_ON)


def test_there_are_two_hundred_inputs_of_thirty_kinds() -> None:
    """The corpus is as wide as it says."""
    assert len(INPUTS) >= 200
    assert len({entry.kind for entry in INPUTS}) >= 30


@pytest.mark.parametrize("entry", INPUTS, ids=str)
def test_each_input_becomes_what_the_corpus_says(entry: Malformed, pipeline: Pipeline) -> None:
    """A dead letter with its reason, a rejection by the named edit, or a sound claim; never an exception."""
    scrubbed = pipeline.scrub(entry.value, RECEIVED)

    if entry.value is None:
        assert scrubbed.outcome is None
        assert scrubbed.dead_letter is None
    elif isinstance(entry.expected, DeadLetterReason):
        assert scrubbed.outcome is None
        assert scrubbed.dead_letter is not None
        assert scrubbed.dead_letter.reason is entry.expected
    else:
        assert scrubbed.outcome is not None
        assert scrubbed.outcome.coverage.errors == ()
        rejecting = {each.edit for each in scrubbed.outcome.findings if each.severity is Severity.REJECT}
        if entry.expected is None:
            assert scrubbed.outcome.findings == ()
            assert scrubbed.outcome.disposition is Disposition.SCRUBBED
        else:
            assert entry.expected in rejecting
