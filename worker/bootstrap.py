"""The one place that wires: files to data, data to the pipeline."""

import hashlib
import importlib.metadata
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

import worker
from worker.edits.catalogue import load_edits
from worker.payers.guide import Guide
from worker.payers.profile import Profile, ProfileError, Profiles
from worker.pipeline.scrub import Pipeline
from worker.reference.loading import load, load_verified
from worker.settings import Settings
from worker.stream.scrubber import LoadedScrubber, ReferenceEdition, ReferenceSource, Scrubbed

MAX_MESSAGE_BYTES = 1024 * 1024
Model = TypeVar("Model", bound=BaseModel)


class _Yaml(yaml.SafeLoader):
    """YAML as its version 1.2 reads it: only true and false are yes and no, so that `off` stays a word."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - the name and the form are the base class's
        first: [(tag, form) for tag, form in resolvers if tag != "tag:yaml.org,2002:bool"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


_Yaml.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("true|false"), list("tf"))


class ConfigurationError(Exception):
    """The configuration cannot be used; the message names the file and says what would be right."""


def version() -> str:
    """The version of the installed claimscrub."""
    return importlib.metadata.version("claimscrub")


def default_config_directory() -> Path:
    """Where the shipped tables, profiles and guides are: inside the package, or beside it in a checkout."""
    package = Path(worker.__file__).parent
    inside = package / "config"
    return inside if inside.is_dir() else package.parent / "config"


def build_pipeline(
    config: Path | None = None,
    *,
    max_bytes: int = MAX_MESSAGE_BYTES,
    today: Callable[[], date] = date.today,
) -> Pipeline:
    """The pipeline over the configuration in a directory.

    Raises `ConfigurationError` for a missing directory, an unreadable file or an expired suppression, `ReferenceError`
    for a broken table and `ProfileError` for profiles that do not fit.
    """
    directory = config or default_config_directory()
    if not directory.is_dir():
        raise ConfigurationError(f"{directory}: no such configuration directory")
    profiles = _read_all(directory / "payers", Profile)
    _refuse_expired(profiles, today())
    guides = {guide.hcpcs: guide for guide in _read_all(directory / "guides", Guide)}
    return Pipeline(
        edits=load_edits(),
        profiles=Profiles(profiles),
        guides=guides,
        snapshot=load(directory / "reference"),
        ruleset=_ruleset_digest(directory),
        clock=perf_counter,
        max_bytes=max_bytes,
    )


def _read_all(directory: Path, model: type[Model]) -> list[Model]:
    return [_read(file, model) for file in sorted(directory.glob("*.yaml"))]


def _read(file: Path, model: type[Model]) -> Model:
    try:
        content: Any = yaml.load(file.read_text("utf-8"), _Yaml)  # noqa: S506 - a safe loader; any YAML, the model decides
        return model.model_validate(content)
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{file}: not YAML: {error}") from None
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise ConfigurationError(f"{file}: {problems}") from None


def _refuse_expired(profiles: Iterable[Profile], today: date) -> None:
    for profile in profiles:
        for edit_id, setting in profile.edits.items():
            off = setting.off
            if off and off.until and off.until < today:
                raise ProfileError(
                    f"profile {profile.name}: the suppression of {edit_id} by {off.owner} expired on {off.until}; "
                    "renew it or remove it"
                )


def _ruleset_digest(config: Path) -> str:
    """A digest of all that decides besides the tables: our version, the code of the pure core, profiles, guides."""
    told = hashlib.sha256(version().encode())
    package = Path(worker.__file__).parent
    code = [file for part in ("edits", "payers", "pipeline", "reference") for file in (package / part).rglob("*.py")]
    data = [file for part in ("payers", "guides") for file in (config / part).glob("*.yaml")]
    for root, files in ((package, code), (config, data)):
        for file in sorted(files):
            told.update(f"\0{file.relative_to(root).as_posix()}\0".encode())
            told.update(file.read_bytes())
    return told.hexdigest()[:16]


class PipelineScrubber:
    """The pipeline behind the seam of the stream."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self.versions = {
            "ruleset": pipeline.ruleset,
            "reference": pipeline.snapshot.digest,
            "profile": ",".join(sorted(profile.name for profile in pipeline.profiles)),
        }
        """What is in force; which one of the profiles decides is known only of a message that is a claim."""

    def scrub(self, value: bytes | None, *, received_on: date) -> Scrubbed:
        """Return the pipeline's verdict in the words of the stream."""
        done = self._pipeline.scrub(value, received_on)
        if done.dead_letter is not None:
            return Scrubbed("dead-lettered", dead_letter=done.dead_letter, versions=self.versions)
        if done.outcome is None:
            return Scrubbed("skipped")
        outcome = done.outcome
        return Scrubbed(
            outcome.disposition.value,
            value=done.message,
            outcome_id=outcome.outcome_id,
            findings=tuple((finding.edit, finding.severity.value) for finding in outcome.findings),
            no_data=tuple(entry.edit for entry in outcome.coverage.no_data),
            edit_errors=outcome.coverage.errors,
            lines=done.lines,
            stage_seconds=done.stage_seconds,
            versions=self.versions | {"profile": outcome.versions.profile},
        )


def load_scrubber(settings: Settings) -> LoadedScrubber:
    """The scrubber that a worker with these settings runs. Raises what `build_pipeline` raises."""
    pipeline = build_pipeline(
        settings.config_dir,
        max_bytes=settings.max_message_bytes,
        today=lambda: settings.as_of or date.today(),  # noqa: DTZ011 - expiry is judged by the host's own calendar
    )
    return replace(_loaded(pipeline), source=_source(settings, pipeline))


def _loaded(pipeline: Pipeline) -> LoadedScrubber:
    scrubber = PipelineScrubber(pipeline)
    return LoadedScrubber(
        scrubber=scrubber,
        edit_ids=tuple(edit.id for edit in pipeline.edits),
        editions=tuple(
            ReferenceEdition(each.table, each.name, each.in_force_from, each.in_force_to)
            for each in pipeline.snapshot.editions
        ),
        versions=scrubber.versions,
    )


def _source(settings: Settings, pipeline: Pipeline) -> ReferenceSource:
    config = settings.config_dir or default_config_directory()
    # All but the tables stays; the parts are named here so that the first snapshot is free to go.
    edits, profiles, guides, ruleset = pipeline.edits, pipeline.profiles, pipeline.guides, pipeline.ruleset

    def load_over(directory: Path) -> LoadedScrubber:
        return _loaded(
            Pipeline(
                edits=edits,
                profiles=profiles,
                guides=guides,
                snapshot=load_verified(directory),
                ruleset=ruleset,
                clock=perf_counter,
                max_bytes=settings.max_message_bytes,
            )
        )

    return ReferenceSource(home=config / "reference", root=settings.reference_root or config, load=load_over)
