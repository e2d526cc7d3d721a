"""The shipped tables, loaded once in a process of the tests and not for each pipeline that it builds.

Loading them is nearly half a second of a processor and most of what a pipeline costs. Tables never change once they are
loaded, and tests share them in the pipeline of the session as well. Those of any other folder, or over another cache,
are loaded each time, and every interpreter that a test starts loads its own.
"""

from pathlib import Path
from typing import Any

from worker import bootstrap
from worker.configuration.compiled_tables import LoadedFrom
from worker.reference.tables.snapshot import Snapshot


def share_tables() -> None:
    """Have this process, and what it forks, load the shipped tables once."""
    home: Any = bootstrap  # Any: it does not export what it loads them with
    load = home.load_tables
    if load.__module__ == __name__:
        return
    shipped = bootstrap.shipped_config_directory() / "reference"
    loaded: dict[Path | None, Snapshot] = {}

    def load_once(directory: Path, cache: Path | None) -> tuple[Snapshot, LoadedFrom]:
        if directory == shipped and cache in loaded:
            return loaded[cache], "compiled"
        snapshot, loaded_from = load(directory, cache)
        if directory == shipped:
            loaded[cache] = snapshot
        return snapshot, loaded_from

    home.load_tables = load_once
