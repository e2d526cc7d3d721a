"""`claimscrub pended`: lists claims that wait for documentation, shows one, and sends the documents of one."""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple, NoReturn

import click
import orjson

from schemas.claim import Claim
from worker.cli.shared.audit import audit
from worker.cli.shared.broker import on_broker, read_settings, say_unreadable
from worker.cli.shared.claim_paths import ClaimFileError
from worker.cli.shared.console import EXIT_SOME_NOT, EXIT_UNREADABLE, echo, echo_json, out
from worker.cli.shared.tables import table_of
from worker.history.entry import DamagedEntryError
from worker.history.pended import PendedClaim, decode
from worker.kafka.read import tail
from worker.kafka.send import send_document
from worker.pipeline.late_documents import joined, read_document
from worker.pipeline.steps.decode import UnreadableClaimError, read_json, write_json
from worker.settings import Settings
from worker.stream.history.changelog import read
from worker.stream.history.errors import BrokenHistoryError
from worker.wording.counts import counted

_LEAST: Final = 6
"""Digits of an id that are enough to look for: fewer would rarely name one claim."""
_FORM: Final = 'expected an object with `documentation`, or a list of elements such as {"element": …, "value": …}'


class Waiting(NamedTuple):
    """A claim that waits, with the partition in which it is kept."""

    partition: int
    claim: PendedClaim

    def days(self, today: date) -> int:
        """How long it has waited."""
        return (today - self.claim.received_on).days

    def facts(self, settings: Settings, today: date) -> dict[str, Any]:  # any JSON value
        """Return what can be said of it without PHI."""
        claim = self.claim
        return {
            "id": claim.numbers.outcome,
            "partition": self.partition,
            "receivedOn": claim.received_on,
            "days": self.days(today),
            "daysLeft": max(0, settings.pended_days - self.days(today)),
            "profile": claim.profile,
            "documents": claim.joined,
            "missing": [{"edit": each.edit, "elements": each.elements} for each in claim.missing],
            "conflicting": len(claim.conflicts),
        }


@click.group("pended")
def command() -> None:
    """List claims that wait for documentation, show one, or send documents of one.

    They hold PHI; `list` shows none of it, `show` only with --reveal, and what is revealed or sent is written to
    CLAIMSCRUB_AUDIT_FILE. They are read from `claims.pending.v1`, where CLAIMSCRUB_LATE_DOCUMENTATION is true; the
    broker is the one in CLAIMSCRUB_BOOTSTRAP_SERVERS.
    """


@command.command("list")
@click.option(
    "--older-than", type=click.IntRange(min=0), default=0, metavar="DAYS", help="Only those of so many days or more."
)
@click.option("--edit", "edits", multiple=True, metavar="ID", help="Only those that this edit holds; repeatable.")
@click.option("--format", "form", type=click.Choice(["table", "jsonl"]), default="table", show_default=True)
def list_pended(*, older_than: int, edits: tuple[str, ...], form: str) -> None:
    """List claims that wait, the oldest first: outcome id, days, and what is missing. Shows no content."""
    settings, today = _settings()
    found = [
        each
        for each in _waiting(settings)
        if each.days(today) >= older_than and (not edits or any(held.edit in edits for held in each.claim.missing))
    ]
    found.sort(key=lambda each: (each.claim.received_on, each.claim.numbers.outcome))
    if form == "jsonl":
        for each in found:
            echo_json(orjson.dumps(each.facts(settings, today)))
        return
    console = out()
    table = table_of(["missing"], ("days", "left", "docs"), keys=["id"])
    for each in found:
        facts = each.facts(settings, today)
        numbers = (str(facts[name]) for name in ("days", "daysLeft", "documents"))
        table.add_row(facts["id"], _in_words(each.claim), *numbers)
    console.print(table)
    echo(f"{counted(len(found), 'pended claim')}.")


def _in_words(claim: PendedClaim) -> str:
    by_edit: dict[str, list[str]] = {}
    for each in claim.missing:
        by_edit.setdefault(each.edit, []).extend([each.elements] if each.elements else [])
    return "; ".join(f"{edit} {', '.join(elements)}".strip() for edit, elements in by_edit.items())


@command.command("show")
@click.argument("identifier", metavar="ID")
@click.option("--reveal", is_flag=True, help="Show the claim too, which holds PHI. It is audited.")
def show(identifier: str, *, reveal: bool) -> None:
    """Show one claim by its id in the list, or the first six digits or more of it. Exit code 1 if there is none."""
    settings, today = _settings()
    found = _named(settings, identifier)
    document = found.facts(settings, today)
    if reveal:
        audit(settings, "revealed", topic=settings.topics.pending, partition=found.partition, claim=document["id"])
        document["conflicting"] = [each._asdict() for each in found.claim.conflicts]
        document["numbers"] = {
            "patientControlNumber": found.claim.numbers.control,
            "billingNpi": found.claim.numbers.billing,
            "attachmentControlNumbers": list(found.claim.numbers.attachments),
        }
        document["claim"] = orjson.Fragment(found.claim.value)
    echo_json(orjson.dumps(document, option=orjson.OPT_INDENT_2))


