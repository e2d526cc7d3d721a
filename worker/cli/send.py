"""`claimscrub send`: puts the claims of files on the inbound topic."""

import sys
from collections.abc import Iterator

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from worker.cli.broker import on_broker, read_settings
from worker.cli.claim_files import NoClaimFileError, expand, read_claims
from worker.cli.console import EXIT_UNREADABLE, counted, err
from worker.stream.produce import send_claims


@click.command("send")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
def command(paths: tuple[str, ...]) -> None:
    """Send the claims of files to the inbound topic, as they are.

    PATH is a file or a folder of files: `.json` holds one claim or an array of claims, `.jsonl` and `.ndjson` one
    claim a line. `-` reads stdin. Bytes that are no claim are sent too; the worker answers them with a dead letter.

    Every message gets a random key, so that no key says anything about a person. The broker is the one in
    CLAIMSCRUB_BOOTSTRAP_SERVERS.
    """
    settings = read_settings()
    console = err()
    columns = (TextColumn("sent"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("sent", total=None)
        try:
            files = expand(paths)
            count = on_broker(
                settings,
                send_claims(
                    settings,
                    _values(files, settings.max_outcome_bytes),
                    progress=lambda done: progress.update(task, completed=done),
                ),
            )
        except NoClaimFileError as error:
            click.echo(f"Error: {error}", err=True)
            sys.exit(EXIT_UNREADABLE)
    click.echo(f"{counted(count, 'message')} sent to {settings.topics.inbound}.")


def _values(files: list[str], longest: int) -> Iterator[bytes]:
    for found in read_claims(files, longest):
        if len(found.value) > longest:
            raise NoClaimFileError(f"{found.source}, {found.place}: longer than the {longest:,} bytes that can be sent")
        yield found.value
