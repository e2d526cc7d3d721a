"""Writes a file whole or not at all."""

import os
import re
import secrets
import shutil
import socket
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Final

_MARK: Final = r"(?P<machine>[0-9a-f]{8})-(?P<process>[0-9]{1,9})"
_LEFT_FILE: Final = re.compile(rf"\.(?P<file>.+)\.{_MARK}-[0-9a-f]{{8}}\.part")
_LEFT_FOLDER: Final = re.compile(rf"claimscrub-analysis-{_MARK}-\w+")


@contextmanager
def whole(file: Path, *, private: bool) -> Iterator[Path]:
    """Yield an empty file beside this one, which takes its place at the end; it is deleted if writing fails.

    One that a process left which was killed is deleted by the next one that writes the same file on the same machine.

    Args:
        file: Where it is to be.
        private: Whether only its owner may read it.

    Raises:
        OSError: When it cannot be written.
    """
    _delete_left(file)
    made = file.with_name(f".{file.name}.{_machine()}-{os.getpid()}-{secrets.token_hex(4)}.part")
    os.close(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o666))
    try:
        yield made
        with made.open("rb") as written:
            os.fsync(written.fileno())
        made.replace(file)
    except BaseException:
        made.unlink(missing_ok=True)
        raise


def _delete_left(file: Path) -> None:
    """Delete what processes left that are no longer there; a process writes a file once at a time."""
    for each in file.parent.glob(".*.part"):
        left = _LEFT_FILE.fullmatch(each.name)
        if left is None or (left["file"], left["machine"]) != (file.name, _machine()):
            continue
        if int(left["process"]) == os.getpid() or not _is_running(int(left["process"])):
            each.unlink(missing_ok=True)


@contextmanager
def scratch(inside: Path | None) -> Iterator[Path]:
    """Yield a folder for its owner only, which is deleted at the end; so are those that killed processes left.

    Args:
        inside: Where it is to be; the system's folder for temporary files if None.
    """
    for each in (inside or Path(tempfile.gettempdir())).glob("claimscrub-analysis-*"):
        left = _LEFT_FOLDER.fullmatch(each.name)
        if left and left["machine"] == _machine() and not _is_running(int(left["process"])) and _is_own(each):
            shutil.rmtree(each, ignore_errors=True)
    prefix = f"claimscrub-analysis-{_machine()}-{os.getpid()}-"
    with tempfile.TemporaryDirectory(prefix=prefix, dir=inside) as made:
        yield Path(made)


def _is_own(folder: Path) -> bool:
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _machine() -> str:
    """Return what tells this machine from others that write to the same folder."""
    return blake2b(socket.gethostname().encode(), digest_size=4).hexdigest()


def on_disk(folder: Path) -> None:
    """Return when the names in a folder are on disk. Raises `OSError`."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
