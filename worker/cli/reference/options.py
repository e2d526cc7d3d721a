"""What the commands of `claimscrub reference` share: their options, and the folder they look at."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from worker.bootstrap import default_config_directory
from worker.cli.shared.console import echo
from worker.reference.build.building import build, read_manifests
from worker.reference.build.loading import read_folder
from worker.reference.errors import ReferenceDataError
from worker.reference.files.manifest import Manifest
from worker.reference.tables.edition import Edition

DAY: Final = click.DateTime(["%Y-%m-%d", "%Y%m%d"])
Result = TypeVar("Result")
Command = TypeVar("Command", bound=Callable[..., Any])  # a click command takes what its options give


def with_directory(command: Command) -> Command:
    """Add the option that names the reference folder."""
    option = click.option(
        "--directory",
        type=click.Path(path_type=Path, file_okay=False, exists=True),
        default=lambda: default_config_directory() / "reference",
        metavar="DIR",
        help="The reference folder. [default: that of CLAIMSCRUB_CONFIG_DIR, if set, else the shipped one]",
    )
    return option(command)


def with_format(command: Command) -> Command:
    """Add the option that chooses between text and JSON."""
    option = click.option(
        "--format",
        "form",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help="Text to read, or one JSON document.",
    )
    return option(command)


def with_limit(default: int) -> Callable[[Command], Command]:
    """Add the option that says how much of what changes is shown."""
    return click.option(
        "--limit",
        type=click.IntRange(min=0),
        default=default,
        show_default=True,
        metavar="N",
        help="Rows to show of each kind of change; 0: all.",
    )


def with_leniency(command: Command) -> Command:
    """Add the options that say what is imported all the same."""
    force = click.option(
        "--force",
        is_flag=True,
        help="Accept a file that drops more than a tenth of the rows, or that is older than what it replaces.",
    )
    allow = click.option(
        "--allow",
        type=click.IntRange(min=0),
        default=0,
        show_default=True,
        metavar="N",
        help="Leave out at most N rows of an edition with a cell that does not read.",
    )
    return force(allow(command))


def today() -> date:
    """Return the day in this machine's time zone."""
    return datetime.now(UTC).astimezone().date()


def say_json(document: object) -> None:
    """Write one JSON document; dates and decimals as text."""
    echo(json.dumps(document, indent=2, default=str))


def readable(read: Callable[[], Result]) -> Result:
    """What reading the tables gives. A broken folder ends the command with 1 and a sentence for each problem."""
    try:
        return read()
    except ReferenceDataError as broken:
        raise click.ClickException(str(broken)) from None


def described_tables(directory: Path) -> tuple[list[tuple[str, Manifest]], tuple[Edition, ...]]:
    """Each table of a folder with what describes it, by name, and all editions; ends the command as `readable` does."""
    folder = readable(lambda: read_folder(directory))
    manifests = readable(lambda: read_manifests(folder))
    return sorted(manifests.items()), readable(lambda: build(folder)).editions
