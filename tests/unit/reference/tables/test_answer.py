"""What the tables of codes and policies answer, on both sides of each date."""

from datetime import date
from decimal import Decimal
from itertools import product

import pytest

from worker.reference.tables.answer import Absent, Carried, Found, NotCovered, NotInForce
from worker.reference.tables.exclusions import expanded
from worker.reference.tables.rows import CareSetting
from worker.reference.tables.snapshot import Snapshot


@pytest.mark.parametrize(
    ("hcpcs", "on", "kind"),
    [
        ("A4216", date(2003, 12, 31), NotInForce),
        ("A4216", date(2004, 1, 1), Found),
        ("J1300", date(2025, 3, 31), Found),
        ("J1300", date(2025, 4, 1), NotInForce),
        ("Q0519", date(2024, 12, 30), NotCovered),
        ("Q0519", date(2024, 12, 31), Found),
        ("Q0519", date(2025, 1, 1), NotInForce),
        ("A9999", date(2024, 9, 30), Found),
        ("A0001", date(2026, 9, 30), Absent),
        ("A0001", date(2026, 10, 1), NotCovered),
        ("G0552", date(2025, 9, 30), NotCovered),
        ("G0552", date(2025, 10, 1), Found),
        ("96413", date(2024, 9, 30), Absent),
    ],
)
def test_a_level_2_code_is_told_from_an_unknown_one(
    snapshot: Snapshot, hcpcs: str, on: date, kind: type[object]
) -> None:
    """The list is complete for July 2026; after that quarter an unknown code may be a later one."""
    assert isinstance(snapshot.hcpcs_code(hcpcs, on), kind)


def test_dental_codes_and_their_wording_are_not_held(snapshot: Snapshot) -> None:
    """The dental association owns them."""
    assert isinstance(snapshot.hcpcs_code("D0120", date(2024, 7, 1)), Absent)


def test_a_code_carried_forward_is_told_by_its_edition(snapshot: Snapshot) -> None:
    """A code that was good in July 2026 is found in October, from an edition that does not speak about October."""
    answer = snapshot.hcpcs_code("A4216", date(2026, 10, 1))

    assert isinstance(answer, Found)
    assert not answer.edition.covers(date(2026, 10, 1))


@pytest.mark.parametrize(
    ("hcpcs", "on", "expected"),
    [
        ("Q4101", date(2008, 12, 31), NotInForce),
        ("Q4101", date(2009, 1, 1), Found),
        ("Q4339", date(2025, 6, 30), NotCovered),
        ("Q4339", date(2025, 7, 1), Found),
        ("J2357", date(2025, 10, 1), Absent),
    ],
)
def test_a_skin_substitute_is_in_force_between_its_dates(
    snapshot: Snapshot, hcpcs: str, on: date, expected: type[object]
) -> None:
    """A code without date of its own is known from the first publication that holds it."""
    assert isinstance(snapshot.skin_substitute(hcpcs, on), expected)


def test_a_skin_substitute_takes_no_waste_modifier_from_2026(snapshot: Snapshot) -> None:
    """The last day on which JW or JZ may be right is in the row."""
    answer = snapshot.skin_substitute("Q4101", date(2026, 1, 1))

    assert isinstance(answer, Found)
    assert (answer.row.unit, answer.row.waste_modifiers_to) == ("cm2", date(2025, 12, 31))


@pytest.mark.parametrize(
    ("on", "kind"),
    [
        (date(2023, 12, 31), NotCovered),
        (date(2024, 1, 1), Found),
        (date(2025, 12, 31), Found),
        (date(2026, 1, 1), Absent),
        (date(2026, 4, 1), NotCovered),
    ],
)
def test_products_without_ndc_follow_the_crosswalk(snapshot: Snapshot, on: date, kind: type[object]) -> None:
    """From January 2026 the crosswalk lists no tissue products."""
    answers = (snapshot.product("GG100", on), snapshot.products_of("Q4111", on))

    assert [type(answer) for answer in answers] == [kind, kind]


