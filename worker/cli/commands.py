"""The `claimscrub` command: which subcommands there are, and where each one is."""

import importlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import click

from worker.collector import lasting

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
        "convert": "worker.cli.convert",
        "acknowledge": "worker.cli.acknowledge",
        "tail": "worker.cli.tail",
        "dead-letters": "worker.cli.dead_letters",
        "replay": "worker.cli.replay",
        "topics": "worker.cli.topics",
    }
)
"""Each module declares a `command`. It is imported when it is asked for: scrubbing a file loads no Kafka client."""

SUMMARIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "check": "Scrub claim files on this machine, without Kafka.",
        "explain": "Explain an edit, or a code on a date of service.",
        "edits": "List every edit: what it finds, how severely it is taken, and the publication it rests on.",
        "profiles": "Show, check and compare payer profiles.",
        "test": "Run the case files of a folder: what must each edit say of each claim?",
        "reference": "Look at the reference tables, compare them and bring new ones in.",
        "demo": "See it work: start a Kafka broker and a worker, send synthetic claims, watch what becomes of them.",
        "worker": "Run the worker: read claims from Kafka, scrub them, write outcomes back.",
        "send": "Send the claims of files to the inbound topic, as they are.",
        "convert": "Write claims as JSON, one a line, or as X12 interchanges of 837P and 837I.",
        "acknowledge": "Write a 277CA for outcomes, or a 999 for a file in X12.",
        "tail": "Show the records of a topic as they come; Ctrl-C ends it.",
        "dead-letters": "List the messages that were no claim, show one, or send them again.",
        "replay": "Scrub claims again after rules or tables have changed.",
        "topics": "Create the topics that the worker needs, or see what is wrong with them.",
    }
)
"""The first sentence of each command, so that the list of them is shown without the import of them all."""


class Subcommands(click.Group):
    """The subcommands of `MODULES`, in that order."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the signature is click's
        """Return the names of the subcommands."""
        return list(MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - likewise
        """Return one subcommand; none if there is no such name."""
        if cmd_name not in MODULES:
            return None
        with lasting():
            command: click.Command = importlib.import_module(MODULES[cmd_name]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of subcommands; one without a summary here is asked for its own."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, SUMMARIES.get(name) or self._summary(ctx, name)) for name in MODULES])

    def _summary(self, ctx: click.Context, name: str) -> str:
        command = self.get_command(ctx, name)
        return command.get_short_help_str() if command else ""


@click.command(cls=Subcommands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="claimscrub", prog_name="claimscrub")
def claimscrub() -> None:
    """Find what a payer would reject in a claim, before the payer does.

    Begin with `claimscrub demo`, or with `claimscrub check` on a file of claims.
    """
