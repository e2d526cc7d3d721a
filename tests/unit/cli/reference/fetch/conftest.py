"""A publisher on this machine, and the command that fetches from it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.unit.cli.reference.fetch.publisher import Publisher, running
from worker.bootstrap import default_config_directory
from worker.cli.reference.command import reference

Fetch = Callable[..., Result]


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    """A publisher on loopback."""
    with running() as server:
        yield server


@pytest.fixture
def publishers(publisher: Publisher, tmp_path: Path) -> Path:
    """The addresses as they are shipped, with this publisher in place of CMS, and with room for small files."""
    text = (default_config_directory() / "publishers.toml").read_text("utf-8")
    text = re.sub(r"bytes = \[.*\]", "bytes = [10, 1_000_000]", text).replace("https://www.cms.gov", publisher.base)
    file = tmp_path / "publishers.toml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture
def fetch(small: Path, publishers: Path, tmp_path: Path) -> Fetch:
    """The command on the small folder; it waits three seconds for a byte, and so not long before it tries again."""

    def run(*arguments: str) -> Result:
        fixed = ["--directory", str(small), "--publishers", str(publishers), "--files", str(tmp_path / "published")]
        return CliRunner().invoke(reference, ["fetch", "--patience", "3", "--as-of", "2026-12-15", *arguments, *fixed])

    return run
