"""`claimscrub history show` shows what a worker remembered of the person of a claim, and nobody else's."""

import json
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.inputs.malformed import sound, written
from tests.kafka.history_storms import with_memory
from tests.stream.forks import ForkedWorker
from tests.stream.support import REAL_WORKER, outcomes_when, prepare
from tests.stream.test_real_worker import as_of
from tests.stream.test_replay import run
from worker.samples.synthetic import Json
from worker.settings import Settings

pytestmark = [pytest.mark.broker]


def of(member: str, number: str) -> Json:
    """A claim in which nothing is found, of a member."""
    document: Json = sound()
    document["subscriber"]["memberId"] = member
    document["claimInformation"]["patientControlNumber"] = number
    return document


async def show(settings: Settings, *arguments: str, **more: str) -> CompletedProcess[str]:
    """Run the command with the memory of a worker."""
    files = {f"CLAIMSCRUB_{name.upper()}": str(getattr(settings, name)) for name in ("history_key_file", "history_dir")}
    return await run(settings, "history", "show", *arguments, CLAIMSCRUB_HISTORY="routed", **files, **more)


async def test_what_is_remembered_of_a_person_is_shown_by_a_claim(exactly_once: Settings, tmp_path: Path) -> None:
    """In order, without services unless they are asked for; each look is audited, and names nobody."""
    settings = with_memory(as_of(exactly_once), tmp_path)
    others = "1EG4TE5MK74"
    own = sound()["subscriber"]["memberId"]
    messages: list[bytes | None] = [written(of(member, f"N{place}")) for place, member in enumerate([own, others])]
    await prepare(settings, messages, partitions=2)
    with ForkedWorker(settings, tmp_path, "worker", REAL_WORKER) as worker:
        outcomes = await outcomes_when(settings, len(messages))
        assert worker.stop() == 0
    ids = {json.loads(each.value or b"")["outcomeId"][:16] for each in outcomes}
    file, audit_file = tmp_path / "claim.json", tmp_path / "audit.jsonl"
    audit = {"CLAIMSCRUB_AUDIT_FILE": str(audit_file)}
    file.write_bytes(written(of(own, "another")))

    short = await show(settings, str(file), "--format", "jsonl", **audit)
    whole = await show(settings, str(file), "--format", "jsonl", "--reveal", **audit)
    table = await show(settings, str(file), "--reveal", **audit)
    file.write_bytes(written(of("1EG4TE5MK79", "another")))
    nobody = await show(settings, str(file), **audit)

    (known,), (revealed,) = ([json.loads(line) for line in each.stdout.splitlines()] for each in (short, whole))
    assert (known["kind"], known["state"], known["outcome"] in ids) == ("claim", "out", True)
    assert "services" not in known
    first = sound()["claimInformation"]["serviceLines"][0]["professionalService"]
    assert revealed["services"][0]["procedureCode"] == first["procedureCode"]
    assert first["procedureCode"] in table.stdout
    assert "1 record in partition" in table.stdout
    assert "0 records in partition" in nobody.stdout
    asked = [json.loads(line) for line in audit_file.read_text().splitlines()]
    assert [(each["action"], each["reveal"]) for each in asked] == [
        ("history-show", reveal) for reveal in (False, True, True, False)
    ]
    assert own not in audit_file.read_text()


async def test_a_claim_that_names_nobody_is_refused(exactly_once: Settings, tmp_path: Path) -> None:
    """With what it needs; so is a file with several, and a worker that remembers nothing."""
    settings = with_memory(as_of(exactly_once), tmp_path)
    nobody = of("", "N1")
    file, several = tmp_path / "claim.json", tmp_path / "claims.jsonl"
    file.write_bytes(written(nobody))
    several.write_bytes(written(of("1", "N1")) + b"\n" + written(of("2", "N2")) + b"\n")

    of_nobody = await show(settings, str(file))
    of_several = await show(settings, str(several))
    without = await run(exactly_once, "history", "show", str(file))

    assert (of_nobody.returncode, of_several.returncode, without.returncode) == (1, 2, 1)
    assert "the claim names no person: payer and member id are needed" in of_nobody.stderr
    assert "2 claims that can be read; one of the person is wanted" in " ".join(of_several.stderr.split())
    assert "CLAIMSCRUB_HISTORY is off" in without.stderr
