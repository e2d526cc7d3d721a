"""How the package that a line names by NDC fits the code that it bills.

Each disagreement is reported by one edit: HCP-06 where a biosimilar and its reference, or two of them, are mixed up;
HCP-08 where another form or maker of the same drug is; NDC-06 where the package is another drug, or none we know.
"""

import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Final

from schemas.outcome import Severity
from worker.edits.drugs.ingredients import UNLISTED, label, share_ingredient
from worker.edits.drugs.ndc_form import NDC_QUALIFIER, is_billable_form
from worker.edits.edit import Flaw
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.code import Siblings
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait
from worker.reference.tables.answer import Absent, Found, NotInForce
from worker.reference.tables.name_index import ORDINARY, SUFFIXED
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


def brand_named(line: LineFacts, snapshot: Snapshot) -> tuple[str, Drug] | None:
    """A brand in the line's description that is of one other code of the same ingredient, with its drug.

    None when the description names a brand of the code itself, no brand, or brands of several other codes. The
    name of a biologic with its four letters counts as a brand.
    """
    text, drug = line.line.service.description, line.drug
    if not text or COMPARES.search(text) or drug is None or line.on is None or drug.drug_class == UNLISTED:
        return None
    own = {word for name in (drug.generic_name, drug.short_description, *drug.brands) for word in words_of(name or "")}
    found = [
        (brands[0], other)
        for other in snapshot.drugs_named(text)
        if other.hcpcs != drug.hcpcs
        and (brands := _brands_in(text, other, own))
        and isinstance(snapshot.drug(other.hcpcs, line.on), Found)
        and share_ingredient(drug, other, snapshot)
    ]
    return found[0] if len(found) == 1 and not _brands_in(text, drug, set()) else None


def _brands_in(text: str, drug: Drug, own: AbstractSet[str]) -> list[str]:
    """The brands of a drug in a text, without those that tell no more than its generic name, or than `own` words."""
    words, generic = f" {' '.join(words_of(text))} ", (drug.generic_name or "").lower()
    telling_nothing = {*words_of(label(drug) if generic else ""), *ORDINARY}
    brands = [brand for brand in drug.brands if not telling_nothing.issuperset(words_of(brand))]
    brands += SUFFIXED.findall(generic)
    return [each for each in brands if f" {' '.join(words_of(each))} " in words and not set(words_of(each)) <= own]


def mixes_biosimilars(drug: Drug, others: Iterable[tuple[Container | None, Drug]]) -> bool:
    """Whether one of the drugs that were mixed up is a biosimilar."""
    return any(each.drug_class == BIOSIMILAR for each in (drug, *(other for _, other in others)))


def has_package_or_text(line: LineFacts) -> bool:
    """Whether the line shows more of its drug than the code."""
    return bool(line.traits & (Trait.PACKAGE | Trait.TEXT))


def of_brand(line: LineFacts, brand: str, other: Drug) -> Flaw:
    """The flaw of a line whose description names the brand of another code: a warning, since payers compare NDCs."""
    return Flaw(
        message=f"The description of line {line.number} names {brand}, which is billed as {other.hcpcs}, not as "
        f"{line.hcpcs}.",
        hint=f"Bill {other.hcpcs} if {brand} was given, and recount the units; else correct the description.",
        at=in_line(line, "procedureCode"),
        facts={"procedureCode": line.hcpcs, "product": brand, "codesOfBrand": other.hcpcs},
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
