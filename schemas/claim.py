"""The claim as JSON: the v3 professional and institutional conventions, element for element the same as an 837.

Source of names and X12 elements: ASC X12N 005010X222A1 and 005010X223A2 as carried by the public v3 claim APIs.
Every field may be absent: what is required is judged by edit FMT-02, so that a claim with a hole is answered with a
finding instead of an error. A name is read in one spelling only. Members that are not named here are kept as they
came; those that the writer of 837s does not know either are listed in the outcome.
"""

from enum import StrEnum
from operator import attrgetter
from typing import Any

from pydantic import Field, model_validator

from schemas.documentation import DocumentationElement
from schemas.part import Part
from schemas.shapes import in_one_shape
from schemas.values import Day, Money, Quantity, Text

SCHEMA_VERSION = "3"
_SERVICE_OF_FACILITY = attrgetter("institutional_service")


class ClaimKind(StrEnum):
    """The two kinds of claims: of practitioners and suppliers (837P), of hospitals and other facilities (837I)."""

    PROFESSIONAL = "professional"
    INSTITUTIONAL = "institutional"


class Address(Part):
    """A postal address [N3, N4]."""

    address1: Text = None
    address2: Text = None
    city: Text = None
    state: Text = None
    postal_code: Text = None
    country_code: Text = None


class ContactInformation(Part):
    """Whom to ask about the claim [PER]."""

    name: Text = None
    phone_number: Text = None
    phone_extension: Text = None
    fax_number: Text = None
    email: Text = None


class Provider(Part):
    """A provider of the claim or of a line [NM1*85, 82, DN, DK, DQ, 71, 72]."""

    npi: Text = None
    taxonomy_code: Text = None
    employer_id: Text = None
    ssn: Text = None
    organization_name: Text = None
    last_name: Text = None
    first_name: Text = None
    address: Address | None = None


class BillingProvider(Provider):
    """The provider who bills, with whom to ask [NM1*85, PER]."""

    contact_information: ContactInformation | None = None


class Organization(Part):
    """The submitter [NM1*41] or the receiver [NM1*40]."""

    organization_name: Text = None
    last_name: Text = None
    first_name: Text = None


class Submitter(Organization):
    """Who sends the claim, with whom to ask [NM1*41, PER]."""

    contact_information: ContactInformation | None = None


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
    attachment_id: Text = None
    """The clearinghouse's own id of an uploaded attachment, of which it makes the control number itself."""


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


class Service(Part):
    """The service, its count and its charge: the elements that SV1 and SV2 share."""

    procedure_identifier: Text = None
    procedure_code: Text = None
    procedure_modifiers: tuple[Text, ...] = ()
    description: Text = None
    line_item_charge_amount: Money = None
    measurement_unit: Text = None
    service_unit_count: Quantity = None


class ProfessionalService(Service):
    """The service of a professional line [SV1]."""

    place_of_service_code: Text = None
    composite_diagnosis_code_pointers: DiagnosisPointers | None = None

    @property
    def diagnosis_pointers(self) -> tuple[str | None, ...]:
        """The numbers of the diagnoses that the line points to, as they are written."""
        pointers = self.composite_diagnosis_code_pointers
        return pointers.diagnosis_code_pointers if pointers else ()


class InstitutionalService(Service):
    """The service of an institutional line [SV2]; only the revenue code, charge and units are always there."""

    service_line_revenue_code: Text = None
    non_covered_charge_amount: Money = None


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
    """The amounts that another payer adjusted, by group of reasons [CAS]."""

    adjustment_group_code: Text = None
    adjustment_details: tuple[AdjustmentDetail, ...] = ()


class LineAdjudication(Part):
    """Another payer's decision on a line [2430 SVD, CAS]."""

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


class Measurement(Part):
    """A test result of a line [2400 MEA]: qualifier R1 is a hemoglobin, R2 a hematocrit."""

    measurement_reference_identification_code: Text = None
    measurement_qualifier: Text = None
    test_results: Text = None


