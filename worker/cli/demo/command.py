"""`claimscrub demo`: everything on this machine, with claims of invented people."""

import shutil
import signal
import sys
import tempfile
from pathlib import Path
from types import FrameType
from typing import Final

import click
import orjson
from rich.console import Console

from worker.cli.demo.account import EXAMPLES, Account
from worker.cli.demo.run import program, run_demo
from worker.cli.demo.worker import DemoError
from worker.cli.serve import PORT as SERVE_PORT
from worker.cli.shared.console import DISPOSITION_STYLE, EXIT_SOME_NOT, echo, echo_json, out
from worker.kafka.embedded import EmbeddedBrokerError, embedded_broker

_DEFAULT_CLAIMS: Final = 2000
_LOG_LINES: Final = 20


@click.command("demo")
@click.option("--claims", type=click.IntRange(min=1), default=_DEFAULT_CLAIMS, show_default=True, metavar="N",
              help="How many claims to send.")  # fmt: skip
@click.option("--no-input", is_flag=True, help="Never wait for a key.")
@click.option("--keep", is_flag=True, help="Keep broker and worker running at the end, until Ctrl-C.")
def command(claims: int, *, no_input: bool, keep: bool) -> None:
    """See it work: start a Kafka broker and a worker, send synthetic claims, watch their outcomes.

    About half of the claims are sound; the others are wrong in many ways, and one in a hundred is not a claim at all.
    At the end the outcomes are counted against the claims sent, and one outcome of each kind is shown in full.
    Everything runs on this machine, listens on loopback only, and is gone afterwards.

    Exit code 0 if every claim has its outcome, 1 if not.
    """
    # A polite kill must end broker and worker too, by way of SIGINT, which a shell's background process ignores.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _leave)
    console = out()
    folder = Path(tempfile.mkdtemp(prefix="claimscrub-demo-"))
    log = folder / "worker.log"
    try:
        console.print(f"Starting a Kafka broker for {claims:,} synthetic claims ...", soft_wrap=True)
        with embedded_broker() as broker:
            account = run_demo(console, broker, claims, log, keep=keep)
    except (DemoError, EmbeddedBrokerError, RuntimeError, OSError) as error:
        # The folder stays: its log says more.
        _show_failure(error, log)
        sys.exit(EXIT_SOME_NOT)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)
    _show_examples(console, account, is_asking=not no_input and sys.stdin.isatty() and console.is_terminal)


def _leave(_number: int, _frame: FrameType | None) -> None:
    # As Ctrl-C, which asyncio turns into a cancellation; an exception from here could come up in any callback.
    signal.raise_signal(signal.SIGINT)


def _show_failure(error: Exception, log: Path) -> None:
    # Our own errors speak for themselves; of a library's only the class is sure to hold no claim.
    is_ours = isinstance(error, (DemoError, EmbeddedBrokerError))
    echo(f"\nThe demo failed: {error if is_ours else type(error).__name__}.", is_error=True)
    if log.exists():
        lines = log.read_text("utf-8", "replace").splitlines()
        echo(f"\nThe end of the worker's log ({log}):", is_error=True)
        echo("\n".join(lines[-_LOG_LINES:]), is_error=True)


def _show_examples(console: Console, account: Account, *, is_asking: bool) -> None:
    console.print("Broker and worker are stopped.", soft_wrap=True)
    if is_asking:
        click.pause("\nPress a key to see one outcome of each kind in full ...")
    for name in EXAMPLES:
        if name not in account.examples:
            console.print(f"\nNo claim was {name}.", soft_wrap=True)
            continue
        console.print(f"\nOne outcome on the topic of {name} claims:", style=DISPOSITION_STYLE[name], soft_wrap=True)
        echo_json(orjson.dumps(orjson.loads(account.examples[name]), option=orjson.OPT_INDENT_2))
    console.print(
        f"\nTo see a claim as its form and correct it, start the workbench with `{program()} serve` and open "
        f"http://127.0.0.1:{SERVE_PORT}/",
        soft_wrap=True,
    )
