"""`claimscrub test`: runs case files against the profiles and edits that a user has."""

import sys
from collections import Counter
from pathlib import Path
from typing import Final

import click

from worker.cases.files import Case, load_cases
from worker.cases.verdicts import differences, scrubbed_case
from worker.cli.shared.configuration import config_option, edits_option, load_pipeline, sentences
from worker.cli.shared.console import out, say
from worker.payers.profile import ProfileError
from worker.pipeline.scrub import Pipeline
from worker.wording.counts import counted
from worker.wording.escapes import printable

EXIT_ALL_AS_EXPECTED: Final = 0
EXIT_SOME_NOT: Final = 1


@click.command("test")
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="DIR")
@config_option
@edits_option
@click.option("-v", "--verbose", is_flag=True, help="Name the cases that are as expected, too.")
def command(directory: Path, config: Path | None, user_edits: Path | None, *, verbose: bool) -> None:
    """Run the case files of a folder: what must each edit find in each claim?

    A case file is YAML: the id of an edit and a list of cases, each with a claim and what the edit must find in it.
    config/README.md shows one.

    \b
    Exit code 0: every case is as expected.
    Exit code 1: at least one is not.
    Exit code 2: a file is not a case file, there is none, or the configuration
                 is broken.
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    pipeline = load_pipeline(config, user_edits=user_edits)
    with sentences():
        cases = load_cases(directory)
    if not cases:
        raise click.UsageError(f"{directory}: holds no case file (names end in .yaml)")
    if unknown := sorted({case.edit for case in cases} - {edit.id for edit in pipeline.edits}):
        raise click.UsageError(f"{directory}: has cases of edits that do not exist: {', '.join(unknown)}")
    console = out()
    failed: Counter[str] = Counter()
    for case in cases:
        problems = _problems(case, pipeline)
        failed[case.edit] += bool(problems)
        if problems or verbose:
            say(console, printable(f"{'FAIL' if problems else 'ok  '}  {case}"))
        for problem in problems:
            say(console, printable(problem), 6)
    wrong = failed.total()
    edits = counted(len({case.edit for case in cases}), "edit")
    say(console, f"{counted(len(cases), 'case')} of {edits}: {len(cases) - wrong} as expected, {wrong} not.")
    sys.exit(EXIT_SOME_NOT if wrong else EXIT_ALL_AS_EXPECTED)


def _problems(case: Case, pipeline: Pipeline) -> list[str]:
    try:
        outcome, failures = scrubbed_case(case, pipeline)
        problems = list(differences(case, outcome))
        # How an edit failed explains what is other than expected.
        return [*problems, *(each.in_words() for each in failures)] if problems else []
    except (ProfileError, ValueError) as error:
        return [str(error)]
