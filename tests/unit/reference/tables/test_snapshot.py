"""What the shipped tables answer, on both sides of each date."""

from datetime import date
from decimal import Decimal

import pytest

from worker.reference.tables.answer import Absent, Carried, Found, NotCovered, NotInForce
from worker.reference.tables.snapshot import Snapshot


@pytest.mark.parametrize(
    ("hcpcs", "on", "kind"),
    [
        ("J2796", date(2024, 12, 31), Found),
        ("J2796", date(2025, 1, 1), NotInForce),
        ("J1300", date(2025, 3, 31), Found),
        ("J1300", date(2025, 4, 1), NotInForce),
        ("J2357", date(2004, 12, 31), NotInForce),
        ("J2357", date(2005, 1, 1), Found),
        ("J0000", date(2025, 1, 1), Absent),
        ("J0000", date(1900, 1, 1), NotCovered),
    ],
)
def test_a_drug_is_in_force_between_its_own_dates(snapshot: Snapshot, hcpcs: str, on: date, kind: type[object]) -> None:
    """The first and last effective day of a code decide, and an unknown code is Absent."""
    assert isinstance(snapshot.drug(hcpcs, on), kind)


def test_a_terminated_drug_names_its_last_day_and_successor(snapshot: Snapshot) -> None:
    """The answer for a code out of force tells until when it was good and what took over."""
    answer = snapshot.drug("J2796", date(2025, 1, 1))

    assert isinstance(answer, NotInForce)
    assert (answer.valid_to, answer.row.successor) == (date(2024, 12, 31), "J2802")


@pytest.mark.parametrize(
    ("hcpcs", "first_known"),
    [
        ("J0166", date(2025, 7, 1)),
        ("J0162", date(2026, 1, 1)),
        ("J0668", date(2025, 10, 1)),
        ("Q5160", date(2026, 7, 1)),
    ],
)
def test_a_drug_without_effective_date_is_unknown_before_it_was_first_seen(
    snapshot: Snapshot, hcpcs: str, first_known: date
) -> None:
    """Before the earliest publication that holds the code we do not know, which is not NotInForce."""
    before = snapshot.drug(hcpcs, date.fromordinal(first_known.toordinal() - 1))
    after = snapshot.drug(hcpcs, first_known)

    assert before == NotCovered(covers_from=first_known, covers_to=None)
    assert isinstance(after, Found)


def test_a_drug_carries_its_billing_unit_and_names(snapshot: Snapshot) -> None:
    """The unit is a Decimal and the names begin with the generic one."""
    answer = snapshot.drug("J2357", date(2025, 11, 1))

    assert isinstance(answer, Found)
    assert (answer.row.unit_amount, answer.row.unit, answer.row.names) == (Decimal(5), "mg", ("omalizumab", "Xolair"))
    assert answer.row.single_dose is True


def test_cpt_codes_carry_no_descriptor(snapshot: Snapshot) -> None:
    """CPT text is not ours to ship."""
    on = date(2026, 8, 1)
    drugs = [snapshot.drug(code, on) for code in ("90371", "90586", "90715")]

    assert [drug.row.short_description for drug in drugs if isinstance(drug, Found)] == [None, None, None]


@pytest.mark.parametrize(
    ("on", "kind"),
    [
        (date(2023, 12, 31), NotCovered),
        (date(2024, 1, 1), Found),
        (date(2025, 12, 31), Found),
        (date(2026, 1, 1), Found),
        (date(2026, 3, 31), Found),
        (date(2026, 4, 1), Carried),
        (date(2027, 4, 1), Carried),
        (date(2027, 4, 2), NotCovered),
    ],
)
def test_containers_answer_for_the_quarters_we_hold(snapshot: Snapshot, on: date, kind: type[object]) -> None:
    """Outside the published crosswalks nothing is known about an NDC or a code."""
    by_ndc = snapshot.container("50242004062", on)
    by_code = snapshot.containers_of("J2357", on)

    assert (type(by_ndc), type(by_code)) == (kind, kind)