class ServiceLine(Part):
    """One service line [2400]."""

    provider_control_number: Text = None
    service_date: Day = None
    service_date_end: Day = None
    professional_service: ProfessionalService = ProfessionalService()
    institutional_service: InstitutionalService | None = None
    drug_identification: DrugIdentification | None = None
    service_line_reference_information: LineReferences | None = None
    service_line_supplemental_information: tuple[ReportInformation, ...] = ()
    line_adjudication_information: tuple[LineAdjudication, ...] = ()
    test_results: tuple[Measurement, ...] = ()
    additional_notes: Text = None
    rendering_provider: Provider | None = None
    ordering_provider: Provider | None = None
    referring_provider: Provider | None = None
    supervising_provider: Provider | None = None

    @property
    def service(self) -> Service:
        """The service of the line, for either kind of claim."""
        return self.institutional_service or self.professional_service


class ClaimDates(Part):
    """Dates of the claim [2300 DTP]; those that are read."""

    statement_begin_date: Day = None
    statement_end_date: Day = None


class ClaimCodes(Part):
    """How an institutional claim's patient came and went [CL1]."""

    admission_type_code: Text = None
    admission_source_code: Text = None
    patient_status_code: Text = None


class InstitutionalDiagnosis(Part):
    """One diagnosis of an institutional claim [HI*ABK, ABF, ABJ]."""

    qualifier_code: Text = None
    principal_diagnosis_code: Text = None
    other_diagnosis_code: Text = None
    admitting_diagnosis_code: Text = None
    present_on_admission_indicator: Text = None

    @property
    def code(self) -> str | None:
        """The code, whichever diagnosis it is."""
        return self.principal_diagnosis_code or self.other_diagnosis_code or self.admitting_diagnosis_code


class ValueInformation(Part):
    """A value code with its amount [HI*BE]."""

    value_code: Text = None
    value_code_amount: Text = None


class Occurrence(Part):
    """An occurrence code with its day [HI*BH]; the convention calls both codes of spans."""

    occurrence_span_code: Text = None
    occurrence_span_code_date: Day = None


class OccurrenceSpan(Part):
    """An occurrence span code with its first and last day [HI*BI]."""

    occurrence_span_code: Text = None
    occurrence_span_code_start_date: Day = None
    occurrence_span_code_end_date: Day = None


class Condition(Part):
    """A condition code [HI*BG]."""

    condition_code: Text = None


class ClaimInformation(Part):
    """The claim itself [2300].

    On an institutional claim `placeOfServiceCode` is the facility type, the first two digits of the type of bill after
    its leading zero, and `claimFrequencyCode` the last one.
    """

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
    claim_date_information: ClaimDates | None = None
    health_care_code_information: tuple[Diagnosis, ...] = ()
    claim_code_information: ClaimCodes | None = None
    principal_diagnosis: InstitutionalDiagnosis | None = None
    admitting_diagnosis: InstitutionalDiagnosis | None = None
    other_diagnosis_information_list: tuple[tuple[InstitutionalDiagnosis, ...], ...] = ()
    value_information_list: tuple[tuple[ValueInformation, ...], ...] = ()
    occurrence_information_list: tuple[tuple[Occurrence, ...], ...] = ()
    occurrence_span_informations: tuple[tuple[OccurrenceSpan, ...], ...] = ()
    conditions: tuple[tuple[Condition, ...], ...] = Field(default=(), alias="conditionCodesList")
    other_subscriber_information: tuple[OtherSubscriber, ...] = ()
    claim_supplemental_information: ClaimSupplementalInformation | None = None
    service_lines: tuple[ServiceLine, ...] = ()


class UnmappedSegment(Part):
    """A segment of which the message has no field, or not for all of its elements."""

    segment: int | None = Field(default=None, description="its number in the file, counted from 1")
    loop: Text = Field(default=None, description="the loop that it is in, for instance `2300.2400[2].2420A`")
    elements: tuple[str | tuple[str, ...], ...] = Field(
        default=(), description="its elements from the identifier on; a composite one is a list"
    )
    is_in_part: bool = Field(default=False, description="whether some of its elements are in fields")


class StructureFlaw(Part):
    """Breaches of the guide in the X12 file that did not keep the claim from being read."""

    segment: int | None = Field(default=None, description="the number of the segment in the file, counted from 1")
    loop: Text = Field(default=None, description="the loop in which it is, or would have to be")
    segment_id: Text = Field(default=None, description="its identifier")
    code: Text = Field(default=None, description="what is wrong with it: IK304 of the 999")
    element: Text = Field(default=None, description="which element: 03, or 05-1 for a component")
    element_code: Text = Field(default=None, description="what is wrong with the element: IK403 of the 999")


