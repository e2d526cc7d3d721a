"""Edits that fail, overrun, eat memory and end the process, with the real pipeline on the embedded broker."""

import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from schemas.dead_letter import HEADER_REASON
from tests.inputs.malformed import sound, written
from tests.stream.conftest import settings_for
from tests.stream.forks import ForkedWorker
from tests.stream.support import REAL_WORKER, outcomes, prepare, progress, until, until_counted
from worker.samples import synthetic
from worker.settings import DeliveryGuarantee, Settings

pytestmark = [pytest.mark.broker, pytest.mark.system]

EDITS = Path(__file__).with_name("hostile_edits")


def named(number: str, identity: int = 0) -> bytes:
    """A sound claim that tells the hostile edit what to do."""
    document = sound() | {"id": identity}
    document["claimInformation"]["patientControlNumber"] = number
    return written(document)


def hostile_settings(settings: Settings, **more: object) -> Settings:
    """Settings with the hostile edit and short limits."""
    return settings.model_copy(
        update={
            "as_of": date.fromisoformat(synthetic.RECEIVED_ON),
            "edits_dir": EDITS,
            "allow_writable_edits": True,  # a checkout may be writable by a group
            "claim_budget_s": 0.5,
            "claim_hang_s": 60.0,
            "memory_limit_mib": 800,
            **more,
        }
    )


async def test_an_edit_that_fails_or_overruns_pends_its_claim_and_no_other(settings: Settings, tmp_path: Path) -> None:
    """Raising, recursing, looping, backtracking and eating memory are errors of the edit; the worker never leaves."""
    harms = ("RAISE", "RECURSE", "LOOP", "REGEX", "EAT")
    watched = hostile_settings(settings, log_level="debug")
    messages: list[bytes | None] = []
    for harm in harms:
        messages += [named("GOOD"), named(harm), named("GOOD")]
    await prepare(watched, messages, partitions=1)

    with ForkedWorker(watched, tmp_path, "worker", REAL_WORKER) as worker:
        await progress(watched, len(messages))
        await until_counted(worker, {'claimscrub_edit_errors_total{edit="USR-90"}': len(harms)})
        overruns = "claimscrub_budget_overruns_total"
        await until(lambda: worker.metric(overruns) >= len(("LOOP", "REGEX")), "overruns are counted")
        assert worker.stop() == 0

    found = {_number(each): each for each in map(_body, await outcomes(watched))}
    assert {number: each["disposition"] for number, each in found.items()} == {"GOOD": "scrubbed"} | dict.fromkeys(
        harms, "pended"
    )
    for harm in harms:
        assert found[harm]["coverage"]["errors"] == ["USR-90"]
        # The edits beside the one that failed have had their say.
        assert set(found[harm]["coverage"]["passed"]) == set(found["GOOD"]["coverage"]["passed"]) - {"USR-90"}
    assert len({each["outcomeId"] for each in found.values()}) == len(found)
    assert "Zq7Canary" not in worker.log_file.read_text()


@pytest.mark.parametrize(
    ("delivery", "harm", "batch"),
    [
        (DeliveryGuarantee.EXACTLY_ONCE, "CRASH", 500),
        (DeliveryGuarantee.EXACTLY_ONCE, "CRASH", 10),
        (DeliveryGuarantee.EXACTLY_ONCE, "HANG", 500),
        (DeliveryGuarantee.AT_LEAST_ONCE, "CRASH", 500),
        (DeliveryGuarantee.AT_LEAST_ONCE, "CRASH", 10),
    ],
)
async def test_a_claim_that_ends_the_worker_three_times_is_a_dead_letter(
    embedded: str, tmp_path: Path, delivery: DeliveryGuarantee, harm: str, batch: int
) -> None:
    """Killed from inside, or by the kernel when C code does not come back, in the first batch and in a later one."""
    # Where others have the processors, a sound claim must not be taken for one that hangs.
    more = {"claim_hang_s": 6.0} if harm == "HANG" else {}
    watched = hostile_settings(settings_for(embedded, delivery), batch_max_claims=batch, **more)
    messages: list[bytes | None] = [named("GOOD", number) for number in range(60)]
    messages[40] = named(harm, 40)
    await prepare(watched, messages, partitions=1)

    lives = 0
    while lives < 12:
        lives += 1
        with ForkedWorker(watched, tmp_path, f"life-{lives}", REAL_WORKER) as worker:
            await until(lambda: worker.process.poll() is not None or is_done(worker, len(messages)), "an end")
            if worker.process.poll() is None:
                assert worker.stop() == 0
                break
            assert worker.process.wait() < 0
    records = await outcomes(watched)

    # At-least-once commits several batches at a time: a crash in a later one may count only after some lives.
    assert lives == 4 or (batch == 10 and delivery is DeliveryGuarantee.AT_LEAST_ONCE)
    dead = [each for each in records if HEADER_REASON in dict(each.headers)]
    assert [(dict(each.headers)[HEADER_REASON], each.value) for each in dead] == [(b"crash-loop", named(harm, 40))]
    passed = Counter(_body(each)["claim"]["id"] for each in records if each not in dead)
    assert set(passed) == set(range(60)) - {40}
    if delivery is DeliveryGuarantee.EXACTLY_ONCE:
        assert set(passed.values()) == {1}


def is_done(worker: ForkedWorker, count: int) -> bool:
    """Whether the last message of the partition has its log line."""
    try:
        lines = worker.events("claim") + worker.events("dead-letter")
    except json.JSONDecodeError:  # the stack of a process that the kernel ended is not JSON
        return False
    return any(line["offset"] == count - 1 for line in lines)


def _body(record: Any) -> dict[str, Any]:  # any record, any JSON value
    document: dict[str, Any] = json.loads(record.value)
    return document


def _number(outcome: dict[str, Any]) -> str:
    return str(outcome["claim"]["claimInformation"]["patientControlNumber"])
