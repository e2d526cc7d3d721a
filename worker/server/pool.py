"""The processes that scrub: claims of all requests wait in one queue, and each process takes a slice when it is free.

A claim that ends its process is found by scrubbing the claims of its slice one by one; it alone is answered with the
reason that it would have as a dead letter. Configuration is read again by a second set of processes beside the first:
where all of them have loaded it they take over, else they end and all stays as it is.
"""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from schemas.dead_letter import DeadLetterReason, DeadLetterStage
from worker.errors import ClaimscrubError
from worker.server.frames import (
    ANSWERED,
    Answered,
    Asked,
    ClaimSlice,
    DeskQuestion,
    PostedClaim,
    PostedVerdict,
    ProcessLoaded,
    ProcessTask,
    SliceVerdicts,
    SplitMessage,
    SplitParts,
)
from worker.server.problems import failed
from worker.stream.pipes import LENGTH_BYTES, framed
from worker.stream.slices import SLICE_BYTES, SLICE_MESSAGES

MOST_WAITING: Final = 4096
"""Claims and questions that may wait; with more, requests are refused until there are fewer."""
_ENDS_WITHIN_S: Final = 5.0
_AGAIN_AFTER_S: Final = 1.0
_ENDED: Final = PostedVerdict(
    "dead-lettered", reason=DeadLetterReason.CRASH_LOOP.value, stage=DeadLetterStage.EDIT.value
)


class NotLoadedError(ClaimscrubError):
    """The scrubbing processes could not load the configuration; `problems` holds a sentence for each thing wrong."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems) or "a scrubbing process ended while it loaded")
        self.problems = problems


class TooBusyError(ClaimscrubError):
    """More claims wait than may."""


class _ProcessEndedError(ClaimscrubError):
    """A scrubbing process ended before it answered."""


@dataclass(slots=True, eq=False)
class _WaitingWork:
    """A claim or a question, with where its answer goes; `is_suspect` where a process ended while it worked on it."""

    asked: PostedClaim | SplitMessage | DeskQuestion
    done: "asyncio.Future[Any]"  # the answer that belongs to what is asked
    is_suspect: bool = False


class _ScrubProcess:
    """One process, and the pipes to it."""

    def __init__(self, process: Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, task: ProcessTask) -> "tuple[_ScrubProcess, ProcessLoaded]":
        """Start a process and let it load. Raises `NotLoadedError`."""
        # -P: a folder named worker in the user's directory is not ours.
        command = (sys.executable, "-P", "-m", "worker.server.scrub_process")
        started = cls(await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE))
        try:
            loaded = await started.exchange(task)
        except _ProcessEndedError:
            raise NotLoadedError(()) from None
        except BaseException:
            await started.end()
            raise
        if not isinstance(loaded, ProcessLoaded) or loaded.problems:
            await started.end()
            raise NotLoadedError(loaded.problems if isinstance(loaded, ProcessLoaded) else ())
        return started, loaded

    async def exchange(self, asked: Asked) -> Answered:
        """Ask, and return the answer. Raises `_ProcessEndedError`."""
        to, answers = self._process.stdin, self._process.stdout
        if to is None or answers is None:
            raise _ProcessEndedError
        try:
            to.write(framed(asked))
            await to.drain()
            length = int.from_bytes(await answers.readexactly(LENGTH_BYTES), "big")
            answered: Answered = ANSWERED.decode(await answers.readexactly(length))
        except (OSError, asyncio.IncompleteReadError):
            raise _ProcessEndedError from None
        return answered

    async def end(self) -> None:
        """Let the process end with its stdin; kill it where it does not."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            async with asyncio.timeout(_ENDS_WITHIN_S):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


@dataclass(slots=True)
class _Generation:
    """Processes that loaded the same configuration, and the tasks that bring them work."""

    loaded: ProcessLoaded
    tasks: list["asyncio.Task[None]"] = field(default_factory=list)
    is_retired: bool = False


