"""Tables that have ended, in words."""

from datetime import date

import pytest

from worker.reference.build.endings import endings
from worker.reference.tables.edition import Edition


def edition(table: str, first: str, last: str | None, trusted_days: int = 0) -> Edition:
    """An edition between two days."""
    begins, ends = date.fromisoformat(first), date.fromisoformat(last) if last else None
    return Edition(table, first, begins, ends, begins, 1, "", trusted_days=trusted_days)


CARRIED = edition("mue", "2026-07-01", "2026-09-30", trusted_days=30)
ROWS = edition("taxonomy", "2026-07-01", "2026-09-30")
NOTHING = edition("asp_limits", "2026-07-01", "2026-09-30")


@pytest.mark.parametrize(
    ("held", "on", "told"),
    [
        (CARRIED, "2026-09-30", None),
        (CARRIED, "2026-10-01", "ended 1 day ago, carried forward until 2026-10-30"),
        (CARRIED, "2026-10-30", "ended 30 days ago, carried forward until 2026-10-30"),
        (CARRIED, "2026-10-31", "ended 31 days ago, nothing is known"),
        (ROWS, "2026-10-02", "ended 2 days ago, open rows are still found"),
        (NOTHING, "2026-10-02", "ended 2 days ago, nothing is known"),
        (edition("drugs", "2026-07-01", None), "2036-10-02", None),
    ],
)
def test_an_ending_says_since_when_and_what_is_said_still(held: Edition, on: str, told: str | None) -> None:
    """From the day after the last one; a row without end is found where nothing is carried."""
    day = date.fromisoformat(on)

    assert [each.in_words(day) for each in endings([held], day)] == ([told] if told else [])


def test_the_last_edition_of_a_table_counts_in_whatever_order() -> None:
    """One that is to come, or open, keeps the table from having ended."""
    old, new = edition("mue", "2026-01-01", "2026-03-31"), edition("mue", "2026-07-01", "2026-09-30")
    between, after = date(2026, 5, 1), date(2026, 10, 2)

    assert endings([new, old], between) == ()
    assert [each.ended for each in endings([new, old], after)] == [date(2026, 9, 30)]
    assert endings([edition("mue", "2026-04-01", None), new, old], after) == ()
