"""Stores of a memory that are in this process alone, for tests that hold many of them."""

import weakref
from datetime import date
from typing import TypeVar

from worker.history.store import SqliteHistory

Store = TypeVar("Store", bound=SqliteHistory)


def store_in_memory(kind: type[Store], key: str = "key", since: date = date.min) -> Store:
    """Return an empty store, which is closed once nobody has it any more."""
    made = kind(None, key=key, since=since)
    # Of the connection rather than of the store: what is to be called is held until then.
    weakref.finalize(made, made._writes.close)  # noqa: SLF001 -- as above
    return made
