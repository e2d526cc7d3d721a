"""Reference tables are swapped under a running worker, and no claim notices."""

import asyncio
import json
import signal
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from schemas.reference_update import ReferenceNotice
from tests.inputs.malformed import sound
from tests.stream.forks import ForkedWorker
from tests.stream.reference_folders import (
    LIMIT,
    LIMITS,
    RECEIVED,
    Config,
    edit,
    has,
    list_files,
    shipped_config,
    updates,
)
from tests.stream.support import REAL_WORKER, DeliveryLedger, outcomes, prepare, progress, until
from worker.kafka.send import send_claims, send_notice
from worker.pipeline.scrub import Pipeline
from worker.reference.build.loading import load_verified
from worker.reference.tables.snapshot import Snapshot
from worker.settings import Settings

pytestmark = [pytest.mark.broker, pytest.mark.system]

SWAPS = 15
CLAIMS_A_SWAP = range(20, 61)
"""At least and at most: how long a swap takes is the machine's affair."""
BETWEEN_CLAIMS_S = 0.02


@pytest.fixture
def config(tmp_path: Path) -> Iterator[Config]:
    """A copy of the shipped configuration."""
    with shipped_config(tmp_path) as made:
        yield made


def broken_folders(config: Config) -> dict[str, Path]:
    """Six folders that are broken in six ways; the seventh way is a digest that is another's."""
    folders = {name: config.copy(f"broken-{name}", "32.9") for name in ("cut", "sum", "toml", "header", "empty")}
    table = folders["cut"] / LIMITS
    table.write_bytes(table.read_bytes()[: table.stat().st_size // 2].rpartition(b",")[0])
    list_files(folders["cut"])
    edit(folders["sum"], LIMITS, "J1745,32.9", "J1745,32.8", is_listed=False)
    edit(folders["toml"], "asp_limits/table.toml", "[[editions]]", "[[editions]")
    edit(folders["header"], LIMITS, "hcpcs,payment_limit", "hcpcs,price")
    (folders["empty"] / LIMITS).write_text("hcpcs,payment_limit\n", encoding="utf-8")
    list_files(folders["empty"])
    return folders | {"missing": config.folder / "broken-missing"}


def notices(config: Config, good: dict[str, Path]) -> list[ReferenceNotice]:
    """Fifteen notices: eight good, one of them of what is loaded already, and seven broken between them."""
    digests = list(good)
    order = [1, 2, 3, 0, 2, 2, 1, 0]
    made = [ReferenceNotice(directory=str(good[digests[place]]), digest=digests[place]) for place in order]
    broken = [ReferenceNotice(directory=str(path), digest="b" * 64) for path in broken_folders(config).values()]
    broken.append(ReferenceNotice(directory=str(good[digests[1]]), digest="d" * 64))
    # Each refusal is followed by good tables, so that what it leaves behind is seen.
    for place, notice in zip(range(0, SWAPS - 1, 2), broken, strict=True):
        made.insert(place, notice)
    return made


async def test_swaps_under_load_lose_nothing_and_mix_nothing(
    exactly_once: Settings, config: Config, tmp_path: Path, pipeline: Pipeline
) -> None:
    """Seven of fifteen are broken, each in its own way; every outcome is that of one snapshot, byte for byte."""
    settings = config.settings(exactly_once)
    folders = [config.home, *(config.copy(f"reference-{number}", f"32.{number}") for number in (1, 2, 3))]
    snapshots = {snapshot.digest: snapshot for snapshot in map(load_verified, folders)}
    asked = notices(config, dict(zip(snapshots, folders, strict=True)))
    assert len(asked) == SWAPS
    await prepare(settings, [])
    begun, sent = 0, 0
    document = sound()

    async def claims() -> AsyncIterator[bytes]:
        nonlocal sent
        while begun <= SWAPS:
            if sent < begun * CLAIMS_A_SWAP[-1]:
                yield json.dumps(document | {"id": sent}).encode()
                sent += 1
            await asyncio.sleep(BETWEEN_CLAIMS_S)

    def is_answered() -> bool:
        return sent >= begun * CLAIMS_A_SWAP[0] and sum(updates(worker).values()) == begun

    with ForkedWorker(settings, tmp_path, "worker", REAL_WORKER) as worker:
        await until(worker.is_ready, "the worker is ready")
        sending = asyncio.create_task(send_claims(settings, claims()))
        for notice in asked:
            begun += 1
            await send_notice(settings, notice)
            await until(is_answered, f"answer {begun}, and claims beside it")
        begun += 1
        assert await sending == sent
        await progress(settings, sent)
        answers = updates(worker)
        rebalances = worker.metric("claimscrub_rebalances_total")
        shown = worker.get("/metrics")[1].count("claimscrub_reference_info{")
        assert worker.stop() == 0
        refused = [(line["reason"], line.get("problem")) for line in worker.events("reference-rejected")]

    records = await outcomes(settings)
    assert DeliveryLedger.of(sent, records) == DeliveryLedger(sent, lost=0, duplicated=0, conflicting=0, disordered=0)
    assert answers == {"loaded": 7, "unchanged": 1, "superseded": 0, "rejected": 7}
    assert (len(worker.events("starting")), rebalances, shown) == (1, 1, 1)
    assert Counter(refused) == Counter(
        [
            ("broken", LIMITS),
            ("broken", LIMITS),
            ("broken", "asp_limits/table.toml"),
            ("broken", LIMITS),
            ("broken", LIMITS),
            ("no-such-directory", None),
            ("digest-mismatch", None),
        ]
    )
    pipelines = {digest: _over(pipeline, snapshot) for digest, snapshot in snapshots.items()}
    seen: Counter[str] = Counter()
    for record in records:
        outcome = json.loads(record.value or b"")
        reference = outcome["versions"]["reference"]
        seen[reference] += 1
        again = pipelines[reference].scrub(json.dumps(document | {"id": outcome["claim"]["id"]}).encode(), RECEIVED)
        assert again.message == record.value
    assert set(seen) == set(snapshots)


def _over(base: Pipeline, snapshot: Snapshot) -> Pipeline:
    return Pipeline(
        edits=base.edits,
        profiles=base.profiles,
        guides=base.guides,
        snapshot=snapshot,
        ruleset=base.ruleset,
        clock=lambda: 0.0,
        max_bytes=1024 * 1024,
    )


async def test_sighup_reads_the_configured_tables_again(exactly_once: Settings, config: Config, tmp_path: Path) -> None:
    """Good tables are taken and broken ones refused; the worker goes on in both cases."""
    settings = config.settings(exactly_once)
    await prepare(settings, [])
    with ForkedWorker(settings, tmp_path, "worker", REAL_WORKER) as worker:
        await until(worker.is_ready, "the worker is ready")
        edit(config.home, LIMITS, LIMIT, "J1745,32.5\n")
        worker.process.send_signal(signal.SIGHUP)
        await until(lambda: updates(worker).get("loaded") == 1, "the tables are swapped")
        good = load_verified(config.home).digest
        edit(config.home, LIMITS, "J1745,32.5\n", "J1745,abc\n")
        worker.process.send_signal(signal.SIGHUP)
        await until(lambda: updates(worker).get("rejected") == 1, "the broken tables are refused")

        await send_claims(settings, [json.dumps(sound()).encode()])
        await progress(settings, 1)
        assert has(worker, good)
        assert worker.stop() == 0
    (record,) = await outcomes(settings)
    assert json.loads(record.value or b"")["versions"]["reference"] == good


FEWEST_BETWEEN = 20
OWN_EDIT = '''"""An edit of a user, for a test."""

from datetime import date

from worker.api import Citation, ClaimFacts, Context, Flaw, Severity, Verdict, claim_edit, in_claim, predicts


@claim_edit(
    "USR-01",
    severity=Severity.WARN,
    predicted=predicts(category="A6", status=("583",), carc=("16",), rarc=("M79",)),
    citation=Citation(source="a test", effective=date(2020, 1, 1)),
)
def always(claim: ClaimFacts, context: Context) -> Verdict | None:
    """Every claim is flagged."""
    return Flaw(message="{words}.", hint="Do nothing.", at=in_claim("claim"))
'''


def changes(profile: Path, edits: Path) -> Iterator[None]:
    """Six changes of the rules, one at each step: the second and the fifth are broken."""
    whole, own = profile.read_text(), edits / "usr_01_always.py"
    own.write_text(OWN_EDIT.replace("{words}", "One"))
    yield
    own.write_text("def (")
    yield
    own.write_text(OWN_EDIT.replace("{words}", "Two"))
    yield
    profile.write_text(whole.replace("\nedits:\n", "\nedits:\n  USR-01: {severity: reject}\n"))
    yield
    profile.write_text(f"{whole}\nno such word: 1\n")
    yield
    profile.write_text(whole)
    own.unlink()
    yield


async def test_profiles_and_own_edits_are_read_again_under_load(
    exactly_once: Settings, config: Config, tmp_path: Path
) -> None:
    """With claims before and after each change; every outcome is that of the rules that it names."""
    edits = tmp_path / "edits"
    edits.mkdir(mode=0o700)
    settings = config.settings(exactly_once).model_copy(update={"edits_dir": edits, "allow_writable_edits": True})
    document = sound()
    document["claimInformation"]["claimFilingCode"] = "CI"
    await prepare(settings, [])
    is_over = asyncio.Event()
    sent_so_far = 0

    async def claims() -> AsyncIterator[bytes]:
        nonlocal sent_so_far
        while not is_over.is_set():
            yield json.dumps(document | {"id": sent_so_far}).encode()
            sent_so_far += 1
            await asyncio.sleep(0.02)

    async def more_claims() -> None:
        wanted = sent_so_far + FEWEST_BETWEEN
        await until(lambda: sent_so_far > wanted, "more claims are sent")
        await progress(settings, wanted)

    with ForkedWorker(settings, tmp_path, "worker", REAL_WORKER) as worker:
        await until(worker.is_ready, "the worker is ready")
        sending = asyncio.create_task(send_claims(settings, claims()))
        await more_claims()
        for number, _ in enumerate(changes(config.folder / "payers" / "commercial.yaml", edits), 1):
            worker.process.send_signal(signal.SIGHUP)
            await until(lambda count=number: sum(updates(worker).values()) == count, f"answer {number}")  # type: ignore[misc]  # mypy cannot see the default
            await more_claims()
        is_over.set()
        sent = await sending
        await progress(settings, sent)
        answers = updates(worker)
        assert worker.stop() == 0
        refused = [str(line["problem"]) for line in worker.events("configuration-rejected")]
        taken = [line["ruleset"] for line in worker.events("reference-swapped")]

    records = await outcomes(settings)
    assert DeliveryLedger.of(sent, records) == DeliveryLedger(sent, lost=0, duplicated=0, conflicting=0, disordered=0)
    assert (answers["loaded"], answers["rejected"]) == (4, 2)
    assert ("usr_01_always.py: line 1 is not Python" in refused[0], "commercial.yaml" in refused[1]) == (True, True)
    seen: dict[str, set[str]] = {}
    for record in records:
        outcome = json.loads(record.value or b"")
        words = next((each["message"] for each in outcome["findings"] if each["edit"] == "USR-01"), "nothing")
        seen.setdefault(outcome["versions"]["ruleset"], set()).add(f"{outcome['disposition']}: {words}")
    one, two, rejecting, first = taken
    assert seen == {
        first: {"scrubbed: nothing"},
        one: {"scrubbed: One."},
        two: {"scrubbed: Two."},
        rejecting: {"rejected: Two."},
    }
