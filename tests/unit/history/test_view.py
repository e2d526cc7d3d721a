"""What an edit sees of earlier claims: whose, from when, and which of them are still billed."""

from datetime import date, timedelta

import pytest

from tests.inputs.earlier_claims import BEGIN, DAY, claim, controls, line, marks
from worker.history.entry import EarlierClaim, EarlierState, encode
from worker.history.view import history_of, originals, standing


@pytest.mark.parametrize(
    ("claims", "stay"),
    [
        ([claim("A1"), claim("A2")], ["A1", "A2"]),
        ([claim("A1"), claim("A1", frequency="7")], ["A1"]),
        ([claim("A1"), claim("A1", frequency="8")], []),
        ([claim("A1"), claim("A2", frequency="8")], []),
        ([claim("A1"), claim("A2", line("J0897"), frequency="8")], ["A1"]),
        ([claim("A1"), claim("A2", line(on=DAY + timedelta(1)), frequency="7")], ["A1", "A2"]),
        ([claim("A1"), claim("A1", frequency="8", billing="2")], ["A1"]),
        ([claim("A1"), claim("A1", frequency="7", state=EarlierState.HELD)], ["A1"]),
        ([claim("A1"), claim("A1", frequency="7", state=EarlierState.REFUSED)], ["A1"]),
        ([claim("A1", state=EarlierState.HELD)], []),
        ([claim("A1", state=EarlierState.REFUSED)], []),
        ([claim("A1", state=EarlierState.PAID)], ["A1"]),
        ([claim("A1"), claim("A1", frequency="7"), claim("A1", frequency="8")], []),
        ([claim("A1"), claim("A1", frequency="8"), claim("A1")], ["A1"]),
        ([claim("A1", frequency="8"), claim("A1")], ["A1"]),
    ],
)
def test_what_was_replaced_voided_or_returned_stands_no_more(claims: list[EarlierClaim], stay: list[str]) -> None:
    """A replacement is in the place of its original, and nothing is in that of one that was voided."""
    assert controls(standing(claims)) == marks(*stay)


def test_a_replacement_that_moves_the_day_takes_the_last_one_of_its_number_out() -> None:
    """It shares no service with any of them."""
    first, second = claim("A1", line("J0897")), claim("A1", line("J1745"))

    assert originals([first, second], claim("A1", line(on=DAY + timedelta(1)), frequency="7")) == (second,)


def test_a_replacement_of_many_claims_of_an_account_takes_out_the_one_of_its_services() -> None:
    """Of those of one number, the last that bills what it bills."""
    first, second = claim("A1", line("J1745")), claim("A1", line("J0897"))

    assert originals([first, second], claim("A1", line("J1745"), frequency="7")) == (first,)


def test_what_is_older_than_the_days_kept_is_not_looked_at() -> None:
    """Whether it was deleted already or not, so that a verdict does not depend on when that happens."""
    days = {"A1": DAY - timedelta(401), "A2": DAY - timedelta(400)}
    entries = [encode(claim(number, received_on=day)) for number, day in days.items()]

    history = history_of(entries, since=date(2020, 1, 1), until=DAY)

    assert controls(history.claims) == marks("A2")
    assert history.since == DAY - timedelta(400)
    assert history.digest == history_of(entries[1:], since=date(2020, 1, 1), until=DAY).digest
    assert not history.is_cut


def test_the_newest_of_too_many_are_looked_at_and_the_window_says_so() -> None:
    """The days that were cut in part do not count as known."""
    days = [DAY - timedelta(5), DAY - timedelta(4), DAY - timedelta(4), DAY - timedelta(3)]
    entries = [encode(claim(f"A{place}", received_on=day)) for place, day in enumerate(days)]

    cut = history_of(entries, since=BEGIN, until=DAY, most=2)
    whole = history_of(entries, since=BEGIN, until=DAY, most=4)

    assert controls(cut.claims) == marks("A2", "A3")
    assert (cut.is_cut, cut.since) == (True, DAY - timedelta(3))
    assert (whole.is_cut, whole.since) == (False, BEGIN)


def test_the_digest_is_that_of_the_claims_and_what_became_of_them() -> None:
    """Another state, or another claim, is another view."""
    digests = {
        history_of([encode(each)], since=BEGIN, until=DAY).digest
        for each in (claim("A1"), claim("A2"), claim("A1", state=EarlierState.PAID))
    }

    assert len(digests) == 3
    assert history_of([], since=BEGIN, until=DAY).digest not in digests
