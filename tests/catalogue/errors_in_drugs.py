# ruff: noqa: D103 - the name of a known error says what it is
"""Known errors in drug codes, units, packages, modifiers and waste."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import orjson

from tests.catalogue.administration import PUMP_REFILL, X_MODIFIERS_FROM
from tests.catalogue.doses import plain
from tests.catalogue.mutation import CROSSWALK, LIMITS, Copy, error, modifiers, service
from worker.edits.codes.places import DISPENSED_TO
from worker.samples.synthetic import Json, element

FROM_2024: Final = (date(2024, 1, 1), date(2026, 12, 31))
COVERED_DIAGNOSES: Final = (date(2024, 10, 1), date(2026, 9, 30))
INSULIN_BY_THE_MONTH: Final = (date(2023, 7, 1), date(2026, 12, 31))
OFFICE: Final = ("11",)
ABOVE_LIMIT: Final = {"UNT-03": "the wrong units may be above the limit of the day as well"}
AS_UNLISTED: Final = {"HCP-03": "an unlisted code is one unit, with its package"}
PACKAGE: Final = {"UNT-07": "the units no longer agree with the quantity of the package"}
CONTAINERS: Final = {"WST-07": "the wrong units do not fill whole containers either"}
SHARE: Final = {"CHG-02": "the charge of the JW line is rounded another way"}
CEILING: Final = {"FMT-08": "the higher charge may pass Medicare's ceiling"}
NOT_GIVEN: Final = {"ADM-01": "nothing on the claim is a way to give the added drug"}
SIBLING: Final = {"NDC-06": "the package is of another code", "UNT-07": "and of another size"}
SUPPLIER: Final = {"WST-14": "and a supplier bills nothing as discarded before 2025"}
USED_WHOLE: Final = ("J7312", "J7318", "J7325", "J7328", "J7351")
MISTAKEN: Final = {"J2356": "omalizumab", "J9353": "Tecentriq", "J2329": "natalizumab", "J3397": "Prolia"}
PAYABLE_NEVER: Final = ("J1202", "J1105", "J3520", "J3535", "J3570", "J7304", "J8515", "J7294", "J7295")
UNLISTED: Final = ("J3490", "J3590", "J9999", "J7999")
NO_NDC: Final = {"NDC-01": "Medicaid wants the NDC that the changed line does not have"}


@error("HCP-01", places=OFFICE, few_lines=True, companions=NOT_GIVEN | NO_NDC)
def code_that_ended_long_ago(copy: Copy) -> bool | None:
    copy.add("J0150", charge="12.00")
    return None if copy.on.year > 2014 else False


@error("HCP-01")
def code_with_six_characters(copy: Copy) -> None:
    copy.add("J23560", charge="12.00")


@error("HCP-01", places=OFFICE)
def code_of_no_drug(copy: Copy) -> None:
    copy.add("J0001", charge="12.00")


@error("HCP-02", places=OFFICE, between=(date(2025, 10, 1), date(2026, 12, 31)), few_lines=True,
       companions=NOT_GIVEN | NO_NDC)  # fmt: skip
def code_replaced_in_another_unit(copy: Copy) -> None:
    copy.add("J1300", units=90, charge="20000.00", modifiers=["JZ"])


@error("HCP-03", codes=UNLISTED, few_lines=True)
def unlisted_code_without_a_name(copy: Copy) -> None:
    service(copy.drug_line()).pop("description")
    copy.drug_line().pop("additionalNotes")


@error(
    "HCP-03",
    codes=tuple(code for code in UNLISTED if code != "J7999"),  # a compound has no NDC
    few_lines=True,
    companions={"NDC-01": "Medicaid wants the NDC of every drug"},
)
def unlisted_code_without_package(copy: Copy) -> None:
    copy.drug_line().pop("drugIdentification")


@error("HCP-04", codes=tuple(MISTAKEN), few_lines=True)
def name_of_another_drug_on_the_line(copy: Copy) -> None:
    service(copy.drug_line())["description"] = f"{MISTAKEN[copy.first.code]} injection"


@error("HCP-04", codes=tuple(MISTAKEN), few_lines=True, documented=True)
def name_of_another_drug_in_the_record(copy: Copy) -> None:
    service(copy.drug_line()).pop("description", None)
    entries = [entry for entry in copy.document["documentation"] if entry["element"] != "drug-name"]
    name = element("drug-name", MISTAKEN[copy.first.code], line_number=copy.first.line)
    copy.document["documentation"] = [*entries, name]


@error("HCP-05", medicare=True, places=OFFICE, few_lines=True, companions=NOT_GIVEN)
def code_that_medicare_never_pays(copy: Copy) -> bool | None:
    payable = [
        code
        for code in PAYABLE_NEVER
        if copy.supply.in_force(code, copy.on) and not copy.supply.limit_applies(code, "practitioner", copy.on)
    ]
    if not payable:
        return False
    copy.add(copy.random.choice(payable), charge="12.00")
    return None


@error("HCP-06", codes=("Q5104", "J1745", "Q5121"), between=CROSSWALK, few_lines=True, companions=SIBLING)
def package_of_another_biosimilar(copy: Copy) -> bool | None:
    return _other_package(copy, "Q5103")


@error("HCP-08", codes=("J2354",), between=CROSSWALK, few_lines=True,
       companions=SIBLING | {"WST-01": "and of a single-dose container"})  # fmt: skip
def package_of_the_depot_form(copy: Copy) -> bool | None:
    return _other_package(copy, "J2353")


@error("HCP-07", medicare=True, few_lines=True)
def drug_on_the_exclusion_list(copy: Copy) -> None:
    copy.options["HCP-07"] = {"excluded": [copy.first.code]}


@error("NDC-06", between=CROSSWALK, few_lines=True)
def package_of_another_drug(copy: Copy) -> bool | None:
    known = copy.first.code in {"J0897", "Q5136"} or "denosumab" in str(copy.first.drug.names).lower()
    if (
        known
        or copy.first.drug.drug_class == "noc_unlisted"
        or not copy.supply.sizes(copy.first.code, copy.on).containers
    ):
        return False
    return _other_package(copy, "J0897")


@error("NDC-01", few_lines=True, companions=AS_UNLISTED)
def no_package(copy: Copy) -> bool | None:
    if copy.first.drug.drug_class == "noc_unlisted":
        return False
    copy.options["NDC-01"] = {"codes": [copy.first.code]}
    _each_drug_line(copy, "drugIdentification", None)
    return None


@error("NDC-02")
def ndc_with_hyphens(copy: Copy) -> bool | None:
    package = copy.drug_line().get("drugIdentification")
    if package is None:
        return False
    ndc = package["nationalDrugCode"]
    package["nationalDrugCode"] = f"{ndc[:5]}-{ndc[5:9]}-{ndc[9:]}"
    return None


@error("NDC-03")
def ndc_marked_as_a_bar_code(copy: Copy) -> bool | None:
    return _package(copy, "serviceIdQualifier", "UP", not_for="hyaluronan")


@error("NDC-04")
def ndc_quantity_in_milligrams(copy: Copy) -> bool | None:
    return _package(copy, "measurementUnitCode", "MG")


@error("NDC-05")
def ndc_quantity_of_nothing(copy: Copy) -> bool | None:
    return _package(copy, "nationalDrugUnitCount", "0")


@error("NDC-07")
def ndc_that_ended_the_day_before(copy: Copy) -> bool | None:
    package = copy.drug_line().get("drugIdentification")
    if package is None:
        return False
    ended = copy.on - timedelta(days=1)
    copy.options["NDC-07"] = {"ended": {package["nationalDrugCode"]: ended.isoformat()}}
    return None


@error("NDC-08", documented=True, few_lines=True)
def no_lot_number(copy: Copy) -> bool | None:
    if copy.first.code == "J2357":  # its guide asks for the lot
        return False
    copy.forget("lot-number")
    copy.options["NDC-08"] = {"codes": [copy.first.code]}
    return None


@error("UNT-01", documented=False, few_lines=True, companions=PACKAGE | CONTAINERS | ABOVE_LIMIT | SHARE | AS_UNLISTED)
def half_a_unit_too_many(copy: Copy) -> None:
    copy.bill(copy.drug_line(), f"{copy.first.dose.given}.5")


@error("UNT-02", documented=True, wasted=False, few_lines=True, companions=PACKAGE | ABOVE_LIMIT | CEILING)
def units_twice_the_dose(copy: Copy) -> bool | None:
    if not _is_measured(copy):
        return False
    service(copy.drug_line())["serviceUnitCount"] = str(2 * copy.first.dose.given)
    return None


@error("UNT-03", documented=False, medicare=True, places=OFFICE, between=LIMITS, few_lines=True,
       companions=CEILING | CONTAINERS | PACKAGE | AS_UNLISTED)  # fmt: skip
def units_above_the_limit(copy: Copy) -> bool | None:
    limit = copy.supply.limit(copy.first.code)
    if limit is None or not limit.value or "GY" in modifiers(copy.drug_line()):
        return False
    copy.bill(copy.drug_line(), limit.value + 1)
    return None


@error(
    "UNT-04",
    codes=("J2357", "J1745", "J9022"),
    documented=False,
    wasted=False,
    few_lines=True,
    companions=PACKAGE | CONTAINERS | ABOVE_LIMIT | CEILING,
)
def milligrams_as_units(copy: Copy) -> None:
    dose = plain(copy.first.dose.given * (copy.first.drug.unit_amount or Decimal(1)))
    service(copy.drug_line())["serviceUnitCount"] = str(dose)
    service(copy.drug_line())["description"] = f"{copy.first.drug.generic_name} {dose} mg"


@error("UNT-05", documented=False, medicare=False, between=CROSSWALK, few_lines=True, wasted=False,
       companions=NO_NDC | {"UNT-08": "a container that is used whole"})  # fmt: skip
def part_of_a_container(copy: Copy) -> bool | None:
    sizes = [each.units_per_item or Decimal(0) for each in copy.supply.sizes(copy.first.code, copy.on).containers]
    single = copy.supply.is_listed_single_dose(copy.first.code) and copy.first.drug.drug_class != "clotting_factor"
    if not sizes or min(sizes) < 3 or not single or copy.first.code == "J0256" or copy.first.drug.unit_up_to:
        return False
    for modifier in {"JZ"} & set(modifiers(copy.drug_line())):
        modifiers(copy.drug_line()).remove(modifier)
    copy.drug_line().pop("drugIdentification", None)
    copy.options["UNT-05"] = {"whole_containers": True}
    copy.bill(copy.drug_line(), 1)
    return None


@error("UNT-07", between=CROSSWALK, few_lines=True, medicare=True)
def package_quantity_of_units(copy: Copy) -> bool | None:
    container, dose = copy.first.dose.container, copy.first.dose
    package = copy.drug_line().get("drugIdentification")
    by_lot = copy.first.drug.drug_class in {"clotting_factor", "noc_unlisted"} or copy.first.code == "J0256"
    if (
        package is None
        or container is None
        or by_lot
        or copy.first.drug.unit_up_to
        or (container.units_per_item or 0) < 20
    ):
        return False
    package["nationalDrugUnitCount"] = str(plain(Decimal(package["nationalDrugUnitCount"]) * 997))
    return None if dose.given else False


@error("MOD-02", between=(date(2025, 1, 1), date(2026, 12, 31)), wasted=False)
def modifier_that_ended(copy: Copy) -> bool | None:
    return _modifier(copy, "JG")


@error("MOD-02", between=(date(2017, 1, 1), date(2022, 12, 31)), wasted=False, few_lines=True, documented=False,
       companions={"WST-07": "the units do not fill whole containers"})  # fmt: skip
def attestation_before_it_existed(copy: Copy) -> bool | None:
    return _modifier(copy, "JZ")


@error("MOD-04")
def procedure_modifier_on_the_drug(copy: Copy) -> bool | None:
    if copy.first.code[0] not in "JQ":
        return False
    return _modifier(copy, copy.random.choice(("26", "51", "62", "AS", "GT")))


@error("MOD-05", medicare=True, few_lines=True)
def route_not_told(copy: Copy) -> bool | None:
    if {"JA", "JB", "GY"} & set(modifiers(copy.drug_line())):
        return False
    copy.options["HCP-07"] = {"excluded_when_subcutaneous": [copy.first.code]}
    return None


@error("MOD-06", codes=("J0881", "J0885", "Q5106"), medicare=True, few_lines=True)
def anemia_without_its_cause(copy: Copy) -> None:
    for each in filter(None, (copy.drug_line(), copy.waste_line())):
        modifiers(each).remove("EC")


@error("MOD-07", medicare=True, between=(date(2025, 1, 1), date(2026, 12, 31)), few_lines=True)
def discount_not_told(copy: Copy) -> None:
    copy.options["MOD-07"] = {"covered_entity_npis": [copy.document["billing"]["npi"]]}


@error("MOD-07", medicare=True, between=CROSSWALK, few_lines=True, wasted=True)
def discount_told_of_the_dose_alone(copy: Copy) -> bool | None:
    waste = copy.waste_line()
    if waste is None:
        return False
    modifiers(copy.drug_line()).append("TB")
    return None


@error("MOD-08", documented=True, few_lines=True)
def attestation_without_record(copy: Copy) -> bool | None:
    announced = "reportInformation" in copy.information.get("claimSupplementalInformation", {})
    if _is_guided(copy) or announced or copy.made.place in DISPENSED_TO:
        return False
    copy.forget(
        "medical-necessity",
        "clinical-findings",
        "prior-therapy",
        "contraindication",
        "diagnosis-statement",
        "indication",
    )
    return _modifier(copy, "KX")


@error("MOD-09", few_lines=True)
def drug_told_apart(copy: Copy) -> bool | None:
    if copy.first.code[0] not in "JQ":
        return False
    return _modifier(copy, copy.random.choice(("59", "XE", "XU") if copy.on >= X_MODIFIERS_FROM else ("59",)))


@error("MOD-10", places=OFFICE)
def policy_criteria_on_the_drug(copy: Copy) -> bool | None:
    return _modifier(copy, "CG") if copy.first.code[0] in "JQ" else False


@error("MOD-11", codes=("J7318", "J7321", "J7325", "J7327", "J0178"), places=OFFICE, few_lines=True)
def joint_without_a_side(copy: Copy) -> bool | None:
    given = copy.other_line("20610", "67028")
    if given is None:
        return False
    service(given).pop("procedureModifiers")
    return None


@error("UNT-08", codes=USED_WHOLE, between=CROSSWALK, few_lines=True, documented=False, wasted=False,
       companions=PACKAGE | CONTAINERS | {"CHG-01": "the charge is that of the whole"})  # fmt: skip
def one_piece_as_one_unit(copy: Copy) -> bool | None:
    if len(copy.made.drugs) > 1 or not copy.supply.sizes(copy.first.code, copy.on).of_the_day:
        return False
    copy.bill(copy.drug_line(), 1)
    return None


@error("MOD-12", codes=("J7318", "J7325", "J7327"), places=OFFICE, few_lines=True, between=COVERED_DIAGNOSES)
def other_knee_than_the_diagnosis(copy: Copy) -> bool | None:
    given = copy.other_line("20610")
    if given is None:
        return False
    is_right = modifiers(given)[0] == "RT"
    diagnoses = copy.information["healthCareCodeInformation"]
    diagnoses.append({"diagnosisTypeCode": "ABF", "diagnosisCode": "M1712" if is_right else "M1711"})
    for each in (given, copy.drug_line()):
        service(each)["compositeDiagnosisCodePointers"] = {"diagnosisCodePointers": [str(len(diagnoses))]}
    return None if len(diagnoses) <= 12 else False


@error("MOD-13", codes=("J0475", "J2274"), medicare=True, places=OFFICE, few_lines=True, wasted=False)
def pump_refilled_without_a_word(copy: Copy) -> None:
    if copy.first.way == PUMP_REFILL:
        modifiers(copy.drug_line()).remove("KD")
    else:
        copy.add(PUMP_REFILL, charge="95.00")


@error("MOD-14", codes=("J1811", "J1813", "J1817"), medicare=False, between=INSULIN_BY_THE_MONTH, few_lines=True)
def insulin_without_its_months(copy: Copy) -> bool | None:
    copy.options["MOD-14"] = {"required": True}
    copy.base = orjson.loads(orjson.dumps(copy.document))
    carried = modifiers(copy.drug_line())
    if "JK" not in carried:
        return False
    carried.remove("JK")
    return None


@error("MOD-15", medicare=True, few_lines=True, companions={"WST-01": "no duty while a denial is asked for"})
def denial_without_a_notice(copy: Copy) -> bool | None:
    return False if "GY" in modifiers(copy.drug_line()) else _modifier(copy, "GZ")


@error("MOD-16", codes=("J0881", "J0885", "Q5106"), medicare=True, few_lines=True,
       companions={"DX-09": "the anemia may exclude a diagnosis of the claim"})  # fmt: skip
def anemia_from_a_lack_of_iron(copy: Copy) -> bool | None:
    diagnoses = copy.information["healthCareCodeInformation"]
    if len(diagnoses) > 11:
        return False
    diagnoses.append({"diagnosisTypeCode": "ABF", "diagnosisCode": copy.random.choice(("D509", "D5910", "C9211"))})
    return None


@error("MOD-16", codes=("J0881", "J0885", "Q5106"), medicare=True, few_lines=True)
def chemotherapy_without_a_cancer(copy: Copy) -> bool | None:
    known = [entry["diagnosisCode"] for entry in copy.information["healthCareCodeInformation"]]
    if any(code.startswith(("C", "D", "T", "Y", "Z")) for code in known):
        return False
    for each in filter(None, (copy.drug_line(), copy.waste_line())):
        modifiers(each)[modifiers(each).index("EC")] = copy.random.choice(("EA", "EB"))
    return None


@error("WST-01", medicare=True, places=OFFICE, wasted=False, between=FROM_2024, few_lines=True)
def nothing_said_of_waste(copy: Copy) -> bool | None:
    if not copy.supply.is_listed_single_dose(copy.first.code) or "JZ" not in modifiers(copy.drug_line()):
        return False
    modifiers(copy.drug_line()).remove("JZ")
    return None


@error("WST-02", documented=False, few_lines=True, between=FROM_2024, companions=SUPPLIER)
def both_waste_modifiers(copy: Copy) -> bool | None:
    return _modifier(copy, "JW") if "JZ" in modifiers(copy.drug_line()) else False


@error("WST-03", documented=False, few_lines=True, between=FROM_2024, companions=SUPPLIER)
def waste_of_nothing_given(copy: Copy) -> bool | None:
    if "JZ" not in modifiers(copy.drug_line()):
        return False
    modifiers(copy.drug_line()).remove("JZ")
    modifiers(copy.drug_line()).append("JW")
    return None


@error("WST-04", documented=False, wasted=True, between=CROSSWALK, few_lines=True,
       companions=PACKAGE | SHARE | CEILING | ABOVE_LIMIT | {"WST-07": "the sum fills no containers"})  # fmt: skip
def whole_containers_discarded(copy: Copy) -> bool | None:
    wasted = copy.waste_line()
    containers = {each.units_per_item for each in copy.first.dose.opened}
    content = sum((each.units_per_item or Decimal(0) for each in copy.first.dose.opened), Decimal(0))
    sizes = {each.units_per_item for each in copy.supply.sizes(copy.first.code, copy.on).containers}
    # One container more may have been opened and thrown away whole: only then does the sum fit as well.
    if wasted is None or len(sizes) > 1 or len(containers) > 1 or content % 1 or len(copy.first.dose.opened) < 2:
        return False
    copy.bill(wasted, int(content))
    return None


@error("WST-05", documented=True, wasted=True, few_lines=True)
def waste_inside_one_unit(copy: Copy) -> bool | None:
    discarded, unit = copy.recorded("amount-discarded"), copy.first.drug.unit_amount
    if not discarded or unit is None or not _is_measured(copy):
        return False
    for entry in discarded:
        entry["value"] = str(plain(unit / 2))
    return None


@error("WST-06", documented=True, wasted=True, few_lines=True, companions=PACKAGE | SHARE | ABOVE_LIMIT | CEILING)
def waste_rounded_up(copy: Copy) -> bool | None:
    wasted = copy.waste_line()
    if wasted is None or not _is_measured(copy):
        return False
    copy.bill(wasted, copy.first.dose.discarded + 1)
    return None


@error("WST-07", documented=True, wasted=True, few_lines=True,
       companions={"WST-08": "of the containers in the record fewer would have done"})  # fmt: skip
def more_opened_than_billed(copy: Copy) -> bool | None:
    opened = copy.recorded("containers-opened")
    if not opened or not _is_measured(copy) or not copy.supply.is_listed_single_dose(copy.first.code):
        return False
    container = copy.first.dose.opened[0]
    if (container.units_per_item or 0) < 2:  # a difference of less than one unit is rounding
        return False
    count, _, size = opened[0]["value"].partition("x")
    opened[0]["value"] = f"{int(count) + 1}x{size}"
    return None


@error("WST-08", codes=("J9035",), documented=False, wasted=True, between=CROSSWALK, few_lines=True,
       companions=PACKAGE | SHARE | CEILING | NO_NDC)  # fmt: skip
def large_vial_for_a_small_dose(copy: Copy) -> bool | None:
    wasted = copy.waste_line()
    if wasted is None or any(each.units_per_item != 10 for each in copy.first.dose.opened):
        return False
    for each, units in ((copy.drug_line(), 30), (wasted, 10)):
        each.pop("drugIdentification", None)
        copy.bill(each, units)
    return None


@error("WST-09", few_lines=True, between=FROM_2024, companions={"WST-10": "a line beside it may bill its waste"})
def attestation_of_a_multi_dose_vial(copy: Copy) -> bool | None:
    if copy.supply.is_listed_single_dose(copy.first.code) or {"JW", "JZ"} & set(modifiers(copy.drug_line())):
        return False
    if copy.drug_line().get("drugIdentification"):  # a package says itself what it is
        return False
    copy.drug_line()["additionalNotes"] = "from a multi-dose vial"
    return _modifier(copy, "JZ") if copy.made.place == "11" and copy.first.code[0] == "J" else False


@error("WST-10", documented=True, wasted=False, few_lines=True, between=FROM_2024)
def waste_denied(copy: Copy) -> bool | None:
    if not copy.first.dose.attests or not _is_measured(copy):
        return False
    copy.forget("amount-discarded")
    unit = copy.first.drug.unit_amount or Decimal(1)
    given = copy.recorded("dose-administered")[0]
    entry: Json = given | {"element": "amount-discarded", "value": str(plain(unit * 2))}
    copy.document["documentation"].append(entry)
    return None


@error("WST-11", medicare=True, places=OFFICE, few_lines=True, between=FROM_2024)
def attestation_in_a_rural_clinic(copy: Copy) -> bool | None:
    if not copy.first.dose.attests:
        return False
    service(copy.drug_line())["placeOfServiceCode"] = "72"
    return None


@error("WST-12", documented=True, wasted=True, few_lines=True)
def waste_not_in_the_record(copy: Copy) -> bool | None:
    if _is_guided(copy) or not copy.recorded("amount-discarded"):
        return False
    copy.forget("amount-discarded", "containers-opened")
    return None


@error("WST-13", wasted=True, few_lines=True)
def more_discarded_than_the_payer_likes(copy: Copy) -> bool | None:
    dose = copy.first.dose
    if dose.discarded * 10 < dose.given + dose.discarded:
        return False
    copy.options["WST-13"] = {"largest_share_percent": 5}
    return None


@error("WST-14", medicare=True, dispensed=True, wasted=False, few_lines=True, between=FROM_2024)
def supplier_without_attestation(copy: Copy) -> bool | None:
    if not copy.supply.is_listed_single_dose(copy.first.code) or "JZ" not in modifiers(copy.drug_line()):
        return False
    modifiers(copy.drug_line()).remove("JZ")
    return None


@error("CHG-01", between=CROSSWALK, wasted=False, few_lines=True, medicare=False)
def charge_of_another_unit(copy: Copy) -> bool | None:
    limit = copy.supply.price_on(copy.first.code, copy.on)
    if limit is None:
        return False
    copy.charge(copy.drug_line(), limit * copy.first.dose.given * 20 + 2000)
    return None


@error("CHG-02", wasted=True, few_lines=True, medicare=False, companions={"CHG-01": "and is far above the limit"})
def waste_charged_otherwise(copy: Copy) -> bool | None:
    wasted = copy.waste_line()
    if wasted is None:
        return False
    copy.charge(wasted, Decimal(service(wasted)["lineItemChargeAmount"]) * 3 + 100)
    return None


def _is_measured(copy: Copy) -> bool:
    """Whether the record tells the dose in the unit that the code is billed in."""
    drug = copy.first.drug
    return drug.unit_amount is not None and not drug.unit_up_to and drug.unit is not None


def _is_guided(copy: Copy) -> bool:
    return copy.first.code in copy.guided


def _other_package(copy: Copy, code: str) -> bool | None:
    containers = copy.supply.sizes(code, copy.on).containers
    if not containers:
        return False
    made = {"serviceIdQualifier": "N4", "nationalDrugCode": containers[0].ndc11}
    for each in filter(None, (copy.drug_line(), copy.waste_line())):
        each["drugIdentification"] = made | {"nationalDrugUnitCount": "1", "measurementUnitCode": "UN"}
    return None


def _each_drug_line(copy: Copy, name: str, value: object) -> None:
    for each in filter(None, (copy.drug_line(), copy.waste_line())):
        each.pop(name, None)
        if value is not None:
            each[name] = value


def _package(copy: Copy, name: str, value: str, not_for: str | None = None) -> bool | None:
    package = copy.drug_line().get("drugIdentification")
    if package is None or copy.first.drug.drug_class == not_for:
        return False
    package[name] = value
    return None


def _modifier(copy: Copy, modifier: str) -> bool | None:
    if len(modifiers(copy.drug_line())) > 3:
        return False
    modifiers(copy.drug_line()).append(modifier)
    return None
