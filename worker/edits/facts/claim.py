"""What the edits look at: the claim, its lines and its drugs, worked out once and shared.

Values that could not be read are None here; only the intake edits look at the text behind them.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from msgspec import Struct

from schemas.records import Claim, DocumentationElement, ServiceLine
from worker.edits.facts.code import CodeOnDay
from worker.edits.facts.record import DrugRecord, Unknown
from worker.reference.tables.answer import Answer
from worker.reference.tables.rows import Container, Drug


class LineFacts(Struct, frozen=True, eq=False, gc=False):
    """One service line.

    `on` is its first date of service and `until` its last one, which is the first when no later one is given. `place`
    is where it was done: its own place of service [SV105], else the claim's [CLM05-1]; `facility` is instead of it the
    facility type on an institutional claim, the first two digits of its type of bill. `drug` is the drug behind its
    code, in force on that date or not; None for a line that is not a drug line as far as our tables know (`drug_answer`
    then says how). `traits` are the values of `Trait` added up. `code` is what the tables know of its code on that
    date.

    Its charge is in the claim's `charges`.
    """

    number: int
    line: ServiceLine
    hcpcs: str
    on: date | None
    until: date | None
    place: str | None
    facility: str | None
    units: Decimal | None
    modifiers: tuple[str, ...]
    drug: Drug | None
    traits: int
    code: CodeOnDay

    @property
    def drug_answer(self) -> Answer[Drug] | None:
        """What the tables say of its code as that of a drug."""
        return self.code.drug_answer

    @property
    def first(self) -> int:
        """Its own number, as that of the first of its lines."""
        return self.number

    @property
    def is_waste(self) -> bool:
        """Whether the line bills a discarded amount."""
        return "JW" in self.modifiers

    @property
    def attests_no_waste(self) -> bool:
        """Whether the line says that nothing was discarded."""
        return "JZ" in self.modifiers

    @property
    def is_institutional(self) -> bool:
        """Whether it is a line of a facility's claim."""
        return self.line.institutional_service is not None

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


class DrugDay(Struct, frozen=True, eq=False, gc=False):
    """All lines of one drug code on one date of service, with what the record says about them.

    `given` are the lines that bill what was administered, `wasted` those that bill what was discarded; their units are
    None when a count is missing. Doses are in the unit of the code's billing unit (mg for a code billed per 10 mg).
    `traits` are those of all lines together. `code` is what the tables know of the drug on that day.
    """

    lines: tuple[LineFacts, ...]
    given: tuple[LineFacts, ...]
    wasted: tuple[LineFacts, ...]
    hcpcs: str
    on: date
    drug: Drug
    units_given: Decimal | None
    units_wasted: Decimal | None
    record: DrugRecord | None
    dose_given: Decimal | Unknown
    dose_discarded: Decimal | Unknown
    containers_opened: tuple[Decimal, ...] | Unknown
    traits: int
    code: CodeOnDay

    @property
    def marketed(self) -> tuple[Container, ...]:
        """The containers on the crosswalk of that day, none when they or their contents are not known."""
        return self.code.marketed

    @property
    def marketed_sizes(self) -> tuple[Decimal, ...]:
        """The billing units in each, each once, smallest first."""
        return self.code.marketed_sizes

    @property
    def first(self) -> int:
        """The number of the first of its lines."""
        return self.lines[0].number

    @property
    def unit_dose(self) -> Decimal | None:
        """How much drug one billing unit is; None when not known or not exact ("up to")."""
        return None if self.drug.unit_up_to else self.drug.unit_amount


class ClaimFacts(Struct, frozen=True, eq=False, gc=False):
    """The claim with its lines and its drugs by day. As a whole it is of no one code: `code` is that of no code.

    `diagnoses` are without dots, in the order of the claim, "" for a code that is missing; `by_pointer` has those that
    are there by the number with which a line points to them. `charges` are those of the lines, in dollars, None for one
    that cannot be read; `pointers` theirs to diagnoses, as they are written; `first_service` is the earliest day on
    which a line begins, `last_service` the latest that a line names. `traits` are its own and those of its lines.
    `is_institutional` says that a facility bills, by revenue codes and type of bill. `first` comes before any line.
    """

    claim: Claim
    lines: tuple[LineFacts, ...]
    drug_lines: tuple[LineFacts, ...]
    drug_days: tuple[DrugDay, ...]
    diagnoses: tuple[str, ...]
    by_pointer: Mapping[str, str]
    charges: tuple[Decimal | None, ...]
    pointers: tuple[tuple[str | None, ...], ...]
    first_service: date | None
    last_service: date | None
    traits: int
    code: CodeOnDay
    is_institutional: bool = False
    first: int = 0

    @property
    def documentation(self) -> tuple[DocumentationElement, ...] | None:
        """What the record holds; None when it is not known."""
        return self.claim.documentation

    def charge_of(self, line: LineFacts) -> Decimal | None:
        """What one of the lines charges, in dollars; None when it cannot be read."""
        return self.charges[line.number - 1]

    def diagnoses_of(self, lines: Iterable[LineFacts]) -> tuple[str, ...]:
        """The diagnoses that the lines point to, each once; pointers to nothing are left out.

        Lines of an institutional claim point to none: all of its diagnoses are theirs.
        """
        if self.is_institutional:
            return tuple(dict.fromkeys(code for code in self.diagnoses if code))
        found: dict[str, None] = {}
        for line in lines:
            for pointer in self.pointers[line.number - 1]:
                if code := self.by_pointer.get(pointer or ""):
                    found[code] = None
        return tuple(found)

    def rendering_npi(self, line: LineFacts) -> str | None:
        """Who performed the line: its own rendering provider, else the claim's, else the billing provider."""
        for provider in (line.line.rendering_provider, self.claim.rendering, self.claim.billing):
            if provider and provider.npi:
                return provider.npi
        return None
