"""The one place that wires: files to data, data to the pipeline."""

import importlib.metadata
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from time import perf_counter

import worker
from schemas.outcome import Disposition
from worker.configuration.digest import ruleset_digest
from worker.configuration.documents import ConfigurationError, read_all
from worker.configuration.profile_files import read_profiles
from worker.configuration.user_edits import load_user_edits
from worker.edits.catalogue import load_edits
from worker.edits.edit import AnyEdit
from worker.payers.guide import Guide
from worker.pipeline.scrub import Pipeline
from worker.reference.loading import load, load_verified
from worker.settings import Settings
from worker.stream.scrubber import LoadedScrubber, ReferenceEdition, ReferenceSource, Scrubbed

MAX_MESSAGE_BYTES = 1024 * 1024


def version() -> str:
    """The version of the installed claimscrub."""
    return importlib.metadata.version("claimscrub")


def default_config_directory() -> Path:
    """Where the shipped tables, profiles and guides are: inside the package, or beside it in a checkout."""
    package = Path(worker.__file__).parent
    inside = package / "config"
    return inside if inside.is_dir() else package.parent / "config"


def all_edits(user_edits: Path | None = None) -> tuple[AnyEdit, ...]:
    """Our edits, then those of a user's folder. Raises `ConfigurationError` for a folder or file that is broken."""
    return (*load_edits(), *(load_user_edits(user_edits) if user_edits else ()))


def build_pipeline(
    config: Path | None = None,
    *,
    user_edits: Path | None = None,
    max_bytes: int = MAX_MESSAGE_BYTES,
    today: Callable[[], date] = date.today,
) -> Pipeline:
    """The pipeline over the configuration in a directory, with a user's own edits from another one.

    Raises `ConfigurationError` for a missing directory, an unreadable guide or a broken edit, `ReferenceError` for a
    broken table and `ProfileError` for all that is wrong with the profiles, expired suppressions among it.
    """
    directory = config or default_config_directory()
    if not directory.is_dir():
        raise ConfigurationError(f"{directory}: no such configuration directory")
    edits = all_edits(user_edits)
    return Pipeline(
        edits=edits,
        profiles=read_profiles(directory / "payers", edits, today()),
        guides={guide.hcpcs: guide for guide in read_all(directory / "guides", Guide)},
        snapshot=load(directory / "reference"),
        ruleset=ruleset_digest(version(), Path(worker.__file__).parent, directory, user_edits),
        clock=perf_counter,
        max_bytes=max_bytes,
    )


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
            is_unverified=outcome.disposition is Disposition.SCRUBBED and bool(outcome.coverage.unverified),
            edit_errors=outcome.coverage.errors,
            lines=done.lines,
            billed=done.billed,
            stage_seconds=done.stage_seconds,
            versions=self.versions | {"profile": outcome.versions.profile},
        )


def load_scrubber(settings: Settings) -> LoadedScrubber:
    """The scrubber that a worker with these settings runs. Raises what `build_pipeline` raises."""
    pipeline = build_pipeline(
        settings.config_dir,
        user_edits=settings.edits_dir,
        max_bytes=settings.max_message_bytes,
        today=lambda: settings.as_of or date.today(),  # noqa: DTZ011 - expiry is judged by the host's own calendar
    )
    return replace(_loaded(pipeline), source=_source(settings, pipeline))


def _loaded(pipeline: Pipeline) -> LoadedScrubber:
    scrubber = PipelineScrubber(pipeline)
    return LoadedScrubber(
        scrubber=scrubber,
        edit_ids=tuple(edit.id for edit in pipeline.edits),
        edit_words={edit.id: edit.summary for edit in pipeline.edits},
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
