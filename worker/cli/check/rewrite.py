"""Writes corrected claims back to the files they came from; every other byte stays as it is."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from worker.cli.shared.claim_paths import ClaimFileError

Replacement = tuple[bytes, bytes]
"""A claim as its file has it, and as the file should have it."""


def rewrite(file: str, replacements: Sequence[Replacement]) -> None:
    """Replace claims of a file, which are given in their order. Raises `ClaimFileError`, and then changes nothing."""
    path = Path(file)
    try:
        content, parts, position = path.read_bytes(), [], 0
        for old, new in replacements:
            start = content.find(old, position)
            if start < 0:
                raise ClaimFileError(f"{file}: changed while it was read; nothing was written")
            parts += [content[position:start], new]
            position = start + len(old)
        _replace(path, b"".join((*parts, content[position:])))
    except OSError as error:
        raise ClaimFileError(f"{file}: cannot be written ({error.strerror})") from None


def _replace(path: Path, content: bytes) -> None:
    """Whoever looks at the file sees the whole old one or the whole new one."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        Path(name).chmod(path.stat().st_mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
