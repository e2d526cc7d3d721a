"""Writes to the terminal: colour and wrapping where there is one, plain lines everywhere else."""

import sys
from datetime import UTC, date, datetime
from typing import Final

import click
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

EXIT_ALL_SCRUBBED: Final = 0
EXIT_SOME_NOT: Final = 1
EXIT_UNREADABLE: Final = 2

DISPOSITION_STYLE: Final = {
    "scrubbed": "bold green",
    "rejected": "bold red",
    "pended": "bold yellow",
    "dead-lettered": "bold magenta",
}
SEVERITY_STYLE: Final = {"reject": "bold red", "pend": "bold yellow", "warn": "bold cyan"}

DAY: Final = click.DateTime(["%Y-%m-%d", "%Y%m%d"])


def out() -> Console:
    """Return a console on stdout."""
    return Console(file=sys.stdout, highlight=False, markup=False, emoji=False)


def err() -> Console:
    """Return a console on stderr."""
    return Console(file=sys.stderr, highlight=False, markup=False, emoji=False)


def today() -> date:
    """Return the day in this machine's time zone."""
    return datetime.now(UTC).astimezone().date()


def printable(text: str) -> str:
    """Return text of a claim without the control characters that a terminal would obey."""
    return "".join(character if character.isprintable() else "?" for character in text)


def say(console: Console, text: str | Text, indent: int = 0) -> None:
    """Write one paragraph: wrapped under its indent on a terminal, on one line elsewhere."""
    written = Text(text) if isinstance(text, str) else text
    if console.is_terminal:
        console.print(Padding(written, (0, 0, 0, indent), expand=False))
    else:
        console.print(Text(" " * indent).append_text(written), soft_wrap=True)


def counted(count: int, one: str, many: str | None = None) -> str:
    """Return a count with its noun."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
