"""A second configuration that judges beside the one in force, on the embedded broker: it changes nothing."""

import json
import signal
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Final

import pytest

from schemas.shadow import ShadowDifference
from tests.inputs.malformed import sound, written
from tests.kafka.history_storms import read_all, with_memory
from tests.stream.forks import ForkedWorker
from tests.stream.support import REAL_WORKER, outcomes, prepare, progress, until
from tests.stream.test_hostile_edits import EDITS, named
from tests.unit.cli.compare.conftest import candidate  # noqa: F401 - a fixture
from tests.unit.cli.compare.test_command import half_a_unit
from worker.bootstrap import shipped_config_directory
from worker.kafka.read import tail
from worker.kafka.send import send_claims
from worker.samples import synthetic
from worker.settings import Settings

pytestmark = [pytest.mark.broker, pytest.mark.system]

JUDGING = 'claimscrub_shadow_state{state="judging"}'
_INTERCHANGE: Final = (Path(__file__).parents[1] / "unit" / "x12" / "cases" / "cob_2330c.837").read_bytes()
OFF = 'claimscrub_shadow_state{state="off"}'


def with_shadow(settings: Settings, **more: object) -> Settings:
    """Settings with a shadow, and one day as today."""
    return settings.model_copy(update={"as_of": date.fromisoformat(synthetic.RECEIVED_ON), **more})


async def differences(settings: Settings) -> list[ShadowDifference]:
    """What the shadow has published."""
    topic = settings.topics.shadow
    return [
        ShadowDifference.model_validate_json(each.value or b"") async for each in tail(settings, [topic], follow=False)
    ]


async def test_what_the_shadow_judges_otherwise_is_published_and_counted(
    settings: Settings,
    tmp_path: Path,
    candidate: Path,  # noqa: F811 - the fixture
) -> None:
    """Each difference once, beside its outcome; nothing of the claim is in it."""
    shadowed = with_shadow(settings, shadow_config_dir=candidate)
    await prepare(shadowed, [], partitions=2)
    with ForkedWorker(shadowed, tmp_path, "worker", REAL_WORKER) as worker:
        await until(lambda: worker.is_ready() and worker.metric(JUDGING) == 1, "the shadow is loaded")
        await send_claims(shadowed, [written(half_a_unit()), written(sound()), b"{"] * 10)
        await progress(shadowed, 30)
        flips = 'claimscrub_shadow_flips_total{direction="moved"}'
        await until(lambda: worker.metric(flips) == 10, "each flip is counted")
        by_edit = worker.metric('claimscrub_shadow_flips_by_edit_total{direction="moved",shadow_edit="UNT-01"}')
        same = worker.metric('claimscrub_shadow_claims_total{result="same"}')
        status = json.loads(worker.get("/status.json")[1])["shadow"]
        dollars = worker.metric('claimscrub_shadow_flipped_dollars_total{direction="moved"}')
        assert worker.stop() == 0

    found = await differences(shadowed)
    rejected = [
        json.loads(each.value or b"") for each in await outcomes(shadowed) if each.topic == shadowed.topics.rejected
    ]
    assert (by_edit, same, len(found)) == (10, 10, 10)
    assert {each.outcome_id for each in found} == {each["outcomeId"] for each in rejected}
    assert {(each.before, each.after) for each in found} == {("rejected", "pended")}
    assert [(each.edit, each.severity) for each in found[0].new] == [("UNT-01", "pend")]
    assert [(each.edit, each.severity) for each in found[0].gone] == [("UNT-01", "reject")]
    assert found[0].in_force.reference == found[0].shadow.reference  # the candidate has no tables of its own
    assert found[0].in_force.ruleset != found[0].shadow.ruleset
    assert (status["state"], status["flips"], status["dollars"]) == ("judging", 10, dollars)
    assert found[0].charge is not None
    assert dollars == 10 * float(found[0].charge)


async def test_outcomes_are_the_same_with_and_without_a_shadow(
    settings: Settings,
    tmp_path: Path,
    candidate: Path,  # noqa: F811 - the fixture
) -> None:
    """Byte for byte, with their keys, headers and partitions: two groups answer the same claims, one with a shadow."""
    claims: list[bytes | None] = [*([written(half_a_unit()), written(sound()), _INTERCHANGE] * 20), b"{", None]
    beside = with_shadow(settings, shadow_config_dir=candidate)
    await prepare(beside, [])
    with ForkedWorker(beside, tmp_path, "with", REAL_WORKER) as worker:
        await until(lambda: worker.is_ready() and worker.metric(JUDGING) == 1, "the shadow is loaded")
        await send_claims(beside, claims)
        await progress(beside, len(claims))
        judged = 'claimscrub_shadow_claims_total{result="different"}'
        await until(lambda: worker.metric(judged) >= 20, "the shadow has judged")
        assert worker.stop() == 0
    alone = with_shadow(settings, group_id=f"{settings.group_id}-alone")
    with ForkedWorker(alone, tmp_path, "without", REAL_WORKER) as worker:
        await progress(alone, len(claims))
        assert worker.stop() == 0

    found = Counter((each.topic, each.partition, each.key, each.value, each.headers) for each in await outcomes(alone))
    assert set(found.values()) == {2}
    assert len(found) >= len(claims) - 1