@pytest.mark.parametrize(
    ("column1", "column2", "on", "kind"),
    [
        # Listed twice: ended in 2019, and open again from a day that the source does not name.
        ("96413", "99213", date(2019, 12, 31), Found),
        ("96413", "99213", date(2018, 12, 31), NotCovered),
        ("96413", "99213", date(2020, 1, 1), NotCovered),
        ("96413", "99213", date(2024, 6, 30), NotCovered),
        ("96413", "99213", date(2024, 7, 1), Found),
        # Listed once, open.
        ("20610", "96360", date(2024, 7, 1), Found),
        ("99213", "96413", date(2024, 7, 1), Absent),
        ("99213", "96413", date(2024, 10, 1), NotCovered),
    ],
)
def test_a_pair_answers_for_what_the_list_shows(
    snapshot: Snapshot, column1: str, column2: str, on: date, kind: type[object]
) -> None:
    """Without a first day a pair is known on its last day, or from the edition on."""
    assert isinstance(snapshot.ncci_pair(column1, column2, "outpatient_hospital", on), kind)


def test_an_ended_pair_is_not_in_force_afterwards(snapshot: Snapshot) -> None:
    """The last day of a deleted pair is in the cumulative list."""
    setting, column1, column2 = next(
        key
        for key, pairs in snapshot.tables.ncci_pairs.rows.items()
        if [pair.effective_to for pair in pairs] == [date(2009, 12, 31)]
    )

    answer = snapshot.ncci_pair(column1, column2, setting, date(2010, 1, 1))

    assert isinstance(answer, NotInForce)
    assert answer.valid_to == date(2009, 12, 31)


def test_a_pair_past_its_quarter_is_carried_forward(snapshot: Snapshot) -> None:
    """It may have been deleted meanwhile, and the edition says that it does not cover the day."""
    on = date(2024, 10, 1)

    answer = snapshot.ncci_pair("96413", "99213", "practitioner", on)

    assert isinstance(answer, Found)
    assert not answer.edition.covers(on)


def test_a_pair_is_found_from_the_code_that_is_denied(snapshot: Snapshot) -> None:
    """Every row of the table is reached from its second column, in its own setting."""
    settings: tuple[CareSetting, ...] = ("practitioner", "outpatient_hospital")
    held = set(snapshot.tables.ncci_pairs.rows)
    codes = {code for key in held for code in key[1:]}

    reached = {
        (setting, column1, column2)
        for setting, column1, column2 in product(settings, codes, codes)
        if snapshot.is_ncci_second(column2, setting) and snapshot.is_ncci_pair(column1, column2, setting)
    }

    assert reached == held
    assert not snapshot.is_ncci_second("J2357", "practitioner")


@pytest.mark.parametrize(
    ("code", "on", "in_block", "elsewhere"),
    [
        ("E109", date(2026, 3, 2), "E11", "O244"),
        ("M0579", date(2024, 10, 1), "M08", "I00"),
        ("A150", date(2026, 3, 2), "", "P370"),  # a note of its block
    ],
)
def test_a_diagnosis_has_the_notes_above_it(
    snapshot: Snapshot, code: str, on: date, in_block: str, elsewhere: str
) -> None:
    """Those of its category and of its block, apart by whether what is excluded is in the block."""
    answer = snapshot.never_together(code, on)

    assert isinstance(answer, Found)
    assert not in_block or in_block in answer.row.in_block
    assert elsewhere in answer.row.elsewhere
    assert not [each for each in (*answer.row.in_block, *answer.row.elsewhere) if code.startswith(each)]


@pytest.mark.parametrize(
    ("on", "kind"),
    [
        (date(2024, 9, 30), NotCovered),
        (date(2024, 10, 1), Found),
        (date(2026, 9, 30), Found),
        (date(2026, 10, 1), Carried),
        (date(2027, 10, 1), Carried),
        (date(2027, 10, 2), NotCovered),
    ],
)
def test_the_notes_answer_for_their_fiscal_years(snapshot: Snapshot, on: date, kind: type[object]) -> None:
    """Those of the last year are carried for 366 days."""
    assert type(snapshot.never_together("E109", on)) is kind


@pytest.mark.parametrize(
    ("excluded", "expected"),
    [("E11", ("E11",)), ("I60-I62", ("I60", "I61", "I62")), ("A040-A042", ("A040", "A041", "A042"))],
)
def test_a_range_is_its_categories(excluded: str, expected: tuple[str, ...]) -> None:
    """Or the codes below one category that differ in their last character."""
    assert set(expected) <= set(expanded(excluded))
    assert not {"I63", "A043"} & set(expanded(excluded))


