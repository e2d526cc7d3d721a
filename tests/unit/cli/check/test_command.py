"""`claimscrub check`, as a biller runs it."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from worker.cli.commands import claimscrub
from worker.pipeline.scrub import Pipeline
from worker.samples.drugs import OMALIZUMAB
from worker.samples.synthetic import RECEIVED_ON, SERVICE_DATE, claim

WORKED_EXAMPLES = Path(__file__).parents[3] / "edits" / "worked_examples"


def sound(**changes: Any) -> dict[str, Any]:
    """A claim in which nothing is wrong."""
    return claim(OMALIZUMAB.lines(SERVICE_DATE), diagnoses=OMALIZUMAB.diagnoses, **changes)


def both_modifiers() -> dict[str, Any]:
    """A claim whose second line carries JZ and JW."""
    drug, administration = OMALIZUMAB.lines(SERVICE_DATE)
    drug["professionalService"]["procedureModifiers"] = ["JZ", "JW"]
    return claim([administration, drug], diagnoses=OMALIZUMAB.diagnoses, number="SYN-BOTH")


def run(*arguments: str | Path, stdin: bytes | None = None) -> Result:
    """Run the command as of the day of the synthetic claims."""
    return CliRunner().invoke(claimscrub, ["check", "--as-of", RECEIVED_ON, *map(str, arguments)], input=stdin)


@pytest.fixture
def claims(tmp_path: Path) -> Path:
    """A file with a sound claim and a flawed one."""
    file = tmp_path / "claims.jsonl"
    file.write_text("".join(json.dumps(each) + "\n" for each in (sound(), both_modifiers())))
    return file


def test_exit_0_when_every_claim_is_scrubbed(tmp_path: Path) -> None:
    """A sound claim may go out."""
    file = tmp_path / "claim.json"
    file.write_text(json.dumps(sound(), indent=2))

    result = run(file)

    assert (result.exit_code, "SCRUBBED" in result.stdout) == (0, True)


def test_exit_1_when_a_claim_is_held_back(claims: Path) -> None:
    """One rejected claim among others is enough."""
    assert run(claims).exit_code == 1


def test_exit_2_when_something_is_no_claim(claims: Path) -> None:
    """The position and the reason in plain words are named, and the claims around it are scrubbed."""
    claims.write_bytes(b'{"claimInformation": \n' + claims.read_bytes())

    result = run(claims)

    assert result.exit_code == 2
    assert f"{claims}, line 1  UNREADABLE  it is not JSON, or it breaks off in the middle" in result.stdout
    assert "line 2  SYN-0001  SCRUBBED" in result.stdout


@pytest.mark.parametrize("arguments", [["no-such-file.json"], [], ["--profile", "no-such-profile", "-"]])
def test_exit_2_for_a_misspelt_command(arguments: list[str]) -> None:
    """What was wrong is on stderr, and nothing on stdout."""
    result = run(*arguments, stdin=b"{}")

    assert (result.exit_code, result.stdout, "Error: " in result.stderr) == (2, "", True)


def test_what_cannot_be_read_does_not_hide_the_rest(claims: Path, tmp_path: Path) -> None:
    """A missing file, an empty one, a link to nowhere and a folder without claims are counted, claims are scrubbed."""
    (tmp_path / "empty.json").touch()
    (tmp_path / "lost.json").symlink_to(tmp_path / "nowhere")
    (tmp_path / "nothing").mkdir()

    result = run(tmp_path / "gone.json", tmp_path / "nothing", tmp_path)

    assert (result.exit_code, "Error" in result.stderr) == (2, False)
    assert f"{tmp_path / 'gone.json'}  UNREADABLE  no such file or folder" in result.stdout
    assert f"{tmp_path / 'lost.json'}  UNREADABLE  no such file or folder" in result.stdout
    assert f"{tmp_path / 'empty.json'}  UNREADABLE  holds no claim" in result.stdout
    assert f"{tmp_path / 'nothing'}  UNREADABLE  no claim file in this folder" in result.stdout
    assert re.search(r"scrubbed\s+1\s+rejected\s+1\s+pended\s+0\s+unreadable\s+4\s", result.stdout)


def test_what_cannot_be_read_is_said_on_stderr_beside_messages(claims: Path, tmp_path: Path) -> None:
    """Only outcomes go to stdout."""
    result = run(tmp_path / "gone.json", claims, "--format", "jsonl")

    assert result.exit_code == 2
    assert "gone.json  UNREADABLE  no such file or folder" in result.stderr
    assert [json.loads(line)["disposition"] for line in result.stdout.splitlines()] == ["scrubbed", "rejected"]


def test_a_schema_failure_is_said_with_its_place(claims: Path) -> None:
    """The path, what belongs there and what is there; another spelling of a name is a failure, and no traceback."""
    flawed, respelled = sound(), sound()
    flawed["claimInformation"]["serviceLines"] = {}
    respelled["claim_information"] = respelled.pop("claimInformation")
    claims.write_text("".join(json.dumps(each) + "\n" for each in (flawed, respelled, sound())))

    result = run(claims)

    assert (result.exit_code, result.exception.__class__) == (2, SystemExit)
    assert "  $.claimInformation.serviceLines: expected a list, found an object.\n" in result.stdout
    assert "  $.claim_information: this name is read only as claimInformation.\n" in result.stdout
    assert "line 3  SYN-0001  SCRUBBED" in result.stdout


def test_members_that_nobody_reads_are_named_and_counted(claims: Path) -> None:
    """A line at the claim, and a count in the summary; the disposition is that of what is read."""
    odd = sound(number="SYN-ODD") | {"memo": "x", "notes": {"a": 1}}
    claims.write_text("".join(json.dumps(each) + "\n" for each in (sound(), odd)))

    result = run(claims)

    assert result.exit_code == 0
    assert result.stdout.count("  Not read by any edit, nor written to an 837: $.memo, $.notes\n") == 1
    assert "\nNot read by any edit, nor written to an 837: 2 members in 1 claim.\n" in result.stdout


def test_the_text_marks_the_line_and_the_field(claims: Path) -> None:
    """A finding names severity, edit, line, field, box and element, what to do, and what a payer would answer."""
    lines = [line.strip() for line in run(claims).stdout.splitlines()]

    at = next(place for place, line in enumerate(lines) if line.startswith("REJECT WST-02"))
    assert lines[at].endswith("line 2, modifiers (box 24D, SV101-3)")
    assert "JW" in lines[at + 1]
    assert lines[at + 2].startswith("To do: ")
    assert "CARC 4" in lines[at + 3]


def test_the_text_says_what_each_drug_line_is(claims: Path) -> None:
    """The units are shown as the dose that they are."""
    assert "line 1: J2357 omalizumab 30 units = 150 mg, JZ" in run(claims).stdout


def test_the_text_shows_the_waste_ledger(tmp_path: Path) -> None:
    """350 mg of four 100 mg vials: 35 units given, 5 discarded, and no fewer vials would have held the dose."""
    file = tmp_path / "claim.json"
    file.write_text((WORKED_EXAMPLES / "examples.jsonl").read_text().splitlines()[0])

    lines = run(file).stdout.splitlines()
    at = next(place for place, line in enumerate(lines) if line.strip().startswith("J1745 2026-03-02"))

    cells = ["350 mg", "50 mg", "35 + 5", "35 + 5 JW", "4 x 10", "4 x 10, 5"]
    assert lines[at].split() == " ".join(["J1745 2026-03-02", *cells]).split()
    assert lines[at + 1].split() == ["left"]
    assert max(map(len, lines[at - 3 : at + 2])) <= 80


def test_the_text_ends_with_a_summary(claims: Path) -> None:
    """Counts by outcome, and the edits that found most."""
    words = [line.split() for line in run("--quiet", claims).stdout.splitlines()]

    assert ["scrubbed", "1"] in words
    assert ["rejected", "1"] in words
    assert ["WST-02", "both-waste-modifiers", "reject", "1"] in words
    assert not any("SYN-BOTH" in line for line in words)


def test_coverage_says_what_was_checked(claims: Path) -> None:
    """An edit without data is named with what it would have needed."""
    lines = [line.split() for line in run("--coverage", claims).stdout.splitlines()]

    assert ["WST-02" in line for line in lines if line[:1] == ["fail"]] == [False, True]
    assert ["UNT-02", "needs", "documentation,", "line", "1"] in lines
    assert [line[:3] for line in lines if line[:1] == ["off"]] == [["off", "1", "AUT-01"]] * 2
    assert [line[2] for line in lines if line[:2] == ["Not", "verified:"]] == ["UNT-03", "UNT-03"]


def test_jsonl_is_what_would_stand_on_the_topic(claims: Path, pipeline: Pipeline) -> None:
    """The messages are the pipeline's own, byte for byte."""
    expected = [
        pipeline.scrub(line, date.fromisoformat(RECEIVED_ON)).message for line in claims.read_bytes().splitlines()
    ]

    result = run("--format", "jsonl", claims)

    assert (result.exit_code, result.stdout_bytes.splitlines()) == (1, expected)


