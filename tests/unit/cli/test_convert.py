"""837 files in the commands: checked, converted, answered."""

import json
import re
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner, Result

from tests.unit.x12.files import FILES, recounted
from worker.cli.commands import claimscrub
from worker.samples.synthetic import RECEIVED_ON

EXAMPLE: Final = Path("schemas/examples/claim-with-waste.json")
_OF_THE_MOMENT: Final = re.compile(r"(?<=\*)(\d{6}|\d{8})\*\d{4,8}(?=\*)")  # date and time of the envelope


def run(*arguments: str | Path, stdin: bytes | None = None) -> Result:
    """Run the command."""
    return CliRunner().invoke(claimscrub, [*map(str, arguments)], input=stdin)


def check(*arguments: str | Path, stdin: bytes | None = None) -> Result:
    """Run `claimscrub check` as of the day of the synthetic claims."""
    return run("check", "--as-of", RECEIVED_ON, *arguments, stdin=stdin)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Five claims, known as X12 by their content alone."""
    path = tmp_path / "claims.txt"
    path.write_text(FILES["many"])
    return path


def test_claims_of_a_file_are_scrubbed_one_by_one(file: Path) -> None:
    """Each is named by the segment of its CLM."""
    result = check(file)

    assert result.exit_code == 0
    assert result.stdout.count("SCRUBBED") == 5
    assert f"{file}, segment 22  SYN-1" in result.stdout


def test_x12_is_read_from_stdin(file: Path) -> None:
    """What begins with ISA is X12."""
    assert check("-", stdin=file.read_bytes()).stdout.count("SCRUBBED") == 5


def test_a_broken_claim_is_named_and_the_others_are_scrubbed(file: Path) -> None:
    """Exit code 2, the segment, the reason; the count that is wrong as well is a note."""
    file.write_text(recounted(FILES["many"].replace("LX*1~\n", "", 1)))

    result = check(file)

    assert result.exit_code == 2
    assert "UNREADABLE  SV1 is in no service line: LX is missing before it." in result.stdout
    assert "NOTE  DTP does not belong in loop 2300." in result.stdout
    assert result.stdout.count("SCRUBBED") == 4


def test_a_file_that_is_only_noted_is_read_as_a_whole(file: Path) -> None:
    """A wrong count spoils no claim."""
    file.write_text(FILES["many"].replace("GE*1*", "GE*2*"))

    result = check(file)

    assert (result.exit_code, "NOTE" in result.stdout) == (0, True)


def test_corrected_claims_are_not_written_into_an_x12_file(file: Path) -> None:
    """The way to them is said, and the file is as it was."""
    before = FILES["many"].replace("HC:J2353:JZ", "HC:J2353:JZ:50")
    file.write_text(before)

    result = check("--fix", "--unsafe-fixes", "--write", file)

    assert (result.exit_code, "not changed in place" in result.output) == (2, True)
    assert file.read_text() == before


@pytest.mark.parametrize("name", ["many", "everything", "institutional"])
def test_convert_there_and_back_gives_the_same_segments(name: str, tmp_path: Path) -> None:
    """JSON between, one claim a line; the envelope keeps its parties and numbers."""
    source, between = tmp_path / "in.837", tmp_path / "claims.jsonl"
    source.write_text(FILES[name])

    there = run("convert", source, "--to", "json")
    between.write_text(there.stdout)
    back = run("convert", between, "--to", "x12")

    assert (there.exit_code, back.exit_code) == (0, 0)
    assert sorted(back.stdout.split("~")) == sorted(FILES[name].split("~"))


def test_convert_says_what_is_kept_as_a_segment(tmp_path: Path) -> None:
    """A segment without a field in the message is named with its number and loop."""
    source = tmp_path / "in.837"
    source.write_text(FILES["everything"])

    result = run("convert", source, "--to", "json")

    assert "(HCP of loop 2300): has in part no field in the message and is kept as it came" in result.stderr


def test_convert_says_what_has_no_segment() -> None:
    """What the record says has no place in an 837."""
    result = run("convert", "schemas/examples/claim-with-documentation.json", "--to", "x12")

    assert result.exit_code == 0
    assert result.stderr.strip().endswith("$.documentation has no segment")


def test_convert_writes_the_clean_claims_of_outcomes(file: Path, tmp_path: Path) -> None:
    """Rejected ones stay behind unless they are wanted."""
    third = FILES["many"].index("CLM*SYN-3")
    file.write_text(FILES["many"][:third] + FILES["many"][third:].replace("HC:J2353:JZ", "HC:J2353:JZ:JW", 1))
    outcomes = tmp_path / "outcomes.jsonl"
    outcomes.write_text(check("--format", "jsonl", file).stdout)

    clean = run("convert", outcomes, "--to", "x12").stdout
    every = run("convert", outcomes, "--to", "x12", "--any-outcome").stdout

    assert (clean.count("CLM*"), "SYN-3" in clean, every.count("CLM*")) == (4, False, 5)


@pytest.mark.parametrize("form", ["json", "x12"])
def test_convert_says_what_is_not_in_the_form_of_a_claim(form: str, tmp_path: Path) -> None:
    """The claim is left out with its place and what was expected, the next one is written, and the exit code is 2."""
    flawed, respelled, sound = (json.loads(EXAMPLE.read_bytes()) for _ in range(3))
    flawed["claimInformation"]["claimSupplementalInformation"] = {"priorAuthorizationNumber": ["5411"]}
    respelled["claimInformation"]["service_lines"] = []
    source = tmp_path / "claims.jsonl"
    source.write_text("".join(json.dumps(each) + "\n" for each in (flawed, respelled, sound)))

    result = run("convert", source, "--to", form)

    assert result.exit_code == 2
    assert "line 1  UNREADABLE" in result.stderr
    place = "$.claimInformation.claimSupplementalInformation.priorAuthorizationNumber"
    assert f"  {place}: expected text or a number, found a list.\n" in result.stderr
    assert "  $.claimInformation.service_lines: this name is read only as serviceLines.\n" in result.stderr
    assert "5411" not in result.stderr
    only = run("convert", EXAMPLE, "--to", form)
    assert re.sub(_OF_THE_MOMENT, "", result.stdout) == re.sub(_OF_THE_MOMENT, "", only.stdout)


def test_convert_names_what_is_no_claim(tmp_path: Path) -> None:
    """Exit code 2, and the place."""
    source = tmp_path / "other.json"
    source.write_text('{"some": "thing"}')

    result = run("convert", source, "--to", "x12")

    assert result.exit_code == 2
    assert "other.json, line 1  UNREADABLE" in result.stderr
    assert "$.claimInformation: expected an object, found nothing." in result.stderr


def test_acknowledge_answers_outcomes_with_a_277ca(file: Path) -> None:
    """As a pipe from check; exit code 0 while nothing is rejected."""
    outcomes = check("--format", "jsonl", file).stdout.encode()

    x12, as_json = run("acknowledge", "-", stdin=outcomes), run("acknowledge", "-", "--format", "json", stdin=outcomes)

    assert (x12.exit_code, x12.stdout.count("STC*A2:20")) == (0, 5)
    assert json.loads(as_json.stdout)["transactions"][0]["acceptedCount"] == 5


def test_acknowledge_takes_amounts_that_are_numbers(tmp_path: Path) -> None:
    """A claim that came as JSON may hold them; they keep their digits."""
    claim = json.loads(EXAMPLE.read_bytes())
    claim["claimInformation"]["claimChargeAmount"] = "@"
    source = tmp_path / "claim.json"
    source.write_text(json.dumps(claim).replace('"@"', "3080.10"))

    result = run("acknowledge", "-", stdin=check(source, "--format", "jsonl").stdout_bytes)

    assert (result.exit_code, "3080.10" in result.stdout or "3080.1*" in result.stdout) == (1, True)


@pytest.mark.parametrize(
    ("was", "by", "told"),
    [
        ('"claimInformation"', '"claim_information"', "$.claim_information: this name is read only as"),
        ('"disposition"', '"dispo"', "line 1: is neither an 837 nor an outcome"),
        ('"outcomeId"', '"outcome_id"', "line 1: is neither an 837 nor an outcome"),
    ],
)
def test_acknowledge_says_which_outcome_it_cannot_read(was: str, by: str, told: str) -> None:
    """Names have one spelling in outcomes and in their claims."""
    outcome = check(EXAMPLE, "--format", "jsonl").stdout

    result = run("acknowledge", "-", stdin=outcome.replace(was, by).encode())

    assert (result.exit_code, told in result.stderr) == (2, True)


def test_acknowledge_answers_a_file_with_a_999(file: Path) -> None:
    """Exit code 1 when something in it is wrong."""
    sound = run("acknowledge", file)
    file.write_text(recounted(FILES["many"].replace("LX*1~\n", "", 1)))
    broken = run("acknowledge", file)

    assert (sound.exit_code, "AK9*A*1*1*1~" in sound.stdout) == (0, True)
    assert (broken.exit_code, "IK3*SV1*" in broken.stdout) == (1, True)


@pytest.mark.parametrize("content", [b"noise", b'{"a": 1}', b"ISA*00*"])
def test_acknowledge_says_what_it_cannot_answer(content: bytes, tmp_path: Path) -> None:
    """Exit code 2 and one sentence."""
    source = tmp_path / "file"
    source.write_bytes(content)

    result = run("acknowledge", source)

    assert (result.exit_code, bool(result.stderr)) == (2, True)
    assert "Traceback" not in result.output
