"""Every edit's cases: one YAML file an edit, each case a claim and what the edit must say of it."""

import pytest

from tests.edits.case_files import Case, load_cases
from worker.edits.catalogue import load_edits
from worker.pipeline.scrub import Pipeline

CASES = load_cases()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_edit_says_of_the_case_what_the_file_says(case: Case, pipeline: Pipeline) -> None:
    """The edit passes, fails, has no data, is off or looks at nothing, as the case says; facts as the case says."""
    outcome = case.scrub(pipeline)

    assert case.expected_result == case.result(outcome)
    assert case.expected_findings == case.findings(outcome)
    if case.expected_disposition:
        assert case.expected_disposition == outcome.disposition.value
    if case.alone:
        assert [(f.edit, f.message) for f in outcome.findings if f.edit != case.edit] == []


def test_every_edit_has_cases_that_pass_and_cases_that_fail() -> None:
    """An edit without a case on both sides is not tested."""
    for edit in load_edits():
        results = {case.expected_result for case in CASES if case.edit == edit.id}

        assert {"pass", "fail"} <= results, edit.id
