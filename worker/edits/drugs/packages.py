"""How the package that a line names by NDC fits the code that it bills.

Each disagreement is reported by one edit: HCP-06 where a biosimilar and its reference, or two of them, are mixed up;
HCP-08 where another form or maker of the same drug is; NDC-06 where the package is another drug, or none we know.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from worker.edits.drugs.ingredients import UNLISTED, share_ingredient
from worker.edits.drugs.ndc_form import NDC_QUALIFIER, is_billable_form
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.code import Siblings
from worker.reference.tables.answer import Found, NotInForce
from worker.reference.tables.rows import Container, Drug
from worker.reference.tables.snapshot import Snapshot

BIOSIMILAR: Final = "biosimilar"


def siblings(line: LineFacts, snapshot: Snapshot) -> Siblings:
    """The package's rows when all are of the code's ingredient, but none is under the code, each with its drug.

    Empty when the package is listed under the code. None when they cannot be compared: the package or the code is not
    on the crosswalk of that day, the code is not in force, or a row is of another ingredient.
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
        listed = isinstance(line.drug_answer, Found) and isinstance(line.code.containers, Found)
        if not listed or not isinstance(answer, Found):
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


def mixes_biosimilars(drug: Drug, others: Iterable[tuple[Container, Drug]]) -> bool:
    """Whether one of the drugs that were mixed up is a biosimilar."""
    return any(each.drug_class == BIOSIMILAR for each in (drug, *(other for _, other in others)))


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
