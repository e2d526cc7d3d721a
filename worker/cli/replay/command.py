"""`claimscrub replay`: scrubs claims again whose outcome today's rules would change."""

from collections.abc import Callable
from functools import partial

import click

from worker.cli.replay.run import ReplayPlan, replay
from worker.cli.shared.broker import read_settings
from worker.cli.shared.configuration import known_edits
from worker.cli.shared.selection import RecordFilter, Sending, choice_options, sending_options
from worker.kafka.past import read_outcome

_edit_option = click.option(
    "--edit", "edits", multiple=True, metavar="ID", help="Claims in which this edit found something."
)


@click.group("replay")
def command() -> None:
    """Scrub claims again after rules or tables have changed.

    A claim that is remembered (CLAIMSCRUB_HISTORY) is sent with the place where it was seen first, and judged there: in
    the light of the claims before it, and in the place of its first sighting. What rests on earlier claims only
    workers can decide; such outcomes are left alone without --all.

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
        read = partial(read_outcome, inbound=settings.topics.inbound)
        replay(settings, ReplayPlan(getattr(settings.topics, outcome), read, choice, sending))

    made: Callable[..., None] = replay_outcomes
    return made


for _outcome in ("rejected", "pended", "scrubbed"):
    _add(_outcome)
