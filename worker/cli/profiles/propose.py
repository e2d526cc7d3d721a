"""`claimscrub profiles propose`: severities that payers' answers speak for, as a difference for a person to apply."""

import difflib
import sys
from pathlib import Path
from typing import Any

import click

from schemas.outcome import Severity
from worker.bootstrap import default_config_directory, read_rules
from worker.cli.shared.configuration import config_option, edits_option, sentences
from worker.cli.shared.console import EXIT_SOME_NOT, echo, out, say
from worker.cli.shared.precision import load_precision
from worker.configuration.documents import read_document
from worker.configuration.severity_text import with_severity
from worker.learning.learner import EditKey
from worker.learning.proposing import SeverityChange, Thresholds, changes_of
from worker.wording.counts import counted

_DEFAULTS = Thresholds()


@click.command("propose")
@click.argument("learned", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="LEARNED")
@click.option(
    "--warn-below",
    type=click.FloatRange(0, 1),
    default=_DEFAULTS.warn_below,
    show_default=True,
    metavar="SHARE",
    help="An edit that holds claims is to warn only when fewer of its findings were confirmed.",
)
@click.option(
    "--reject-from",
    type=click.FloatRange(0, 1),
    default=_DEFAULTS.reject_from,
    show_default=True,
    metavar="SHARE",
    help="An edit that warns is to reject when so many were confirmed.",
)
@click.option(
    "--least",
    type=click.IntRange(1),
    default=_DEFAULTS.least,
    show_default=True,
    metavar="COUNT",
    help="Leave out edits with fewer decided findings.",
)
@config_option
@edits_option
def propose(
    learned: Path, *, config: Path | None, user_edits: Path | None, **limits: Any
) -> None:  # Any: the three of Thresholds
    """Show which severities the payers' answers speak for, as a difference of the profiles; nothing is changed.

    LEARNED is the learned.json that `claimscrub learn -o` writes. Each line carries the figures that speak for it:
    read them, and the findings behind them, before you apply any with `patch`. A finding that was paid may still have
    been right, and one on a table that is carried forward only warns whatever a profile says.

    \b
    Exit code 0: nothing is proposed.
    Exit code 1: something is.
    Exit code 2: the file is not what `claimscrub learn` writes, or the profiles
                 do not fit.
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    known = load_precision(learned)
    with sentences():
        rules = read_rules(config, user_edits)
    edits, profiles = {edit.id: edit for edit in rules.edits}, {profile.name: profile for profile in rules.profiles}

    def severity_now(key: EditKey) -> Severity | None:
        edit, profile = edits.get(key.edit), profiles.get(key.profile)
        setting = profile.setting(key.edit) if profile else None
        return None if edit is None or setting is None or setting.off else setting.severity or edit.severity

    changes = changes_of(known.items(), Thresholds(**limits), severity_now)
    files = _files((config or default_config_directory()) / "payers")
    for name in sorted({each.profile for each in changes}):
        _show(files[name], [each for each in changes if each.profile == name])
    unknown = sorted({key.profile for key in known if key.profile not in profiles})
    if unknown:
        say(out(), f"# Without a profile of their name here: {', '.join(unknown)}.")
    if not changes:
        say(out(), f"# Nothing to propose: {counted(len(known), 'edit')} under profiles were looked at.")
        return
    sys.exit(EXIT_SOME_NOT)


def _files(directory: Path) -> dict[str, Path]:
    with sentences():
        return {str(read_document(file)["name"]): file for file in sorted(directory.glob("*.yaml"))}


def _show(file: Path, changes: list[SeverityChange]) -> None:
    before = after = file.read_text("utf-8")
    for each in changes:
        changed = with_severity(after, each.edit, each.proposed, _why(each))
        if changed is None:
            echo(f"# {file}: by hand, {each.edit}: {{severity: {each.proposed.value}}}  # {_why(each)}")
        else:
            after = changed
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), str(file), str(file), n=1
    )
    echo("".join(lines).rstrip("\n"))


def _why(change: SeverityChange) -> str:
    learned = change.learned
    return (
        f"was {change.now.value}; payers confirmed {learned.predicted + learned.otherwise:,} of "
        f"{learned.decided:,} findings"
    )
