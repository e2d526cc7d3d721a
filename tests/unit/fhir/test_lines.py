"""Lines, details, units, accidents and related claims at their limits."""

from typing import Any

import pytest

from tests.unit.fhir.resources import (
    CPT,
    HCPCS,
    ICD,
    NDC,
    NUBC,
    TERMS,
    X12,
    Json,
    bundle,
    claim,
    concept,
    damages,
    drug_item,
    institutional_claim,
    lines,
    message,
    visit_item,
)

UCUM = "http://unitsofmeasure.org"
BELOW = "it is a service below a service; an 837 has one line for each service."


def one(item: Json, **more: Any) -> Json:  # Any: any JSON
    """A claim with one item."""
    return bundle(claim(item=[item], total=None, **more))


def service(code: str, system: str = HCPCS, net: float = 10, **more: object) -> Json:
    """A detail that is a service."""
    return {"productOrService": concept(code, system), "net": {"value": net}, "quantity": {"value": 1}} | more


def group(*details: Json, **more: object) -> Json:
    """An item that only groups its details."""
    made = visit_item(productOrService={"text": "compound"}, detail=list(details)) | more
    return {name: value for name, value in made.items() if name != "unitPrice"}


def test_the_details_of_a_group_are_lines() -> None:
    """With place, date and diagnoses of their item, and a control number of their own."""
    item = group(service("J1100", sequence=1), service("96375", CPT, 20, sequence=2), net={"value": 30})

    first, second = lines(message(one(item)))

    assert [each["professionalService"]["procedureCode"] for each in (first, second)] == ["J1100", "96375"]
    assert [each["providerControlNumber"] for each in (first, second)] == ["2.1", "2.2"]
    assert first["serviceDate"] == second["serviceDate"] == "20260302"
    assert second["professionalService"]["placeOfServiceCode"] == "11"


@pytest.mark.parametrize(
    ("item", "sentence"),
    [
        (group(service("J1100"), net={"value": 30}), "Claim.item[0].net: it is not the sum of its details."),
        (
            group(service("J1100"), net={"value": 10}, quantity={"value": 2}),
            "Claim.item[0].quantity: a group of services is billed once.",
        ),
        (drug_item(detail=[service("J1100")]), f"Claim.item[0].detail[0]: {BELOW}"),
        (drug_item(detail=[service("X", "urn:synthetic")]), f"Claim.item[0].detail[0]: {BELOW}"),
        (
            drug_item(detail=[service("00078081881", NDC, subDetail=[service("J1100")])]),
            f"Claim.item[0].detail[0].subDetail[0]: {BELOW}",
        ),
        (
            drug_item(detail=[service("00078081881", NDC), service("00078081981", NDC)]),
            "Claim.item[0]: it names two packages of drugs; a line has room for one.",
        ),
        (
            drug_item(detail=[service("00078081881", NDC, modifier=[concept("JW", HCPCS)])]),
            "Claim.item[0].detail[0].modifier: a package of a drug has no modifiers; they belong to the line.",
        ),
    ],
)
def test_a_service_is_never_left_out(item: Json, sentence: str) -> None:
    """What cannot be a line of its own refuses the claim."""
    assert list(damages(one(item))) == [sentence]


def test_a_name_for_clinicians_is_no_service() -> None:
    """RxNorm beside the package is named, and refuses nothing."""
    rxnorm = service("1", "http://www.nlm.nih.gov/research/umls/rxnorm")

    document = message(one(drug_item(detail=[rxnorm, service("00078-0818-81", NDC)])))

    assert lines(document)[0]["drugIdentification"]["nationalDrugCode"] == "00078081881"
    assert "Claim.item[0].detail[0]" in document["fhirOrigin"]["unmapped"]


@pytest.mark.parametrize(
    ("quantity", "unit"),
    [
        ({"value": 1}, "UN"),
        ({"value": 1, "unit": "UN"}, "UN"),
        ({"value": 1, "unit": "units"}, "UN"),
        ({"value": 1, "unit": "minutes", "system": UCUM, "code": "min"}, "MJ"),
        ({"value": 400, "unit": "mg"}, None),
        ({"value": 400, "code": "mg"}, None),
        ({"value": 400, "unit": "UN", "code": "mg"}, None),
        ({"value": 1, "code": "UN", "system": "urn:synthetic"}, None),
        ({"value": 1, "unit": ""}, None),
        ({"value": 2, "unit": "mg", "code": "UN"}, None),
        ({"value": 2, "unit": "each", "code": "UN"}, "UN"),
    ],
)
def test_units_of_a_service(quantity: Json, unit: str | None) -> None:
    """A measure is never billing units: one that is not known is named, and its number counts nothing."""
    document = message(one(visit_item(quantity=quantity)))

    service = lines(document)[0]["professionalService"]
    assert service.get("measurementUnit") == unit
    assert ("serviceUnitCount" in service) == (unit is not None)
    assert bool(document["fhirOrigin"].get("unmapped")) == (unit is None)


