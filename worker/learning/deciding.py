"""What answers say of one finding: the payer confirmed it, as predicted or otherwise, or paid all the same."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Final, NamedTuple

from worker.learning.joining import ClaimAnswer, line_of
from worker.learning.sent import SentClaim, SentFinding
from worker.x12.responses.records import AcknowledgedClaim, Adjustment, RemittedClaim, RemittedLine, Status

NOT_DENIALS: Final = frozenset({"23", "24", "45", "59", "90", "91", "94", "101", "102", "104", "131", "144", "161"}) | {
    "187", "223", "225", "237", "253",
}  # fmt: skip
"""CARCs that say what something is worth, or who has paid already, and not that a service is refused."""

OF_PATIENT: Final = "PR"
"""CAS01: the patient owes it; the payer covers the service."""
DENIED: Final = "4"
"""CLP02 of a claim that is denied."""


class FindingResult(StrEnum):
    """What became of a finding."""

    PREDICTED = "confirmed as predicted"
    OTHERWISE = "confirmed otherwise"
    PAID = "paid all the same"
    UNDECIDED = "undecided"
    UNANSWERED = "unanswered"


def precision_of(confirmed: int, decided: int) -> float | None:
    """Return the share of decided findings that the payer confirmed; None when none is decided."""
    return confirmed / decided if decided else None


class Denial(NamedTuple):
    """That a payer refused a line, or a claim as a whole.

    Attributes:
        line: Counted from 1; None for the claim as a whole, 0 where nobody can say which.
        code: The procedure or revenue code; empty for a claim.
        reasons, remarks: CARCs and RARCs in the order in which the answer has them.
        statuses: Those of a 277CA.
        amount: What was not paid for these reasons, US dollars.
        on: The day of the answer.
    """

    line: int | None
    code: str
    reasons: tuple[str, ...]
    remarks: tuple[str, ...]
    statuses: tuple[str, ...]
    amount: Decimal
    on: date | None


@dataclass
class ClaimStory:
    """A claim with the answers to it, in the order of their days; what follows from them is asked once all are there.

    `is_structural` says that a 999 named it among the errors of a transaction that was refused.
    """

    claim: SentClaim
    answers: list[ClaimAnswer]
    cancelled: set[int]
    is_structural: bool = False

    @cached_property
    def current(self) -> RemittedClaim | None:
        """The last payment or denial that was not taken back."""
        return next(
            (
                each
                for place, each in reversed(list(enumerate(self.answers)))
                if isinstance(each, RemittedClaim) and not each.is_reversal and place not in self.cancelled
            ),
            None,
        )

    @cached_property
    def decided(self) -> list[ClaimAnswer]:
        """The answers that decide something: remittances that take nothing back, and rejections."""
        return [
            each
            for each in self.answers
            if (isinstance(each, RemittedClaim) and not each.is_reversal)
            or (isinstance(each, AcknowledgedClaim) and each.is_rejected)
        ]

    @cached_property
    def denials_by_answer(self) -> list[tuple[ClaimAnswer, list[Denial]]]:
        """The answers that decide something, each with its denials."""
        return [(each, _denials(self.claim, each)) for each in self.decided]

    @cached_property
    def denials(self) -> list[Denial]:
        """Every denial of every answer, those of one line by their days."""
        return [denial for _, found in self.denials_by_answer for denial in found]


def result_of(story: ClaimStory, finding: SentFinding) -> tuple[FindingResult, Denial | None]:
    """Return what became of a finding, and the denial that confirms it first."""
    denials = [each for each in story.denials if is_about(each, finding)]
    if predicted := next((each for each in denials if is_predicted(each, finding)), None):
        return FindingResult.PREDICTED, predicted
    if finding.line is None:
        # That one line of several is refused for another reason says nothing of the claim as a whole.
        denials = [denial for each, found in story.denials_by_answer if _is_refused(each) for denial in found]
    if denials:
        return FindingResult.OTHERWISE, denials[0]
    if story.is_structural:
        return FindingResult.OTHERWISE, None
    current = story.current
    if current is None:
        return FindingResult.UNDECIDED, None
    cut = _cut_as_predicted(story.claim, current, finding)
    if cut is not None:
        return FindingResult.PREDICTED, cut
    if finding.line is None or not current.lines or _line_answer(story.claim, current, finding.line) is not None:
        return FindingResult.PAID, None
    return FindingResult.UNDECIDED, None


def _is_refused(answer: ClaimAnswer) -> bool:
    return isinstance(answer, AcknowledgedClaim) or answer.paid == 0


def is_about(denial: Denial, finding: SentFinding) -> bool:
    """Whether a denial speaks of what a finding is about: the claim is in every line, each line in the claim."""
    return denial.line is None or finding.line is None or denial.line == finding.line


def is_predicted(denial: Denial, finding: SentFinding) -> bool:
    """Whether a denial has a predicted CARC, and a predicted RARC where there are any; or the predicted status."""
    if denial.statuses:
        return any(f"{finding.category}:{code}" in denial.statuses for code in finding.statuses)
    if finding.reasons.isdisjoint(denial.reasons):
        return False
    return not finding.remarks or not finding.remarks.isdisjoint(denial.remarks)


def paid_of(story: ClaimStory, denial: Denial) -> Decimal:
    """Return what was paid at last for that which had been denied, US dollars."""
    current = story.current
    if current is None or any(each is current and denial in found for each, found in story.denials_by_answer):
        return Decimal(0)
    if denial.line is None:
        return current.paid
    line = _line_answer(story.claim, current, denial.line)
    return line.paid if line else Decimal(0)


def _denials(claim: SentClaim, answer: ClaimAnswer) -> list[Denial]:
    if isinstance(answer, AcknowledgedClaim):
        return list(_rejections(claim, answer)) if answer.is_rejected else []
    if not answer.lines:
        is_denied = answer.status == DENIED or (answer.paid == 0 and answer.charge > 0)
        refused = _refusals(answer.adjustments)
        return [_denial(None, "", refused, answer.remarks, answer)] if is_denied and refused else []
    found = []
    for each in answer.lines:
        refused = _refusals(each.adjustments) or (_refusals(answer.adjustments) if answer.status == DENIED else ())
        if each.paid == 0 and each.charge > 0 and refused:
            line = line_of(claim, each)
            remarks = (*each.remarks, *answer.remarks)
            found.append(_denial(line or 0, _code_of(claim, each, line), refused, remarks, answer))
    return found


def _denial(
    line: int | None, code: str, refused: Sequence[Adjustment], remarks: Iterable[str], answer: RemittedClaim
) -> Denial:
    reasons = tuple(dict.fromkeys(each.reason for each in refused))
    amount = sum((each.amount for each in refused), Decimal(0))
    return Denial(line, code, reasons, tuple(dict.fromkeys(remarks)), (), amount, answer.remittance.day)


def _refusals(adjustments: Iterable[Adjustment]) -> tuple[Adjustment, ...]:
    """The adjustments that refuse something: not what the patient owes, nor what the price is."""
    return tuple(
        each for each in adjustments if each.group != OF_PATIENT and each.reason not in NOT_DENIALS and each.amount > 0
    )


def _rejections(claim: SentClaim, answer: AcknowledgedClaim) -> Iterable[Denial]:
    """A 277CA sends the claim back as a whole; where it names lines, they are why, and their charges count."""
    of_claim = _texts(answer.statuses)
    named = [(line_of(claim, each), each) for each in answer.lines if each.statuses]
    for line, each in named:
        charge = each.charge or (claim.lines[line - 1].charge if line else None) or Decimal(0)
        yield Denial(line or 0, each.service.code, (), (), (*_texts(each.statuses), *of_claim), charge, answer.on)
    if not named:
        yield Denial(None, "", (), (), of_claim, answer.charge or claim.charge or Decimal(0), answer.on)


def _texts(statuses: Iterable[Status]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{each.category}:{each.code}" for each in statuses))


def _cut_as_predicted(claim: SentClaim, answer: RemittedClaim, finding: SentFinding) -> Denial | None:
    """What a payer took from a paid line for a predicted reason: units above a limit, for one."""
    parts: list[tuple[tuple[Adjustment, ...], tuple[str, ...], str]] = []
    if finding.line is None:
        parts = [(answer.adjustments, answer.remarks, "")]
        parts += [(each.adjustments, (*each.remarks, *answer.remarks), each.service.code) for each in answer.lines]
    elif line := _line_answer(claim, answer, finding.line):
        parts = [(line.adjustments, (*line.remarks, *answer.remarks), line.service.code)]
    for adjustments, remarks, code in parts:
        cut = [each for each in _refusals(adjustments) if each.reason in finding.reasons]
        denial = _denial(finding.line, code, cut, remarks, answer) if cut else None
        if denial and is_predicted(denial, finding):
            return denial
    return None


def _line_answer(claim: SentClaim, answer: RemittedClaim, line: int) -> RemittedLine | None:
    return next((each for each in answer.lines if line_of(claim, each) == line), None)


def _code_of(claim: SentClaim, answer: RemittedLine, line: int | None) -> str:
    sent = claim.lines[line - 1] if line else None
    return (sent.code or sent.revenue_code) if sent else answer.service.code or answer.revenue_code
