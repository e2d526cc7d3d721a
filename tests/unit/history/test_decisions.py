"""What a payer decided frees a claim or settles it."""

from datetime import date, timedelta

import pytest

from tests.inputs.earlier_claims import DAY, KEY, claim
from worker.history.decisions import Decision, PayerDecision, decided
from worker.history.entry import EarlierState
from worker.history.view import standing

A1 = KEY.mark("A1")


@pytest.mark.parametrize(
    ("decision", "state", "is_standing"),
    [
        (PayerDecision.RETURNED, EarlierState.REFUSED, False),
        (PayerDecision.DENIED, EarlierState.PAID, True),
        (PayerDecision.PAID, EarlierState.PAID, True),
    ],
)
def test_a_claim_that_was_returned_is_free_and_one_that_was_decided_is_not(
    decision: PayerDecision, state: EarlierState, *, is_standing: bool
) -> None:
    """A denied claim is not sent again as a first one: that is a duplicate."""
    (made,) = decided([claim("A1")], [Decision(A1, decision, DAY)])

    assert made.state is state
    assert bool(standing([made])) is is_standing


@pytest.mark.parametrize(
    "decision",
    [
        Decision(KEY.mark("A2"), PayerDecision.RETURNED, DAY),
        Decision(A1, PayerDecision.RETURNED, DAY - timedelta(1)),
    ],
)
def test_a_decision_on_another_number_or_before_the_claim_changes_nothing(decision: Decision) -> None:
    """Nothing is freed by chance."""
    assert decided([claim("A1")], [decision]) == (claim("A1"),)


def test_a_number_that_is_used_again_names_the_newer_claim() -> None:
    """Each decision is on one claim, in the order of their days."""
    first, second = claim("A1"), claim("A1", received_on=DAY + timedelta(10))
    returned = Decision(A1, PayerDecision.RETURNED, DAY + timedelta(5))
    paid = Decision(A1, PayerDecision.PAID, date(2026, 4, 1))

    made = decided([first, second], [paid, returned])

    assert [each.state for each in made] == [EarlierState.REFUSED, EarlierState.PAID]


def test_a_second_decision_on_a_decided_claim_changes_nothing() -> None:
    """A payment is not undone by a late rejection of another copy."""
    paid = Decision(A1, PayerDecision.PAID, DAY)
    returned = Decision(A1, PayerDecision.RETURNED, DAY + timedelta(1))

    (made,) = decided([claim("A1")], [paid, returned])

    assert made.state is EarlierState.PAID
