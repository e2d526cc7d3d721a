"""The picture of the architecture follows the import contracts and the files of the steps."""

from pathlib import Path

import pytest

from deploy.generate.architecture import architecture

CONTRACT = """
[[tool.importlinter.contracts]]
name = "one way"
type = "layers"
layers = ["app.upper | app.beside", "app.lower"]

[[tool.importlinter.contracts]]
name = "no clock"
type = "forbidden"
source_modules = ["app.lower"]
forbidden_modules = ["time"]
"""


PAGE = """
| step | where | what happens |
|---|---|---|
| take | `agents/claims.py` | A batch (`agents/together.py`). |
| decide and write | `steps/outcome.py` | The outcome. |

| topic | content |
|---|---|
| `claims.inbound.v1` | Claims. |
"""


def _root(folder: Path, page: str = PAGE) -> Path:
    (folder / "pyproject.toml").write_text(CONTRACT, "utf-8")
    for file in ("README.md", "agents/claims.py", "steps/outcome.py"):
        (folder / "worker" / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / "worker" / file).touch()
    (folder / "worker/README.md").write_text(page, "utf-8")
    return folder


def test_each_contract_is_drawn_or_stated(tmp_path: Path) -> None:
    """Layers become a picture, forbidden imports a sentence."""
    page = architecture(_root(tmp_path))
    assert '  layer0["app.upper | app.beside"]\n  layer1["app.lower"]\n  layer0 --> layer1\n' in page
    assert "### No clock\n\n`app.lower` must not import `time`." in page


def test_the_way_of_a_claim_is_that_of_the_table(tmp_path: Path) -> None:
    """Its rows in their order, and no row of another table."""
    page = architecture(_root(tmp_path))
    assert (
        '  step0["take<br>worker/agents/claims.py"]\n'
        '  step1["decide and write<br>worker/steps/outcome.py"]\n'
        "  step0 --> step1\n"
    ) in page


def test_a_step_whose_file_has_moved_is_reported(tmp_path: Path) -> None:
    """The picture never names a file that does not exist."""
    root = _root(tmp_path)
    (root / "worker/steps/outcome.py").unlink()
    with pytest.raises(ValueError, match=r"worker/README\.md: .* steps/outcome\.py"):
        architecture(root)


def test_a_page_without_steps_is_reported(tmp_path: Path) -> None:
    """Else the picture would be empty."""
    with pytest.raises(ValueError, match=r"worker/README\.md has no table of steps"):
        architecture(_root(tmp_path, "# worker\n"))
