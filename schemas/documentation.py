"""The medical record behind a claim: one closed vocabulary of elements.

Each element names the attachment report type (X12 PWK01, code list 755) under which a payer would ask for the
document that holds it.
"""

from enum import StrEnum
from typing import Final

from schemas.part import Part
from schemas.values import Day, Text


class Element(StrEnum):
    """An element of the record. A message may carry others; they are kept and not read."""

    ADVERSE_REACTION = "adverse-reaction"
    AMOUNT_DISCARDED = "amount-discarded"
    ADMINISTRATION_END = "administration-end"
    ADMINISTRATION_START = "administration-start"
    BISPHOSPHONATE_HISTORY = "bisphosphonate-history"
    BODY_WEIGHT = "body-weight"
    CALCIUM_VITAMIN_D = "calcium-vitamin-d"
    CLINICAL_FINDINGS = "clinical-findings"
    CONTAINERS_OPENED = "containers-opened"
    CONTRAINDICATION = "contraindication"
    DIAGNOSIS_STATEMENT = "diagnosis-statement"
    DISCARD_REASON = "discard-reason"
    DOSE_ADMINISTERED = "dose-administered"
    DOSING_FREQUENCY = "dosing-frequency"
    DRUG_NAME = "drug-name"
    FORMULATION = "formulation"
    IGE_LEVEL = "ige-level"
    INDICATION = "indication"
    JC_VIRUS_ANTIBODY = "jc-virus-antibody"
    LOT_NUMBER = "lot-number"
    MEDICAL_NECESSITY = "medical-necessity"
    PATIENT_RESPONSE = "patient-response"
    PRE_INFUSION_ASSESSMENT = "pre-infusion-assessment"
    PRIOR_THERAPY = "prior-therapy"
    ROUTE = "route"
    SERVICE_DATE = "service-date"
    SHORT_ACTING_RESPONSE = "short-acting-response"
    TOUCH_ENROLMENT = "touch-enrolment"
    TREATMENT_PLAN = "treatment-plan"


REPORT_TYPE: Final[dict[Element, str]] = {
    Element.ADVERSE_REACTION: "09",
    Element.AMOUNT_DISCARDED: "04",
    Element.ADMINISTRATION_END: "04",
    Element.ADMINISTRATION_START: "04",
    Element.BISPHOSPHONATE_HISTORY: "P5",
    Element.BODY_WEIGHT: "NN",
    Element.CALCIUM_VITAMIN_D: "P5",
    Element.CLINICAL_FINDINGS: "DG",
    Element.CONTAINERS_OPENED: "04",
    Element.CONTRAINDICATION: "P5",
    Element.DIAGNOSIS_STATEMENT: "PY",
    Element.DISCARD_REASON: "04",
    Element.DOSE_ADMINISTERED: "04",
    Element.DOSING_FREQUENCY: "OD",
    Element.DRUG_NAME: "04",
    Element.FORMULATION: "04",
    Element.IGE_LEVEL: "LA",
    Element.INDICATION: "PY",
    Element.JC_VIRUS_ANTIBODY: "LA",
    Element.LOT_NUMBER: "04",
    Element.MEDICAL_NECESSITY: "PY",
    Element.PATIENT_RESPONSE: "09",
    Element.PRE_INFUSION_ASSESSMENT: "NN",
    Element.PRIOR_THERAPY: "P5",
    Element.ROUTE: "04",
    Element.SERVICE_DATE: "04",
    Element.SHORT_ACTING_RESPONSE: "P5",
    Element.TOUCH_ENROLMENT: "CT",
    Element.TREATMENT_PLAN: "08",
}
"""X12 PWK01 report type of the document in which a payer would look for the element. The pairing is ours."""


class DocumentationElement(Part):
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
