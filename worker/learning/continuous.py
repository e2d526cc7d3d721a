"""Learns as outcomes and answers come, in any order: what is known under a number is counted anew when more comes."""

import io
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from worker.learning.deciding import FindingResult
from worker.learning.joining import ClaimAnswer
from worker.learning.learner import Learned, Learner, is_same_answer
from worker.learning.sent import NotAnOutcomeError, SentClaim, sent_claim
from worker.learning.store import KnownOfNumber, LearningStore
from worker.x12.read.events import SegmentFlaw
from worker.x12.read.segments import is_x12
from worker.x12.responses.read import read_responses
from worker.x12.responses.records import AcknowledgedClaim, AcknowledgedTransaction, RemittedClaim, ResponseRead

MOST_OF_A_NUMBER: Final = 100
"""Claims, and answers, that are kept under one number; numbers that a sender uses again and again lose the oldest."""


@dataclass(slots=True)
class Totals:
    """What is learned so far, over all profiles.

    Attributes:
        findings: How many findings of an edit came to a result.
        denied, recovered, at_risk: US dollars by edit.
        denials: How many denials had a finding, and how many had none.
        denied_without_finding: US dollars.
        answers: How many answers were joined, or why not.
    """

    findings: Counter[tuple[str, FindingResult]] = field(default_factory=Counter)
    denied: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    recovered: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    at_risk: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    denials: Counter[str] = field(default_factory=Counter)
    denied_without_finding: Decimal = Decimal(0)
    answers: Counter[str] = field(default_factory=Counter)

    def add(self, learned: Learned, sign: int) -> None:
        """Add what was learned of one number, or take it out with -1."""
        for key, tally in learned.edits.items():
            for result, count in tally.results.items():
                self.findings[key.edit, result] += sign * count
            for sums, amount in (
                (self.denied, tally.denied),
                (self.recovered, tally.recovered),
                (self.at_risk, tally.at_risk),
            ):
                sums[key.edit] += sign * amount
        for name in ("denialsWithFinding", "denialsWithoutFinding"):
            self.denials[name] += sign * learned.counts[name]
        self.denied_without_finding += sign * learned.denied_without_finding
        for name in ("joinedAnswers", "unknownAnswers", "contradictedAnswers", "ambiguousAnswers"):
            self.answers[name] += sign * learned.counts[name]


class _ChangedNumber(NamedTuple):
    """What is known under a number now, and what is learned of it, which the totals have."""

    known: KnownOfNumber
    learned: Learned


class ContinuousLearner:
    """Takes records of topics, and keeps them with their places."""

    def __init__(self, store: LearningStore) -> None:
        self._store = store
        self._changed: dict[str, _ChangedNumber] = {}
        self._places: dict[tuple[str, int], int] = {}
        self.totals = Totals()
        for known in store.all():
            self.totals.add(_learned(known), 1)

    def take_outcome(self, value: bytes) -> None:
        """Take an outcome. Raises `NotAnOutcomeError`."""
        claim = sent_claim(value)
        self._change(claim.control_number, lambda known: _with_claim(known, claim))

    def take_response(self, value: bytes) -> int:
        """Take a message with answers, and return how many flaws are in it. Raises `NotAnOutcomeError` for another."""
        if not is_x12(value):
            raise NotAnOutcomeError("the message is not an X12 interchange")
        flaws = 0
        for each in read_responses(io.BytesIO(value)):
            flaws += isinstance(each, SegmentFlaw) and not each.is_passed_over
            self._take_answer(each)
        return flaws

    def _take_answer(self, each: ResponseRead) -> None:
        match each:
            case RemittedClaim() | AcknowledgedClaim():
                self._change(each.control_number, lambda known: _with_answer(known, each))
            case AcknowledgedTransaction() if not each.is_accepted:
                for number in each.claims:
                    self._change(number, lambda known: known._replace(is_structural=True))

    def has_read(self, topic: str, partition: int, offset: int) -> None:
        """Note that a record was taken, whatever it was."""
        self._places[topic, partition] = offset + 1

    def keep(self, today: date) -> None:
        """Make what was taken durable, with the places that it came from."""
        known = {number: each.known for number, each in self._changed.items()}
        self._store.keep(known, self._places.items(), today)
        self._changed, self._places = {}, {}

    def forget(self, today: date, days: int) -> None:
        """Delete what was last heard of longer ago than so many days; it is no longer counted."""
        for known in self._store.forget(today - timedelta(days=days)):
            self.totals.add(_learned(known), -1)

    def _change(self, number: str, change: Callable[[KnownOfNumber], KnownOfNumber]) -> None:
        before = self._changed.get(number)
        known = self._store.known(number) if before is None else before.known
        changed = change(known)
        if changed is known:
            return
        learned = _learned(changed)
        # What was joined since the last time that it was kept is not joined again to be taken out.
        self.totals.add(_learned(known) if before is None else before.learned, -1)
        self.totals.add(learned, 1)
        self._changed[number] = _ChangedNumber(changed, learned)


def _with_claim(known: KnownOfNumber, claim: SentClaim) -> KnownOfNumber:
    if any(each.outcome_id == claim.outcome_id for each in known.claims):
        return known
    return known._replace(claims=(*known.claims, claim)[-MOST_OF_A_NUMBER:])


def _with_answer(known: KnownOfNumber, answer: RemittedClaim | AcknowledgedClaim) -> KnownOfNumber:
    if isinstance(answer, RemittedClaim):
        if any(is_same_answer(each, answer) for each in known.remitted):
            return known
        return known._replace(remitted=(*known.remitted, answer)[-MOST_OF_A_NUMBER:])
    if any(is_same_answer(each, answer) for each in known.acknowledged):
        return known
    return known._replace(acknowledged=(*known.acknowledged, answer)[-MOST_OF_A_NUMBER:])


def _learned(known: KnownOfNumber) -> Learned:
    """What is learned of what is known under one number, by itself."""
    learner = Learner()
    answers: tuple[ClaimAnswer, ...] = (*known.acknowledged, *known.remitted)
    for answer in answers:
        learner.add_answer(answer)
    if known.is_structural:
        learner.add_structural(known.claims[0].control_number if known.claims else "")
    for claim in known.claims:
        learner.add_claim(claim)
    return learner.learned()
