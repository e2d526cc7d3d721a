"""`claimscrub profiles propose`: severities that answers speak for are shown, and never set."""

import io
import json
import shutil
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from tests.unit.learning.sent import WST_01, outcome
from tests.unit.learning.test_learner import DENIED, file
from worker.bootstrap import shipped_config_directory
from worker.cli.commands import claimscrub
from worker.configuration.documents import parse_document
from worker.learning.document import document_of
from worker.learning.learner import Learner
from worker.x12.responses.read import read_responses


def run(*arguments: str | Path) -> Result:
    """Run the command."""
    return CliRunner().invoke(claimscrub, ["profiles", "propose", *map(str, arguments)])


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration without tables, which the command does not need."""
    made = tmp_path / "config"
    shutil.copytree(shipped_config_directory(), made, ignore=shutil.ignore_patterns("reference"))
    return made


@pytest.fixture
def learned(tmp_path: Path) -> Path:
    """WST-01 under Medicare Part B: 12 of 40 findings confirmed."""
    learner = Learner()
    for each in read_responses(io.BytesIO(file(DENIED).encode())):
        learner.add_answer(each)
    learner.add_outcome(outcome(WST_01))
    document = document_of(learner.learned())
    document["edits"][0] |= {"confirmedAsPredicted": 10, "confirmedOtherwise": 2, "paid": 28}
    written = tmp_path / "learned.json"
    written.write_bytes(orjson.dumps(document))
    return written


def test_a_severity_is_proposed_and_never_set(learned: Path, config: Path) -> None:
    """A difference for a person to apply; the profile is as before."""
    profile = config / "payers" / "medicare-part-b.yaml"
    before = profile.read_text()

    result = run(learned, "--config", config)

    assert result.exit_code == 1
    assert profile.read_text() == before
    assert "+  WST-01: {severity: warn}  # was reject; payers confirmed 12 of 40 findings" in result.output
    profile.write_text(before.replace("edits:\n", "edits:\n  WST-01: {severity: warn}\n", 1))
    assert run(learned, "--config", config).exit_code == 0


def test_what_is_written_otherwise_is_left_to_a_person(learned: Path, config: Path) -> None:
    """The line says what to set; the file is named."""
    profile = config / "payers" / "medicare-part-b.yaml"
    written = parse_document(profile, profile.read_text())
    profile.write_text(json.dumps({"edits": {}} | written, default=str))

    result = run(learned, "--config", config)

    assert f"# {profile}: by hand, WST-01: {{severity: warn}}" in result.output.replace("\n", "")


@pytest.mark.parametrize("options", [("--least", "41"), ("--warn-below", "0.3")])
def test_the_thresholds_are_the_users(options: tuple[str, str], learned: Path, config: Path) -> None:
    """Too few findings, or enough confirmed: nothing is proposed."""
    result = run(learned, "--config", config, *options)

    assert result.exit_code == 0
    assert "Nothing to propose" in result.output


def test_a_profile_that_is_not_here_is_named(learned: Path, config: Path) -> None:
    """Its edits are left alone."""
    (config / "payers" / "medicare-part-b.yaml").unlink()
    for other in ("medicare-advantage", "medicaid"):
        (config / "payers" / f"{other}.yaml").unlink(missing_ok=True)

    result = run(learned, "--config", config)

    assert result.exit_code == 0
    assert "Without a profile of their name here: medicare-part-b" in result.output
