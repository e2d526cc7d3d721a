"""`claimscrub history`: the key of a memory of earlier claims, and what is to be forgotten."""

import sys
from datetime import date
from pathlib import Path

import click

from worker.bootstrap import history_key, payer_profiles
from worker.cli.shared.audit import audit
from worker.cli.shared.broker import judged_partitions, on_broker, or_wrong_settings, read_settings
from worker.cli.shared.console import EXIT_UNREADABLE, echo
from worker.errors import ConfigurationError
from worker.history.key import write_key
from worker.history.person import identity_text
from worker.kafka.send import send_forget
from worker.settings import Settings

_OF_A_DEPENDENT = 3


@click.group("history")
def command() -> None:
    """Make the key of a memory of earlier claims, or delete what is remembered of a person.

    The settings are the CLAIMSCRUB_ variables of the workers.
    """


@command.command("key")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def key(file: Path) -> None:
    """Write a new key to FILE, which must not be there.

    Every worker of a group needs the same key, kept apart from the volumes of the memory: who has both can find out
    whose claims are remembered. Under another key nobody is known, and workers refuse it.
    """
    try:
        made = write_key(file)
    except ConfigurationError as error:
        echo(f"Error: {error}", is_error=True)
        sys.exit(EXIT_UNREADABLE)
    echo(f"{file}: key {made.fingerprint}")


@command.command("forget")
@click.option("--payer", required=True, help="The payer's id, as in tradingPartnerServiceId.")
def forget(payer: str) -> None:
    """Delete what is remembered of a person.

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
