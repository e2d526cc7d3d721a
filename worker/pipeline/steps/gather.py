"""From a claim to the facts that the edits look at: lines, drugs by day, and their entries in the record."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Final

from schemas.claim import ClaimKind
from schemas.documentation import Element
from schemas.records import Claim, ClaimInformation, DocumentationElement, DrugIdentification, ServiceLine
from schemas.values import Unreadable, as_day, as_money
from worker.edits.facts.claim import ClaimFacts, DrugDay, LineFacts
from worker.edits.facts.code import CodeOnDay, Codes
from worker.edits.facts.diagnoses import OTHER, PRINCIPAL
from worker.edits.facts.earlier import OF_EARLIER, ServicesBefore
from worker.edits.facts.record import DrugRecord, Unknown
from worker.edits.facts.traits import UNTOLD, Trait, charge_of, traits_of_line, traits_of_package, units_of
from worker.history.view import REPLACES
from worker.reference.tables.rows import Drug
from worker.reference.tables.snapshot import Snapshot

OFFICE: Final = "11"
USUAL_TYPES: Final = frozenset((PRINCIPAL, *[OTHER] * others) for others in range(12))
"""The types of the diagnoses of most professional claims."""
NO_RECORD: Final = Unknown("documentation")
_RARELY_MEASURED: Final = attrgetter(
    "claim_date_information",
    "occurrence_information_list",
    "occurrence_span_informations",
    "other_subscriber_information",
)
NOTHING_RECORDED: Final = (NO_RECORD, NO_RECORD, NO_RECORD)


class Gatherer:
    """Works out the facts of claims with the tables of one snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._codes = Codes(snapshot)

    def gather(self, claim: Claim, traits: int = UNTOLD, before: ServicesBefore | None = None) -> ClaimFacts:
        """Work out the facts of a claim once, for all edits.

        `traits` are those of `DecodedClaim`, `before` is what earlier claims bill; None when none are remembered.
        """
        information = claim.claim_information
        is_institutional = claim.kind is ClaimKind.INSTITUTIONAL
        # Its digits are those of a facility type on an institutional claim, and not of a place of service.
        place = None if is_institutional else information.place_of_service_code
        facility = information.place_of_service_code if is_institutional else None
        lines, drug_lines, charges, pointers = [], [], [], []
        days: list[date] = []
        for number, sent in enumerate(information.service_lines, 1):
            line = self._line(number, sent, place, facility, before)
            lines.append(line)
            if line.drug is not None:
                drug_lines.append(line)
            if line.on is not None:
                days.append(line.on)
            service = sent.institutional_service or sent.professional_service
            charge, of_charge = charge_of(service.line_item_charge_amount)
            charges.append(charge)
            traits |= line.traits | of_charge
            pointers.append(sent.professional_service.diagnosis_pointers)
        if before is not None and not lines:
            traits |= OF_EARLIER
        first = min(days, default=None)
        if traits & Trait.END_DATE:
            ends = [as_day(sent.service_date_end) for sent in information.service_lines]
            days += [day for day in ends if isinstance(day, date)]
        diagnoses, of_diagnoses = self._diagnoses(information, first)
        traits |= of_diagnoses | _traits_of_claim(claim, traits)
        if not all(map(any, set(pointers))):
            traits |= Trait.INCOMPLETE
        drug_days = _drug_days(claim, drug_lines) if drug_lines else ()
        for drug_day in drug_days:
            traits |= drug_day.traits & Trait.NAME_RECORDED
        return ClaimFacts(
            claim=claim,
            lines=tuple(lines),
            drug_lines=tuple(drug_lines),
            drug_days=drug_days,
            diagnoses=tuple(diagnoses),
            by_pointer={str(pointer): code for pointer, code in enumerate(diagnoses, 1) if code},
            pointers=tuple(pointers),
            charges=tuple(charges),
            first_service=first,
            last_service=max(days, default=None),
            traits=traits,
            code=self._codes.of("", None),
            is_institutional=is_institutional,
        )

    def _diagnoses(self, information: ClaimInformation, on: date | None) -> tuple[list[str], int]:
        """Return the diagnoses without dots, and the traits of a claim with them on its first day of service."""
        sent = list(_diagnoses(information))
        types = tuple([entry.diagnosis_type_code for entry in information.health_care_code_information])
        traits = 0 if types in USUAL_TYPES and len(types) == len(sent) and all(sent) else Trait.UNUSUAL_DIAGNOSES
        codes = [code.replace(".", "").upper() for code in sent]
        for code, written in zip(codes, sent, strict=True):
            traits |= self._codes.traits_of_diagnosis(code, on) if code else 0
            traits |= 0 if len(code) == len(written) else Trait.UNUSUAL_DIAGNOSES
        return codes, traits

    def _line(
        self,
        number: int,
        line: ServiceLine,
        place_of_claim: str | None,
        facility: str | None,
        before: ServicesBefore | None,
    ) -> LineFacts:
        institutional, professional = line.institutional_service, line.professional_service
        service = institutional or professional
        billed = self._codes.billed(service.procedure_code, line.service_date, service.procedure_modifiers)
        code = billed.code
        on = until = code.on
        units, of_units = units_of(service.service_unit_count)
        traits = billed.traits | of_units | traits_of_line(line)
        if before is not None:
            traits |= before.traits_of(code.hcpcs, on)
        place = place_of_claim if institutional else professional.place_of_service_code or place_of_claim
        if place != OFFICE:
            traits |= Trait.ELSEWHERE
        if line.drug_identification is not None:
            traits |= _traits_of_package(line.drug_identification, code)
        if line.service_date_end:
            end = as_day(line.service_date_end)
            if isinstance(end, Unreadable):
                traits |= Trait.UNREADABLE
            elif on and end and end > on:
                until = end
        return LineFacts(
            number=number,
            line=line,
            hcpcs=code.hcpcs,
            on=on,
            until=until,
            place=place,
            facility=facility,
            units=units,
            modifiers=billed.modifiers,
            drug=code.drug,
            traits=traits,
            code=code,
        )


