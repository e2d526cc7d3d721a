"""What a payer decided of earlier claims, and what that makes of them."""

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from worker.history.entry import EarlierClaim, EarlierState


class PayerDecision(StrEnum):
    """What became of a claim at the payer, as far as it matters for what is sent afterwards."""

    RETURNED = "returned"
    """Not processed (277CA rejection, or MA130 on the remittance): it is sent anew as a first claim."""
    DENIED = "denied"
    """Processed, and nothing paid: sending it again is a duplicate."""
    PAID = "paid"


class Decision(NamedTuple):
    """A decision on the claim with a patient control number, of which this is the mark."""

    control: bytes
    decision: PayerDecision
    on: date


_STATES: Final = {
    PayerDecision.RETURNED: EarlierState.REFUSED,
    PayerDecision.DENIED: EarlierState.PAID,
    PayerDecision.PAID: EarlierState.PAID,
}
_OPEN: Final = frozenset({EarlierState.OUT, EarlierState.HELD})


def decided(claims: Sequence[EarlierClaim], decisions: Iterable[Decision]) -> tuple[EarlierClaim, ...]:
    """Return the claims with what was decided of them; a decision on none of them changes nothing.

    A decision is on the last claim of its number that was received by its day and has none yet: a number that is used
    again after a return names the newer claim.
    """
    known = list(claims)
    for each in sorted(decisions, key=_by_day):
        for place in reversed(range(len(known))):
            claim = known[place]
            if claim.control == each.control and claim.received_on <= each.on and claim.state in _OPEN:
                known[place] = claim._replace(state=_STATES[each.decision])
                break
    return tuple(known)


def _by_day(decision: Decision) -> date:
    return decision.on
