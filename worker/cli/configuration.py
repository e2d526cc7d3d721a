"""Loads the pipeline for a command, and says in one sentence what is wrong with a configuration."""

from datetime import date
from pathlib import Path

import click

from worker.bootstrap import ConfigurationError, build_pipeline
from worker.payers.profile import ProfileError
from worker.pipeline.scrub import Pipeline
from worker.reference.errors import ReferenceError as BrokenReferenceError


def load_pipeline(config: Path | None, *, on: date, profile: str | None = None) -> Pipeline:
    """Return the pipeline over a configuration. Raises `click.UsageError`, which ends the command with 2."""
    try:
        pipeline = build_pipeline(config, today=lambda: on)
        return pipeline.under(profile) if profile else pipeline
    except (ConfigurationError, ProfileError, BrokenReferenceError) as error:
        raise click.UsageError(str(error)) from None
