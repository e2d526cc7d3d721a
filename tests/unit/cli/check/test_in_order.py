"""`claimscrub check --history`: what the run remembers, where, and that several processes make no difference."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result

from schemas.outcome import Outcome
from worker.cli.commands import claimscrub
from worker.samples.drugs import OMALIZUMAB
from worker.samples.synthetic import RECEIVED_ON, SERVICE_DATE, claim, decision_on

DAY = date.fromisoformat(RECEIVED_ON)


def sound(member: str, number: str, on: str = SERVICE_DATE) -> dict[str, Any]:
    """A claim of a member in which nothing is wrong."""
    made = claim(
        OMALIZUMAB.lines(on), diagnoses=OMALIZUMAB.diagnoses, number=number, filing_code="CI", payer="SYNTHETIC"
    )
    made["subscriber"]["memberId"] = member
    return made


def written(file: Path, claims: Iterable[object]) -> Path:
    """A file with these claims, one a line."""
    file.write_text("".join(json.dumps(each) + "\n" for each in claims))
    return file


def run(*arguments: str | Path) -> Result:
    """Run the command as of the day of the synthetic claims, in one process."""
    given = ["check", "--as-of", RECEIVED_ON, "--processes", "1", *map(str, arguments)]
    return CliRunner().invoke(claimscrub, given)


def outcomes(result: Result) -> list[Outcome]:
    """The outcomes that a run wrote."""
    return [Outcome.read(line.encode()) for line in result.stdout.splitlines()]


def edits(result: Result) -> list[list[str]]:
    """The edits that found something, of each claim."""
    return [sorted({each.edit for each in outcome.findings}) for outcome in outcomes(result)]


def test_a_claim_that_comes_twice_is_found_with_history_alone(tmp_path: Path) -> None:
    """Today's answers stay where nobody asks for it."""
    file = written(tmp_path / "claims.jsonl", [sound("M1", "A1"), sound("M2", "A1"), sound("M1", "A1")])

    without, remembering = run("--format", "jsonl", file), run("--format", "jsonl", "--history", file)

    assert edits(without) == [[], [], []]
    assert edits(remembering) == [[], [], ["IDN-07"]]
    assert (without.exit_code, remembering.exit_code) == (0, 1)
    assert '"history":{' not in without.stdout


def test_the_summary_says_the_window(tmp_path: Path) -> None:
    """From when, to when, how many were known, and how many claims are nobody's."""
    claims = [sound("M1", "A1"), sound("M1", "A2", "20260202"), sound("", "A3")]
    file = written(tmp_path / "claims.jsonl", claims)

    shown = " ".join(run("-q", "--history", "--history-since", "2025-01-01", file).stdout.split())

    assert "History from 2025-01-01 to 2026-03-20: 1 claim came after another one of the patient." in shown
    assert "1 claim without a payer, a member id or a dependent's name: judged without history." in shown
    assert "History" not in run("-q", file).stdout


def test_a_pass_needs_a_memory_that_reaches_back(tmp_path: Path) -> None:
    """The memory of a run begins on its day unless the user says that the files hold more."""
    file = written(tmp_path / "claims.jsonl", [sound("M1", "A1")])

    (short,) = outcomes(run("--format", "jsonl", "--history", file))
    (long,) = outcomes(run("--format", "jsonl", "--history", "--history-since", "2025-01-01", file))

    assert ("IDN-07", "claims before 2026-03-20") in {(each.edit, each.missing) for each in short.coverage.no_data}
    assert "IDN-07" not in short.coverage.passed
    assert {"IDN-07", "DUP-01"} <= set(long.coverage.passed)


def test_a_file_goes_on_with_what_it_remembers(tmp_path: Path) -> None:
    """The next run finds what the first one let out; file and key are for their owner only."""
    memory = tmp_path / "memory"
    first = written(tmp_path / "first.jsonl", [sound("M1", "A1")])

    once, again = (run("--format", "jsonl", "--history-file", memory, first) for _ in range(2))

    assert (edits(once), edits(again)) == ([[]], [["IDN-07"]])
    assert sorted(each.name for each in tmp_path.iterdir() if each.name.startswith("memory")) == [
        "memory",
        "memory.key",
    ]
    assert {(tmp_path / name).stat().st_mode & 0o777 for name in ("memory", "memory.key")} == {0o600}


def test_no_word_of_a_patient_is_in_the_file(tmp_path: Path) -> None:
    """Neither names and numbers nor birth dates."""
    memory = tmp_path / "memory"
    patient = sound("CANARYMEMBER", "CANARYNUMBER")
    patient["subscriber"] |= {"lastName": "CANARYNAME", "firstName": "CANARYFIRST", "dateOfBirth": "19501231"}

    run("--history-file", memory, written(tmp_path / "claims.jsonl", [patient]))

    content = memory.read_bytes()
    assert b"J2357" in content
    for word in (b"CANARY", b"19501231", b"1950-12-31", b"1234567893", b"J45"):
        assert word not in content


