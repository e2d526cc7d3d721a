"""Which dead letters and outcomes a command is about: the options that choose them, and the run that they name."""

import hashlib
from collections.abc import Callable
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import click

from worker.stream.letters import Past, payer_of

_Command = TypeVar("_Command", bound=Callable[..., Any])  # click's commands take what their options say

_MOMENT: Final = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])


@dataclass(frozen=True, slots=True)
class Choice:
    """What must be true of a record; an empty part leaves all. Times are UTC, when the record was written."""

    verdicts: tuple[str, ...] = ()
    edits: tuple[str, ...] = ()
    topic: str | None = None
    payer: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def matches(self, past: Past) -> bool:
        """Return whether a record is chosen."""
        return (
            (not self.verdicts or past.verdict in self.verdicts)
            and (not self.edits or not past.edits.isdisjoint(self.edits))
            and self.topic in {None, past.message.topic}
            and (self.since is None or past.at >= self.since)
            and (self.until is None or past.at < self.until)
            and (self.payer is None or payer_of(past) == self.payer)
        )

    def run(self, *more: object) -> str:
        """Return the name of the run that makes this choice: the same command has the same name."""
        return hashlib.sha256(repr((astuple(self), more)).encode()).hexdigest()[:12]


def in_utc(moment: datetime | None) -> datetime | None:
    """Return what a user gave as a time, which is UTC."""
    return None if moment is None else moment.replace(tzinfo=UTC)


def time_options(command: _Command) -> _Command:
    """Add --since and --until."""
    for name, text in (("--until", "before"), ("--since", "at or after")):
        command = click.option(name, type=_MOMENT, metavar="TIME", help=f"Written {text} this time (UTC).")(command)
    return command


payer_option = click.option("--payer", metavar="ID", help="Claims to the payer with this tradingPartnerServiceId.")


def replay_options(command: _Command) -> _Command:
    """Add the options of a replay."""
    options = (
        click.option("--send", is_flag=True, help="Send them. Without this nothing is sent: a dry run."),
        click.option("--all", "send_all", is_flag=True, help="Also those on which today's rules decide the same."),
        click.option(
            "--max-replays",
            type=click.IntRange(1, 99),
            default=3,
            show_default=True,
            metavar="N",
            help="Leave alone what was replayed so often.",
        ),
        click.option(
            "--run", "run_name", metavar="NAME", help="Name of the run. [default: made from the other options]"
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command
