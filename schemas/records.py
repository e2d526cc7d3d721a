"""The claim as the pipeline reads it: the members of `schemas.claim`, as structs that are read ten times as fast.

Texts are as they were sent, also those of amounts, counts and dates: `schemas.values` reads them. A member that the
schema does not name is in `extra` of its part, where the document was read with `grouped`.
"""

from collections.abc import Mapping
from functools import cache
from operator import attrgetter
from types import MappingProxyType
from typing import Annotated, Any, Final, TypeAlias

from msgspec import Struct, field

from schemas.claim import ClaimKind
from schemas.values import Text, as_day, as_money, as_quantity

Money: TypeAlias = Annotated[Text, as_money]
Quantity: TypeAlias = Annotated[Text, as_quantity]
Day: TypeAlias = Annotated[Text, as_day]
"""Text of an amount, a count or a date, with what reads it."""
EXTRA: Final = "\x7f"
"""The name under which `grouped` puts what a part has more; a message that holds it is read with `grouped`."""
_EMPTY: Final[tuple[object, ...]] = (None, [], {})
_SERVICE_OF_FACILITY: Final = attrgetter("institutional_service")


class Part(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, gc=False):
    """A part of a claim. `extra` are the members that the schema does not name, as they came."""

    extra: dict[str, Any] | None = field(default=None, name=EXTRA)  # any JSON


@cache
def attributes(kind: type[Part]) -> Mapping[str, str]:
    """Return the attributes of a kind of part by their names on the wire."""
    named = zip(kind.__struct_encode_fields__, kind.__struct_fields__, strict=True)
    return MappingProxyType({name: attribute for name, attribute in named if name != EXTRA})


def as_sent(value: Any) -> Any:  # a part, or what is in one; any JSON
    """Return a part as JSON, without members that were sent empty."""
    if isinstance(value, Part):
        members = {name: as_sent(getattr(value, attribute)) for name, attribute in attributes(type(value)).items()}
        return {name: each for name, each in members.items() if each not in _EMPTY} | (value.extra or {})
    return [as_sent(each) for each in value] if isinstance(value, tuple) else value


class Address(Part, frozen=True):
    """A postal address [N3, N4]."""

    address1: Text = None
    address2: Text = None
    city: Text = None
    state: Text = None
    postal_code: Text = None
    country_code: Text = None


class ContactInformation(Part, frozen=True):
    """Whom to ask about the claim [PER]."""

    name: Text = None
    phone_number: Text = None
    phone_extension: Text = None
    fax_number: Text = None
    email: Text = None


class Provider(Part, frozen=True):
    """A provider of the claim or of a line [NM1*85, 82, DN, DK, DQ, 71, 72]."""

    npi: Text = None
    taxonomy_code: Text = None
    employer_id: Text = None
    ssn: Text = None
    organization_name: Text = None
    last_name: Text = None
    first_name: Text = None
    address: Address | None = None


class BillingProvider(Provider, frozen=True):
    """The provider who bills, with whom to ask [NM1*85, PER]."""

    contact_information: ContactInformation | None = None


class Organization(Part, frozen=True):
    """The submitter [NM1*41] or the receiver [NM1*40]."""

    organization_name: Text = None
    last_name: Text = None
    first_name: Text = None


class Submitter(Organization, frozen=True):
    """Who sends the claim, with whom to ask [NM1*41, PER]."""

    contact_information: ContactInformation | None = None


class Person(Part, frozen=True):
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


class Diagnosis(Part, frozen=True):
    """One diagnosis [HI]: type ABK is the principal one, ABF any other."""

    diagnosis_type_code: Text = None
    diagnosis_code: Text = None


class ReportInformation(Part, frozen=True):
    """An attachment announced on the claim or the line [PWK]."""

    attachment_report_type_code: Text = None
    attachment_transmission_code: Text = None
    attachment_control_number: Text = None
    attachment_id: Text = None
    """The clearinghouse's own id of an uploaded attachment, of which it makes the control number itself."""