def _traits_of_claim(claim: Claim, of_lines: int) -> int:
    traits = Trait.UNREADABLE if _may_be_unreadable(claim, of_lines) else 0
    if claim.claim_information.claim_frequency_code in REPLACES:
        traits |= Trait.REPLACES
    return traits | Trait.STRUCTURE if claim.origin is not None and claim.origin.flaws else traits


def _traits_of_package(package: DrugIdentification, code: CodeOnDay) -> int:
    ndc = package.national_drug_code
    traits = traits_of_package(
        package.service_id_qualifier, ndc, package.national_drug_unit_count, package.measurement_unit_code
    )
    return traits if code.lists(ndc or "") else traits | Trait.DOUBTFUL_PACKAGE


def _may_be_unreadable(claim: Claim, of_lines: int) -> bool:
    """Whether a text beside those of the lines' services may be no amount, count or day where one belongs."""
    information = claim.claim_information
    if of_lines & Trait.OTHER_PAYER or any(_RARELY_MEASURED(information)):
        return True
    lines = information.service_lines
    days = [person.date_of_birth for person in (claim.subscriber, claim.dependent) if person is not None]
    days += [entry.recorded_on for entry in claim.documentation or ()]
    amounts = [line.institutional_service.non_covered_charge_amount for line in lines if line.institutional_service]
    amounts.append(information.claim_charge_amount)
    return Unreadable in map(type, (*map(as_day, days), *map(as_money, amounts)))


def _diagnoses(information: ClaimInformation) -> Iterator[str]:
    for entry in information.health_care_code_information:
        yield entry.diagnosis_code or ""
    if information.principal_diagnosis is not None:
        yield information.principal_diagnosis.code or ""
    for group in information.other_diagnosis_information_list:
        for other in group:
            yield other.code or ""


