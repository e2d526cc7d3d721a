"""`claimscrub learner` on real Apache Kafka, killed again and again: each answer is counted once, with its outcome.

Outcomes are written in transactions, as the worker writes them: each leaves a hole in the offsets, and one that is
aborted is never learned from.
"""

import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from time import sleep
from typing import Any, Final

import pytest
from aiokafka import AIOKafkaProducer

from tests.stream.support import FAILSAFE_S, POLL_S, WorkerProcess
from tests.stream.test_learner import findings, learned, learning, send
from tests.unit.learning.sent import WST_01, outcome
from tests.unit.learning.test_learner import claim, file
from worker.kafka.connection import client_options
from worker.kafka.topics import create_topics
from worker.learning.store import LearningStore
from worker.settings import DeliveryGuarantee, Settings

pytestmark = [pytest.mark.kafka]

CLAIMS_OF_A_ROUND: Final = 150
_OF_A_TRANSACTION: Final = 10
_ANSWERED: Final = re.compile(r"^claimscrub_learned_responses_total (\d+)", re.MULTILINE)
_KEPT: Final = re.compile(r"^claimscrub_learned_kept_timestamp_seconds [1-9]", re.MULTILINE)


def denied(number: int) -> str:
    """An 835 that denies a claim as its finding has predicted."""
    clp = f"CLP*SYN-{number}*1*300*{{total}}**MB*PAYER-1*11*1"
    return file(claim(("CAS*CO*16*200", "LQ*HE*N822"), "0", clp=clp), trace=f"SYNTRACE{number}")


def rejected(number: int) -> bytes:
    """The outcome of that claim."""
    return outcome(WST_01, number=f"SYN-{number}", outcome_id=f"outcome-{number}")


async def publish(settings: Settings, numbers: Iterable[int], *, commit: bool) -> None:
    """Write outcomes in small transactions, or abort each of these."""
    new_producer: Any = AIOKafkaProducer  # Any: aiokafka publishes no types
    producer = new_producer(**client_options(settings), transactional_id=f"outcomes-{settings.topic_prefix}")
    waiting = list(numbers)
    await producer.start()
    try:
        while waiting:
            await producer.begin_transaction()
            for number in waiting[:_OF_A_TRANSACTION]:
                await producer.send(settings.topics.rejected, rejected(number), key=str(number).encode())
            del waiting[:_OF_A_TRANSACTION]
            await (producer.commit_transaction() if commit else producer.abort_transaction())
    finally:
        await producer.stop()


class LearnerProcess:
    """One `claimscrub learner`."""

    def __init__(self, settings: Settings) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "worker", "learner"],
            env=WorkerProcess.environment(settings),
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.begins = self.process.stdout.readline()
        self._port = int(self.begins.rpartition("metrics on port ")[2].rstrip(".\n"))

    def metrics(self) -> str:
        """What it shows; nothing before it answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/metrics", timeout=FAILSAFE_S) as page:
                text: str = page.read().decode()
        except urllib.error.URLError:
            return ""
        return text

    def until(self, shows: Callable[[str], bool]) -> None:
        """Return when its metrics show something."""
        while not shows(self.metrics()):
            assert self.process.poll() is None
            sleep(POLL_S)

    def kill(self) -> None:
        """Kill -9."""
        self.process.kill()
        self.end()

    def end(self) -> int:
        """Wait for it, and return its exit code."""
        with self.process:
            return self.process.wait(FAILSAFE_S)


def answers_read(page: str) -> int:
    """How many messages with answers this process has read."""
    found = _ANSWERED.search(page)
    return int(found[1]) if found else 0


_MOMENTS: Final[tuple[Callable[[str], bool], ...]] = (
    lambda _: True,  # before it has read anything, or in the middle of it
    lambda page: answers_read(page) > 0,
    lambda page: _KEPT.search(page) is not None,
)
"""When a learner is killed, by what its metrics show."""


@pytest.mark.timeout(900)
async def test_each_answer_counts_once_however_often_the_learner_is_killed(
    settings_for: Callable[[DeliveryGuarantee], Settings], tmp_path: Path
) -> None:
    """Answers come before their outcomes, after them, and some twice; outcomes that were aborted do not count."""
    settings = learning(settings_for(DeliveryGuarantee.EXACTLY_ONCE), tmp_path / "learner")
    await create_topics(settings)
    for number, moment in enumerate(_MOMENTS):
        numbers = range(number * CLAIMS_OF_A_ROUND, (number + 1) * CLAIMS_OF_A_ROUND)
        answers = [denied(each) for each in numbers]
        learner = LearnerProcess(settings)
        await send(settings, settings.topics.responses, *answers[::2], answers[0])
        await publish(settings, numbers, commit=True)
        await publish(settings, range(-numbers.stop, -numbers.start), commit=False)
        await send(settings, settings.topics.responses, *answers[1::2])
        learner.until(moment)
        learner.kill()

    last = LearnerProcess(settings)
    last.until(lambda page: f'learned_findings{{edit="WST-01",result="predicted"}} {expected()}.0' in page)
    last.process.terminate()
    assert last.end() == 0

    again = await learned(settings)
    assert findings(again) == {("WST-01", "predicted"): expected()}
    assert again.value("learned_answers", "joined") == expected()
    assert again.value("learned_answers", "unknown") == 0
    assert again.value("learned_denied_dollars", "WST-01") == 200 * expected()
    assert again.total("learned_outcomes_total") == again.total("learned_responses_total") == 0
    with closing(LearningStore(tmp_path / "learner")) as store:
        known = list(store.all())
    assert [(len(each.claims), len(each.remitted)) for each in known] == [(1, 1)] * expected()


def expected() -> int:
    """How many claims were answered in all rounds."""
    return len(_MOMENTS) * CLAIMS_OF_A_ROUND
