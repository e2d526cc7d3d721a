"""The index of decisions names every decision with its title and state."""

from pathlib import Path

DECISIONS = Path(__file__).parents[2] / "worker" / "decisions"


def _row(file: Path) -> str:
    lines = file.read_text("utf-8").splitlines()
    number, title = lines[0].removeprefix("# ").split(": ", 1)
    states = [line.removeprefix("Status: ").rstrip(".") for line in lines if line.startswith("Status: ")]
    assert len(states) == 1, f"{file.name} needs exactly one line that starts with 'Status: '"
    return f"| [{number}]({file.name}) | {title} | {states[0]} |"


def test_the_index_names_every_decision_with_its_state() -> None:
    """A decision without a state, or missing from the index, fails."""
    files = sorted(DECISIONS.glob("[0-9]*.md"))
    rows = [line for line in (DECISIONS / "README.md").read_text("utf-8").splitlines() if line.startswith("| [")]
    assert files
    assert rows == [_row(file) for file in files]
