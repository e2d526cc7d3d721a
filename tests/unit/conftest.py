"""A small reference folder for the tests that break it."""

import shutil
from pathlib import Path

import pytest

from tests.unit.reference.small_folder import write_small_folder


@pytest.fixture(scope="session")
def small_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that each test gets a copy of."""
    folder = tmp_path_factory.mktemp("small") / "reference"
    write_small_folder(folder)
    return folder


@pytest.fixture
def small(small_once: Path, tmp_path: Path) -> Path:
    """A folder of a few rows a table that verifies."""
    return Path(shutil.copytree(small_once, tmp_path / "reference"))
