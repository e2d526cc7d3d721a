"""Tables fit 80 columns, and nothing of what they say is cut off."""

import ast
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.cli.shared.console import SafeConsole
from worker.cli.shared.tables import table_of

CLI = Path(__file__).parents[4] / "worker" / "cli"
WORDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-.:/", min_size=1, max_size=70)


@given(st.lists(st.tuples(WORDS, WORDS, st.integers(0, 10**9)), min_size=1, max_size=5))
def test_no_line_is_longer_and_no_letter_is_lost(rows: list[tuple[str, str, int]]) -> None:
    """A word that is longer than its column goes on in the next line; numbers stay whole."""
    table = table_of(("place", "reason"), ["bytes"])
    table.show_header = False
    for place, reason, size in rows:
        table.add_row(place, reason, f"{size:,}")
    file = io.StringIO()

    SafeConsole(file=file, width=80, highlight=False).print(table)

    lines = [line for line in file.getvalue().splitlines() if "─" not in line]
    assert all(len(line) <= 80 for line in lines)
    assert "…" not in file.getvalue()
    wanted = "".join(f"{place}{reason}{size:,}" for place, reason, size in rows)
    assert sorted("".join(lines).replace(" ", "")) == sorted(wanted)
    assert all(any(f"{size:,}" in line for line in lines) for _, _, size in rows)


@pytest.mark.parametrize("file", sorted(CLI.rglob("*.py")), ids=lambda file: str(file.relative_to(CLI)))
def test_no_command_writes_for_more_columns_than_there_are(file: Path) -> None:
    """Where output goes to a file or a pipe there are 80, or what COLUMNS says."""
    widths = [
        target
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Attribute) and target.attr == "width"
    ]

    # `compare` has the same few columns everywhere.
    assert len(widths) == (1 if file.match("compare/written.py") else 0)
