"""Which command renews tables that have ended."""

import pytest

from worker.cli.text.renewal import fetching, renewed


@pytest.mark.parametrize(
    ("table", "command"),
    [
        ("mue", "claimscrub reference fetch mue"),
        ("containers", "claimscrub reference fetch asp-crosswalk"),
        ("drugs", "claimscrub reference fetch hcpcs"),
        ("taxonomy", None),
        ("expert_hints", None),
    ],
)
def test_a_table_is_fetched_by_the_kind_that_changes_it(table: str, command: str | None) -> None:
    """There is none when no importer takes a file of the publisher."""
    assert fetching(table) == command


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        (["mue"], "`claimscrub reference fetch mue` renews it."),
        (["containers", "products"], "`claimscrub reference fetch asp-crosswalk` renews them."),
        (["mue", "opps_status"], "`claimscrub reference fetch mue opps` renews them."),
        (
            ["mue", "taxonomy"],
            (
                "`claimscrub reference fetch mue` renews all but taxonomy; "
                "`claimscrub reference status` says what replaces it."
            ),
        ),
        (["taxonomy"], "`claimscrub reference status` says what replaces it."),
        (["taxonomy", "remark_codes"], "`claimscrub reference status` says what replaces them."),
    ],
)
def test_the_command_is_one_for_all_tables_that_ended(tables: list[str], words: str) -> None:
    """Those that it does not renew are named."""
    assert renewed(tables) == words
