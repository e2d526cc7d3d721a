"""The insurances of a claim, and whose policy the one is that is billed."""

from typing import Final

from worker.fhir.codings import ValueSet, code_of, one_of
from worker.fhir.elements import FhirElement, Json, ResourceError, filled
from worker.fhir.identifiers import IdentifierKind, identifier, member_id, value
from worker.fhir.parties import Payer, payer, person
from worker.fhir.resources import Resolver
from worker.fhir.systems import COVERAGE_CLASSES, FAMILY_ROLES, FILING, RELATIONSHIPS, SUBSCRIBERS

_LEVELS: Final = {"1": "P", "2": "S", "3": "T", "4": "A", "5": "B"}
"""The order of payers as SBR01 has it."""

SELF: Final = "18"
_OTHER: Final = "G8"
_IN_WORDS: Final = {"self": SELF, "spouse": "01", "child": "19", "common": "53", "parent": _OTHER, "other": _OTHER}
"""HL7 subscriber-relationship. An 837 has no code for parents."""

_IN_ROLES: Final = {"spouse": ("sps", "husb", "wife"), "child": ("child", "nchild", "stpchld", "son", "dau")}
_ROLES: Final = {role: _IN_WORDS[word] for word, roles in _IN_ROLES.items() for role in roles} | {"dompart": "53"}
_OF_X12: Final = {code: code for code in ("01", SELF, "19", "20", "21", "39", "40", "53", _OTHER)}
_RELATIONSHIPS: Final = ValueSet(
    "relationships to the subscriber",
    SUBSCRIBERS | FAMILY_ROLES | RELATIONSHIPS,
    is_plain=True,
    meaning=one_of(_IN_WORDS | _ROLES | {code.lower(): code for code in _OF_X12}),
)
"""Relationships of the patient to the subscriber as PAT01 and SBR02 have them."""

_FILING: Final = ValueSet("claim filing indicators", FILING)
_GROUP: Final = ValueSet("classes of coverages", COVERAGE_CLASSES, is_plain=True, meaning=one_of({"group": "group"}))
_NEVER_IN_FORCE: Final = frozenset({"draft", "entered-in-error"})


class Insurance:
    """One entry of `Claim.insurance` with its coverage."""

    def __init__(self, entry: FhirElement, resolver: Resolver) -> None:
        self.entry = entry
        self._resolver = resolver
        self._reference = entry.child("coverage")
        self.coverage = resolver.follow(self._reference, "Coverage")
        entry.pass_over("focal")
        if self.coverage and self.coverage.peek("status") in _NEVER_IN_FORCE:
            raise ResourceError(f"{self.coverage.path}.status", "a coverage that was never in force pays no claim.")

    @property
    def level(self) -> str:
        """Which payer it is in order, as SBR01."""
        order = self.coverage.number("order") if self.coverage else ""
        sequence = self.entry.number("sequence")
        if order and order != sequence:
            self.entry.leave("sequence")
        return _LEVELS.get(order or sequence, "U")

    @property
    def filing_code(self) -> str:
        """The kind of insurance, where it is reported by X12's code list 1032."""
        return code_of(self.coverage.child("type"), _FILING) if self.coverage else ""

    @property
    def relationship(self) -> str:
        """The patient's relationship to the subscriber; empty when it is not reported or not understood."""
        return code_of(self.coverage.child("relationship"), _RELATIONSHIPS) if self.coverage else ""

    @property
    def has_unknown_relationship(self) -> bool:
        """Whether a relationship is reported that is not understood."""
        return self.coverage is not None and self.coverage.has("relationship") and not self.relationship

    @property
    def member_id(self) -> str:
        """The member id: the subscriber's, else that among the identifiers of the coverage."""
        if self.coverage is None:
            return value(self._reference.child("identifier") if self._reference else None)
        return self.coverage.text("subscriberId") or member_id(self.coverage)

    @property
    def group(self) -> Json:
        """The number and name of the group."""
        classes = self.coverage.children("class") if self.coverage else []
        for each in classes:
            if code_of(each.child("type"), _GROUP):
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
        return payer(self._payor, self._resolver)

    def leave_payer(self) -> None:
        """Note that the payer of the coverage has no place in the message, since another one is billed."""
        if self._payor:
            self._payor.leave("reference")

    @property
    def _payor(self) -> FhirElement | None:
        return self.coverage.first("payor") if self.coverage else None

    @property
    def names_subscriber(self) -> bool:
        """Whether the coverage names a subscriber, here or elsewhere."""
        return self.coverage is not None and self.coverage.has("subscriber")

    def subscriber(self) -> FhirElement | None:
        """Return the subscriber; None when the coverage names none that is here."""
        if self.coverage is None:
            return None
        found = self._resolver.follow(self.coverage.child("subscriber"), "Patient", "RelatedPerson")
        if found and found.peek("resourceType") == "RelatedPerson":
            self._resolver.follow(found.child("patient"), "Patient")
        return found

    def refuse_another_patient(self, patient: FhirElement | None) -> None:
        """Raise `ResourceError` where the coverage is another patient's than the one who was treated."""
        covered = self.coverage.child("beneficiary") if self.coverage else None
        found = self._resolver.follow(covered, "Patient")
        if covered is not None and found is not None and patient is not None and found is not patient:
            raise ResourceError(covered.path, "the coverage is that of another patient.")


