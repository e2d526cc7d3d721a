"""What the pipeline makes of each row of bad inputs that bytes alone can show."""

import time
from datetime import date
from pathlib import Path

import pytest

from schemas.outcome import Disposition
from tests.inputs.bad_inputs import ROWS, BadInput
from tests.inputs.malformed import with_value
from worker.bootstrap import build_pipeline
from worker.pipeline.scrub import Pipeline
from worker.pipeline.steps.check import MAX_FINDINGS
from worker.samples import synthetic

RECEIVED = date.fromisoformat(synthetic.RECEIVED_ON)
HOSTILE_EDITS = Path(__file__).parents[2] / "stream" / "hostile_edits"


def is_about_bytes(bad: BadInput) -> bool:
    """Whether what becomes of a message depends on its value alone."""
    is_ordinary = bad == BadInput(bad.value, bad.ends, bad.why, sent=bad.sent)
    return is_ordinary and bad.ends not in {"pended", "unseen"} and bad.why != "output-too-large"


INPUTS = [
    pytest.param(bad, id=f"{row}-{number}")
    for row, inputs in ROWS.items()
    for number, bad in enumerate(inputs, 1)
    if is_about_bytes(bad)
]


@pytest.mark.parametrize("bad", INPUTS)
def test_each_row_ends_as_it_says(bad: BadInput, pipeline: Pipeline) -> None:
    """A dead letter with its reason, a rejection by the named edit, a sound claim, or nothing for a tombstone."""
    done = pipeline.scrub(bad.value, RECEIVED)

    if bad.ends == "skipped":
        assert (done.outcome, done.dead_letter) == (None, None)
    elif bad.ends == "dead-lettered":
        assert done.outcome is None
        assert done.dead_letter is not None
        assert done.dead_letter.reason == bad.why
    else:
        assert done.outcome is not None
        assert done.outcome.disposition == bad.ends
        assert done.outcome.coverage.errors == ()
        assert bad.why in {"", *(finding.edit for finding in done.outcome.findings)}


def test_findings_without_end_are_cut_and_said_to_be(pipeline: Pipeline) -> None:
    """Two hundred are told, and that there are more."""
    claim = ROWS["findings without end, and an outcome that no topic takes"][0]

    done = pipeline.scrub(claim.value, RECEIVED)

    assert done.outcome is not None
    assert len(done.outcome.findings) == MAX_FINDINGS
    assert done.outcome.findings_truncated


def test_one_claim_has_one_id_and_two_have_two(pipeline: Pipeline) -> None:
    """The id says what was scrubbed: the same bytes again, or other bytes under the same number."""
    same = [pipeline.scrub(bad.value, RECEIVED).outcome for bad in ROWS["the same claim twice"]]
    other = [pipeline.scrub(bad.value, RECEIVED).outcome for bad in ROWS["another claim under the same number"]]

    assert len({outcome.outcome_id for outcome in same if outcome}) == 1
    assert len({outcome.outcome_id for outcome in other if outcome}) == 2


def test_nesting_without_end_costs_no_time(pipeline: Pipeline) -> None:
    """Less than 10 ms of processor time, in the best of some tries."""
    spent = []
    for bad in ROWS["nesting without end"] * 5:
        began = time.process_time()
        pipeline.scrub(bad.value, RECEIVED)
        spent.append(time.process_time() - began)

    assert max(min(spent[::2]), min(spent[1::2])) < 0.010


def test_an_edit_that_raises_pends_its_claim(monkeypatch: pytest.MonkeyPatch) -> None:
    """The outcome says which edit failed; an edit that does not come back is ended by the worker's clock."""
    monkeypatch.setenv("CLAIMSCRUB_ALLOW_WRITABLE_EDITS", "true")  # a checkout may be writable by a group
    hostile = build_pipeline(user_edits=HOSTILE_EDITS)

    done = hostile.scrub(with_value("claimInformation.patientControlNumber", "RAISE"), RECEIVED)

    assert done.outcome is not None
    assert done.outcome.disposition is Disposition.PENDED
    assert done.outcome.coverage.errors == ("USR-90",)
