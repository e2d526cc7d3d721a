"""`claimscrub profiles`: the payer profiles, whether they are valid, and how two of them differ."""

import sys
from datetime import timedelta
from pathlib import Path
from typing import Final

import click
import orjson

from worker.cli.profiles.propose import propose
from worker.cli.shared.configuration import config_option, edits_option, load_pipeline, sentences
from worker.cli.shared.console import echo_json, out, say, today
from worker.cli.shared.tables import table_of
from worker.wording.counts import counted
from worker.wording.profiles import differences, lines_of, plain

SOON: Final = timedelta(days=30)


@click.group("profiles")
def command() -> None:
    """Show, check and compare payer profiles."""


@command.command("show")
@click.argument("name")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True,
              help="Lines to read, or one JSON object with every edit as it is evaluated.")  # fmt: skip
@config_option
@edits_option
def show(name: str, form: str, config: Path | None, user_edits: Path | None) -> None:
    """Show one profile with all that it inherits."""
    pipeline = load_pipeline(config, user_edits=user_edits)
    with sentences():
        profile = pipeline.profiles.named(name)
    if form == "json":
        echo_json(orjson.dumps(plain(profile, pipeline.edits), option=orjson.OPT_INDENT_2))
        return
    console = out()
    for line in lines_of(profile, pipeline.edits):
        say(console, line.lstrip(), len(line) - len(line.lstrip()))


@command.command("check")
@config_option
@edits_option
def check(config: Path | None, user_edits: Path | None) -> None:
    """Check all profiles together, and name the suppressions that have ended or end within 30 days.

    \b
    Exit code 0: they fit the edits and each other, and no suppression in them
                 has ended.
    Exit code 1: a suppression has ended, so its edit is on again.
    Exit code 2: they do not fit; each problem is one sentence.
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    pipeline, day = load_pipeline(config, user_edits=user_edits), today()
    names = [profile.name for profile in pipeline.profiles]
    say(out(), f"{counted(len(names), 'profile')} without a problem: {', '.join(names)}")
    ends = [each for each in pipeline.profiles.suppression_ends() if each.until <= day + SOON]
    for each in ends:
        say(out(), f"{each.in_words(day)}.")
    if any(each.has_lapsed(day) for each in ends):
        sys.exit(1)


@command.command("diff")
@click.argument("one")
@click.argument("other")
@config_option
@edits_option
def diff(one: str, other: str, config: Path | None, user_edits: Path | None) -> None:
    """Show how two profiles differ, including what they inherit.

    \b
    Exit code 0: they are the same.
    Exit code 1: they differ.
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    pipeline = load_pipeline(config, user_edits=user_edits)
    with sentences():
        sides = [plain(pipeline.profiles.named(name), pipeline.edits) for name in (one, other)]
    found = list(differences(*sides))
    console = out()
    if not found:
        say(console, f"{one} and {other} are the same.")
        return
    table = table_of(("setting", one, other))
    for row in found:
        table.add_row(*row)
    console.print(table)
    sys.exit(1)


command.add_command(propose)