def test_jsonl_keeps_what_is_unreadable_off_stdout(claims: Path) -> None:
    """Whoever reads the messages gets messages only."""
    result = run("--format", "jsonl", "-", stdin=b'{"a"\n' + claims.read_bytes())

    assert result.exit_code == 2
    assert [json.loads(line)["disposition"] for line in result.stdout.splitlines()] == ["scrubbed", "rejected"]
    assert "stdin, line 1  UNREADABLE" in result.stderr


def test_the_day_decides(claims: Path) -> None:
    """Before the date of service the same claim is rejected as dated in the future."""
    result = CliRunner().invoke(claimscrub, ["check", "--as-of", "2026-03-01", str(claims)])

    assert (result.exit_code, "DAT-01" in result.stdout) == (1, True)


def test_control_characters_of_a_claim_do_not_reach_the_terminal(tmp_path: Path) -> None:
    """A claim cannot recolour or overwrite what the biller sees."""
    file = tmp_path / "claim.json"
    file.write_text(json.dumps(sound(number="SYN\x1b[31m")))

    assert "\x1b" not in run(file).stdout


@pytest.mark.parametrize("form", ["text", "jsonl"])
def test_several_processes_say_what_one_says_in_the_order_of_the_claims(tmp_path: Path, form: str) -> None:
    """More claims than one process takes at a time, with one among them that is none."""
    claims = [json.dumps(sound(number=f"SYN-{place}") if place % 7 else both_modifiers()) for place in range(300)]
    claims[280] = "no claim"
    file = tmp_path / "claims.jsonl"
    file.write_text("\n".join(claims))

    alone, together = (run(file, "--format", form, "--processes", count) for count in ("1", "2"))

    assert (alone.exit_code, together.exit_code) == (2, 2)
    assert together.stdout == alone.stdout
    assert together.stderr == alone.stderr
    assert form == "text" or len(together.stdout.splitlines()) == 299


