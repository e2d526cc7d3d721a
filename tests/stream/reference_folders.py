"""Reference folders to swap under a running worker."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

from tests.stream.support import ROOT, WorkerProcess
from worker.samples import synthetic
from worker.settings import Settings

RECEIVED = date.fromisoformat(synthetic.RECEIVED_ON)
LIMITS = "asp_limits/2026q1.csv"
LIMIT = "J1745,32.423\n"
"""A cell that decides nothing and is in every outcome, so that a mix of two tables would show."""


@dataclass(frozen=True)
class Config:
    """A configuration folder of its own, and reference folders beside its `reference`."""

    folder: Path

    @property
    def home(self) -> Path:
        """The folder that a worker starts with."""
        return self.folder / "reference"

    def copy(self, name: str, payment_limit: str) -> Path:
        """Another reference folder, in which one payment limit differs."""
        folder = Path(shutil.copytree(self.home, self.folder / name))
        edit(folder, LIMITS, LIMIT, f"J1745,{payment_limit}\n")
        return folder

    def settings(self, settings: Settings) -> Settings:
        """Settings of a worker with this configuration."""
        return settings.model_copy(update={"config_dir": self.folder, "as_of": RECEIVED})


@contextmanager
def shipped_config(parent: Path) -> Iterator[Config]:
    """A copy of the shipped configuration, as long as it is wanted."""
    folder = parent / "config"
    shutil.copytree(ROOT / "config", folder)
    yield Config(folder)
    shutil.rmtree(folder)


def list_files(folder: Path) -> None:
    """Write CHECKSUMS for what the folder holds."""
    files = sorted(path for path in folder.glob("*/*") if path.is_file())
    lines = [f"{sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n" for path in files]
    (folder / "CHECKSUMS").write_text("".join(lines), encoding="utf-8")


def edit(folder: Path, file: str, old: str, new: str, *, is_listed: bool = True) -> None:
    """Replace a text in one file, and list the files anew unless the checksum is to be wrong."""
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    if is_listed:
        list_files(folder)


def updates(worker: WorkerProcess) -> dict[str, float]:
    """How the worker has answered the requests so far."""
    try:
        page = worker.get("/metrics")[1]
    except OSError:  # a machine that is too busy to answer at once is asked again
        return {}
    found = re.findall(r'^claimscrub_reference_updates_total\{result="(\w+)"\} (.+)$', page, re.MULTILINE)
    return {name: float(count) for name, count in found}


def has(worker: WorkerProcess, digest: str) -> bool:
    """Return whether a worker shows that it scrubs with these tables."""
    return worker.metric(f'claimscrub_reference_info{{digest="{digest}"}}') == 1
