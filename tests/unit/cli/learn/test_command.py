"""`claimscrub learn`: answers and outcomes go in, and what is known of edits comes out, without a word of a patient."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.unit.learning.sent import AUT_01, WST_01, outcome
from tests.unit.learning.test_learner import DENIED, PAID, file
from tests.unit.x12.responses.files import FULL_277CA, FULL_999
from worker.cli.commands import claimscrub

TOKENS = ("PATIENT", "PERSON", "SYN-1", "SYNMEMBER", "1EG4TE5MK73", "19500201", "EXAMPLE WAY", "outcome-1", "PAYER-1")
"""What is known of the one patient and the one claim."""


def run(*arguments: str | Path, stdin: str = "") -> Result:
    """Run the command."""
    return CliRunner().invoke(claimscrub, ["learn", *map(str, arguments)], input=stdin)


@pytest.fixture
def outcomes(tmp_path: Path) -> Path:
    """A file with the outcome of one claim."""
    written = tmp_path / "outcomes.jsonl"
    written.write_bytes(outcome(WST_01, AUT_01) + b"\n")
    return written


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    """A folder with an 835, a 277CA and a 999, whatever they are called."""
    folder = tmp_path / "answers"
    folder.mkdir()
    for name, text in (("era.txt", file(DENIED)), ("277", FULL_277CA), ("999.edi", FULL_999)):
        (folder / name).write_text(text)
    return folder


def test_each_edit_is_shown_with_its_precision(answers: Path, outcomes: Path) -> None:
    """In words, with what was read and joined."""
    result = run(answers, "--outcomes", outcomes)

    assert (result.exit_code, result.stderr) == (0, "")
    assert "1 claim on 835s, 2 claims on 277CAs, 2 transactions on 999s, 1 outcome" in result.output
    assert "Joined: 2 answers joined with a claim, " in result.output
    assert ", 0 lines that fit no line or several." in result.output
    (row,) = [line.split() for line in result.output.splitlines() if "WST-01" in line]
    assert row == [
        *("medicare-part-b", "WST-01", "1", "0", "100.0%", "200.00", "0.00"),
    ]


def test_every_column_is_shown_where_there_is_room(
    answers: Path, outcomes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In 80 columns a sentence names those that are not."""
    narrow = run(answers, "--outcomes", outcomes).output
    monkeypatch.setenv("COLUMNS", "140")
    wide = run(answers, "--outcomes", outcomes).output

    assert all(len(line) <= 80 for line in narrow.splitlines() if "WST-01" in line or "profile" in line)
    assert "140 columns also show: as predicted, otherwise, undecided, unanswered, recovered, days" in narrow
    assert "columns also show" not in wide
    (row,) = [line.split() for line in wide.splitlines() if "WST-01" in line]
    assert row == [
        *("medicare-part-b", "WST-01", "1", "1", "0", "0", "0", "0", "100.0%", "200.00", "0.00", "0.00", "37"),
    ]


def test_one_answer_is_not_called_answers(answers: Path, outcomes: Path) -> None:
    """The noun and the verb go with the count."""
    result = run(answers / "era.txt", "--outcomes", outcomes)

    assert "Joined: 1 answer joined with a claim, " in result.output


def test_the_files_hold_the_same(answers: Path, outcomes: Path, tmp_path: Path) -> None:
    """CSV for a table, JSON for `claimscrub edits` and `explain`; what is printed as JSON is the file."""
    folder = tmp_path / "learned"

    result = run(answers, "--outcomes", outcomes, "--format", "json", "-o", folder)

    document = json.loads(result.output)
    assert json.loads((folder / "learned.json").read_text()) == document
    (aut, wst) = csv.DictReader((folder / "edits.csv").read_text().splitlines())
    assert (aut["edit"], aut["paid"], aut["precision"]) == ("AUT-01", "1", "0.0")
    assert (wst["edit"], wst["confirmedAsPredicted"], wst["denied"]) == ("WST-01", "1", "200.00")
    assert (folder / "denials.csv").read_text().count("\n") == 1


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_word_of_a_patient_is_written(form: str, answers: Path, outcomes: Path, tmp_path: Path) -> None:
    """Neither to the terminal nor to a file, also where something is wrong."""
    folder = tmp_path / "learned"
    (answers / "broken").write_text(file(DENIED).replace("CAS*CO*16*200", "CAS*CO*16*PATIENT"))
    outcomes.write_bytes(outcomes.read_bytes() + b'{"outcomeId": "PATIENT"}\n')

    result = run(answers, "--outcomes", outcomes, "--format", form, "-o", folder)

    assert result.exit_code == 1
    written = [result.output, result.stderr, *(each.read_text() for each in folder.iterdir())]
    assert len(written) == 5
    assert not [token for token in TOKENS for text in written if token in text.replace(str(tmp_path), "")]