def test_an_add_on_code_has_the_primary_codes_of_the_day(snapshot: Snapshot) -> None:
    """Each pairing has its own first day, and several are in force on one."""
    before, after = snapshot.add_on("G2211", date(2025, 12, 31)), snapshot.add_on("G2211", date(2026, 1, 1))

    assert isinstance(before, Found)
    assert isinstance(after, Found)
    assert "99347" in {pairing.primary for pairing in after.row} - {pairing.primary for pairing in before.row}
    assert {pairing.primary for pairing in before.row} < {pairing.primary for pairing in after.row}


@pytest.mark.parametrize(
    ("hcpcs", "on", "kind"),
    [
        ("96415", date(2013, 3, 31), NotInForce),
        ("96415", date(2013, 4, 1), Found),
        ("96413", date(2026, 7, 1), Absent),
        ("96413", date(2026, 6, 30), NotCovered),
    ],
)
def test_an_add_on_code_answers_by_its_own_dates(snapshot: Snapshot, hcpcs: str, on: date, kind: type[object]) -> None:
    """The edition only bounds what a missing code means."""
    assert isinstance(snapshot.add_on(hcpcs, on), kind)
    assert snapshot.is_add_on(hcpcs) == (hcpcs == "96415")


@pytest.mark.parametrize(("on", "kind"), [(date(2026, 6, 14), NotCovered), (date(2026, 6, 15), Found)])
def test_self_administered_drugs_are_listed_by_contractor(snapshot: Snapshot, on: date, kind: type[object]) -> None:
    """Each contractor has its own list."""
    assert isinstance(snapshot.self_administered("J3262", on), kind)


def test_a_drug_excluded_by_route_says_so(snapshot: Snapshot) -> None:
    """Intravenous tocilizumab is paid; the subcutaneous form is not."""
    answer = snapshot.self_administered("J3262", date(2026, 7, 1))

    assert isinstance(answer, Found)
    assert {row.contractor for row in answer.row} == {"FCSO", "NOVITAS", "PALMETTO"}
    assert {row.scope for row in answer.row} == {"by-route"}


def test_a_drug_on_no_list_we_hold_is_absent(snapshot: Snapshot) -> None:
    """The lists are partial, so this proves nothing."""
    assert isinstance(snapshot.self_administered("J2357", date(2026, 7, 1)), Absent)


@pytest.mark.parametrize(
    ("code", "on", "kind"),
    [
        ("207RH0003X", date(2024, 3, 31), Found),
        # In version 25.1 and none before it.
        ("146E00000X", date(2025, 9, 30), NotInForce),
        ("146E00000X", date(2025, 10, 1), Found),
        ("000000000X", date(2026, 3, 31), Absent),
        ("000000000X", date(2026, 4, 1), NotCovered),
    ],
)
def test_a_taxonomy_code_exists_or_not(snapshot: Snapshot, code: str, on: date, kind: type[object]) -> None:
    """A code answers from its version on; after the last version an unknown code may be a later one."""
    assert isinstance(snapshot.taxonomy_code(code, on), kind)


def test_a_taxonomy_code_tells_persons_from_organizations(snapshot: Snapshot) -> None:
    """A hematologist is a person, a clinic is not."""
    on = date(2025, 1, 1)
    answers = [snapshot.taxonomy_code(code, on) for code in ("207RH0003X", "261QI0500X")]

    assert [answer.row.section for answer in answers if isinstance(answer, Found)] == ["individual", "non-individual"]


@pytest.mark.parametrize(
    ("code", "side"),
    [
        ("H353211", "right"),
        ("S91012A", "left"),
        ("C561", "right"),
        ("M170", None),
        ("H353231", None),
        ("I5021", None),
        ("T81500A", None),
        ("Z96651", None),
    ],
)
def test_a_diagnosis_names_one_side_or_none(snapshot: Snapshot, code: str, side: str | None) -> None:
    """Both knees, a heart, what was left in the body and an artificial joint name none; an injury keeps its side."""
    answer = snapshot.diagnosis_side(code, date(2026, 3, 2))

    assert (answer.row.side if isinstance(answer, Found) else None) == side


