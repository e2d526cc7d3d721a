"""The check digit of NPIs, on NPIs that CMS has given out."""

from pathlib import Path

import pytest

from worker.edits.parties.idn_01_npi_fails_its_check_digit import _is_npi

FILE = Path(__file__).parents[3] / "inputs" / "deactivated_npis.txt"
NPIS = [line for line in FILE.read_text().splitlines() if not line.startswith("#")]


def test_every_number_that_was_given_out_fits() -> None:
    """Deactivated ones too: the form says nothing of whether a provider still bills."""
    assert len(NPIS) == 200
    assert [npi for npi in NPIS if not _is_npi(npi)] == []


@pytest.mark.parametrize("place", range(10))
def test_no_number_with_one_digit_changed_fits(place: int) -> None:
    """Whichever digit is mistyped, and for whatever."""
    changed = [npi[:place] + digit + npi[place + 1 :] for npi in NPIS for digit in "0123456789" if digit != npi[place]]

    assert [npi for npi in changed if _is_npi(npi)] == []


def test_two_digits_exchanged_are_noticed_but_for_a_nought_and_a_nine() -> None:
    """The one exchange of neighbors that the sum cannot tell."""
    exchanged = [
        (npi[place : place + 2], npi[:place] + npi[place + 1] + npi[place] + npi[place + 2 :])
        for npi in NPIS
        for place in range(9)
        if npi[place] != npi[place + 1]
    ]

    assert {pair for pair, npi in exchanged if _is_npi(npi)} == {"09", "90"}