@pytest.mark.parametrize("lost", ["memory", "memory.key"])
def test_a_memory_without_its_key_is_refused(tmp_path: Path, lost: str) -> None:
    """A key without its memory begins a new one."""
    memory = tmp_path / "memory"
    file = written(tmp_path / "claims.jsonl", [sound("M1", "A1")])
    run("--history-file", memory, file)
    (tmp_path / lost).unlink()

    result = run("--history-file", memory, file)

    assert result.exit_code == (2 if lost == "memory.key" else 0)
    if lost == "memory.key":
        assert "memory.key: the key of the memory of claims cannot be read" in " ".join(result.stderr.split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--history", "--fix"], "--history judges claims as they are"),
        (["--history-file", "{memory}", "--unsafe-fixes"], "--history judges claims as they are"),
        (["--history-since", "2026-01-01"], "--history-since needs --history"),
        (["--history-file", "{memory}", "--history-since", "2026-01-01"], "this memory begins on 2026-03-20"),
    ],
)
def test_what_does_not_go_together_is_refused(tmp_path: Path, arguments: Sequence[str], said: str) -> None:
    """Before a claim is read."""
    memory = tmp_path / "memory"
    file = written(tmp_path / "claims.jsonl", [sound("M1", "A1")])
    run("--history-file", memory, file)

    result = run(*[each.format(memory=memory) for each in arguments], file)

    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())


def test_a_damaged_memory_ends_the_run_with_its_name(tmp_path: Path) -> None:
    """No claim is judged as if nothing were known."""
    memory = tmp_path / "memory"
    file = written(tmp_path / "claims.jsonl", [sound("M1", "A1")])
    run("--history-file", memory, file)
    memory.write_bytes(b"x" * 5000)

    result = run("--history-file", memory, file)

    assert result.exit_code == 2
    assert "memory: file is not a database" in " ".join(result.stderr.split())


def test_several_processes_write_what_one_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """In the order of the claims, each after those of its patient, and what cannot be read in its place.

    Each process closes its memory: since 3.13 Python warns of a database that nobody closed.
    """
    monkeypatch.setenv("PYTHONWARNINGS", "always::ResourceWarning")
    claims: list[object] = [sound(f"M{n % 40}", f"A{n % 90}") for n in range(260)]
    claims[100], claims[200] = {"claimInformation": 1}, []
    file = written(tmp_path / "claims.jsonl", claims)
    memories = [tmp_path / name for name in ("one", "two")]
    run("--history-file", memories[0], written(tmp_path / "empty.jsonl", [sound("M99", "A1")]))
    for suffix in ("", ".key"):
        (tmp_path / f"two{suffix}").write_bytes((tmp_path / f"one{suffix}").read_bytes())

    results = [
        CliRunner().invoke(
            claimscrub,
            ["check", "--as-of", RECEIVED_ON, "--format", "jsonl", "--history-file", str(memory), "--processes", count,
             str(file)],
        )
        for memory, count in zip(memories, ("1", "2"), strict=True)
    ]  # fmt: skip

    assert results[0].stdout == results[1].stdout
    assert [orjson.loads(line)["disposition"] for line in results[0].stdout.splitlines()].count("rejected") > 50
    assert results[0].stderr == results[1].stderr
    assert "ResourceWarning" not in capfd.readouterr().err


def test_a_decision_in_the_file_frees_what_the_payer_returned(tmp_path: Path) -> None:
    """And settles what it denied; one on no claim is named, and each is counted."""
    on = date(2026, 3, 12)
    first, other = sound("M1", "A1"), sound("M2", "B1")
    lines = [first, decision_on(first, "returned", on), first, decision_on(other, "denied", on), other]
    file = written(tmp_path / "claims.jsonl", lines)

    as_json, as_text = run("--format", "jsonl", "--history", file), run("--history", file)

    assert edits(as_json) == [[], [], []]
    assert as_json.exit_code == as_text.exit_code == 0
    assert "claims.jsonl, line 4" in as_json.stderr
    assert "a payer's decision on a claim that is not known" in as_json.stderr
    assert "2 decisions of payers, 1 of them on no claim that is known." in " ".join(as_text.stdout.split())


def test_a_decision_is_known_to_the_next_run_and_to_several_processes(tmp_path: Path) -> None:
    """By the file of the memory, and by whichever process has the patient."""
    memory = tmp_path / "memory"
    first = written(tmp_path / "first.jsonl", [sound("M1", "A1"), decision_on(sound("M1", "A1"), "denied", DAY)])
    assert run("--history-file", memory, first).exit_code == 0

    (again,) = edits(run("--format", "jsonl", "--history-file", memory, written(tmp_path / "b", [sound("M1", "A2")])))
    patients = [sound(f"M{number}", "A1") for number in range(300)]
    many = [*patients, *(decision_on(each, "returned", DAY) for each in patients), *patients]
    spread = run("-q", "--history", "--processes", "2", written(tmp_path / "many.jsonl", many))

    assert again == ["DUP-01"]
    assert spread.exit_code == 0, spread.stdout
    assert "300 decisions of payers." in spread.stdout


def test_a_decision_without_history_is_passed_over_with_a_word(tmp_path: Path) -> None:
    """Nothing remembers it there."""
    file = written(tmp_path / "claims.jsonl", [sound("M1", "A1"), decision_on(sound("M1", "A1"), "paid", DAY)])

    result = run(file)

    assert result.exit_code == 0
    assert "a payer's decision, which is read with --history only" in result.stdout


def test_a_decision_that_cannot_be_read_is_unreadable(tmp_path: Path) -> None:
    """With the place of what is wrong."""
    broken = decision_on(sound("M1", "A1"), "lost", DAY)

    result = run("--history", written(tmp_path / "claims.jsonl", [broken]))

    assert result.exit_code == 2
    assert "$.decision: expected one of returned, denied, paid." in " ".join(result.stdout.split())
