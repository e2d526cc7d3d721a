"""How the demo waits for its worker."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from urllib.error import URLError

import pytest

from worker.cli.demo import run
from worker.cli.demo.metrics import Figures
from worker.cli.demo.view import Progress
from worker.cli.demo.worker import DemoError
from worker.settings import ENV_PREFIX, Settings


class _View:
    """Notes what it is shown: whether it was the last time."""

    def __init__(self) -> None:
        self.shown: list[bool] = []

    def update(self, *, is_last: bool = False) -> None:
        """Note it."""
        self.shown.append(is_last)


async def watch(monkeypatch: pytest.MonkeyPatch, answers: Iterator[Figures | OSError]) -> _View:
    """Watch a worker that answers so, when asked for its figures, until two claims are done."""

    def read_figures(_url: str) -> Figures:
        answer = next(answers)
        if isinstance(answer, OSError):
            raise answer
        return answer

    monkeypatch.setattr(run, "read_figures", read_figures)
    monkeypatch.setattr(run, "_POLL_S", 0)
    worker: Any = SimpleNamespace(refuse_dead=lambda: None)  # Any: the part of a worker that is looked at
    view = _View()
    sending = asyncio.create_task(asyncio.sleep(0, result=2))
    await run._watch(worker, Progress(2, "http://127.0.0.1:1", {}), view, sending)  # noqa: SLF001 -- needs no broker
    return view


async def test_a_worker_that_is_too_busy_to_answer_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before, the demo failed five seconds after a question that nobody answered."""
    done = Figures(outcomes=Counter(scrubbed=2))

    view = await watch(monkeypatch, iter([TimeoutError(), URLError("refused"), done]))

    assert view.shown == [False, False, False, True]


async def test_a_worker_that_never_answers_again_ends_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once nothing has moved for too long."""
    monkeypatch.setattr(run, "_STALLED_S", -1.0)

    with pytest.raises(DemoError, match="nothing moved"):
        await watch(monkeypatch, iter([TimeoutError(), TimeoutError()]))


def test_commands_beside_a_demo_ask_about_its_group() -> None:
    """`claimscrub lag` and `doctor` with the broker's address alone speak of the demo's worker."""
    given = {ENV_PREFIX + name: value for name, value in run.settings_for("127.0.0.1:1").items()}

    assert Settings.from_environment(given).group_id == Settings().group_id


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        (".venv/bin/claimscrub", ".venv/bin/claimscrub"),
        ("my venv/bin/claimscrub", "'my venv/bin/claimscrub'"),
        ("worker/__main__.py", "claimscrub"),
    ],
)
def test_a_demo_names_commands_as_its_own_was_typed(typed: str, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has no claimscrub on PATH can copy them."""
    monkeypatch.setattr("sys.argv", [typed, "demo"])

    assert run.program() == shown
