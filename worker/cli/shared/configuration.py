"""Loads the pipeline for a command, and reports what is wrong with a configuration."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path

import click

from worker.bootstrap import build_pipeline
from worker.configuration.user_edits import RESERVED
from worker.edits.catalogue import load_edits
from worker.errors import ConfigurationError
from worker.pipeline.scrub import Pipeline
from worker.settings import ENV_PREFIX

config_option = click.option(
    "--config",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder with payers, guides and reference tables. "
    f"[default: {ENV_PREFIX}CONFIG_DIR, if set, else the one shipped with claimscrub]",
)
edits_option = click.option(
    "--edits",
    "user_edits",
    type=click.Path(path_type=Path, file_okay=False),
    envvar=f"{ENV_PREFIX}EDITS_DIR",
    metavar="DIR",
    help=f"Folder with your own edits. [default: {ENV_PREFIX}EDITS_DIR, if set]",
)


def known_edits(ids: Iterable[str]) -> frozenset[str]:
    """These ids of edits; a user's own count as known. Raises `click.BadParameter` with the nearest for another."""
    known = {edit.id for edit in load_edits()}
    for each in ids:
        if each not in known and not RESERVED.fullmatch(each):
            near = get_close_matches(each.upper(), known, 1, 0.5)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise click.BadParameter(f"there is no edit {each!r}{hint}", param_hint="--edit")
    return frozenset(ids)


@contextmanager
def sentences() -> Iterator[None]:
    """Turn what is wrong with a configuration into a usage error, which ends the command with 2."""
    try:
        yield
    except ConfigurationError as error:
        raise click.UsageError(str(error)) from None


def load_pipeline(config: Path | None, *, user_edits: Path | None = None, profile: str | None = None) -> Pipeline:
    """Return the pipeline over a configuration. Raises `click.UsageError`."""
    with sentences():
        pipeline = build_pipeline(config, user_edits=user_edits)
        return pipeline.under(profile) if profile else pipeline
