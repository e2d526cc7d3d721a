"""The digest of all that decides besides the tables."""

import hashlib
from pathlib import Path
from typing import Final

_CODE: Final = ("edits", "payers", "pipeline", "reference")
_DATA: Final = ("payers", "guides")


def ruleset_digest(version: str, package: Path, config: Path, user_edits: Path | None) -> str:
    """A digest of our version, the code of the pure core, the profiles, the guides and a user's own edits."""
    told = hashlib.sha256(version.encode())
    groups = [
        (package, [file for part in _CODE for file in (package / part).rglob("*.py")]),
        (config, [file for part in _DATA for file in (config / part).glob("*.yaml")]),
    ]
    if user_edits is not None:
        groups.append((user_edits, list(user_edits.rglob("*.py"))))
    for root, files in groups:
        for file in sorted(files):
            told.update(f"\0{file.relative_to(root).as_posix()}\0".encode())
            told.update(file.read_bytes())
    return told.hexdigest()[:16]
