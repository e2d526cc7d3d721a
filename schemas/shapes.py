"""The published shapes of a claim, brought into the one that this schema has.

Clearinghouses publish several shapes for one thing: `providers[]` with a type, or a member for each role; a list in a
list, or a flat one; `operatingPhysician`, or `operating`. Sources: the professional claim API v3 and the institutional
claim API v1 of Optum (Change Healthcare), and Stedi's of the same names. What is already in the schema's shape stays;
a second value for one member is never taken instead of the first, but stays where it is, so that it is reported.
"""

from collections.abc import Callable
from functools import partial
from types import MappingProxyType
from typing import Any, Final

Json = dict[str, Any]  # a part of a claim: any JSON

_ROLES: Final = MappingProxyType(
    {
        "BillingProvider": "billing",
        "RenderingProvider": "rendering",
        "ReferringProvider": "referring",
        "OrderingProvider": "ordering",
        "SupervisingProvider": "supervising",
        "AttendingProvider": "attending",
        "OperatingProvider": "operating",
        "OperatingPhysician": "operating",
        "OtherOperatingProvider": "otherOperating",
        "OtherOperatingPhysician": "otherOperating",
    }
)
"""Where a provider of each `providerType` is."""

_ROLES_OF_LINE: Final = MappingProxyType(
    {
        "RenderingProvider": "renderingProvider",
        "ReferringProvider": "referringProvider",
        "OrderingProvider": "orderingProvider",
        "SupervisingProvider": "supervisingProvider",
        "PurchasedServiceProvider": "purchasedServiceProvider",
        "OperatingPhysician": "operatingPhysician",
        "OtherOperatingPhysician": "otherOperatingPhysician",
    }
)
_OF_PAYER: Final = ("payerIdentificationNumber", "claimOfficeNumber", "naic")
"""Numbers of the payer that Stedi documents on the billing provider: REF 2U, FY and NF of 2010BB."""

_GROUPS: Final = (
    "conditionCodesList",
    "valueInformationList",
    "occurrenceInformationList",
    "occurrenceSpanInformations",
    "otherDiagnosisInformationList",
    "otherProcedureInformationList",
    "treatmentCodeInformationList",
)
_ATTACHMENT: Final = "reportInformation"


def in_one_shape(document: Json) -> Json:
    """Return a claim in the shape of the schema; the same object where it has it already. The input is not changed."""
    claim = _CopiedPart(document)
    for name, other in (("operatingPhysician", "operating"), ("otherOperatingPhysician", "otherOperating")):
        claim.rename(name, other)
    _providers(claim)
    for role in dict.fromkeys(_ROLES.values()):
        claim.inside(role, _provider)
        claim.inside(role, partial(_drop_type, role=role, roles=_ROLES))
    claim.inside("subscriber", _subscriber)
    claim.inside("submitter", lambda part: part.rename("taxId", "submitterIdentification"))
    claim.inside("receiver", lambda part: part.rename("taxId", "receiverId"))
    _numbers_of_payer(claim)
    claim.inside("claimInformation", _information)
    return claim.values


class _CopiedPart:
    """A part of a claim that is copied before its first change."""

    def __init__(self, values: Json) -> None:
        self.values = values
        self._is_own = False

    def set(self, name: str, value: object) -> None:
        if not self._is_own:
            self.values, self._is_own = dict(self.values), True
        self.values[name] = value

    def drop(self, name: str) -> None:
        self.set(name, None)
        del self.values[name]

    def rename(self, name: str, other: str) -> None:
        """Give a member its other name, unless there is one of that name."""
        if name in self.values and other not in self.values:
            self.set(other, self.values[name])
            self.drop(name)

    def inside(self, name: str, change: "Callable[[_CopiedPart], None]") -> None:
        """Change a part inside."""
        value = self.values.get(name)
        if isinstance(value, dict):
            part = _CopiedPart(value)
            change(part)
            if part.values is not value:
                self.set(name, part.values)

    def each(self, name: str, change: "Callable[[_CopiedPart], None]") -> None:
        """Change each part in a list."""
        value = self.values.get(name)
        if not isinstance(value, list):
            return
        changed = [_changed(entry, change) for entry in value]
        if any(one is not other for one, other in zip(changed, value, strict=True)):
            self.set(name, changed)

    def wrap(self, name: str) -> None:
        """Make a list of a single part."""
        if isinstance(self.values.get(name), dict):
            self.set(name, [self.values[name]])

    def move(self, name: str, holder: str, other: str) -> None:
        """Put a member into another part, unless that has one."""
        around = self.values.get(holder, {})
        if name in self.values and isinstance(around, dict) and other not in around:
            self.set(holder, {**around, other: self.values[name]})
            self.drop(name)


def _changed(entry: object, change: "Callable[[_CopiedPart], None]") -> object:
    if not isinstance(entry, dict):
        return entry
    part = _CopiedPart(entry)
    change(part)
    return part.values


