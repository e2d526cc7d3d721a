"""Billable diagnosis codes by fiscal year."""

from datetime import date

from worker.reference.tables.answer import Absent, Found, NotCovered, NotInForce
from worker.reference.tables.snapshot import Snapshot


def test_a_code_is_billable_to_the_last_day_of_its_fiscal_year(snapshot: Snapshot) -> None:
    """G35 is good on the last day of fiscal year 2025 and not on the next day."""
    last_day = snapshot.diagnosis("G35", date(2025, 9, 30))
    next_day = snapshot.diagnosis("G35", date(2025, 10, 1))

    assert isinstance(last_day, Found)
    assert isinstance(next_day, NotInForce)
    assert (next_day.valid_from, next_day.valid_to) == (date(2024, 10, 1), date(2025, 9, 30))


def test_a_code_is_not_billable_before_its_first_fiscal_year(snapshot: Snapshot) -> None:
    """G35A begins with fiscal year 2026."""
    day_before = snapshot.diagnosis("G35A", date(2025, 9, 30))
    first_day = snapshot.diagnosis("G35A", date(2025, 10, 1))

    assert isinstance(day_before, NotInForce)
    assert day_before.valid_from == date(2025, 10, 1)
    assert isinstance(first_day, Found)


def test_a_prefix_is_absent_but_has_codes_below(snapshot: Snapshot) -> None:
    """J45 is not complete; J45.20 refines it."""
    on = date(2025, 10, 1)

    assert isinstance(snapshot.diagnosis("J45", on), Absent)
    assert "J4520" in snapshot.billable_below("J45", on)


def test_the_children_of_a_split_code_are_listed(snapshot: Snapshot) -> None:
    """From October 2025 G35 has eight codes below it, and before that none."""
    children = ("G35A", "G35B0", "G35B1", "G35B2", "G35C0", "G35C1", "G35C2", "G35D")

    assert snapshot.billable_below("G35", date(2025, 10, 1)) == children
    assert snapshot.billable_below("G35", date(2025, 9, 30)) == ()


def test_an_unknown_code_has_nothing_below(snapshot: Snapshot) -> None:
    """A code that is not a prefix of a billable code is plainly unknown."""
    on = date(2025, 10, 1)

    assert isinstance(snapshot.diagnosis("Q0000", on), Absent)
    assert snapshot.billable_below("Q0000", on) == ()
    assert snapshot.billable_below("", on) == ()


def test_at_most_twenty_codes_are_listed_below(snapshot: Snapshot) -> None:
    """A wide prefix lists the first twenty."""
    below = snapshot.billable_below("S", date(2025, 10, 1))

    assert len(below) == 20
    assert list(below) == sorted(below)


def test_other_fiscal_years_are_not_covered(snapshot: Snapshot) -> None:
    """Before October 2023 and after September 2027 we hold no list."""
    expected = NotCovered(date(2023, 10, 1), date(2027, 9, 30))

    assert snapshot.diagnosis("G35", date(2023, 9, 30)) == expected
    assert snapshot.diagnosis("G35", date(2027, 10, 1)) == expected
    assert snapshot.billable_below("G35", date(2027, 10, 1)) == ()