@command.command("attach")
@click.argument("identifier", metavar="ID")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path, dir_okay=False))
def attach(identifier: str, files: tuple[Path, ...]) -> None:
    """Send the documents of one claim, by its id in the list, or the first six digits or more of it.

    FILE holds JSON: a list of elements as in the `documentation` of a claim, or an object with such a list, as a claim
    or a message of late documentation is. The elements of all files are one document. The new outcome of the claim
    names the one whose place it takes; `claimscrub tail` shows it.

    What the claim says otherwise is reported and sent all the same: the claim's word stays. Exit code 1 if no claim has
    that id, and 2 if a file holds no elements.
    """
    settings, _ = _settings()
    found = _named(settings, identifier)
    try:
        elements = [element for file in files for element in _elements(file)]
        value = write_json(_document(found.claim, elements))
        read_document(value)
    except UnreadableClaimError as error:
        _refuse("\n".join(error.letter.first_flaws) or f"these are not documents ({error.letter.reason})")
    except ClaimFileError as error:
        _refuse(str(error))
    if len(value) > settings.max_message_bytes:
        _refuse(f"{len(value):,} bytes; a message may have {settings.max_message_bytes:,}")
    for conflict in joined(found.claim.value, elements).conflicts:
        of_line = f" of line {conflict.line}" if conflict.line else ""
        echo(f"The claim says otherwise: {conflict.element}{of_line} is left out.", is_error=True)
    claim_id = found.claim.numbers.outcome
    audit(settings, "documents-attached", topic=settings.topics.documentation, claim=claim_id, elements=len(elements))
    on_broker(settings, send_document(settings, value))
    echo(f"{counted(len(elements), 'element')} sent to {settings.topics.documentation} for {claim_id}.")


def _elements(file: Path) -> list[dict[str, Any]]:  # any JSON
    try:
        value = file.read_bytes()
    except OSError as error:
        raise ClaimFileError(f"{file}: {error.strerror}") from None
    try:
        # A list is read as the member of an object, by the reader of all messages.
        inside = b'{"documentation":%b}' % value if value.lstrip().startswith(b"[") else value
        found = read_json(inside).get("documentation")
    except UnreadableClaimError as error:
        raise ClaimFileError(f"{file}: cannot be read ({error.letter.reason}); {_FORM}") from None
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise ClaimFileError(f"{file}: {_FORM}")
    return found


def _document(claim: PendedClaim, elements: Sequence[Mapping[str, Any]]) -> dict[str, Any]:  # any JSON
    """Return the message that is about a claim and no other."""
    whole = Claim.model_validate(read_json(claim.value))
    made: dict[str, Any] = {
        "tradingPartnerServiceId": whole.trading_partner_service_id,
        "subscriber": {"memberId": whole.subscriber and whole.subscriber.member_id},
        "outcomeId": claim.numbers.outcome,
        "documentation": list(elements),
    }
    if whole.dependent is not None:
        raw = json.loads(claim.value)["dependent"]
        made["dependent"] = {name: raw[name] for name in ("dateOfBirth", "firstName") if name in raw}
    return made


def _settings() -> tuple[Settings, date]:
    settings = read_settings()
    if not settings.late_documentation:
        raise click.ClickException("CLAIMSCRUB_LATE_DOCUMENTATION is false: no claim waits for documentation")
    return settings, settings.today()


def _refuse(problem: str) -> NoReturn:
    echo(f"Error: {problem}", is_error=True)
    sys.exit(EXIT_UNREADABLE)


def _named(settings: Settings, identifier: str) -> Waiting:
    if len(identifier) < _LEAST:
        raise click.UsageError(f"ID needs at least {_LEAST} digits, as `claimscrub pended list` shows them")
    found = [each for each in _waiting(settings) if each.claim.numbers.outcome.startswith(identifier.lower())]
    if len(found) != 1:
        what = "No pended claim has" if not found else f"{len(found)} pended claims have"
        echo(f"{what} an id that begins with {identifier}; `claimscrub pended list` shows all.", is_error=True)
        sys.exit(EXIT_SOME_NOT)
    return found[0]


def _waiting(settings: Settings) -> list[Waiting]:
    try:
        return on_broker(settings, _read_all(settings))
    except (BrokenHistoryError, DamagedEntryError) as error:
        raise click.ClickException(str(error)) from None


async def _read_all(settings: Settings) -> list[Waiting]:
    topic, last = settings.topics.pending, dict[bytes | None, Waiting]()
    async for record in tail(settings, [topic], follow=False):
        say_unreadable(record)
        where = f"{topic}, partition {record.partition}, offset {record.offset}"
        found = read(record.key, record.value, record.headers, where).record
        kept = None if found is None or found.entry is None else decode(found.entry)
        if isinstance(kept, PendedClaim):
            last[record.key] = Waiting(record.partition, kept)
        else:
            last.pop(record.key, None)
    return list(last.values())
