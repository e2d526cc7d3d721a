"""A row is carried forward as long as its table says, never backward, and told from one in force."""

from datetime import date

import pytest

from worker.reference.tables.answer import Absent, Carried, Found, NotCovered, NotInForce
from worker.reference.tables.dated import ByEdition, ByRow, Period
from worker.reference.tables.edition import NOT_REACHED, Edition, Reach

SPRING, SUMMER = (date(2024, 4, 1), date(2024, 6, 30)), (date(2025, 7, 1), date(2025, 9, 30))


def edition(name: str, first: date, last: date | None, trusted_days: int) -> Edition:
    """An edition of a table."""
    return Edition("limits", name, first, last, first, 1, "", trusted_days=trusted_days)


def limits(trusted_days: int) -> ByEdition[str, int]:
    """A limit of 4 in spring 2024 and of 5 in summer 2025; a code that only summer has."""
    spring, summer = edition("spring", *SPRING, trusted_days), edition("summer", *SUMMER, trusted_days)
    return ByEdition([(spring, {"J1": 4}), (summer, {"J1": 5, "J2": 6})])


@pytest.mark.parametrize(
    ("on", "kind"),
    [
        (date(2024, 3, 31), NotCovered),
        (date(2024, 4, 1), Found),
        (date(2024, 6, 30), Found),
        (date(2024, 7, 1), Carried),
        (date(2024, 9, 28), Carried),
        (date(2024, 9, 29), NotCovered),
        (date(2025, 6, 30), NotCovered),
        (date(2025, 7, 1), Found),
        (date(2025, 12, 29), Carried),
        (date(2025, 12, 30), NotCovered),
    ],
)
def test_a_row_is_carried_for_the_days_of_trust_and_never_backward(on: date, kind: type[object]) -> None:
    """Ninety days after the last day, in a gap as at the end; each day has one kind of answer."""
    assert type(limits(90).answer("J1", on)) is kind


def test_what_is_carried_is_the_row_of_the_last_edition_before_the_day() -> None:
    """The edition in the answer says how old it is."""
    answer = limits(90).answer("J1", date(2024, 7, 1))

    assert isinstance(answer, Carried)
    assert (answer.row, answer.edition.name, answer.edition.in_force_to) == (4, "spring", date(2024, 6, 30))


def test_a_key_that_the_last_edition_lacks_is_not_known_afterwards() -> None:
    """It may be in the edition that we do not have, so it is not absent."""
    assert isinstance(limits(90).answer("J2", date(2024, 7, 1)), NotCovered)
    assert isinstance(limits(90).answer("J2", date(2024, 6, 30)), Absent)


def test_without_trust_nothing_is_carried() -> None:
    """Prices change nine times in ten: a table that says nothing of trust has none."""
    assert isinstance(limits(0).answer("J1", date(2024, 7, 1)), NotCovered)


def test_a_row_with_dates_of_its_own_is_carried_while_it_has_not_ended() -> None:
    """One that ended is not in force, whatever the edition says."""
    held = edition("spring", *SPRING, 90)
    rows = {"open": (Period(date(2020, 1, 1), None),), "ended": (Period(date(2020, 1, 1), date(2024, 5, 31)),)}
    table: ByRow[str, Period] = ByRow(held, rows, lambda period: period)

    kinds = [type(table.answer(key, date(2024, 7, 1))) for key in ("open", "ended", "other")]

    assert kinds == [Carried, NotInForce, NotCovered]
    assert isinstance(table.answer("open", date(2024, 9, 29)), NotCovered)


@pytest.mark.parametrize(
    ("on", "name", "is_carried"),
    [(date(2024, 6, 30), "spring", False), (date(2024, 7, 1), "spring", True), (date(2025, 7, 1), "summer", False)],
)
def test_a_table_says_how_far_it_reaches(on: date, name: str, *, is_carried: bool) -> None:
    """Which edition answers on a day, and whether it covers it."""
    reached = limits(90).reach(on)

    assert (reached.edition.name if reached.edition else None, reached.is_carried) == (name, is_carried)


def test_a_day_out_of_reach_has_no_edition() -> None:
    """Before the first edition, and after the days of trust."""
    assert limits(90).reach(date(2024, 3, 31)) == limits(90).reach(date(2024, 9, 29)) == NOT_REACHED == Reach(None)
