"""`claimscrub explain`: an edit in plain words, or all that is known about a code on a date."""

import sys
from datetime import datetime
from pathlib import Path

import click

from worker.cli.explain.code import sections_of
from worker.cli.explain.edit import show_edit
from worker.cli.shared.configuration import config_option, edits_option, load_pipeline
from worker.cli.shared.console import DAY, EXIT_UNREADABLE, err, out, say, today
from worker.cli.shared.escapes import printable


@click.command("explain")
@click.argument("subject", metavar="EDIT|CODE")
@click.option("--on", type=DAY, metavar="DATE", help="Date of service to answer for. [default: today]")
@config_option
@edits_option
def command(subject: str, on: datetime | None, config: Path | None, user_edits: Path | None) -> None:
    """Explain an edit, or a code on a date of service.

    EDIT is an id such as WST-01 or a name such as both-waste-modifiers. CODE is a HCPCS code (J2357), a modifier (JZ),
    a diagnosis (J45.50), an NDC (50242-0040-62) or a place of service (11). For each table you see which edition
    answered, or why none did: a table that does not cover a date proves nothing about the code.
    """
    day = on.date() if on else today()
    pipeline = load_pipeline(config, user_edits=user_edits, on=today())
    console = out()
    wanted = subject.strip()
    for edit in pipeline.edits:
        if wanted.lower() in (edit.id.lower(), edit.name):
            show_edit(console, edit, pipeline.profiles, pipeline.guides.values())
            return
    sections = sections_of(wanted, day, pipeline)
    if not sections:
        say(
            err(),
            f"{printable(wanted)}: no edit of that id or name, and no code of a kind that we know. "
            "`claimscrub edits` lists the edits.",
        )
        sys.exit(EXIT_UNREADABLE)
    known = [section for section in sections if section.is_known]
    for section in known or sections:
        section.show(console)
    if not known:
        sys.exit(1)
