"""The measured tables of the reference README say what the files hold."""

import re
from pathlib import Path

import pytest

from deploy.generate.reference_readme import with_measures
from tests.unit.reference.small_folder import change

HEADS = (
    "| table | 2024 | 2025 | 2026 |\n|---|---|---|---|\n",
    "| table | from | to | rows in both | changed | in a quarter | gone | added |\n|---|---|---|--:|--:|--:|--:|--:|\n",
)


def row(readme: str, beginning: str) -> str:
    """The one row that begins so."""
    (found,) = re.findall(rf"^\| {re.escape(beginning)}.*$", readme, re.MULTILINE)
    return str(found)


def test_each_month_has_its_letter(small: Path) -> None:
    """Covered, carried and nothing; the parts of a table apart."""
    readme = with_measures("\n".join(HEADS), small)

    assert row(readme, "`containers` | `") == "| `containers` | `CCCCCCCCCCCC` | `CCCCCCCCCCCC` | `CCCfffffffff` |"
    assert row(readme, "`asp_limits` | `").endswith("| `CCC---CCCCCC` |")
    assert row(readme, "`mue`, practitioner").endswith("| `---CCCCCCfff` |")
    assert row(readme, "`mue`, outpatient hospital").endswith("| `------CCCfff` |")


def test_a_changed_row_is_counted(small: Path) -> None:
    """Of the containers that both quarters list, one has other units than before."""
    before = with_measures("\n".join(HEADS), small)
    file = small / "containers" / "2026q1.csv"
    first = file.read_text(encoding="utf-8").splitlines()[1]
    change(small, "containers/2026q1.csv", first, first.rsplit(",", 2)[0] + ",987,987")

    changed = [
        row(readme, "`containers` | 2025q4").split(" | ")[4] for readme in (before, with_measures(before, small))
    ]

    assert changed == ["0", "1"]


@pytest.mark.parametrize("readme", [HEADS[0], HEADS[1], "\n".join((*HEADS, HEADS[0]))])
def test_a_readme_without_one_of_each_is_refused(readme: str, small: Path) -> None:
    """A table that was renamed would never be written again."""
    with pytest.raises(ValueError, match="one table with the head"):
        with_measures(readme, small)
