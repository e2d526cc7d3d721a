"""Which files are meant by the paths of a command, and why one of them cannot be read."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from worker.errors import ClaimscrubError

STDIN: Final = "-"
LINE_SUFFIXES: Final = (".jsonl", ".ndjson")
X12_SUFFIXES: Final = (".837", ".837p", ".837i", ".x12", ".edi")
SUFFIXES: Final = (".json", *LINE_SUFFIXES, *X12_SUFFIXES)


class ClaimFileError(ClaimscrubError):
    """A path cannot be read, or holds no claim; the message names it."""


class UnreadablePathError(ClaimFileError):
    """One path of several, of which the others can be read."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


def expand(paths: Iterable[str]) -> list[str]:
    """Return the files behind paths: a folder means the claim files in it. Raises `ClaimFileError`."""
    files = _files_behind(paths)
    for file in files:
        refuse_no_file(file)
    return files


def expand_what_is_there(paths: Iterable[str], also: tuple[str, ...] = ()) -> list[str]:
    """Return the files behind paths, and the paths behind which there are none: reading says what is wrong with them.

    Args:
        paths: Names of files and folders.
        also: With what else the names of claim files in a folder end.

    Raises:
        ClaimFileError: Where there is nothing else to read.
    """
    files = _files_behind(paths, (*SUFFIXES, *also))
    if len(files) == 1:
        refuse_no_file(files[0])
    return files


def _files_behind(paths: Iterable[str], suffixes: tuple[str, ...] = SUFFIXES) -> list[str]:
    files: list[str] = []
    for path in paths:
        inside = sorted(_files_in(path, suffixes)) if path != STDIN and Path(path).is_dir() else []
        files += inside or [path]
    return files


def _files_in(folder: str, suffixes: tuple[str, ...]) -> Iterator[str]:
    """Yield the claim files of a folder, links to nowhere among them, and the folders in it that cannot be read."""
    refused: list[str] = []
    for inside, _, names in os.walk(folder, onerror=lambda error: refused.append(str(error.filename))):
        yield from (str(Path(inside) / name) for name in names if _is_claim_file(Path(inside) / name, suffixes))
    yield from refused


def _is_claim_file(file: Path, suffixes: tuple[str, ...]) -> bool:
    is_lost = file.is_symlink() and not file.exists()
    return file.suffix.lower() in suffixes and (file.is_file() or is_lost)


def refuse_no_file(file: str) -> None:
    """Return if a path is a file, or stdin. Raises `UnreadablePathError`."""
    if file == STDIN or Path(file).is_file():
        return
    if not Path(file).is_dir():
        raise UnreadablePathError(file, "no such file or folder")
    try:
        next(Path(file).iterdir(), None)
    except OSError as error:
        raise UnreadablePathError(file, f"cannot be read ({error.strerror})") from None
    raise UnreadablePathError(file, f"no claim file in this folder (names end in {', '.join(SUFFIXES)})")


def total_bytes(files: Iterable[str]) -> int | None:
    """Return how many bytes there are to read; None when stdin is among the files."""
    files = list(files)
    return None if STDIN in files else sum(Path(file).stat().st_size for file in files if Path(file).is_file())
