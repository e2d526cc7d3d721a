"""From a claim to the facts that the edits look at: lines, drugs by day, and what the record says of them."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from schemas.claim import Claim, ClaimInformation, ClaimKind, ServiceLine
from schemas.documentation import DocumentationElement, Element
from worker.edits.facts import ClaimFacts, DrugDay, LineFacts
from worker.edits.record import Record, Unknown
from worker.reference.answer import Found, NotInForce
from worker.reference.rows import Drug
from worker.reference.snapshot import Snapshot

NO_RECORD = Unknown("documentation")


def gather(claim: Claim, snapshot: Snapshot) -> ClaimFacts:
    """Work out the facts of a claim once, for all edits."""
    information = claim.claim_information
    lines = tuple(_line(number, line, snapshot) for number, line in enumerate(information.service_lines, 1))
    drug_lines = tuple(line for line in lines if line.drug)
    return ClaimFacts(
        claim=claim,
        lines=lines,
        drug_lines=drug_lines,
        drug_days=_days(claim, drug_lines),
        diagnoses=tuple((code or "").replace(".", "").upper() for code in _diagnoses(information)),
        is_institutional=claim.kind is ClaimKind.INSTITUTIONAL,
    )


def _diagnoses(information: ClaimInformation) -> Iterator[str | None]:
    yield from (entry.diagnosis_code for entry in information.health_care_code_information)
    if information.principal_diagnosis is not None:
        yield information.principal_diagnosis.code
    yield from (entry.code for group in information.other_diagnosis_information_list for entry in group)


def _line(number: int, line: ServiceLine, snapshot: Snapshot) -> LineFacts:
    service = line.service
    hcpcs = (service.procedure_code or "").upper()
    on = line.service_date if isinstance(line.service_date, date) else None
    answer = snapshot.drug(hcpcs, on) if on and hcpcs else None
    return LineFacts(
        number=number,
        line=line,
        hcpcs=hcpcs,
        on=on,
        units=_decimal(service.service_unit_count),
        charge=_decimal(service.line_item_charge_amount),
        modifiers=tuple(modifier.upper() for modifier in service.procedure_modifiers if modifier),
        drug=answer.row if isinstance(answer, (Found, NotInForce)) else None,
        drug_answer=answer,
    )


def _decimal(value: object) -> Decimal | None:
    return value if isinstance(value, Decimal) else None


def _days(claim: Claim, drug_lines: tuple[LineFacts, ...]) -> tuple[DrugDay, ...]:
    by_day: dict[tuple[str, date], list[LineFacts]] = defaultdict(list)
    for line in drug_lines:
        if line.on:
            by_day[line.hcpcs, line.on].append(line)
    only_one = len(by_day) == 1
    return tuple(_day(claim, hcpcs, on, tuple(lines), only_one=only_one) for (hcpcs, on), lines in by_day.items())


def _day(claim: Claim, hcpcs: str, on: date, lines: tuple[LineFacts, ...], *, only_one: bool) -> DrugDay:
    drug: Drug | None = lines[0].drug
    if drug is None:
        raise ValueError("a drug day is made of drug lines")
    if claim.documentation is None:
        return DrugDay(hcpcs, on, drug, lines, None, NO_RECORD, NO_RECORD, NO_RECORD)
    record = _record(claim.documentation, lines, only_one=only_one)
    given = {line.control_number for line in lines if not line.is_waste}
    wasted = {line.control_number for line in lines if line.is_waste}
    dose, discarded, opened = Element.DOSE_ADMINISTERED, Element.AMOUNT_DISCARDED, Element.CONTAINERS_OPENED
    waste_told = record.speaks_of(discarded, wasted) or (len(wasted) <= 1 and record.speaks_within(discarded, given))
    return DrugDay(
        hcpcs=hcpcs,
        on=on,
        drug=drug,
        lines=lines,
        record=record,
        dose_given=record.total(dose, drug.unit) if record.speaks_of(dose, given) else _unclear(dose),
        dose_discarded=record.total(discarded, drug.unit) if waste_told else _unclear(discarded),
        containers_opened=record.containers(drug.unit) if record.speaks_of(opened, given) else _unclear(opened),
    )


def _unclear(element: Element) -> Unknown:
    return Unknown(f"documentation {element.value} of exactly the lines of the drug")


# Amounts that belong to one drug: said of the whole claim, they cannot be told apart between two drugs.
_MEASURES = {Element.DOSE_ADMINISTERED, Element.AMOUNT_DISCARDED, Element.CONTAINERS_OPENED, Element.DRUG_NAME}


def _record(documentation: tuple[DocumentationElement, ...], lines: tuple[LineFacts, ...], *, only_one: bool) -> Record:
    numbers = {line.control_number for line in lines if line.control_number}
    return Record(
        tuple(
            entry
            for entry in documentation
            if (entry.provider_control_number in numbers)
            or (not entry.provider_control_number and (only_one or entry.element not in _MEASURES))
        )
    )