def _providers(claim: _CopiedPart) -> None:
    listed = claim.values.get("providers")
    if not isinstance(listed, list):
        return
    left = []
    for each in listed:
        role = _ROLES.get(str(each.get("providerType"))) if isinstance(each, dict) else None
        if role is None or role in claim.values:
            left.append(each)
        else:
            claim.set(role, each)
    claim.set("providers", left)
    if not left:
        claim.drop("providers")


def _drop_type(part: _CopiedPart, role: str, roles: MappingProxyType[str, str]) -> None:
    """Leave out a type that says what the place of the provider says."""
    if roles.get(str(part.values.get("providerType"))) == role:
        part.drop("providerType")


def _provider(part: _CopiedPart) -> None:
    _one_identifier(part, "identificationQualifierCode")


def _one_identifier(part: _CopiedPart, qualifier: str) -> None:
    """A secondary identifier as a text, with its qualifier beside it, is one of a list."""
    identifier = part.values.get("secondaryIdentifier")
    if isinstance(identifier, str):
        entry = {"identifier": identifier}
        if qualifier in part.values:
            entry["qualifier"] = part.values[qualifier]
            part.drop(qualifier)
        part.set("secondaryIdentifier", [entry])


def _subscriber(part: _CopiedPart) -> None:
    part.rename("policyNumber", "groupNumber")
    if "standardHealthId" in part.values and "memberId" not in part.values:
        part.rename("standardHealthId", "memberId")
        part.set("identificationCodeQualifier", "II")


def _numbers_of_payer(claim: _CopiedPart) -> None:
    billing = claim.values.get("billing")
    if not isinstance(billing, dict) or not any(name in billing for name in _OF_PAYER):
        return
    part, numbers = _CopiedPart(billing), _CopiedPart(claim.values.get("tradingPartnerSecondaryIdentifiers") or {})
    for name in _OF_PAYER:
        if name in part.values and name not in numbers.values:
            numbers.set(name, part.values[name])
            part.drop(name)
    claim.set("billing", part.values)
    claim.set("tradingPartnerSecondaryIdentifiers", numbers.values)


def _information(part: _CopiedPart) -> None:
    part.rename("conditionCodes", "conditionCodesList")
    for name in _GROUPS:
        value = part.values.get(name)
        if isinstance(value, list) and value and not any(isinstance(each, list) for each in value):
            part.set(name, [value])
    _file_information(part)
    part.inside("claimNotes", lambda notes: _billing_note(part, notes))
    part.inside(
        "claimSupplementalInformation",
        lambda numbers: numbers.rename("adjustedRepricedClaimRefNumber", "adjustedRepricedClaimNumber"),
    )
    part.inside("serviceFacilityLocation", _facility)
    part.wrap("otherSubscriberInformation")
    part.each("otherSubscriberInformation", _other_subscriber)
    part.each("serviceLines", _line)


def _file_information(part: _CopiedPart) -> None:
    """One line of file information is one of a list, which the professional API has under another name."""
    line = part.values.get("fileInformation")
    if not isinstance(line, str):
        return
    lines = part.values.get("serviceLines")
    if any("institutionalService" in each for each in lines or () if isinstance(each, dict)):
        part.set("fileInformation", [line])
    elif isinstance(listed := part.values.get("fileInformationList", []), list):
        part.set("fileInformationList", [line, *listed])
        part.drop("fileInformation")


def _billing_note(information: _CopiedPart, notes: _CopiedPart) -> None:
    """An additional note of an institutional claim is its billing note: NTE*ADD occurs once."""
    added = notes.values.get("additionalInformation")
    if isinstance(added, list) and len(added) == 1 and "billingNote" not in information.values:
        information.set("billingNote", added[0])
        notes.drop("additionalInformation")


def _facility(part: _CopiedPart) -> None:
    part.rename("identificationCode", "npi")
    _one_identifier(part, "secondaryIdentificationQualifierCode")


_OTHER_PROVIDERS: Final = (
    "otherPayerAttendingProvider",
    "otherPayerOperatingPhysician",
    "otherPayerOtherOperatingPhysician",
    "otherPayerServiceFacilityLocation",
    "otherPayerRenderingProvider",
    "otherPayerReferringProvider",
    "otherPayerSupervisingProvider",
    "otherPayerBillingProvider",
)


def _other_subscriber(part: _CopiedPart) -> None:
    for name in ("groupNumber", "policyNumber"):
        part.rename(name, "insuranceGroupOrPolicyNumber")
    part.each("claimLevelAdjustments", _adjustment)
    for name in _OTHER_PROVIDERS:
        part.wrap(name)
    part.each("otherPayerRenderingProvider", _other_rendering)
    part.each(
        "otherPayerServiceFacilityLocation",
        lambda each: each.rename(
            "otherPayerServiceFacilityLocationIdentifier", "otherPayerServiceFacilityLocationSecondaryIdentifier"
        ),
    )
    part.inside("otherSubscriberName", _other_insured)
    part.inside("otherPayerName", _other_payer)


