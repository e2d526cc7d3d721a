"""The insurances of a claim: the one that is billed makes payer and subscriber, the others coordinate with it."""

from typing import Final

from worker.fhir.elements import DamagedError, Element, Json, filled
from worker.fhir.parties import Payer, identifier, identifier_value, payer, person
from worker.fhir.resources import Resolver
from worker.fhir.systems import COVERAGE_CLASSES, FILING, SOCIAL_SECURITY, SUBSCRIBERS, code_of

_LEVELS: Final = {"1": "P", "2": "S", "3": "T", "4": "A", "5": "B"}
"""The order of payers as SBR01 has it."""

_SELF: Final = "18"
_RELATIONSHIPS: Final = {"self": _SELF, "spouse": "01", "child": "19", "common": "53", "other": "G8"}
"""HL7 subscriber-relationship as PAT01 and SBR02 have it."""


class Insurance:
    """One entry of `Claim.insurance` with its coverage."""

    def __init__(self, entry: Element, resolver: Resolver) -> None:
        self.entry = entry
        self._resolver = resolver
        self._reference = entry.child("coverage")
        self.coverage = resolver.follow(self._reference, "Coverage")
        entry.pass_over("focal")

    @property
    def level(self) -> str:
        """Which payer it is in order, as SBR01."""
        order = self.coverage.number("order") if self.coverage else ""
        sequence = self.entry.number("sequence")
        return _LEVELS.get(order or sequence, "U")

    @property
    def filing_code(self) -> str:
        """The kind of insurance, where it is told by X12's code list 1032."""
        return code_of(self.coverage.child("type"), FILING) if self.coverage else ""

    @property
    def relationship(self) -> str:
        """The patient's relationship to the subscriber; empty when it is not told."""
        coverage = self.coverage
        if coverage is None:
            return ""
        code = code_of(coverage.child("relationship"), SUBSCRIBERS, is_plain=True, among=_RELATIONSHIPS)
        return _RELATIONSHIPS.get(code, "")

    @property
    def member_id(self) -> str:
        """The member id: the subscriber's, else the first identifier of the coverage."""
        if self.coverage is None:
            return identifier_value(self._reference.child("identifier") if self._reference else None)
        if number := self.coverage.text("subscriberId"):
            return number
        return identifier_value(self.coverage.first("identifier"))

    @property
    def group(self) -> Json:
        """The number and name of the group."""
        classes = self.coverage.children("class") if self.coverage else []
        for each in classes:
            if code_of(each.child("type"), COVERAGE_CLASSES, is_plain=True, among={"group"}):
                return filled(groupNumber=each.text("value"), subscriberGroupName=each.text("name"))
        return {}

    @property
    def authorization(self) -> str:
        """The prior authorization number; a claim has room for one."""
        numbers = self.entry.texts("preAuthRef")
        if numbers[1:]:
            self.entry.leave("preAuthRef")
        return next(iter(numbers), "")

    def payer(self) -> Payer:
        """Return whom the coverage names as payer."""
        return payer(self.coverage.first("payor") if self.coverage else None, self._resolver)

    def subscriber(self) -> Element | None:
        """Return the subscriber; none when the coverage names none that is here."""
        if self.coverage is None:
            return None
        return self._resolver.follow(self.coverage.child("subscriber"), "Patient", "RelatedPerson")


def insurances(claim: Element, resolver: Resolver) -> tuple[Insurance | None, list[Insurance]]:
    """Return the insurance that is billed, and the others.

    Raises `DamagedError` where several are there and not one of them is said to be the one.
    """
    entries = claim.children("insurance")
    if len(entries) == 1:
        return Insurance(entries[0], resolver), []
    focal = [each for each in entries if each.truth("focal")]
    if entries and len(focal) != 1:
        raise DamagedError(f"{claim.path}.insurance", "one of several has to be focal: it says which payer is billed.")
    others = [Insurance(each, resolver) for each in entries if each not in focal]
    return (Insurance(focal[0], resolver) if focal else None), others


def subscriber_and_patient(claim: Element, insurance: Insurance | None, resolver: Resolver) -> Json:
    """Return `subscriber`, and `dependent` where the patient is another person."""
    patient = resolver.follow(claim.child("patient"), "Patient")
    covered = insurance.coverage.child("beneficiary") if insurance and insurance.coverage else None
    if patient is not resolver.follow(covered, "Patient") and covered is not None:
        covered.leave("reference")
    if insurance is None:
        return filled(subscriber=person(patient) if patient else {})
    subscriber = insurance.subscriber()
    relationship = insurance.relationship
    is_self = relationship == _SELF or (not relationship and subscriber in (None, patient))
    of_policy = filled(memberId=insurance.member_id, paymentResponsibilityLevelCode=insurance.level, **insurance.group)
    if is_self:
        return {
            "subscriber": of_policy | {"relationshipToSubscriberCode": _SELF} | (person(patient) if patient else {})
        }
    dependent = (person(patient) if patient else {}) | filled(relationshipToSubscriberCode=relationship)
    return {"subscriber": of_policy | (person(subscriber) if subscriber else {})} | filled(dependent=dependent)


def other_subscribers(others: list[Insurance]) -> list[Json]:
    """Return the coverages with other payers, as loop 2320 has them."""
    return [_other_subscriber(each) for each in others]


def _other_subscriber(other: Insurance) -> Json:
    name, number, where = other.payer()
    insured = other.subscriber()
    whom = person(insured) if insured else {}
    ssn = identifier(insured, SOCIAL_SECURITY) if insured else ""
    return filled(
        paymentResponsibilityLevelCode=other.level,
        individualRelationshipCode=other.relationship,
        insuranceGroupOrPolicyNumber=other.group.get("groupNumber"),
        otherInsuredGroupName=other.group.get("subscriberGroupName"),
        claimFilingIndicatorCode=other.filing_code,
        otherSubscriberName=filled(
            otherInsuredQualifier="1",
            otherInsuredLastName=whom.get("lastName"),
            otherInsuredFirstName=whom.get("firstName"),
            otherInsuredMiddleName=whom.get("middleName"),
            otherInsuredNameSuffix=whom.get("suffix"),
            otherInsuredIdentifierTypeCode="MI",
            otherInsuredIdentifier=other.member_id,
            otherInsuredAdditionalIdentifier=ssn.replace("-", ""),
            otherInsuredAddress=whom.get("address"),
        ),
        otherPayerName=filled(
            otherPayerOrganizationName=name,
            otherPayerIdentifierTypeCode="PI",
            otherPayerIdentifier=number,
            otherPayerAddress=where,
        ),
    )
