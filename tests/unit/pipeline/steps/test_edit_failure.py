"""An own edit that fails: what `claimscrub check --debug` and `claimscrub test` say of it, and what nobody is told."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from worker.cli.commands import claimscrub
from worker.samples.synthetic import RECEIVED_ON, claim, line

EDIT = '''"""An edit that fails."""

from datetime import date

from worker.api import Citation, Context, Flaw, LineFacts, Severity, Verdict, line_edit, predicts


def count_of(line: LineFacts) -> int:
    return int(line.hcpcs)


@line_edit(
    "USR-01",
    severity=Severity.WARN,
    predicted=predicts(category="A6", status=("583",), carc=("16",), rarc=("M79",)),
    citation=Citation(source="a test", effective=date(2020, 1, 1)),
)
def broken(line: LineFacts, context: Context) -> Verdict | list[Verdict] | None:
    """A line is counted by its code."""
    BODY
'''
BODIES = {
    "returns": "return None or (count_of(line) and None)",
    "yields": "yield from range(count_of(line))",
}
CASES = """
edit: USR-01
cases:
  - name: any line
    claim: {lines: [[J1745, {units: 40}]]}
    expect: pass
"""


@pytest.fixture(params=BODIES)
def edits(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder with the edit."""
    folder = tmp_path / "edits"
    folder.mkdir(mode=0o700)
    file = folder / "usr_01_broken.py"
    file.write_text(EDIT.replace("BODY", BODIES[request.param]))
    file.chmod(0o600)
    return folder


def run(*arguments: str | Path) -> Result:
    """Run a command."""
    return CliRunner().invoke(claimscrub, [*map(str, arguments)])


def test_debug_says_class_message_file_and_line(edits: Path, tmp_path: Path) -> None:
    """Once for each claim on stderr; the outcome blames the edit, and quotes nothing."""
    file = tmp_path / "claim.json"
    file.write_text(json.dumps(claim([line("J1745"), line("96413")])))
    check = ("check", "--as-of", RECEIVED_ON, "--edits", edits, file)

    plain, debugged = run(*check), run(*check, "--debug")

    text = " ".join(plain.stdout.split())
    assert "Edit USR-01 (broken) failed because of a defect in this edit of your own." in text
    assert "`claimscrub check --debug` shows where it failed" in text
    assert (plain.stderr, plain.exit_code) == ("", 1)
    said = " ".join(debugged.stderr.split())
    assert "USR-01 failed in usr_01_broken.py, line 9: ValueError: invalid literal for int()" in said
    assert said.count("USR-01 failed") == 1
    assert "J1745'" in said
    assert "invalid literal" not in debugged.stdout


def test_a_case_that_is_not_as_expected_says_how_the_edit_failed(edits: Path, tmp_path: Path) -> None:
    """Whoever writes an edit sees its error."""
    cases = tmp_path / "cases"
    cases.mkdir()
    (cases / "usr_01.yaml").write_text(CASES)

    result = run("test", cases, "--edits", edits)

    assert result.exit_code == 1
    assert "USR-01 ends as error, expected pass" in result.stdout
    assert "USR-01 failed in usr_01_broken.py, line 9: ValueError" in " ".join(result.stdout.split())


def test_a_flaw_without_a_place_is_the_edits_fault(tmp_path: Path) -> None:
    """And does not cost the claim its outcome."""
    folder = tmp_path / "edits"
    folder.mkdir(mode=0o700)
    file = folder / "usr_01_broken.py"
    file.write_text(EDIT.replace("BODY", "return Flaw(message='x', hint='y', at=None)"))
    file.chmod(0o600)
    message = tmp_path / "claim.json"
    message.write_text(json.dumps(claim([line("J1745"), line("96413")])))

    result = run("check", "--as-of", RECEIVED_ON, "--edits", folder, "--debug", message)

    assert result.exit_code == 1
    assert "USR-01 failed: TypeError: the Flaw has at=None" in " ".join(result.stderr.split())
    assert "failed because of a defect in this edit of your own" in " ".join(result.stdout.split())
