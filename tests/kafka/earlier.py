"""Workers of the last release, 0.1.0, which have a producer a partition, from the history of the repository."""

import subprocess
import tarfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import IO

from tests.stream.support import FAKE_WORKER, ROOT, WorkerProcess
from worker.settings import Settings

EARLIER = "9781b8b"
"""The tree of release 0.1.0, the last one with a producer a partition."""


class HistoryMissingError(RuntimeError):
    """The repository was cloned without its history; the text says how to fetch it."""


def unpack_earlier(folder: Path, *parts: str) -> None:
    """Write parts of the earlier tree, all of it if none is named, to a folder. Raises `HistoryMissingError`."""
    found = subprocess.run(["git", "archive", EARLIER, *parts], cwd=ROOT, capture_output=True, check=False)
    if found.returncode:
        raise HistoryMissingError(f"the history has no {EARLIER}: fetch all of it (`git fetch --unshallow`)")
    with tarfile.open(fileobj=BytesIO(found.stdout)) as archive:
        archive.extractall(folder, filter="data")


class EarlierWorker(WorkerProcess):
    """A worker of the earlier release, over the fake scrubber of that time."""

    def __init__(
        self, settings: Settings, folder: Path, name: str, code: Path, program: tuple[str, ...] = FAKE_WORKER
    ) -> None:
        self._code = code
        super().__init__(settings, folder, name, program)

    def environment(self, settings: Settings) -> dict[str, str]:  # type: ignore[override]  # it has code of its own
        """Return the environment, with the code of the earlier release in front."""
        return WorkerProcess.environment(settings) | {"PYTHONPATH": str(self._code)}


class InstalledWorker(WorkerProcess):
    """A worker of an installed copy of a release, whole, started by a command line of the upgrade chapter."""

    def _start(
        self, program: tuple[str, ...], environment: Mapping[str, str], folder: Path, log: IO[bytes]
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(program, env=environment, stdout=log, stderr=subprocess.STDOUT, cwd=folder)

    def environment(self, settings: Settings) -> dict[str, str]:  # type: ignore[override]  # it has code of its own
        """Return the environment, without the checkout."""
        return installed_environment(settings) | {"CLAIMSCRUB_HTTP_PORT": "0"}


def installed_environment(settings: Settings) -> dict[str, str]:
    """Return the environment of an installed copy, which sees nothing of the checkout."""
    environment = WorkerProcess.environment(settings)
    del environment["PYTHONPATH"], environment["CLAIMSCRUB_HTTP_PORT"]
    return environment