def test_a_container_holds_billing_units(snapshot: Snapshot) -> None:
    """A 150 mg vial of omalizumab is thirty units of 5 mg."""
    answer = snapshot.container("50242004062", date(2025, 11, 1))

    assert isinstance(answer, Found)
    assert [(row.hcpcs, row.units_per_item) for row in answer.row] == [("J2357", Decimal(30))]


def test_one_ndc_may_belong_to_several_codes(snapshot: Snapshot) -> None:
    """Epogen is listed under its ESRD and its other code."""
    epogen = snapshot.containers_of("Q4081", date(2025, 11, 1))
    assert isinstance(epogen, Found)

    answer = snapshot.container(epogen.row[0].ndc11, date(2025, 11, 1))

    assert isinstance(answer, Found)
    assert {row.hcpcs for row in answer.row} == {"J0885", "Q4081"}


def test_an_ndc_that_the_quarter_lacks_is_absent(snapshot: Snapshot) -> None:
    """Absent names the edition that was asked."""
    answer = snapshot.container("00000000000", date(2026, 1, 1))

    assert isinstance(answer, Absent)
    assert (answer.edition.table, answer.edition.name) == ("containers", "2026q1")


def test_not_covered_tells_what_is_held(snapshot: Snapshot) -> None:
    """The outer bounds of the editions are in the answer, and the stretches between holes."""
    stretches = ((date(2024, 1, 1), date(2026, 3, 31)), (date(2026, 7, 1), date(2026, 12, 31)))
    expected = NotCovered(date(2024, 1, 1), date(2026, 12, 31), stretches)
    assert snapshot.asp_limit("J2357", date(2027, 1, 1)) == expected


def test_asp_limits_follow_the_quarter(snapshot: Snapshot) -> None:
    """Each quarter has its own payment limit."""
    answers = [snapshot.asp_limit("J2357", on) for on in (date(2025, 12, 31), date(2026, 1, 1))]

    limits = [answer.row.payment_limit for answer in answers if isinstance(answer, Found)]
    assert limits == [Decimal("44.596"), Decimal("45.499")]


@pytest.mark.parametrize(("on", "kind"), [(date(2016, 12, 31), NotInForce), (date(2017, 1, 1), Found)])
def test_waste_duty_begins_with_the_jw_modifier(snapshot: Snapshot, on: date, kind: type[object]) -> None:
    """JW is due from 2017-01-01 on."""
    assert isinstance(snapshot.waste_duty("J2357", on), kind)


def test_waste_duty_of_a_code_off_the_list_is_absent(snapshot: Snapshot) -> None:
    """Ocrelizumab is single-dose and yet not on the list, so absence proves nothing."""
    assert isinstance(snapshot.waste_duty("J2350", date(2025, 1, 1)), Absent)


def test_waste_duty_tells_its_dates(snapshot: Snapshot) -> None:
    """The row carries the four dates of the policy."""
    answer = snapshot.waste_duty("J2357", date(2025, 1, 1))

    assert isinstance(answer, Found)
    assert answer.row.jz_usable_from == date(2023, 1, 1)
    assert answer.row.required_from == date(2023, 7, 1)
    assert answer.row.returned_from == date(2023, 10, 1)


@pytest.mark.parametrize(
    ("on", "kind"),
    [
        (date(2024, 6, 30), NotCovered),
        (date(2024, 7, 1), Found),
        (date(2024, 9, 30), Found),
        (date(2026, 4, 1), Found),
        (date(2026, 7, 1), Found),
        (date(2026, 9, 30), Found),
    ],
)
def test_mue_answers_for_its_quarters(snapshot: Snapshot, on: date, kind: type[object]) -> None:
    """The limit is known for the third quarter of 2024 and the second and third of 2026."""
    assert isinstance(snapshot.mue("J2357", "practitioner", on), kind)


