# ruff: noqa: D103 - the name of a known error says what it is
"""Known errors in administration, visits, records, authorizations and places."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from tests.catalogue.administration import NOT_GIVEN_BY_STAFF, PREVENTIVE
from tests.catalogue.draft import CEILING, ESA
from tests.catalogue.mutation import CROSSWALK, LIMITS, Copy, error, modifiers, service
from worker.samples.synthetic import element

OFFICE: Final = ("11",)
GIVING: Final = ("96365", "96372", "96374", "96401", "96409", "96413")
PLACES_KNOWN: Final = (date(2024, 7, 1), date(2026, 12, 31))
CHECKED: Final = {"J2353": "DOC-02", "J2357": "DOC-03", "J9022": "DOC-04", "J2323": "DOC-05", "J0897": "DOC-06"}
OF_THE_STAY: Final = ("J0897", "J1745", "J2357", "J2353", "J1885", "J0129", "J3380")
IN_VEIN: Final = ("J3397", "J2323", "J9271", "J3380", "J9022")


@error("ADM-01", places=OFFICE, few_lines=True)
def nothing_through_which_it_was_given(copy: Copy) -> bool | None:
    drug = copy.first.drug
    kinds = {"drug", "antineoplastic", "biosimilar", "hyaluronan"}
    not_injected = {"oral", "inhalation", "nasal", "topical", "ophthalmic"} & set(drug.routes)
    if drug.drug_class not in kinds or not_injected or drug.unit_amount is None or copy.first.way == NOT_GIVEN_BY_STAFF:
        return False
    numbers = {copy.first.line, copy.first.waste_line}
    copy.information["serviceLines"] = [each for place, each in enumerate(copy.lines, 1) if place in numbers]
    copy.balance()
    return None


@error("ADM-02", places=OFFICE, few_lines=True, medicare=True, between=PLACES_KNOWN)
def no_drug_of_the_injection(copy: Copy) -> bool | None:
    if copy.other_line(*GIVING) is None:
        return False
    numbers = {number for given in copy.made.drugs for number in (given.line, given.waste_line)}
    copy.information["serviceLines"] = [each for place, each in enumerate(copy.lines, 1) if place not in numbers]
    copy.document.pop("documentation", None)
    copy.balance()
    return None


@error("ADM-02", places=OFFICE, few_lines=True, between=CROSSWALK)
def attestation_on_the_injection(copy: Copy) -> bool | None:
    given = copy.other_line(*GIVING)
    if given is None:
        return False
    modifiers(given).append(copy.random.choice(("JZ", "JW")))
    return None


@error("ADM-03", places=OFFICE, few_lines=True, visit=False)
def chemotherapy_code_for_an_ordinary_drug(copy: Copy) -> bool | None:
    if copy.other_line("96413", "96401", "96409") is None or len(copy.made.drugs) > 1:
        return False
    copy.options["ADM-03"] = {"ordinary": [copy.first.code]}
    return None


@error("ADM-04", codes=IN_VEIN, places=OFFICE, few_lines=True, visit=False)
def drug_for_the_vein_injected(copy: Copy) -> bool | None:
    given = copy.other_line(*GIVING)
    if given is None:
        return False
    service(given)["procedureCode"] = "96372"
    service(given).pop("procedureModifiers", None)
    return None


@error("ADM-05", places=OFFICE, few_lines=True, companions={"BND-01": "CMS pairs most initial services"})
def two_initial_services(copy: Copy) -> bool | None:
    given = copy.other_line("96365", "96374", "96409", "96413")
    if given is None:
        return False
    copy.add("96413" if service(given)["procedureCode"] != "96413" else "96365", charge="99.00")
    return None


@error("ADM-06", codes=("J0897", "J2357", "J2353"), between=CROSSWALK, places=OFFICE, few_lines=True, wasted=False)
def more_injections_than_syringes(copy: Copy) -> bool | None:
    given = copy.other_line("96372")
    if given is None or len(copy.made.drugs) > 1:
        return False
    service(given)["serviceUnitCount"] = "30"
    return None


@error("ADM-06", documented=True, places=OFFICE, few_lines=True, visit=False)
def infusion_of_a_quarter_of_an_hour(copy: Copy) -> bool | None:
    if copy.first.code in copy.guided or copy.other_line("96365", "96413") is None or copy.other_line("96367", "96417"):
        return False
    ends = copy.recorded("administration-end")
    for each in ends:
        each["value"] = "10:20"
    return None if ends else False


@error("ADM-06", places=OFFICE, few_lines=True, companions={"BND-02": "no infusion may be there to run beside"})
def infusion_beside_another_twice(copy: Copy) -> bool | None:
    if copy.other_line("96365", "96413") is None:
        return False
    copy.add("96368", units=2, charge="60.00")
    return None


@error("ADM-07", documented=True, places=OFFICE, few_lines=True)
def infusion_without_an_end(copy: Copy) -> bool | None:
    if copy.first.code in copy.guided or copy.other_line("96365", "96413") is None:
        return False
    copy.forget("administration-end")
    return None


@error("EM-01", places=OFFICE)
def visit_without_25(copy: Copy) -> bool | None:
    given = copy.other_line("96372", "96365", "96413", "96374")
    if given is None or service(given).get("procedureModifiers"):
        return False
    copy.add("99213", charge="130.00", on=given["serviceDate"])
    return None


@error("EM-01", places=OFFICE, codes=("J7325", "J7321", "J0178", "J2778"), few_lines=True, between=PLACES_KNOWN)
def visit_without_25_beside_a_procedure(copy: Copy) -> bool | None:
    given = copy.other_line("20610", "67028")
    if given is None:
        return False
    copy.add("99213", charge="130.00", on=given["serviceDate"])
    return None


@error("EM-02", places=OFFICE, companions={"BND-01": "the visit is paired with another procedure of the day"})
def nurse_visit_beside_an_injection(copy: Copy) -> bool | None:
    given = copy.other_line("96372", "96365", "96413", "96374")
    if given is None or service(given).get("procedureModifiers"):
        return False
    copy.add("99211", charge="25.00", on=given["serviceDate"], modifiers=copy.random.choice(((), ("25",))))
    return None


@error("EM-03")
def separate_visit_on_an_injection(copy: Copy) -> bool | None:
    given = copy.other_line(*GIVING)
    if given is None:
        return False
    modifiers(given).append("25")
    return None


@error("EM-04", documented=True, places=OFFICE, few_lines=True, visit=False)
def visit_without_a_word_in_the_record(copy: Copy) -> bool | None:
    if copy.other_line(*GIVING) is None:
        return False
    visit = copy.add("99214", charge="130.00", modifiers=["25"])
    entry = element("clinical-findings") | {"providerControlNumber": visit["providerControlNumber"]}
    copy.base = copy.document | {"documentation": [*copy.document["documentation"], entry]}
    copy.requires_record = True
    return None


@error("DOC-01", codes=tuple(CHECKED), few_lines=True, documented=False)
def drug_with_checklist_for_reflux(copy: Copy) -> None:
    _point_to_reflux(copy)


@error("DOC-01", codes=("J1950", "J7321", "J7325", "J9035", "Q5118"), few_lines=True, documented=False)
def drug_for_reflux(copy: Copy) -> None:
    _point_to_reflux(copy)


@error("DOC-02", codes=("J2353",), documented=True, few_lines=True)
def octreotide_without_earlier_response(copy: Copy) -> bool | None:
    return copy.forget("short-acting-response")


@error("DOC-03", codes=("J2357",), documented=True, few_lines=True)
def omalizumab_without_lot(copy: Copy) -> bool | None:
    return copy.forget("lot-number")


@error("DOC-04", codes=("J9022",), documented=True, few_lines=True)
def atezolizumab_without_assessment(copy: Copy) -> bool | None:
    return copy.forget("pre-infusion-assessment")


@error("DOC-05", codes=("J2323",), documented=True, few_lines=True)
def natalizumab_without_enrolment(copy: Copy) -> bool | None:
    return copy.forget("touch-enrolment")


@error("DOC-06", codes=("J0897",), documented=True, few_lines=True)
def denosumab_without_frequency(copy: Copy) -> bool | None:
    return copy.forget("dosing-frequency")


@error(
    "DOC-08",
    documented=True,
    wasted=False,
    few_lines=True,
    places=OFFICE,
    companions={
        "UNT-03": "the units may be above the limit of the day",
        "UNT-07": "the units no longer agree with the quantity of the package",
        "WST-07": "the units do not fill whole containers either",
        "ADM-06": "the containers are fewer than the injections",
        "HCP-03": "an unlisted code is one unit",
        "UNT-04": "the units may look like the dose",
    },
)
def one_line_beyond_its_record(copy: Copy) -> bool | None:
    drug, entries = copy.first.drug, copy.recorded("dose-administered")
    named = all(entry.get("providerControlNumber") for entry in entries)
    if drug.unit_amount is None or drug.unit_up_to or not entries or not named or copy.first.dose.given < 1:
        return False
    again = modifiers(copy.drug_line()).copy()
    copy.add(copy.first.code, units=1, charge="33.00", modifiers=again, more=_same_package(copy))
    copy.bill(copy.drug_line(), copy.first.dose.given + 2)
    return None if Decimal(copy.information["claimChargeAmount"]) <= CEILING else False


@error("DOC-09", few_lines=True)
def drug_of_the_pharmacy_benefit(copy: Copy) -> bool | None:
    if "GY" in modifiers(copy.drug_line()):
        return False
    copy.options["DOC-09"] = {"codes": [copy.first.code]}
    return None


@error(
    "ADM-08", medicare=True, places=OFFICE, few_lines=True, visit=False, companions={"ADM-02": "a vaccine of no table"}
)
def vaccine_by_the_general_code(copy: Copy) -> bool | None:
    if copy.other_line("90471", "90472", "G0008") is not None:
        return False
    copy.add(copy.random.choice(tuple(PREVENTIVE)), charge="62.40")
    copy.add("90471", charge="31.20")
    return None


@error("UNT-10", places=OFFICE, between=LIMITS, few_lines=True, visit=False,
       companions={"HCP-12": "the plan of Part D pays the vaccine"})  # fmt: skip
def vaccine_counted_twice(copy: Copy) -> bool | None:
    if copy.other_line("90471", "90472", "G0008") is not None:
        return False
    copy.add("90662", units=2, charge="62.40")
    copy.add("G0008", charge="31.20")
    return None


@error("DOC-10", codes=tuple(sorted(ESA)), medicare=True, few_lines=True, facility=True)
def no_blood_count_on_a_bill(copy: Copy) -> None:
    copy.information.pop("valueInformationList")


@error("AUT-01", medicare=False, few_lines=True)
def no_authorization(copy: Copy) -> None:
    copy.information.get("claimSupplementalInformation", {}).pop("priorAuthorizationNumber", None)
    copy.options["AUT-01"] = {"codes": [copy.first.code]}


@error("AUT-02", medicare=False, few_lines=True)
def authorization_that_has_ended(copy: Copy) -> None:
    _approval(copy, "AUT-02", last=copy.on - timedelta(days=1))


@error("AUT-02", medicare=False, few_lines=True)
def authorization_for_fewer_units(copy: Copy) -> None:
    _approval(copy, "AUT-02", last=copy.on + timedelta(days=200), most=Decimal("0.5"))


@error("AUT-03", medicare=False, documented=True, few_lines=True)
def no_earlier_therapy(copy: Copy) -> bool | None:
    if copy.first.code in copy.guided:
        return False
    copy.forget("prior-therapy", "contraindication", "bisphosphonate-history", "short-acting-response")
    copy.options["AUT-03"] = {"codes": [copy.first.code]}
    return None


@error("AUT-04", medicare=False, few_lines=True)
def no_referral(copy: Copy) -> None:
    copy.options["AUT-04"] = {"codes": [copy.first.code]}


@error("AUT-07", medicare=False, few_lines=True)
def authorization_that_ends_next_week(copy: Copy) -> None:
    _approval(copy, "AUT-07", last=copy.on + timedelta(days=7))


@error("POS-02", medicare=True, places=OFFICE, few_lines=True, wasted=False,
       companions={"WST-11": "OPPS may package the drug", "ADM-06": "no office"})  # fmt: skip
def drug_of_the_hospital(copy: Copy) -> bool | None:
    if not copy.document["billing"]["taxonomyCode"].startswith("20") or "GY" in modifiers(copy.drug_line()):
        return False
    service(copy.drug_line())["placeOfServiceCode"] = copy.random.choice(("19", "22"))
    return None


@error("POS-05", codes=OF_THE_STAY, medicare=True, places=OFFICE, few_lines=True, visit=False)
def drug_of_a_nursing_facility(copy: Copy) -> None:
    copy.information["placeOfServiceCode"] = "31"
    for each in copy.lines:
        service(each).pop("placeOfServiceCode", None)


@error("POS-03", places=OFFICE, few_lines=True)
def practice_infusing_at_home(copy: Copy) -> bool | None:
    given = copy.other_line("96365", "96413")
    if given is None or not copy.document["billing"]["taxonomyCode"].startswith("20"):
        return False
    service(given)["placeOfServiceCode"] = "12"
    return None


@error("POS-03", places=OFFICE, few_lines=True)
def practice_infusing_in_a_hospital(copy: Copy) -> bool | None:
    given = copy.other_line("96365", "96413", "96374", "96409")
    if given is None or not copy.document["billing"]["taxonomyCode"].startswith("20"):
        return False
    service(given)["placeOfServiceCode"] = copy.random.choice(("19", "22", "23"))
    return None


def _point_to_reflux(copy: Copy) -> None:
    diagnoses = copy.information["healthCareCodeInformation"]
    diagnoses.append({"diagnosisTypeCode": "ABF", "diagnosisCode": "K219"})
    for each in filter(None, (copy.drug_line(), copy.waste_line())):
        service(each)["compositeDiagnosisCodePointers"] = {"diagnosisCodePointers": [str(len(diagnoses))]}


def _approval(copy: Copy, edit: str, last: date, most: Decimal | None = None) -> None:
    copy.information.setdefault("claimSupplementalInformation", {})["priorAuthorizationNumber"] = "PA-KNOWN"
    approval = {
        "number": "PA-KNOWN",
        "codes": [copy.first.code],
        "first_day": (copy.on - timedelta(days=100)).isoformat(),
        "last_day": last.isoformat(),
    }
    copy.options[edit] = {"approvals": [approval | ({"most_units": str(most)} if most else {})]}


def _same_package(copy: Copy) -> dict[str, object]:
    package = copy.drug_line().get("drugIdentification")
    return {"drugIdentification": package} if package else {}
