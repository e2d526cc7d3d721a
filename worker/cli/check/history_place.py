"""Where `claimscrub check` keeps what it remembers: in this run alone, or in a file with its key beside it."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click

from worker.cli.shared.configuration import sentences
from worker.history.key import HistoryKey, read_key, write_key
from worker.history.store import HistoryStoreError, SqliteHistory


@dataclass(frozen=True)
class HistoryPlace:
    """A memory: its file, None for one of this run alone, its key, and the first day from which it is whole."""

    file: Path | None
    key: HistoryKey
    since: date

    def open(self) -> SqliteHistory:
        """Open it. Raises `click.UsageError`."""
        try:
            return SqliteHistory(self.file, key=self.key.fingerprint, since=self.since)
        except HistoryStoreError as error:
            raise click.UsageError(str(error)) from None


def key_file(file: Path) -> Path:
    """Return where the key of a memory in a file is."""
    return file.with_name(f"{file.name}.key")


def place_of(file: Path | None, since: date | None, day: date) -> HistoryPlace:
    """Return where to remember; a file that is not there is begun, with a key of its own.

    Raises `click.UsageError` for a file without its key, of another key, or that began on another day than is asked.
    """
    if file is None:
        return HistoryPlace(None, HistoryKey.random(), since or day)
    with sentences():
        is_new = not file.exists()
        key = write_key(key_file(file)) if is_new and not key_file(file).exists() else read_key(key_file(file))
    store = HistoryPlace(file, key, since or day).open()
    begins = store.since
    store.close()
    if since is not None and since != begins:
        raise click.UsageError(f"{file}: this memory begins on {begins}; --history-since is for one that is begun")
    return HistoryPlace(file, key, begins)


def existing_place(file: Path) -> HistoryPlace:
    """Return the memory in a file that is there. Raises `click.UsageError`."""
    if not file.exists():
        raise click.UsageError(f"{file}: no such memory of claims; `claimscrub check --history-file` begins one")
    return place_of(file, None, date.max)
