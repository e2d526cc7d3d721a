"""The code systems and identifier systems that are known, by their URIs.

Sources: HL7 Terminology (terminology.hl7.org), US Core, CARIN Consumer Directed Payer Data Exchange (C4BB), the CMS
Blue Button and BCDA APIs, and the canonical URIs of X12 code lists. HL7's OID of a system is the same system.
"""

from typing import Final

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
RXNORM: Final = _systems("http://www.nlm.nih.gov/research/umls/rxnorm", "urn:oid:2.16.840.1.113883.6.88")
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
ROLES_OF_PAYERS: Final = _systems(f"{_C4BB}C4BBClaimCareTeamRole")
ROLES_OF_HL7: Final = _systems(f"{_TERMINOLOGY}claimcareteamrole")
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
FAMILY_ROLES: Final = _systems(f"{_TERMINOLOGY}v3-RoleCode")
ACCIDENTS: Final = _systems(f"{_TERMINOLOGY}v3-ActCode")
VERIFICATION: Final = _systems(f"{_TERMINOLOGY}condition-ver-status")
COVERAGE_CLASSES: Final = _systems(f"{_TERMINOLOGY}coverage-class")
SUPPORT: Final = _systems(f"{_TERMINOLOGY}claiminformationcategory", f"{_C4BB}C4BBSupportingInfoType")

FILING: Final = _x12(1032)
RELATIONSHIPS: Final = _x12(1069)
RELATED_CAUSES: Final = _x12(1362)
MEASURES: Final = _x12(355) | {"http://unitsofmeasure.org"}
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
EMPLOYER: Final = _systems("urn:oid:2.16.840.1.113883.4.4", "http://hl7.org/fhir/sid/us-ein")
SOCIAL_SECURITY: Final = _systems("http://hl7.org/fhir/sid/us-ssn", "urn:oid:2.16.840.1.113883.4.1")
MEDICARE_BENEFICIARY: Final = _systems("http://hl7.org/fhir/sid/us-mbi", "urn:oid:2.16.840.1.113883.4.927")
PAYERS: Final = _systems("urn:oid:2.16.840.1.113883.6.300")
NO_MEMBER_IDS: Final = _systems(
    "http://hl7.org/fhir/sid/us-hicn",
    "http://hl7.org/fhir/sid/us-medicare",
    "https://bluebutton.cms.gov/resources/variables/bene_id",
    "https://bluebutton.cms.gov/resources/identifier/mbi-hash",
    "https://bluebutton.cms.gov/resources/identifier/hicn-hash",
)
"""Numbers of persons within a server, hashes, and the Medicare number that was retired on 2020-01-01."""

IDENTIFIER_TYPES: Final = _systems(f"{_TERMINOLOGY}v2-0203", f"{_C4BB}C4BBIdentifierType")
