"""From a claim to the facts that the edits look at: lines, drugs by day, and their entries in the record."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Final

from schemas.claim import Claim, ClaimInformation, ClaimKind, ServiceLine
from schemas.documentation import DocumentationElement, Element
from worker.edits.codes.places import PLACE_OF_FACILITY
from worker.edits.drugs.containers import marketed_on, sizes_of
from worker.edits.facts.claim import ClaimFacts, DrugDay, Likeness, LineFacts
from worker.edits.facts.record import DrugRecord, Unknown
from worker.edits.facts.traits import UNTOLD, Trait, traits_of_line
from worker.pipeline.kept import Kept
from worker.pipeline.likeness import ALIKE, likeness_of
from worker.reference.tables.answer import Found, NotInForce
from worker.reference.tables.rows import Drug
from worker.reference.tables.snapshot import Snapshot

NO_RECORD = Unknown("documentation")
NO_LINE: Final = ServiceLine()
CHARGE: Final = attrgetter("service.line_item_charge_amount")
PROFESSIONAL_CHARGE: Final = attrgetter("professional_service.line_item_charge_amount")
POINTERS: Final = attrgetter("professional_service.diagnosis_pointers")


class Gatherer:
    """Works out the facts of claims with the tables of one snapshot.

    What follows from a line alone is worked out once for all lines like it, and kept; so is what follows from the lines
    of a drug and day.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._lines: Kept[Likeness, LineFacts] = Kept(ALIKE)
        self._days: Kept[Likeness, DrugDay] = Kept(ALIKE)

    def gather(self, claim: Claim, traits: int = UNTOLD) -> ClaimFacts:
        """Work out the facts of a claim once, for all edits; `traits` are those of `DecodedClaim`."""
        information = claim.claim_information
        is_institutional = claim.kind is ClaimKind.INSTITUTIONAL
        place = information.place_of_service_code
        if is_institutional:
            place = PLACE_OF_FACILITY.get(place or "")
        lines = tuple([self._line(number, line, place) for number, line in enumerate(information.service_lines, 1)])
        for line in lines:
            traits |= line.traits
        drug_lines = tuple([line for line in lines if line.drug])
        charges = tuple(map(CHARGE if is_institutional else PROFESSIONAL_CHARGE, information.service_lines))
        if traits & Trait.UNREADABLE:
            charges = tuple([charge if isinstance(charge, Decimal) else None for charge in charges])
        diagnoses = tuple([(code or "").replace(".", "").upper() for code in _diagnoses(information)])
        return ClaimFacts(
            claim=claim,
            lines=lines,
            drug_lines=drug_lines,
            drug_days=self._drug_days(claim, drug_lines),
            diagnoses=diagnoses,
            by_pointer={str(pointer): code for pointer, code in enumerate(diagnoses, 1) if code},
            pointers=tuple(map(POINTERS, information.service_lines)),
            charges=charges,
            first_service=min([line.on for line in lines if line.on], default=None),
            traits=traits,
            is_institutional=is_institutional,
        )

    def _line(self, number: int, line: ServiceLine, place: str | None) -> LineFacts:
        likeness = likeness_of(line, place)
        if likeness is None:
            return _line(number, line, place, None, self._snapshot)
        known = self._lines.get(likeness)
        if known is None:
            # Of the claim itself nothing is kept.
            known = _line(number, line, place, likeness, self._snapshot)._replace(number=0, line=NO_LINE)
            self._lines.keep(likeness, known)
        return LineFacts(number, line, *known[2:])

    def _drug_days(self, claim: Claim, drug_lines: Iterable[LineFacts]) -> tuple[DrugDay, ...]:
        by_day: dict[tuple[str, date], list[LineFacts]] = defaultdict(list)
        for line in drug_lines:
            if line.on:
                by_day[line.hcpcs, line.on].append(line)
        return tuple([self._day(claim, tuple(lines), is_only_one=len(by_day) == 1) for lines in by_day.values()])

    def _day(self, claim: Claim, lines: tuple[LineFacts, ...], *, is_only_one: bool) -> DrugDay:
        documentation, likenesses = claim.documentation, tuple([line.likeness for line in lines])
        if documentation is not None:
            return _day(lines, None, _record(documentation, lines, only_one=is_only_one), self._snapshot)
        if None in likenesses:
            return _day(lines, None, None, self._snapshot)
        known = self._days.get(likenesses)
        if known is None:
            known = _day(lines, likenesses, None, self._snapshot)._replace(lines=(), given=(), wasted=())
            self._days.keep(likenesses, known)
        return DrugDay._make((lines, *_given_and_wasted(lines), *known[3:]))


def _diagnoses(information: ClaimInformation) -> Iterator[str | None]:
    yield from (entry.diagnosis_code for entry in information.health_care_code_information)
    if information.principal_diagnosis is not None:
        yield information.principal_diagnosis.code
    yield from (entry.code for group in information.other_diagnosis_information_list for entry in group)


def _line(
    number: int, line: ServiceLine, place_of_claim: str | None, likeness: Likeness | None, snapshot: Snapshot
) -> LineFacts:
    service = line.service
    hcpcs = (service.procedure_code or "").upper()
    on = line.service_date if isinstance(line.service_date, date) else None
    end = line.service_date_end
    answer = snapshot.drug(hcpcs, on) if on and hcpcs else None
    modifiers = tuple([modifier.upper() for modifier in service.procedure_modifiers if modifier])
    is_institutional = line.institutional_service is not None
    place = None if is_institutional else line.professional_service.place_of_service_code
    units = service.service_unit_count
    return LineFacts(
        number=number,
        line=line,
        hcpcs=hcpcs,
        on=on,
        until=end if isinstance(end, date) and on and end > on else on,
        place=place or place_of_claim,
        units=units if isinstance(units, Decimal) else None,
        modifiers=modifiers,
        drug=answer.row if isinstance(answer, (Found, NotInForce)) else None,
        drug_answer=answer,
        traits=traits_of_line(hcpcs, modifiers, line),
        likeness=likeness,
    )


def _day(
    lines: tuple[LineFacts, ...], likeness: Likeness | None, record: DrugRecord | None, snapshot: Snapshot
) -> DrugDay:
    hcpcs, on, drug = next((line.hcpcs, line.on, line.drug) for line in lines if line.drug and line.on)
    given, wasted = _given_and_wasted(lines)
    marketed = marketed_on(on, drug, hcpcs, snapshot)
    dose_given, dose_discarded, opened = (NO_RECORD,) * 3 if record is None else _doses(record, drug, lines)
    traits = 0 if record is None else Trait.RECORD
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
        marketed=marketed,
        marketed_sizes=sizes_of(marketed),
        traits=traits,
        likeness=likeness,
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
            entry
            for entry in documentation
            if (entry.provider_control_number in numbers)
            or (not entry.provider_control_number and (only_one or entry.element not in _MEASURES))
        )
    )
