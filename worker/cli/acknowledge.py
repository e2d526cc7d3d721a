"""`claimscrub acknowledge`: answers for a submitter's software, 277CA from outcomes, 999 and TA1 from 837 files."""

import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import Any, BinaryIO, Final

import click
import orjson

from schemas.outcome import Outcome
from worker.cli.shared.claim_files import holds_x12, opened, read_claims, rereadable
from worker.cli.shared.claim_paths import ClaimFileError, expand
from worker.cli.shared.console import EXIT_SOME_NOT, EXIT_UNREADABLE, echo, echo_json, echo_text
from worker.pipeline.steps.decode import UnreadableClaimError, refuse_other_forms
from worker.settings import Settings
from worker.x12.answer import ack_999 as structure
from worker.x12.answer import status_277ca as status_answer
from worker.x12.answer.ack_999 import answers_of, write_999, write_ta1
from worker.x12.answer.claim_status import submissions_of
from worker.x12.answer.status_277ca import write_277ca
from worker.x12.read.interchanges import read_837

_LONGEST: Final = Settings.model_fields["max_outcome_bytes"].default


@click.command("acknowledge")
@click.argument("path", metavar="PATH")
@click.option(
    "--format",
    "form",
    type=click.Choice(["x12", "json"]),
    default="x12",
    show_default=True,
    help="X12 for the submitter's software, or the same as one JSON document.",
)
def command(path: str, form: str) -> None:
    """Write a 277CA for outcomes, or a 999 for a file in X12.

    PATH is a file of outcomes, one per line, as `claimscrub check --format jsonl` writes them and `claimscrub tail
    --format jsonl` reads them from the topics; or a file of 837s. `-` reads stdin.

    The 277CA (005010X214) holds a transaction for each one that was submitted: what became of each claim, with the
    statuses of the findings at the claim or the line, totals, and the submitter's trace numbers. The 999 (005010X231A1)
    shows which groups and transactions were read, and where the others are structurally wrong; before it comes a TA1
    for each interchange whose sender asks for one in ISA14.

    \b
    Exit code 0: everything is accepted.
    Exit code 1: something is rejected; the answer shows what.
    Exit code 2: something could not be read as an outcome, or the command was
                 misspelled.
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    moment = datetime.now(UTC).astimezone()
    try:
        expand([path])
        with opened(path) as stream:
            if holds_x12(stream):
                sys.exit(_answer_structure(stream, form, moment))
        sys.exit(_answer_outcomes(path, form, moment))
    except ClaimFileError as error:
        raise click.UsageError(str(error)) from None


def _answer_structure(stream: BinaryIO, form: str, moment: datetime) -> int:
    answers = answers_of(read_837(rereadable(stream)))
    if form == "json":
        _write_document(structure.as_json(answers))
    else:
        _write_texts(write_ta1(answers, moment), write_999(answers, moment))
    if not answers.groups:
        echo("There is no functional group (GS) in it, so there is nothing to answer with a 999.", is_error=True)
        return EXIT_UNREADABLE
    groups = [*filter(structure.is_answered, answers.groups)]
    if not groups:
        echo("There are acknowledgments (FA) only in it; a 999 does not answer them.", is_error=True)
        return 0
    return EXIT_SOME_NOT if any(group.code != "A" for group in groups) or answers.flaws else 0


def _answer_outcomes(path: str, form: str, moment: datetime) -> int:
    submissions = submissions_of(_outcomes(path))
    if form == "json":
        _write_document(status_answer.as_json(submissions))
    else:
        _write_texts(write_277ca(submissions, moment))
    return EXIT_SOME_NOT if any(claim.is_rejected for each in submissions for claim in each.claims()) else 0


def _outcomes(path: str) -> Iterator[Outcome]:
    for found in read_claims([path], _LONGEST):
        try:
            outcome = Outcome.read(found.value)
            refuse_other_forms(outcome.claim)
        except UnreadableClaimError as error:
            flaws = " ".join(error.letter.first_flaws) or f"{error.letter.reason}."
            raise ClaimFileError(f"{found.where}: its claim cannot be read. {flaws}") from None
        except ValueError:
            raise ClaimFileError(
                f"{found.where}: is neither an 837 nor an outcome, as `claimscrub check --format jsonl` writes them"
            ) from None
        yield outcome


def _write_document(document: dict[str, Any]) -> None:  # any JSON: our own answer
    echo_json(orjson.dumps(document, option=orjson.OPT_INDENT_2))


def _write_texts(*interchanges: Iterable[str]) -> None:
    for text in chain.from_iterable(interchanges):
        echo_text(text)