class ClaimSupplementalInformation(Part, frozen=True):
    """Reference numbers of the claim [2300 REF, PWK]."""

    prior_authorization_number: Text = None
    referral_number: Text = None
    claim_control_number: Text = None
    medical_record_number: Text = None
    clia_number: Text = None
    report_information: ReportInformation | None = None
    report_informations: tuple[ReportInformation, ...] = ()


class DiagnosisPointers(Part, frozen=True):
    """Which diagnoses of the claim a line refers to, counted from 1 [SV107]."""

    diagnosis_code_pointers: tuple[Text, ...] = ()


class Service(Part, frozen=True):
    """What was done, how often and for how much: the elements that SV1 and SV2 share."""

    procedure_identifier: Text = None
    procedure_code: Text = None
    procedure_modifiers: tuple[Text, ...] = ()
    description: Text = None
    line_item_charge_amount: Money = None
    measurement_unit: Text = None
    service_unit_count: Quantity = None


class ProfessionalService(Service, frozen=True):
    """The service of a professional line [SV1]."""

    place_of_service_code: Text = None
    composite_diagnosis_code_pointers: DiagnosisPointers | None = None

    @property
    def diagnosis_pointers(self) -> tuple[str | None, ...]:
        """The numbers of the diagnoses that the line points to, as they are written."""
        pointers = self.composite_diagnosis_code_pointers
        return pointers.diagnosis_code_pointers if pointers else ()


class InstitutionalService(Service, frozen=True):
    """The service of an institutional line [SV2]; only the revenue code, charge and units are always there."""

    service_line_revenue_code: Text = None
    non_covered_charge_amount: Money = None


class DrugIdentification(Part, frozen=True):
    """The package the drug came from [2410 LIN, CTP]."""

    service_id_qualifier: Text = None
    national_drug_code: Text = None
    national_drug_unit_count: Quantity = None
    measurement_unit_code: Text = None
    pharmacy_prescription_number: Text = None


class PriorAuthorization(Part, frozen=True):
    """A prior authorization of one line [2400 REF*G1]."""

    prior_authorization_or_referral_number: Text = None


class LineReferences(Part, frozen=True):
    """Reference numbers of a line [2400 REF]."""

    prior_authorization: tuple[PriorAuthorization, ...] = ()
    referral_number: tuple[Text, ...] = ()


class AdjustmentDetail(Part, frozen=True):
    """One adjusted amount with its reason [CAS02, CAS03]."""

    adjustment_reason_code: Text = None
    adjustment_amount: Money = None


class ClaimAdjustment(Part, frozen=True):
    """What another payer took off, by group of reasons [CAS]."""

    adjustment_group_code: Text = None
    adjustment_details: tuple[AdjustmentDetail, ...] = ()


class LineAdjudication(Part, frozen=True):
    """What another payer decided on a line [2430 SVD, CAS]."""

    other_payer_primary_identifier: Text = None
    service_line_paid_amount: Money = None
    bundled_or_unbundled_line_number: Text = None
    claim_adjustment_information: tuple[ClaimAdjustment, ...] = ()


class OtherSubscriber(Part, frozen=True):
    """The patient's coverage with another payer [2320]."""

    payment_responsibility_level_code: Text = None
    claim_filing_indicator_code: Text = None
    payer_paid_amount: Money = None
    claim_level_adjustments: tuple[ClaimAdjustment, ...] = ()


class Measurement(Part, frozen=True):
    """A test result of a line [2400 MEA]: qualifier R1 is a hemoglobin, R2 a hematocrit."""

    measurement_reference_identification_code: Text = None
    measurement_qualifier: Text = None
    test_results: Text = None


class ServiceLine(Part, frozen=True):
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
        """What the line bills, whichever kind of claim it is on."""
        return self.institutional_service or self.professional_service


class ClaimDates(Part, frozen=True):
    """Dates of the claim [2300 DTP]; those that are read."""

    statement_begin_date: Day = None
    statement_end_date: Day = None


class ClaimCodes(Part, frozen=True):
    """How an institutional claim's patient came and went [CL1]."""

    admission_type_code: Text = None
    admission_source_code: Text = None
    patient_status_code: Text = None


class InstitutionalDiagnosis(Part, frozen=True):
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


