"""`claimscrub learn`: joins payers' answers with outcomes, and shows which findings they confirmed."""

import csv
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import click
import orjson

from worker.cli.learn.text import show_learned
from worker.cli.shared.claim_files import holds_x12, opened, read_claims, rereadable
from worker.cli.shared.claim_paths import STDIN, ClaimFileError, UnreadablePathError, expand
from worker.cli.shared.console import EXIT_SOME_NOT, EXIT_UNREADABLE, echo, echo_json, out
from worker.cli.shared.extras import require_report
from worker.edits.catalogue import load_edits
from worker.learning.document import DENIAL_COLUMNS, EDIT_COLUMNS, denial_rows, document_of, edit_rows
from worker.learning.learner import Learned, Learner
from worker.learning.sent import NotAnOutcomeError
from worker.settings import Settings
from worker.x12.read.events import SegmentFlaw
from worker.x12.responses.read import read_responses, remedy_of

_LONGEST: Final = Settings.model_fields["max_outcome_bytes"].default
_MOST_SHOWN: Final = 20
"""Flaws and lines that are named; the others are counted."""


@click.command("learn")
@click.argument("responses", metavar="RESPONSES...", nargs=-1, required=True)
@click.option(
    "--outcomes",
    "outcome_paths",
    metavar="PATH",
    multiple=True,
    required=True,
    help="Outcomes of the claims that were sent, one per line; a file, a folder or -. May be given several times.",
)
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Also write edits.csv, denials.csv and learned.json into this folder.",
)
@click.option(
    "--page",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Also write one self-contained HTML page; needs the extra `report`.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Tables to read, or one JSON object, as in learned.json.",
)
def command(
    responses: tuple[str, ...], outcome_paths: tuple[str, ...], *, folder: Path | None, page: Path | None, form: str
) -> None:
    """Learn from payers' answers which findings were right, and which denials none foretold.

    RESPONSES are files or folders of 835 (005010X221), 277CA (005010X214) and 999 (005010X231). Outcomes are those that
    `claimscrub check --format jsonl` writes and `claimscrub tail --format jsonl` reads from the topics.

    An answer is joined with a claim by the patient control number (CLP01, TRN02), and where both have them the billing
    NPI, the amount and the days of service; with a line by REF*6R or REF*FJ, else by service, amount and day. What fits
    two claims or lines is counted and left alone.

    For each edit: findings that the payer confirmed, with the predicted CARC, RARC or status or with others, and those
    that were paid all the same; precision is the share confirmed of both. Then denials without a finding, by payer,
    code and reason: the list from which the next edit is written. Nothing that is written names a claim or a person.

    \b
    Exit code 0: everything was read.
    Exit code 1: something was left out; it is named by file and segment or line.
    Exit code 2: a file cannot be read, or the command was misspelled.
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    if page is not None:
        require_report()
    problems = _Problems()
    try:
        learned = _learn(responses, outcome_paths, problems)
    except ClaimFileError as error:
        raise click.UsageError(str(error)) from None
    for wanted, write in ((folder, _write), (page, _write_page)):
        try:
            if wanted is not None:
                write(wanted, learned)
        except OSError as error:
            echo(f"{wanted}: cannot be written ({error.strerror})", is_error=True)
            sys.exit(EXIT_UNREADABLE)
    if form == "json":
        echo_json(orjson.dumps(document_of(learned), option=orjson.OPT_INDENT_2))
    else:
        show_learned(out(), learned)
    problems.close()
    if problems.count:
        sys.exit(EXIT_SOME_NOT)


class _Problems:
    """Names what was left out, up to a number."""

    def __init__(self) -> None:
        self.count = 0

    def add(self, text: str) -> None:
        """Name one."""
        self.count += 1
        if self.count <= _MOST_SHOWN:
            echo(text, is_error=True)

    def close(self) -> None:
        """Say how many were not named."""
        if self.count > _MOST_SHOWN:
            echo(f"... and {self.count - _MOST_SHOWN:,} more.", is_error=True)


def _learn(responses: Sequence[str], outcome_paths: Sequence[str], problems: _Problems) -> Learned:
    learner = Learner()
    for file in _files(responses):
        with opened(file) as stream:
            if not holds_x12(stream):
                raise UnreadablePathError(file, "holds no X12 interchange; 835, 277CA and 999 are read")
            for each in read_responses(rereadable(stream)):
                learner.add_answer(each)
                if isinstance(each, SegmentFlaw) and not each.is_passed_over:
                    problems.add(f"{file}, segment {each.segment}: {each.reason} {remedy_of(each)}".rstrip())
    unreadable = 0
    for found in read_claims(expand(outcome_paths), _LONGEST):
        place = ", ".join(filter(None, (found.source, found.place)))
        try:
            learner.add_outcome(found.value)
        except NotAnOutcomeError as error:
            unreadable += 1
            problems.add(f"{place}: {error}. Outcomes are what `claimscrub check --format jsonl` writes.")
    learned = learner.learned()
    learned.counts["unreadableOutcomes"] += unreadable
    return learned


def _files(paths: Sequence[str]) -> Iterator[str]:
    """Yield the files behind paths: every file of a folder, since payers name theirs as they like."""
    for path in paths:
        if path != STDIN and Path(path).is_dir():
            yield from sorted(str(each) for each in Path(path).rglob("*") if each.is_file())
        else:
            yield path


def _write(folder: Path, learned: Learned) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    _write_rows(folder / "edits.csv", EDIT_COLUMNS, edit_rows(learned))
    _write_rows(folder / "denials.csv", DENIAL_COLUMNS, denial_rows(learned))
    content = orjson.dumps(document_of(learned), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    (folder / "learned.json").write_bytes(content)


def _write_page(file: Path, learned: Learned) -> None:
    from worker.analysis.learned import learned_page  # noqa: PLC0415 - in the extra `report`
    from worker.analysis.page import write_page  # noqa: PLC0415 - likewise

    write_page(file, learned_page("Payers' answers", "files of answers and outcomes", learned), load_edits())


def _write_rows(file: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
