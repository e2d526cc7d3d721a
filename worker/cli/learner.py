"""`claimscrub learner`: follows outcomes and payers' answers on Kafka, and shows the precision of edits as metrics."""

import asyncio
import signal
import sys
from contextlib import closing

import click

from worker.agents.learning import LearningAgent
from worker.bootstrap import read_rules
from worker.cli.shared.broker import on_broker, read_settings
from worker.cli.shared.configuration import sentences
from worker.cli.shared.console import EXIT_SOME_NOT, echo
from worker.kafka.topics import missing_topics
from worker.learning.store import LearningStore, LearningStoreError
from worker.observe.health import HealthState
from worker.observe.learning_metrics import LEARNING_CATALOGUE
from worker.observe.port import HealthServer
from worker.observe.recorder import Recorder
from worker.settings import Settings
from worker.stream.exit_codes import ExitCode


@click.command("learner")
@click.option("--to-end", is_flag=True, help="End when what was there at the start is read.")
def command(*, to_end: bool) -> None:
    """Follow payers' answers and outcomes on Kafka, and show the precision of edits as metrics.

    It is one process beside the workers. It reads the topics of outcomes and `payer.responses.v1` (835, 277CA and 999
    as X12, which `claimscrub send --responses` puts there), joins them as `claimscrub learn` does, and shows on
    /metrics of CLAIMSCRUB_HTTP_PORT what payers made of the findings of each edit, with dollars.

    It needs CLAIMSCRUB_LEARN=true and CLAIMSCRUB_LEARN_DIR, a folder of its own. There it keeps each claim by its
    patient control number for CLAIMSCRUB_LEARN_DAYS, with how far it has read, so that a restart counts nothing twice:
    treat it as PHI.

    \b
    Exit code  0: it was asked to stop and did, or --to-end was reached.
    Exit code  1: a topic is missing (`claimscrub topics create`).
    Exit code 69: no broker answered or accepted it.
    Exit code 76: its file cannot be used.
    Exit code 78: a setting is wrong, or the port is taken.
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    settings = read_settings()
    if not settings.learn or settings.learn_dir is None:
        echo("CLAIMSCRUB_LEARN: set it to true, and CLAIMSCRUB_LEARN_DIR to a folder of the learner.", is_error=True)
        sys.exit(ExitCode.SETTINGS)
    try:
        with closing(LearningStore(settings.learn_dir)) as store:
            sys.exit(on_broker(settings, _run(settings, store, to_end=to_end)))
    except LearningStoreError as error:
        echo(f"{error}.", is_error=True)
        sys.exit(ExitCode.HISTORY_BROKEN)


async def _run(settings: Settings, store: LearningStore, *, to_end: bool) -> int:
    topics = settings.topics
    names = (topics.scrubbed, topics.rejected, topics.pended, topics.responses)
    if missing := await missing_topics(settings, names):
        echo(f"{missing[0]} is missing on the broker. `claimscrub topics create` creates it.", is_error=True)
        return EXIT_SOME_NOT
    with sentences():
        rules = read_rules(settings.config_dir, settings.edits_dir)
    recorder = Recorder((edit.id for edit in rules.edits), catalogue=LEARNING_CATALOGUE)
    health = HealthState(parts=("broker_answers",))
    try:
        server = HealthServer(settings.http_host, settings.http_port, health, recorder.exposition)
    except OSError as error:
        echo(f"CLAIMSCRUB_HTTP_PORT: the port cannot be had ({error.strerror}).", is_error=True)
        return ExitCode.SETTINGS
    stopped = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stopped.set)
    try:
        agent = LearningAgent(settings, store, recorder, health)
        echo(f"Following {', '.join(names)}; metrics on port {server.port}.")
        await agent.follow(stopped.is_set, to_end=to_end)
    finally:
        server.close()
    return 0
