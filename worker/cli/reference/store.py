"""Read the files to be imported, and write a reference folder as a whole or not at all."""

import os
import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from worker.reference.build.loading import CHECKSUMS, PROSE, checksums_of
from worker.reference.importing.published import ImportRefusedError, PublishedFile

TAKEN_FROM_ZIP: Final = (".csv", ".txt", ".xml")
WORKBOOKS: Final = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
NO_WORKBOOKS: Final = (
    "workbooks are not read: give the .csv or .txt file that the publisher gives out with it, mostly in the same zip, "
    "or that whole zip, or save the sheet as .csv"
)
LONGEST_NAME: Final = 200
MOST_NAMED: Final = 10
# The largest file that a publisher gives out, a quarter of the PTP edits, unpacks to less than a quarter of this.
MOST_UNPACKED_BYTES: Final = 512 * 1024 * 1024


def read_published(paths: Sequence[Path], named: re.Pattern[str] | None = None) -> Iterator[PublishedFile]:
    """The files as the publisher gave them out: as they are, or out of their zip. Raises ImportRefusedError.

    Of a zip those members are taken whose names the pattern matches, by default all that are tables.
    """
    for path in paths:
        if path.name.lower().endswith(WORKBOOKS):
            raise ImportRefusedError(f"{path.name}: {NO_WORKBOOKS}")
        if zipfile.is_zipfile(path):
            yield from _unpacked(path, named)
        else:
            yield PublishedFile(path.name, path.read_bytes())


def _unpacked(path: Path, named: re.Pattern[str] | None) -> Iterator[PublishedFile]:
    with zipfile.ZipFile(path) as archive:
        members = [member for member in archive.infolist() if _is_taken(Path(member.filename).name, named)]
        if not members:
            wanted = f"a file named as {named.pattern}" if named else ".csv, .txt or .xml files"
            held = ", ".join(member.filename for member in archive.infolist()[:MOST_NAMED]) or "nothing"
            is_workbook = any(member.filename.lower().endswith(WORKBOOKS) for member in archive.infolist())
            remedy = f"; {NO_WORKBOOKS}" if is_workbook else ""
            raise ImportRefusedError(f"{path.name}: expected a zip with {wanted}, found none in it but {held}{remedy}")
        if sum(member.file_size for member in members) > MOST_UNPACKED_BYTES:
            raise ImportRefusedError(f"{path.name}: unpacks to more than {MOST_UNPACKED_BYTES:,} bytes")
        for member in members:
            try:
                yield PublishedFile(Path(member.filename).name, archive.read(member))
            except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
                raise ImportRefusedError(f"{path.name}: {member.filename} cannot be unpacked: {error}") from None


def _is_taken(name: str, named: re.Pattern[str] | None) -> bool:
    if named is None:
        return name.lower().endswith(TAKEN_FROM_ZIP)
    return len(name) <= LONGEST_NAME and named.fullmatch(name) is not None


def write_folder(directory: Path, files: Mapping[str, bytes]) -> None:
    """Replace a reference folder by these files with their CHECKSUMS; READMEs stay.

    The whole folder is written beside the old one and takes its name at the end, so that whoever reads the folder sees
    the old files or the new ones, and a failure leaves the old ones. A symbolic link keeps pointing to the same place.
    """
    place = directory.resolve()
    staged = Path(tempfile.mkdtemp(prefix=f".{place.name}-new-", dir=place.parent))
    former = staged.with_name(staged.name.replace("-new-", "-old-"))
    try:
        for prose in place.rglob(PROSE):
            _write(staged / prose.relative_to(place), prose.read_bytes())
        for path, content in {**files, CHECKSUMS: checksums_of(files)}.items():
            _write(staged / path, content)
        shutil.copymode(place, staged)
        place.rename(former)
        try:
            staged.rename(place)
        except OSError:
            former.rename(place)
            raise
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    shutil.rmtree(former, ignore_errors=True)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