class LoopOrder(Part):
    """The order in which the segments of a loop came, and the loops inside it, where the guide has another."""

    loop: Text = Field(default=None, description="as in `unmapped`: `2300.2400[0]`")
    segments: tuple[str, ...] = Field(
        default=(), description="identifiers, with the qualifier where there is one: `REF*9F`"
    )


class Origin(Part):
    """Where in an X12 file the claim came from, so that it can be answered there and written back."""

    interchange_control_number: Text = Field(default=None, description="ISA13")
    group_control_number: Text = Field(default=None, description="GS06")
    transaction_control_number: Text = Field(default=None, description="ST02")
    transaction_segment: int | None = Field(default=None, description="the number of ST in the file, counted from 1")
    patient_control_number: Text = Field(default=None, description="CLM01")
    segment: int | None = Field(default=None, description="the number of CLM in the file, counted from 1")
    version: Text = Field(default=None, description="ST03, or GS08 where there is none")
    sender_qualifier: Text = Field(default=None, description="ISA05")
    sender: Text = Field(default=None, description="ISA06")
    receiver_qualifier: Text = Field(default=None, description="ISA07")
    receiver: Text = Field(default=None, description="ISA08")
    application_sender: Text = Field(default=None, description="GS02")
    application_receiver: Text = Field(default=None, description="GS03")
    interchange_date: Text = Field(default=None, description="ISA09, YYMMDD")
    interchange_time: Text = Field(default=None, description="ISA10, HHMM")
    group_date: Text = Field(default=None, description="GS04, YYYYMMDD")
    group_time: Text = Field(default=None, description="GS05")
    delimiters: Text = Field(
        default=None, description="those of elements, components, repetitions and segments; absent when they are `*:^~`"
    )
    transaction_purpose: Text = Field(default=None, description="BHT02")
    transaction_reference: Text = Field(default=None, description="BHT03")
    transaction_date: Text = Field(default=None, description="BHT04")
    transaction_time: Text = Field(default=None, description="BHT05")
    transaction_type: Text = Field(default=None, description="BHT06")
    encoding: Text = Field(default=None, description="the encoding of the file, where it is not UTF-8: windows-1252")
    unmapped: tuple[UnmappedSegment, ...] = ()
    order: tuple[LoopOrder, ...] = Field(default=(), description="loops that were not in the order of the guide")
    flaws: tuple[StructureFlaw, ...] = Field(default=(), description="what is wrong in the structure of the file")


class FhirOrigin(Part):
    """Which FHIR Claim the claim was read from, and what of it has no place in the message."""

    resource_id: Text = Field(default=None, description="Claim.id")
    place: Text = Field(default=None, description="its entry in a Bundle, counted from 1")
    unmapped: tuple[str, ...] = Field(default=(), description="paths of elements that have no place in the message")
    more_unmapped: int | None = Field(default=None, description="how many more there are than are named")


class Claim(Part):
    """A claim with what the medical record says about it.

    It is institutional if one of its lines is. `documentation` absent means that nobody said what the record holds; an
    empty list means that it holds nothing.
    """

    schema_version: Text = Field(default=None, description="major version of this message, 3 when absent")
    control_number: Text = None
    trading_partner_service_id: Text = None
    trading_partner_name: Text = None
    usage_indicator: Text = None
    submitter: Submitter | None = None
    receiver: Organization | None = None
    billing: BillingProvider | None = None
    rendering: Provider | None = None
    referring: Provider | None = None
    ordering: Provider | None = None
    supervising: Provider | None = None
    attending: Provider | None = None
    operating: Provider | None = None
    subscriber: Person | None = None
    dependent: Person | None = None
    claim_information: ClaimInformation
    documentation: tuple[DocumentationElement, ...] | None = None
    origin: Origin | None = Field(default=None, description="absent for a claim that did not come as X12")
    fhir_origin: FhirOrigin | None = Field(default=None, description="absent for a claim that did not come as FHIR")

    @model_validator(mode="before")
    @classmethod
    def _in_one_shape(cls, document: Any) -> Any:  # any JSON
        return in_one_shape(document) if isinstance(document, dict) else document

    @property
    def kind(self) -> ClaimKind:
        """Whose claim it is."""
        is_institutional = any(map(_SERVICE_OF_FACILITY, self.claim_information.service_lines))
        return ClaimKind.INSTITUTIONAL if is_institutional else ClaimKind.PROFESSIONAL
