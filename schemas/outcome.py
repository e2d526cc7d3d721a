"""The outcome of one claim: what it is now, what was found, what it was enriched with, what was really checked."""

import json
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, TypeAlias

from pydantic import AliasGenerator, BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic.alias_generators import to_camel

from schemas.values import WrittenNumber


class Severity(StrEnum):
    """The effect of a finding: stop the claim, hold it for documents, or let it pass with a warning."""

    REJECT = "reject"
    PEND = "pend"
    WARN = "warn"


class Disposition(StrEnum):
    """Where the claim goes."""

    SCRUBBED = "scrubbed"
    REJECTED = "rejected"
    PENDED = "pended"


def _plain(value: Decimal) -> str:
    return format(value, "f")


Number: TypeAlias = Annotated[
    Decimal,
    PlainSerializer(_plain),
    WithJsonSchema({"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}),
]


class Message(BaseModel):
    """A part of an outgoing message: immutable; what a later version adds is passed over.

    In Python its fields have names of their own.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
        alias_generator=AliasGenerator(alias=to_camel),
        populate_by_name=True,
    )


class Location(Message):
    """Where in the claim the flaw is, in the three languages that billers use."""

    json_path: str = Field(description="path from the top of the claim message")
    line: int | None = Field(default=None, description="service line, counted from 1")
    provider_control_number: str | None = None
    x12: str = Field(description="loop and element of the 837P")
    cms1500_box: str | None = Field(default=None, description="box of the CMS-1500 form")


class Prediction(Message):
    """The likely answer: the payer's remittance codes and the clearinghouse's 277CA status.

    The pairing of an edit with these codes is ours, not a payer's table.
    """

    carc: tuple[str, ...] = Field(default=(), description="claim adjustment reason codes")
    rarc: tuple[str, ...] = Field(default=(), description="remittance advice remark codes")
    claim_status_category: str = Field(description="277CA STC01-1")
    claim_status: tuple[str, ...] = Field(description="277CA STC01-2; code 21 and its like come with a second one")
    entity: str | None = Field(default=None, description="277CA STC01-3")


class Citation(Message):
    """The publication that an edit rests on."""

    source: str
    section: str | None = None
    effective: date | None = Field(default=None, description="first date of service that the rule speaks of")
    url: str | None = None


class Fix(Message):
    """A mechanical correction."""

    safety: str = Field(pattern="^(safe|unsafe)$")
    patch: tuple[dict[str, Any], ...] = Field(description="JSON Patch, RFC 6902")  # values are the claim's own JSON


class CarriedTable(Message):
    """A table that answered from an earlier edition, since none that we hold covers the date of service."""

    edition: str = Field(description="table@edition")
    ended: date = Field(description="last day for which the edition speaks")
    age_days: int = Field(description="days from then to the date of service")


class Finding(Message):
    """One flaw of the claim."""

    edit: str
    name: str
    severity: Severity
    message: str
    hint: str
    facts: dict[str, str] = Field(description="the values that decided")
    at: Location
    predicted: Prediction | None = Field(default=None, description="absent where the scrubber itself failed")
    citation: Citation
    carried: tuple[CarriedTable, ...] = Field(
        default=(),
        description="tables that it rests on and that answered from an earlier edition, which caps its severity",
    )
    fix: Fix | None = None


class Amount(Message):
    """A quantity with its unit."""

    amount: Number
    unit: str


class ContainerSize(Message):
    """A labeled container on the market on the date of service."""

    units: Number = Field(description="billing units in one container")
    dose: Amount | None = None
    brands: tuple[str, ...] = ()


class WasteReporting(Message):
    """The JW/JZ duty of a drug on the date of service (Medicare Part B)."""

    listed: bool = Field(description="on the CMS list of codes whose containers are all single-dose")
    required: bool | None = Field(
        default=None, description="whether JW or JZ must be on the line; absent when not known"
    )
    basis: str


class MueValue(Message):
    """Medically unlikely edit: most units of the code for one patient on one day."""

    value: int
    adjudication_indicator: int = Field(description="MAI: 1 per line, 2 absolute per day, 3 per day, appealable")
    setting: str


class LineEnrichment(Message):
    """The entries of the tables in force on the date of service for a drug line."""

    line: int
    provider_control_number: str | None = None
    hcpcs: str
    service_date: date
    in_force: bool = Field(description="whether the code was in force on that date")
    drug_name: str | None = None
    brands: tuple[str, ...] = ()
    description: str | None = None
    drug_class: str | None = None
    billing_unit: Amount | None = None
    units: Number | None = None
    dose: Amount | None = Field(default=None, description="the billed units expressed as dose")
    containers: tuple[ContainerSize, ...] | None = None
    single_dose: bool | None = None
    waste_reporting: WasteReporting | None = None
    mue: MueValue | None = None
    opps_status: str | None = None
    asp_payment_limit: Number | None = Field(default=None, description="US dollars for one billing unit")
    effective_from: date | None = None
    effective_to: date | None = None
    successor: str | None = None
    editions: dict[str, str] = Field(default_factory=dict, description="table to edition that answered")
    no_data: dict[str, str] = Field(default_factory=dict, description="table to the reason why it did not answer")
    carried: tuple[CarriedTable, ...] = Field(
        default=(), description="those of the editions that do not cover the date: their rows are carried forward"
    )


class ContainerCount(Message):
    """Containers of one size."""

    units: Number = Field(description="billing units in one container")
    count: int


class WasteLedgerEntry(Message):
    """Dose, waste, units and containers of one drug on one date, from all its lines and the record.

    What is not known is absent. Units are billing units: the dose given is rounded up, the amount discarded down.
    """

    hcpcs: str
    service_date: date
    lines: tuple[int, ...] = Field(description="service lines of the drug and date, counted from 1")
    modifiers: tuple[str, ...] = Field(default=(), description="JW, JZ or both, as the lines carry them")
    dose_given: Amount | None = Field(default=None, description="dose given, as recorded")
    dose_discarded: Amount | None = Field(default=None, description="amount discarded, as recorded")
    expected_given: Number | None = Field(default=None, description="units to bill for the dose given")
    expected_discarded: Number | None = Field(default=None, description="units to bill for the amount discarded")
    within_one_unit: bool | None = Field(
        default=None, description="dose and waste are inside one unit: one unit with JZ and no JW line"
    )
    billed_given: Number | None = None
    billed_discarded: Number | None = None
    containers_marketed: tuple[Number, ...] = Field(default=(), description="units in each size on the market")
    containers_opened: tuple[ContainerCount, ...] | None = Field(default=None, description="as recorded")
    containers_least_waste: tuple[ContainerCount, ...] | None = Field(
        default=None, description="the marketed containers that hold the dose with the least left over"
    )
    unavoidable_discarded: Number | None = Field(default=None, description="whole units that those leave")


class SwitchedOff(Message):
    """An edit that the payer profile switches off."""

    edit: str
    reason: str
    owner: str
    until: date | None = None


class NoDataEntry(Message):
    """An edit that could not decide, and what it would have needed."""

    edit: str
    missing: str
    line: int | None = None


class NotConfigured(Message):
    """An edit that decides no claim of this payer here, for want of a table or list that the configuration may hold."""

    edit: str
    missing: str


class BypassedEntry(Message):
    """An edit that was lifted, by something on the claim or by a suppression of the payer profile."""

    edit: str
    by: str = Field(description="what lifts it: `modifier 25`, or `suppression`")
    line: int | None = None
    reason: str | None = Field(default=None, description="why the profile suppresses it")
    owner: str | None = Field(default=None, description="who answers for the suppression")
    until: date | None = Field(default=None, description="last day of the suppression")


class HistoryWindow(Message):
    """The earlier claims of the patient that the verdict looked at.

    What is found in them is certain; an edit passes only where they reach back far enough.
    """

    since: date | None = Field(default=None, description="first day from which every claim is known")
    until: date | None = Field(default=None, description="day on which this claim was received")
    claims: int = Field(default=0, description="earlier claims that are known")
    cut: bool = Field(default=False, description="there were more than a verdict looks at; the oldest were left out")
    missing: str | None = Field(default=None, description="what lacks for knowing any")


class Coverage(Message):
    """The edits that were checked. An edit that looked at nothing on this claim is in none of the lists.

    `not_configured` is the same for every claim under a profile; `no_data` is what this claim left open.
    """

    passed: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    bypassed: tuple[BypassedEntry, ...] = ()
    unverified: tuple[str, ...] = Field(
        default=(),
        description="edits that can hold a claim and did not decide this one since a table lacks its days: not clean",
    )
    switched_off: tuple[SwitchedOff, ...] = ()
    not_configured: tuple[NotConfigured, ...] = ()
    no_data: tuple[NoDataEntry, ...] = ()
    not_reached: tuple[str, ...] = Field(
        default=(), description="edits that were not run because an intake edit rejected the claim"
    )
    errors: tuple[str, ...] = Field(default=(), description="edits that failed because of a defect")
    history: HistoryWindow | None = Field(
        default=None, description="the earlier claims that were looked at; absent where none are remembered"
    )


class ConflictingElement(Message):
    """An element of a document of which the claim says something else; the claim's word was kept."""

    element: str
    provider_control_number: str | None = None


class LateDocuments(Message):
    """What came, or did not come, after the claim was pended."""

    joined: int = Field(description="documents that were joined with the claim")
    conflicting: tuple[ConflictingElement, ...] = Field(
        default=(), description="elements that were left out, since the claim or an earlier document says otherwise"
    )
    waited_days: int | None = Field(
        default=None, description="how long the claim was waited for; absent while it is, or when it need not be"
    )


class BasisLevel(StrEnum):
    """How far the tables reach into the days of a claim."""

    FULL = "full"
    CARRIED = "carried"
    PARTIAL = "partial"


class Basis(Message):
    """What the verdict rests on: `full` when the tables by which such claims are held cover its days.

    `carried` when some of them answer from an earlier edition, `partial` when some do not answer at all.
    """

    level: BasisLevel
    carried: tuple[CarriedTable, ...] = ()
    missing: tuple[str, ...] = Field(default=(), description="tables that had no answer for the days of the claim")


class Versions(Message):
    """The version of the contract, and what decided: digests of the edits with their settings and of the tables."""

    contract: str = Field(description="the version of the contract that the outcome keeps")
    ruleset: str
    reference: str
    profile: str


class Outcome(Message):
    """The message on the scrubbed, rejected and pended topics."""

    outcome_id: str = Field(
        description="hash of the claim, the ruleset, the tables and the receipt date: the same claim scrubbed twice "
        "gives the same id, so a consumer can drop duplicates"
    )
    supersedes: str | None = Field(
        default=None, description="id of the outcome of the same claim whose place this one takes; absent on the first"
    )
    disposition: Disposition
    received_on: date = Field(description="the day against which future dates and filing limits are judged")
    findings: tuple[Finding, ...]
    findings_truncated: bool = False
    enrichment: tuple[LineEnrichment, ...]
    waste_ledger: tuple[WasteLedgerEntry, ...] | None = Field(
        default=None, description="one entry per drug and date with a known dose or waste; absent when there is none"
    )
    coverage: Coverage
    late_documents: LateDocuments | None = Field(
        default=None, description="absent where nothing came after the claim, and it was not waited for in vain"
    )
    not_read: tuple[str, ...] | None = Field(
        default=None,
        description="JSON paths of members of the claim that neither an edit nor the writer of 837s knows; absent when "
        "there are none",
    )
    more_not_read: int | None = Field(default=None, description="how many more there are than are named")
    basis: Basis
    versions: Versions
    fixed: tuple[Finding, ...] | None = Field(
        default=None, description="the findings of the claim as received that its safe fixes put right"
    )
    patch: tuple[dict[str, Any], ...] | None = Field(  # any JSON: its values are the claim's
        default=None, description="JSON Patch (RFC 6902) from `original` to `claim`; absent when nothing was changed"
    )
    original: dict[str, Any] | None = Field(  # any JSON: it is the submitter's, not ours
        default=None, description="the claim as received, where the profile has safe fixes applied and there were some"
    )
    claim: dict[str, Any] = Field(
        description="the claim, unknown fields included: as received unless `patch` says what was changed"
    )  # any JSON: it is the submitter's, not ours

    @property
    def count_not_read(self) -> int:
        """How many members of the claim nobody knows."""
        return len(self.not_read or ()) + (self.more_not_read or 0)

    @classmethod
    def read(cls, value: bytes) -> "Outcome":
        """Return the outcome in a message, by the camelCase names alone and with numbers in the digits of the claim.

        Raises `ValueError`, of which pydantic's `ValidationError` is one.
        """
        document = json.loads(value, parse_int=WrittenNumber, parse_float=WrittenNumber)
        return cls.model_validate(document, by_alias=True, by_name=False)
