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


def _root(folder: Path) -> Path:
    (folder / "pyproject.toml").write_text(CONTRACT, "utf-8")
    for file in ("agents/claims", "agents/verdicts", "pipeline/scrub", "stream/committer", "agents/report"):
        (folder / f"worker/{file}.py").parent.mkdir(parents=True, exist_ok=True)
        (folder / f"worker/{file}.py").touch()
    for step in ("decode", "gather", "enrich", "check", "outcome"):
        (folder / f"worker/pipeline/steps/{step}.py").parent.mkdir(parents=True, exist_ok=True)
        (folder / f"worker/pipeline/steps/{step}.py").touch()
    return folder


def test_each_contract_is_drawn_or_stated(tmp_path: Path) -> None:
    """Layers become a picture, forbidden imports a sentence."""
    page = architecture(_root(tmp_path))
    assert '  layer0["app.upper | app.beside"]\n  layer1["app.lower"]\n  layer0 --> layer1\n' in page
    assert "### No clock\n\n`app.lower` must not import `time`." in page


def test_a_step_whose_file_has_moved_is_reported(tmp_path: Path) -> None:
    """The picture never names a file that does not exist."""
    root = _root(tmp_path)
    (root / "worker/stream/committer.py").unlink()
    with pytest.raises(ValueError, match=r"worker/stream/committer\.py"):
        architecture(root)
