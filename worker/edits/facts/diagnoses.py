"""The diagnoses of a claim with their types and places: an 837P lists them, an 837I names the principal one apart."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from schemas.outcome import Location
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.locate import in_diagnosis

PRINCIPAL, OTHER = "ABK", "ABF"
PRINCIPAL_IN_ICD_9, OTHER_IN_ICD_9 = "BK", "BF"
_INFORMATION: Final = "$.claimInformation"


class CodedDiagnosis(NamedTuple):
    """A diagnosis that is there: the code without dot, its type [HI01-1], and where it is.

    `place` counts the diagnoses of the claim from 1, the principal one of an institutional claim first.
    """

    code: str
    type: str
    place: int
    at: Location

    @property
    def is_principal(self) -> bool:
        """Whether it is the principal one, in ICD-10-CM."""
        return self.type == PRINCIPAL

    @property
    def is_icd_10(self) -> bool:
        """Whether it is sent as ICD-10-CM, as principal or any other diagnosis."""
        return self.type in {PRINCIPAL, OTHER}


def coded_diagnoses(claim: ClaimFacts) -> Iterator[CodedDiagnosis]:
    """Yield the diagnoses of a claim of either kind, without those that lack a code."""
    for place, (code, (kind, at)) in enumerate(zip(claim.diagnoses, _places(claim), strict=True), 1):
        if code:
            yield CodedDiagnosis(code, kind or "", place, at)


def _places(claim: ClaimFacts) -> Iterator[tuple[str | None, Location]]:
    """Yield type and place of each of `claim.diagnoses`, in their order."""
    information = claim.claim.claim_information
    for place, entry in enumerate(information.health_care_code_information, 1):
        yield entry.diagnosis_type_code, in_diagnosis(place)
    principal = information.principal_diagnosis
    if principal is not None:
        path = f"{_INFORMATION}.principalDiagnosis.principalDiagnosisCode"
        yield principal.qualifier_code or PRINCIPAL, Location(json_path=path, x12="2300 HI01-2")
    for group, entries in enumerate(information.other_diagnosis_information_list):
        for place, other in enumerate(entries):
            path = f"{_INFORMATION}.otherDiagnosisInformationList[{group}][{place}].otherDiagnosisCode"
            yield other.qualifier_code or OTHER, Location(json_path=path, x12=f"2300 HI{place + 1:02}-2")
