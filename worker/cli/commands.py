"""The `claimscrub` command: which subcommands there are, and where each one is."""

import importlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import click

from worker.bootstrap import version

MODULES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "check": "worker.cli.check",
        "explain": "worker.cli.explain",
        "edits": "worker.cli.edits",
        "profiles": "worker.cli.profiles",
        "test": "worker.cli.run_cases",
        "reference": "worker.cli.reference",
        "demo": "worker.cli.demo",
        "worker": "worker.cli.worker",
        "send": "worker.cli.send",
        "tail": "worker.cli.tail",
        "dead-letters": "worker.cli.dead_letters",
        "replay": "worker.cli.replay",
        "topics": "worker.cli.topics",
    }
)
"""Each module declares a `command`. It is imported when it is asked for: scrubbing a file loads no Kafka client."""


class Subcommands(click.Group):
    """The subcommands of `MODULES`, in that order."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the signature is click's
        """Return the names of the subcommands."""
        return list(MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - likewise
        """Return one subcommand; none if there is no such name."""
        if cmd_name not in MODULES:
            return None
        command: click.Command = importlib.import_module(MODULES[cmd_name]).command
        return command


@click.command(cls=Subcommands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(version(), prog_name="claimscrub")
def claimscrub() -> None:
    """Find what a payer would reject in a professional claim, before the payer does.

    Begin with `claimscrub demo`, or with `claimscrub check` on a file of claims.
    """
