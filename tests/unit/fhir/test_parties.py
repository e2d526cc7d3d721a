"""Who is who: use, period, type and system decide on names, addresses and numbers; relationships on the subscriber."""

from typing import Any

import pytest

from tests.unit.fhir.resources import (
    NPI,
    PARTIES,
    TERMS,
    X12,
    Json,
    bundle,
    claim,
    concept,
    coverage,
    damages,
    message,
    organization,
    patient,
    practitioner,
)

EIN = "urn:oid:2.16.840.1.113883.4.4"
MBI = "http://hl7.org/fhir/sid/us-mbi"
TYPES = f"{TERMS}v2-0203"


def with_parties(*changed: Json, **more: Any) -> Json:  # Any: any JSON
    """The claim with some of its parties changed."""
    names = {(each["resourceType"], each["id"]) for each in changed}
    kept = (each for each in PARTIES if (each["resourceType"], each["id"]) not in names)
    return bundle(claim(**more), parties=(*kept, *changed))


def number(value: str, system: str | None = None, kind: str | None = None, **more: object) -> Json:
    """An identifier."""
    made: Json = {"value": value} | more
    if system:
        made["system"] = system
    if kind:
        made["type"] = concept(kind, TYPES)
    return made


@pytest.mark.parametrize(
    ("names", "family"),
    [
        ([{"use": "maiden", "family": "A"}, {"use": "usual", "family": "B"}], "B"),
        ([{"use": "usual", "family": "A"}, {"use": "official", "family": "B"}], "B"),
        ([{"use": "official", "family": "A", "period": {"end": "2026-03-02"}}, {"family": "B"}], "B"),
        ([{"use": "official", "family": "A", "period": {"end": "2026-03-03"}}, {"family": "B"}], "A"),
        ([{"use": "official", "family": "A", "period": {"start": "2026-03-04"}}, {"family": "B"}], "B"),
        ([{"use": "official", "family": "A", "period": {"start": "2026", "end": "2026"}}, {"family": "B"}], "A"),
        ([{"use": "nickname", "family": "A"}], None),
        ([{"use": "old", "family": "A"}], None),
        ([{"text": "SYNTHETIC PATIENT"}], None),
    ],
)
def test_the_name_that_counts_on_the_day_of_the_claim(names: list[Json], family: str | None) -> None:
    """The claim was made on 2026-03-03; without a name that counts an edit asks for one."""
    assert message(with_parties(patient() | {"name": names}))["subscriber"].get("lastName") == family


@pytest.mark.parametrize(
    ("addresses", "city"),
    [
        ([{"use": "old", "city": "A"}, {"city": "B"}], "B"),
        ([{"use": "home", "city": "A", "period": {"end": "2020-01-01"}}, {"use": "home", "city": "B"}], "B"),
        ([{"use": "work", "city": "A"}, {"use": "home", "city": "B"}], "B"),
        ([{"type": "postal", "city": "A"}, {"type": "physical", "city": "B"}], "B"),
        ([{"type": "postal", "city": "A"}], "A"),
        ([{"use": "home", "city": "A", "period": {"end": "2020-01-01"}}], None),
    ],
)
def test_the_address_that_counts(addresses: list[Json], city: str | None) -> None:
    """Ended and old ones never do; one for mail only when there is no other."""
    assert (
        message(with_parties(patient() | {"address": addresses}))["subscriber"].get("address", {}).get("city") == city
    )


@pytest.mark.parametrize(
    ("identifiers", "npi", "ein"),
    [
        ([number("1", NPI), number("2", EIN)], "1", "2"),
        ([number("1", "urn:oid:2.16.840.1.113883.4.6"), number("2", kind="EN")], "1", "2"),
        ([number("1", kind="NPI"), number("12-3", kind="TAX")], "1", "123"),
        ([number("9", NPI, use="old"), number("1", NPI)], "1", None),
        ([number("9", NPI, period={"end": "2025-12-31"}), number("1", NPI)], "1", None),
        ([number("9", NPI, use="secondary"), number("1", NPI, use="official")], "1", None),
        ([number("9", NPI, "TAX")], None, None),
        ([number("9", kind="PRN")], None, None),
        ([number("1", NPI, "PRN")], "1", None),
    ],
)
def test_numbers_of_providers(identifiers: list[Json], npi: str | None, ein: str | None) -> None:
    """By system or by type; where both say something else it is neither."""
    billing = message(with_parties(organization("center", "SYNTHETIC CENTER", *identifiers)))["billing"]

    assert (billing.get("npi"), billing.get("employerId")) == (npi, ein)


@pytest.mark.parametrize(
    ("value", "found"),
    [("12-3456789", ("123456789", None)), ("900-00-0001", (None, "900000001")), ("123456789", (None, None))],
)
def test_the_tax_number_of_a_person(value: str, found: tuple[str | None, str | None]) -> None:
    """Its hyphens say whether it is an EIN or an SSN; without them it is named."""
    doctor = practitioner("solo", "SOLO")
    doctor["identifier"].append(number(value, kind="TAX"))

    document = message(with_parties(doctor, provider={"reference": "Practitioner/solo"}))

    assert (document["billing"].get("employerId"), document["billing"].get("ssn")) == found
    assert ("Practitioner.identifier[1]" in document["fhirOrigin"].get("unmapped", ())) == (found == (None, None))


