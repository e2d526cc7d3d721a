"""Who bills, who pays, who was treated. None of them exists."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from tests.catalogue.identifiers import mbi, member_id, npi, tax_id
from worker.samples.synthetic import Json


@dataclass(frozen=True)
class SamplePayer:
    """A payer and what it goes by.

    `medicare_rules`: the rules of Part B bind it. `fee_for_service`: it is Medicare itself, not a Medicare plan.
    """

    id: str
    filing_code: str
    medicare_rules: bool = False
    fee_for_service: bool = False
    wants_ndc: bool = False


MEDICARE: Final = SamplePayer("MEDICARE-B", "MB", medicare_rules=True, fee_for_service=True)
ADVANTAGE: Final = SamplePayer("SYNTHETIC-ADVANTAGE", "16", medicare_rules=True)
MEDICAID: Final = SamplePayer("SYNTHETIC-MEDICAID", "MC", wants_ndc=True)
COMMERCIAL: Final = tuple(
    SamplePayer(f"SYNTHETIC-{code}", code) for code in ("CI", "BL", "HM", "12", "13", "CH", "OF", "VA")
)
PRACTICE: Final = ("207RH0003X", "207RX0202X", "207RR0500X", "207W00000X", "261QI0500X")
SURGICAL_CENTER: Final = "261QA1903X"
CLINIC: Final = "261QI0500X"
HOSPITAL: Final = frozenset({"19", "21", "22", "23"})
"""Places in which a practice bills no infusions: the hospital's staff gives them."""
SUPPLIER: Final = ("332B00000X", "3336S0011X", "333600000X")
FAMILY: Final = ("PATIENT", "EXAMPLE", "PLACEHOLDER", "DOE-ROE", "O'SPECIMEN", "MUÑOZ")
FIRST: Final = ("SYNTHETIC", "ALEX", "SAM", "JOSÉ", "MARY ANN")
STREETS: Final = (
    "100 MAIN ST",
    "2 BOXWOOD LANE",
    "4500 N UNIVERSITY AVE STE 200",
    "17 OLD POST ROAD",
    "1 OFFICE PARK DR",
)


def choose_payer(random: Random, medicare: bool | None) -> SamplePayer:  # noqa: FBT001 - three-valued: a wish or none
    """A payer; Medicare itself, or none of Medicare's, where that is asked for."""
    others = (*COMMERCIAL, MEDICAID)
    if medicare is None:
        return random.choice((MEDICARE,) * 9 + (ADVANTAGE,) + others)
    return MEDICARE if medicare else random.choice(others)


def billing_provider(random: Random, *, place: str, supplied: bool) -> Json:
    """An organization, or a practitioner with a social security number."""
    taxonomy = random.choice(SUPPLIER if supplied else PRACTICE)
    if place == "24":
        taxonomy = SURGICAL_CENTER
    if place in HOSPITAL and not supplied:
        taxonomy = CLINIC
    made: Json = {"npi": npi(random), "taxonomyCode": taxonomy, "address": address(random)}
    if supplied or place == "24" or random.random() < 0.85:
        return made | {"organizationName": "SYNTHETIC INFUSION CENTER", "employerId": tax_id(random)}
    number = {"ssn": tax_id(random)} if random.random() < 0.5 else {"employerId": tax_id(random)}
    return made | {"lastName": random.choice(FAMILY), "firstName": random.choice(FIRST)} | number


def practitioner(random: Random) -> Json:
    """A rendering or ordering practitioner."""
    return {"npi": npi(random), "lastName": random.choice(FAMILY), "firstName": random.choice(FIRST)}


def address(random: Random) -> Json:
    """A street address with ZIP+4."""
    city, state, code = random.choice(
        (("SPRINGFIELD", "IL", "62701"), ("PHOENIX", "AZ", "85004"), ("BOSTON", "MA", "02108"))
    )
    made: Json = {"address1": random.choice(STREETS), "city": city, "state": state}
    return made | {"postalCode": f"{code}{random.randint(1, 9999):04}"}


def patient(payer: SamplePayer, gender: str, first_day: date, random: Random) -> Json:
    """The subscriber, and the dependent where the patient is one."""
    youngest = 40 if payer.medicare_rules else 1
    born = first_day - timedelta(days=random.randint(youngest * 366, 95 * 365))
    if random.random() < 0.01 and not payer.medicare_rules:
        born = first_day  # on the day of birth
    person: Json = {
        "firstName": random.choice(FIRST),
        "lastName": random.choice(FAMILY),
        "dateOfBirth": f"{born:%Y%m%d}",
        "gender": gender,
        "address": address(random),
    }
    number = mbi(random) if payer.fee_for_service else member_id(random)
    subscriber: Json = person | {"memberId": number, "paymentResponsibilityLevelCode": "P"}
    if payer.medicare_rules or payer.wants_ndc or random.random() < 0.8:
        return {"subscriber": subscriber}
    parent = subscriber | {"firstName": "SYNTHETIC", "dateOfBirth": "19700315", "gender": "U"}
    return {"subscriber": parent, "dependent": person | {"relationshipToSubscriberCode": random.choice(("01", "19"))}}
