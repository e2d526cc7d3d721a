"""Configurations that differ from the shipped one."""

from pathlib import Path

import pytest

from worker.bootstrap import shipped_config_directory

CHANGED = "  UNT-01: {severity: pend}\n"


@pytest.fixture
def candidate(tmp_path: Path) -> Path:
    """The shipped configuration, in which a line that is rejected for its units is pended instead."""
    folder = tmp_path / "candidate"
    (folder / "payers").mkdir(parents=True)
    for part in ("guides", "reference"):
        (folder / part).symlink_to(shipped_config_directory() / part)
    for file in (shipped_config_directory() / "payers").glob("*.yaml"):
        text = file.read_text("utf-8")
        (folder / "payers" / file.name).write_text(text + CHANGED if file.stem == "medicare-part-b" else text)
    return folder
