"""Where an element is: in the JSON message, in the 837P (005010X222A1) and on the CMS-1500 form (02/12)."""

import re
from typing import Final

from schemas.outcome import Location
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.roles import OF_CLAIM, OF_LINE

# JSON path below the claim, loop and element of the 837P, box of the CMS-1500.
CLAIM_ELEMENTS: Final[dict[str, tuple[str, str, str | None]]] = {
    "claim": ("$", "2300", None),
    "billing": ("$.billing", "2010AA NM1*85", "33"),
    "billing.npi": ("$.billing.npi", "2010AA NM109", "33a"),
    "billing.taxId": ("$.billing.employerId", "2010AA REF*EI", "25"),
    "billing.ssn": ("$.billing.ssn", "2010AA REF*SY", "25"),
    "billing.address1": ("$.billing.address.address1", "2010AA N301", "33"),
    "billing.address2": ("$.billing.address.address2", "2010AA N302", "33"),
    "billing.postalCode": ("$.billing.address.postalCode", "2010AA N403", "33"),
    "rendering.npi": ("$.rendering.npi", "2310B NM109", "24J"),
    "referring.npi": ("$.referring.npi", "2310A NM109", "17b"),
    "ordering.npi": ("$.ordering.npi", "2420E NM109", "17b"),
    "supervising.npi": ("$.supervising.npi", "2310D NM109", "17b"),
    "payer": ("$.tradingPartnerServiceId", "2010BB NM109", "carrier block"),
    "submitter": ("$.submitter", "1000A NM1*41", None),
    "receiver": ("$.receiver", "1000B NM1*40", None),
    "subscriber": ("$.subscriber", "2010BA NM1*IL", "4"),
    "subscriber.lastName": ("$.subscriber.lastName", "2010BA NM103", "4"),
    "subscriber.firstName": ("$.subscriber.firstName", "2010BA NM104", "4"),
    "subscriber.memberId": ("$.subscriber.memberId", "2010BA NM109", "1a"),
    "subscriber.dateOfBirth": ("$.subscriber.dateOfBirth", "2010BA DMG02", "3"),
    "subscriber.paymentResponsibilityLevelCode": (
        "$.subscriber.paymentResponsibilityLevelCode",
        "2000B SBR01",
        None,
    ),
    "dependent.relationshipToSubscriberCode": ("$.dependent.relationshipToSubscriberCode", "2000C PAT01", "6"),
    "dependent.lastName": ("$.dependent.lastName", "2010CA NM103", "2"),
    "dependent.firstName": ("$.dependent.firstName", "2010CA NM104", "2"),
    "dependent.dateOfBirth": ("$.dependent.dateOfBirth", "2010CA DMG02", "3"),
    "patientControlNumber": ("$.claimInformation.patientControlNumber", "2300 CLM01", "26"),
    "claimChargeAmount": ("$.claimInformation.claimChargeAmount", "2300 CLM02", "28"),
    "placeOfServiceCode": ("$.claimInformation.placeOfServiceCode", "2300 CLM05-1", "24B"),
    "claimFrequencyCode": ("$.claimInformation.claimFrequencyCode", "2300 CLM05-3", "22"),
    "claimFilingCode": ("$.claimInformation.claimFilingCode", "2000B SBR09", "1"),
    "signatureIndicator": ("$.claimInformation.signatureIndicator", "2300 CLM06", "31"),
    "planParticipationCode": ("$.claimInformation.planParticipationCode", "2300 CLM07", "27"),
    "benefitsAssignmentCertificationIndicator": (
        "$.claimInformation.benefitsAssignmentCertificationIndicator",
        "2300 CLM08",
        "13",
    ),
    "releaseInformationCode": ("$.claimInformation.releaseInformationCode", "2300 CLM09", "12"),
    "statementBeginDate": ("$.claimInformation.claimDateInformation.statementBeginDate", "2300 DTP*434", None),
    "statementEndDate": ("$.claimInformation.claimDateInformation.statementEndDate", "2300 DTP*434", None),
    "principalDiagnosis": ("$.claimInformation.principalDiagnosis", "2300 HI*ABK", None),
    "diagnoses": ("$.claimInformation.healthCareCodeInformation", "2300 HI", "21"),
    "serviceLines": ("$.claimInformation.serviceLines", "2400 LX", "24"),
    "priorAuthorization": (
        "$.claimInformation.claimSupplementalInformation.priorAuthorizationNumber",
        "2300 REF*G1",
        "23",
    ),
    "cliaNumber": (
        "$.claimInformation.claimSupplementalInformation.cliaNumber",
        "2300 REF*X4",
        "23",
    ),
    "claimControlNumber": (
        "$.claimInformation.claimSupplementalInformation.claimControlNumber",
        "2300 REF*F8",
        "22",
    ),
    "otherSubscriberInformation": ("$.claimInformation.otherSubscriberInformation", "2320 SBR", "9"),
    "valueInformationList": ("$.claimInformation.valueInformationList", "2300 HI*BE", None),
    "documentation": ("$.documentation", "2300 PWK", None),
}
SERVICE: Final = "professionalService"
LINE_ELEMENTS: Final[dict[str, tuple[str, str, str | None]]] = {
    "line": ("", "2400 LX", "24"),
    "providerControlNumber": (".providerControlNumber", "2400 REF*6R", None),
    "serviceDate": (".serviceDate", "2400 DTP*472", "24A"),
    "serviceDateEnd": (".serviceDateEnd", "2400 DTP*472", "24A"),
    "procedureIdentifier": (f".{SERVICE}.procedureIdentifier", "2400 SV101-1", "24D"),
    "procedureCode": (f".{SERVICE}.procedureCode", "2400 SV101-2", "24D"),
    "procedureModifiers": (f".{SERVICE}.procedureModifiers", "2400 SV101-3", "24D"),
    "description": (f".{SERVICE}.description", "2400 SV101-7", "24 shaded"),
    "additionalNotes": (".additionalNotes", "2400 NTE*ADD", "24 shaded"),
    "lineItemChargeAmount": (f".{SERVICE}.lineItemChargeAmount", "2400 SV102", "24F"),
    "serviceLineRevenueCode": (f".{SERVICE}.serviceLineRevenueCode", "2400 SV201", None),
    "measurementUnit": (f".{SERVICE}.measurementUnit", "2400 SV103", "24G"),
    "serviceUnitCount": (f".{SERVICE}.serviceUnitCount", "2400 SV104", "24G"),
    "placeOfServiceCode": (f".{SERVICE}.placeOfServiceCode", "2400 SV105", "24B"),
    "diagnosisCodePointers": (
        f".{SERVICE}.compositeDiagnosisCodePointers.diagnosisCodePointers",
        "2400 SV107",
        "24E",
    ),
    "nationalDrugCode": (".drugIdentification.nationalDrugCode", "2410 LIN03", "24 shaded"),
    "serviceIdQualifier": (".drugIdentification.serviceIdQualifier", "2410 LIN02", "24 shaded"),
    "measurementUnitCode": (".drugIdentification.measurementUnitCode", "2410 CTP05-1", "24 shaded"),
    "nationalDrugUnitCount": (".drugIdentification.nationalDrugUnitCount", "2410 CTP04", "24 shaded"),
    "renderingProvider.npi": (".renderingProvider.npi", "2420A NM109", "24J"),
    "orderingProvider.npi": (".orderingProvider.npi", "2420E NM109", "17b"),
    "referringProvider.npi": (".referringProvider.npi", "2420F NM109", "17b"),
    "supervisingProvider.npi": (".supervisingProvider.npi", "2420D NM109", "17b"),
    "priorAuthorization": (".serviceLineReferenceInformation.priorAuthorization", "2400 REF*G1", "23"),
    "referralNumber": (".serviceLineReferenceInformation.referralNumber", "2400 REF*9F", "23"),
    "testResults": (".testResults", "2400 MEA", "19"),
    "lineAdjudicationInformation": (".lineAdjudicationInformation", "2430 SVD", None),
    "documentation": ("", "2400 PWK", None),
}

