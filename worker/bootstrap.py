"""The one place that wires: files to data, data to the pipeline."""

import importlib.metadata
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from time import perf_counter

import schemas
import worker
from worker.configuration.compiled_tables import load_tables
from worker.configuration.digest import own_code_digest, ruleset_digest
from worker.configuration.documents import read_all
from worker.configuration.profile_files import read_profiles
from worker.configuration.user_edits import load_user_edits
from worker.edits.catalogue import load_edits
from worker.edits.edit import AnyEdit
from worker.errors import ConfigurationError
from worker.history.key import HistoryKey, read_key
from worker.history.person import identity_of
from worker.observe.traces import Spans
from worker.payers.guide import Guide, guides_by_code
from worker.payers.profile import Profiles
from worker.pipeline.scrub import Pipeline
from worker.pipeline.steps.decode import UnreadableClaimError, decode
from worker.reference.build.loading import load_verified
from worker.reference.tables.snapshot import Snapshot
from worker.settings import ENV_PREFIX, HistoryMode, Settings, SettingsError
from worker.stream.pipeline_scrubber import PipelineScrubber
from worker.stream.scrubber import LoadedScrubber, ReferenceEdition, Source
from worker.wording.extras import installing

MAX_MESSAGE_BYTES = 1024 * 1024
_PACKAGES = tuple(Path(package.__path__[0]) for package in (worker, schemas))


def version() -> str:
    """The version of the installed claimscrub."""
    return importlib.metadata.version("claimscrub")


def default_config_directory() -> Path:
    """Where tables, profiles and guides are: CLAIMSCRUB_CONFIG_DIR, as for a worker, else those that are shipped."""
    named = os.environ.get(f"{ENV_PREFIX}CONFIG_DIR")
    return Path(named) if named else shipped_config_directory()


def shipped_config_directory() -> Path:
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


def build_pipeline(  # noqa: PLR0913 - what it is built from, each named
    config: Path | None = None,
    *,
    user_edits: Path | None = None,
    max_bytes: int = MAX_MESSAGE_BYTES,
    tables: Path | None = None,
    allow_writable_edits: bool | None = None,
    cache: Path | None = None,
) -> Pipeline:
    """The pipeline over the configuration in a directory, with a user's own edits from another one.

    Its tables are in `tables` where that is given, else in the directory; `cache` and whether others may write own
    edits are asked of the environment where they are not given.

    Raises `ConfigurationError` for a missing directory, an unreadable guide or a broken edit, `ReferenceDataError` for
    a broken table and `ProfileError` for all that is wrong with the profiles.
    """
    rules = read_rules(config, user_edits, allow_writable=allow_writable_edits, cache=cache)
    folder = tables or (config or default_config_directory()) / "reference"
    return _pipeline(rules, load_tables(folder, cache or default_cache_directory())[0], max_bytes)


@dataclass(frozen=True, slots=True)
class Rules:
    """What decides besides the tables, and its digest."""

    edits: tuple[AnyEdit, ...]
    profiles: Profiles
    guides: Mapping[str, Guide]
    ruleset: str


def read_rules(
    config: Path | None = None,
    user_edits: Path | None = None,
    *,
    allow_writable: bool | None = None,
    cache: Path | None = None,
) -> Rules:
    """The edits, profiles and guides of a configuration directory, with a user's own edits from another one.

    Raises `ConfigurationError` for all that is wrong with them.
    """
    directory = config or default_config_directory()
    if not directory.is_dir():
        raise ConfigurationError(f"{directory}: no such configuration directory")
    edits = all_edits(user_edits, allow_writable=allow_writable)
    profiles = read_profiles(directory / "payers", edits)
    guides = guides_by_code(read_all(directory / "guides", Guide))
    code = _own_code(cache or default_cache_directory())
    return Rules(edits, profiles, guides, ruleset_digest(code, [*profiles, *guides.values()], user_edits))


