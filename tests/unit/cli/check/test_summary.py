"""What a run of `claimscrub check` comes to."""

import io
from datetime import date

import pytest
from rich.console import Console

from worker.cli.check.summary import Summary
from worker.reference.build.endings import Ending

ON = date(2026, 10, 3)
ENDED = (Ending("containers", date(2026, 9, 30), date(2026, 12, 31)), Ending("opps_status", date(2026, 10, 2), None))


def shown(summary: Summary) -> str:
    """What is written of it."""
    file = io.StringIO()
    summary.show(Console(file=file, width=300), ENDED, ON)
    return file.getvalue()


@pytest.mark.parametrize(
    ("lacking", "told"),
    [
        (
            {"opps_status"},
            "opps_status ended 1 day ago, nothing is known. `claimscrub reference fetch opps` renews it.",
        ),
        (
            {"opps_status", "containers", "asp_limits"},
            (
                "containers ended 3 days ago, carried forward until 2026-12-31; opps_status ended 1 day ago, "
                "nothing is known. `claimscrub reference fetch asp-crosswalk opps` renews them."
            ),
        ),
    ],
)
def test_tables_that_have_ended_are_one_line(lacking: set[str], told: str) -> None:
    """Of those that the claims lacked, with the command that renews them."""
    assert shown(Summary(lacking=lacking)).endswith(f"As of 2026-10-03: {told}\n")


@pytest.mark.parametrize("lacking", [set(), {"asp_limits"}])
def test_a_run_that_lacked_no_table_that_has_ended_says_nothing_of_it(lacking: set[str]) -> None:
    """A table that ended concerns only claims that ask for it."""
    assert "As of" not in shown(Summary(lacking=lacking))


def test_portions_add_up() -> None:
    """Counts are summed, and a table that several portions lacked is one."""
    whole = Summary(lacking={"mue"})
    whole.add_unreadable()
    part = Summary(lacking={"mue", "containers"})
    part.add_unreadable()

    whole.merge(part)

    assert (whole.total, whole.lacking) == (2, {"mue", "containers"})
