"""What the worker does with a shadow that is good, slow, silent, broken or dear: it never waits for long."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any, Self

import pytest

from worker.observe.recorder import Recorder
from worker.settings import Settings
from worker.stream.shadow import shadow as module
from worker.stream.shadow.cost import LEAST_CLAIMS, WINDOW_CLAIMS, ShadowCost
from worker.stream.shadow.frames import ShadowClaim, ShadowLoaded, ShadowTask, ShadowVerdict, ShadowVerdicts
from worker.stream.shadow.process import ShadowEndedError, ShadowNotLoadedError
from worker.stream.shadow.shadow import MOST_FAILURES, JudgingProcess, Shadow

CLAIM = ShadowClaim(b"{}", date(2026, 3, 20))
LOADED = ShadowLoaded("ruleset", "reference", ("WST-01",))


class _Log:
    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []

    def info(self, event: str, **facts: Any) -> None:
        self.events.append((event, facts))

    warning = error = info


class _Process:
    """Answers as it is told to."""

    loaded = LOADED

    def __init__(self, *, seconds: float = 0.001, ends: bool = False, hangs: bool = False) -> None:
        self._seconds, self._ends, self._hangs = seconds, ends, hangs
        self.is_killed = False
        self.slices: list[int] = []

    async def judge(self, claims: tuple[ShadowClaim, ...]) -> ShadowVerdicts:
        self.slices.append(len(claims))
        if self._ends:
            raise ShadowEndedError
        if self._hangs:
            await asyncio.Event().wait()
        return ShadowVerdicts((ShadowVerdict("scrubbed"),) * len(claims), self._seconds * len(claims))

    async def kill(self) -> None:
        self.is_killed = True


class _Bench:
    """A shadow with processes that are made one after the other."""

    def __init__(self, make: Callable[[], _Process], share: float = 2.0) -> None:
        self.made: list[_Process] = []
        self.tasks: list[ShadowTask] = []
        self.problems: tuple[str, ...] = ()
        self.log, self.recorder = _Log(), Recorder(["WST-01"])
        settings = Settings(shadow_config_dir=Path("/nowhere"), shadow_share=share)
        self._make = make
        self.shadow = Shadow(settings, Path("/tables"), self.recorder, self.log, self.start)
        self._running: asyncio.Task[None] | None = None

    async def start(self, task: ShadowTask) -> JudgingProcess:
        self.tasks.append(task)
        if self.problems:
            raise ShadowNotLoadedError(self.problems)
        self.made.append(self._make())
        return self.made[-1]

    async def __aenter__(self) -> Self:
        self._running = asyncio.create_task(self.shadow.run())
        await self.loaded(1)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._running is not None:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running

    async def loaded(self, times: int) -> None:
        """Wait until so many processes were asked for, and what they are is known."""
        while len(self.tasks) < times:  # noqa: ASYNC110 -- nothing else tells
            await asyncio.sleep(0)
        for _ in range(5):
            await asyncio.sleep(0)

    def state(self) -> str:
        """The state as the metric has it."""
        return next(state for (state,), value in self.recorder.by_label("shadow_state").items() if value)


@pytest.fixture
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch waits for nothing but what its own time allows."""
    monkeypatch.setattr(module, "LEAST_WAIT_S", 0.0)


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch waits for longer than any test takes."""
    monkeypatch.setattr(module, "LEAST_WAIT_S", 3600.0)


async def test_claims_are_judged_a_slice_at_a_time() -> None:
    """Sixteen in each, the rest in the last; the tables are those in force where the shadow has none."""
    async with _Bench(_Process) as bench:
        answer = await bench.shadow.judge([CLAIM] * 40, 1.0)

        assert answer is not None
        assert (answer[0], len(answer[1])) == (LOADED, 40)
        assert bench.made[0].slices == [16, 16, 8]
        assert (bench.state(), bench.tasks[0].tables) == ("judging", "/tables")
    assert bench.made[0].is_killed


@pytest.mark.usefixtures("_at_once")
async def test_a_shadow_that_does_not_answer_is_killed_and_started_again() -> None:
    """What it did not judge is left out."""
    async with _Bench(lambda: _Process(hangs=True)) as bench:
        answer = await bench.shadow.judge([CLAIM], 0.0)
        await bench.loaded(2)

        assert answer == (LOADED, [])
        assert (bench.made[0].is_killed, bench.made[1].is_killed) == (True, False)
        assert bench.recorder.value("shadow_failures_total", "late") == 1
        assert bench.state() == "judging"


async def test_who_no_longer_waits_leaves_no_answer_for_the_next() -> None:
    """A partition may be taken away while the shadow works: the process with its open answer ends."""
    async with _Bench(lambda: _Process(hangs=True)) as bench:
        asking = asyncio.create_task(bench.shadow.judge([CLAIM], 1000.0))
        while not bench.made[0].slices:  # noqa: ASYNC110 -- as above
            await asyncio.sleep(0)
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking
        await bench.loaded(2)

        assert bench.made[0].is_killed


async def test_a_shadow_that_ends_again_and_again_goes_off_until_it_is_read_again() -> None:
    """Three times in ten minutes; off, it is asked nothing."""
    async with _Bench(lambda: _Process(ends=True)) as bench:
        for times in range(1, MOST_FAILURES + 1):
            await bench.loaded(times)
            await bench.shadow.judge([CLAIM], 1.0)
        await bench.loaded(MOST_FAILURES)

        assert (bench.state(), bench.shadow.off_because) == ("off", "ended")
        assert await bench.shadow.judge([CLAIM], 1.0) is None
        assert len(bench.tasks) == MOST_FAILURES

        bench.shadow.reload(Path("/others"))
        await bench.loaded(MOST_FAILURES + 1)

        assert (bench.state(), bench.shadow.off_because) == ("judging", None)
        assert bench.tasks[-1].tables == "/others"


@pytest.mark.parametrize(("share", "state"), [(2.01, "judging"), (1.99, "off")])
async def test_a_shadow_that_costs_more_than_its_share_goes_off(share: float, state: str) -> None:
    """Twice what the configuration in force takes, over the last claims."""
    async with _Bench(lambda: _Process(seconds=0.002), share) as bench:
        for _ in range(LEAST_CLAIMS // 16 + 1):
            await bench.shadow.judge([CLAIM] * 16, 0.016)
        await bench.loaded(1)

        assert bench.state() == state
        assert bench.made[0].is_killed is (state == "off")
        assert bench.shadow.off_because == ("share" if state == "off" else None)
    assert [facts["reason"] for event, facts in bench.log.events if event == "shadow-off"] == (
        ["share"] if state == "off" else []
    )


async def test_what_cannot_be_loaded_leaves_the_old_one_judging() -> None:
    """At a start there is none, and the shadow is off."""
    async with _Bench(_Process) as bench:
        bench.problems = ("payers/x.yaml: broken",)
        bench.shadow.reload()
        await bench.loaded(2)

        assert (bench.state(), bench.made[0].is_killed) == ("judging", False)
        assert ("shadow-rejected", "payers/x.yaml: broken") in [
            (event, facts.get("problem")) for event, facts in bench.log.events
        ]
    other = _Bench(_Process)
    other.problems = ("payers/x.yaml: broken",)
    async with other:
        assert (other.state(), other.shadow.off_because) == ("off", "broken")


def test_the_share_is_of_the_last_claims_and_not_said_of_few() -> None:
    """The first claims fill the caches."""
    cost, shares = ShadowCost(), []
    parts = [(LEAST_CLAIMS - 1, 100.0, 1.0), (1, 0.0, 0.0), *[(1, 0.5, 1.0)] * WINDOW_CLAIMS]
    for part in parts:
        cost.add(*part)
        shares.append(cost.share)

    assert shares[:2] == [None, 100.0]
    assert shares[-1] == pytest.approx(0.5)
