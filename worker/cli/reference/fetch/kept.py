"""The publishers' files that are kept: what was downloaded from where, with its checksum, and what was put there."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from worker.cli.reference.fetch.errors import NotFetchedError
from worker.reference.fetching.publications import Publication

LEDGER: Final = "downloads.json"
PARTIAL: Final = ".part"


class KeptFile(msgspec.Struct, frozen=True, kw_only=True):
    """A download: where it is kept, and what the publisher said of it. Without `sha256` it has not come whole."""

    kind: str
    name: str
    etag: str = ""
    modified: str = ""
    bytes: int = 0
    sha256: str = ""
    fetched: str = ""


class KeptFiles:
    """A folder with one folder for each kind, and the list of what was downloaded.

    Raises `NotFetchedError` when the list cannot be read.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._downloads: dict[str, KeptFile] = {}
        ledger = directory / LEDGER
        if ledger.exists():
            try:
                self._downloads = msgspec.json.decode(ledger.read_bytes(), type=dict[str, KeptFile])
            except (msgspec.MsgspecError, OSError) as error:
                remedy = "remove it, and every file is fetched again"
                raise NotFetchedError(f"{ledger}: cannot be read ({error}): {remedy}") from None

    def folder(self, kind: str) -> Path:
        """Where the files of a kind are."""
        return self.directory / kind

    def path(self, file: KeptFile) -> Path:
        """Where a download is, or will be."""
        return self.folder(file.kind) / file.name

    def partial(self, file: KeptFile) -> Path:
        """Where the beginning of a download is while it comes."""
        return self.folder(file.kind) / f"{file.name}{PARTIAL}"

    def get(self, address: str) -> KeptFile | None:
        """What was downloaded from an address, whole or not."""
        return self._downloads.get(address)

    def whole(self, address: str) -> KeptFile | None:
        """What was downloaded from an address, if all of it is still there, byte for byte."""
        file = self._downloads.get(address)
        if file is None or not file.sha256 or not self.path(file).is_file():
            return None
        return file if checksum(self.path(file)) == file.sha256 else None

    def put(self, address: str, file: KeptFile) -> None:
        """Write down what comes, or has come, from an address."""
        self._downloads[address] = file
        self.folder(file.kind).mkdir(parents=True, exist_ok=True)
        staged = self.directory / f"{LEDGER}{PARTIAL}"
        staged.write_bytes(msgspec.json.format(msgspec.json.encode(self._downloads, order="sorted"), indent=1))
        staged.replace(self.directory / LEDGER)

    def put_by_hand(self, publication: Publication) -> Iterator[Path]:
        """The files of a kind that a person put there: all that was not downloaded."""
        downloaded = {file.name for file in self._downloads.values() if file.kind == publication.kind}
        folder = self.folder(publication.kind)
        if folder.is_dir():
            for path in sorted(folder.iterdir()):
                if path.is_file() and path.name not in downloaded and not path.name.endswith(PARTIAL):
                    yield path


def checksum(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
