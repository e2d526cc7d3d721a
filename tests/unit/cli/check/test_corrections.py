"""`claimscrub check --fix`: what is corrected, what is shown, and what is written."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from worker.cli.commands import claimscrub
from worker.samples.synthetic import RECEIVED_ON, claim, element, line

NO_WASTE = (element("dose-administered", "400", "mg", 1), element("amount-discarded", "0", "mg", 1))


def infliximab(*modifiers: str, **changes: Any) -> dict[str, Any]:
    """A claim for 400 mg of infliximab by infusion."""
    lines = [line("J1745", units=40, modifiers=modifiers, charge="4000.00"), line("96413")]
    return claim(lines, **({"record": NO_WASTE} | changes))


def run(*arguments: str | Path, stdin: bytes | None = None) -> Result:
    """Run the command as of the day of the synthetic claims."""
    return CliRunner().invoke(claimscrub, ["check", "--as-of", RECEIVED_ON, *map(str, arguments)], input=stdin)


def written(folder: Path, document: Any, name: str = "claim.json", indent: int | None = 2) -> Path:
    """A file with a claim."""
    file = folder / name
    file.write_text(json.dumps(document, indent=indent))
    return file


def test_a_correction_is_shown_as_a_difference_and_nothing_is_written(tmp_path: Path) -> None:
    """The claim is scrubbed again, and the exit code is that of the corrected one."""
    file = written(tmp_path, infliximab("JZ", "26"))
    before = file.read_bytes()

    result = run("--fix", file)

    assert (result.exit_code, file.read_bytes()) == (0, before)
    assert "SCRUBBED" in result.stdout
    assert "Corrected: MOD-04 line 1 (safe)" in result.stdout
    assert "The corrected findings are gone, and no new ones appeared." in result.stdout
    assert '-            "26"' in result.stdout.splitlines()


def test_unsafe_corrections_need_their_own_word(tmp_path: Path) -> None:
    """The discarded part on a line of its own is for a biller to judge."""
    record = [element("dose-administered", "350", "mg", 1), element("amount-discarded", "50", "mg", 1)]
    file = written(tmp_path, infliximab(record=record))

    safe, unsafe = run("--fix", file), run("--unsafe-fixes", file)

    assert (safe.exit_code, unsafe.exit_code) == (1, 0)
    assert "Can be corrected by `claimscrub check --unsafe-fixes`" in safe.stdout
    assert "Corrected: WST-01 line 1 (unsafe)" in unsafe.stdout


def test_no_correction_attests_what_no_record_shows(tmp_path: Path) -> None:
    """JZ without a record would be a guess: the record is asked for instead."""
    file = written(tmp_path, infliximab(record=None))

    result = run("--unsafe-fixes", file)

    assert result.exit_code == 1
    assert "Corrected" not in result.stdout
    assert "Add JZ if the record of the administration shows that nothing was discarded" in " ".join(
        result.stdout.split()
    )


def test_write_changes_the_corrected_claims_and_no_other_byte(tmp_path: Path) -> None:
    """In a file of one claim a line as in an array; what is sound or unreadable stays as it is."""
    flawed, sound = json.dumps(infliximab("JZ", "26")), json.dumps(infliximab("JZ"))
    lines = tmp_path / "claims.jsonl"
    lines.write_text(f"{flawed}\n  {sound}\n{{broken\n{flawed}\n")
    array = tmp_path / "claims.json"
    array.write_text(f"[ {sound} ,\n{flawed}]\n")

    result = run("--fix", "--write", lines, array)

    corrected = json.dumps(infliximab("JZ"), separators=(",", ":"))
    assert lines.read_text() == f"{corrected}\n  {sound}\n{{broken\n{corrected}\n"
    assert array.read_text() == f"[ {sound} ,\n{corrected}]\n"
    assert result.exit_code == 2
    assert f"{lines}: 2 claims corrected" in result.stderr
    assert sorted(file.name for file in tmp_path.iterdir()) == ["claims.json", "claims.jsonl"]


def test_an_indented_claim_stays_indented(tmp_path: Path) -> None:
    """The file differs in one place."""
    file = written(tmp_path, infliximab("JZ", "26"))

    run("--fix", "--write", file)

    assert file.read_text() == json.dumps(infliximab("JZ"), indent=2)


def test_a_correction_that_brings_a_finding_is_shown_and_not_written(tmp_path: Path) -> None:
    """The eleven digits are those of another drug: only a person can tell which of the two is meant."""
    document = infliximab("JZ")
    document["claimInformation"]["serviceLines"][0]["drugIdentification"] = {
        "serviceIdQualifier": "N4",
        "nationalDrugCode": "50242-0040-62",
        "nationalDrugUnitCount": "1",
        "measurementUnitCode": "UN",
    }
    file = written(tmp_path, document)
    before = file.read_bytes()

    result = run("--fix", "--write", file)

    assert "Found only after the correction: NDC-06 line 1" in result.stdout
    assert file.read_bytes() == before


def test_a_correction_that_does_not_fit_the_claim_is_told(tmp_path: Path) -> None:
    """A modifier written as a number is left to its author."""
    document = infliximab("JZ", "26")
    document["claimInformation"]["serviceLines"][0]["professionalService"]["procedureModifiers"][1] = 26

    result = run("--fix", written(tmp_path, document))

    assert "Not corrected, because the claim writes the value in another way: MOD-04 line 1 (safe)" in result.stdout


def test_jsonl_is_the_outcome_of_the_corrected_claim(tmp_path: Path) -> None:
    """One message a line, and nothing else on stdout."""
    result = run("--fix", "--format", "jsonl", written(tmp_path, infliximab("JZ", "26")))

    message = json.loads(result.stdout)
    assert (message["disposition"], message["claim"]) == ("scrubbed", infliximab("JZ"))


@pytest.mark.parametrize("arguments", [["--write", "claim.json"], ["--fix", "--write", "-"]])
def test_write_needs_a_correction_and_a_file(tmp_path: Path, arguments: list[str]) -> None:
    """Stdin cannot be written to."""
    assert "--write needs" in run(*arguments, stdin=b"{}").stderr
