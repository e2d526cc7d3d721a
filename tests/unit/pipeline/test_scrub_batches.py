"""What one claim of a batch may do to the others: nothing."""

import gc
import json
import sys
from collections.abc import Callable
from datetime import date

import pytest

from schemas.outcome import Citation, Severity
from worker.edits.edit import AnyEdit, Context, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts
from worker.pipeline.scrub import Pipeline
from worker.pipeline.steps.check import InterruptedScrubError
from worker.samples import synthetic

RECEIVED = date.fromisoformat(synthetic.RECEIVED_ON)
BROKEN = "BROKEN"


def pipeline_with(pipeline: Pipeline, fails: Callable[[], None]) -> Pipeline:
    """The pipeline with one more edit, which fails on the claims of one number."""

    def fails_on_one(claim: ClaimFacts, _: Context) -> None:
        """Fails on the claims of one number."""
        if claim.claim.claim_information.patient_control_number == BROKEN:
            fails()

    declare = claim_edit(
        "USR-91",
        severity=Severity.WARN,
        predicted=predicts(category="A7", status=("21",)),
        citation=Citation(source="x"),
    )
    edit: AnyEdit = declare(fails_on_one)
    return Pipeline(
        edits=[*pipeline.edits, edit],
        profiles=pipeline.profiles,
        guides=pipeline.guides,
        snapshot=pipeline.snapshot,
        ruleset="test",
        clock=lambda: 0.0,
        max_bytes=10**6,
    )


def claim(number: str) -> tuple[bytes, date]:
    """A claim of a number, and when it was received."""
    document = synthetic.claim([synthetic.line("J1745", units=40, modifiers=["JZ"], charge="4000.00")])
    document["claimInformation"]["patientControlNumber"] = number
    return json.dumps(document).encode(), RECEIVED


def _break() -> None:
    raise ValueError


def _interrupt() -> None:
    raise InterruptedScrubError


def _exhaust() -> None:
    raise MemoryError


def test_an_edit_that_fails_on_one_claim_pends_that_claim_only(pipeline: Pipeline) -> None:
    """The others pass as they do alone."""
    broken = pipeline_with(pipeline, _break)

    done = broken.scrub_many([claim("ONE"), claim(BROKEN), claim("TWO")])

    assert [list(each.errors) for each in done] == [[], ["USR-91"], []]
    assert [each.message for each in done] == [broken.scrub(*claim(name)).message for name in ("ONE", BROKEN, "TWO")]


@pytest.mark.parametrize(("takes_too_much", "error"), [(_interrupt, InterruptedScrubError), (_exhaust, MemoryError)])
def test_what_takes_too_much_ends_the_batch_and_pends_its_claim_alone(
    pipeline: Pipeline, takes_too_much: Callable[[], None], error: type[Exception]
) -> None:
    """In a batch nobody knows whose time and memory were used up; alone it is the edit that ran."""
    hostile = pipeline_with(pipeline, takes_too_much)

    with pytest.raises(error):
        hostile.scrub_many([claim("ONE"), claim(BROKEN)])

    assert list(hostile.scrub(*claim(BROKEN)).errors) == ["USR-91"]
    assert list(hostile.scrub(*claim("ONE")).errors) == []


def test_no_messages_are_no_verdicts(pipeline: Pipeline) -> None:
    """As of a file without claims."""
    assert pipeline.scrub_many([]) == []


def test_nothing_keeps_a_claim_that_is_scrubbed(pipeline: Pipeline) -> None:
    """Who judged claims refers to none of them afterwards, nor do they to each other in a circle."""
    lines = [synthetic.line("J1745", units=40, modifiers=["JZ"]), synthetic.line("96413")]
    _, read = pipeline.read_many([(json.dumps(synthetic.claim(lines)).encode(), RECEIVED)] * 3)
    claims = [each.decoded.claim for each in read]
    before = [sys.getrefcount(claim) for claim in claims]

    gc.disable()
    try:
        pipeline.judge_many([(each, None) for each in read])
        after = [sys.getrefcount(claim) for claim in claims]
    finally:
        gc.enable()

    assert before == after
