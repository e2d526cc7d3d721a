"""What is told of two editions of a table."""

from pathlib import Path

import pytest

from tests.unit.reference.small_folder import SHIPPED
from worker.reference.build.comparison import Change, compare_editions, compare_folders, compare_rows
from worker.reference.build.loading import read_folder

KEY = ("hcpcs",)


@pytest.mark.parametrize(
    ("table", "before", "after", "expected"),
    [
        ("drugs", None, {"hcpcs": "J1"}, Change("drugs", "J1", "added")),
        ("drugs", {"hcpcs": "J1"}, None, Change("drugs", "J1", "gone")),
        (
            "drugs",
            {"hcpcs": "J1", "effective_to": ""},
            {"hcpcs": "J1", "effective_to": "2026-03-31"},
            Change("drugs", "J1", "ended", "effective_to", "", "2026-03-31"),
        ),
        (
            "drugs",
            {"hcpcs": "J1", "effective_to": "2026-03-31"},
            {"hcpcs": "J1", "effective_to": ""},
            Change("drugs", "J1", "in force again", "effective_to", "2026-03-31", ""),
        ),
        (
            "drugs",
            {"hcpcs": "J1", "unit_amount": "10"},
            {"hcpcs": "J1", "unit_amount": "2"},
            Change("drugs", "J1", "changed unit", "unit_amount", "10", "2"),
        ),
        (
            "containers",
            {"hcpcs": "J1", "units_per_item": "10"},
            {"hcpcs": "J1", "units_per_item": "20"},
            Change("containers", "J1", "changed container", "units_per_item", "10", "20"),
        ),
        (
            "mue",
            {"hcpcs": "J1", "value": "10"},
            {"hcpcs": "J1", "value": "0"},
            Change("mue", "J1", "changed MUE", "value", "10", "0"),
        ),
        (
            "opps_status",
            {"hcpcs": "J1", "status": "K"},
            {"hcpcs": "J1", "status": "N"},
            Change("opps_status", "J1", "changed status", "status", "K", "N"),
        ),
        (
            "asp_limits",
            {"hcpcs": "J1", "payment_limit": "1"},
            {"hcpcs": "J1", "payment_limit": "2"},
            Change("asp_limits", "J1", "changed limit", "payment_limit", "1", "2"),
        ),
        (
            "drugs",
            {"hcpcs": "J1", "brands": "A"},
            {"hcpcs": "J1", "brands": "B"},
            Change("drugs", "J1", "changed", "brands", "A", "B"),
        ),
    ],
)
def test_a_change_is_named_in_the_words_of_the_trade(
    table: str, before: dict[str, str] | None, after: dict[str, str] | None, expected: Change
) -> None:
    """Added, gone, ended, and what changed about a code."""
    changes = compare_rows(table, KEY, [before] if before else [], [after] if after else [])

    assert changes == (expected,)


def test_the_same_rows_in_another_order_are_no_change() -> None:
    """The key decides, not the place."""
    rows = [{"hcpcs": "J1"}, {"hcpcs": "J2"}]

    assert compare_rows("drugs", KEY, rows, rows[::-1]) == ()


def test_a_folder_is_equal_to_itself(small: Path) -> None:
    """Each edition is compared with its namesake."""
    files = read_folder(small)

    assert compare_folders(files, files) == ()


def test_two_quarters_of_the_crosswalk_differ() -> None:
    """Containers come, go and change their size."""
    files = read_folder(SHIPPED)

    kinds = {change.kind for change in compare_editions("containers", (files, "2025q4"), (files, "2026q1"))}

    assert kinds == {"added", "gone", "changed", "changed container"}


def test_an_unknown_edition_is_an_error() -> None:
    """The caller learns which name was wrong."""
    files = read_folder(SHIPPED)

    with pytest.raises(KeyError, match="1999q1"):
        compare_editions("containers", (files, "1999q1"), (files, "2026q1"))
