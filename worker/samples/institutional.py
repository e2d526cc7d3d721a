"""Synthetic bills of a facility: a synthetic claim, written as an institutional one."""

from collections.abc import Iterator
from typing import Final

from worker.samples.synthetic import Json

DRUG_REVENUE, OTHER_REVENUE = "0636", "0510"
"""Drugs that need a code, and the clinic: revenue codes of lines that name none."""
HOSPITAL: Final = "282N00000X"
INPATIENT: Final = frozenset({"11", "18", "21", "41"})
"""Facility types whose patients are admitted."""
_OF_PROFESSIONAL: Final = ("compositeDiagnosisCodePointers", "placeOfServiceCode")
_DRUG_CODES: Final = ("J", "Q")
_VALUE_CODES: Final = {"R1": "48", "R2": "49"}
"""The value code of a test result: hemoglobin and hematocrit."""


def as_bill(claim: Json, bill_type: str) -> Json:
    """The same services on a bill of a facility; the claim that is given stays as it is.

    `bill_type` has three digits: two of the facility type and the frequency. The statement covers all dates of
    service, the first diagnosis is the principal one, lines have no pointers, and their test results are values of the
    bill. A line whose service has a
    `serviceLineRevenueCode` keeps it.
    """
    information: Json = dict(claim["claimInformation"])
    diagnoses = information.pop("healthCareCodeInformation", [])
    information.pop("signatureIndicator", None)
    information |= {
        "placeOfServiceCode": bill_type[:2],
        "claimFrequencyCode": bill_type[2],
        "claimCodeInformation": {"admissionTypeCode": "3", "admissionSourceCode": "1", "patientStatusCode": "01"},
        "serviceLines": [_of_facility(line) for line in information["serviceLines"]],
    }
    days = sorted(_days(information["serviceLines"]))
    if days:
        dates = {"statementBeginDate": days[0], "statementEndDate": days[-1]}
        admitted = {"admissionDateAndHour": f"{days[0]}1000"} if bill_type[:2] in INPATIENT else {}
        information["claimDateInformation"] = dates | admitted
    codes = [entry["diagnosisCode"] for entry in diagnoses]
    if codes:
        information["principalDiagnosis"] = {"qualifierCode": "ABK", "principalDiagnosisCode": codes[0]}
    if codes and bill_type[:2] in INPATIENT:
        information["admittingDiagnosis"] = {"qualifierCode": "ABJ", "admittingDiagnosisCode": codes[0]}
    if codes[1:]:
        others = [{"qualifierCode": "ABF", "otherDiagnosisCode": code} for code in codes[1:]]
        information["otherDiagnosisInformationList"] = [others]
    values = list(_values(claim["claimInformation"]["serviceLines"]))
    if values:
        information["valueInformationList"] = [values]
    made = {name: part for name, part in claim.items() if name != "rendering"}
    attending = claim.get("rendering") or {"npi": "1234567893", "lastName": "ATTENDING", "firstName": "SYNTHETIC"}
    billing = claim["billing"] | {"taxonomyCode": HOSPITAL}
    return made | {"billing": billing, "attending": attending, "claimInformation": information}


def _of_facility(line: Json) -> Json:
    made = {name: value for name, value in line.items() if name != "testResults"}
    service = {name: value for name, value in made.pop("professionalService").items() if name not in _OF_PROFESSIONAL}
    if not service.get("procedureCode"):
        service.pop("procedureIdentifier", None)
        service.pop("procedureCode", None)
    of_drug = "drugIdentification" in line or service.get("procedureCode", "").startswith(_DRUG_CODES)
    revenue = DRUG_REVENUE if of_drug else OTHER_REVENUE
    return made | {"institutionalService": {"serviceLineRevenueCode": revenue} | service}


def _values(lines: list[Json]) -> Iterator[Json]:
    results = {result["measurementQualifier"]: result for line in lines for result in line.get("testResults", ())}
    for qualifier, result in results.items():
        yield {"valueCode": _VALUE_CODES[qualifier], "valueCodeAmount": result["testResults"]}


def _days(lines: list[Json]) -> Iterator[str]:
    for line in lines:
        yield from (day for day in (line.get("serviceDate"), line.get("serviceDateEnd")) if day)
