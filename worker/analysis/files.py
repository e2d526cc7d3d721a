"""Writes a file whole or not at all."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole(file: Path, *, private: bool) -> Iterator[Path]:
    """Yield an empty file beside this one, which takes its place at the end; it is deleted if writing fails.

    Args:
        file: Where it is to be.
        private: Whether only its owner may read it.

    Raises:
        OSError: When it cannot be written.
    """
    made = file.with_name(f".{file.name}.{secrets.token_hex(4)}.part")
    os.close(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o666))
    try:
        yield made
        with made.open("rb") as written:
            os.fsync(written.fileno())
        made.replace(file)
    except BaseException:
        made.unlink(missing_ok=True)
        raise


def on_disk(folder: Path) -> None:
    """Return when the names in a folder are on disk. Raises `OSError`."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
