"""`claimscrub explain`: an edit in plain words, or all that is known about a code or a drug on a date."""

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import click
import orjson

from worker.cli.explain.edit import show_edit
from worker.cli.explain.sections import show_section
from worker.cli.shared.configuration import config_option, edits_option, load_pipeline
from worker.cli.shared.console import DAY, EXIT_SOME_NOT, EXIT_UNREADABLE, echo_json, err, out, say, today
from worker.cli.shared.precision import load_precision, precision_option
from worker.edits.edit import AnyEdit
from worker.learning.document import EditPrecision
from worker.learning.learner import EditKey
from worker.wording.code import sections_of, unknown_in_words
from worker.wording.edits import edit_as_json
from worker.wording.escapes import printable
from worker.wording.precision import precision_as_json, precision_in_words
from worker.wording.search import edit_called, near_misses, sections_about
from worker.wording.section import Section

_INDENT: Final = 2


@click.command("explain")
@click.argument("subject", metavar="EDIT|CODE|DRUG", nargs=-1, required=True)
@click.option("--on", type=DAY, metavar="DATE", help="Date of service to answer for. [default: today]")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Text to read, or one JSON object.",
)
@precision_option
@config_option
@edits_option
def command(  # noqa: PLR0913 - one for each option
    subject: tuple[str, ...],
    on: datetime | None,
    form: str,
    *,
    learned: Path | None,
    config: Path | None,
    user_edits: Path | None,
) -> None:
    """Explain an edit, or a code or drug on a date of service.

    EDIT is an id such as WST-01 or a name such as both-waste-modifiers. CODE is a HCPCS code (J2357), a modifier (JZ),
    a diagnosis (J45.50), an NDC (50242-0040-62), a place of service (11), or what a payer answers: a reason (CO-16), a
    remark (N822) or a status (A7:453), with the edits that predict it. DRUG is a name (Xolair). Other words find the
    edits that speak of them.

    --with-precision shows of an edit what payers made of its findings, profile by profile.

    For each table you see which edition answered, or why none did: a table that does not cover a date proves nothing
    about the code.

    Exit code 0: explained; 1: a code that no table holds; 2: nothing of that name, with near misses.
    """
    day = on.date() if on else today()
    pipeline = load_pipeline(config, user_edits=user_edits)
    wanted = " ".join(subject).strip()
    edit = edit_called(wanted, pipeline.edits)
    sections: tuple[Section, ...] = ()
    if edit is None:
        sections = sections_of(wanted, day, pipeline) or tuple(sections_about(wanted, day, pipeline))
    shown = tuple(section for section in sections if section.is_known) or sections
    near = () if edit or sections else near_misses(wanted, pipeline.edits, pipeline.snapshot)
    if form == "json":
        found = edit_as_json(edit, pipeline.profiles) | _learned_as_json(edit, learned) if edit else None
        _write_json(wanted, day, found, shown, near)
    elif edit:
        show_edit(out(), edit, pipeline.profiles, pipeline.guides.values())
        _show_learned(edit, learned)
    else:
        for section in shown:
            show_section(out(), section)
        if shown and (unknown := unknown_in_words(wanted, day, shown)):
            say(out(), printable(unknown))
    if edit is None and not sections:
        if form == "text":
            _say_unknown(wanted, day, near)
        sys.exit(EXIT_UNREADABLE)
    if edit is None and not any(section.is_known for section in sections):
        sys.exit(EXIT_SOME_NOT)


def _of(edit: AnyEdit, learned: Path | None) -> list[tuple[EditKey, EditPrecision]]:
    """What was learned of an edit, by profile."""
    return sorted((key, each) for key, each in load_precision(learned).items() if key.edit == edit.id)


def _learned_as_json(edit: AnyEdit, learned: Path | None) -> dict[str, Any]:  # any JSON object
    if learned is None:
        return {}
    return {"learned": {key.profile: precision_as_json(each) for key, each in _of(edit, learned)}}


def _show_learned(edit: AnyEdit, learned: Path | None) -> None:
    if learned is None:
        return
    found = _of(edit, learned)
    for key, each in found:
        say(out(), f"Learned from answers under {key.profile}: {precision_in_words(each)}", _INDENT)
    if not found:
        say(out(), f"Learned from answers: {learned} has no finding of it.", _INDENT)


def _write_json(
    subject: str,
    on: date,
    edit: dict[str, Any] | None,  # any JSON object
    sections: tuple[Section, ...],
    near: tuple[str, ...],
) -> None:
    answer = {
        "subject": subject,
        "on": on,
        "edit": edit,
        "sections": [section.as_json() for section in sections],
        "suggestions": near,
    }
    echo_json(orjson.dumps(answer, option=orjson.OPT_INDENT_2))


def _say_unknown(wanted: str, on: date, near: tuple[str, ...]) -> None:
    say(
        err(),
        f"{printable(wanted)}: no edit of that id or name. {printable(unknown_in_words(wanted, on, ()))} "
        + (f"Near to it: {', '.join(near)}. " if near else "")
        + "`claimscrub edits` lists the edits.",
    )
