"""What a payer decided of earlier claims, and what that makes of them."""

import struct
from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from typing import Final, NamedTuple, TypeAlias

from schemas.decision import PayerDecision
from worker.history.entry import DamagedEntryError, EarlierClaim, EarlierState, decode

_FORM: Final = 2
"""The first byte of an entry that is a decision; that of a claim is `entry.VERSION`."""
_ENTRY: Final = struct.Struct("<BB8s8sI")
_CODES: Final = tuple(PayerDecision)
_DAYS_OF_ANOTHER_ZONE: Final = 1
"""Where a claim is received it may be tomorrow already when the payer decides it."""


class Decision(NamedTuple):
    """A decision on the claim with a patient control number and a billing provider, of both of which it has marks."""

    control: bytes
    billing: bytes
    decision: PayerDecision
    on: date


Known: TypeAlias = EarlierClaim | Decision
"""What is kept of a person, as it came: claims, and decisions on them."""

_STATES: Final = {
    PayerDecision.RETURNED: EarlierState.REFUSED,
    PayerDecision.DENIED: EarlierState.DENIED,
    PayerDecision.PAID: EarlierState.PAID,
}
_OPEN: Final = frozenset({EarlierState.OUT, EarlierState.HELD})


def encode_decision(decision: Decision) -> bytes:
    """Return a decision as bytes: 22, of which the first is never that of a claim."""
    code = _CODES.index(decision.decision)
    return _ENTRY.pack(_FORM, code, decision.control, decision.billing, decision.on.toordinal())


def decision_id(entry: bytes) -> bytes:
    """Return the 16 bytes under which a decision is known: the same for one that comes again."""
    return sha256(b"decision\0" + entry).digest()[:16]


def decode_known(entry: bytes) -> Known:
    """Return the claim or the decision in bytes. Raises `DamagedEntryError`."""
    if entry[:1] != bytes((_FORM,)):
        return decode(entry)
    try:
        _, code, control, billing, on = _ENTRY.unpack(entry)
        return Decision(control, billing, _CODES[code], date.fromordinal(on))
    except (struct.error, ValueError, OverflowError, IndexError):
        raise DamagedEntryError(f"a decision in the memory of claims ({len(entry)} bytes) is damaged") from None


def decided(known: Iterable[Known]) -> tuple[EarlierClaim, ...]:
    """Return the claims with what was decided of them, in order.

    A decision is on the last claim before it with its numbers that was received by its day and has none yet; where all
    were received later, on one of the next day. One that comes before its claim waits for it: for the first that
    follows and was received by its day. A number that is used again after a return so names the newer claim. What was
    returned stays so; what was denied may be paid later, and the reverse. A decision on no claim changes nothing.
    """
    course = _DecidedClaims()
    for each in known:
        course.take(each)
    return tuple(course.claims)


def is_on_a_claim(known: Iterable[Known], decision: Decision) -> bool:
    """Whether a decision that comes after what is known is on one of the claims."""
    course = _DecidedClaims()
    for each in known:
        course.take(each)
    return course.find(decision)


class _DecidedClaims:
    """Claims and decisions in the order in which they came."""

    def __init__(self) -> None:
        self.claims: list[EarlierClaim] = []
        self._days: dict[int, date] = {}
        # By number: a person may have hundreds of claims, each of them decided.
        self._places: dict[tuple[bytes, bytes], list[int]] = {}
        self._waiting: dict[tuple[bytes, bytes], list[Decision]] = {}

    def take(self, known: Known) -> None:
        if isinstance(known, EarlierClaim):
            self._places.setdefault(_number(known), []).append(len(self.claims))
            self.claims.append(self._awaited(known))
        elif not self.find(known):
            self._waiting.setdefault(_number(known), []).append(known)

    def _awaited(self, claim: EarlierClaim) -> EarlierClaim:
        waiting = self._waiting.get(_number(claim), [])
        for decision in waiting:
            if claim.received_on <= decision.on:
                waiting.remove(decision)
                self._days[len(self.claims)] = decision.on
                return claim._replace(state=_STATES[decision.decision])
        return claim

    def find(self, decision: Decision) -> bool:
        """Decide the claim that a decision is on; return whether there is one."""
        of_number = self._places.get(_number(decision), [])
        by_its_day = [place for place in of_number if self.claims[place].received_on <= decision.on]
        last = decision.on.toordinal() + _DAYS_OF_ANOTHER_ZONE
        next_day = [place for place in of_number if self.claims[place].received_on.toordinal() <= last]
        for places in (by_its_day, next_day):
            if found := [place for place in places if self.claims[place].state in _OPEN]:
                self._decide(found[-1], decision)
                return True
        if decision.decision is PayerDecision.RETURNED:
            return bool(by_its_day)
        settled = [place for place in by_its_day if self.claims[place].state is not EarlierState.REFUSED]
        if settled and self._days.get(settled[-1], date.min) <= decision.on:
            self._decide(settled[-1], decision)
        return bool(settled)

    def _decide(self, place: int, decision: Decision) -> None:
        self.claims[place] = self.claims[place]._replace(state=_STATES[decision.decision])
        self._days[place] = decision.on


def _number(known: Known) -> tuple[bytes, bytes]:
    return known.control, known.billing
