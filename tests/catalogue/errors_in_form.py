# ruff: noqa: D103 - the name of a known error says what it is
"""Known errors in form, parties, dates and diagnoses."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from tests.catalogue.mutation import Copy, error, modifiers, service

COVERED_DIAGNOSES: Final = (date(2024, 10, 1), date(2026, 9, 30))
EXCLUDED: Final = {"DX-09": "a diagnosis of the claim may exclude the one put there"}
NOT_KNOWN_FOR_DRUG: Final = {"DOC-01": "the diagnosis that was known for the drug is no longer the one pointed to"}
COMMON_ILLNESSES: Final = tuple(
    "I10 E785 K219 J449 E039 D649 N189 I4891 G4733 F329 R0602 M1990 K5900".split()  # noqa: SIM905 - a block of codes
)


@error("FMT-01")
def truncated_message(copy: Copy) -> None:
    copy.value = b'{"claimInformation": {'


@error("FMT-02")
def no_patient_control_number(copy: Copy) -> None:
    del copy.information["patientControlNumber"]


@error("FMT-02")
def no_place_of_service(copy: Copy) -> None:
    copy.information["placeOfServiceCode"] = ""


@error("FMT-02")
def no_subscriber(copy: Copy) -> None:
    del copy.document["subscriber"]


@error("FMT-02")
def no_date_of_service(copy: Copy) -> None:
    del copy.drug_line()["serviceDate"]


@error("FMT-02")
def no_procedure_code(copy: Copy) -> None:
    service(copy.lines[-1])["procedureCode"] = ""


@error("FMT-02")
def no_diagnosis_pointer(copy: Copy) -> None:
    del service(copy.drug_line())["compositeDiagnosisCodePointers"]


@error("FMT-03")
def charge_in_tenths_of_a_cent(copy: Copy) -> None:
    service(copy.lines[0])["lineItemChargeAmount"] += "5"


@error("FMT-03")
def date_that_never_was(copy: Copy) -> None:
    copy.lines[0]["serviceDate"] = "20230229"


@error("FMT-03")
def member_id_with_a_hidden_space(copy: Copy) -> None:
    copy.document["subscriber"]["memberId"] += "\u200b"


@error("FMT-03")
def control_number_of_39_characters(copy: Copy) -> None:
    copy.information["patientControlNumber"] = "9" * 39


@error("FMT-04")
def total_off_by_a_cent(copy: Copy) -> None:
    total = Decimal(copy.information["claimChargeAmount"]) - Decimal("0.01")
    copy.information["claimChargeAmount"] = f"{total:.2f}"


@error("FMT-05", places=("11",))
def more_than_fifty_lines(copy: Copy) -> None:
    for number in range(51 - len(copy.lines)):
        copy.append(f"{83500 + number}", charge="1.00")


@error("FMT-06")
def control_number_of_21_characters(copy: Copy) -> None:
    copy.information["patientControlNumber"] = "A" + "1" * 20


@error("FMT-07")
def no_units(copy: Copy) -> None:
    service(copy.drug_line())["serviceUnitCount"] = "0"


@error("FMT-07")
def units_in_ten_thousandths(copy: Copy) -> None:
    service(copy.lines[-1])["serviceUnitCount"] = "1.0005"


@error("FMT-07")
def charge_below_zero(copy: Copy) -> None:
    copy.charge(copy.lines[-1], Decimal(-10))


@error("FMT-07")
def charge_of_nothing(copy: Copy) -> bool | None:
    other = copy.other_line()
    if other is None:
        return False
    copy.charge(other, Decimal(0))
    return None


@error("FMT-08", medicare=True, places=("11",))
def total_of_a_hundred_thousand(copy: Copy) -> None:
    rest = Decimal(100000) - Decimal(copy.information["claimChargeAmount"])
    copy.add("85025", charge=f"{rest:.2f}")


@error("IDN-01")
def billing_npi_mistyped(copy: Copy) -> None:
    npi = copy.document["billing"]["npi"]
    copy.document["billing"]["npi"] = npi[:9] + str((int(npi[9]) + 1) % 10)


@error("IDN-01")
def rendering_npi_with_nine_digits(copy: Copy) -> None:
    copy.document["rendering"] = {"npi": "123456789", "lastName": "EXAMPLE"}


@error("IDN-01")
def line_npi_beginning_with_three(copy: Copy) -> None:
    copy.drug_line()["orderingProvider"] = {"npi": "3234567893", "lastName": "EXAMPLE"}


@error("IDN-02")
def npi_deactivated_the_day_before(copy: Copy) -> None:
    ended = copy.on - timedelta(days=1)
    copy.options["IDN-02"] = {"deactivated": {copy.document["billing"]["npi"]: ended.isoformat()}}


@error("IDN-03")
def tax_id_with_hyphen(copy: Copy) -> None:
    copy.document["billing"].pop("ssn", None)
    copy.document["billing"]["employerId"] = "12-3456789"


@error("IDN-04")
def billing_from_a_post_office_box(copy: Copy) -> None:
    copy.document["billing"]["address"]["address1"] = copy.random.choice(("PO BOX 12", "P.O. Box 7", "P O BOX 1234"))


@error("IDN-04")
def zip_code_of_five_digits(copy: Copy) -> None:
    copy.document["billing"]["address"]["postalCode"] = "62701"


@error("IDN-05", medicare=True, between=(date(2020, 1, 1), date(2026, 12, 31)))
def old_medicare_number(copy: Copy) -> None:
    copy.document["subscriber"]["memberId"] = "123456789A"


@error("IDN-05", medicare=True, between=(date(2020, 1, 1), date(2026, 12, 31)))
def letter_o_in_medicare_number(copy: Copy) -> None:
    copy.document["subscriber"]["memberId"] = copy.document["subscriber"]["memberId"][:7] + "OA11"


@error("IDN-06", medicare=False)
def patient_sent_twice(copy: Copy) -> None:
    copy.document["dependent"] = dict(copy.patient) | {"relationshipToSubscriberCode": "18"}


@error("IDN-06")
def patient_without_last_name(copy: Copy) -> None:
    copy.patient.pop("lastName")


@error("IDN-06")
def patient_without_date_of_birth(copy: Copy) -> None:
    copy.patient.pop("dateOfBirth")


@error("IDN-08")
def nobody_ordered(copy: Copy) -> None:
    for role in ("ordering", "referring"):
        copy.document.pop(role, None)
    copy.options["IDN-08"] = {"codes": [copy.first.code]}


@error("DAT-01", companions={"IDN-05": "a claim received before 2020 may carry an older number"})
def received_before_the_service(copy: Copy) -> None:
    copy.received_on = copy.on - timedelta(days=1)


@error("DAT-02")
def line_ends_before_it_begins(copy: Copy) -> None:
    copy.lines[-1]["serviceDateEnd"] = f"{date(2016, 12, 1):%Y%m%d}" if copy.on.year > 2016 else "20100101"


@error("DAT-03")
def born_after_the_service(copy: Copy) -> None:
    copy.patient["dateOfBirth"] = copy.moved(1)


@error(
    "DAT-04",
    medicare=True,
    few_lines=True,
    companions={"IDN-05": "the number was not yet asked for when the claim was in time"},
)
def filed_a_year_late(copy: Copy) -> None:
    copy.received_on = copy.on + timedelta(days=400)


@error("DAT-05", medicare=True, few_lines=True)
def ten_days_before_the_limit(copy: Copy) -> bool | None:
    if (copy.on.month, copy.on.day) == (2, 29):
        return False
    limit = copy.on.replace(year=copy.on.year + 1)
    if limit - copy.made.received_on <= timedelta(days=40):
        return False
    copy.received_on = limit - timedelta(days=10)
    return None


@error("DAT-06", places=("11",), few_lines=True)
def drug_line_over_two_days(copy: Copy) -> bool | None:
    if copy.first.drug.drug_class in {"inhalation_dme", "oral_anticancer", "immunosuppressive"}:
        return False
    copy.drug_line()["serviceDateEnd"] = copy.moved(1)
    copy.received_on = max(copy.received_on, copy.on + timedelta(days=1))
    return None


@error("DAT-07", facility=True, companions={"DAT-04": "the limit counts from the last day of the statement",
                                            "DAT-05": "and may be near"})  # fmt: skip
def statement_of_the_day_before(copy: Copy) -> None:
    dates = copy.information["claimDateInformation"]
    dates["statementBeginDate"] = dates["statementEndDate"] = copy.moved(-1)


@error("RES-05", facility=True, medicare=True)
def late_charges_alone(copy: Copy) -> None:
    copy.information["claimFrequencyCode"] = "5"


@error("RES-05", facility=True, medicare=False)
def late_charges_to_a_plan_that_takes_none(copy: Copy) -> None:
    copy.information["claimFrequencyCode"] = "5"
    copy.options["RES-05"] = {"takes_late_charges": False}


@error("FMT-09", facility=True)
def drug_of_a_revenue_code_alone(copy: Copy) -> None:
    each = copy.random.choice(("0634", "0635", "0636"))
    service = {"serviceLineRevenueCode": each, "lineItemChargeAmount": "25.00", "measurementUnit": "UN"}
    made = {"serviceDate": f"{copy.on:%Y%m%d}", "institutionalService": service | {"serviceUnitCount": "1"}}
    copy.lines.append(made | {"providerControlNumber": f"N{len(copy.lines) + 1}"})
    copy.balance()


@error("DX-01", between=COVERED_DIAGNOSES, few_lines=True, companions=EXCLUDED)
def diagnosis_not_complete(copy: Copy) -> None:
    _also(copy, "E11")


@error("DX-01", between=COVERED_DIAGNOSES, few_lines=True, companions=EXCLUDED)
def diagnosis_that_does_not_exist(copy: Copy) -> None:
    _also(copy, "J4599Q")


@error("DX-01", between=(date(2025, 10, 1), date(2026, 9, 30)), few_lines=True)
def diagnosis_of_last_fiscal_year(copy: Copy) -> None:
    _also(copy, "G35")


@error("DX-01", between=(date(2024, 10, 1), date(2025, 9, 30)), few_lines=True)
def diagnosis_of_next_fiscal_year(copy: Copy) -> None:
    _also(copy, "G35A")


@error("DX-02")
def pointer_to_the_twelfth_diagnosis(copy: Copy) -> bool | None:
    if len(copy.information["healthCareCodeInformation"]) == 12:
        return False
    _pointers(copy).append("12")
    return None if len(_pointers(copy)) <= 4 else False


@error("DX-02")
def pointer_twice(copy: Copy) -> bool | None:
    _pointers(copy).append(_pointers(copy)[0])
    return None if len(_pointers(copy)) <= 4 else False


@error("DX-02")
def five_pointers(copy: Copy) -> bool | None:
    if len(copy.information["healthCareCodeInformation"]) < 5:
        return False
    _pointers(copy)[:] = ["1", "2", "3", "4", "5"]
    return None


@error("DX-02")
def pointer_by_letter(copy: Copy) -> bool | None:
    _pointers(copy).append("B")
    return None if len(_pointers(copy)) <= 4 else False


@error("DX-03")
def no_principal_diagnosis(copy: Copy) -> None:
    copy.information["healthCareCodeInformation"][0]["diagnosisTypeCode"] = "ABF"


@error("DX-04", few_lines=True, companions=EXCLUDED)
def thirteen_diagnoses(copy: Copy) -> None:
    for code in COMMON_ILLNESSES[: 13 - len(copy.information["healthCareCodeInformation"])]:
        _also(copy, code)


@error("DX-05", companions=EXCLUDED)
def fall_as_principal_diagnosis(copy: Copy) -> bool | None:
    return _first(copy, "W19XXXA")


@error("DX-05", companions=EXCLUDED)
def adverse_effect_of_a_drug_first(copy: Copy) -> bool | None:
    return _first(copy, "T451X5A")


@error("DX-05", companions=EXCLUDED)
def illness_within_another_first(copy: Copy) -> bool | None:
    return _first(copy, "I43")


@error("DX-06", companions=EXCLUDED)
def illness_of_the_other_sex(copy: Copy) -> bool | None:
    gender = copy.patient["gender"]
    if gender == "U" or len(copy.information["healthCareCodeInformation"]) > 11:
        return False
    _also(copy, "C61" if gender == "F" else "N809")
    return None


@error("DX-07")
def diagnosis_that_the_payer_refuses(copy: Copy) -> None:
    code = copy.information["healthCareCodeInformation"][0]["diagnosisCode"].replace(".", "")
    copy.options["DX-07"] = {"codes": [code]}


@error("DX-08", few_lines=True)
def diagnosis_in_icd_9(copy: Copy) -> bool | None:
    if copy.on < date(2015, 10, 1):
        return False
    copy.information["healthCareCodeInformation"].append({"diagnosisTypeCode": "BF", "diagnosisCode": "4019"})
    return None


@error("POS-01", between=(date(2024, 7, 1), date(2026, 12, 31)))
def place_that_is_not_assigned(copy: Copy) -> bool | None:
    return _place(copy, "29")


@error("POS-01")
def place_of_one_digit(copy: Copy) -> bool | None:
    return _place(copy, "1")


@error("RES-01", medicare=False)
def replacement_of_nothing(copy: Copy) -> None:
    copy.information["claimFrequencyCode"] = copy.random.choice("78")
    copy.information.get("claimSupplementalInformation", {}).pop("claimControlNumber", None)


@error("RES-02", medicare=True)
def replacement_sent_to_medicare(copy: Copy) -> None:
    copy.information["claimFrequencyCode"] = "7"
    copy.information.setdefault("claimSupplementalInformation", {})["claimControlNumber"] = "ICN1"


@error("COB-01")
def second_payer_without_a_first(copy: Copy) -> None:
    copy.document["subscriber"]["paymentResponsibilityLevelCode"] = copy.random.choice("ST")
    copy.document["subscriber"]["insuranceTypeCode"] = "12"


@error("COB-02")
def other_payment_leaves_a_rest(copy: Copy) -> None:
    billed = service(copy.lines[-1])
    paid = Decimal(billed["lineItemChargeAmount"]) + 1
    copy.lines[-1]["lineAdjudicationInformation"] = [
        {
            "otherPayerPrimaryIdentifier": "SYNTHETIC-FIRST",
            "serviceLinePaidAmount": f"{paid:.2f}",
            "serviceIdQualifier": "HC",
            "procedureCode": billed["procedureCode"],
            "paidServiceUnitCount": billed["serviceUnitCount"],
            "adjudicationOrPaymentDate": copy.lines[-1]["serviceDate"],
        }
    ]


@error("DUP-02", few_lines=True, places=("11",))
def same_line_twice(copy: Copy) -> None:
    copy.add("85025", charge="20.00")
    copy.add("85025", charge="20.00")


@error("DOC-07")
def attachment_without_number(copy: Copy) -> None:
    copy.information.setdefault("claimSupplementalInformation", {})["reportInformation"] = {
        "attachmentReportTypeCode": "OZ",
        "attachmentTransmissionCode": copy.random.choice(("FX", "BM", "EL")),
    }


@error("MOD-01")
def modifier_that_does_not_exist(copy: Copy) -> bool | None:
    return _modifier(copy, "JN")


@error("MOD-01")
def place_of_service_as_modifier(copy: Copy) -> bool | None:
    return _modifier(copy, "POS")


@error("MOD-03", places=("11",))
def both_components(copy: Copy) -> None:
    modifiers(copy.add("71046", charge="40.00", modifiers=["26", "TC"]))


def _place(copy: Copy, place: str) -> bool | None:
    other = copy.other_line()
    if other is None:
        return False
    service(other)["placeOfServiceCode"] = place
    return None


def _also(copy: Copy, code: str) -> None:
    diagnoses = copy.information["healthCareCodeInformation"]
    del diagnoses[12:]
    diagnoses.append({"diagnosisTypeCode": "ABF", "diagnosisCode": code})


def _first(copy: Copy, code: str) -> bool | None:
    """Put a diagnosis first and let every pointer follow its own."""
    diagnoses = copy.information["healthCareCodeInformation"]
    if len(diagnoses) > 11:
        return False
    diagnoses[0]["diagnosisTypeCode"] = "ABF"
    diagnoses.insert(0, {"diagnosisTypeCode": "ABK", "diagnosisCode": code})
    for each in copy.lines:
        pointers = service(each)["compositeDiagnosisCodePointers"]
        pointers["diagnosisCodePointers"] = [str(int(pointer) + 1) for pointer in pointers["diagnosisCodePointers"]]
    return None


def _pointers(copy: Copy) -> list[str]:
    found: list[str] = service(copy.lines[-1])["compositeDiagnosisCodePointers"]["diagnosisCodePointers"]
    return found


def _modifier(copy: Copy, modifier: str) -> bool | None:
    if len(modifiers(copy.drug_line())) > 3:
        return False
    modifiers(copy.drug_line()).append(modifier)
    return None
