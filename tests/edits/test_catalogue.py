"""The catalogue is its own documentation: every edit says what a biller and a payer analyst need to know."""

import re

import pytest

from schemas.claim import ClaimKind
from worker.configuration.user_edits import RESERVED
from worker.edits.catalogue import load_edits
from worker.edits.edit import AnyEdit, EditStatus
from worker.edits.facilities import WHY_NOT_ON_FACILITY_CLAIMS, WHY_ON_FACILITY_CLAIMS, why_facilities

EDITS = load_edits()


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.id)
def test_an_edit_explains_itself(edit: AnyEdit) -> None:
    """A summary in one sentence, why payers deny it, an example that is flagged, one that is accepted."""
    paragraphs = [" ".join(paragraph.split()) for paragraph in edit.explanation.strip().split("\n\n")]

    assert paragraphs[0].endswith(".")
    for begins in ("Why", "Flagged", "Accepted"):  # "Flagged, with the option: ..." says when
        assert any(re.match(rf"{begins}(,[^:]+)?: \S", paragraph) for paragraph in paragraphs), begins


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.id)
def test_an_edit_says_where_it_comes_from_and_what_would_come_back(edit: AnyEdit) -> None:
    """A source, a status of the 277CA, and how to put it right."""
    assert edit.citation.source.strip()
    assert edit.predicted.claim_status_category
    assert edit.predicted.claim_status
    assert edit.to_do or edit.status is EditStatus.PLANNED


def test_no_edit_of_ours_has_an_id_of_the_users() -> None:
    """USR-01 to USR-999 are theirs."""
    assert [edit.id for edit in EDITS if RESERVED.fullmatch(edit.id)] == []
    assert [edit.id for edit in EDITS if not re.fullmatch(r"[A-Z]{2,3}-\d{2}", edit.id)] == []


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.id)
def test_an_edit_says_whether_it_holds_for_facilities(edit: AnyEdit) -> None:
    """A new edit is written into one of the tables of `worker/edits/facilities.py`, with a reason."""
    holds = ClaimKind.INSTITUTIONAL in edit.kinds

    assert (edit.id in WHY_ON_FACILITY_CLAIMS, edit.id in WHY_NOT_ON_FACILITY_CLAIMS) == (holds, not holds), (
        f"add {edit.id} to {'_HOLD' if holds else '_DO_NOT_HOLD'} in worker/edits/facilities.py, under a reason, "
        "and nowhere else in it"
    )
    assert (why_facilities(edit.id) or "").endswith(".")
