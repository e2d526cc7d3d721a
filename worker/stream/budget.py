"""Limits on the time that scrubbing one claim may take, and on the memory of the process.

No check between two edits ends an edit that does not come back, so the clock interrupts it from
outside, in two steps:

1. After `cpu_s` of processor time an exception is raised inside the edit that runs (SIGPROF). The
   pipeline reports that edit as failed and pends the claim; the other edits still count.
2. After `hang_s` of wall time the kernel ends the process (SIGALRM), whatever the interpreter does:
   C code that holds the interpreter lets no Python run, neither a handler nor a watching thread. The
   stack goes to stderr without a value in it, and `worker.stream.crash_record` counts the crash.

Claims that are scrubbed together have to do with a quarter of what one may take, of both; then an
exception ends them all, and each is scrubbed alone. A thread watches their wall time: it cannot run
while C code holds the interpreter, but then the kernel still ends the process after `hang_s`.

The first is processor time because a claim is not to blame for a process that was frozen or starved.
"""

import faulthandler
import resource
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import FrameType, TracebackType
from typing import Final, TypeVar

from worker.errors import ClaimscrubError
from worker.pipeline.steps.check import InterruptedScrubError

_AGAIN_AFTER: Final = 4
"""Later edits that overrun on the same claim are interrupted after this fraction of the budget each."""
_TOGETHER: Final = 4
"""Claims that are scrubbed together have this fraction of what one claim has."""
_WAITED_TOO_LONG: Final = signal.SIGVTALRM

_Made = TypeVar("_Made")

_MIB: Final = 1024 * 1024
_LEAST_ROOM_MIB: Final = 32
_PAGE_DATA: Final = 5
"""The place of data and stack among the counts of pages in /proc/self/statm (proc(5))."""


class MemoryLimitError(ClaimscrubError):
    """The bound on memory is below what the process already uses; the text states both."""


class OverBudgetError(InterruptedScrubError):
    """Scrubbing one claim took longer than it may."""


class ClaimBudget:
    """A context in which one claim is scrubbed, entered again for each.

    Signals reach the main thread only, so that is where claims are scrubbed.
    """

    def __init__(self, cpu_s: float, hang_s: float | None) -> None:
        """Without `hang_s` no claim ends the process: a user is there to end it."""
        self._cpu_s = cpu_s
        self._hang_s = hang_s
        self._is_running = False
        self._together_since: float | None = None
        self._is_cut_short = False
        self.overruns = 0
        """How often a claim was interrupted; a counter with a lock must not be touched inside a signal handler."""

    def install(self) -> None:
        """Take the signals; from the main thread."""
        signal.signal(signal.SIGPROF, self._interrupt)
        if self._hang_s is None:
            return
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        # Chained, so that the default action, which ends the process, follows the stack.
        faulthandler.register(signal.SIGALRM, all_threads=False, chain=True)
        signal.signal(_WAITED_TOO_LONG, self._interrupt)
        threading.Thread(target=self._watch, args=(self._hang_s / _TOGETHER,), name="budget", daemon=True).start()

    def _interrupt(self, number: int, _frame: FrameType | None) -> None:
        if self._together_since is not None:
            self._is_cut_short = True
            signal.setitimer(signal.ITIMER_PROF, self._cpu_s / _TOGETHER)  # an edit may catch the exception
            raise OverBudgetError
        # The thread may have been about to interrupt claims that were done just then.
        if self._is_running and number != _WAITED_TOO_LONG:
            # Armed anew from here: an interval timer could fire twice in a row after a long stall.
            signal.setitimer(signal.ITIMER_PROF, self._cpu_s / _AGAIN_AFTER)
            self.overruns += 1
            raise OverBudgetError

    def _watch(self, longest_s: float) -> None:
        while True:
            time.sleep(longest_s / 2)
            since = self._together_since
            if since is not None and time.monotonic() - since > longest_s:
                signal.pthread_kill(threading.main_thread().ident or 0, _WAITED_TOO_LONG)

    def __enter__(self) -> None:
        self._is_running = True
        self._arm(self._cpu_s)

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._is_running = False
        self._disarm()

    @contextmanager
    def together(self) -> Iterator[None]:
        """Scrub several claims in this context, for none of which it counts if they take too long.

        Raises `OverBudgetError` then, also where an edit caught the exception: its verdict is worth nothing.
        """
        self._is_cut_short = False
        self._together_since = time.monotonic()
        try:
            self._arm(self._cpu_s / _TOGETHER)
            yield
        finally:
            self._together_since = None
            self._disarm()
        if self._is_cut_short:
            raise OverBudgetError

    @contextmanager
    def longer(self, cpu_s: float) -> Iterator[None]:
        """Do in this context what is more than a claim, and has this much processor time.

        Raises `OverBudgetError` after that. Once that time and a claim's have passed, the kernel ends the process.
        """
        self._is_running = True
        try:
            self._arm(cpu_s, cpu_s)
            yield
        finally:
            self._is_running = False
            self._disarm()

    def _arm(self, cpu_s: float, hang_s: float = 0) -> None:
        signal.setitimer(signal.ITIMER_PROF, cpu_s)
        if self._hang_s is not None:
            signal.setitimer(signal.ITIMER_REAL, self._hang_s + hang_s)

    def _disarm(self) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        if self._hang_s is not None:
            signal.setitimer(signal.ITIMER_REAL, 0)


def each_within(budget: AbstractContextManager[None], claims: Iterator[_Made]) -> Iterator[_Made]:
    """Yield what is made of one claim after the other, each made within the budget, and what is done between not."""
    while True:
        with budget:
            made = next(claims, None)
        if made is None:
            return
        yield made


def limit_process(memory_mib: int) -> None:
    """Bound the memory of the process, and let it leave no core file: a core holds claims.

    An edit that asks for more gets a MemoryError, which is an error of that edit like any other.

    Args:
        memory_mib: Most private writable memory; 0 sets no bound.

    Raises:
        MemoryLimitError: The process uses nearly as much, or more, before it has done anything.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory_mib:
        used_mib = _used_mib()
        if memory_mib < used_mib + _LEAST_ROOM_MIB:
            least = f"at least {used_mib + _LEAST_ROOM_MIB} is needed before any table is read"
            raise MemoryLimitError(f"CLAIMSCRUB_MEMORY_LIMIT_MIB is {memory_mib}; {least}")
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        wanted = memory_mib * _MIB
        resource.setrlimit(resource.RLIMIT_DATA, (wanted if hard < 0 else min(wanted, hard), hard))


def lift_process_limit() -> None:
    """Lift the bound on memory as far as the system allows, to be able to log why the process ends."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))


def _used_mib() -> int:
    """Return the private writable memory of this process; 0 where the system does not show it."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[_PAGE_DATA])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * resource.getpagesize() // _MIB
