"""The code systems and identifier systems that are known, by their URIs.

Sources: HL7 Terminology (terminology.hl7.org), US Core, CARIN Consumer Directed Payer Data Exchange (C4BB), the CMS
Blue Button and BCDA APIs, and the canonical URIs of X12 code lists. HL7's OID of a system is the same system.
"""

from collections.abc import Container
from typing import Final

from worker.fhir.elements import DamagedError, Element

Systems = frozenset[str]


def _systems(*uris: str) -> Systems:
    return frozenset(uris)


def _x12(element: int) -> Systems:
    """A code list of X12, by its data element number."""
    return _systems(f"https://codesystem.x12.org/005010/{element}")


_TERMINOLOGY: Final = "http://terminology.hl7.org/CodeSystem/"
_C4BB: Final = "http://hl7.org/fhir/us/carin-bb/CodeSystem/"
_NUBC: Final = "https://www.nubc.org/CodeSystem/"

HCPCS: Final = _systems(
    "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
    "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
    "https://bluebutton.cms.gov/resources/codesystem/hcpcs",
    "urn:oid:2.16.840.1.113883.6.285",
    "urn:oid:2.16.840.1.113883.6.14",
)
CPT: Final = _systems("http://www.ama-assn.org/go/cpt", "urn:oid:2.16.840.1.113883.6.12")
PROCEDURES: Final = HCPCS | CPT
NDC: Final = _systems("http://hl7.org/fhir/sid/ndc", "urn:oid:2.16.840.1.113883.6.69")
ICD_10_CM: Final = _systems("http://hl7.org/fhir/sid/icd-10-cm", "urn:oid:2.16.840.1.113883.6.90")
ICD_10_PCS: Final = _systems(
    "http://www.cms.gov/Medicare/Coding/ICD10", "http://hl7.org/fhir/sid/icd-10-pcs", "urn:oid:2.16.840.1.113883.6.4"
)
PLACES: Final = _systems(
    "https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set",
    f"{_TERMINOLOGY}CMSPlaceOfServiceCodes",
    f"{_TERMINOLOGY}ex-serviceplace",
)
ABSENT: Final = _systems(f"{_TERMINOLOGY}data-absent-reason")
REVENUE: Final = _systems(f"{_NUBC}RevenueCodes", "urn:oid:2.16.840.1.113883.6.301.3")
TAXONOMY: Final = _systems("http://nucc.org/provider-taxonomy", "urn:oid:2.16.840.1.113883.6.101")
CLAIM_TYPES: Final = _systems(f"{_TERMINOLOGY}claim-type")
CARE_TEAM_ROLES: Final = _systems(f"{_TERMINOLOGY}claimcareteamrole", f"{_C4BB}C4BBClaimCareTeamRole")
DIAGNOSIS_TYPES: Final = _systems(f"{_TERMINOLOGY}ex-diagnosistype", f"{_C4BB}C4BBClaimDiagnosisType")
PROCEDURE_TYPES: Final = _systems(f"{_TERMINOLOGY}ex-procedure-type", f"{_C4BB}C4BBClaimProcedureType")
ON_ADMISSION: Final = _systems(
    f"{_NUBC}PresentOnAdmissionIndicators",
    f"{_TERMINOLOGY}ex-diagnosis-on-admission",
    "https://www.cms.gov/Medicare/Medicare-Fee-for-Service-Payment/HospitalAcqCond/Coding",
)
PAYEES: Final = _systems(f"{_TERMINOLOGY}payeetype")
RELATED_CLAIMS: Final = _systems(
    f"{_TERMINOLOGY}ex-relatedclaimrelationship", f"{_C4BB}C4BBRelatedClaimRelationshipCodes"
)
SUBSCRIBERS: Final = _systems(f"{_TERMINOLOGY}subscriber-relationship")
COVERAGE_CLASSES: Final = _systems(f"{_TERMINOLOGY}coverage-class")
SUPPORT: Final = _systems(f"{_TERMINOLOGY}claiminformationcategory", f"{_C4BB}C4BBSupportingInfoType")

FILING: Final = _x12(1032)
FREQUENCY: Final = _x12(1325)
ASSIGNMENT: Final = _x12(1359)
RELEASE: Final = _x12(1363)
YES_OR_NO: Final = _x12(1073)
REPORT_TYPES: Final = _x12(755)
TRANSMISSION: Final = _x12(756)

TYPE_OF_BILL: Final = _systems(f"{_NUBC}TypeOfBill")
ADMISSION_TYPE: Final = _systems(f"{_NUBC}PriorityTypeOfAdmitOrVisit")
POINT_OF_ORIGIN: Final = _systems(f"{_NUBC}PointOfOrigin")
PATIENT_STATUS: Final = _systems(f"{_NUBC}PatDischargeStatus")
VALUE_CODES: Final = _systems(f"{_NUBC}ValueCodes")
OCCURRENCES: Final = _systems(f"{_NUBC}OccurrenceCodes")
OCCURRENCE_SPANS: Final = _systems(f"{_NUBC}OccurrenceSpanCodes")
CONDITIONS: Final = _systems(f"{_NUBC}ConditionCodes")
DRG: Final = _systems(
    "https://www.cms.gov/Medicare/Medicare-Fee-for-Service-Payment/AcuteInpatientPPS/"
    "MS-DRG-Classifications-and-Software"
)

NPI: Final = _systems("http://hl7.org/fhir/sid/us-npi", "urn:oid:2.16.840.1.113883.4.6")
EMPLOYER: Final = _systems("urn:oid:2.16.840.1.113883.4.4")
SOCIAL_SECURITY: Final = _systems("http://hl7.org/fhir/sid/us-ssn", "urn:oid:2.16.840.1.113883.4.1")


def code_of(
    concept: Element | None, systems: Systems, *, is_plain: bool = False, among: Container[str] | None = None
) -> str:
    """Return the code that a CodeableConcept has in one of some systems; empty when it has none.

    Args:
        concept: The CodeableConcept.
        systems: The URIs of the systems.
        is_plain: Whether a code that names no system is one of these, as its place leaves no doubt.
        among: The codes that are known; another one stays unread, so that it is named.
    """
    if concept is None:
        return ""
    codings = concept.children("coding")
    known = [each for each in codings if each.peek("system") in systems]
    if not known and is_plain:
        known = [each for each in codings if not each.has("system")]
    if not known or (among is not None and known[0].peek("code") not in among):
        return ""
    known[0].pass_over("system")
    return known[0].text("code")


def needed_code(concept: Element, systems: Systems, name: str) -> str:
    """Return the code that a CodeableConcept has to have, since the claim would be another one without it.

    Raises `DamagedError`, with the name of the systems.
    """
    if code := code_of(concept, systems, is_plain=True):
        return code
    raise DamagedError(concept.path, f"no code of {name} stands here.")
