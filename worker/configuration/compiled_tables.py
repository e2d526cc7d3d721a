"""Keeps compiled tables in a folder of the user, so that the next start need not look at every cell again.

A compiled form is found by the digest of the tables and of the code that reads them: of other tables, or of another
version, it is not found.
"""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final, Literal

import worker.reference
from worker.configuration.cache import keep, read_kept
from worker.reference.build.assembly import assemble
from worker.reference.build.building import read_all
from worker.reference.build.consistency import nonsense
from worker.reference.build.loading import checksums_of, read_folder
from worker.reference.compiled import compile_tables, open_compiled
from worker.reference.tables.snapshot import Snapshot

SUFFIX: Final = ".tables"

LoadedFrom = Literal["compiled", "read", "read-not-kept"]
"""From the compiled form; from the files, and compiled now; from the files, and this cannot be helped next time."""


def load_tables(directory: Path, cache: Path | None) -> tuple[Snapshot, LoadedFrom]:
    """The snapshot of a reference folder, and what it was loaded from. Raises `ReferenceDataError`.

    Every file is compared with its checksum in either case. Tables that read well but do not make sense together are
    loaded, as `load` does, and not kept: a compiled form stands for tables that `verify` accepts.
    """
    files = read_folder(directory)
    of = _digest(files)
    kept = cache / f"{of}{SUFFIX}" if cache else None
    if kept and (snapshot := _opened(kept, files, of)):
        return snapshot, "compiled"
    loaded = read_all(files)
    is_kept = bool(kept and not any(nonsense(loaded)) and keep(kept, compile_tables(loaded, files, of)))
    return assemble(loaded), "read" if is_kept else "read-not-kept"


def _digest(files: Mapping[str, bytes]) -> str:
    told = sha256(checksums_of(files))
    for module in sorted(Path(worker.reference.__file__).parent.rglob("*.py")):
        told.update(module.read_bytes())
    return told.hexdigest()


def _opened(kept: Path, files: Mapping[str, bytes], of: str) -> Snapshot | None:
    compiled = read_kept(kept)
    return None if compiled is None else open_compiled(compiled, files, of)
