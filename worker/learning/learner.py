"""Joins answers with outcomes and counts, for each edit, what became of its findings.

Answers are read first: only the claims that one of them names are kept, all others are counted as they come.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from worker.learning.deciding import (
    ClaimStory,
    Denial,
    FindingResult,
    is_about,
    paid_of,
    precision_of,
    result_of,
)
from worker.learning.joining import ClaimAnswer, NotJoined, SentClaims, line_of
from worker.learning.sent import SentClaim, sent_claim
from worker.x12.read.events import SegmentFlaw
from worker.x12.responses.records import (
    AcknowledgedClaim,
    AcknowledgedTransaction,
    RemittanceRead,
    RemittedClaim,
    ResponseRead,
)

_CONTENT_BYTES: Final = 8
"""So much of the hash of a claim is kept to know it again where no answer names it."""


class EditKey(NamedTuple):
    """An edit under a payer profile."""

    profile: str
    edit: str


class DenialKey(NamedTuple):
    """A kind of denial that no finding foretold. Codes as in `Denial`, joined by `+`."""

    payer: str
    profile: str
    source: str
    code: str
    reasons: str
    remarks: str
    statuses: str


@dataclass(slots=True)
class EditTally:
    """What became of the findings of an edit.

    Attributes:
        results: How many findings came to each result.
        severities: How many had each severity.
        denied: What the payer refused for what it found, US dollars.
        recovered: What of it was paid after all.
        at_risk: What is charged for findings without a decision.
        days: How many decisions came so many days after the claim was judged.
    """

    results: Counter[FindingResult] = field(default_factory=Counter)
    severities: Counter[str] = field(default_factory=Counter)
    denied: Decimal = Decimal(0)
    recovered: Decimal = Decimal(0)
    at_risk: Decimal = Decimal(0)
    days: Counter[int] = field(default_factory=Counter)

    @property
    def confirmed(self) -> int:
        """How many findings the payer confirmed."""
        return self.results[FindingResult.PREDICTED] + self.results[FindingResult.OTHERWISE]

    @property
    def decided(self) -> int:
        """How many findings were confirmed, or paid all the same."""
        return self.confirmed + self.results[FindingResult.PAID]

    @property
    def precision(self) -> float | None:
        """The share of decided findings that the payer confirmed; None when none is decided."""
        return precision_of(self.confirmed, self.decided)


@dataclass(slots=True)
class DenialTally:
    """Denials of one kind: how many, and what they refused in US dollars."""

    count: int = 0
    amount: Decimal = Decimal(0)


@dataclass(slots=True)
class Learned:
    """All that was learned.

    Attributes:
        counts: How many outcomes, answers and lines came to what; by the names of the document.
        edits: By profile and edit.
        denials: Those without a finding.
        days: How many claims were decided so many days after they were judged, by payer.
        provider_adjustments: What payers kept from payments besides claims, US dollars, by reason.
    """

    counts: Counter[str] = field(default_factory=Counter)
    edits: dict[EditKey, EditTally] = field(default_factory=lambda: defaultdict(EditTally))
    denials: dict[DenialKey, DenialTally] = field(default_factory=lambda: defaultdict(DenialTally))
    days: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    provider_adjustments: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    denied: Decimal = Decimal(0)
    denied_without_finding: Decimal = Decimal(0)
    paid: Decimal = Decimal(0)


class Learner:
    """Takes answers, then outcomes, then says what was learned."""

    def __init__(self) -> None:
        self._learned = Learned()
        self._answers: dict[str, list[ClaimAnswer]] = defaultdict(list)
        self._seen: set[int] = set()
        self._structural: set[str] = set()
        self._claims = SentClaims()
        self._unanswered: set[int] = set()

    def add_answer(self, read: ResponseRead) -> None:
        """Take one thing that was read of an answer."""
        counts = self._learned.counts
        match read:
            case RemittedClaim() | AcknowledgedClaim():
                counts["remittedClaims" if isinstance(read, RemittedClaim) else "acknowledgedClaims"] += 1
                if (known := hash(_content(read))) in self._seen:
                    counts["answersTwice"] += 1
                    return
                self._seen.add(known)
                self._answers[read.control_number].append(read)
            case AcknowledgedTransaction():
                counts["acknowledgedTransactions"] += 1
                if not read.is_accepted:
                    counts["refusedTransactions"] += 1
                    for number in read.claims:
                        self.add_structural(number)
            case RemittanceRead():
                counts["remittances"] += 1
                counts["remittancesOutOfBalance"] += not read.is_balanced
                for each in read.adjustments:
                    self._learned.provider_adjustments[each.reason] += each.amount
            case SegmentFlaw():
                counts["flaws"] += not read.is_passed_over
            case _:
                pass

    def add_structural(self, number: str) -> None:
        """Take the number of a claim that a 999 names among the errors of a transaction that was refused."""
        self._structural.add(number)

    def add_outcome(self, value: bytes) -> None:
        """Take an outcome as it was published. Raises `NotAnOutcomeError`."""
        self.add_claim(sent_claim(value))

    def add_claim(self, claim: SentClaim) -> None:
        """Take what is kept of an outcome."""
        self._learned.counts["outcomes"] += 1
        number = claim.control_number
        if number in self._answers or number in self._structural:
            if self._claims.add(claim) is not None:
                self._learned.counts["judgedAgain"] += 1
            return
        content = int.from_bytes(claim.content[:_CONTENT_BYTES])
        if content in self._unanswered:
            self._learned.counts["judgedAgain"] += 1
            return
        self._unanswered.add(content)
        self._tally_unanswered(claim)

    def learned(self) -> Learned:
        """Join what was taken, and return what was learned. To be asked once."""
        stories = self._stories()
        for claim in self._claims.all():
            story = stories.pop(id(claim), None)
            if story is None:
                self._tally_unanswered(claim)
            else:
                self._tally(story)
        return self._learned

    def _stories(self) -> dict[int, ClaimStory]:
        counts = self._learned.counts
        stories: dict[int, ClaimStory] = {}
        for answers in self._answers.values():
            for each in answers:
                claim = self._claims.of(each)
                if isinstance(claim, NotJoined):
                    counts[f"{claim.value}Answers"] += 1
                    continue
                counts["joinedAnswers"] += 1
                stories.setdefault(id(claim), ClaimStory(claim, [], set())).answers.append(each)
        for number in self._structural:
            claim = self._claims.named(number)
            if isinstance(claim, NotJoined):
                counts[f"{claim.value}Answers"] += 1
                continue
            counts["joinedAnswers"] += 1
            stories.setdefault(id(claim), ClaimStory(claim, [], set())).is_structural = True
        for story in stories.values():
            self._order(story)
        return stories

    def _order(self, story: ClaimStory) -> None:
        """Bring answers into the order of their days, and note which payments were taken back."""
        story.answers.sort(key=lambda each: day_of(each) or date.min)
        for place, each in enumerate(story.answers):
            for line in each.lines:
                joined = line_of(story.claim, line) is not None
                self._learned.counts["joinedLines" if joined else "linesNotJoined"] += 1
            if not isinstance(each, RemittedClaim) or not each.is_reversal:
                continue
            self._learned.counts["reversals"] += 1
            taken_back = _taken_back(story, place, each)
            if taken_back is None:
                self._learned.counts["reversalsOfUnknownPayments"] += 1
            else:
                story.cancelled.add(taken_back)

    def _tally(self, story: ClaimStory) -> None:
        learned, claim = self._learned, story.claim
        learned.counts["answeredClaims"] += 1
        days = _days(story)
        if days is not None:
            learned.days[claim.payer][days] += 1
        for finding in claim.findings:
            tally = learned.edits[EditKey(claim.profile, finding.edit)]
            result, denial = result_of(story, finding)
            tally.results[result] += 1
            tally.severities[finding.severity.value] += 1
            if denial is not None:
                tally.denied += denial.amount
                tally.recovered += paid_of(story, denial)
            if result is FindingResult.UNDECIDED:
                tally.at_risk += claim.charge_of(finding)
            elif days is not None:
                tally.days[days] += 1
        current = story.current
        learned.paid += current.paid if current else Decimal(0)
        for denial in _first_of_each_line(story):
            self._tally_denial(claim, denial)

    def _tally_denial(self, claim: SentClaim, denial: Denial) -> None:
        learned = self._learned
        learned.denied += denial.amount
        if any(is_about(denial, finding) for finding in claim.findings):
            learned.counts["denialsWithFinding"] += 1
            return
        if denial.line == 0:
            learned.counts["denialsOfUnknownLines"] += 1
            return
        learned.counts["denialsWithoutFinding"] += 1
        learned.denied_without_finding += denial.amount
        key = DenialKey(
            claim.payer,
            claim.profile,
            "277CA" if denial.statuses else "835",
            denial.code,
            "+".join(denial.reasons),
            "+".join(denial.remarks),
            "+".join(denial.statuses),
        )
        tally = learned.denials[key]
        tally.count += 1
        tally.amount += denial.amount

    def _tally_unanswered(self, claim: SentClaim) -> None:
        self._learned.counts["unansweredClaims"] += 1
        for finding in claim.findings:
            tally = self._learned.edits[EditKey(claim.profile, finding.edit)]
            tally.results[FindingResult.UNANSWERED] += 1
            tally.severities[finding.severity.value] += 1
            tally.at_risk += claim.charge_of(finding)


def day_of(answer: ClaimAnswer) -> date | None:
    """Return the day of an answer."""
    return answer.remittance.day if isinstance(answer, RemittedClaim) else answer.on


def is_same_answer(one: ClaimAnswer, other: ClaimAnswer) -> bool:
    """Whether two answers say the same, wherever they were read."""
    return _content(one) == _content(other)


def _content(answer: ClaimAnswer) -> tuple[object, ...]:
    """What makes an answer the same as another one: a file that is read twice says nothing twice."""
    if isinstance(answer, AcknowledgedClaim):
        return (answer.control_number, answer.on, answer.charge, answer.statuses, answer.lines, answer.billing_npi)
    number = (answer.control_number, answer.payer_control_number, answer.remittance.trace, answer.remittance.payer)
    return (*number, answer.status, answer.charge, answer.paid, answer.adjustments, answer.remarks, answer.lines)


def _taken_back(story: ClaimStory, place: int, reversal: RemittedClaim) -> int | None:
    """The place of the last payment before a reversal that has its amounts."""
    for earlier in range(place - 1, -1, -1):
        each = story.answers[earlier]
        if (
            isinstance(each, RemittedClaim)
            and not each.is_reversal
            and earlier not in story.cancelled
            and (each.charge, each.paid) == (-reversal.charge, -reversal.paid)
        ):
            return earlier
    return None


def _days(story: ClaimStory) -> int | None:
    """The days from the verdict to the first decision; None when there is none, or a day is missing or before it."""
    days = [day for each in story.decided if (day := day_of(each)) is not None]
    found = (days[0] - story.claim.received_on).days if days else -1
    return found if found >= 0 else None


def _first_of_each_line(story: ClaimStory) -> list[Denial]:
    """The first denial of each line, and of the claim."""
    first: dict[int | None, Denial] = {}
    for each in story.denials:
        first.setdefault(each.line, each)
    return list(first.values())
