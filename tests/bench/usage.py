"""Processor time that processes used up to a moment, and the most memory that one had."""

import re
import threading
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import linear_regression
from time import time
from types import TracebackType
from typing import Self

import psutil

_EVERY_S = 0.05


@contextmanager
def looking(look: Callable[[], None], every_s: float) -> Iterator[None]:
    """Look at processes again and again, from a thread of its own, for the length of a block.

    One that ends while it is looked at has no figures any more; whoever waits for it says that it has ended.
    """
    is_over = threading.Event()

    def look_on() -> None:
        while not is_over.wait(every_s):
            with suppress(psutil.NoSuchProcess, ProcessLookupError, FileNotFoundError):
                look()

    thread = threading.Thread(target=look_on, daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


class Watch:
    """Looks at some processes twenty times a second, from a thread of its own, for the length of a block."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._processes = {name: psutil.Process(pid) for name, pid in pids.items()}
        self._moments: list[float] = []
        self._seconds: dict[str, list[float]] = {name: [] for name in pids}
        self._looking = looking(self._look, _EVERY_S)

    def __enter__(self) -> Self:
        self._look()
        self._looking.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._looking.__exit__(kind, error, trace)
        if error is None:
            self._look()

    def cpu_s(self, name: str, moments_s: Sequence[float]) -> list[float]:
        """Return the processor seconds that a process had used at some moments, in seconds since 1970."""
        return [interpolated(self._moments, self._seconds[name], moment) for moment in moments_s]

    def _look(self) -> None:
        spent = {name: process.cpu_times() for name, process in self._processes.items()}
        self._moments.append(time())
        for name, times in spent.items():
            self._seconds[name].append(times.user + times.system)


def interpolated(moments: Sequence[float], values: Sequence[float], moment: float) -> float:
    """Return the value at a moment; before the first and after the last it does not change."""
    place = bisect_left(moments, moment)
    if place == 0:
        return values[0]
    if place == len(moments):
        return values[-1]
    before, after = moments[place - 1], moments[place]
    share = (moment - before) / (after - before)
    return values[place - 1] + share * (values[place] - values[place - 1])


def for_each(values: Sequence[float]) -> float:
    """Return by how much values rise from one to the next, as the slope of the line through them.

    Outcomes of one transaction have nearly one timestamp. Between the first and the last of them such a batch would
    count though no time went by for it; the line through steps has the slope of the stairs.
    """
    return linear_regression(range(len(values)), values).slope


def peak_mebibytes(pid: int) -> float:
    """Return the most memory that a running process has had in RAM so far (Linux)."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    if found is None:
        raise ProcessLookupError(f"process {pid} has ended")
    return int(found[1]) / 1024
