"""What a payer decided of a claim: the message on the topic of decisions."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field, PlainSerializer, PlainValidator, WithJsonSchema

from schemas.part import Part
from schemas.values import DATE, Text, Unreadable, read_date

SCHEMA_VERSION = "1"


def _known_day(value: object) -> date:
    found = read_date(value)
    if found is None or isinstance(found, Unreadable):
        raise ValueError("expected a day as YYYYMMDD")
    return found


def _written(value: date) -> str:
    return f"{value:%Y%m%d}"


Number = Annotated[str, Field(min_length=1, max_length=100)]
"""A number or id that must be there."""
KnownDay = Annotated[
    date,
    PlainValidator(_known_day),
    PlainSerializer(_written),
    WithJsonSchema({"type": "string", "description": "YYYYMMDD", "pattern": f"^{DATE.pattern}$"}),
]
"""A day that must be there, as it is written in a claim."""


class PayerDecision(StrEnum):
    """What became of a claim at the payer, as far as it matters for what is sent afterwards."""

    RETURNED = "returned"
    """Not processed (277CA rejection, or MA130 on the remittance): it is sent anew as a first claim."""
    DENIED = "denied"
    """Processed, and nothing paid: sending it again is a duplicate."""
    PAID = "paid"
    """Processed, and some line of it paid."""


class DecidedSubscriber(Part):
    """The subscriber of the claim, by the number alone [NM1*IL NM109]."""

    model_config = ConfigDict(extra="forbid")

    member_id: Number


class DecidedDependent(Part):
    """The dependent who is the patient: those of one subscriber share the number."""

    model_config = ConfigDict(extra="forbid")

    date_of_birth: KnownDay
    first_name: Number


class DecidedProvider(Part):
    """The provider who bills the claim [NM1*85 NM109]."""

    model_config = ConfigDict(extra="forbid")

    npi: Number


class DecidedClaim(Part):
    """Which claim it is, by members of the claim as it was sent."""

    model_config = ConfigDict(extra="forbid")

    trading_partner_service_id: Number = Field(description="the payer, as in the claim")
    subscriber: DecidedSubscriber
    dependent: DecidedDependent | None = Field(
        default=None, description="where the claim has one: birth date and first name"
    )
    billing: DecidedProvider = Field(
        description="the billing provider, as in the claim: other providers may use the control number too"
    )
    patient_control_number: Number = Field(description="that of the claim [CLM01; 277CA REF*1K or TRN, 835 CLP01]")


class ClaimDecision(Part):
    """The payer's decision on a claim that was sent: whether it returned, denied or paid it.

    Members that are not named here are refused. The same message may come again: it changes nothing.
    """

    model_config = ConfigDict(extra="forbid")

    schema_version: Text = Field(default=None, description="major version of this message, 1 when absent")
    claim: DecidedClaim
    decision: PayerDecision
    on: KnownDay = Field(
        description="the day of the decision, YYYYMMDD; of several claims with one control number it is on the last "
        "one that was received by that day"
    )
