"""Documentation of a claim that comes after it: what the record holds, and which claim it is about."""

from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from schemas.decision import DecidedDependent, DecidedProvider, DecidedSubscriber, Number
from schemas.documentation import DocumentationElement
from schemas.part import Part
from schemas.values import Text

SCHEMA_VERSION = "1"
MOST_ELEMENTS = 1000


class LateDocumentation(Part):
    """What the medical record says about a claim that was sent before, or is about to be.

    Payer and member say whose claim it is, by the same members as in the claim. At least one of three numbers says
    which claim; it must have all that are given. Members that are not named here are refused, except inside of an
    element.
    """

    model_config = ConfigDict(extra="forbid")

    schema_version: Text = Field(default=None, description="major version of this message, 1 when absent")
    trading_partner_service_id: Number = Field(description="the payer, as in the claim")
    subscriber: DecidedSubscriber
    dependent: DecidedDependent | None = Field(
        default=None, description="where the claim has one: birth date and first name"
    )
    billing: DecidedProvider | None = Field(default=None, description="the billing provider, as in the claim")
    outcome_id: Text = Field(default=None, description="the id of the outcome by which the claim was pended")
    patient_control_number: Text = Field(
        default=None, description="that of the claim [CLM01]; needs the NPI of the billing provider beside it"
    )
    attachment_control_number: Text = Field(
        default=None, description="that of an attachment which the claim or one of its lines announces [PWK06]"
    )
    documentation: Annotated[tuple[DocumentationElement, ...], Field(min_length=1, max_length=MOST_ELEMENTS)] = Field(
        description="elements as in the claim"
    )

    @model_validator(mode="after")
    def _says_which_claim(self) -> Self:
        if not (self.outcome_id or self.patient_control_number or self.attachment_control_number):
            raise ValueError("expected outcomeId, patientControlNumber or attachmentControlNumber")
        if self.patient_control_number and self.billing is None:
            raise ValueError("expected billing.npi beside patientControlNumber: other providers may use the number too")
        return self
