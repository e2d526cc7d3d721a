"""What surrounds the lines of a valid claim: parties, diagnoses, references, other coverage, the record."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Final

from tests.catalogue import parties
from tests.catalogue.diagnoses import LATER
from tests.catalogue.draft import MOST_DIAGNOSES, ClaimDraft
from tests.catalogue.records import record_of
from worker.payers.guide import Guide
from worker.samples.institutional import as_bill
from worker.samples.synthetic import Json, claim

FACILITY_TYPES: Final = ("12", "13", "13", "85")
FILING_DAYS: Final = 60
NO_ADJUSTMENT: Final = Decimal(0)


def document_of(draft: ClaimDraft, guides: Mapping[str, Guide], *, supplied: bool) -> Json:
    """The claim as it is sent."""
    random, payer = draft.random, draft.payer
    documented = draft.wanted.documented if draft.wanted.documented is not None else random.random() < 0.5
    record = record_of(draft.drugs, guides, random, draft.services) if documented else None
    diagnoses = list(draft.diagnoses)
    if random.random() < 0.15:
        diagnoses += [code for code in random.sample(LATER, 3) if code not in diagnoses and draft.goes_with(code)]
    made = claim(
        draft.lines,
        diagnoses=[_written(code, random) for code in diagnoses[:MOST_DIAGNOSES]],
        record=record,
        number=f"{random.choice(('SYN', 'A'))}-{random.randrange(10**12):012}",
        filing_code="MA" if draft.facility and payer.fee_for_service else payer.filing_code,
        payer=payer.id,
        place=draft.place,
    )
    made["billing"] = parties.billing_provider(random, place=draft.place, supplied=supplied)
    if not supplied and draft.place != "24":
        made["rendering"] = parties.practitioner(random)
    if supplied or random.random() < 0.2:
        made["ordering"] = parties.practitioner(random)
    if random.random() < 0.2:
        made["referring"] = parties.practitioner(random)
    first = min(given.on for given in draft.drugs)
    made |= parties.patient(payer, draft.gender, first, random)
    _references(made, draft)
    if draft.facility:
        kind = "13" if payer.medicare_rules else random.choice(FACILITY_TYPES)
        return as_bill(made, kind + made["claimInformation"]["claimFrequencyCode"])
    if random.random() < 0.06 and not draft.wanted.alone:
        _second_payer(made, random)
    return made


def received_on(draft: ClaimDraft) -> date:
    """A day between the last service and the payer's limit: for Medicare one year from the first service."""
    random = draft.random
    first, last = min(draft.days), max(draft.days)
    if draft.payer.fee_for_service and random.random() < 0.1:
        leap_day = (first.month, first.day) == (2, 29)
        limit = first.replace(year=first.year + 1, day=28 if leap_day else first.day)
        return random.choice((limit, limit - timedelta(days=random.randint(0, 200))))
    return last + timedelta(days=random.choice((0, 1, random.randint(2, FILING_DAYS))))


def _written(code: str, random: Random) -> str:
    return f"{code[:3]}.{code[3:]}" if len(code) > 3 and random.random() < 0.1 else code


def _references(made: Json, draft: ClaimDraft) -> None:
    random, information = draft.random, made["claimInformation"]
    numbers: Json = {}
    if not draft.payer.fee_for_service and random.random() < 0.3:
        numbers["priorAuthorizationNumber"] = f"PA{random.randrange(10**8):08}"
    if not draft.payer.fee_for_service and random.random() < 0.03 and not draft.wanted.alone:
        information["claimFrequencyCode"] = random.choice("78")
        numbers["claimControlNumber"] = f"ICN{random.randrange(10**10):010}"
    if draft.attests_policy or random.random() < 0.05:
        numbers["reportInformation"] = {
            "attachmentReportTypeCode": "OZ",
            "attachmentTransmissionCode": "FX",
            "attachmentControlNumber": f"ATT{random.randrange(10**6):06}",
        }
    if draft.in_study:
        numbers["demoProjectIdentifier"] = f"{random.randrange(10**8):08}"
    if draft.has_laboratory:
        numbers["cliaNumber"] = f"{random.randrange(100):02}D{random.randrange(10**7):07}"
    if numbers:
        information["claimSupplementalInformation"] = numbers


def _second_payer(made: Json, random: Random) -> None:
    """Another payer decided first: its payment and what it took off come to the charge of each line."""
    made["subscriber"]["paymentResponsibilityLevelCode"] = "S"
    paid_in_all = Decimal(0)
    for each in made["claimInformation"]["serviceLines"]:
        charge = Decimal(each["professionalService"]["lineItemChargeAmount"])
        paid = (charge * random.randint(0, 100) / 100).quantize(Decimal("0.01"))
        paid_in_all += paid
        adjudication: Json = {
            "otherPayerPrimaryIdentifier": "SYNTHETIC-FIRST",
            "serviceLinePaidAmount": f"{paid:.2f}",
            "serviceIdQualifier": "HC",
            "procedureCode": each["professionalService"]["procedureCode"],
            "paidServiceUnitCount": each["professionalService"]["serviceUnitCount"],
            "adjudicationOrPaymentDate": each["serviceDate"],
        }
        if charge > paid:
            detail = {"adjustmentReasonCode": "45", "adjustmentAmount": f"{charge - paid:.2f}"}
            adjudication["claimAdjustmentInformation"] = [{"adjustmentGroupCode": "CO", "adjustmentDetails": [detail]}]
        each["lineAdjudicationInformation"] = [adjudication]
    made["subscriber"]["insuranceTypeCode"] = "12"
    made["claimInformation"]["otherSubscriberInformation"] = [
        {
            "paymentResponsibilityLevelCode": "P",
            "claimFilingIndicatorCode": "CI",
            "payerPaidAmount": f"{paid_in_all:.2f}",
            "individualRelationshipCode": "18",
            "benefitsAssignmentCertificationIndicator": "Y",
            "releaseOfInformationCode": "Y",
            "otherSubscriberName": {
                "otherInsuredQualifier": "1",
                "otherInsuredLastName": made["subscriber"]["lastName"],
                "otherInsuredFirstName": made["subscriber"]["firstName"],
                "otherInsuredIdentifierTypeCode": "MI",
                "otherInsuredIdentifier": "SYN-OTHER-1",
            },
            "otherPayerName": {
                "otherPayerOrganizationName": "SYNTHETIC FIRST PAYER",
                "otherPayerIdentifierTypeCode": "PI",
                "otherPayerIdentifier": "SYNTHETIC-FIRST",
            },
        }
    ]
