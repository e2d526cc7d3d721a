"""From a claim to the facts that the edits look at: lines, drugs by day, and what the record says of them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from schemas.claim import Claim, ClaimInformation, ClaimKind, ServiceLine
from schemas.documentation import DocumentationElement, Element
from worker.edits.containers import marketed_on
from worker.edits.facts import ClaimFacts, DrugDay, LineFacts
from worker.edits.record import Record, Unknown
from worker.edits.traits import SPECIAL_TEXT, Trait, traits_of_line
from worker.reference.answer import Found, NotInForce
from worker.reference.rows import Drug
from worker.reference.snapshot import Snapshot

NO_RECORD = Unknown("documentation")


def gather(claim: Claim, snapshot: Snapshot, *, is_plain: bool = False) -> ClaimFacts:
    """Work out the facts of a claim once, for all edits; `is_plain` as in `Decoded`."""
    information = claim.claim_information
    lines = tuple(_line(number, line, snapshot) for number, line in enumerate(information.service_lines, 1))
    drug_lines = tuple(line for line in lines if line.drug)
    traits = (Trait.RECORD.value if claim.documentation is not None else 0) | (0 if is_plain else SPECIAL_TEXT)
    return ClaimFacts(
        claim=claim,
        lines=lines,
        drug_lines=drug_lines,
        drug_days=_days(claim, drug_lines, snapshot),
        diagnoses=tuple((code or "").replace(".", "").upper() for code in _diagnoses(information)),
        traits=traits,
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
    modifiers = tuple(modifier.upper() for modifier in service.procedure_modifiers if modifier)
    return LineFacts(
        number=number,
        line=line,
        hcpcs=hcpcs,
        on=on,
        units=_decimal(service.service_unit_count),
        charge=_decimal(service.line_item_charge_amount),
        modifiers=modifiers,
        drug=answer.row if isinstance(answer, (Found, NotInForce)) else None,
        drug_answer=answer,
        traits=traits_of_line(modifiers, line),
    )


def _decimal(value: object) -> Decimal | None:
    return value if isinstance(value, Decimal) else None


def _days(claim: Claim, drug_lines: tuple[LineFacts, ...], snapshot: Snapshot) -> tuple[DrugDay, ...]:
    by_day: dict[tuple[str, date], list[LineFacts]] = defaultdict(list)
    for line in drug_lines:
        if line.on:
            by_day[line.hcpcs, line.on].append(line)
    only_one = len(by_day) == 1
    days = []
    for (hcpcs, on), lines in by_day.items():
        drug = next(line.drug for line in lines if line.drug)
        marketed = marketed_on(on, drug, hcpcs, snapshot)
        record = None
        if claim.documentation is not None:
            record = _record(claim.documentation, tuple(lines), only_one=only_one)
        doses = (NO_RECORD, NO_RECORD, NO_RECORD) if record is None else _doses(record, drug, lines)
        days.append(DrugDay(hcpcs, on, drug, tuple(lines), record, *doses, marketed))
    return tuple(days)


def _doses(
    record: Record, drug: Drug, lines: Iterable[LineFacts]
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
