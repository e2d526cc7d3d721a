"""The `claimscrub` command and the one table of its subcommands."""

import importlib
from types import MappingProxyType
from typing import Final, NamedTuple

import click

from worker.collector import lasting
from worker.wording.escapes import printable_lines


class Command(NamedTuple):
    """A subcommand as the list of them shows it, without importing it.

    Attributes:
        name: What is typed after `claimscrub`.
        module: The module that declares it as `command`; imported when it is asked for, so that scrubbing a file
            loads no Kafka client.
        summary: The first sentence of its help.
    """

    name: str
    module: str
    summary: str


COMMANDS: Final = (
    Command("check", "worker.cli.check.command", "Scrub claim files on this machine, without Kafka."),
    Command(
        "compare", "worker.cli.compare.command", "Show which claims two configurations judge differently, and why."
    ),
    Command("explain", "worker.cli.explain.command", "Explain an edit, or a code or drug on a date of service."),
    Command(
        "serve",
        "worker.cli.serve",
        "Serve an HTTP API and a workbench in the browser, with the worker's verdicts.",
    ),
    Command(
        "report",
        "worker.cli.report.command",
        "Add up outcomes: which charges are held, by edit, payer, provider, drug and week, and what was not checked.",
    ),
    Command(
        "edits",
        "worker.cli.edits",
        "List every edit: what it finds, its severity, and the publication behind it.",
    ),
    Command("profiles", "worker.cli.profiles.command", "Show, check and compare payer profiles."),
    Command("test", "worker.cli.test", "Run the case files of a folder: what must each edit find in each claim?"),
    Command(
        "reference", "worker.cli.reference.command", "Show the reference tables, compare them and import new ones."
    ),
    Command(
        "demo",
        "worker.cli.demo.command",
        "See it work: start a Kafka broker and a worker, send synthetic claims, watch their outcomes.",
    ),
    Command("worker", "worker.cli.worker", "Run the worker: read claims from Kafka, scrub them, write outcomes back."),
    Command("send", "worker.cli.send", "Send the claims of files to the inbound topic, as they are."),
    Command(
        "convert", "worker.cli.convert", "Write claims as JSON, one per line, or as X12 interchanges of 837P and 837I."
    ),
    Command("acknowledge", "worker.cli.acknowledge", "Write a 277CA for outcomes, or a 999 for a file in X12."),
    Command(
        "learn",
        "worker.cli.learn.command",
        "Learn from payers' answers which findings were right, and which denials none foretold.",
    ),
    Command(
        "learner",
        "worker.cli.learner",
        "Follow payers' answers and outcomes on Kafka, and show the precision of edits as metrics.",
    ),
    Command("tail", "worker.cli.tail", "Show the records of a topic as they come; Ctrl-C ends it."),
    Command(
        "dead-letters", "worker.cli.dead_letters", "List messages that were not claims, show one, or send them again."
    ),
    Command("replay", "worker.cli.replay.command", "Scrub claims again after rules or tables have changed."),
    Command(
        "history",
        "worker.cli.history.command",
        "Make the key of a memory of earlier claims, show or delete what is remembered of a person.",
    ),
    Command(
        "pended",
        "worker.cli.pended",
        "List claims that wait for documentation, show one, or send documents of one.",
    ),
    Command(
        "export",
        "worker.cli.export.command",
        "Write the outcomes of topics to Parquet, by day and disposition; the next run goes on from here.",
    ),
    Command(
        "archive",
        "worker.cli.archive",
        "Scrub an archive of claims in Parquet with Spark, here or on a cluster.",
    ),
    Command("topics", "worker.cli.topics", "Create the topics that the worker needs, or see what is wrong with them."),
    Command("lag", "worker.cli.lag", "Show how many messages wait for the workers, partition by partition."),
    Command("doctor", "worker.cli.doctor", "Look at everything that must be right before claims flow."),
)
_BY_NAME: Final = MappingProxyType({command.name: command for command in COMMANDS})


class Subcommands(click.Group):
    """The subcommands of `COMMANDS`, in that order."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the signature is click's
        """Return the names of the subcommands."""
        return list(_BY_NAME)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - likewise
        """Return one subcommand, or None when there is no such name."""
        if cmd_name not in _BY_NAME:
            return None
        with lasting():
            command: click.Command = importlib.import_module(_BY_NAME[cmd_name].module).command
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run a subcommand; what ends it in a sentence may name files, and may quote them."""
        try:
            return super().invoke(ctx)
        except click.ClickException as error:
            error.message = printable_lines(error.message)
            raise

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - likewise
        """Write the list of subcommands with their summaries."""
        with formatter.section("Commands"):
            formatter.write_dl([(command.name, command.summary) for command in COMMANDS])


@click.command(cls=Subcommands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="claimscrub", prog_name="claimscrub")
def claimscrub() -> None:
    """Find what a payer would reject in a claim, before the payer does.

    Begin with `claimscrub demo`, or with `claimscrub check` on a file of claims.

    \b
    Exit code  0: done.
    Exit code  1: it could not be done, or as the help of the command says.
    Exit code  2: something is wrong with what was typed, or with a file.
    Exit code 69: no Kafka broker answers, or it refuses.
    Exit code 78: a CLAIMSCRUB_ setting is wrong.
    """  # noqa: D301 - click reads the backspace as "do not wrap"
