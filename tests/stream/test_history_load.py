"""`claimscrub history load`: a memory that begins with claims of files knows them as if they had come in."""

import json
from datetime import date
from pathlib import Path

import pytest

from tests.inputs.malformed import written
from tests.stream.test_real_worker import as_of
from tests.stream.test_repartition import edits, history, of, remembering, serve
from tests.stream.test_replay import run
from worker.kafka.send import send_claims
from worker.kafka.topics import create_topics
from worker.samples import synthetic
from worker.samples.synthetic import Json, decision_on
from worker.settings import HistoryMode, Settings

pytestmark = [pytest.mark.broker, pytest.mark.system, pytest.mark.timeout(600)]

SENT, RETURNED, PENDED, REJECTED, NEW = (f"1EG4TE5MK{number}" for number in range(70, 75))


def outcome(member: str, disposition: str, received_on: str) -> Json:
    """An outcome of an earlier release, of a claim of a member."""
    return {"outcomeId": "ab" * 16, "disposition": disposition, "receivedOn": received_on, "claim": of(member)}


def windows(records: list[Json]) -> set[str]:
    """The first days of the memories on which outcomes rest."""
    return {each["coverage"]["history"]["since"] for each in records}


async def test_claims_of_files_are_known_to_the_worker(settings: Settings, tmp_path: Path) -> None:
    """Claims, an 837, outcomes and a payer's decision; the window is what the operator says it is."""
    settings = remembering(as_of(settings), tmp_path)
    await create_topics(settings, partitions=3)
    own = {"CLAIMSCRUB_AS_OF": synthetic.RECEIVED_ON}
    (tmp_path / "one.json").write_bytes(written(of(SENT)))
    x12 = await run(settings, "convert", str(tmp_path / "one.json"), "--to", "x12", **own)
    (tmp_path / "sent.837").write_text(x12.stdout)
    lines = [
        outcome(RETURNED, "scrubbed", "2026-03-10"),
        decision_on(of(RETURNED), "returned", date(2026, 3, 11)),
        outcome(PENDED, "pended", "2026-03-10"),
        outcome(REJECTED, "rejected", "2026-03-10"),
        outcome(PENDED, "pended", "2025-01-10"),
        of(""),
    ]
    file = tmp_path / "seen.jsonl"
    file.write_text("\n".join([*(json.dumps(each) for each in lines), "{broken"]))
    paths = [str(tmp_path / "sent.837"), str(file), str(file)]

    refused = await history(settings, "load", *paths, "--since", "2026-01-01")
    plan = await history(settings, "load", *paths, "--since", "2026-01-01", "--allow", "2")
    done = await history(settings, "load", *paths, "--since", "2026-01-01", "--allow", "2", "--yes")
    moved = settings.model_copy(update={"history_series": 2})
    members = [SENT, RETURNED, PENDED, REJECTED]
    await send_claims(moved, [written(of(member)) for member in members])
    records = await serve(moved, tmp_path, "worker", len(members))

    assert refused.startswith("1: ")
    assert "seen.jsonl, line 7: cannot be read" in refused
    assert "--allow 2 loads the rest" in refused
    assert plan.startswith("0: ")
    for said in (
        "hold 4 claims and decisions to remember, received from 2026-03-02 to 2026-03-11",
        "Left out: 2 received before --since.",
        "Left out: 2 rejected, so that nobody sent them.",
        "Left out: 2 without payer or member id",
        "Left out: 3 the same as another one.",
        "Could not be read: 2.",
        "The memory has not begun.",
        "Claims would be known from 2026-01-01 on.",
    ):
        assert said in plan, plan
    assert "4 records copied and compared" in done
    # A claim that came as an 837 has its lines, but not the content of one in JSON.
    assert edits(records) == {SENT: [["DUP-01"]], RETURNED: [[]], PENDED: [[]], REJECTED: [[]]}
    assert windows([json.loads(each.value or b"") for each in records]) == {"2026-01-01"}


async def test_a_memory_that_has_begun_reaches_back_further(exactly_once: Settings, tmp_path: Path) -> None:
    """What it has seen itself is left out of the files; a second run is for what was before."""
    settings = remembering(as_of(exactly_once), tmp_path, HistoryMode.ROUTED)
    # A partition without a claim has no memory yet.
    await create_topics(settings, partitions=1)
    await send_claims(settings, [written(of(SENT))])
    await serve(settings, tmp_path, "first", 1)
    file = tmp_path / "seen.jsonl"
    days = ("2026-03-10", synthetic.RECEIVED_ON)
    file.write_text(
        "\n".join(json.dumps(each) for each in (*(outcome(NEW, "scrubbed", day) for day in days), of(SENT)))
    )

    done = await history(settings, "load", str(file), "--since", "2026-02-01", "--yes")
    moved = settings.model_copy(update={"history_series": 2})
    again = await history(moved, "load", str(file), "--since", "2026-02-01", "--yes")
    back = await history(moved, "load", str(file), "--since", "2026-01-01", "--yes")
    last = settings.model_copy(update={"history_series": 3})
    await send_claims(last, [written(of(member)) for member in (SENT, NEW)])
    found = edits(await serve(last, tmp_path, "second", 3))

    assert done.startswith("0: "), done
    assert "Left out: 1 received since the memory began." in done
    assert "Left out: 1 without a day of receipt" in done
    assert "Claims are known from 2026-02-01 on." in done
    assert again.startswith("1: ")
    assert "the memory reaches back to 2026-02-01 already" in again
    assert back.startswith("0: "), back
    assert found == {SENT: [[], ["IDN-07"]], NEW: [["IDN-07"]]}
