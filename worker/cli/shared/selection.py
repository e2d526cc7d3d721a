"""What the commands on dead letters and outcomes share: the options that choose, and those that send again."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Final

import click

from worker.kafka.past import PastMessage, payer_of

ClickCommand = Callable[..., Any]  # Any: click's commands take what their options say
Decorator = Callable[[ClickCommand], ClickCommand]

MOMENT: Final = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """What must be true of a record; an empty part leaves all. Times are UTC, when the record was written."""

    verdicts: tuple[str, ...] = ()
    edits: tuple[str, ...] = ()
    topic: str | None = None
    payer: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def matches(self, past: PastMessage) -> bool:
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


@dataclass(frozen=True, slots=True)
class Sending:
    """Whether messages are sent again, which, and under which name; a name is made from the choice if none is given."""

    send: bool
    send_all: bool
    max_replays: int
    run_name: str | None


def choice_options(*own: Decorator) -> Decorator:
    """Add options that choose, a command's own and those of all, and hand the command a `choice` in their place."""
    options: tuple[Decorator, ...] = (
        *own,
        _payer_option,
        _time_option("--since", "at or after"),
        _time_option("--until", "before"),
    )

    def decorate(command: ClickCommand) -> ClickCommand:
        @wraps(command)
        def choosing(  # noqa: PLR0913 - one for each option
            *,
            payer: str | None,
            since: datetime | None,
            until: datetime | None,
            reasons: tuple[str, ...] = (),
            edits: tuple[str, ...] = (),
            topic: str | None = None,
            **more: object,
        ) -> None:
            command(
                choice=RecordFilter(reasons, edits, topic, payer, since and in_utc(since), until and in_utc(until)),
                **more,
            )

        return _with(options, choosing)

    return decorate


def sending_options(command: ClickCommand) -> ClickCommand:
    """Add the options of a replay, and hand the command a `sending` in their place."""

    @wraps(command)
    def replaying(*, send: bool, send_all: bool, max_replays: int, run_name: str | None, **more: object) -> None:
        command(sending=Sending(send, send_all, max_replays, run_name), **more)

    return _with(_SENDING_OPTIONS, replaying)


def _with(options: Sequence[Decorator], command: ClickCommand) -> ClickCommand:
    """Add options so that they are listed in this order."""
    for option in reversed(options):
        command = option(command)
    return command


def in_utc(moment: datetime) -> datetime:
    """Return what a user gave as a time, which is UTC."""
    return moment.replace(tzinfo=UTC)


def _time_option(name: str, text: str) -> Decorator:
    return click.option(name, type=MOMENT, metavar="TIME", help=f"Written {text} this time (UTC).")


_payer_option = click.option("--payer", metavar="ID", help="Claims to the payer with this tradingPartnerServiceId.")

_SENDING_OPTIONS: Final[tuple[Decorator, ...]] = (
    click.option("--send", is_flag=True, help="Send them. Without this nothing is sent: a dry run."),
    click.option("--all", "send_all", is_flag=True, help="Also those that today's rules decide the same way."),
    click.option(
        "--max-replays",
        type=click.IntRange(1, 99),
        default=3,
        show_default=True,
        metavar="N",
        help="Skip what was replayed this many times.",
    ),
    click.option("--run", "run_name", metavar="NAME", help="Name of the run. [default: made from the other options]"),
)