def test_what_is_left_out_is_named_with_file_place_and_remedy(outcomes: Path, tmp_path: Path) -> None:
    """The rest is learned all the same."""
    broken = tmp_path / "broken.835"
    broken.write_text(file(DENIED).replace("CAS*CO*16*200", "CAS*CO*16*199"))
    outcomes.write_bytes(b"{}\n" + outcomes.read_bytes())

    result = run(broken, "--outcomes", outcomes)

    assert result.exit_code == 1
    assert f"{broken}, segment 14: Line 1 does not balance" in result.stderr
    assert "ask the payer to send it again" in result.stderr
    assert f"{outcomes}, line 1: " in result.stderr
    assert "WST-01" in result.output


@pytest.mark.parametrize(
    ("content", "reason"),
    [("{}", "holds no X12 interchange"), (None, "cannot be read")],
)
def test_a_file_that_is_no_answer_is_refused(content: str | None, reason: str, outcomes: Path, tmp_path: Path) -> None:
    """By its name, with what is read."""
    named = tmp_path / "answer"
    if content is not None:
        named.write_text(content)

    result = run(named, "--outcomes", outcomes)

    assert result.exit_code == 2
    assert f"{named}: {reason}" in result.output


def test_a_folder_that_cannot_be_written_is_named(answers: Path, outcomes: Path) -> None:
    """A file is in its place."""
    result = run(answers, "--outcomes", outcomes, "-o", outcomes / "learned")

    assert result.exit_code == 2
    assert "cannot be written" in result.stderr


def test_many_flaws_are_counted(outcomes: Path, tmp_path: Path) -> None:
    """Twenty are named."""
    broken = tmp_path / "broken.835"
    broken.write_text(file(*[[each.replace("CAS*CO*16*200", "CAS*CO*16*1") for each in DENIED]] * 25))

    result = run(broken, "--outcomes", outcomes)

    assert result.stderr.count("does not balance: SVC02") == 20
    assert "... and 5 more." in result.stderr


def test_answers_come_from_stdin_as_well(outcomes: Path) -> None:
    """A pipe is read twice through a file of its own."""
    result = run("-", "--outcomes", outcomes, stdin=file(PAID))

    assert result.exit_code == 0
    assert "WST-01" in result.output


@pytest.fixture
def learned(answers: Path, outcomes: Path, tmp_path: Path) -> Path:
    """What was learned of the one claim."""
    run(answers, "--outcomes", outcomes, "-o", tmp_path / "learned")
    return tmp_path / "learned" / "learned.json"


def other(*arguments: str | Path) -> Result:
    """Run another command."""
    return CliRunner().invoke(claimscrub, [*map(str, arguments)])


def test_edits_and_explain_show_the_precision(learned: Path) -> None:
    """As words and as JSON; without the file they are as before."""
    listed = {
        each["id"]: each for each in json.loads(other("edits", "--format", "json", "--with-precision", learned).output)
    }
    explained = json.loads(other("explain", "WST-01", "--format", "json", "--with-precision", learned).output)["edit"]

    assert listed["WST-01"]["learned"]["precision"] == 1.0
    assert listed["WST-02"]["learned"] is None
    assert explained["learned"]["medicare-part-b"]["confirmedAsPredicted"] == 1
    assert "100.0%" in other("edits", "--with-precision", learned).output
    words = other("explain", "WST-01", "--with-precision", learned).output
    assert "Learned from answers under medicare-part-b: 100.0% of 1 decided finding confirmed: 1, of" in words
    assert "has no finding of it" in other("explain", "WST-02", "--with-precision", learned).output
    assert "learned" not in json.loads(other("edits", "--format", "json").output)[0]


@pytest.mark.parametrize("content", ["", "{}", '{"form": 9, "edits": []}', "[]"])
@pytest.mark.parametrize("command", [("edits",), ("explain", "WST-01")])
def test_a_file_that_learn_did_not_write_is_refused(command: tuple[str, ...], content: str, tmp_path: Path) -> None:
    """It is named, with the command that writes one."""
    broken = tmp_path / "other.json"
    broken.write_text(content)

    result = other(*command, "--with-precision", broken)

    assert result.exit_code == 2
    assert "claimscrub learn" in " ".join(result.output.split())