class ValueInformation(Part, frozen=True):
    """A value code with its amount [HI*BE]."""

    value_code: Text = None
    value_code_amount: Text = None


class Occurrence(Part, frozen=True):
    """An occurrence code with its day [HI*BH]; the convention calls both codes of spans."""

    occurrence_span_code: Text = None
    occurrence_span_code_date: Day = None


class OccurrenceSpan(Part, frozen=True):
    """An occurrence span code with its first and last day [HI*BI]."""

    occurrence_span_code: Text = None
    occurrence_span_code_start_date: Day = None
    occurrence_span_code_end_date: Day = None


class Condition(Part, frozen=True):
    """A condition code [HI*BG]."""

    condition_code: Text = None


class ClaimInformation(Part, frozen=True):
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
    conditions: tuple[tuple[Condition, ...], ...] = field(default=(), name="conditionCodesList")
    other_subscriber_information: tuple[OtherSubscriber, ...] = ()
    claim_supplemental_information: ClaimSupplementalInformation | None = None
    service_lines: tuple[ServiceLine, ...] = ()


class UnmappedSegment(Part, frozen=True):
    """A segment of which the message has no field, or not for all of its elements."""

    segment: int | None = None
    loop: Text = None
    elements: tuple[str | tuple[str, ...], ...] = ()
    is_in_part: bool = False


class StructureFlaw(Part, frozen=True):
    """What the guide does not allow in the X12 file, with which the claim was read all the same."""

    segment: int | None = None
    loop: Text = None
    segment_id: Text = None
    code: Text = None
    element: Text = None
    element_code: Text = None


class LoopOrder(Part, frozen=True):
    """The order in which the segments of a loop came, and the loops inside it, where the guide has another."""

    loop: Text = None
    segments: tuple[str, ...] = ()


class Origin(Part, frozen=True):
    """Where in an X12 file the claim came from, so that it can be answered there and written back."""

    interchange_control_number: Text = None
    group_control_number: Text = None
    transaction_control_number: Text = None
    transaction_segment: int | None = None
    patient_control_number: Text = None
    segment: int | None = None
    version: Text = None
    sender_qualifier: Text = None
    sender: Text = None
    receiver_qualifier: Text = None
    receiver: Text = None
    application_sender: Text = None
    application_receiver: Text = None
    interchange_date: Text = None
    interchange_time: Text = None
    group_date: Text = None
    group_time: Text = None
    delimiters: Text = None
    transaction_purpose: Text = None
    transaction_reference: Text = None
    transaction_date: Text = None
    transaction_time: Text = None
    transaction_type: Text = None
    encoding: Text = None
    unmapped: tuple[UnmappedSegment, ...] = ()
    order: tuple[LoopOrder, ...] = ()
    flaws: tuple[StructureFlaw, ...] = ()


class FhirOrigin(Part, frozen=True):
    """Which FHIR Claim the claim was read from, and what of it has no place in the message."""

    resource_id: Text = None
    place: Text = None
    unmapped: tuple[str, ...] = ()
    more_unmapped: int | None = None


class DocumentationElement(Part, frozen=True):
    """One thing that the record holds.

    `unit` is the unit of a measured `value` (mg, mcg, g, mL, IU, kg). Values of `containers-opened` are written
    `4x100` (four containers of 100 `unit`) or `100` (one). Without `providerControlNumber` the element speaks of the
    whole claim.
    """

    element: Text = None
    value: Text = None
    unit: Text = None
    provider_control_number: Text = None
    recorded_on: Day = None
    source: Text = None


class Claim(Part, frozen=True, kw_only=True):
    """A claim with what the medical record says about it.

    It is institutional if one of its lines is. `documentation` absent means that nobody said what the record holds; an
    empty list means that it holds nothing.
    """

    schema_version: Text = None
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
    origin: Origin | None = None
    fhir_origin: FhirOrigin | None = None

    @property
    def kind(self) -> ClaimKind:
        """Whose claim it is."""
        is_institutional = any(map(_SERVICE_OF_FACILITY, self.claim_information.service_lines))
        return ClaimKind.INSTITUTIONAL if is_institutional else ClaimKind.PROFESSIONAL
