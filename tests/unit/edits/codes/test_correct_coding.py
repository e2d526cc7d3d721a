"""What the edits on NCCI pairs take for a visit."""

import pytest

from worker.edits.codes.correct_coding import is_visit


@pytest.mark.parametrize("code", ["99202", "99211", "99285", "99381", "99397", "99499", "92002", "92014", "G0463"])
def test_25_lifts_a_pair_on_visits_of_every_kind(code: str) -> None:
    """Of the office, of a hospital, of prevention, and of the eye."""
    assert is_visit(code)


@pytest.mark.parametrize("code", ["96372", "20610", "92015", "99199", "99500", "G0008", "J1745", ""])
def test_25_lifts_no_pair_on_a_procedure(code: str) -> None:
    """EM-03 reports it there."""
    assert not is_visit(code)
