"""FHIR claims in the commands: checked and converted."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.unit.fhir.resources import bundle, claim, drug_item, institutional_claim
from tests.unit.x12.pyx12_check import objections
from worker.cli.commands import claimscrub
from worker.samples.synthetic import RECEIVED_ON


def run(*arguments: str | Path) -> Result:
    """Run the command."""
    return CliRunner().invoke(claimscrub, [*map(str, arguments)])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A Bundle with a clean claim, one with a flaw and one that cannot be read."""
    path = tmp_path / "bundle.json"
    flawed = claim("SYN-2", item=[drug_item(quantity={"value": 0})], total=None)
    path.write_text(json.dumps(bundle(claim("SYN-1"), flawed, claim("SYN-3", item={}))))
    return path


def test_each_claim_of_a_bundle_is_checked(file: Path) -> None:
    """Each is named by its entry; what cannot be read makes the exit code 2."""
    result = run("check", "--as-of", RECEIVED_ON, file)

    assert result.exit_code == 2
    assert f"{file}, line 1, entry 1  SYN-1  SCRUBBED" in result.stdout
    assert f"{file}, line 1, entry 2  SYN-2  REJECTED" in result.stdout
    assert f"{file}, line 1, entry 3  UNREADABLE  Claim.item: a list belongs here." in result.stdout


def test_check_names_what_of_a_claim_is_not_read(tmp_path: Path) -> None:
    """With its count, beside the findings; a claim that is read whole has no such line."""
    partly, whole = tmp_path / "partly.json", tmp_path / "whole.json"
    partly.write_text(json.dumps(bundle(claim(item=[drug_item(udi=[{"reference": "Device/1"}])], total=None))))
    whole.write_text(json.dumps(bundle(claim())))

    of_partly, of_whole = (run("check", "--as-of", RECEIVED_ON, each).stdout for each in (partly, whole))

    assert "1 element of the FHIR claim not read: Claim.item[0].udi" in of_partly
    assert "of the FHIR claim" not in of_whole


def test_the_example_of_the_readme_is_clean() -> None:
    """A professional and an institutional claim with their parties."""
    result = run("check", "--as-of", RECEIVED_ON, Path(__file__).parents[1] / "fhir" / "bundle.json")

    assert (result.exit_code, result.stdout.count("SCRUBBED")) == (0, 2)


def test_a_bundle_is_not_corrected_in_place(file: Path) -> None:
    """The corrected claims go out as messages."""
    before = file.read_text()

    result = run("check", "--as-of", RECEIVED_ON, "--fix", "--unsafe-fixes", "--write", file)

    assert file.read_text() == before
    assert result.exit_code == 2


@pytest.mark.parametrize("form", ["json", "x12"])
def test_convert_names_what_it_does_not_carry(form: str, tmp_path: Path) -> None:
    """By its path, on stderr, in either form."""
    path = tmp_path / "claim.json"
    path.write_text(json.dumps(bundle(claim(item=[drug_item(udi=[{"reference": "Device/1"}])]))))

    result = run("convert", "--to", form, path)

    assert result.exit_code == 0
    assert f"{path}, line 1, entry 1: Claim.item[0].udi has no place in the message and is left out" in result.stderr


def test_convert_writes_an_837_that_pyx12_accepts(tmp_path: Path) -> None:
    """Professional and institutional claims of one Bundle."""
    path = tmp_path / "claims.json"
    path.write_text(json.dumps(bundle(claim("SYN-1"), institutional_claim())))

    result = run("convert", "--to", "x12", path)

    assert (result.exit_code, result.stderr) == (0, "")
    assert (result.stdout.count("ISA*"), result.stdout.count("GS*HC*")) == (1, 2)
    assert objections(result.stdout) == []


def test_a_damaged_claim_makes_convert_incomplete(file: Path) -> None:
    """The others are written."""
    result = run("convert", "--to", "json", file)

    assert (result.exit_code, len(result.stdout.splitlines())) == (2, 2)
