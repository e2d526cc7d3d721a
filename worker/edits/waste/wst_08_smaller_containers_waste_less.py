import re
from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Final

from schemas.documentation import Element
from schemas.outcome import Citation, Severity
from worker.edits.drugs.arithmetic import in_words
from worker.edits.drugs.containers import ONE_UNIT, Combination, add_up, least_waste, repeats_containers, sizes_of
from worker.edits.drugs.expected_units import contradicts_record
from worker.edits.edit import (
    BOTH_KINDS,
    Bypassed,
    Context,
    DoesNotApply,
    Flaw,
    NoData,
    Verdict,
    drug_day_edit,
    predicts,
)
from worker.edits.facts.claim import DrugDay
from worker.edits.facts.locate import in_line
from worker.edits.facts.record import Unknown
from worker.edits.facts.traits import Trait
from worker.reference.tables.rows import Container

SUPPLY: Final = re.compile(r"\bshortage\b|\bback-?\s?order|\bnot available\b|\bunavailable\b", re.IGNORECASE)


@drug_day_edit(
    "WST-08",
    severity=Severity.WARN,
    predicted=predicts(category="A2", status=("476",), carc=("153",), rarc=("M53",)),
    citation=Citation(
        source="CGS Administrators, Part B: billing units and discarded drugs, 2023-06-27",
        effective=date(2017, 1, 1),
        url="https://cgsmedicare.com/partb/pubs/news/2023/06/cope140894.html",
    ),
    needs=Trait.WASTE_BILLED,
    kinds=BOTH_KINDS,
    tables=("containers",),
)
def smaller_containers_waste_less(day: DrugDay, _: Context) -> Verdict | None:
    """Different containers of the same product would have held the dose with less left over.

    Why: payers pay for what was discarded when the containers were chosen to waste the least. Shortages and the rules
    of a label are good reasons for others, so that this only warns.

    Flagged: J9035 (10 mg) x 30 and JW x 10, one vial of 400 mg, where three vials of 100 mg waste nothing.

    Accepted: a reason in the record (`discard-reason`) or in a note of the line, such as a shortage; x 31 and JW x 9,
    since 305 mg take 400 mg of either size. Only sizes of one maker's product are compared: nobody stocks them all.
    Units that contradict the record, or are not a sum of containers, are left to other edits.

    To do: Use the containers that waste the least, or have the reason ready why others were opened.
    """
    given, wasted, unit = day.units_given, day.units_wasted, day.unit_dose
    if not day.wasted or not day.given:
        return DoesNotApply()
    if (by := _reason(day)) is not None:
        return Bypassed(by, day.wasted[0].number)
    line, listed, opened = day.wasted[0], day.marketed, day.containers_opened
    if not listed or unit is None:
        return NoData("container sizes in the crosswalk", line.number)
    if given is None or wasted is None:
        return NoData("unit count", line.number)
    if contradicts_record(day):
        return NoData("units that agree with the doses in the record", line.number)
    if isinstance(opened, Unknown) and repeats_containers(day.marketed_sizes, given, wasted):
        return NoData("discarded units that are not those of whole containers", line.number)
    used = () if isinstance(opened, Unknown) else tuple(content / unit for content in opened)
    total = sum(used, Decimal(0)) or given + wasted
    better = _better(_products(day, listed), used, total, given)
    if better:
        return Flaw(
            message=f"{day.hcpcs}: {in_words(given)} given of {total.normalize():f} opened; containers of {better} "
            "units would have held the dose with less left over.",
            hint="Use the containers that waste the least, or have the reason ready why others were opened.",
            at=in_line(line, "serviceUnitCount"),
            facts={
                "procedureCode": day.hcpcs,
                "unitsGiven": given,
                "unitsOpened": total.normalize(),
                "containerUnits": str(better),
                "unitsNeeded": better.total,
            },
        )
    return None


def _reason(day: DrugDay) -> str | None:
    """Where the reason for other containers is written; None when nowhere."""
    if day.record and day.record.has(Element.DISCARD_REASON):
        return f"documentation {Element.DISCARD_REASON.value}"
    texts = [text for line in day.lines for text in (line.line.service.description, line.line.additional_notes) if text]
    return "a note on the supply of the drug" if any(SUPPLY.search(text) for text in texts) else None


def _products(day: DrugDay, listed: tuple[Container, ...]) -> list[tuple[Decimal, ...]]:
    """The sizes of each product that may have been used: those of the NDCs on the lines, else all."""
    packages = [line.line.drug_identification for line in day.lines]
    ndcs = {package.national_drug_code for package in packages if package}
    named = {(container.labeler, container.brand) for container in listed if container.ndc11 in ndcs}
    products: defaultdict[tuple[str, str], list[Container]] = defaultdict(list)
    for container in listed:
        if not named or (container.labeler, container.brand) in named:
            products[container.labeler, container.brand].append(container)
    return [sizes_of(containers) for containers in products.values()]


def _better(
    products: list[tuple[Decimal, ...]], used: tuple[Decimal, ...], total: Decimal, given: Decimal
) -> Combination | None:
    """What would have wasted less, if that is so whichever of the products was used."""
    possible = [sizes for sizes in products if (set(used) <= set(sizes) if used else add_up(sizes, total, ONE_UNIT))]
    least = [least_waste(sizes, given) for sizes in possible]
    better = [choice for choice in least if choice and total - choice.total >= ONE_UNIT]
    return better[0] if better and len(better) == len(least) else None