def _drug_days(claim: Claim, drug_lines: Iterable[LineFacts]) -> tuple[DrugDay, ...]:
    by_day: dict[tuple[str, date], list[LineFacts]] = {}
    for line in drug_lines:
        if line.on:
            by_day.setdefault((line.hcpcs, line.on), []).append(line)
    return tuple([_day(claim, tuple(lines), only_one=len(by_day) == 1) for lines in by_day.values()])


def _day(claim: Claim, lines: tuple[LineFacts, ...], *, only_one: bool) -> DrugDay:
    hcpcs, on, drug = next((line.hcpcs, line.on, line.drug) for line in lines if line.drug and line.on)
    given, wasted = _given_and_wasted(lines)
    said = claim.documentation
    record = None if said is None else _record(said, lines, only_one=only_one)
    dose_given, dose_discarded, opened = NOTHING_RECORDED if record is None else _doses(record, drug, lines)
    # Its last dose may be on this claim.
    traits = (0 if only_one else Trait.EARLIER_CODE) | (0 if record is None else Trait.RECORD)
    if record is not None and record.entries(Element.DRUG_NAME):
        traits |= Trait.NAME_RECORDED
    for line in lines:
        traits |= line.traits
    return DrugDay(
        lines=lines,
        given=given,
        wasted=wasted,
        hcpcs=hcpcs,
        on=on,
        drug=drug,
        units_given=_sum(given),
        units_wasted=_sum(wasted),
        record=record,
        dose_given=dose_given,
        dose_discarded=dose_discarded,
        containers_opened=opened,
        traits=traits,
        code=lines[0].code,
    )


def _given_and_wasted(lines: tuple[LineFacts, ...]) -> tuple[tuple[LineFacts, ...], tuple[LineFacts, ...]]:
    wasted = tuple([line for line in lines if line.is_waste])
    return (tuple([line for line in lines if not line.is_waste]) if wasted else lines), wasted


def _sum(lines: tuple[LineFacts, ...]) -> Decimal | None:
    total = Decimal(0)
    for line in lines:
        if line.units is None:
            return None
        total += line.units
    return total


def _doses(
    record: DrugRecord, drug: Drug, lines: Iterable[LineFacts]
) -> tuple[Decimal | Unknown, Decimal | Unknown, tuple[Decimal, ...] | Unknown]:
    """Dose given, amount discarded and containers opened, in the drug's unit."""
    given = {line.control_number for line in lines if not line.is_waste}
    wasted = {line.control_number for line in lines if line.is_waste}
    dose, discarded, opened = Element.DOSE_ADMINISTERED, Element.AMOUNT_DISCARDED, Element.CONTAINERS_OPENED
    waste_told = record.speaks_of(discarded, wasted) or (len(wasted) <= 1 and record.speaks_within(discarded, given))
    return (
        record.total(dose, drug.unit) if record.speaks_of(dose, given) else _unclear(dose),
        record.total(discarded, drug.unit) if waste_told else _unclear(discarded),
        record.containers(drug.unit) if record.speaks_of(opened, given) else _unclear(opened),
    )


def _unclear(element: Element) -> Unknown:
    return Unknown(f"documentation {element.value} of exactly the lines of the drug")


# Amounts that belong to one drug: recorded for the whole claim, they cannot be split between two drugs.
_MEASURES = {Element.DOSE_ADMINISTERED, Element.AMOUNT_DISCARDED, Element.CONTAINERS_OPENED, Element.DRUG_NAME}


def _record(
    documentation: tuple[DocumentationElement, ...], lines: tuple[LineFacts, ...], *, only_one: bool
) -> DrugRecord:
    numbers = {line.control_number for line in lines if line.control_number}
    return DrugRecord(
        tuple(
            [
                entry
                for entry in documentation
                if (entry.provider_control_number in numbers)
                or (not entry.provider_control_number and (only_one or entry.element not in _MEASURES))
            ]
        )
    )
