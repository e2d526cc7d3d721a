"""The worked examples of Medicare's discarded drug policy come out as their sources say."""

import json

import pytest

from schemas.outcome import Disposition, Outcome, Severity
from tests.edits.worked_examples.build import DIRECTORY, EXAMPLES, RECEIVED_ON, Example, written
from worker.pipeline.scrub import Pipeline

WRONG = [example for example in EXAMPLES if example.rejected_by]
HELD = [example for example in EXAMPLES if example.pended_by]
DOUBTFUL = [example for example in EXAMPLES if example.warned_by]
SOUND = [example for example in EXAMPLES if example not in (*WRONG, *HELD, *DOUBTFUL)]


def scrub(example: Example, pipeline: Pipeline) -> Outcome:
    """The outcome of the claim as it stands in the example's file."""
    lines = (DIRECTORY / example.file).read_bytes().splitlines()
    own = next(
        line for line in lines if json.loads(line)["claimInformation"]["patientControlNumber"] == f"EX-{example.number}"
    )
    outcome = pipeline.scrub(own, RECEIVED_ON[example.file]).outcome
    assert outcome is not None
    return outcome


def name(example: Example) -> str:
    """How the test report calls the example."""
    return f"{example.number} {example.says}"


@pytest.mark.parametrize("example", SOUND, ids=name)
def test_a_sound_example_is_scrubbed_without_any_finding(example: Example, pipeline: Pipeline) -> None:
    """Not even a warning: an edit that speaks up here gives a false alarm."""
    outcome = scrub(example, pipeline)

    assert [(finding.edit, finding.message) for finding in outcome.findings] == []
    assert outcome.disposition is Disposition.SCRUBBED


@pytest.mark.parametrize("example", WRONG, ids=name)
def test_a_wrong_example_is_rejected_by_the_edit_that_knows_its_flaw(example: Example, pipeline: Pipeline) -> None:
    """The edit of the example is among those that reject it."""
    outcome = scrub(example, pipeline)

    rejecting = {finding.edit for finding in outcome.findings if finding.severity is Severity.REJECT}
    assert example.rejected_by in rejecting
    assert outcome.disposition is Disposition.REJECTED


@pytest.mark.parametrize("example", HELD, ids=name)
def test_an_incomplete_example_is_held_by_the_edit_that_misses_something(example: Example, pipeline: Pipeline) -> None:
    """Nothing else holds it."""
    outcome = scrub(example, pipeline)

    assert [example.pended_by] == [finding.edit for finding in outcome.findings]
    assert outcome.disposition is Disposition.PENDED


@pytest.mark.parametrize("example", DOUBTFUL, ids=name)
def test_a_doubtful_example_passes_with_the_warning_of_its_edit(example: Example, pipeline: Pipeline) -> None:
    """No other edit finds anything."""
    outcome = scrub(example, pipeline)

    assert [example.warned_by] == [finding.edit for finding in outcome.findings]
    assert outcome.disposition is Disposition.SCRUBBED


def test_the_unmodified_line_is_the_one_that_is_flagged(pipeline: Pipeline) -> None:
    """Example 29: the JZ line beside it is sound."""
    example = next(example for example in EXAMPLES if example.number == "29")

    outcome = scrub(example, pipeline)

    assert [(finding.edit, finding.at.line) for finding in outcome.findings] == [("WST-01", 1)]


def test_the_files_hold_the_examples() -> None:
    """Run `python -m tests.edits.worked_examples.build` after a change of the examples."""
    for file, text in written():
        assert (DIRECTORY / file).read_text("utf-8") == text
