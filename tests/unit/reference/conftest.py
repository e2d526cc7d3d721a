"""A small reference folder for the tests that break it."""

from pathlib import Path

import pytest

from tests.unit.reference.small_folder import write_small_folder


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A folder of a few rows a table that verifies."""
    folder = tmp_path / "reference"
    write_small_folder(folder)
    return folder
