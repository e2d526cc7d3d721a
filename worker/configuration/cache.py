"""Keeps what the next start need not work out again in a folder of the user; without the folder it costs time only."""

from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

MOST_KEPT: Final = 8
"""More of one kind than one machine uses at a time; the oldest are removed."""


def read_kept(kept: Path) -> bytes | None:
    """Return what was kept in a file, or None when it cannot be read."""
    try:
        return kept.read_bytes()
    except OSError:
        return None


def keep(kept: Path, content: bytes) -> bool:
    """Write a file and remove the oldest of its suffix; return whether it was written.

    It is written beside its place and moved there, so that workers that start at one time do not see half of it.
    """
    try:
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=kept.parent, suffix=".part", delete=False) as part:
            part.write(content)
        Path(part.name).replace(kept)
        for old in sorted(kept.parent.glob(f"*{kept.suffix}"), key=_age)[:-MOST_KEPT]:
            old.unlink(missing_ok=True)
    except OSError:
        return False
    return True


def _age(file: Path) -> float:
    return file.stat().st_mtime
