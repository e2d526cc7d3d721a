"""Every edit's cases: one YAML file an edit, each case a claim and what the edit must say of it."""

import re

import pytest

from schemas.outcome import Prediction
from tests.edits.scrubbed_cases import CASES, ScrubbedCases
from worker.cases.verdicts import differences
from worker.edits.catalogue import load_edits
from worker.edits.edit import EditStatus, Scope


@pytest.mark.parametrize("place", [pytest.param(place, id=str(case)) for place, case in enumerate(CASES)])
def test_the_edit_says_of_the_case_what_the_file_says(place: int, scrubbed_cases: ScrubbedCases) -> None:
    """The edit passes, fails, is lifted, has no data, is off or looks at nothing, as the case says; facts likewise."""
    outcome = scrubbed_cases.outcome_at(place)

    assert list(differences(CASES[place], outcome)) == []


def test_every_edit_has_cases_that_pass_and_cases_that_fail() -> None:
    """An edit without a case on both sides is not tested; those that no claim can reach have none."""
    for edit in load_edits():
        if edit.scope is Scope.MESSAGE or edit.status is EditStatus.PLANNED:
            assert [case for case in CASES if case.edit == edit.id] == [], edit.id
            continue
        results = {case.expected_result for case in CASES if case.edit == edit.id}

        # An edit on a payer's list of codes accepts by not looking at the codes that are not on it.
        file = f"tests/edits/cases/{edit.family}/{edit.id.lower().replace('-', '_')}.yaml"
        assert "fail" in results, f"{file} has no case that expects `fail`"
        assert results & {"pass", "bypassed"}, f"{file} has no case that expects `pass` or `bypassed`"


def test_each_hint_is_one_of_those_that_the_edit_explains(scrubbed_cases: ScrubbedCases) -> None:
    """`explain` shows what findings say, with `…` for a claim's values: neither can drift from the other."""
    explained = {edit.id: [_pattern(each) for each in edit.to_do] for edit in load_edits()}
    seen = {(finding.edit, finding.hint) for finding in scrubbed_cases.findings()}

    assert len(seen) > len(explained)
    assert [
        each for each in sorted(seen) if not any(pattern.fullmatch(each[1]) for pattern in explained[each[0]])
    ] == []


def test_each_edit_declares_the_corrections_that_its_findings_carry(scrubbed_cases: ScrubbedCases) -> None:
    """`edits --fixable` rests on the declarations: none is missing, and a case shows each."""
    seen = {(finding.edit, finding.fix.safety) for finding in scrubbed_cases.findings() if finding.fix}

    assert seen == {(edit.id, safety) for edit in load_edits() for safety in edit.fixes}


def test_each_edit_declares_the_codes_that_its_findings_predict(scrubbed_cases: ScrubbedCases) -> None:
    """`explain CO-16` rests on the declarations: none is missing, and a case shows that `sometimes` is needed."""
    declared = {edit.id: set().union(*map(_codes, (edit.predicted, *edit.sometimes))) for edit in load_edits()}
    predicted = {(finding.edit, finding.predicted) for finding in scrubbed_cases.findings() if finding.predicted}

    assert [(edit, each) for edit, each in predicted if not _codes(each) <= declared[edit]] == []
    own = {edit.id: _codes(edit.predicted) for edit in load_edits()}
    assert {edit for edit, each in predicted if not _codes(each) <= own[edit]} == {
        edit.id for edit in load_edits() if edit.sometimes
    }


def _codes(predicted: Prediction) -> set[tuple[str, str]]:
    return {
        *(("carc", code) for code in predicted.carc),
        *(("rarc", code) for code in predicted.rarc),
        *(("277CA", f"{predicted.claim_status_category}:{code}") for code in predicted.claim_status),
    }


def _pattern(to_do: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, to_do.split("…"))), re.DOTALL)
