"""The 837 above the claim, alike in both guides: submitter, receiver, billing provider, subscriber, payer, patient."""

from typing import Final

from worker.x12.layout.common import address, insurance, taxonomy
from worker.x12.layout.kinds import Contact, Fields, Name
from worker.x12.layout.loops import Loop, PatientRow
from worker.x12.layout.rows import Coded, Flag

HEADER: Final = Loop(
    "header",
    (),
    loops=(
        Loop(
            "1000A",
            (Name("41", "submitterIdentification", "46"), Contact("contactInformation")),
            "submitter",
        ),
        Loop("1000B", (Name("40", "receiverId", "46"),), "receiver"),
    ),
)

BILLING_LEVEL: Final = Loop(
    "2000A",
    (taxonomy("BI", "billing."),),
    loops=(
        Loop(
            "2010AA",
            (
                Name("85", "npi"),
                *address(),
                Fields("REF*EI", "employerId"),
                Fields("REF*SY", "ssn"),
                Fields("REF*0B", "stateLicenseNumber"),
                Fields("REF*1G", "providerUpinNumber"),
                Contact("contactInformation"),
            ),
            "billing",
        ),
        Loop("2010AB", (Name("87"), *address("")), "payToAddress"),
        Loop(
            "2010AC",
            (
                Name("PE", "primaryIdentifier", "PI", qualifier="primaryIdentifierTypeCode"),
                *address(),
                Fields("REF*EI", "taxIdentificationNumber"),
                Fields("REF", "secondaryIdentifierTypeCode", "secondaryIdentifier"),
            ),
            "payToPlan",
        ),
    ),
)

_OF_PATIENT: Final = (
    None,
    None,
    None,
    Coded("D8", "claimInformation.deathDateFormat"),
    "claimInformation.deathDate",
    Coded("01", "claimInformation.patientWeightUnit"),
    "claimInformation.patientWeight",
    Flag("claimInformation.pregnancyIndicator", no=None),
)
_BIRTH: Final = Fields("DMG", Coded("D8", "dateOfBirthFormat"), "dateOfBirth", "gender")

_OF_SUBSCRIBER: Final = (
    None,
    None,
    None,
    None,
    Coded("D8", "subscriber.deathDateFormat"),
    "subscriber.deathDate",
    Coded("01", "subscriber.patientWeightUnit"),
    "subscriber.patientWeight",
    "subscriber.pregnancyIndicator",
)
_CASUALTY: Final = PatientRow(Fields("REF*Y4", "claimInformation.propertyCasualtyClaimNumber"))

SUBSCRIBER_LEVEL: Final = Loop(
    "2000B",
    (
        insurance(
            level="subscriber.paymentResponsibilityLevelCode",
            relationship="subscriber.relationshipToSubscriberCode",
            group_number="subscriber.groupNumber",
            group_name="subscriber.subscriberGroupName",
            kind="subscriber.insuranceTypeCode",
            filing="claimInformation.claimFilingCode",
        ),
        PatientRow(Fields("PAT", None, *_OF_PATIENT)),
        # What is said of a subscriber who is not the patient.
        Fields("PAT", *_OF_SUBSCRIBER),
    ),
    loops=(
        Loop(
            "2010BA",
            (
                Name("IL", "memberId", "MI", is_person=True),
                *address(),
                _BIRTH,
                Fields("REF*SY", "ssn"),
                _CASUALTY,
                Fields("REF*Y4", "propertyCasualtyClaimNumber"),
                Contact("contactInformation"),
            ),
            "subscriber",
        ),
        Loop(
            "2010BB",
            (
                Name(
                    "PR",
                    "tradingPartnerServiceId",
                    "PI",
                    person=(
                        "tradingPartnerLastName",
                        "tradingPartnerFirstName",
                        "tradingPartnerMiddleName",
                        "tradingPartnerSuffix",
                    ),
                    organization="tradingPartnerName",
                    qualifier="tradingPartnerServiceIdQualifier",
                    kind="tradingPartnerEntityTypeQualifier",
                ),
                *address("payerAddress"),
                Fields("REF*2U", "tradingPartnerSecondaryIdentifiers.payerIdentificationNumber"),
                Fields("REF*EI", "tradingPartnerSecondaryIdentifiers.employerIdentificationNumber"),
                Fields("REF*FY", "tradingPartnerSecondaryIdentifiers.claimOfficeNumber"),
                Fields("REF*NF", "tradingPartnerSecondaryIdentifiers.naic"),
                Fields("REF*G2", "billing.commercialNumber"),
                Fields("REF*LU", "billing.locationNumber"),
            ),
        ),
    ),
)

RELATIONSHIP: Final = PatientRow(Fields("PAT", "dependent.relationshipToSubscriberCode"))
"""The PAT of an 837I, which says nothing else of the patient."""

PATIENT_LEVEL: Final = Loop(
    "2000C",
    (PatientRow(Fields("PAT", "dependent.relationshipToSubscriberCode", *_OF_PATIENT)),),
    loops=(
        Loop(
            "2010CA",
            (
                Name("QC", is_person=True),
                *address(),
                _BIRTH,
                _CASUALTY,
                Fields("REF*1W", "memberId"),
                Fields("REF*SY", "ssn"),
                Contact("contactInformation"),
            ),
            "dependent",
        ),
    ),
)
