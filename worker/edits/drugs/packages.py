"""How the package that a line names by NDC fits the code that it bills.

Each disagreement is reported by one edit: HCP-06 where a biosimilar and its reference, or two of them, are mixed up;
HCP-08 where another form or maker of the same drug is; NDC-06 where the package is another drug, or none we know.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Final

from schemas.documentation import Element
from schemas.outcome import Severity
from worker.edits.drugs.ingredients import UNLISTED, label, share_ingredient
from worker.edits.drugs.ndc_form import NDC_QUALIFIER, is_billable_form
from worker.edits.edit import Context, Flaw
from worker.edits.facts.claim import ClaimFacts, DrugDay, LineFacts
from worker.edits.facts.code import Siblings
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import DOUBTFUL_PRODUCT, SHOWN_PRODUCT, Trait
from worker.reference.tables.answer import Absent, Found, NotInForce
from worker.reference.tables.name_index import IN_BRACKETS, ORDINARY, SUFFIXED
from worker.reference.tables.names import words_of
from worker.reference.tables.rows import Container, Drug
from worker.reference.tables.snapshot import Snapshot

COMPARES: Final = re.compile(r"\bnot\b|\bequivalent|\bexcl|\bdiluent", re.IGNORECASE)
"""Words beside the name of a drug that was not given."""
BIOSIMILAR: Final = "biosimilar"


def siblings(line: LineFacts, snapshot: Snapshot) -> Siblings:
    """The package's rows when all are of the code's ingredient, but none is under the code, each with its drug.

    Empty when the package is listed under the code. None when they cannot be compared: the package is not on the
    crosswalk of that day, nor the code where the package has several others, the code is not in force, or a row is of
    another ingredient.
    """
    package = line.line.drug_identification
    if package is None or package.service_id_qualifier != NDC_QUALIFIER or line.on is None or line.drug is None:
        return None
    if not is_billable_form(package.national_drug_code or "") or line.drug.drug_class == UNLISTED:
        return None
    known = line.code.siblings
    ndc = package.national_drug_code or ""
    if ndc not in known:
        answer = snapshot.container(ndc, line.on)
        if not isinstance(line.drug_answer, Found) or not isinstance(answer, Found):
            return None
        containers = line.code.containers
        only_code = isinstance(containers, Absent) and len({row.hcpcs for row in answer.row}) == 1
        if not isinstance(containers, Found) and not only_code:
            return None
        known[ndc] = _siblings(line.hcpcs, line.drug, answer.row, line.on, snapshot)
    return known[ndc]


def _siblings(hcpcs: str, drug: Drug, rows: Iterable[Container], on: date, snapshot: Snapshot) -> Siblings:
    if any(row.hcpcs == hcpcs for row in rows):
        return ()
    found = []
    for container in rows:
        other = snapshot.drug(container.hcpcs, on)
        if not isinstance(other, (Found, NotInForce)) or not share_ingredient(drug, other.row, snapshot):
            return None
        found.append((container, other.row))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class BrandNamed:
    """A brand that a line names, in its description or the record, with the drugs whose brand it is."""

    brand: str
    drugs: tuple[Drug, ...]
    named_in: str


def brand_named(line: LineFacts, context: Context) -> BrandNamed | None:
    """The brand of other codes of the same ingredient that the line's description, or the record, names.

    None when neither names a brand, or one of the code itself, or several. The name of a biologic with its four letters
    counts as a brand.
    """
    if line.drug is None or line.on is None or line.drug.drug_class == UNLISTED:
        return None
    for named_in, text in _texts(line, context.claim):
        if text and not COMPARES.search(text) and (named := _brand_in(text, named_in, line, context.snapshot)):
            return named
    return None


def _texts(line: LineFacts, claim: ClaimFacts) -> Iterator[tuple[str, str]]:
    yield "description", line.line.service.description or ""
    for day in claim.drug_days if claim.documentation else ():
        if line in day.lines:
            yield "record", names_in_record(line, day)


def names_in_record(line: LineFacts, day: DrugDay) -> str:
    """The names of the drug that the record gives for a line; one without a line is the first line's."""
    names = day.record.entries(Element.DRUG_NAME) if day.record else ()
    owners = {line.control_number, None} if line is day.lines[0] else {line.control_number} - {None}
    return "; ".join(entry.value or "" for entry in names if (entry.provider_control_number or None) in owners)


