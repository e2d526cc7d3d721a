"""`claimscrub report`: its forms, what it refuses, and that it does without its extra where it can."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.cli.report.conftest import ENDS, run
from worker.wording.extras import installing


@pytest.mark.parametrize("end", ENDS)
def test_the_end_of_the_file_says_the_form(outcomes: Path, end: str) -> None:
    """Each begins as its form does."""
    file = outcomes.with_suffix(end)
    result = run(outcomes, "-o", file)

    assert (result.exit_code, result.output) == (0, f"{file}: 3 outcomes.\n")
    begins = {".html": b"<!doctype html>", ".csv": b"outcome_id,", ".parquet": b"PAR1", ".sarif": b'{"$schema"'}
    assert file.read_bytes().startswith(begins.get(end, {".xml": b"<?xml", ".md": b"# Where"}.get(end, b"")))


def test_the_form_may_be_said(outcomes: Path) -> None:
    """Whatever the file is called."""
    assert run(outcomes, "-o", outcomes.with_suffix(".txt"), "--format", "csv").exit_code == 0
    assert outcomes.with_suffix(".txt").read_text().startswith("outcome_id,")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "give OUTCOMES or --topics"),
        (("a.jsonl", "--topics"), "give OUTCOMES or --topics"),
        (("a.jsonl", "--since", "2026-03-01"), "--since and --until need --topics"),
        (("missing.jsonl",), "missing.jsonl"),
        (("-",), "-: outcomes are read of files"),
        (("outcomes.jsonl", "--memory", "much"), "give a size such as 512MiB"),
        (("empty.jsonl",), "there is no outcome in what was read"),
        (("nothing",), "no file in it ends with .jsonl"),
        (("claims.jsonl",), "claims.jsonl, line 1"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    outcomes: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    """With 2, and without a file."""
    monkeypatch.chdir(outcomes.parent)
    Path("empty.jsonl").touch()
    Path("claims.jsonl").write_text("{}\n")
    Path("nothing").mkdir()
    result = run(*arguments, "-o", "report.html")

    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())
    assert not Path("report.html").exists()


@pytest.mark.parametrize("place", ["missing/report.html", "outcomes.jsonl/report.html"])
def test_a_place_that_cannot_be_written_is_named(outcomes: Path, place: str) -> None:
    """With 1."""
    result = run(outcomes, "-o", outcomes.parent / place)

    assert result.exit_code == 1
    assert str((outcomes.parent / place).parent) in result.stderr


def test_without_its_extra_the_command_names_it(outcomes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest of the package does without."""
    monkeypatch.setattr("worker.cli.shared.extras.find_spec", lambda _: None)
    result = run(outcomes, "-o", "report.html")

    assert result.exit_code == 2
    assert installing("report") in result.stderr


def test_its_help_imports_nothing_of_the_extra() -> None:
    """So that it can be read where the extra is missing."""
    code = (
        "import sys\nfrom worker.cli.commands import claimscrub\n"
        "try:\n    claimscrub(['report', '--help'])\nexcept SystemExit:\n    print(*sys.modules, file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)

    assert {"duckdb", "jinja2", "vl_convert"}.isdisjoint(done.stderr.split())


def test_a_report_that_is_asked_to_end_leaves_nothing_behind(outcomes: Path, tmp_path: Path) -> None:
    """Neither a part of the file nor its temporary folder; and it ends as a shell expects."""
    scratch, code = (
        tmp_path / "scratch",
        (
            "import os, signal, sys\nfrom pathlib import Path\nfrom worker.cli.report import run\n"
            "def write(*_):\n"
            "    assert list(Path(sys.argv[1]).iterdir()) and list(Path(sys.argv[2]).parent.glob('.*.part'))\n"
            "    os.kill(os.getpid(), signal.SIGTERM)\n    signal.pause()\n"
            "run._write = write\nfrom worker.cli.commands import claimscrub\n"
            "claimscrub(['report', sys.argv[3], '-o', sys.argv[2], '--scratch', sys.argv[1]])\n"
        ),
    )
    scratch.mkdir()
    (tmp_path / "out").mkdir()
    command = [sys.executable, "-c", code, str(scratch), str(tmp_path / "out" / "report.html"), str(outcomes)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (143, "")
    assert list(scratch.iterdir()) == list((tmp_path / "out").iterdir()) == []
