"""The tables of which edits hold for the claims of facilities; `tests/edits/test_catalogue.py` asks each edit."""

from worker.edits.catalogue import load_edits
from worker.edits.facilities import WHY_NOT_ON_FACILITY_CLAIMS, WHY_ON_FACILITY_CLAIMS, why_facilities

EDITS = load_edits()


def test_the_tables_name_edits_of_the_catalogue_only() -> None:
    """A row of an edit that is gone would explain nothing."""
    named = {*WHY_ON_FACILITY_CLAIMS, *WHY_NOT_ON_FACILITY_CLAIMS}

    assert named - {edit.id for edit in EDITS} == set()


def test_an_edit_of_a_user_has_no_row() -> None:
    """What it is for is its own business."""
    assert why_facilities("USR-01") is None