@pytest.mark.parametrize(
    ("modifier", "read"),
    [
        ([{"coding": [{"system": HCPCS, "code": "KX"}, {"system": HCPCS, "code": "JZ"}]}], ["KX", "JZ"]),
        ([{"coding": [{"system": HCPCS, "code": "JZ"}, {"system": CPT, "code": "JZ"}]}], ["JZ"]),
        ([{"coding": [{"system": "urn:synthetic", "code": "LOCAL"}, {"system": HCPCS, "code": "JZ"}]}], ["JZ"]),
        ([concept("KX", HCPCS), concept("JZ", HCPCS)], ["KX", "JZ"]),
    ],
)
def test_modifiers_in_their_order(modifier: list[Json], read: list[str]) -> None:
    """Several in one concept, as CMS writes them, or one each."""
    assert lines(message(one(drug_item(modifier=modifier))))[0]["professionalService"]["procedureModifiers"] == read


def test_a_modifier_of_an_unknown_system_beside_another_is_refused() -> None:
    """It looks like one, and would be lost."""
    modifier = [{"coding": [{"system": HCPCS, "code": "JZ"}, {"system": "urn:synthetic", "code": "KX"}]}]

    assert list(damages(one(drug_item(modifier=modifier)))) == [
        "Claim.item[0].modifier[0].coding[1]: it has to be a code of HCPCS or CPT."
    ]


def test_what_the_sender_says_of_a_service_is_its_description() -> None:
    """Of at most 80 characters, in claims of both kinds (SV101-7, SV202-7)."""
    short = concept("J3490", HCPCS) | {"text": "SYNTHETIC DRUG 5 MG IV"}
    long = concept("J3490", HCPCS) | {"text": "X" * 81}
    of_hospital = message(bundle(institutional_claim(item=[drug_item(productOrService=short)])))

    assert (
        lines(message(one(drug_item(productOrService=short))))[0]["professionalService"]["description"] == short["text"]
    )
    assert lines(of_hospital)[0]["institutionalService"]["description"] == short["text"]
    assert "description" not in lines(message(one(drug_item(productOrService=long))))[0]["professionalService"]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (
            {"item": [drug_item(quantity={"value": 20, "comparator": "<"})]},
            "Claim.item[0].quantity.comparator: a number that is only a limit cannot be billed.",
        ),
        ({"item": [drug_item(1), visit_item(1)]}, "Claim.item: two of them have the same sequence."),
        (
            {"diagnosis": [{"sequence": 1, "diagnosisCodeableConcept": concept("I10", ICD)}] * 2},
            "Claim.diagnosis: two of them have the same sequence.",
        ),
        ({"implicitRules": "urn:x"}, "Claim.implicitRules: it changes the meaning of the claim and is not known here."),
        (
            {"accident": {"date": "2026-02-01"}},
            "Claim.accident.type: no known kind of accident is here.",
        ),
        (
            {"related": [{"relationship": concept("replacedby"), "claim": {"identifier": {"value": "1"}}}]},
            "Claim.related[0]: the claim was replaced by another one.",
        ),
        (
            {
                "related": [
                    {"relationship": concept("prior"), "claim": {"identifier": {"value": str(each)}}} for each in (1, 2)
                ]
            },
            "Claim.related: a claim follows one other.",
        ),
        (
            {"total": {"value": 1e-99, "currency": "USD"}},
            None,
        ),
    ],
)
def test_what_makes_another_claim_of_it_refuses_it(more: dict[str, Any], sentence: str | None) -> None:
    """With the place and the reason; a number that is no more than small is read."""
    assert list(damages(bundle(claim(**more)))) == ([sentence] if sentence else [])


@pytest.mark.parametrize(
    ("code", "system", "cause"),
    [("WPA", f"{TERMS}v3-ActCode", "EM"), ("SPT", f"{TERMS}v3-ActCode", "OA"), ("AA", f"{X12}1362", "AA")],
)
def test_accidents_of_professional_claims(code: str, system: str, cause: str) -> None:
    """CLM11 with the date; the state of a car accident from its address."""
    accident = {"date": "2026-02-01", "type": concept(code, system), "locationAddress": {"state": "IL"}}

    information = message(bundle(claim(accident=accident)))["claimInformation"]

    assert information["relatedCausesCode"] == [cause]
    assert information["claimDateInformation"] == {"accidentDate": "20260201"}
    assert information.get("autoAccidentStateCode") == ("IL" if cause == "AA" else None)


def test_accidents_of_institutional_claims() -> None:
    """An occurrence code says it; which one it is of an accident that is not of work the claim has to say itself."""
    at_work = {"date": "2026-02-01", "type": concept("WPA", f"{TERMS}v3-ActCode")}
    by_car = {"date": "2026-02-01", "type": concept("MVA", f"{TERMS}v3-ActCode")}
    said = [{"sequence": 1, "code": concept("01", f"{NUBC}OccurrenceCodes"), "timingDate": "2026-02-01"}]

    employment = message(bundle(institutional_claim(accident=at_work, supportingInfo=[])))
    car = message(bundle(institutional_claim(accident=by_car, supportingInfo=said)))

    occurrences = [each["claimInformation"]["occurrenceInformationList"] for each in (employment, car)]
    assert [each[0][0]["occurrenceSpanCode"] for each in occurrences] == ["04", "01"]
    assert list(damages(bundle(institutional_claim(accident=by_car, supportingInfo=[])))) == [
        "Claim.accident: an institutional claim reports an accident by its occurrence code, which is missing."
    ]
