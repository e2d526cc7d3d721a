"""Read a reference folder into a snapshot.

This is the one module of the core that reads files. A folder is read as a whole into memory and built from there, so
that the snapshot of another folder can be made beside the one in use and replaces it only when it is good.
"""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from worker.reference.build.assembly import assemble
from worker.reference.build.building import DATED_BY, EVERY_EDITION, MANIFEST, build, read_all
from worker.reference.build.consistency import nonsense
from worker.reference.errors import ReferenceDataError, refuse
from worker.reference.tables.snapshot import Snapshot

CHECKSUMS = "CHECKSUMS"
PROSE = "README.md"

__all__ = ["CHECKSUMS", "DATED_BY", "MANIFEST", "checksums_of", "load", "load_verified", "read_folder", "verify"]


def load(directory: Path, only: Mapping[str, str] = EVERY_EDITION) -> Snapshot:
    """The snapshot of a reference folder; ReferenceDataError names the file, row and column that is broken."""
    return build(read_folder(directory), only)


def load_verified(directory: Path) -> Snapshot:
    """The snapshot of a reference folder whose tables also make sense together. Raises `ReferenceDataError`."""
    loaded = read_all(read_folder(directory))
    refuse(nonsense(loaded))
    return assemble(loaded)


def verify(directory: Path) -> tuple[str, ...]:
    """Everything that is wrong with a reference folder: nothing, or sentences that name file, row and column."""
    try:
        return tuple(nonsense(read_all(read_folder(directory))))
    except ReferenceDataError as broken:
        return tuple(str(broken).splitlines())


def read_folder(directory: Path) -> dict[str, bytes]:
    """Every file of the folder by its relative path, once CHECKSUMS agrees; READMEs are prose, not data."""
    files = {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file() and path.name != PROSE
    }
    if CHECKSUMS not in files:
        refuse([f"{CHECKSUMS}: expected in the reference folder, found none"])
    listed, problems = _parse_checksums(files.pop(CHECKSUMS))
    for path in sorted(files.keys() | listed.keys()):
        if path not in files:
            problems.append(f"{path}: listed in {CHECKSUMS} but missing; restore it or take out its line")
        elif path not in listed:
            problems.append(f"{path}: not listed in {CHECKSUMS}; add its line or remove the file")
        elif (found := sha256(files[path]).hexdigest()) != listed[path]:
            problems.append(f"{path}: expected the checksum {listed[path]}, found {found}")
    refuse(problems)
    return files


def checksums_of(files: Mapping[str, bytes]) -> bytes:
    """The CHECKSUMS file for the files of a folder, as sha256sum would write it."""
    return "".join(f"{sha256(files[path]).hexdigest()}  {path}\n" for path in sorted(files)).encode()


def _parse_checksums(content: bytes) -> tuple[dict[str, str], list[str]]:
    listed: dict[str, str] = {}
    problems: list[str] = []
    for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), start=1):
        checksum, separator, path = line.partition("  ")
        if not separator or not path or path in listed:
            problems.append(f'{CHECKSUMS}: row {number}: expected "<sha256>  <path>", each path once')
        listed[path] = checksum
    return listed, problems
