"""Has a second configuration judge what the worker judges, and never lets that reach the worker.

The shadow is a process of its own: what it raises, allocates or breaks ends there. A batch waits for it for a bounded
time; what does not come by then is left out, and the process is killed and started again. It goes off, until rules or
tables are read again, when it costs more than its share of the time that the configuration in force takes for the same
claims, or fails too often.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, Final, Literal, Protocol

from worker.observe.recorder import Recorder
from worker.settings import Settings
from worker.stream.shadow.cost import ShadowCost
from worker.stream.shadow.frames import ShadowClaim, ShadowLoaded, ShadowTask, ShadowVerdict, ShadowVerdicts
from worker.stream.shadow.process import ShadowEndedError, ShadowNotLoadedError, ShadowProcess
from worker.stream.slices import SLICE_MESSAGES

LEAST_WAIT_S: Final = 1.0
"""How long a batch waits for the shadow at most, beside its share of the time that the batch took."""
MOST_FAILURES: Final = 3
"""So many in `FAILURES_WITHIN_S` switch the shadow off."""
FAILURES_WITHIN_S: Final = 600.0
LOADS_WITHIN_S: Final = 300.0

ShadowState = Literal["loading", "judging", "off"]
OffReason = Literal["broken", "late", "ended", "share"]


class JudgingProcess(Protocol):
    """What the shadow asks of its process."""

    @property
    def loaded(self) -> ShadowLoaded:
        """Return what it has loaded."""
        ...

    async def judge(self, claims: tuple[ShadowClaim, ...]) -> ShadowVerdicts:
        """Return the verdicts on some claims. Raises `ShadowEndedError`."""
        ...

    async def kill(self) -> None:
        """End it."""
        ...


ShadowStart = Callable[[ShadowTask], Coroutine[Any, Any, JudgingProcess]]


class Shadow:
    """The second configuration of a worker, and its process."""

    def __init__(
        self,
        settings: Settings,
        tables: Path,
        recorder: Recorder,
        log: Any,  # Any: structlog's logger, whose library only `worker.observe` imports
        start: ShadowStart = ShadowProcess.start,
    ) -> None:
        """Prepare; nothing is started before `run`.

        Args:
            settings: Those of the worker, which name the shadow's configuration.
            tables: The folder of the tables in force, for a configuration that has none.
            recorder: Where it is counted.
            log: Where it is logged.
            start: Starts a process and lets it load.
        """
        self._settings, self._tables = settings, tables
        self._recorder, self._log, self._start = recorder, log, start
        self._process: JudgingProcess | None = None
        self._turn = asyncio.Lock()
        self._is_wanted = asyncio.Event()
        self._cost = ShadowCost()
        self._failures: deque[float] = deque()
        self._ending: set[asyncio.Task[None]] = set()
        self.state: ShadowState = "loading"
        self.off_because: OffReason | None = None
        self._enter("loading")
        self._is_wanted.set()

    @property
    def loaded(self) -> ShadowLoaded | None:
        """Return what judges beside the configuration in force; None when nothing does."""
        return None if self._process is None else self._process.loaded

    @property
    def share(self) -> float | None:
        """Return the seconds of the shadow for each of the other's, over the last claims; None when not known yet."""
        return self._cost.share

    async def run(self) -> None:
        """Start the process, and another one where it is asked for; end it with the worker."""
        try:
            while True:
                await self._is_wanted.wait()
                self._is_wanted.clear()
                await self._load()
        finally:
            if self._process is not None:
                await self._process.kill()

    def _current(self) -> JudgingProcess | None:
        """Return the process, which another lane may have given up while this one waited."""
        return self._process

    def reload(self, tables: Path | None = None) -> None:
        """Read the configuration again, also where the shadow is off; `tables` are those that are in force now."""
        self._tables = tables or self._tables
        self._failures.clear()
        self._is_wanted.set()

    async def _load(self) -> None:
        task = ShadowTask.of(self._settings, self._tables)
        try:
            async with asyncio.timeout(LOADS_WITHIN_S):
                started = await self._start(task)
        except (ShadowNotLoadedError, OSError, TimeoutError) as error:
            problem = str(error) or type(error).__name__
            self._log.error("shadow-rejected", audit=True, directory=self._settings.shadow_config_dir, problem=problem)
            if self._process is None:
                self._switch_off("broken")
            return
        before, self._process = self._process, started
        self._cost = ShadowCost()
        self._report_loaded(before, started)
        self._enter("judging")
        if before is not None:
            self._end(before)

    def _report_loaded(self, before: JudgingProcess | None, now: JudgingProcess) -> None:
        if before is not None:
            self._recorder.forget("shadow_info", before.loaded.ruleset, before.loaded.reference)
        loaded = now.loaded
        self._recorder.know_shadow_edits(loaded.edits)
        self._recorder.set("shadow_info", 1, loaded.ruleset, loaded.reference)
        self._log.info(
            "shadow-loaded",
            audit=True,
            directory=self._settings.shadow_config_dir,
            digest=loaded.reference,
            ruleset=loaded.ruleset,
        )

    async def judge(
        self, claims: Sequence[ShadowClaim], real_s: float
    ) -> tuple[ShadowLoaded, list[ShadowVerdict]] | None:
        """Return what judged claims, and its verdicts on the first of them, which are all if there was time.

        None while nothing judges. `real_s` are the seconds that the configuration in force took for them.
        """
        if self._current() is None:
            return None
        loaded: ShadowLoaded | None = None
        verdicts: list[ShadowVerdict] = []
        asked: JudgingProcess | None = None
        began = time.perf_counter()
        reason: OffReason = "late"
        try:
            async with asyncio.timeout(LEAST_WAIT_S + self._settings.shadow_share * real_s), self._turn:
                began, process = time.perf_counter(), self._current()
                if process is None:
                    return None
                loaded = process.loaded
                for start in range(0, len(claims), SLICE_MESSAGES):
                    part = tuple(claims[start : start + SLICE_MESSAGES])
                    asked = process
                    answered = await process.judge(part)
                    asked = None
                    verdicts += answered.verdicts
                    self._note(len(part), answered.seconds, real_s * len(part) / len(claims))
                    if self._process is not process:
                        break
        except TimeoutError:
            pass
        except ShadowEndedError:
            reason = "ended"
        finally:
            # Also where the worker no longer waits: the next answer would be the one to this question.
            if asked is not None and asked is self._process:
                self._lose(asked, reason)
                self._note(1, time.perf_counter() - began, real_s / max(len(claims), 1))
        return None if loaded is None else (loaded, verdicts)

    def _note(self, claims: int, shadow_s: float, real_s: float) -> None:
        self._cost.add(claims, shadow_s, real_s)
        self._recorder.count("shadow_seconds_total", amount=shadow_s)
        self._recorder.count("shadowed_seconds_total", amount=real_s)
        share = self._cost.share
        if share is not None and share > self._settings.shadow_share:
            self._switch_off("share")

    def _lose(self, process: JudgingProcess, reason: OffReason) -> None:
        """Give a process up, and start another one unless that happens too often."""
        self._process = None
        self._end(process)
        self._recorder.count("shadow_failures_total", reason)
        self._log.warning("shadow-failed", reason=reason)
        now = time.monotonic()
        self._failures.append(now)
        while self._failures[0] < now - FAILURES_WITHIN_S:
            self._failures.popleft()
        if len(self._failures) >= MOST_FAILURES:
            self._switch_off(reason)
        else:
            self._enter("loading")
            self._is_wanted.set()

    def _switch_off(self, reason: OffReason) -> None:
        if self.state == "off":
            return
        share = self._cost.share
        self._log.error("shadow-off", audit=True, reason=reason, share=None if share is None else round(share, 2))
        self.off_because = reason
        self._enter("off")
        if self._process is not None:
            self._end(self._process)
            self._process = None

    def _enter(self, state: ShadowState) -> None:
        self.state = state
        if state != "off":
            self.off_because = None
        for each in ("loading", "judging", "off"):
            self._recorder.set("shadow_state", float(each == state), each)

    def _end(self, process: JudgingProcess) -> None:
        task = asyncio.create_task(process.kill())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