def test_remark_codes_say_what_they_mean_in_our_words(snapshot: Snapshot) -> None:
    """The same number means different things in different sets."""
    on = date(2026, 1, 1)
    reason = snapshot.remark_code("carc", "252", on)
    status = snapshot.remark_code("claim_status", "252", on)

    assert isinstance(reason, Found)
    assert isinstance(status, Found)
    assert reason.row.meaning == "Documents needed to adjudicate"
    assert status.row.meaning == "Authorization/certification number"


def test_a_remark_code_that_we_do_not_emit_is_absent(snapshot: Snapshot) -> None:
    """The table holds only what findings predict."""
    assert isinstance(snapshot.remark_code("carc", "1", date(2026, 1, 1)), Absent)


def test_a_hint_is_marked_as_unverified(snapshot: Snapshot) -> None:
    """Its type says that it can only warn."""
    answer = snapshot.expert_hint("J0129", date(2025, 11, 1))

    assert isinstance(answer, Found)
    assert (answer.row.evidence, answer.row.min_interval_days) == ("unverified", 14)
    assert answer.row.routes == ("IV", "SC")


def test_a_terminated_drug_tells_the_changed_unit_of_its_successor(snapshot: Snapshot) -> None:
    """J1299 is known from October 2025 only, and its unit all the same on the day after J1300 ended."""
    old = snapshot.drug("J1300", date(2025, 4, 1))
    assert isinstance(old, NotInForce)

    successor = snapshot.successor_of(old.row)

    assert successor is not None
    assert (successor.hcpcs, successor.unit_amount, old.row.unit_amount) == ("J1299", Decimal(2), Decimal(10))
    assert snapshot.successor_of(successor) is None


def test_jg_names_tb_when_it_has_ended(snapshot: Snapshot) -> None:
    """The modifier that took over is in the row."""
    answer = snapshot.modifier("JG", date(2025, 1, 1))

    assert isinstance(answer, NotInForce)
    assert answer.row.successor == "TB"


def test_an_answer_about_a_diagnosis_is_made_once(snapshot: Snapshot) -> None:
    """What was found is remembered, and the memory does not mix the fiscal years."""
    first = snapshot.diagnosis("J4550", date(2025, 9, 30))
    again = snapshot.diagnosis("J4550", date(2025, 9, 30))
    next_year = snapshot.diagnosis("J4550", date(2025, 10, 1))

    assert first is again
    assert isinstance(first, Found)
    assert isinstance(next_year, Found)
    assert (first.edition.name, next_year.edition.name) == ("fy2025", "fy2026")


@pytest.mark.parametrize(
    ("hcpcs", "on", "kind"),
    [
        ("J0585", date(2026, 3, 31), NotCovered),
        ("J0585", date(2026, 4, 1), Found),
        ("J9312", date(2026, 4, 1), Absent),  # one diagnosis is listed for it, of many that it is given for
        ("J3490", date(2026, 4, 1), Absent),
    ],
)
def test_local_coverage_is_asked_by_drug(snapshot: Snapshot, hcpcs: str, on: date, kind: type[object]) -> None:
    """From the day on for which the source speaks, and never for a code that names no drug."""
    assert isinstance(snapshot.local_coverage(hcpcs, on), kind)


def test_no_diagnosis_is_listed_as_covered_and_as_not(snapshot: Snapshot) -> None:
    """What one determination covers is not refused by the union."""
    (rows,) = snapshot.tables.local_coverage.rows

    for row in rows.values():
        assert len(row.covered) >= 10
        assert not {*row.covered}.intersection(row.not_covered)
        assert row.documents


@pytest.mark.parametrize(
    ("hcpcs", "amount", "unit"),
    [("J1837", "1", "mg"), ("J2596", "1", "unit"), ("J3376", "10", "mg"), ("J9214", "1000000", "unit")],
)
def test_a_unit_that_cms_prints_is_held(snapshot: Snapshot, hcpcs: str, amount: str, unit: str) -> None:
    """In the ASP file of January 2026, or in the long descriptor."""
    drug = snapshot.tables.drugs.latest(hcpcs)

    assert drug is not None
    assert (drug.unit_amount, drug.unit) == (Decimal(amount), unit)
