"""The two configurations of a comparison: folders, or what a git revision has of one."""

import io
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import click

from worker.bootstrap import default_config_directory
from worker.cli.shared.configuration import load_pipeline
from worker.pipeline.scrub import Pipeline

NO_EDITS: Final = "none"


@dataclass(frozen=True, slots=True)
class ComparedConfiguration:
    """One of the two configurations.

    Attributes:
        name: What it is called where it is shown: its folder, with the revision.
        config: Its folder with payers, guides and tables; None for the one of the environment.
        user_edits: The folder of a user's own edits.
        profile: The profile to which every claim is held; None for the payer's own.
        shown: What a message calls each of its folders that were made for this comparison.
    """

    name: str
    config: Path | None
    user_edits: Path | None = None
    profile: str | None = None
    shown: tuple[tuple[str, str], ...] = field(default=(), compare=False)

    def load(self) -> Pipeline:
        """Return its pipeline. Raises `click.UsageError`, which names the folder that the user knows."""
        try:
            return load_pipeline(self.config, user_edits=self.user_edits, profile=self.profile)
        except click.UsageError as error:
            message = error.message
            for made, shown in self.shown:
                message = message.replace(made, shown)
            raise click.UsageError(message if self.name in message else f"{self.name}: {message}") from None


@dataclass(frozen=True, slots=True)
class AskedSides:
    """What the user says of the two configurations; `against` is a folder or a revision, and None is unsaid."""

    config: Path | None
    user_edits: Path | None
    profile: str | None
    against: str | None
    against_edits: str | None
    against_profile: str | None

    @contextmanager
    def opened(self) -> Iterator[tuple[ComparedConfiguration, ComparedConfiguration]]:
        """Open the configuration that is compared against, and then the other; revisions are there for the block.

        Raises `click.UsageError`.
        """
        if self.against is self.against_edits is self.against_profile is None:
            raise click.UsageError("say with what to compare: --against, --against-edits or --against-profile")
        after = ComparedConfiguration(_name(self.config), self.config, self.user_edits, self.profile)
        with TemporaryDirectory(prefix="claimscrub-") as made:
            yield self._before(Path(made)), after

    def _before(self, made: Path) -> ComparedConfiguration:
        profile = self.against_profile or self.profile
        revision, config = None, self.config
        if self.against is not None:
            is_folder = Path(self.against).is_dir()
            revision, config = (None, Path(self.against)) if is_folder else (self.against, self.config)
        edits = self._edits_before()
        if revision is None:
            return ComparedConfiguration(_name(config), config, edits, profile)
        at_home = config or default_config_directory()
        then = _at_revision(at_home, revision, made / "config")
        shown = [(str(then), f"{at_home} at {revision}")]
        if edits is not None and self.against_edits is None:
            shown.append((str(made / "edits"), f"{edits} at {revision}"))
            edits = _at_revision(edits, revision, made / "edits")
        return ComparedConfiguration(f"{_name(config)} at {revision}", then, edits, profile, tuple(shown))

    def _edits_before(self) -> Path | None:
        if self.against_edits is None:
            return self.user_edits
        return None if self.against_edits == NO_EDITS else Path(self.against_edits)


def _name(config: Path | None) -> str:
    return str(config or default_config_directory())


def _at_revision(folder: Path, revision: str, into: Path) -> Path:
    """Write what a revision has of a folder, and return where. Raises `click.UsageError`."""
    if not folder.is_dir():
        raise click.UsageError(f"{folder}: no such folder")
    commit = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if not commit:
        raise click.UsageError(f"--against {revision}: neither a folder nor a git revision of {folder}")
    held = _git(folder, "archive", "--format=tar", commit.decode().strip())
    if not held:
        raise click.UsageError(f"--against {revision}: {folder} is not in that revision")
    with tarfile.open(fileobj=io.BytesIO(held)) as archive:
        try:
            # What leads out of the folder is refused, and nothing is left for others to write.
            archive.extractall(into, filter="data")
        except tarfile.TarError as error:
            raise click.UsageError(f"--against {revision}: {folder} cannot be taken from it: {error}") from None
    return into


def _git(folder: Path, *arguments: str) -> bytes:
    """Return what git writes; nothing where it refuses. Raises `click.UsageError` where there is no git."""
    try:
        # The user's own git, over folders that the user names; a revision cannot pass for an option.
        command = ("git", "-C", str(folder), *arguments)
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - see above
    except OSError:
        raise click.UsageError("--against: no such folder, and git, which knows revisions, is not installed") from None
    return b"" if done.returncode else done.stdout