@pytest.mark.parametrize(
    ("harm", "result"),
    [
        ("RAISE", "different"),
        ("RECURSE", "different"),
        ("EAT", "different"),
        ("LOOP", None),
        ("REGEX", None),
        ("CRASH", None),
    ],
)
async def test_a_shadow_that_fails_or_hangs_changes_no_verdict(
    exactly_once: Settings, tmp_path: Path, harm: str, result: str | None
) -> None:
    """What it does ends with its process; where it fails again and again, or costs too much, it goes off."""
    shadowed = with_shadow(
        exactly_once,
        shadow_config_dir=shipped_config_directory(),
        shadow_edits_dir=EDITS,
        allow_writable_edits=True,
        claim_budget_s=0.5,
        memory_limit_mib=800,
    )
    messages = [named("GOOD"), named(harm), named("GOOD")] * 2
    await prepare(shadowed, [], partitions=1)
    with ForkedWorker(shadowed, tmp_path, "worker", REAL_WORKER) as worker:
        await until(lambda: worker.is_ready() and worker.metric(JUDGING) == 1, "the shadow is loaded")
        rounds = 0
        while rounds < 1 or (result is None and worker.metric(OFF) == 0):
            rounds += 1
            await send_claims(shadowed, list(messages))
            await progress(shadowed, rounds * len(messages))
            await until(lambda: worker.metric(JUDGING) + worker.metric(OFF) == 1, "the shadow is loaded again, or off")
        if result is not None:
            sample = f'claimscrub_shadow_claims_total{{result="{result}"}}'
            await until(lambda: worker.metric(sample) == 2, "the failing edit is a difference")
        assert worker.stop() == 0

    found = await outcomes(shadowed)
    assert len(found) == rounds * len(messages)
    assert {each.topic for each in found} == {shadowed.topics.scrubbed}
    assert "Zq7Canary" not in worker.log_file.read_text()


async def test_a_shadow_that_cannot_be_loaded_is_off_until_it_is_mended(
    exactly_once: Settings,
    tmp_path: Path,
    candidate: Path,  # noqa: F811 - the fixture
) -> None:
    """The worker says what is wrong and goes on; SIGHUP has it read again."""
    profile = candidate / "payers" / "medicare-part-b.yaml"
    good = profile.read_text()
    profile.write_text("name: [")
    shadowed = with_shadow(exactly_once, shadow_config_dir=candidate)
    await prepare(shadowed, [written(sound())], partitions=1)
    with ForkedWorker(shadowed, tmp_path, "worker", REAL_WORKER) as worker:
        await progress(shadowed, 1)
        await until(lambda: bool(worker.events("shadow-off")), "the shadow is off")
        (rejected,) = worker.events("shadow-rejected")
        profile.write_text(good)
        await until(worker.is_ready, "the worker serves")
        worker.process.send_signal(signal.SIGHUP)
        await until(lambda: worker.metric(JUDGING) == 1, "the shadow is loaded")
        profile.write_text("name: [")
        worker.process.send_signal(signal.SIGHUP)
        await until(lambda: len(worker.events("shadow-rejected")) == 2, "what is broken is refused")
        assert worker.metric(JUDGING) == 1
        assert worker.stop() == 0

    assert "medicare-part-b.yaml" in rejected["problem"]
    assert worker.events("shadow-off")[0]["reason"] == "broken"


async def test_with_a_memory_the_shadow_sees_the_same_earlier_claims(exactly_once: Settings, tmp_path: Path) -> None:
    """A claim that is sent twice is found by both, and remembered once."""
    mine = with_shadow(exactly_once, shadow_config_dir=shipped_config_directory())
    settings = with_memory(mine, tmp_path)
    await prepare(settings, [], partitions=1)
    with ForkedWorker(settings, tmp_path, "worker", REAL_WORKER) as worker:
        await until(lambda: worker.is_ready() and worker.metric(JUDGING) == 1, "the shadow is loaded")
        await send_claims(settings, [written(sound())] * 2)
        same = 'claimscrub_shadow_claims_total{result="same"}'
        await until(lambda: worker.metric(same) == 2, "both are judged alike")
        assert worker.stop() == 0

    found = [json.loads(each.value or b"") for each in await outcomes(settings)]
    assert sorted((each["disposition"], [one["edit"] for one in each["findings"]]) for each in found) == [
        ("rejected", ["IDN-07"]),
        ("scrubbed", []),
    ]
    assert len({each.key for each in await read_all(settings, settings.topics.history)}) == 1
    assert await differences(settings) == []