class ScrubPool:
    """Hands claims and questions to processes."""

    def __init__(self, task: ProcessTask, processes: int, on_end: Callable[[], None] = lambda: None) -> None:
        """`on_end` is called for each process that ended while it worked."""
        self._task = task
        self._count = processes
        self._on_end = on_end
        self._waiting: deque[_WaitingWork] = deque()
        self._is_work = asyncio.Event()
        self._generation = _Generation(ProcessLoaded())
        self._reloading = asyncio.Lock()
        self._renewal: asyncio.Task[None] | None = None

    @property
    def loaded(self) -> ProcessLoaded:
        """What the processes have loaded."""
        return self._generation.loaded

    @property
    def waiting(self) -> int:
        """How many claims and questions wait for a process."""
        return len(self._waiting)

    async def start(self) -> None:
        """Start the processes; also to read the configuration again. Raises `NotLoadedError`, and then all stays."""
        async with self._reloading:
            # Alone: it compiles the tables for all of them where nobody has.
            first = await _ScrubProcess.start(self._task)
            others = (_ScrubProcess.start(self._task) for _ in range(self._count - 1))
            started = [first, *await asyncio.gather(*others, return_exceptions=True)]
            good = [each for each in started if not isinstance(each, BaseException)]
            bad = [each for each in started if isinstance(each, BaseException)]
            if bad or len({(each.ruleset, each.reference) for _, each in good}) != 1:
                await asyncio.gather(*(process.end() for process, _ in good))
                raise bad[0] if bad else NotLoadedError(("the configuration changed while it was read",))
            before, made = self._generation, _Generation(good[0][1])
            made.tasks = [asyncio.create_task(self._work(process, made)) for process, _ in good]
            self._generation = made
            await self._retire(before)

    async def close(self) -> None:
        """End the processes; what still waits is cancelled."""
        await self._retire(self._generation)
        while self._waiting:
            self._waiting.popleft().done.cancel()

    async def scrub(self, claim: PostedClaim) -> PostedVerdict:
        """Return the verdict on a claim. Raises `TooBusyError`."""
        verdict: PostedVerdict = await self.begin(claim)
        return verdict

    async def ask(self, asked: SplitMessage | DeskQuestion) -> Answered:
        """Return the answer to anything else. Raises `TooBusyError`."""
        answered: Answered = await self.begin(asked)
        return answered

    def begin(self, asked: PostedClaim | SplitMessage | DeskQuestion) -> "asyncio.Future[Any]":
        """Let something wait for a process, and return where its answer will be. Raises `TooBusyError`."""
        if len(self._waiting) >= MOST_WAITING:
            raise TooBusyError("too much waits already")
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append(_WaitingWork(asked, done))
        self._is_work.set()
        return done

    async def _retire(self, generation: _Generation) -> None:
        generation.is_retired = True
        self._is_work.set()
        await asyncio.gather(*generation.tasks)

    async def _work(self, process: _ScrubProcess, generation: _Generation) -> None:
        """Bring work to one process, and start another one where it ends."""
        current: _ScrubProcess | None = process
        while not generation.is_retired:
            if current is None:
                current = await self._again(generation)
                continue
            taken = self._take()
            if not taken:
                self._is_work.clear()
                await self._is_work.wait()
            elif not await self._answer(current, taken):
                self._on_end()
                await current.end()
                current = None
                self._give_back(taken)
        # What is left is for the processes that follow.
        self._is_work.set()
        if current is not None:
            await current.end()

    async def _again(self, generation: _Generation) -> _ScrubProcess | None:
        """Start a process in the place of one that ended; None when that has to wait."""
        try:
            started, loaded = await _ScrubProcess.start(self._task)
        except NotLoadedError:
            await asyncio.sleep(_AGAIN_AFTER_S)  # files are being replaced, or memory is short
            return None
        if (loaded.ruleset, loaded.reference) == (generation.loaded.ruleset, generation.loaded.reference):
            return started
        # The files have changed since, and no two processes may disagree: all read them again, or none does.
        await started.end()
        if not self._reloading.locked():
            self._renewal = asyncio.create_task(self._renew())
        await asyncio.sleep(_AGAIN_AFTER_S)
        return None

    async def _renew(self) -> None:
        with suppress(NotLoadedError):
            await self.start()

    def _give_back(self, taken: list[_WaitingWork]) -> None:
        """Put work first in the queue again; what ended a process alone is answered."""
        if len(taken) == 1 and taken[0].is_suspect:
            _settle(taken[0], _guilty(taken[0].asked))
            return
        for each in taken:
            each.is_suspect = True
        self._waiting.extendleft(reversed(taken))
        self._is_work.set()

    def _take(self) -> list[_WaitingWork]:
        """Take a slice of claims, or one question; nothing where nobody waits any more for the answer."""
        taken: list[_WaitingWork] = []
        room = SLICE_BYTES
        while self._waiting and len(taken) < SLICE_MESSAGES:
            first = self._waiting[0]
            if first.done.done():
                self._waiting.popleft()
                continue
            is_claim = isinstance(first.asked, PostedClaim)
            if taken and (not is_claim or first.is_suspect or room < 0):
                break
            taken.append(self._waiting.popleft())
            if not isinstance(first.asked, PostedClaim) or first.is_suspect:
                break
            room -= len(first.asked.value)
        return taken

    async def _answer(self, process: _ScrubProcess, taken: list[_WaitingWork]) -> bool:
        claims = [each.asked for each in taken if isinstance(each.asked, PostedClaim)]
        asked: Asked = ClaimSlice(tuple(claims)) if claims else taken[0].asked  # type: ignore[assignment]  # no claim then
        try:
            answered = await process.exchange(asked)
        except _ProcessEndedError:
            return False
        if isinstance(answered, SliceVerdicts):
            for each, verdict in zip(taken, answered.verdicts, strict=True):
                _settle(each, verdict)
        else:
            _settle(taken[0], answered)
        return True


def _settle(waiting: _WaitingWork, answer: object) -> None:
    if not waiting.done.done():
        waiting.done.set_result(answer)


def _guilty(asked: PostedClaim | SplitMessage | DeskQuestion) -> PostedVerdict | Answered:
    if isinstance(asked, PostedClaim):
        return _ENDED
    if isinstance(asked, SplitMessage):
        return SplitParts((), "It ended the process that read it.")
    return failed(DeadLetterReason.CRASH_LOOP)
