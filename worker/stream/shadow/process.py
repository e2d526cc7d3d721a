"""The process of a shadow, as the worker has it: a pipe to ask, and a kill that always works."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress

from worker.errors import ClaimscrubError
from worker.stream.pipes import LENGTH_BYTES, framed
from worker.stream.shadow.frames import (
    ANSWERED_BY_SHADOW,
    ShadowAnswered,
    ShadowAsked,
    ShadowClaim,
    ShadowLoaded,
    ShadowSlice,
    ShadowTask,
    ShadowVerdicts,
)


class ShadowEndedError(ClaimscrubError):
    """The process of a shadow ended before it answered."""


class ShadowNotLoadedError(ClaimscrubError):
    """The configuration of a shadow could not be loaded; `problems` holds a sentence for each thing wrong."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems) or "the process ended while it loaded")
        self.problems = problems


class ShadowProcess:
    """A process that has loaded a configuration. It is asked one thing at a time."""

    def __init__(self, process: Process, loaded: ShadowLoaded) -> None:
        self._process = process
        self.loaded = loaded

    @classmethod
    async def start(cls, task: ShadowTask) -> "ShadowProcess":
        """Start a process and let it load. Raises `ShadowNotLoadedError`."""
        # -P: a folder named worker in the current directory is not ours.
        command = (sys.executable, "-P", "-m", "worker.shadow_process")
        started = cls(await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE), ShadowLoaded())
        try:
            started.loaded = await started._load(task)
        except BaseException:
            await started.kill()
            raise
        return started

    async def _load(self, task: ShadowTask) -> ShadowLoaded:
        try:
            answered = await self._exchange(task)
        except ShadowEndedError:
            raise ShadowNotLoadedError(()) from None
        problems = answered.problems if isinstance(answered, ShadowLoaded) else ("",)
        if problems or not isinstance(answered, ShadowLoaded):
            raise ShadowNotLoadedError(problems)
        return answered

    async def judge(self, claims: tuple[ShadowClaim, ...]) -> ShadowVerdicts:
        """Return the verdicts on some claims. Raises `ShadowEndedError`."""
        answered = await self._exchange(ShadowSlice(claims))
        if not isinstance(answered, ShadowVerdicts) or len(answered.verdicts) != len(claims):
            raise ShadowEndedError
        return answered

    async def _exchange(self, asked: ShadowAsked) -> ShadowAnswered:
        """Ask, and return the answer. Who stops to wait for it kills the process: the next answer would be this one."""
        to, answers = self._process.stdin, self._process.stdout
        if to is None or answers is None:
            raise ShadowEndedError
        try:
            to.write(framed(asked))
            await to.drain()
            length = int.from_bytes(await answers.readexactly(LENGTH_BYTES), "big")
            answered: ShadowAnswered = ANSWERED_BY_SHADOW.decode(await answers.readexactly(length))
        except (OSError, asyncio.IncompleteReadError, ValueError):
            # What cannot be read was written by an edit that found the pipe.
            raise ShadowEndedError from None
        return answered

    async def kill(self) -> None:
        """End the process at once, whatever it does."""
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
