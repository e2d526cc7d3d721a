"""Workers of the earlier release, which have a producer a partition, from the history of the repository."""

import subprocess
import tarfile
from io import BytesIO
from pathlib import Path

from tests.stream.support import FAKE_WORKER, ROOT, WorkerProcess
from worker.settings import Settings

EARLIER = "9781b8b"
"""The last state of the tree with a producer a partition."""


class HistoryMissingError(RuntimeError):
    """The repository was cloned without its history; the text says how to fetch it."""


def unpack_earlier(folder: Path) -> None:
    """Write the code of the earlier worker and its fake scrubber to a folder. Raises `HistoryMissingError`."""
    found = subprocess.run(
        ["git", "archive", EARLIER, "worker", "schemas", "tests/stream", "tests/inputs"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if found.returncode:
        raise HistoryMissingError(f"the history has no {EARLIER}: fetch all of it (`git fetch --unshallow`)")
    with tarfile.open(fileobj=BytesIO(found.stdout)) as archive:
        archive.extractall(folder, filter="data")


class EarlierWorker(WorkerProcess):
    """A worker of the earlier release."""

    def __init__(
        self, settings: Settings, folder: Path, name: str, code: Path, program: tuple[str, ...] = FAKE_WORKER
    ) -> None:
        self._code = code
        super().__init__(settings, folder, name, program)

    def environment(self, settings: Settings) -> dict[str, str]:  # type: ignore[override]  # it has code of its own
        """Return the environment, with the code of the earlier release in front."""
        return WorkerProcess.environment(settings) | {"PYTHONPATH": str(self._code)}
