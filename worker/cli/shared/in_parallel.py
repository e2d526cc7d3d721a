"""Work on several cores whose results come in the order of what was given."""

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import chain, islice
from typing import Final, TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")

_AHEAD: Final = 2
"""Portions a process that are under way: one that it works on, and the next one, so that it never waits."""


def all_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


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