@lru_cache(maxsize=1)
def _own_code(cache: Path | None) -> str:
    """Read once: an upgrade may replace the files of the code that runs here."""
    return own_code_digest(_PACKAGES, cache)


def _pipeline(rules: Rules, snapshot: Snapshot, max_bytes: int, key: HistoryKey | None = None) -> Pipeline:
    return Pipeline(
        edits=rules.edits,
        profiles=rules.profiles,
        guides=rules.guides,
        snapshot=snapshot,
        ruleset=rules.ruleset,
        clock=perf_counter,
        max_bytes=max_bytes,
        history_key=key,
    )


def load_scrubber(settings: Settings) -> LoadedScrubber:
    """The scrubber that a worker with these settings runs. Raises what `build_pipeline` raises."""
    rules = _rules_of(settings)
    cache = settings.cache_dir or default_cache_directory()
    snapshot, loaded_from = load_tables(_config_of(settings) / "reference", cache)
    return replace(_loaded(settings, rules, snapshot), loaded_from=loaded_from)


def _config_of(settings: Settings) -> Path:
    return settings.config_dir or default_config_directory()


def _rules_of(settings: Settings) -> Rules:
    return read_rules(
        settings.config_dir,
        settings.edits_dir,
        allow_writable=settings.allow_writable_edits,
        cache=settings.cache_dir,
    )


def _loaded(settings: Settings, rules: Rules, snapshot: Snapshot) -> LoadedScrubber:
    scrubber = PipelineScrubber(_pipeline(rules, snapshot, settings.max_message_bytes, history_key(settings)))
    config = _config_of(settings)
    return LoadedScrubber(
        scrubber=scrubber,
        reader=scrubber,
        edit_ids=tuple(edit.id for edit in rules.edits),
        profiles=tuple(profile.name for profile in rules.profiles),
        edit_words={edit.id: edit.summary for edit in rules.edits},
        editions=tuple(
            ReferenceEdition(
                each.table,
                each.name,
                each.in_force_from,
                each.in_force_to,
                each.rows,
                each.trusted_to,
                has_no_later=bool(each.no_later),
            )
            for each in snapshot.editions
        ),
        suppression_ends=tuple(rules.profiles.suppression_ends()),
        versions=scrubber.versions,
        source=Source(
            home=config / "reference",
            root=settings.reference_root or config,
            load_tables=lambda directory: _loaded(settings, rules, load_verified(directory)),
            load_all=lambda directory: _loaded(settings, _rules_of(settings), load_verified(directory)),
        ),
    )


def history_key(settings: Settings) -> HistoryKey | None:
    """The key under which claims are remembered; None when they are not. Raises `SettingsError` for a broken file."""
    if settings.history is HistoryMode.OFF or settings.history_key_file is None:
        return None
    try:
        return read_key(settings.history_key_file)
    except ConfigurationError as error:
        raise SettingsError(f"CLAIMSCRUB_HISTORY_KEY_FILE: {error}") from None


def payer_profiles(settings: Settings) -> Profiles:
    """The profiles of a worker with these settings. Raises what `build_pipeline` raises of them."""
    edits = all_edits(settings.edits_dir, allow_writable=settings.allow_writable_edits)
    return read_profiles(_config_of(settings) / "payers", edits)


def identities(settings: Settings) -> Callable[[bytes], str | None]:
    """Tells of a claim message whose claim it is, as the worker does; None for what is not a claim or names nobody.

    Raises what `build_pipeline` raises of the profiles.
    """
    profiles = payer_profiles(settings)

    def identity(value: bytes) -> str | None:
        try:
            return identity_of(decode(value, settings.max_message_bytes).claim, profiles).text
        except UnreadableClaimError:
            return None

    return identity


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
        problem = f"CLAIMSCRUB_TRACES_ENDPOINT: needs the extra `traces`; {installing('traces')}"
        raise SettingsError(problem) from None
    return spans_over_otlp(
        settings.traces_endpoint, group=settings.group_id, version=version(), instance=settings.instance_id
    )
