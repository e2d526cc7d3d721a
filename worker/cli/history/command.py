"""`claimscrub history`: the key of a memory, what it holds of a person, and what is to be forgotten."""

import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import click
import orjson
from rich.table import Table

from worker.bootstrap import history_key, identities, payer_profiles
from worker.cli.history.copies import drop_series, repartition, rotate
from worker.cli.history.known import as_rows, in_a_cell, known_of
from worker.cli.history.load import load
from worker.cli.shared.audit import audit
from worker.cli.shared.broker import judged_partitions, on_broker, or_wrong_settings, read_settings
from worker.cli.shared.claim_files import read_claims
from worker.cli.shared.claim_paths import ClaimFileError
from worker.cli.shared.console import EXIT_UNREADABLE, echo, echo_json, out
from worker.cli.shared.tables import table_of
from worker.errors import ConfigurationError
from worker.history.entry import DamagedEntryError
from worker.history.key import read_key, write_key
from worker.history.person import identity_text
from worker.kafka.send import send_forget
from worker.settings import Settings
from worker.stream.history.errors import HistoryError
from worker.wording.counts import counted

_OF_A_DEPENDENT = 3


@click.group("history")
def command() -> None:
    """Make the key of a memory of earlier claims, show or delete what is remembered of a person.

    The settings are the CLAIMSCRUB_ variables of the workers.
    """


@command.command("key")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--after",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="KEY_FILE",
    help="Make the key that `claimscrub history rotate` goes over to from this one.",
)
def key(file: Path, after: Path | None) -> None:
    """Write a new key to FILE, which must not be there.

    Every worker of a group needs the same key, kept apart from the volumes of the memory: who has both can find out
    whose claims are remembered. Under another key nobody is known, and workers refuse it.

    Exit code 2 if the file cannot be written.
    """
    try:
        made = write_key(file, None if after is None else read_key(after))
    except ConfigurationError as error:
        echo(f"Error: {error}", is_error=True)
        sys.exit(EXIT_UNREADABLE)
    echo(f"{file}: key {made.fingerprint}")


@command.command("show")
@click.argument("file", metavar="CLAIM")
@click.option("--reveal", is_flag=True, help="Show the services too: codes, days, units and charges.")
@click.option("--format", "form", type=click.Choice(["table", "jsonl"]), default="table", show_default=True)
def show(file: str, *, reveal: bool, form: str) -> None:
    """Show what is remembered of the person of a claim.

    CLAIM is a file with one claim of the person, or - for stdin. The changelog of the person's partition is read to its
    end, about 100,000 records a second. Shown are the day of receipt, the beginning of the outcome's id and the mark of
    the control number, as findings name them, and the state: out (it may be with the payer), held, or what the payer
    decided. Who asked is written to CLAIMSCRUB_AUDIT_FILE first, without the person.
    """
    settings = read_settings()
    key = or_wrong_settings(lambda: history_key(settings))
    if key is None:
        raise click.ClickException("CLAIMSCRUB_HISTORY is off: nothing is remembered")
    identity = _identity_of(settings, file)
    partition = key.partition(identity, judged_partitions(settings))
    audit(settings, "history-show", topic=settings.topics.history, partition=partition, reveal=reveal)
    try:
        found = on_broker(settings, known_of(settings, key.person(identity), partition))
    except (HistoryError, DamagedEntryError) as error:
        raise click.ClickException(str(error)) from None
    rows = list(as_rows(found, reveal=reveal))
    if form == "jsonl":
        for row in rows:
            echo_json(orjson.dumps(row))
        return
    if rows:
        out().print(_table(rows, reveal=reveal))
    echo(f"{counted(len(rows), 'record')} in partition {partition} of {settings.topics.history}.")


def _identity_of(settings: Settings, file: str) -> str:
    try:
        claims = [each.value for each in read_claims([file], settings.max_message_bytes) if not each.problem]
    except ClaimFileError as error:
        raise click.ClickException(str(error)) from None
    if len(claims) != 1:
        raise click.UsageError(f"{file}: {counted(len(claims), 'claim')} that can be read; one of the person is wanted")
    try:
        identity = identities(settings)(claims[0])
    except ConfigurationError as error:
        raise click.ClickException(str(error)) from None
    if identity is None:
        raise click.ClickException(
            f"{file}: the claim names no person: payer and member id are needed, of a dependent birth date and first "
            "name as well"
        )
    return identity


def _table(rows: Sequence[Mapping[str, object]], *, reveal: bool) -> Table:
    names = ("receivedOn", "state", "frequency", "outcome", "controlMark", "lines", *(["services"] if reveal else []))
    table = table_of(names)
    for row in rows:
        table.add_row(*(in_a_cell(row.get(name)) for name in names))
    return table


@command.command("forget")
@click.option("--payer", required=True, help="The payer's id, as in tradingPartnerServiceId.")
def forget(payer: str) -> None:
    """Delete what is remembered of a person, with the claims and documents that wait for one another.

    Reads the member id from stdin, so that no list of processes shows it; for a dependent two more lines hold the birth
    date (YYYY-MM-DD) and the first name. The worker that has the person's partition deletes its rows and sends
    tombstones. The broker drops what it still has within eight days (max.compaction.lag.ms, delete.retention.ms).

    Who asked is written to CLAIMSCRUB_AUDIT_FILE first, without the person.
    """
    settings = read_settings()
    found = or_wrong_settings(lambda: history_key(settings))
    if found is None:
        raise click.ClickException("CLAIMSCRUB_HISTORY is off: nothing is remembered")
    text = _identity(settings, payer, [line.strip() for line in sys.stdin.read().splitlines() if line.strip()])
    partition = found.partition(text, judged_partitions(settings))
    audit(settings, "history-forget", topic=settings.judged_topic, partition=partition)
    on_broker(settings, send_forget(settings, found.person(text), partition))
    echo(f"Asked partition {partition} of {settings.judged_topic}; its worker logs `history-forgotten` with a count.")


def _identity(settings: Settings, payer: str, lines: list[str]) -> str:
    if len(lines) not in {1, _OF_A_DEPENDENT}:
        raise click.UsageError("stdin must hold the member id, or member id, birth date and first name of a dependent")
    try:
        born = date.fromisoformat(lines[1]) if len(lines) > 1 else None
        profiles = payer_profiles(settings)
    except ValueError:
        raise click.UsageError("the second line of stdin must be a birth date as YYYY-MM-DD") from None
    except ConfigurationError as error:
        raise click.ClickException(str(error)) from None
    name = lines[-1] if born is not None else None
    return identity_text(profiles.payer_of(payer) or payer, lines[0], born, name)


command.add_command(repartition)
command.add_command(rotate)
command.add_command(load)
command.add_command(drop_series)
