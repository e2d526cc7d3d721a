"""Which amounts containers add up to, and which of them waste the least."""

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.edits.drugs.containers import ONE_UNIT, add_up, all_gave_part, least_waste, repeats_containers

sizes = st.lists(st.decimals("0.25", "60", places=2), min_size=1, max_size=3, unique=True)


def amounts(*written: str) -> tuple[Decimal, ...]:
    """Amounts as a table writes them."""
    return tuple(Decimal(each) for each in written)


@pytest.mark.parametrize(
    ("marketed", "need", "expected"),
    [
        (("10",), "35", "4 x 10"),
        (("10", "40"), "30", "3 x 10"),
        (("10", "40"), "30.5", "1 x 40"),
        (("80", "200", "400"), "331", "1 x 200 + 2 x 80"),
        (("80", "200", "400"), "400", "1 x 400"),
        (("2.5", "0.75"), "3.1", "1 x 2.5 + 1 x 0.75"),
        (("10", "20", "30"), "20", "1 x 20"),
        (("50",), "0", ""),
    ],
)
def test_the_least_waste_is_made_of_the_largest_containers(marketed: tuple[str, ...], need: str, expected: str) -> None:
    """The smallest sum that holds the dose."""
    assert expected == str(least_waste(amounts(*marketed), Decimal(need)))


def test_no_sizes_waste_nothing_that_is_known() -> None:
    """Without a crosswalk there is no answer, which is not an answer of none."""
    assert least_waste((), Decimal(5)) is None


def test_a_question_without_end_is_given_up() -> None:
    """A dose of a million vials is a slip."""
    assert least_waste(amounts("0.01"), Decimal(123456789)) is None
    assert add_up(amounts("10"), Decimal(123456789), ONE_UNIT) is None


@given(marketed=sizes, need=st.decimals("0", "100", places=2))
def test_the_least_waste_is_found_by_trying_all(marketed: list[Decimal], need: Decimal) -> None:
    """No combination of as many containers comes between the dose and the answer."""
    found = least_waste(tuple(marketed), need)
    assert found is not None
    tried = [
        sum((size * number for size, number in zip(marketed, numbers, strict=True)), Decimal(0))
        for numbers in product(range(5), repeat=len(marketed))
    ]

    assert found.total >= need
    assert not [total for total in tried if need <= total < found.total]
    assert all(number > 0 and size in marketed for size, number in found.counts)


@pytest.mark.parametrize(
    ("marketed", "given_units", "discarded", "expected"),
    [
        (("10",), "35", "40", True),
        (("10",), "35", "5", False),
        (("10",), "40", "40", True),
        (("20", "40"), "20", "20", False),
        (("10",), "0", "10", False),
        ((), "35", "40", False),
    ],
)
def test_waste_that_repeats_the_containers(
    marketed: tuple[str, ...], given_units: str, discarded: str, *, expected: bool
) -> None:
    """Unless one container may have held both."""
    assert expected is repeats_containers(amounts(*marketed), Decimal(given_units), Decimal(discarded))


def test_a_container_of_which_nothing_was_given_gave_no_part() -> None:
    """Twenty units of two containers of ten, ten of them discarded: one was discarded whole."""
    assert all_gave_part(amounts("10"), Decimal(20), Decimal(5))
    assert not all_gave_part(amounts("10"), Decimal(20), Decimal(10))
