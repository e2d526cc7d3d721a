"""The kind of bill of a claim, and the claim that it follows."""

from typing import Final

from schemas.claim import ClaimKind
from worker.fhir.codings import ValueSet, code_of, one_of
from worker.fhir.elements import FhirElement, ResourceError
from worker.fhir.identifiers import value
from worker.fhir.support import Support
from worker.fhir.systems import RELATED_CLAIMS, TYPE_OF_BILL

_RELATED: Final = ValueSet(
    "relationships of claims",
    RELATED_CLAIMS,
    is_plain=True,
    meaning=one_of({"prior": "prior", "replaces": "prior", "replacedby": "replaced"}),
)
_BILL_TYPES: Final = ValueSet("types of bill", TYPE_OF_BILL, meaning=lambda code: code.removeprefix("0"))
_ORIGINAL: Final = "1"


def bill_type(claim: FhirElement, support: Support) -> str:
    """Return the type of bill without its leading zero. Raises `ResourceError` where there are two."""
    of_claim = code_of(claim.child("subType"), _BILL_TYPES)
    of_support = support.said.get("typeOfBill", "")
    if of_claim and of_support and of_claim != of_support:
        raise ResourceError("Claim.subType", "it is another type of bill than the supporting information has.")
    return of_support or of_claim


def claim_frequency(claim: FhirElement, kind: ClaimKind, support: Support) -> str:
    """Return what is said; original for a claim that follows no other, as FHIR does not say how one follows another.

    Raises `ResourceError` where the type of bill says something else.
    """
    of_bill = bill_type(claim, support)[2:] if kind is ClaimKind.INSTITUTIONAL else ""
    of_support = support.said.get("claimFrequencyCode", "")
    if of_bill and of_support and of_bill != of_support:
        raise ResourceError("Claim.supportingInfo", "the claim frequency is another one than that of the type of bill.")
    is_first = not claim.children("related")
    return of_bill or of_support or (_ORIGINAL if is_first else "")


def previous_claim(claim: FhirElement) -> str:
    """Return the payer's number of the claim that this one follows; FHIR does not say whether it replaces or voids it.

    Raises `ResourceError` where it follows two, and for a claim that was replaced itself.
    """
    numbers = []
    for related in claim.children("related"):
        relationship = code_of(related.child("relationship"), _RELATED)
        if relationship == "replaced":
            raise ResourceError(related.path, "the claim was replaced by another one.")
        if relationship:
            numbers.append(_number_of(related))
    if len({*filter(None, numbers)}) > 1:
        raise ResourceError(f"{claim.path}.related", "a claim follows one other.")
    return next(filter(None, numbers), "")


def _number_of(related: FhirElement) -> str:
    """The number by which the payer knows the other claim, or the file that it is kept in."""
    other = related.child("claim")
    return value(other.child("identifier") if other else None) or value(related.child("reference"))
