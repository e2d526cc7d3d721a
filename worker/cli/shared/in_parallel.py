"""Work on several cores whose results come in the order of what was given."""

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import chain, islice
from typing import Final, TypeVar

import click

Given = TypeVar("Given")
Made = TypeVar("Made")

_AHEAD: Final = 2
"""Portions a process that are under way: one that it works on, and the next one, so that it never waits."""


PORTION: Final = 250
"""Claims that a process scrubs at a time: some tenths of a second."""


def portions(given: Iterable[Given], size: int) -> Iterator[tuple[Given, ...]]:
    """Yield the given in portions of one size, the last of which may be smaller."""
    waiting = iter(given)
    while portion := tuple(islice(waiting, size)):
        yield portion


def all_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


processes_option = click.option(
    "--processes",
    type=click.IntRange(min=1),
    default=all_cores,
    show_default="one per core",
    help=f"Processes that scrub where the claims are more than {PORTION}.",
)


def in_order(work: Callable[[Given], Made], given: Iterable[Given], processes: int) -> Iterator[Made]:
    """Yield what work makes of each of the given, which is taken up only as fast as the results are taken.

    What is too little for two processes is done in this one: another one takes a second to start.
    """
    waiting = iter(given)
    first = list(islice(waiting, 2))
    if processes == 1 or len(first) == 1:
        yield from map(work, chain(first, waiting))
        return
    # Started anew rather than forked: a copy of a process that has threads may hang.
    pool = ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn"))
    under_way: deque[Future[Made]] = deque()
    try:
        for each in chain(first, waiting):
            under_way.append(pool.submit(work, each))
            if len(under_way) > processes * _AHEAD:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