LINE_PATH: Final = re.compile(r"\$\.claimInformation\.serviceLines\[(?P<place>\d+)\](?P<rest>.*)")
DIAGNOSIS_PATH: Final = re.compile(r"\$\.claimInformation\.healthCareCodeInformation\[(?P<place>\d+)\]\.diagnosisCode")
POSITION: Final = re.compile(r"\[(?P<place>\d+)\]$")
_BY_CLAIM_PATH: Final = {path: element for element, (path, _, _) in CLAIM_ELEMENTS.items()}
_BY_LINE_PATH: Final = {path: element for element, (path, _, _) in LINE_ELEMENTS.items() if path}


def in_claim(element: str) -> Location:
    """The place of an element that belongs to the claim as a whole."""
    path, x12, box = CLAIM_ELEMENTS[element]
    return Location(json_path=path, x12=x12, cms1500_box=box)


def in_diagnosis(position: int) -> Location:
    """The place of one diagnosis, counted from 1."""
    path, x12, box = CLAIM_ELEMENTS["diagnoses"]
    return Location(json_path=f"{path}[{position - 1}].diagnosisCode", x12=f"{x12}{position:02}-2", cms1500_box=box)


def in_line(line: LineFacts, element: str, position: int | None = None) -> Location:
    """The place of an element of a line; `position` counts modifiers and pointers from 1."""
    path, x12, box = LINE_ELEMENTS[element]
    if position is not None:
        path = f"{path}[{position - 1}]"
        # SV101-3 to SV101-6 hold the modifiers, SV107-1 to SV107-4 the pointers.
        x12 = f"2400 SV101-{position + 2}" if element == "procedureModifiers" else f"{x12}-{position}"
    return Location(
        json_path=f"$.claimInformation.serviceLines[{line.number - 1}]{path}",
        line=line.number,
        provider_control_number=line.control_number,
        x12=x12,
        cms1500_box=box,
    )


