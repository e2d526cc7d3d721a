"""What is read of payers' answers. No record holds the name of a person."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from worker.x12.read.events import EnvelopeRead, SegmentFlaw


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One reason of a CAS: why a charge was not paid in full.

    Attributes:
        group: CO, OA, PI or PR.
        reason: The claim adjustment reason code (CARC).
        amount: US dollars that were not paid; negative where more was.
    """

    group: str
    reason: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class BilledService:
    """What a line was for: qualifier, code and modifiers, as SVC01 or SVC06 have them; empty where none is given."""

    qualifier: str = ""
    code: str = ""
    modifiers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RemittedLine:
    """One line of a claim on a remittance (loop 2110).

    Attributes:
        service: What the payer decided on.
        submitted: What was sent, where the payer decided on another code.
        revenue_code: SVC04, or that of SVC01.
        charge: What was charged, US dollars; paid: what was paid.
        control_number: REF*6R, the number that the claim gave the line.
        begin, end: The dates of service.
        adjustments: The reasons of its CAS segments.
        remarks: The remark codes (RARC) of its LQ segments.
    """

    service: BilledService
    submitted: BilledService
    revenue_code: str
    charge: Decimal
    paid: Decimal
    control_number: str
    begin: date | None
    end: date | None
    adjustments: tuple[Adjustment, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Remittance:
    """What the claims of one 835 share: its header.

    Attributes:
        segment: The number of its ST in the file.
        payer: The payer's number, by whatever of them the header has; payer_name its name.
        payee_npi: The payee's NPI; empty where the header has another number.
        trace: The number of the check or transfer, TRN02.
        paid: The whole payment, US dollars; None when unreadable or absent.
        paid_on: BPR16, the day of the payment; produced_on: the day on which claims were last taken up.
    """

    segment: int
    payer: str
    payer_name: str
    payee_npi: str
    trace: str
    paid: Decimal | None
    paid_on: date | None
    produced_on: date | None

    @property
    def day(self) -> date | None:
        """The day of the answer."""
        return self.paid_on or self.produced_on


@dataclass(frozen=True, slots=True)
class RemittedClaim:
    """One claim on a remittance (loop 2100); it balances.

    Attributes:
        segment: The number of its CLP in the file.
        remittance: The header above it.
        control_number: CLP01, the number that the claim gave itself (CLM01).
        status: CLP02; 4 is denied, 22 takes an earlier payment back.
        charge, paid: US dollars; negative where a payment is taken back.
        payer_control_number: CLP07.
        original_reference: REF*F8, the payer's number of the claim that this one corrects.
        rendering_npi: NM1*82.
        begin, end: The dates of service.
        received_on: The day on which the payer received the claim.
        adjustments: Those of the claim as a whole.
        remarks: The remark codes of MIA and MOA.
        lines: Its lines; a payer may give none.
    """

    segment: int
    remittance: Remittance
    control_number: str
    status: str
    charge: Decimal
    paid: Decimal
    payer_control_number: str
    original_reference: str
    rendering_npi: str
    begin: date | None
    end: date | None
    received_on: date | None
    adjustments: tuple[Adjustment, ...]
    remarks: tuple[str, ...]
    lines: tuple[RemittedLine, ...]

    @property
    def is_reversal(self) -> bool:
        """Whether it takes an earlier payment back."""
        return self.status == REVERSAL


REVERSAL = "22"
"""CLP02 of a claim that takes an earlier payment back."""


@dataclass(frozen=True, slots=True)
class ProviderAdjustment:
    """An amount of a PLB: kept from the payment where it is positive. `reason` is a code such as WO, FB or L6."""

    reason: str
    reference: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class RemittanceRead:
    """The end of an 835: what was kept or added besides the claims, and whether the payment balances with them."""

    remittance: Remittance
    adjustments: tuple[ProviderAdjustment, ...]
    is_balanced: bool


@dataclass(frozen=True, slots=True)
class Status:
    """One status of an STC: category and code, and the entity that it is about."""

    category: str
    code: str
    entity: str


@dataclass(frozen=True, slots=True)
class AcknowledgedLine:
    """One line of a 277CA (loop 2220D). Attributes as in `RemittedLine`; `control_number` is REF*FJ."""

    service: BilledService
    revenue_code: str
    charge: Decimal | None
    control_number: str
    begin: date | None
    end: date | None
    statuses: tuple[Status, ...]


@dataclass(frozen=True, slots=True)
class AcknowledgedClaim:
    """One claim on a 277CA (loop 2200D).

    Attributes:
        segment: The number of the HL of its patient in the file.
        control_number: TRN02, the number that the claim gave itself.
        on: The day of the answer.
        charge: What was charged, US dollars; None when it is not said.
        statuses: Those of the claim; lines have their own.
        payer_control_number: REF*1K.
        clearinghouse_number: REF*D9.
        billing_npi: That of the level of the billing provider.
        payer: The number of the source of the answer.
        begin, end: The dates of service.
        lines: The lines that the answer names.
    """

    segment: int
    control_number: str
    on: date | None
    charge: Decimal | None
    statuses: tuple[Status, ...]
    payer_control_number: str
    clearinghouse_number: str
    billing_npi: str
    payer: str
    begin: date | None
    end: date | None
    lines: tuple[AcknowledgedLine, ...]

    @property
    def is_rejected(self) -> bool:
        """Whether the claim is sent back: a category that is a rejection (X12 code list 507)."""
        return any(each.category in REJECTIONS for each in self.statuses)


REJECTIONS = frozenset({"A3", "A4", "A6", "A7", "A8"})
"""The categories with which a 277CA sends a claim back."""


@dataclass(frozen=True, slots=True)
class AcknowledgedTransaction:
    """One transaction on a 999.

    Attributes:
        segment: The number of its AK2 in the file.
        group_control_number, control_number: Those of the group and the transaction that it answers.
        code: IK501; A and E are accepted.
        errors: IK304 with the segment and its loop, as `8 SV1 2400`.
        claims: CLM01 of the claims that the errors are in, where the 999 names them.
    """

    segment: int
    group_control_number: str
    control_number: str
    code: str
    errors: tuple[str, ...]
    claims: tuple[str, ...]

    @property
    def is_accepted(self) -> bool:
        """Whether the transaction was taken."""
        return self.code in {"A", "E"}


Response = RemittedClaim | RemittanceRead | AcknowledgedClaim | AcknowledgedTransaction
"""What an answer says."""

ResponseRead = Response | SegmentFlaw | EnvelopeRead
"""What reading an answer yields."""
