"""What the edits look at: the claim, its lines and its drugs, worked out once and shared.

Values that could not be read stand as None here; only the intake edits look at the text behind them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from schemas.claim import Claim, Provider, ServiceLine
from schemas.documentation import DocumentationElement
from worker.edits.containers import sizes_of
from worker.edits.places import PLACE_OF_FACILITY
from worker.edits.record import Record, Unknown
from worker.edits.traits import Trait
from worker.reference.answer import Answer
from worker.reference.rows import Container, Drug


@dataclass(frozen=True)
class LineFacts:
    """One service line.

    `on` is its first date of service. `drug` is the drug behind its code, in force on that date or not; None for a
    line that is no drug line as far as our tables know (`drug_answer` then says how they know). `traits` are the
    values of `Trait` added up.
    """

    number: int
    line: ServiceLine
    hcpcs: str
    on: date | None
    units: Decimal | None
    charge: Decimal | None
    modifiers: tuple[str, ...]
    drug: Drug | None
    drug_answer: Answer[Drug] | None
    traits: int

    @property
    def is_waste(self) -> bool:
        """Whether the line bills a discarded amount."""
        return "JW" in self.modifiers

    @property
    def attests_no_waste(self) -> bool:
        """Whether the line says that nothing was discarded."""
        return "JZ" in self.modifiers

    @cached_property
    def until(self) -> date | None:
        """Its last date of service; the first one when no later one is given."""
        end = self.line.service_date_end
        return end if isinstance(end, date) and self.on and end > self.on else self.on

    @property
    def spans_days(self) -> bool:
        """Whether the line bills more than one day, so that its units belong to no single one."""
        return self.until != self.on

    def covers(self, day: date) -> bool:
        """Whether the line bills that day."""
        return self.on is not None and self.until is not None and self.on <= day <= self.until

    @property
    def control_number(self) -> str | None:
        """The submitter's number of the line [REF*6R]."""
        return self.line.provider_control_number or None


@dataclass(frozen=True)
class DrugDay:
    """All lines of one drug code on one date of service, with what the record says about them.

    Doses are in the unit of the code's billing unit (mg for a code billed per 10 mg). `marketed` are the containers on
    the crosswalk of that day; none when they or their contents are not known.
    """

    hcpcs: str
    on: date
    drug: Drug
    lines: tuple[LineFacts, ...]
    record: Record | None
    dose_given: Decimal | Unknown
    dose_discarded: Decimal | Unknown
    containers_opened: tuple[Decimal, ...] | Unknown
    marketed: tuple[Container, ...]

    @cached_property
    def traits(self) -> int:
        """The traits of all its lines, and whether a record was sent."""
        traits = 0 if self.record is None else Trait.RECORD.value
        for line in self.lines:
            traits |= line.traits
        return traits

    @cached_property
    def marketed_sizes(self) -> tuple[Decimal, ...]:
        """Billing units in each marketed container, each once, smallest first."""
        return sizes_of(self.marketed)

    @cached_property
    def given(self) -> tuple[LineFacts, ...]:
        """The lines that bill what was administered."""
        return tuple(line for line in self.lines if not line.is_waste)

    @cached_property
    def wasted(self) -> tuple[LineFacts, ...]:
        """The lines that bill what was discarded."""
        return tuple(line for line in self.lines if line.is_waste)

    @cached_property
    def units_given(self) -> Decimal | None:
        """Billing units on the administered lines; None when a count is missing."""
        return _sum(self.given)

    @cached_property
    def units_wasted(self) -> Decimal | None:
        """Billing units on the JW lines; None when a count is missing."""
        return _sum(self.wasted)

    @property
    def unit_dose(self) -> Decimal | None:
        """How much drug one billing unit is; None when not known or not exact ("up to")."""
        return None if self.drug.unit_up_to else self.drug.unit_amount


def _sum(lines: tuple[LineFacts, ...]) -> Decimal | None:
    counts = [line.units for line in lines]
    known = [count for count in counts if count is not None]
    return sum(known, Decimal(0)) if len(known) == len(counts) else None


@dataclass(frozen=True)
class ClaimFacts:
    """The claim with its lines and its drugs by day. Its traits are its own; as a whole it is of no one code.

    `is_institutional` says that a facility bills, by revenue codes and type of bill.
    """

    claim: Claim
    lines: tuple[LineFacts, ...]
    drug_lines: tuple[LineFacts, ...]
    drug_days: tuple[DrugDay, ...]
    diagnoses: tuple[str, ...]
    traits: int
    is_institutional: bool = False
    hcpcs: str = ""

    @property
    def documentation(self) -> tuple[DocumentationElement, ...] | None:
        """What the record holds; None when nobody said."""
        return self.claim.documentation

    @property
    def first_service(self) -> date | None:
        """The earliest date of service of the claim."""
        return min((line.on for line in self.lines if line.on), default=None)

    def place_of(self, line: LineFacts) -> str | None:
        """Where the line was done: its own place of service [SV105], else the claim's [CLM05-1].

        On an institutional claim it is the place that the facility type stands for; None for most types.
        """
        of_claim = self.claim.claim_information.place_of_service_code
        if self.is_institutional:
            return PLACE_OF_FACILITY.get(of_claim or "")
        return line.line.professional_service.place_of_service_code or of_claim

    def diagnoses_of(self, lines: Iterable[LineFacts]) -> tuple[str, ...]:
        """The diagnoses that the lines point to, each once; pointers to nothing are left out.

        Lines of an institutional claim point to none: all of its diagnoses are theirs.
        """
        if self.is_institutional:
            return tuple(dict.fromkeys(code for code in self.diagnoses if code))
        pointers = (
            pointer
            for line in lines
            if (composite := line.line.professional_service.composite_diagnosis_code_pointers)
            for pointer in composite.diagnosis_code_pointers
        )
        by_pointer = {str(place): code for place, code in enumerate(self.diagnoses, 1) if code}
        return tuple(dict.fromkeys(by_pointer[pointer] for pointer in pointers if pointer in by_pointer))

    def rendering_npi(self, line: LineFacts) -> str | None:
        """Who performed the line: its own rendering provider, else the claim's, else the billing provider."""
        providers: tuple[Provider | None, ...] = (
            line.line.rendering_provider,
            self.claim.rendering,
            self.claim.billing,
        )
        return next((provider.npi for provider in providers if provider and provider.npi), None)
