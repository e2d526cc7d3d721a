"""`claimscrub test`."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from worker.cli.commands import claimscrub

CASES = """
edit: WST-02
cases:
  - name: both
    claim: {lines: [[J1745, {units: 40, modifiers: [JW, JZ]}], "96413"]}
    expect: fail
    findings: [{severity: reject, line: 1}]
  - name: one
    claim: {lines: [[J1745, {units: 40, modifiers: [JZ]}], "96413"]}
    expect: pass
"""


def run(folder: Path, text: str, *arguments: str) -> Result:
    """Run the cases of this text."""
    (folder / "cases.yaml").write_text(text)
    return CliRunner().invoke(claimscrub, ["test", str(folder), *arguments])


def test_exit_0_when_every_case_is_as_expected(tmp_path: Path) -> None:
    """Only the count is told; with --verbose also the names."""
    result = run(tmp_path, CASES)

    assert (result.exit_code, result.stdout) == (0, "2 cases of 1 edit: 2 as expected, 0 not.\n")
    assert "ok    WST-02 both" in run(tmp_path, CASES, "--verbose").stdout


def test_exit_1_when_a_case_is_not(tmp_path: Path) -> None:
    """It is told what came and what was expected."""
    result = run(tmp_path, CASES.replace("severity: reject, line: 1", "severity: warn, line: 2"))

    assert result.exit_code == 1
    assert "FAIL  WST-02 both" in result.stdout
    assert '"severity": "reject"' in result.stdout
    assert "2 cases of 1 edit: 1 as expected, 1 not." in result.stdout


def test_a_case_that_the_edit_does_not_look_at_says_why(tmp_path: Path) -> None:
    """A line without JW and JZ lacks what the edit needs."""
    result = run(tmp_path, CASES.replace("modifiers: [JZ]", "modifiers: [LT]"))

    assert "WST-02 ends as not-looked (nothing on the claim has what the edit's declaration asks for" in result.stdout


def test_the_profile_decides(tmp_path: Path) -> None:
    """Settings of a case are merged into it."""
    switched = CASES.replace(
        "    expect: fail\n    findings: [{severity: reject, line: 1}]",
        "    settings: {edits: {WST-02: {off: {reason: agreed, owner: billing}}}}\n    expect: off",
    )

    assert run(tmp_path, switched).exit_code == 0


def test_settings_that_do_not_fit_fail_their_case_alone(tmp_path: Path) -> None:
    """The other case is still told."""
    result = run(tmp_path, CASES.replace("    expect: pass", "    profile: nobody\n    expect: pass"))

    assert result.exit_code == 1
    assert "there is no profile 'nobody'" in result.stdout
    assert "1 as expected, 1 not" in result.stdout


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is not a case file"),
        ("edit: WST-02", "`cases` is not a list of cases"),
        ("edit: WST-02\ncases: [", "not YAML"),
        (CASES.replace("expect: pass", "expect: maybe"), "case 2: expects 'maybe', which is none of pass, fail"),
        (CASES.replace("expect: pass", "expects: pass"), "case 2: unknown keys expects"),
        (CASES.replace("    expect: pass\n", ""), "case 2: lacks expect"),
        (CASES.replace("units: 40, modifiers: [JZ]", "unit: 40"), "case 2: line() got an unexpected keyword"),
        (CASES.replace("edit: WST-02", "edit: WST-99"), "has cases of edits that do not exist: WST-99"),
        (CASES + "    set: {$.nobody.npi: x}", "case 2: 'nobody'"),
        (CASES + "    set: {npi: x}", "case 2: 'npi' is not a path such as $.billing.npi"),
    ],
)
def test_exit_2_when_a_file_is_no_case_file(tmp_path: Path, text: str, words: str) -> None:
    """The file, the case and what would be right are named."""
    result = run(tmp_path, text)

    assert (result.exit_code, words in result.stderr) == (2, True), result.stderr


def test_exit_2_when_there_is_no_case(tmp_path: Path) -> None:
    """A mistyped folder does not pass."""
    result = CliRunner().invoke(claimscrub, ["test", str(tmp_path)])

    assert (result.exit_code, "holds no case file" in result.stderr) == (2, True)
