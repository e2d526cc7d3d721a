"""A profile that is tried on a claim before anybody saves it: read from text, with what it inherits from the others."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from worker.bootstrap import shipped_config_directory
from worker.configuration.profile_files import read_profiles_with
from worker.errors import ConfigurationError
from worker.pipeline.scrub import Pipeline
from worker.server.answers import Desk

MOST_CHARACTERS: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class ProfileTrial:
    """A profile that is tried: its name and what judges by it, or what is wrong with it."""

    name: str = ""
    pipeline: Pipeline | None = None
    problems: tuple[str, ...] = ()


def payers_of(desk: Desk) -> Path:
    """Return the folder of the profiles."""
    return (desk.config or shipped_config_directory()) / "payers"


def trial_of(desk: Desk, text: str) -> ProfileTrial:
    """Return a profile in YAML as it would judge; nothing is written."""
    if len(text) > MOST_CHARACTERS:
        return ProfileTrial(problems=(f"A profile has at most {MOST_CHARACTERS:,} characters here.",))
    pipeline = desk.pipeline
    try:
        name, profiles = read_profiles_with(payers_of(desk), pipeline.edits, text)
    except ConfigurationError as error:
        return ProfileTrial(problems=tuple(error.problems))
    tried = Pipeline(
        edits=pipeline.edits,
        profiles=profiles,
        guides=pipeline.guides,
        snapshot=pipeline.snapshot,
        ruleset=f"{pipeline.ruleset}+tried",
        clock=lambda: 0.0,
        max_bytes=desk.most_bytes,
    )
    return ProfileTrial(name, tried.under(name))
