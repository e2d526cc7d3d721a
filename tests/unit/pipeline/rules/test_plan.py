"""Which edits are run on what, and that leaving the others out changes no verdict."""

import json
from datetime import date
from functools import partial

import pytest

from worker.pipeline.scrub import Pipeline
from worker.samples import synthetic

RECEIVED = date.fromisoformat(synthetic.RECEIVED_ON)
drug = partial(synthetic.line, "J1745", units=40, charge="4000.00")


def coverage_of(pipeline: Pipeline, *lines: dict[str, object]) -> set[str]:
    """The edits that looked at a claim with these lines."""
    claim = json.dumps(synthetic.claim(list(lines), diagnoses=["M0579"])).encode()
    outcome = pipeline.scrub(claim, RECEIVED).outcome
    assert outcome is not None
    coverage = outcome.coverage
    return {*coverage.passed, *coverage.failed, *(entry.edit for entry in coverage.no_data)}


@pytest.mark.parametrize(
    ("edit", "without", "having"),
    [
        ("MOD-01", drug(), drug(modifiers=["JZ"])),
        ("WST-07", drug(), drug(modifiers=["JZ"])),
        ("WST-06", drug(modifiers=["JZ"]), drug(modifiers=["JW"])),
        ("NDC-06", drug(modifiers=["JZ"]), drug(modifiers=["JZ"], ndc="57894003001", ndc_units="4")),
        ("HCP-03", drug(modifiers=["JZ"]), synthetic.line("J3490", units=1, charge="100.00")),
    ],
)
def test_an_edit_looks_where_there_is_something_for_it(
    pipeline: Pipeline, edit: str, without: dict[str, object], having: dict[str, object]
) -> None:
    """A modifier, JW or JZ, JW alone, a package, a code."""
    assert edit not in coverage_of(pipeline, without)
    assert edit in coverage_of(pipeline, having)


def test_what_lacks_its_list_is_said_once_for_the_profile(pipeline: Pipeline) -> None:
    """Not configured is neither passed nor a matter of this claim."""
    claim = json.dumps(synthetic.claim([drug(modifiers=["JZ"]), drug(modifiers=["JZ"])])).encode()
    outcome = pipeline.scrub(claim, RECEIVED).outcome
    assert outcome is not None

    not_configured = [entry.edit for entry in outcome.coverage.not_configured]

    assert "IDN-02" in not_configured
    assert len(not_configured) == len(set(not_configured))
    assert not set(not_configured) & coverage_of(pipeline, drug(modifiers=["JZ"]))
    assert "IDN-02" not in outcome.coverage.unverified
