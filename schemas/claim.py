"""The professional claim as JSON: the v3 professional convention, element for element the same as an 837P.

Source of names and X12 elements: ASC X12N 005010X222A1 as carried by the public v3 professional claim APIs.
Every field may be absent: what is required is judged by edit FMT-02, so that a claim with a hole is answered with a
finding instead of an error. Fields that are not named here are kept as they came.
"""

from pydantic import Field

from schemas.documentation import DocumentationElement
from schemas.part import Part
from schemas.values import Day, Money, Quantity, Text

SCHEMA_VERSION = "3"


class Address(Part):
    """A postal address [N3, N4]."""

    address1: Text = None
    address2: Text = None
    city: Text = None
    state: Text = None
    postal_code: Text = None
    country_code: Text = None


class Provider(Part):
    """A billing, rendering, referring, ordering or supervising provider [NM1*85, 82, DN, DK, DQ]."""

    npi: Text = None
    taxonomy_code: Text = None
    employer_id: Text = None
    ssn: Text = None
    organization_name: Text = None
    last_name: Text = None
    first_name: Text = None
    address: Address | None = None


class Organization(Part):
    """The submitter [NM1*41] or the receiver [NM1*40]."""

    organization_name: Text = None
    last_name: Text = None
    first_name: Text = None


class Person(Part):
    """The subscriber [NM1*IL] or the dependent who is the patient [NM1*QC]."""

    member_id: Text = None
    payment_responsibility_level_code: Text = None
    relationship_to_subscriber_code: Text = None
    last_name: Text = None
    first_name: Text = None
    organization_name: Text = None
    date_of_birth: Day = None
    gender: Text = None
    address: Address | None = None


class Diagnosis(Part):
    """One diagnosis [HI]: type ABK is the principal one, ABF any other."""

    diagnosis_type_code: Text = None
    diagnosis_code: Text = None


class ReportInformation(Part):
    """An attachment announced on the claim or the line [PWK]."""

    attachment_report_type_code: Text = None
    attachment_transmission_code: Text = None
    attachment_control_number: Text = None


class ClaimSupplementalInformation(Part):
    """Reference numbers of the claim [2300 REF, PWK]."""

    prior_authorization_number: Text = None
    referral_number: Text = None
    claim_control_number: Text = None
    medical_record_number: Text = None
    clia_number: Text = None
    report_information: ReportInformation | None = None
    report_informations: tuple[ReportInformation, ...] = ()


class DiagnosisPointers(Part):
    """Which diagnoses of the claim a line refers to, counted from 1 [SV107]."""

    diagnosis_code_pointers: tuple[Text, ...] = ()


class ProfessionalService(Part):
    """What was done, how often and for how much [SV1]."""

    procedure_identifier: Text = None
    procedure_code: Text = None
    procedure_modifiers: tuple[Text, ...] = ()
    description: Text = None
    line_item_charge_amount: Money = None
    measurement_unit: Text = None
    service_unit_count: Quantity = None
    place_of_service_code: Text = None
    composite_diagnosis_code_pointers: DiagnosisPointers | None = None


class DrugIdentification(Part):
    """The package the drug came from [2410 LIN, CTP]."""

    service_id_qualifier: Text = None
    national_drug_code: Text = None
    national_drug_unit_count: Quantity = None
    measurement_unit_code: Text = None
    pharmacy_prescription_number: Text = None


class PriorAuthorization(Part):
    """A prior authorization of one line [2400 REF*G1]."""

    prior_authorization_or_referral_number: Text = None


class LineReferences(Part):
    """Reference numbers of a line [2400 REF]."""

    prior_authorization: tuple[PriorAuthorization, ...] = ()
    referral_number: tuple[Text, ...] = ()


class AdjustmentDetail(Part):
    """One adjusted amount with its reason [CAS02, CAS03]."""

    adjustment_reason_code: Text = None
    adjustment_amount: Money = None


class ClaimAdjustment(Part):
    """What another payer took off, by group of reasons [CAS]."""

    adjustment_group_code: Text = None
    adjustment_details: tuple[AdjustmentDetail, ...] = ()


class LineAdjudication(Part):
    """What another payer decided on a line [2430 SVD, CAS]."""

    other_payer_primary_identifier: Text = None
    service_line_paid_amount: Money = None
    bundled_or_unbundled_line_number: Text = None
    claim_adjustment_information: tuple[ClaimAdjustment, ...] = ()


class OtherSubscriber(Part):
    """The patient's coverage with another payer [2320]."""

    payment_responsibility_level_code: Text = None
    claim_filing_indicator_code: Text = None
    payer_paid_amount: Money = None
    claim_level_adjustments: tuple[ClaimAdjustment, ...] = ()


class ServiceLine(Part):
    """One service line [2400]."""

    provider_control_number: Text = None
    service_date: Day = None
    service_date_end: Day = None
    professional_service: ProfessionalService = ProfessionalService()
    drug_identification: DrugIdentification | None = None
    service_line_reference_information: LineReferences | None = None
    service_line_supplemental_information: tuple[ReportInformation, ...] = ()
    line_adjudication_information: tuple[LineAdjudication, ...] = ()
    additional_notes: Text = None
    rendering_provider: Provider | None = None
    ordering_provider: Provider | None = None
    referring_provider: Provider | None = None
    supervising_provider: Provider | None = None


class ClaimInformation(Part):
    """The claim itself [2300]."""

    patient_control_number: Text = None
    claim_charge_amount: Money = None
    place_of_service_code: Text = None
    claim_frequency_code: Text = None
    claim_filing_code: Text = None
    signature_indicator: Text = None
    plan_participation_code: Text = None
    benefits_assignment_certification_indicator: Text = None
    release_information_code: Text = None
    delay_reason_code: Text = None
    health_care_code_information: tuple[Diagnosis, ...] = ()
    other_subscriber_information: tuple[OtherSubscriber, ...] = ()
    claim_supplemental_information: ClaimSupplementalInformation | None = None
    service_lines: tuple[ServiceLine, ...] = ()


class Claim(Part):
    """A professional claim with what the medical record says about it.

    `documentation` absent means that nobody said what the record holds; an empty list means that it holds nothing.
    """

    schema_version: Text = Field(default=None, description="major version of this message, 3 when absent")
    control_number: Text = None
    trading_partner_service_id: Text = None
    trading_partner_name: Text = None
    usage_indicator: Text = None
    submitter: Organization | None = None
    receiver: Organization | None = None
    billing: Provider | None = None
    rendering: Provider | None = None
    referring: Provider | None = None
    ordering: Provider | None = None
    supervising: Provider | None = None
    subscriber: Person | None = None
    dependent: Person | None = None
    claim_information: ClaimInformation
    documentation: tuple[DocumentationElement, ...] | None = None