def test_two_numbers_with_an_equal_claim_are_refused() -> None:
    """Which of two NPIs bills is not for us to say; the same one twice is one."""
    twice = with_parties(organization("center", "SYNTHETIC CENTER", number("1", NPI), number("1", NPI)))
    two = with_parties(organization("center", "SYNTHETIC CENTER", number("1", NPI), number("2", NPI)))

    assert message(twice)["billing"]["npi"] == "1"
    assert list(damages(two)) == [
        (
            "Organization.identifier: two different values are a current NPI; "
            "`use` or `period` has to say which one counts."
        )
    ]


@pytest.mark.parametrize(
    ("identifiers", "payer"),
    [
        ([number("A", "urn:synthetic:payers")], "A"),
        ([number("1", NPI), number("2", EIN), number("A")], "A"),
        ([number("A"), number("B", kind="NIIP")], "B"),
        ([number("A", use="old"), number("B")], "B"),
        ([number("1", NPI)], None),
    ],
)
def test_the_payer_id(identifiers: list[Json], payer: str | None) -> None:
    """Never an NPI, an EIN or a number that has ended."""
    document = message(with_parties(organization("payer", "SYNTHETIC PAYER", *identifiers)))

    assert document.get("tradingPartnerServiceId") == payer


@pytest.mark.parametrize(
    ("of_coverage", "of_patient", "member"),
    [
        ([number("A", kind="MB")], [], "A"),
        ([number("A")], [number("M", MBI)], "A"),
        ([number("A"), number("B", kind="MB")], [], "B"),
        ([number("A"), number("B")], [], None),
        ([number("A", kind="MB", period={"end": "2025-01-01"}), number("B", kind="MB")], [], "B"),
        ([number("900", "urn:oid:2.16.840.1.113883.4.1")], [], None),
        ([], [number("O", MBI, period={"end": "2025-01-01"}), number("M", MBI)], "M"),
        ([], [number("R", kind="MR")], None),
    ],
)
def test_the_member_id(of_coverage: list[Json], of_patient: list[Json], member: str | None) -> None:
    """Of the coverage, else of the patient who is the subscriber; one that may be something else is never taken."""
    insured = coverage(identifier=of_coverage)
    del insured["subscriberId"]

    document = message(with_parties(insured, patient() | {"identifier": of_patient}))

    assert document["subscriber"].get("memberId") == member


@pytest.mark.parametrize(
    ("relationship", "code"),
    [
        (concept("spouse", f"{TERMS}subscriber-relationship"), "01"),
        (concept("parent", f"{TERMS}subscriber-relationship"), "G8"),
        (concept("19", f"{X12}1069"), "19"),
        (concept("G8", f"{X12}1069"), "G8"),
        (concept("SPS", f"{TERMS}v3-RoleCode"), "01"),
        (concept("child"), "19"),
        (None, None),
    ],
)
def test_relationships_of_dependents(relationship: Json | None, code: str | None) -> None:
    """Whoever names another subscriber makes the patient a dependent, even without the relationship."""
    of_parent = coverage(subscriber={"reference": "Patient/parent"}, relationship=relationship)

    document = message(with_parties(of_parent, patient("parent", family="PARENT")))

    assert document["subscriber"]["lastName"] == "PARENT"
    assert document["dependent"].get("relationshipToSubscriberCode") == code


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (
            coverage(relationship=concept("injured", f"{TERMS}subscriber-relationship")),
            "Coverage.relationship: no known relationship to the subscriber is here.",
        ),
        (
            coverage(relationship={"text": "son"}),
            "Coverage.relationship: no known relationship to the subscriber is here.",
        ),
        (
            coverage(subscriber={"reference": "Patient/parent"}),
            "Coverage.subscriber: the patient is said to be the subscriber, who is another person.",
        ),
        (
            coverage(beneficiary={"reference": "Patient/parent"}),
            "Coverage.beneficiary: the coverage is that of another patient.",
        ),
        (
            coverage(status="entered-in-error"),
            "Coverage.status: a coverage that was never in force pays no claim.",
        ),
    ],
)
def test_a_policy_of_nobody_knows_whom_is_refused(changed: Json, sentence: str) -> None:
    """A relationship that is reported and not understood is not self."""
    assert list(damages(with_parties(changed, patient("parent", family="PARENT")))) == [sentence]


def test_the_same_person_in_two_resources_is_one() -> None:
    """A payer's server keeps members and patients apart."""
    own = coverage(subscriber={"reference": "Patient/member"})

    document = message(with_parties(own, patient("member")))

    assert document["subscriber"]["relationshipToSubscriberCode"] == "18"
    assert "dependent" not in document


def test_a_coverage_that_is_not_here_makes_nobody_the_subscriber() -> None:
    """An edit asks for what is missing."""
    document = message(bundle(claim(), parties=tuple(each for each in PARTIES if each["resourceType"] != "Coverage")))

    assert document["dependent"]["lastName"] == "PATIENT"
    assert "lastName" not in document["subscriber"]
    assert document["fhirOrigin"]["unmapped"] == ["Claim.insurance[0].coverage"]


def test_another_party_never_bills_for_one_that_is_not_here() -> None:
    """A role names its organization; where that is elsewhere, its practitioner does not bill instead."""
    role = {
        "resourceType": "PractitionerRole",
        "id": "role",
        "organization": {"reference": "Organization/elsewhere", "display": "SYNTHETIC ELSEWHERE"},
        "practitioner": {"reference": "Practitioner/doctor"},
    }

    document = message(with_parties(role, provider={"reference": "PractitionerRole/role"}))

    assert document["billing"] == {"organizationName": "SYNTHETIC ELSEWHERE"}