def at_path(path: str, lines: tuple[LineFacts, ...]) -> Location:
    """The place of the element at a JSON path; its loop alone when the tables above do not hold it."""
    written = LINE_PATH.fullmatch(path)
    if written is None:
        if diagnosis := DIAGNOSIS_PATH.fullmatch(path):
            return in_diagnosis(int(diagnosis["place"]) + 1)
        if element := _BY_CLAIM_PATH.get(path):
            return in_claim(element)
        beside = f"{path.rpartition('.')[0]}."
        loops = (x12.split(" ")[0] for known, x12, _ in CLAIM_ELEMENTS.values() if known.startswith(beside))
        return Location(json_path=path, x12=next(loops, "2300"))
    line = lines[int(written["place"])]
    position = POSITION.search(written["rest"])
    element = _BY_LINE_PATH.get(POSITION.sub("", written["rest"]))
    if element:
        return in_line(line, element, int(position["place"]) + 1 if position else None)
    return in_line(line, "line").model_copy(update={"json_path": path, "x12": "2400"})


SV1_AS_SV2: Final = {"SV101": "SV202", "SV102": "SV203", "SV103": "SV204", "SV104": "SV205"}
"""Where an 837I has what an 837P has in its SV1."""


PARTY: Final = re.compile(
    r"\$\.(?:claimInformation\.serviceLines\[\d+\]\.(?P<line>\w+)|(?:claimInformation\.)?(?P<claim>\w+))\..+"
)


def of_institutional(at: Location) -> Location:
    """The same place of an institutional claim: the service is an SV2, and there is no CMS-1500 form."""
    x12 = at.x12
    for professional, institutional in SV1_AS_SV2.items():
        x12 = x12.replace(professional, institutional)
    if party := PARTY.fullmatch(at.json_path):
        role = OF_LINE.get(party["line"]) if party["line"] else OF_CLAIM.get(party["claim"])
        x12 = x12.replace(role.professional, role.institutional) if role else x12
    path = at.json_path.replace(f".{SERVICE}", ".institutionalService")
    return at.model_copy(update={"json_path": path, "x12": x12, "cms1500_box": None})