def _brand_in(text: str, named_in: str, line: LineFacts, snapshot: Snapshot) -> BrandNamed | None:
    drug, on = line.drug, line.on
    if drug is None or on is None or _brands_in(text, drug, set()):
        return None
    own = {word for name in (drug.generic_name, drug.short_description, *drug.brands) for word in words_of(name or "")}
    found = [
        (brands[0], other)
        for other in snapshot.drugs_named(text)
        if other.hcpcs != drug.hcpcs
        and (brands := _brands_in(text, other, own))
        and isinstance(snapshot.drug(other.hcpcs, on), Found)
        and share_ingredient(drug, other, snapshot)
    ]
    if len({" ".join(words_of(brand)) for brand, _ in found}) != 1:
        return None
    return BrandNamed(found[0][0], tuple(other for _, other in found), named_in)


def _brands_in(text: str, drug: Drug, own: AbstractSet[str]) -> list[str]:
    """The brands of a drug in a text, without those that tell no more than its generic name, or than `own` words."""
    words, generic = f" {' '.join(words_of(text))} ", (drug.generic_name or "").lower()
    telling_nothing = {*words_of(label(drug) if generic else ""), *ORDINARY}
    brands = [brand for brand in drug.brands if not telling_nothing.issuperset(words_of(brand))]
    brands += SUFFIXED.findall(generic)
    if drug.drug_class == BIOSIMILAR:
        brands += [brand.capitalize() for brand in IN_BRACKETS.findall(generic)]
    return [each for each in brands if f" {' '.join(words_of(each))} " in words and not set(words_of(each)) <= own]


def mixes_biosimilars(drug: Drug, others: Iterable[Drug] = ()) -> bool:
    """Whether one of the drugs that were mixed up is a biosimilar."""
    return drug.drug_class == BIOSIMILAR or any(each.drug_class == BIOSIMILAR for each in others)


def shows_its_drug(line: LineFacts, claim: ClaimFacts) -> bool:
    """Whether the line, or the record, shows more of the drug than the code."""
    return bool(line.traits & SHOWN_PRODUCT or claim.traits & Trait.NAME_RECORDED)


def is_as_billed(line: LineFacts, claim: ClaimFacts) -> bool:
    """Whether a line that shows its drug does so by a package of its code, and nothing else may name another one."""
    return not (line.traits & DOUBTFUL_PRODUCT or claim.traits & Trait.NAME_RECORDED)


def of_brand(line: LineFacts, named: BrandNamed) -> Flaw:
    """The flaw of a line that names the brand of other codes: a warning, since payers compare NDCs."""
    codes = " or ".join(sorted(other.hcpcs for other in named.drugs))
    return Flaw(
        message=f"The {named.named_in} of line {line.number} names {named.brand}, which is billed as {codes}, not as "
        f"{line.hcpcs}.",
        hint=f"Bill {codes} if {named.brand} was given, and recount the units; else correct the name in the "
        f"{named.named_in}.",
        at=in_line(line, "procedureCode"),
        facts={
            "procedureCode": line.hcpcs,
            "product": named.brand,
            "codesOfBrand": codes,
            "namedIn": named.named_in,
        },
        severity=Severity.WARN,
    )


def codes_of(containers: Iterable[Container]) -> str:
    """The codes under which the crosswalk lists the rows of a package, in words."""
    return " or ".join(sorted({container.hcpcs for container in containers}))


def facts_of(line: LineFacts, containers: Sequence[Container]) -> dict[str, object]:
    """The facts that show that a package is listed under codes other than the one billed."""
    return {
        "procedureCode": line.hcpcs,
        "nationalDrugCode": containers[0].ndc11,
        "product": containers[0].brand,
        "codesOfNdc": codes_of(containers),
    }
