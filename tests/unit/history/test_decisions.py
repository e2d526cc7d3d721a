"""What a payer decided frees a claim or settles it."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from schemas.decision import PayerDecision
from tests.inputs.earlier_claims import DAY, KEY, claim
from worker.history.decisions import (
    Decision,
    Known,
    decided,
    decision_id,
    decode_known,
    encode_decision,
    is_on_a_claim,
)
from worker.history.entry import DamagedEntryError, EarlierState, encode
from worker.history.view import standing

A1, NPI = KEY.mark("A1"), KEY.mark("1234567893")
RETURNED, DENIED, PAID = PayerDecision.RETURNED, PayerDecision.DENIED, PayerDecision.PAID


def decision(what: PayerDecision, days: int = 0, number: str = "A1", billing: bytes = NPI) -> Decision:
    """A decision so many days after the day of the claims."""
    return Decision(KEY.mark(number), billing, what, DAY + timedelta(days))


def states(known: Sequence[Known]) -> list[EarlierState]:
    """What became of each claim."""
    return [each.state for each in decided(known)]


@pytest.mark.parametrize(
    ("what", "state", "is_standing"),
    [
        (RETURNED, EarlierState.REFUSED, False),
        (DENIED, EarlierState.DENIED, True),
        (PAID, EarlierState.PAID, True),
    ],
)
def test_a_claim_that_was_returned_is_free_and_one_that_was_decided_is_not(
    what: PayerDecision, state: EarlierState, *, is_standing: bool
) -> None:
    """A denied claim is not sent again as a first one: that is a duplicate."""
    (made,) = decided([claim("A1"), decision(what)])

    assert made.state is state
    assert bool(standing([made])) is is_standing


@pytest.mark.parametrize(
    "other", [decision(RETURNED, number="A2"), decision(RETURNED, billing=KEY.mark("1000000004")), decision(PAID, -2)]
)
def test_a_decision_on_another_number_provider_or_time_changes_nothing(other: Decision) -> None:
    """Nothing is freed by chance."""
    assert decided([claim("A1"), other]) == (claim("A1"),)
    assert not is_on_a_claim([claim("A1")], other)


def test_a_decision_of_the_day_before_is_of_another_zone() -> None:
    """The worker's day may have begun already; a claim that was received by the day goes before."""
    late = decision(RETURNED, -1)

    assert states([claim("A1"), late]) == [EarlierState.REFUSED]
    both: list[Known] = [claim("A1", received_on=DAY - timedelta(3)), claim("A1"), late]
    assert states(both) == [EarlierState.REFUSED, EarlierState.OUT]


def test_a_decision_of_the_last_day_there_is_is_one() -> None:
    """No day that a sender may write ends a worker."""
    assert states([claim("A1"), Decision(A1, NPI, RETURNED, date.max)]) == [EarlierState.REFUSED]


def test_a_number_that_is_used_again_names_the_newer_claim() -> None:
    """Each decision is on one claim, in whichever order they come."""
    first, second = claim("A1"), claim("A1", received_on=DAY + timedelta(10))
    returned, paid = decision(RETURNED, 5), decision(PAID, 30)

    orders: list[list[Known]] = [
        [first, returned, second, paid],
        [first, second, returned, paid],
        [first, second, paid, returned],
    ]
    for known in orders:
        assert states(known) == [EarlierState.REFUSED, EarlierState.PAID]


def test_a_claim_that_is_sent_anew_on_the_day_of_its_return_is_not_the_one_that_was_returned() -> None:
    """The decision came before it."""
    again = claim("A1", received_on=DAY + timedelta(1))

    assert states([claim("A1"), decision(RETURNED, 1), again]) == [EarlierState.REFUSED, EarlierState.OUT]


def test_a_return_that_is_said_twice_does_not_free_the_claim_sent_anew() -> None:
    """By the clearinghouse and by the payer, on two days."""
    known: list[Known] = [
        claim("A1"),
        decision(RETURNED),
        decision(RETURNED, 1),
        claim("A1", received_on=DAY + timedelta(1)),
    ]

    assert states(known) == [EarlierState.REFUSED, EarlierState.OUT]


@pytest.mark.parametrize(
    ("decisions", "state"),
    [
        ([decision(PAID), decision(RETURNED, 1)], EarlierState.PAID),
        ([decision(DENIED), decision(PAID, 30)], EarlierState.PAID),
        ([decision(PAID), decision(DENIED, 30)], EarlierState.DENIED),
        ([decision(PAID, 30), decision(DENIED)], EarlierState.PAID),
        ([decision(RETURNED), decision(PAID, 30)], EarlierState.REFUSED),
    ],
)
def test_a_second_decision_takes_the_place_of_an_older_one_but_undoes_no_return(
    decisions: list[Decision], state: EarlierState
) -> None:
    """A denial is paid on appeal; a payment is not undone by a late rejection of another copy."""
    assert states([claim("A1"), *decisions]) == [state]


def test_a_decision_waits_for_its_claim_and_is_on_one_only() -> None:
    """It came before the claim: it is on the first that follows, if that was received by its day."""
    early = decision(RETURNED, 1)

    assert not is_on_a_claim([], early)
    assert states([early, claim("A1"), claim("A1")]) == [EarlierState.REFUSED, EarlierState.OUT]
    assert states([early, claim("A1", received_on=DAY + timedelta(2))]) == [EarlierState.OUT]


def test_a_pended_claim_of_which_the_payer_decides_went_out_after_all() -> None:
    """Somebody sent it; so it is billed."""
    (made,) = decided([claim("A1", state=EarlierState.HELD), decision(PAID)])

    assert standing([made]) == (made,)


@pytest.mark.parametrize("what", list(PayerDecision))
def test_a_decision_comes_back_from_its_bytes(what: PayerDecision) -> None:
    """And a claim is told from it."""
    made = decision(what)

    assert decode_known(encode_decision(made)) == made
    assert decode_known(encode(claim("A1"))) == claim("A1")


def test_the_same_decision_has_one_id_and_another_one_another() -> None:
    """So that what comes again is known."""
    every = [decision(what, days) for what in PayerDecision for days in (0, 1)]

    assert len({decision_id(encode_decision(each)) for each in every}) == len(every)
    assert decision_id(encode_decision(every[0])) == decision_id(encode_decision(decision(RETURNED)))


def test_damaged_bytes_of_a_decision_are_refused_or_are_another_decision() -> None:
    """No damage ends in another error, or in a claim."""
    entry = encode_decision(decision(PAID))

    for length in range(1, len(entry)):
        with pytest.raises(DamagedEntryError):
            decode_known(entry[:length])
    for place in range(1, len(entry)):
        for value in (0, 1, 0x7F, 0xFF):
            damaged = entry[:place] + bytes((value,)) + entry[place + 1 :]
            try:
                found = decode_known(damaged)
            except DamagedEntryError:
                continue
            assert isinstance(found, Decision)
            assert isinstance(found.on, date)