def _other_rendering(part: _CopiedPart) -> None:
    part.rename("otherPayerRenderingProviderIdentifier", "otherPayerRenderingProviderSecondaryIdentifier")


def _other_insured(part: _CopiedPart) -> None:
    part.rename("otherInsuredSuffix", "otherInsuredNameSuffix")
    part.rename("firstName", "otherInsuredFirstName")
    part.rename("address", "otherInsuredAddress")
    added = part.values.get("otherInsuredAdditionalIdentifier")
    if isinstance(added, list) and len(added) == 1:
        part.set("otherInsuredAdditionalIdentifier", added[0])


def _other_payer(part: _CopiedPart) -> None:
    address = part.values.get("otherPayerAddress")
    if not isinstance(address, dict):
        return
    for name in ("otherPayerAdjudicationOrPaymentDate", "otherPayerSecondaryIdentifier"):
        if name in address and name not in part.values:
            part.set(name, address[name])
            part.inside("otherPayerAddress", partial(_CopiedPart.drop, name=name))


def _adjustment(part: _CopiedPart) -> None:
    part.rename("claimAdjustmentDetails", "adjustmentDetails")


def _line(part: _CopiedPart) -> None:
    part.rename("lineItemControlNumber", "providerControlNumber")
    part.rename("lineNoteText", "thirdPartyOrganizationNotes")
    part.rename("lineRepricingInformation", "linePricingInformation")
    if isinstance(part.values.get("institutionalService"), dict):
        part.move("description", "institutionalService", "description")
    for name in ("repricedLineItemReferenceNumber", "adjustedRepricedLineItemReferenceNumber"):
        part.move(name, "serviceLineReferenceInformation", name)
    _dates_of_line(part)
    _numbers_of_line(part)
    part.wrap("serviceLineSupplementalInformation")
    _attachment_of_line(part)
    _decision(part)
    part.each("lineAdjudicationInformation", _adjudication)
    part.inside("serviceFacilityLocation", _facility)
    for role in dict.fromkeys(_ROLES_OF_LINE.values()):
        part.inside(role, _provider)
        part.inside(role, partial(_drop_type, role=role, roles=_ROLES_OF_LINE))


def _dates_of_line(part: _CopiedPart) -> None:
    dates = part.values.get("serviceLineDateInformation")
    if not isinstance(dates, dict):
        return
    for name, other in (
        ("serviceDate", "serviceDate"),
        ("beginServiceDate", "serviceDate"),
        ("endServiceDate", "serviceDateEnd"),
    ):
        if name in dates and other not in part.values:
            part.set(other, dates[name])
            part.inside("serviceLineDateInformation", partial(_CopiedPart.drop, name=name))


def _numbers_of_line(part: _CopiedPart) -> None:
    numbers = part.values.get("serviceLineReferenceInformation")
    if isinstance(numbers, dict) and "providerControlNumber" in numbers and "providerControlNumber" not in part.values:
        part.set("providerControlNumber", numbers["providerControlNumber"])
        part.inside("serviceLineReferenceInformation", lambda inner: inner.drop("providerControlNumber"))


def _attachment_of_line(part: _CopiedPart) -> None:
    numbers = part.values.get("lineSupplementInformation")
    listed = part.values.get("serviceLineSupplementalInformation", [])
    if isinstance(numbers, dict) and isinstance(listed, list) and isinstance(numbers.get(_ATTACHMENT), dict):
        part.set("serviceLineSupplementalInformation", [*listed, numbers[_ATTACHMENT]])
        part.inside("lineSupplementInformation", lambda inner: inner.drop(_ATTACHMENT))


def _decision(part: _CopiedPart) -> None:
    """A single decision of another payer, under the name that the institutional API has for it."""
    decision = part.values.get("lineAdjustmentInformation")
    listed = part.values.get("lineAdjudicationInformation", [])
    if not isinstance(decision, dict) or not isinstance(listed, list):
        return
    part.set("lineAdjudicationInformation", [*listed, _changed(decision, _renamed_decision)])
    part.drop("lineAdjustmentInformation")


def _renamed_decision(part: _CopiedPart) -> None:
    part.rename("claimPaidDate", "adjudicationOrPaymentDate")
    part.rename("procedureModifiers", "procedureModifier")
    part.rename("claimAdjustment", "claimAdjustmentInformation")


def _adjudication(part: _CopiedPart) -> None:
    part.rename("lineAdjustment", "claimAdjustmentInformation")
    part.rename("bundledLineNumber", "bundledOrUnbundledLineNumber")
    part.rename("productOrServiceIDQualifier", "serviceIdQualifier")
    part.wrap("claimAdjustmentInformation")
    part.each("claimAdjustmentInformation", _adjustment)
