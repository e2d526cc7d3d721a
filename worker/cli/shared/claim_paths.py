"""Which files are meant by the paths of a command, and why one of them cannot be read."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from worker.cli.shared.console import echo
from worker.errors import ClaimscrubError
from worker.wording.counts import counted
from worker.x12.read.segments import is_x12

STDIN: Final = "-"
LINE_SUFFIXES: Final = (".jsonl", ".ndjson")
X12_SUFFIXES: Final = (".837", ".837p", ".837i", ".x12", ".edi")
SUFFIXES: Final = (".json", *LINE_SUFFIXES, *X12_SUFFIXES)
X12_BEGINS: Final = 1024
"""Bytes of a file in which an interchange has begun, or it is none."""

_MOST_NAMED: Final = 5


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
        inside, left_out = _files_in(path, suffixes) if path != STDIN and Path(path).is_dir() else ([], [])
        files += inside or [path]
        if inside and left_out:
            _say_left_out(path, left_out)
    return files


def _files_in(folder: str, suffixes: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Return the claim files of a folder, and the others but for hidden ones.

    Links to nowhere are among the claim files, and the folders in it that cannot be read.
    """
    claim_files: list[str] = []
    left_out: list[str] = []
    for inside, _, names in os.walk(folder, onerror=lambda error: claim_files.append(str(error.filename))):
        for file in (Path(inside) / name for name in names):
            if _is_named_as_one(file, suffixes):
                claim_files.append(str(file))
            elif file.is_file() and not file.name.startswith("."):
                # Practice systems name an interchange as they like: .txt, .clm, .dat, or nothing at all.
                (claim_files if _begins_as_x12(file) else left_out).append(str(file))
    return sorted(claim_files), sorted(left_out)


def _is_named_as_one(file: Path, suffixes: tuple[str, ...]) -> bool:
    is_lost = file.is_symlink() and not file.exists()
    return file.suffix.lower() in suffixes and (file.is_file() or is_lost)


def _begins_as_x12(file: Path) -> bool:
    try:
        with file.open("rb") as stream:
            return is_x12(stream.read(X12_BEGINS))
    except OSError:
        return False


def _say_left_out(folder: str, files: list[str]) -> None:
    names = ", ".join(str(Path(file).relative_to(folder)) for file in files[:_MOST_NAMED])
    more = f" and {len(files) - _MOST_NAMED:,} more" if len(files) > _MOST_NAMED else ""
    echo(
        f"{folder}: {counted(len(files), 'file')} left out, neither named as a claim file nor X12: {names}{more}",
        is_error=True,
    )


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
