# ruff: noqa: D103 - the name of a known error says what it is
"""Known errors in codes that do not go together, or do not go with the payer or the patient."""

from datetime import date
from typing import Final

from tests.catalogue.administration import PREVENTIVE
from tests.catalogue.mutation import Copy, error, modifiers, service
from worker.reference.tables.answer import Found

OFFICE: Final = ("11",)
PAIRS_KNOWN: Final = (date(2024, 7, 1), date(2026, 12, 31))
ADD_ONS_KNOWN: Final = (date(2026, 1, 1), date(2026, 12, 31))
CODES_KNOWN: Final = (date(2024, 7, 1), date(2026, 9, 30))
VACCINES_KNOWN: Final = (date(2025, 7, 1), date(2025, 12, 31))
NOTES_KNOWN: Final = (date(2024, 10, 1), date(2026, 9, 30))
MOST_MODIFIERS, MOST_DIAGNOSES = 4, 12
FLUSH: Final = "96523"
INJECTED: Final = ("96372", "96374", "96365")


@error("BND-01", places=OFFICE, few_lines=True, visit=False, between=PAIRS_KNOWN)
def port_flush_beside_an_infusion(copy: Copy) -> bool | None:
    if copy.other_line("96365", "96413", "96372", "96401", "96374", "96409") is None:
        return False
    copy.add(FLUSH, charge="30.00")
    return None


@error("BND-01", places=OFFICE, few_lines=True, visit=False, between=PAIRS_KNOWN,
       companions={"MOD-12": "the diagnosis may be of the other side", "DX-07": "or of none"})  # fmt: skip
def joint_injection_that_includes_the_other(copy: Copy) -> bool | None:
    given = copy.other_line(*INJECTED)
    if given is None or service(given).get("procedureModifiers"):
        return False
    copy.add("20610", charge="90.00", modifiers=["RT"])
    return None


@error(
    "BND-02",
    places=OFFICE,
    few_lines=True,
    visit=False,
    between=ADD_ONS_KNOWN,
    companions={"ADM-04": "the drug goes another way", "ADM-06": "the added service is one too many"},
)
def further_hours_without_the_first(copy: Copy) -> bool | None:
    codes = {service(each)["procedureCode"] for each in copy.lines}
    wanted = copy.random.choice(("96415", "96417", "96411"))
    pairings = copy.supply.snapshot.add_on(wanted, copy.on)
    if not isinstance(pairings, Found) or codes & {pairing.primary for pairing in pairings.row}:
        return False
    copy.add(wanted, charge="40.00")
    return None


@error("HCP-10", codes=("J0882", "J0884", "J0887", "Q0139", "Q4081", "Q5105"), few_lines=True, visit=False)
def dialysis_code_without_dialysis(copy: Copy) -> None:
    for each in copy.information["healthCareCodeInformation"]:
        if each["diagnosisCode"].replace(".", "") == "N186":
            each["diagnosisCode"] = "N184"


@error(
    "HCP-10",
    codes=("J0883", "Q0138"),
    few_lines=True,
    visit=False,
    companions={"DX-09": "the claim may have a diagnosis that excludes kidney failure"},
)
def ordinary_code_for_a_patient_on_dialysis(copy: Copy) -> None:
    for code in ("N186", "Z992"):
        copy.information["healthCareCodeInformation"].append({"diagnosisTypeCode": "ABF", "diagnosisCode": code})


@error("HCP-11", places=OFFICE, few_lines=True)
def code_of_hospitals_in_an_office(copy: Copy) -> None:
    copy.add("C1751", charge="120.00")


@error("HCP-12", places=OFFICE, few_lines=True, medicare=True, between=CODES_KNOWN)
def code_of_another_payer(copy: Copy) -> None:
    copy.add(copy.random.choice(("S9359", "T1015", "H0033")), charge="50.00")


@error("HCP-12", places=OFFICE, few_lines=True, medicare=True, between=VACCINES_KNOWN)
def vaccine_of_the_drug_plan(copy: Copy) -> None:
    copy.add("90750", charge="190.00")


@error("IDN-09", places=OFFICE, few_lines=True)
def waived_test_without_a_certificate(copy: Copy) -> None:
    copy.add("85018", charge="4.00", modifiers=["QW"])
    if copy.random.random() < 0.5:
        numbers = copy.information.setdefault("claimSupplementalInformation", {})
        numbers["cliaNumber"] = copy.random.choice(("12D345678", "12E3456789", "D123456789"))


@error(
    "EM-06",
    places=OFFICE,
    few_lines=True,
    visit=False,
    documented=False,
    between=(date(2024, 1, 1), date(2026, 12, 31)),
)
def visit_add_on_beside_a_separate_visit(copy: Copy) -> bool | None:
    # From 2025 on a preventive service of the day allows it.
    if copy.other_line("90471", "90472", *PREVENTIVE.values()) or copy.other_line() is None:
        return False
    copy.add("99214", charge="130.00", modifiers=["25"])
    copy.add("G2211", charge="16.00")
    return None


@error("COV-01", few_lines=True, codes=("J0174", "J0175"), medicare=True)
def study_without_its_number(copy: Copy) -> bool | None:
    numbers = copy.information.get("claimSupplementalInformation", {})
    return None if numbers.pop("demoProjectIdentifier", None) else False


@error("COV-01", few_lines=True)
def modifier_of_a_study_without_the_study(copy: Copy) -> bool | None:
    carried = modifiers(copy.drug_line())
    if len(carried) >= MOST_MODIFIERS or "Q0" in carried:
        return False
    carried.append(copy.random.choice(("Q0", "Q1")))
    return None


@error(
    "HCP-09",
    few_lines=True,
    places=OFFICE,
    visit=False,
    companions={
        "ADM-01": "it is another drug to give",
        "ADM-06": "more drugs than injections",
        "MOD-13": "it may have filled the pump that was refilled",
    },
)
def unlisted_code_of_a_drug_with_a_name(copy: Copy) -> None:
    package = {"serviceIdQualifier": "N4", "nationalDrugCode": "99999000901"}
    copy.add(
        "J3490",
        charge="20.00",
        description="KENALOG 40 MG IM",
        more={"drugIdentification": package | {"nationalDrugUnitCount": "1", "measurementUnitCode": "UN"}},
    )


@error("DX-09", few_lines=True, between=NOTES_KNOWN)
def both_types_of_diabetes(copy: Copy) -> bool | None:
    entries = copy.information["healthCareCodeInformation"]
    held = {each["diagnosisCode"].replace(".", "") for each in entries}
    wanted = ("E109", "E119")
    if len(entries) > MOST_DIAGNOSES - 2 or any(copy.supply.exclude_each_other(each, held, copy.on) for each in wanted):
        return False
    entries += [{"diagnosisTypeCode": "ABF", "diagnosisCode": each} for each in wanted if each not in held]
    return None
