"""`claimscrub convert`: claims from X12 to JSON and back, from FHIR to both, and clean claims from outcomes to X12."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import click
from rich.console import Console

from schemas.outcome import Disposition
from worker.cli.shared.claim_files import ClaimInput, read_what_can_be_read
from worker.cli.shared.claim_paths import ClaimFileError, expand_what_is_there
from worker.cli.shared.console import EXIT_UNREADABLE, echo_bytes, echo_json, err, say
from worker.cli.text.outcome import show_problem, show_unreadable
from worker.pipeline.steps.decode import (
    UnreadableClaimError,
    claim_of_outcome,
    read_json,
    refuse_other_forms,
    write_json,
)
from worker.settings import Settings
from worker.x12.write.claims import write_837
from worker.x12.write.covers import Defaults

_LONGEST: Final = Settings.model_fields["max_outcome_bytes"].default


@dataclass(slots=True)
class _Conversion:
    """The claims of files, and what was seen while reading them."""

    files: list[str]
    console: Console
    is_any_outcome: bool
    is_telling_kept: bool
    places: list[str] = field(default_factory=list)
    is_incomplete: bool = False

    def documents(self) -> Iterator[dict[str, Any]]:  # any JSON objects
        """Yield claim messages; of outcomes the claim, if it is scrubbed or any is wanted."""
        for found in read_what_can_be_read(self.files, _LONGEST):
            if found.problem:
                self.is_incomplete = self.is_incomplete or not found.is_passed_over
                show_problem(self.console, found)
                continue
            document = self._document(found)
            if document is not None:
                self.places.append(found.where)
                yield document

    def _document(self, found: ClaimInput) -> dict[str, Any] | None:
        try:
            document = read_json(found.value)
            if "outcomeId" in document:
                if not self.is_any_outcome and document.get("disposition") != Disposition.SCRUBBED:
                    return None
                document = claim_of_outcome(document)
            refuse_other_forms(document)
        except UnreadableClaimError as error:
            self.is_incomplete = True
            show_unreadable(self.console, found, error.letter)
            return None
        if found.is_mapped:
            self._tell(found, document)
        return document

    def _tell(self, found: ClaimInput, document: dict[str, Any]) -> None:
        """Name the parts of a claim in another form that have no field in the message."""
        resource = document.get("fhirOrigin", {})
        for path in resource.get("unmapped", ()):
            say(self.console, f"{found.where}: {path} has no place in the message and is left out")
        if more := resource.get("moreUnmapped"):
            say(self.console, f"{found.where}: {more} more elements have none")
        if self.is_telling_kept:
            for each in document.get("origin", {}).get("unmapped", ()):
                part = "in part " if each.get("isInPart") else ""
                place = f"segment {each['segment']} ({each['elements'][0]} of loop {each['loop']})"
                say(self.console, f"{found.source}, {place}: has {part}no field in the message and is kept as it came")

    def tell_lost(self, place: int, path: str) -> None:
        """Name a member of a claim that an 837 has no place for."""
        say(self.console, f"{self.places[place - 1]}: {path} has no segment")

    def tell_refused(self, place: int, reason: str) -> None:
        """Say why a claim is not written as an 837."""
        self.is_incomplete = True
        say(self.console, f"{self.places[place - 1]}: is not written, because its meaning would change: {reason}")


@click.command("convert")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--to", "form", type=click.Choice(["json", "x12"]), required=True, help="What to write to stdout.")
@click.option(
    "--sender", default="", help="ISA06 and GS02 of claims that did not come as X12. [default: the submitter]"
)
@click.option("--receiver", default="", help="ISA08 and GS03 of such claims. [default: the receiver, else the payer]")
@click.option("--test", is_flag=True, help="Mark them as test claims (ISA15 T).")
@click.option("--any-outcome", is_flag=True, help="Also write the claims of rejected and pended outcomes.")
def command(  # noqa: PLR0913 - one parameter an option
    paths: tuple[str, ...], form: str, sender: str, receiver: str, *, test: bool, any_outcome: bool
) -> None:
    """Write claims as JSON, one per line, or as X12 interchanges of 837P and 837I.

    PATH is a file or a folder of claims in X12, JSON or FHIR R4, or of outcomes as `claimscrub check --format jsonl`
    and `claimscrub tail --format jsonl` write them. From outcomes, the clean claims are written, with the
    corrections that were made. `-` reads stdin.

    stderr shows what the other form cannot hold: segments without a field in the message, which are kept as they came
    and written back at their place, members of the message without a segment, and elements of a FHIR Claim without
    a place in the message.

    \b
    Exit code 0: everything was read and written.
    Exit code 2: a file or a claim could not be read, or not written unchanged,
                 and is left out; or the command was misspelled.
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    console = err()
    defaults = Defaults(datetime.now(UTC).astimezone(), sender, receiver, "T" if test else "P")
    try:
        files = expand_what_is_there(paths)
    except ClaimFileError as error:
        raise click.UsageError(str(error)) from None
    reading = _Conversion(files, console, any_outcome, is_telling_kept=form == "json")
    if form == "json":
        for document in reading.documents():
            echo_json(write_json(document))
    else:
        for written in write_837(reading.documents(), defaults, reading.tell_lost, reading.tell_refused):
            echo_bytes(written)
    sys.stdout.flush()
    sys.exit(EXIT_UNREADABLE if reading.is_incomplete else 0)
