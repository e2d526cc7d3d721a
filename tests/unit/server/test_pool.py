"""The processes that scrub: what becomes of a claim that ends one, and of what waits."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Final

import pytest

from tests.inputs.hostile import claim_with
from worker.server.frames import DeskQuestion, PostedClaim, ProcessTask, Reply, SplitMessage, SplitParts
from worker.server.pool import MOST_WAITING, NotLoadedError, ScrubPool, TooBusyError
from worker.stream.scrubber import Form

pytestmark = pytest.mark.usefixtures("pipeline")  # which compiles the tables

DAY: Final = date(2026, 3, 20)
DEADLY: Final = '''"""An edit that ends its process on one claim."""

import os

from worker.api import Citation, Severity, claim_edit, predicts


@claim_edit(
    "USR-01",
    severity=Severity.WARN,
    predicted=predicts(category="A7", status=("21",)),
    citation=Citation(source="a test"),
)
def ends_its_process(claim, context):
    """Claims that end their process."""
    if claim.claim.claim_information.patient_control_number == "DEADLY":
        os._exit(9)
    return None
'''


def task(**changes: object) -> ProcessTask:
    """What a process loads in these tests."""
    given = {
        "config": None,
        "user_edits": None,
        "cpu_s": 2.0,
        "hang_s": 20.0,
        "message_cpu_s": 60.0,
        "memory_mib": 0,
        "most_bytes": 1024 * 1024,
        "most_claims": 25_000,
    }
    return ProcessTask(**(given | changes))  # type: ignore[arg-type]  # by name


@asynccontextmanager
async def running(processes: int = 1, **changes: object) -> AsyncIterator[ScrubPool]:
    """A pool that ends with the block."""
    pool = ScrubPool(task(**changes), processes)
    await pool.start()
    try:
        yield pool
    finally:
        await pool.close()


async def test_a_claim_that_ends_its_process_harms_no_other(tmp_path: Path) -> None:
    """It alone is answered as the dead letter that it would be; the others have their outcomes."""
    edits = tmp_path / "edits"
    edits.mkdir()
    (edits / "usr_01_ends_its_process.py").write_text(DEADLY, "utf-8")
    deadly = json.loads(claim_with(1, ""))
    deadly["claimInformation"]["patientControlNumber"] = "DEADLY"
    values = [claim_with(number, "") for number in range(5)]
    values[2] = json.dumps(deadly).encode()
    async with running(2, user_edits=str(edits)) as pool:
        verdicts = await asyncio.gather(*(pool.scrub(PostedClaim(value, DAY)) for value in values))
        again = await pool.scrub(PostedClaim(values[0], DAY))

    assert [each.reason for each in verdicts] == ["", "", "crash-loop", "", ""]
    assert all(each.value for place, each in enumerate(verdicts) if place != 2)
    assert again.value == verdicts[0].value


async def test_too_much_at_once_is_refused() -> None:
    """What waits already is answered."""
    async with running() as pool:
        waiting = [pool.begin(PostedClaim(b"{", DAY)) for _ in range(MOST_WAITING)]
        with pytest.raises(TooBusyError):
            pool.begin(PostedClaim(b"{", DAY))
        answered = await asyncio.gather(*waiting)

    assert {each.reason for each in answered} == {"not-json"}


async def test_what_nobody_waits_for_any_more_is_not_done() -> None:
    """A client that left costs nothing more."""
    async with running() as pool:
        first = pool.begin(PostedClaim(b"{", DAY))
        left = pool.begin(PostedClaim(claim_with(1, ""), DAY))
        left.cancel()
        last = pool.begin(PostedClaim(b"[", DAY))
        await asyncio.gather(first, last)

    assert left.cancelled()


async def test_a_message_with_more_than_it_may_hold_is_not_split() -> None:
    """The limit is the worker's."""
    bundle = (Path(__file__).parents[1] / "fhir" / "bundle.json").read_bytes()
    async with running(most_claims=0) as pool:
        parts = await pool.ask(SplitMessage(bundle, Form.RESOURCE))

    assert isinstance(parts, SplitParts)
    assert parts.limit == "There are more than 0 claims in it."


async def test_an_unknown_question_is_our_fault() -> None:
    """And does not end the process."""
    async with running() as pool:
        reply = await pool.ask(DeskQuestion("nothing"))
        verdict = await pool.scrub(PostedClaim(claim_with(1, ""), DAY))

    assert isinstance(reply, Reply)
    assert reply.status == 500
    assert verdict.value


async def test_a_process_that_is_killed_is_replaced() -> None:
    """The claim that it had is scrubbed by the next one."""
    import psutil  # noqa: PLC0415 - the one test that looks for processes

    others = set(psutil.Process(os.getpid()).children())
    async with running() as pool:
        (child,) = set(psutil.Process(os.getpid()).children()) - others
        child.kill()
        verdict = await pool.scrub(PostedClaim(claim_with(1, ""), DAY))

    assert verdict.value


async def test_a_folder_that_is_missing_is_named() -> None:
    """As `claimscrub check` names it."""
    with pytest.raises(NotLoadedError, match="no such configuration directory"):
        await ScrubPool(task(config="/nowhere"), 1).start()
