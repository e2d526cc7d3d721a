"""A report as a user asks for it, and outcomes to make it of."""

import json
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner, Result

from tests.unit.analysis.conftest import finding, outcome
from worker.cli.commands import claimscrub
from worker.cli.report.command import FORMS

ENDS: Final = tuple(ends[0] for ends in FORMS.values())


def run(*arguments: object, **env: str) -> Result:
    """Run the command."""
    return CliRunner(env=env).invoke(claimscrub, ["report", *map(str, arguments)])


@pytest.fixture
def outcomes(tmp_path: Path) -> Path:
    """A file with three outcomes."""
    made = [
        outcome(1),
        outcome(2, "rejected", finding("UNT-02", "reject")),
        outcome(3, "pended", finding("USR-01", "pend")),
    ]
    file = tmp_path / "outcomes.jsonl"
    file.write_text("".join(json.dumps(each) + "\n" for each in made))
    return file
