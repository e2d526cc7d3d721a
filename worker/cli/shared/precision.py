"""The option by which a command shows what `claimscrub learn` found out."""

from collections import defaultdict
from pathlib import Path

import click

from worker.learning.document import EditPrecision, LearnedFileError, over_profiles, read_precision
from worker.learning.learner import EditKey

precision_option = click.option(
    "--with-precision",
    "learned",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Show how often payers confirmed it: the learned.json that `claimscrub learn -o` writes.",
)


def load_precision(file: Path | None) -> dict[EditKey, EditPrecision]:
    """Return what was learned by profile and edit; nothing without a file. Raises `click.UsageError`."""
    if file is None:
        return {}
    try:
        return read_precision(file.read_bytes())
    except OSError as error:
        raise click.UsageError(f"{file}: cannot be read ({error.strerror})") from None
    except LearnedFileError as error:
        raise click.UsageError(f"{file}: {error}") from None


def by_edit(learned: dict[EditKey, EditPrecision]) -> dict[str, EditPrecision]:
    """Return what was learned of each edit over all profiles."""
    found: dict[str, list[EditPrecision]] = defaultdict(list)
    for key, each in learned.items():
        found[key.edit].append(each)
    return {edit: over_profiles(each) for edit, each in found.items()}