@pytest.mark.parametrize(("on", "kind"), [(date(2026, 6, 30), NotCovered), (date(2026, 7, 1), Found)])
def test_an_edition_says_nothing_of_a_setting_it_does_not_hold(
    snapshot: Snapshot, on: date, kind: type[object]
) -> None:
    """The second quarter of 2026 has the limits of practitioners only, which does not make the others absent."""
    assert isinstance(snapshot.mue("J2357", "outpatient_hospital", on), kind)


def test_a_limit_of_zero_is_not_an_absent_limit(snapshot: Snapshot) -> None:
    """A row of 0 forbids every unit; a missing row says nothing."""
    zero = snapshot.mue("J0390", "practitioner", date(2026, 7, 1))
    missing = snapshot.mue("J0000", "practitioner", date(2026, 7, 1))

    assert isinstance(zero, Found)
    assert zero.row.value == 0
    assert isinstance(missing, Absent)


@pytest.mark.parametrize(
    ("code", "on", "kind"),
    [
        ("JG", date(2024, 12, 31), Found),
        ("JG", date(2025, 1, 1), NotInForce),
        ("JZ", date(2022, 12, 31), NotInForce),
        ("JZ", date(2023, 1, 1), Found),
        ("25", date(2025, 1, 1), Found),
        ("ZZ", date(2025, 1, 1), Absent),
    ],
)
def test_a_modifier_is_in_force_between_its_own_dates(
    snapshot: Snapshot, code: str, on: date, kind: type[object]
) -> None:
    """JG ends with 2024, JZ begins with 2023, and a modifier we do not hold is Absent."""
    assert isinstance(snapshot.modifier(code, on), kind)


def test_a_code_known_to_be_no_modifier_is_found_as_such(snapshot: Snapshot) -> None:
    """JN does not exist, which is more than not being in our table."""
    answer = snapshot.modifier("JN", date(2025, 1, 1))

    assert isinstance(answer, Found)
    assert not answer.row.is_modifier


def test_jw_and_jz_exclude_each_other(snapshot: Snapshot) -> None:
    """The sets of exclusive modifiers carry their severity."""
    (waste,) = [each for each in snapshot.modifier_exclusions if each.codes == ("JW", "JZ")]

    assert waste.severity == "reject"


@pytest.mark.parametrize("on", [date(2025, 10, 1), date(2026, 3, 31)])
def test_opps_status_has_no_stray_spaces(snapshot: Snapshot, on: date) -> None:
    """The indicator is the bare letter in both editions."""
    answer = snapshot.opps_status("J2357", on)

    assert isinstance(answer, Found)
    assert answer.row.status == "K"


@pytest.mark.parametrize("code", ["02", "22", "24"])
def test_a_facility_is_paid_at_the_facility_rate(snapshot: Snapshot, code: str) -> None:
    """Hospitals and surgical centers are facilities."""
    answer = snapshot.place_of_service(code, date(2025, 1, 1))

    assert isinstance(answer, Found)
    assert answer.row.facility is True


def test_an_office_is_no_facility(snapshot: Snapshot) -> None:
    """The office is paid at the non-facility rate."""
    answer = snapshot.place_of_service("11", date(2025, 1, 1))

    assert isinstance(answer, Found)
    assert answer.row.facility is False


def test_an_unassigned_place_of_service_has_no_rate(snapshot: Snapshot) -> None:
    """The code is in the CMS list, marked as not assigned."""
    answer = snapshot.place_of_service("28", date(2025, 1, 1))

    assert isinstance(answer, Found)
    assert answer.row.facility is None


@pytest.mark.parametrize(("on", "kind"), [(date(2024, 6, 30), NotCovered), (date(2024, 7, 1), Found)])
def test_places_of_service_answer_from_their_edition_on(snapshot: Snapshot, on: date, kind: type[object]) -> None:
    """The code set has grown, so nothing is said about the time before our copy."""
    assert isinstance(snapshot.place_of_service("11", on), kind)


def test_a_place_of_service_outside_the_list_is_absent(snapshot: Snapshot) -> None:
    """The list ends at 99 and has no 00."""
    assert isinstance(snapshot.place_of_service("00", date(2025, 1, 1)), Absent)
