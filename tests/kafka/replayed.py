"""Claims of one patient that are scrubbed, replayed twice, and sent once more without a word."""

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.inputs.malformed import sound, written
from tests.stream.support import FAILSAFE_S, REAL_WORKER, ROOT, WorkerProcess, outcomes, outcomes_when, prepare
from worker.history.key import read_key
from worker.history.person import identity_text
from worker.kafka.read import Record
from worker.kafka.send import send_claims
from worker.settings import Settings

PARTITIONS = 2


@dataclass(frozen=True)
class Replayed:
    """The edits of each outcome, in order of the inbound messages, and the ids of all outcomes."""

    edits: list[list[str]]
    ids: set[str]


def dose(number: str, on: str) -> bytes:
    """The sound claim under a control number, with its services on a day."""
    document: dict[str, Any] = sound()
    information = document["claimInformation"]
    information["patientControlNumber"] = number
    for line in information["serviceLines"]:
        line["serviceDate"] = on
    return written(document)


async def scrub_replay_and_copy(settings: Settings, folder: Path, start: type[WorkerProcess]) -> Replayed:
    """Send two doses of a patient, replay the first outcome twice, and send the first claim again."""
    assert settings.history_key_file is not None
    whose = identity_text(sound()["tradingPartnerServiceId"], sound()["subscriber"]["memberId"])
    place = read_key(settings.history_key_file).partition(whose, PARTITIONS)
    await prepare(settings, [], partitions=PARTITIONS)

    async def send(value: bytes) -> None:
        await send_claims(settings, [value], partition=lambda _: place)

    with start(settings, folder, "worker", REAL_WORKER) as worker:
        await send(dose("A1", "20260302"))
        await outcomes_when(settings, 1)
        await _replay(settings, "first")
        await outcomes_when(settings, 2)
        await send(dose("A2", "20260113"))
        await outcomes_when(settings, 3)
        # The first outcome, which the first run has sent, and the outcome of its replay.
        await _replay(settings, "first")
        await outcomes_when(settings, 5)
        await send(dose("A1", "20260302"))
        await outcomes_when(settings, 6)
        assert worker.stop() == 0
    found = await outcomes(settings)
    return Replayed(_edits(found), {json.loads(each.value or b"")["outcomeId"] for each in found})


async def _replay(settings: Settings, run: str) -> None:
    """Send every scrubbed claim again that the run has not come to, as an operator does."""
    command = (sys.executable, "-m", "worker", "replay", "scrubbed", "--all", "--send", "--run", run)
    own = {name: value for name, value in WorkerProcess.environment(settings).items() if name != "CLAIMSCRUB_HTTP_PORT"}
    done = await asyncio.to_thread(
        subprocess.run, command, env=os.environ | own, cwd=ROOT, capture_output=True, timeout=FAILSAFE_S, check=False
    )
    assert done.returncode == 0, done.stderr


def _edits(records: list[Record]) -> list[list[str]]:
    """The edits of each outcome, in the order of their messages."""
    placed = [(int(dict(each.headers)["claimscrub-offset"]), json.loads(each.value or b"")) for each in records]
    return [sorted({finding["edit"] for finding in made["findings"]}) for _, made in sorted(placed, key=lambda e: e[0])]
