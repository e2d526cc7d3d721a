"""The package of a drug on a line: a detail with an NDC, or an NDC beside the code of the service."""

import re
from typing import Final

from worker.fhir.codings import ValueSet, code_of
from worker.fhir.elements import FhirElement, Json, ResourceError, filled
from worker.fhir.quantities import DRUG_UNITS, count, unit
from worker.fhir.systems import NDC, RXNORM

_NDC_GROUPS: Final = re.compile(r"(\d{4,5})-(\d{3,4})-(\d{1,2})", re.ASCII)
_ASSIGNED: Final = frozenset({(4, 4, 2), (5, 3, 2), (5, 4, 1), (5, 4, 2)})
"""The groups in which an NDC is assigned (21 CFR 207.33), and 5-4-2, as claims have it."""


def without_hyphens(ndc: str) -> str:
    """Return the eleven digits of a claim for the groups of a package; all else stays as it is, for the edits."""
    found = _NDC_GROUPS.fullmatch(ndc)
    if found is None or tuple(map(len, found.groups())) not in _ASSIGNED:
        return ndc
    labeler, product, package = found.groups()
    return f"{labeler:0>5}{product:0>4}{package:0>2}"


_LOOKS_LIKE_NDC: Final = re.compile(r"\d{11}|\d{4,5}-\d{3,4}-\d{1,2}", re.ASCII)
_CODES: Final = ValueSet("NDC", NDC, meaning=without_hyphens)
_PLAIN: Final = ValueSet(
    "NDC", NDC, is_plain=True, meaning=lambda code: without_hyphens(code) if _LOOKS_LIKE_NDC.fullmatch(code) else ""
)


def drug(item: FhirElement, details: list[FhirElement]) -> Json:
    """Return the package of a line from those of its details that are packages.

    Raises `ResourceError` where the line names two: an 837 has room for one (loop 2410), and the other would be lost.
    """
    beside = package_of(item)
    found = [(each, code) for each in details if (code := package_of(each))]
    if len(found) > 1 or (found and beside not in {"", found[0][1]}):
        raise ResourceError(f"{item.path}", "it names two packages of drugs; a line has room for one.")
    for detail, code in found:
        detail.pass_over("sequence")
        quantity = detail.child("quantity")
        return _identified(code, count(quantity), unit(quantity, DRUG_UNITS))
    return _identified(beside) if beside else {}


def package_of(entry: FhirElement) -> str:
    """Return the NDC of an item or detail; empty when it has none."""
    product = entry.child("productOrService")
    if code := code_of(product, _CODES):
        return code
    codings = product.children("coding") if product else []
    return code_of(product, _PLAIN) if len(codings) == 1 else ""


def is_other_drug_name(entry: FhirElement) -> bool:
    """Whether a detail only names a drug in words of clinicians, which nobody bills by (RxNorm)."""
    product = entry.child("productOrService")
    codings = product.children("coding") if product else []
    return bool(codings) and all(each.peek("system") in RXNORM for each in codings)


def _identified(ndc: str, number: str = "", measure: str = "") -> Json:
    return filled(
        serviceIdQualifier="N4",
        nationalDrugCode=ndc,
        nationalDrugUnitCount=number,
        measurementUnitCode=measure,
    )
