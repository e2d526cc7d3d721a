"""Drives the demo: topics, worker, claims, and the account at the end."""

import asyncio
import contextlib
import shlex
import sys
import time
from pathlib import Path
from typing import Final

from rich.console import Console

from worker.cli.demo.account import Account, take_account
from worker.cli.demo.metrics import read_figures
from worker.cli.demo.view import Progress, View, shown
from worker.cli.demo.worker import DemoError, DemoWorker, running_worker
from worker.cli.shared.broker import quiet_clients, run_until_ctrl_c
from worker.edits.catalogue import load_edits
from worker.kafka.send import send_claims
from worker.kafka.topics import create_topics
from worker.samples.claims import AS_OF, demo_claims
from worker.settings import ENV_PREFIX, Settings

_STALLED_S: Final = 120.0
_POLL_S: Final = 0.25
_SETTLE_S: Final = 10.0


def settings_for(broker: str) -> dict[str, str]:
    """Return the worker's settings for the demo, without their prefix."""
    return {
        "BOOTSTRAP_SERVERS": broker,
        "AS_OF": AS_OF.isoformat(),
        "HTTP_PORT": "0",
    }


def program() -> str:
    """Return how to type the command again: as it was typed, also where it is not on PATH."""
    typed = Path(sys.argv[0])
    return shlex.quote(str(typed)) if typed.name == "claimscrub" else "claimscrub"


def run_demo(console: Console, broker: str, count: int, log: Path, *, keep: bool) -> Account:
    """Run the demo on a broker and return the account. Raises `DemoError`; the log then says more."""
    given = settings_for(broker)
    settings = Settings.from_environment({ENV_PREFIX + name: value for name, value in given.items()})
    with quiet_clients():
        run_until_ctrl_c(create_topics(settings))
    console.print("Topics created. Starting a worker ...", soft_wrap=True)
    with quiet_clients(), running_worker(given, log) as worker:
        url = worker.url()
        console.print(f"The worker is ready; its metrics are at {url}/metrics", soft_wrap=True)
        account = run_until_ctrl_c(_drive(console, settings, worker, Progress(count, url, _summaries())))
        console.print(f"\n{account.equation()}", style="bold", soft_wrap=True)
        console.print("Every claim sent has one outcome.", soft_wrap=True)
        if keep:
            _wait(console, broker, url)
    return account


def _summaries() -> dict[str, str]:
    return {edit.id: edit.summary for edit in load_edits()}


async def _drive(console: Console, settings: Settings, worker: DemoWorker, progress: Progress) -> Account:
    def count_sent(sent: int) -> None:
        progress.sent = sent

    values = (planted.value for planted in demo_claims(progress.total))
    with shown(console, progress) as view:
        sending = asyncio.create_task(send_claims(settings, values, progress=count_sent))
        try:
            await _watch(worker, progress, view, sending)
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
    return await _settled(settings, progress.total)


async def _watch(worker: DemoWorker, progress: Progress, view: View, sending: "asyncio.Task[int]") -> None:
    """Show the progress until every message has its outcome. Raises `DemoError` when nothing moves any more."""
    moved = time.monotonic()
    while progress.figures.done < progress.total:
        worker.refuse_dead()
        if sending.done():
            sending.result()
        before = (progress.sent, progress.figures.done)
        # A worker that is too busy to answer at once is asked again.
        with contextlib.suppress(OSError):
            progress.figures = await asyncio.to_thread(read_figures, progress.url)
        if before != (progress.sent, progress.figures.done):
            moved = time.monotonic()
        if time.monotonic() - moved > _STALLED_S:
            raise DemoError(
                f"nothing moved for {_STALLED_S:.0f} s: {progress.figures.done:,} of {progress.total:,} are done"
            )
        view.update()
        await asyncio.sleep(_POLL_S)
    view.update(is_last=True)


async def _settled(settings: Settings, count: int) -> Account:
    """Take the account, again for a while if it does not add up at once. Raises `DemoError` if it never does."""
    deadline = time.monotonic() + _SETTLE_S
    while True:
        account = await take_account(settings)
        flaws = account.flaws(count)
        if not flaws:
            return account
        if time.monotonic() > deadline:
            raise DemoError(f"the account does not add up ({account.equation()}): {'; '.join(flaws)}")
        await asyncio.sleep(_POLL_S)


def _wait(console: Console, broker: str, url: str) -> None:
    # Who reads the last line may ask for the end before the wait begins.
    try:
        console.print(
            f"\nBroker and worker stay until Ctrl-C. In another terminal:\n"
            f"  export CLAIMSCRUB_BOOTSTRAP_SERVERS={broker}\n"
            f"  {program()} tail rejected --from-start --max 1\n"
            f"  {program()} doctor\n"
            f"  curl {url}/metrics",
            soft_wrap=True,
        )
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        console.print("Stopping ...")
