"""`claimscrub replay`: scrubs claims again whose outcome today's rules would change."""

from collections.abc import Callable
from functools import partial
from typing import Final

import click

from worker.cli.replay.run import ReplayPlan, replay
from worker.cli.shared.broker import read_settings
from worker.cli.shared.configuration import known_edits
from worker.cli.shared.selection import RecordFilter, Sending, choice_options, sending_options
from worker.kafka.past import read_outcome
from worker.settings import HistoryMode

_edit_option = click.option(
    "--edit", "edits", multiple=True, metavar="ID", help="Claims in which this edit found something."
)


REMEMBERED: Final = ("pended", "scrubbed")


@click.group("replay")
def command() -> None:
    """Scrub claims again after rules or tables have changed.

    Claims hold PHI: none is shown, and what is sent is written to CLAIMSCRUB_AUDIT_FILE. Dead letters are replayed with
    `claimscrub dead-letters replay`. The broker is the one in CLAIMSCRUB_BOOTSTRAP_SERVERS.
    """


def _add(outcome: str) -> Callable[..., None]:
    @command.command(outcome, help=f"Show {outcome} claims that today's rules decide differently, or --send them.")
    @choice_options(_edit_option)
    @sending_options
    def replay_outcomes(*, choice: RecordFilter, sending: Sending) -> None:
        known_edits(choice.edits)
        settings = read_settings()
        if sending.send and outcome in REMEMBERED and settings.history is not HistoryMode.OFF:
            raise click.UsageError(
                f"CLAIMSCRUB_HISTORY is {settings.history}: a {outcome} claim is remembered, and sent again it would "
                "be found to be its own duplicate. Only rejected claims can be sent again; leave out --send to see "
                "what today's rules make of the others."
            )
        read = partial(read_outcome, inbound=settings.topics.inbound)
        replay(settings, ReplayPlan(getattr(settings.topics, outcome), read, choice, sending))

    made: Callable[..., None] = replay_outcomes
    return made


for _outcome in ("rejected", "pended", "scrubbed"):
    _add(_outcome)
