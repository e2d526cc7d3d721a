"""Shows on stderr how far a command has come with its files, where that takes a while."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final

from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from worker.cli.shared.claim_paths import total_bytes
from worker.cli.shared.console import err

_MANY_BYTES: Final = 512 * 1024


@contextmanager
def progress_over(files: list[str], *, writes_claims: bool) -> Iterator[Callable[[int], None]]:
    """Show a bar where the claims are many and do not themselves go to the terminal; it is advanced by bytes.

    Args:
        files: What is read.
        writes_claims: Whether stdout shows each claim, as it is read.
    """
    console, total = err(), total_bytes(files)
    is_talkative = sys.stdout.isatty() and writes_claims
    is_shown = console.is_terminal and not is_talkative and (total is None or total > _MANY_BYTES)
    columns = (TextColumn("scrubbing"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not is_shown) as progress:
        yield partial(progress.advance, progress.add_task("scrubbing", total=total))


@contextmanager
def progress_of_steps() -> Iterator[Callable[[str], Callable[[float], None]]]:
    """Show bars on stderr where that is a terminal; what is yielded begins one, which takes how much of it is done."""
    console = err()
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:

        def begin(name: str) -> Callable[[float], None]:
            task = progress.add_task(name, total=1.0)
            return lambda done: progress.update(task, completed=done)

        yield begin