def insurances(claim: FhirElement, resolver: Resolver) -> tuple[Insurance | None, list[Insurance]]:
    """Return the insurance that is billed, and the others.

    Raises `ResourceError` where there are several and not exactly one of them is said to be the one.
    """
    entries = claim.children("insurance")
    if len(entries) == 1 and entries[0].value.get("focal") is not False:
        return Insurance(entries[0], resolver), []
    focal = [each for each in entries if each.truth("focal")]
    if entries and len(focal) != 1:
        raise ResourceError(f"{claim.path}.insurance", "one of them has to be focal: it says which payer is billed.")
    others = [Insurance(each, resolver) for each in entries if each not in focal]
    return (Insurance(focal[0], resolver) if focal else None), others


def subscriber_and_patient(
    claim: FhirElement, insurance: Insurance | None, others: list[Insurance], resolver: Resolver
) -> Json:
    """Return `subscriber`, and `dependent` where the patient is another person.

    Raises `ResourceError` where the coverage is another patient's, and where it is uncertain whose policy it is.
    """
    patient = resolver.follow(claim.child("patient"), "Patient")
    for each in (insurance, *others):
        if each:
            each.refuse_another_patient(patient)
    of_patient = person(patient) if patient else {}
    if insurance is None:
        return filled(dependent=of_patient)
    of_policy = filled(memberId=insurance.member_id, paymentResponsibilityLevelCode=insurance.level, **insurance.group)
    subscriber = insurance.subscriber()
    if _is_self(insurance, subscriber, patient):
        if "memberId" not in of_policy and patient:
            of_policy |= filled(memberId=identifier(patient, IdentifierKind.MEMBER))
        return {"subscriber": of_policy | {"relationshipToSubscriberCode": SELF} | of_patient}
    dependent = of_patient | filled(relationshipToSubscriberCode=insurance.relationship)
    return {"subscriber": of_policy | (person(subscriber) if subscriber else {})} | filled(dependent=dependent)


def _is_self(insurance: Insurance, subscriber: FhirElement | None, patient: FhirElement | None) -> bool:
    """Whether the patient is the subscriber: it is said, or the coverage is here and names no other."""
    if insurance.coverage is None:
        return False
    if insurance.has_unknown_relationship:
        raise ResourceError(
            f"{insurance.coverage.path}.relationship", "no known relationship to the subscriber is here."
        )
    is_named_here = subscriber is not None and subscriber is not patient
    if insurance.relationship == SELF:
        if is_named_here and patient is not None and subscriber is not None and not _is_one(subscriber, patient):
            raise ResourceError(
                f"{insurance.coverage.path}.subscriber",
                "the patient is said to be the subscriber, who is another person.",
            )
        return True
    return not insurance.relationship and (subscriber is patient if subscriber else not insurance.names_subscriber)


def _is_one(subscriber: FhirElement, patient: FhirElement) -> bool:
    """Whether two resources can be of one person: no name and no date of birth that both have differs."""
    one, other = person(subscriber), person(patient)
    pairs = [(one.get(name), other.get(name)) for name in ("lastName", "firstName", "dateOfBirth")]
    return all(mine.casefold() == yours.casefold() for mine, yours in pairs if mine and yours)