def test_a_broken_configuration_is_told_before_a_claim_is_read(tmp_path: Path) -> None:
    """By the name of the folder."""
    result = run("-", "--config", tmp_path / "none", stdin=json.dumps(sound()).encode())

    assert (result.exit_code, str(tmp_path / "none") in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("20260930", "Basis: carried (containers@2026q1, which ended 183 days before)"),
        (
            "20261001",
            "Basis: carried (containers@2026q1, which ended 184 days before; mue@2026q3, which ended 1 day before)",
        ),
        ("20251002", "Basis: partial (no table mue for these days)"),
    ],
)
def test_a_claim_says_what_its_verdict_rests_on(claims: Path, day: str, told: str) -> None:
    """In a line of its own, and counted in the summary."""
    claims.write_text(json.dumps(claim(OMALIZUMAB.lines(day), diagnoses=OMALIZUMAB.diagnoses)) + "\n")

    result = run(claims, "--as-of", "2026-10-20")

    assert f"  {told}\n" in result.stdout
    level = told.split()[1]
    assert f"\nBasis: 1 {level}.\n" in result.stdout


def test_tables_that_the_claims_lacked_and_that_have_ended_are_told_once(claims: Path) -> None:
    """In words, by the day of the run; not those that no claim asked for, nor one that has not ended by then."""
    claims.write_text((json.dumps(claim(OMALIZUMAB.lines("20260930"), diagnoses=OMALIZUMAB.diagnoses)) + "\n") * 2)

    result = run(claims, "--as-of", "2026-11-29", "--processes", "1")

    assert (
        "As of 2026-11-29: containers ended 243 days ago, carried forward until 2027-04-01. "
        "`claimscrub reference fetch asp-crosswalk` renews it.\n"
    ) in result.stdout
    assert result.stdout.count("days ago") == 1
    assert "days ago" not in run(claims, "--as-of", "2026-03-31").stdout


def test_outcome_messages_are_not_mixed_with_words_about_tables(claims: Path) -> None:
    """Nothing of it on stdout or stderr beside JSON lines."""
    claims.write_text(json.dumps(claim(OMALIZUMAB.lines("20261001"), diagnoses=OMALIZUMAB.diagnoses)) + "\n")

    result = run(claims, "--as-of", "2026-11-29", "--format", "jsonl")

    assert len(result.stdout.splitlines()) == 1
    assert "days ago" not in result.output


@pytest.mark.parametrize(
    ("day", "required", "code"),
    [
        ("20240902", "full", 0),
        ("20241002", "full", 1),
        ("20241002", "carried", 0),
        ("20251002", "carried", 1),
        ("20251002", None, 0),
    ],
)
def test_less_than_the_required_basis_ends_with_1(claims: Path, day: str, required: str | None, code: int) -> None:
    """September 2024 is covered by all tables, October carries its MUE, a year later there is none."""
    claims.write_text(json.dumps(claim(OMALIZUMAB.lines(day), diagnoses=OMALIZUMAB.diagnoses)) + "\n")

    received = f"{day[:4]}-{day[4:6]}-20"
    result = run(claims, "--as-of", received, *(("--require-basis", required) if required else ()))

    assert result.exit_code == code, result.stdout
    assert (f"--require-basis {required}: 1 claim rests on less.\n" in result.stderr) == bool(code)


def test_a_finding_on_an_earlier_edition_says_so(claims: Path) -> None:
    """Beside the finding, with the edition and its age; a finding on the code set of the day does not."""
    (line, *_) = OMALIZUMAB.lines("20261001")
    line["professionalService"]["serviceUnitCount"] = "30000"
    claims.write_text(json.dumps(claim([line], diagnoses=["Q9Z9"])) + "\n")

    result = run(claims, "--as-of", "2026-10-20")

    after_unt_03 = result.stdout.partition("  WARN   UNT-03 ")[2]
    assert "Rests on an earlier edition: mue@2026q3, which ended 1 day before\n" in after_unt_03
    dx_01 = result.stdout.partition("  REJECT DX-01 ")[2].partition("  WARN ")[0]
    assert dx_01
    assert "earlier edition" not in dx_01
