"""The claims of one 835 (ASC X12N 005010X221A1), each given out as soon as it is read."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Final

from worker.x12.layout.responses import PROVIDER_ADJUSTMENTS, REMITTANCE_HEADER, REMITTED_CLAIM
from worker.x12.layout.rows import Json
from worker.x12.layout.structure import parsed
from worker.x12.layout.structure_835 import REMITTANCE
from worker.x12.read.events import Envelope, Level, SegmentFlaw
from worker.x12.read.places import Place, Places, response_places
from worker.x12.read.segments import Segment
from worker.x12.responses.balance import require_balance
from worker.x12.responses.content import ResponseContent
from worker.x12.responses.records import (
    ProviderAdjustment,
    Remittance,
    RemittanceRead,
    RemittedClaim,
    RemittedLine,
)
from worker.x12.responses.values import (
    UnreadableAnswerError,
    adjustments_of,
    amount_of,
    day_of,
    optional_amount,
    period_of,
    revenue_code_of,
    service_of,
)

_BEGINNINGS: Final = {"LX": "2000", "CLP": "2100", "PLB": "summary"}
_OUT_OF_BALANCE: Final = "The payment does not balance: BPR02 is not the sum of CLP04 less that of the PLB amounts."


@cache
def _walks() -> tuple[Places, dict[str, Place]]:
    return response_places(parsed(REMITTANCE), (REMITTANCE_HEADER, REMITTED_CLAIM, PROVIDER_ADJUSTMENTS))


class Remittances(ResponseContent[RemittedClaim | RemittanceRead]):
    """One 835: its header, its claims, and what was kept besides them."""

    turning = frozenset(_BEGINNINGS)

    def __init__(self, envelope: Envelope, first: int, *, is_refused: bool = False) -> None:
        super().__init__(envelope, first, _walks(), is_refused=is_refused)
        self._loop = "header"
        self._remittance = Remittance(first, "", "", "", "", None, None, None)
        self._of_claim = self._remittance
        self._adjustments: list[ProviderAdjustment] = []
        self._paid = Decimal(0)
        self._is_sum_known = True
        self._is_component_seen = False

    def absorb(self, segment: Segment) -> None:
        """Read a segment; the first SVC01 shows whether ISA16 is what separates components."""
        if not self._is_component_seen and segment.elements[0] == "SVC" and len(segment.elements) > 1:
            self._is_component_seen = True
            others = {each for each in segment.elements[1] if not each.isalnum()}
            if self._component not in others and len(others) == 1:
                self._component = others.pop()
        if segment.elements[:2] == ["N1", "PE"] and self._loop != "header":
            # Another payee than the header's; the guide has one for each 835.
            self._remittance = replace(self._remittance, payee_npi="")
        super().absorb(segment)

    def take(self, segment: Segment) -> Iterator[RemittedClaim | RemittanceRead | SegmentFlaw]:
        """Yield the claim that a segment brings to its end, and what is wrong."""
        yield from self._close(segment)
        self._of_claim = self._remittance
        self._loop = _BEGINNINGS[segment.elements[0]]
        self._begin(self._loop, segment.number)
        if segment.flaw is None:
            self.absorb(segment)

    def end(self, segment: Segment, doubt: str | None = None) -> Iterator[RemittedClaim | RemittanceRead | SegmentFlaw]:
        """Yield the last claim, and the end of the remittance."""
        yield from self._close(segment, doubt)
        if self.is_refused or doubt is not None:
            return
        remittance = self._remittance
        kept = sum((each.amount for each in self._adjustments), Decimal(0))
        is_balanced = self._is_sum_known and remittance.paid == self._paid - kept
        if not is_balanced:
            position = segment.number - self.first + 1
            yield SegmentFlaw(
                segment.number, Level.TRANSACTION, _OUT_OF_BALANCE, "5", "SE", position, is_passed_over=True
            )
        yield RemittanceRead(remittance, tuple(self._adjustments), is_balanced)

    def _close(self, segment: Segment, doubt: str | None = None) -> Iterator[RemittedClaim | SegmentFlaw]:
        """End the loop that is being read."""
        yield from self._finish(segment, doubt)
        match self._loop:
            case "header":
                self._remittance = _remittance(self._values(), self.first)
            case "2100":
                yield from self._claim()
            case "summary":
                yield from self._provider_adjustments()
        self._loop = ""

    def _claim(self) -> Iterator[RemittedClaim | SegmentFlaw]:
        if not self._is_sound:
            self.refused += 1
            self._is_sum_known = False
            return
        try:
            claim = _claim_of(self._values(), self._at, self._of_claim)
        except UnreadableAnswerError as error:
            self.refused += 1
            self._is_sum_known = False
            yield self._refusal(self._at, "CLP", str(error))
            return
        self.given += 1
        self._paid += claim.paid
        yield claim

    def _provider_adjustments(self) -> Iterator[SegmentFlaw]:
        try:
            found = [
                ProviderAdjustment(
                    each.get("reason", ""), each.get("reference", ""), amount_of(each, "amount", "An amount of PLB")
                )
                for each in self._values().get("adjustments", ())
            ]
        except UnreadableAnswerError as error:
            self._is_sum_known = False
            yield self._refusal(self._at, "PLB", str(error))
            return
        self._is_sum_known = self._is_sum_known and self._spoiled is None
        self._adjustments += found


def _remittance(header: Json, first: int) -> Remittance:
    try:
        paid = optional_amount(header, "paid", "BPR02")
    except UnreadableAnswerError:
        paid = None  # the payment is then said not to balance
    if paid is not None and header.get("creditOrDebit") == "D":
        paid = -paid
    return Remittance(
        first,
        header.get("payerId") or header.get("payerSecondaryId") or header.get("originator", ""),
        header.get("payerName", ""),
        header.get("payeeId", "") if header.get("payeeQualifier") == "XX" else "",
        header.get("trace", ""),
        paid,
        day_of(header, "paidOn"),
        day_of(header, "producedOn"),
    )


def _claim_of(part: Json, segment: int, remittance: Remittance) -> RemittedClaim:
    charge, paid = amount_of(part, "charge", "CLP03"), amount_of(part, "paid", "CLP04")
    if not part.get("controlNumber") or not part.get("status"):
        raise UnreadableAnswerError("CLP does not say which claim it is, or what became of it.")
    lines = tuple(map(_line_of, part.get("lines", ())))
    adjustments = adjustments_of(part)
    require_balance(charge, paid, adjustments, lines)
    begin, end = period_of(part)
    return RemittedClaim(
        segment,
        remittance,
        part["controlNumber"],
        part["status"],
        charge,
        paid,
        part.get("payerControlNumber", ""),
        part.get("originalReference", ""),
        part.get("renderingId", "") if part.get("renderingQualifier") == "XX" else "",
        begin,
        end,
        day_of(part, "receivedOn"),
        adjustments,
        tuple(part.get("remarks", ())),
        lines,
    )


def _line_of(part: Json) -> RemittedLine:
    service = service_of(part, "procedure")
    begin, end = period_of(part)
    return RemittedLine(
        service,
        service_of(part, "submitted"),
        revenue_code_of(part, service),
        amount_of(part, "charge", "SVC02"),
        amount_of(part, "paid", "SVC03"),
        part.get("controlNumber", ""),
        begin,
        end,
        adjustments_of(part),
        tuple(part.get("remarks", ())),
    )
