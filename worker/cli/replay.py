"""`claimscrub replay`: scrubs claims again whose outcome today's rules would change."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

import click

from worker.cli.broker import read_settings
from worker.cli.choice import Choice, in_utc, payer_option, replay_options, time_options
from worker.cli.replay_run import Plan, replay
from worker.stream.letters import read_outcome


@click.group("replay")
def command() -> None:
    """Scrub claims again after rules or tables have changed.

    Claims hold PHI: none is shown, and what is sent is written to CLAIMSCRUB_AUDIT_FILE. Dead letters are replayed with
    `claimscrub dead-letters replay`. The broker is the one in CLAIMSCRUB_BOOTSTRAP_SERVERS.
    """


def _add(outcome: str) -> Callable[..., None]:
    @command.command(outcome, help=f"Show which {outcome} claims today's rules would decide otherwise, or --send them.")
    @click.option("--edit", "edits", multiple=True, metavar="ID", help="Claims in which this edit found something.")
    @payer_option
    @time_options
    @replay_options
    def replay_outcomes(  # noqa: PLR0913 - one for each option
        *,
        edits: tuple[str, ...],
        payer: str | None,
        since: datetime | None,
        until: datetime | None,
        send: bool,
        send_all: bool,
        max_replays: int,
        run_name: str | None,
    ) -> None:
        settings = read_settings()
        read = partial(read_outcome, inbound=settings.topics.inbound)
        choice = Choice((), edits, None, payer, in_utc(since), in_utc(until))
        topic = getattr(settings.topics, outcome)
        replay(settings, Plan(topic, read, choice, run_name, max_replays, send=send, send_all=send_all))

    made: Callable[..., None] = replay_outcomes
    return made


for _outcome in ("rejected", "pended", "scrubbed"):
    _add(_outcome)
