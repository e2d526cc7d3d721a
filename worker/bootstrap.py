"""The one place that wires: files to data, data to the pipeline."""

import importlib.metadata
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from time import perf_counter

import schemas
import worker
from worker.configuration.compiled_tables import LoadedFrom, load_tables
from worker.configuration.digest import ruleset_digest
from worker.configuration.documents import read_all
from worker.configuration.profile_files import read_profiles
from worker.configuration.user_edits import load_user_edits
from worker.edits.catalogue import load_edits
from worker.edits.edit import AnyEdit
from worker.errors import ConfigurationError
from worker.observe.traces import Spans
from worker.payers.guide import Guide, guides_by_code
from worker.pipeline.scrub import Pipeline
from worker.reference.build.loading import load_verified
from worker.reference.tables.snapshot import Snapshot
from worker.settings import ENV_PREFIX, Settings, SettingsError
from worker.stream.pipeline_scrubber import PipelineScrubber
from worker.stream.scrubber import LoadedScrubber, ReferenceEdition, ReferenceSource

MAX_MESSAGE_BYTES = 1024 * 1024
_PACKAGES = tuple(Path(package.__path__[0]) for package in (worker, schemas))


def version() -> str:
    """The version of the installed claimscrub."""
    return importlib.metadata.version("claimscrub")


def default_config_directory() -> Path:
    """Where the shipped tables, profiles and guides are: inside the package, or beside it in a checkout."""
    package = Path(worker.__file__).parent
    inside = package / "config"
    return inside if inside.is_dir() else package.parent / "config"


def default_cache_directory() -> Path | None:
    """Where compiled tables are kept: CLAIMSCRUB_CACHE_DIR, else the user's cache folder; none without a home."""
    if named := os.environ.get(f"{ENV_PREFIX}CACHE_DIR"):
        return Path(named)
    # https://specifications.freedesktop.org/basedir-spec/ has relative paths ignored.
    if (caches := Path(os.environ.get("XDG_CACHE_HOME", ""))).is_absolute():
        return caches / "claimscrub"
    home = Path("~").expanduser()
    return home / ".cache" / "claimscrub" if home.is_absolute() else None


def load_snapshot(directory: Path) -> Snapshot:
    """The snapshot of a reference folder, from its compiled form if there is one. Raises `ReferenceDataError`."""
    return load_tables(directory, default_cache_directory())[0]


def allows_writable_edits() -> bool:
    """Whether CLAIMSCRUB_ALLOW_WRITABLE_EDITS says so; a word that is not one for yes is a no."""
    return os.environ.get(f"{ENV_PREFIX}ALLOW_WRITABLE_EDITS", "").lower() in ("1", "true", "yes", "on")


def all_edits(user_edits: Path | None = None, *, allow_writable: bool | None = None) -> tuple[AnyEdit, ...]:
    """Our edits, then those of a user's folder.

    Raises `ConfigurationError` for a folder or file that is broken, or that others may write; whether they may is asked
    of the environment where it is not given.
    """
    if user_edits is None:
        return load_edits()
    is_allowed = allows_writable_edits() if allow_writable is None else allow_writable
    return (*load_edits(), *load_user_edits(user_edits, allow_writable=is_allowed))


def build_pipeline(
    config: Path | None = None,
    *,
    user_edits: Path | None = None,
    max_bytes: int = MAX_MESSAGE_BYTES,
    today: Callable[[], date] = date.today,
) -> Pipeline:
    """The pipeline over the configuration in a directory, with a user's own edits from another one.

    Raises `ConfigurationError` for a missing directory, an unreadable guide or a broken edit, `ReferenceDataError` for
    a broken table and `ProfileError` for all that is wrong with the profiles, expired suppressions among it.
    """
    directory = config or default_config_directory()
    edits = all_edits(user_edits)
    return _pipeline(directory, default_cache_directory(), edits, user_edits, max_bytes, today)[0]


def _pipeline(  # noqa: PLR0913, PLR0917 - where each part comes from
    directory: Path,
    cache: Path | None,
    edits: tuple[AnyEdit, ...],
    user_edits: Path | None,
    max_bytes: int,
    today: Callable[[], date],
) -> tuple[Pipeline, LoadedFrom]:
    if not directory.is_dir():
        raise ConfigurationError(f"{directory}: no such configuration directory")
    profiles = read_profiles(directory / "payers", edits, today())
    guides = guides_by_code(read_all(directory / "guides", Guide))
    snapshot, loaded_from = load_tables(directory / "reference", cache)
    pipeline = Pipeline(
        edits=edits,
        profiles=profiles,
        guides=guides,
        snapshot=snapshot,
        ruleset=ruleset_digest(_PACKAGES, [*profiles, *guides.values()], user_edits, cache),
        clock=perf_counter,
        max_bytes=max_bytes,
    )
    return pipeline, loaded_from


def load_scrubber(settings: Settings) -> LoadedScrubber:
    """The scrubber that a worker with these settings runs. Raises what `build_pipeline` raises."""
    pipeline, loaded_from = _pipeline(
        settings.config_dir or default_config_directory(),
        settings.cache_dir or default_cache_directory(),
        all_edits(settings.edits_dir, allow_writable=settings.allow_writable_edits),
        settings.edits_dir,
        settings.max_message_bytes,
        lambda: settings.as_of or date.today(),  # noqa: DTZ011 - expiry is judged by the host's own calendar
    )
    return replace(_loaded(pipeline), source=_source(settings, pipeline), loaded_from=loaded_from)


def open_spans(settings: Settings) -> Spans | None:
    """Where the spans of a worker with these settings go; None when it makes none.

    Raises `SettingsError` where they are wanted and the library for them is not installed.
    """
    if settings.traces_endpoint is None:
        return None
    try:
        # A worker without spans, which is most of them, does not pay for loading the library at its start.
        from worker.observe.spans import spans_over_otlp  # noqa: PLC0415 - see above
    except ImportError:
        problem = "CLAIMSCRUB_TRACES_ENDPOINT: needs the extra `traces` (pip install 'claimscrub[traces]')"
        raise SettingsError(problem) from None
    return spans_over_otlp(
        settings.traces_endpoint, group=settings.group_id, version=version(), instance=settings.instance_id
    )


def _loaded(pipeline: Pipeline) -> LoadedScrubber:
    scrubber = PipelineScrubber(pipeline)
    return LoadedScrubber(
        scrubber=scrubber,
        edit_ids=tuple(edit.id for edit in pipeline.edits),
        profiles=tuple(profile.name for profile in pipeline.profiles),
        edit_words={edit.id: edit.summary for edit in pipeline.edits},
        editions=tuple(
            ReferenceEdition(each.table, each.name, each.in_force_from, each.in_force_to, each.rows, each.trusted_to)
            for each in pipeline.snapshot.editions
        ),
        versions=scrubber.versions,
    )


def _source(settings: Settings, pipeline: Pipeline) -> ReferenceSource:
    config = settings.config_dir or default_config_directory()
    # All but the tables stays; the parts are named here so that the first snapshot is free to go.
    edits, profiles, guides, ruleset = pipeline.edits, pipeline.profiles, pipeline.guides, pipeline.ruleset
    history_key = pipeline.history_key

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
                history_key=history_key,
            )
        )

    return ReferenceSource(home=config / "reference", root=settings.reference_root or config, load=load_over)
