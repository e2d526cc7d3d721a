"""What one message may become: over a limit it is one dead letter, and nothing else of it is kept."""

import json
from contextlib import nullcontext
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest

from schemas.dead_letter import HEADER_FLAWS, HEADER_REASON
from schemas.topics import TopicNames
from tests.unit.x12.files import BILLING, HEADER, claims, interchange, subscriber
from worker.agents import verdicts
from worker.agents.verdicts import MessageScrubber, ScrubbedBatch
from worker.bootstrap import build_pipeline
from worker.kafka.messages import FHIR_CONTENT_TYPE, X12_CONTENT_TYPE, InboundMessage
from worker.pipeline.scrub import Pipeline
from worker.settings import Settings
from worker.stream.budget import OverBudgetError
from worker.stream.pipeline_scrubber import PipelineScrubber
from worker.stream.records import Provenance
from worker.stream.runtime import Runtime
from worker.stream.scrubber import ClaimVerdict, LoadedScrubber

MIB = 1024 * 1024


@pytest.fixture(scope="module")
def loaded() -> LoadedScrubber:
    """The shipped edits and tables."""
    return LoadedScrubber(PipelineScrubber(build_pipeline(max_bytes=8 * MIB)))


async def judged(
    loaded: LoadedScrubber,
    *values: bytes,
    content_type: bytes = X12_CONTENT_TYPE,
    budget: Any = None,  # Any: a context in which a claim is scrubbed
    **settings: object,
) -> ScrubbedBatch:
    """Return what becomes of messages that follow one another."""
    log: Any = SimpleNamespace(warning=lambda *_, **__: pytest.fail("nothing is to fail"))  # Any: a bound logger
    runtime = SimpleNamespace(
        settings=Settings.model_validate(
            {"as_of": date(2026, 3, 20), "max_message_bytes": 8 * MIB, "max_outcome_bytes": 8 * MIB} | settings
        ),
        loaded=loaded,
        provenance=Provenance(TopicNames(), "1", 8 * MIB),
        budget=budget or nullcontext(),
        log=log,
    )
    headers = (("content-type", content_type),)
    taken: list[Any] = [  # Any: the part of a message that judging looks at
        SimpleNamespace(
            message=InboundMessage("claims.inbound.v1", 0, place, 1_774_000_000_000, b"key", value, headers)
        )
        for place, value in enumerate(values)
    ]
    lane: Any = SimpleNamespace(is_watched=True)  # Any: likewise
    return await MessageScrubber(cast("Runtime", runtime)).scrub(lane, taken)


def said(found: ScrubbedBatch) -> tuple[str, list[str]]:
    """Return the reason and the sentences of the one record that there is."""
    (record,) = found.records
    assert len(found.pairs) == 1
    headers = dict(record.headers)
    assert headers["claimscrub-dlq-value"] == b"copied"
    return headers[HEADER_REASON].decode(), json.loads(headers[HEADER_FLAWS])


@pytest.mark.parametrize(("most", "is_refused"), [(5, False), (4, True)])
async def test_claims_of_a_message_are_counted(loaded: LoadedScrubber, most: int, *, is_refused: bool) -> None:
    """As many as are allowed pass, one more is one dead letter and no outcome."""
    found = await judged(loaded, interchange(claims(5)).encode(), max_message_claims=most)

    if is_refused:
        assert said(found) == ("message-limit", ["There are more than 4 claims in it."])
    else:
        assert len(found.records) == 5


async def test_parts_that_are_no_claims_count_as_well(loaded: LoadedScrubber) -> None:
    """25,001 segments of a few bytes that begin a claim and hold none: no sentence is kept for most of them."""
    body = [*HEADER, *BILLING, *subscriber(2), *["CLM"] * 25_001]

    assert said(await judged(loaded, interchange(body).encode()))[0] == "message-limit"


async def test_what_a_level_holds_counts_for_each_of_its_claims(loaded: LoadedScrubber) -> None:
    """500 references of a provider beside 500 claims of a few bytes: 50 kB in each outcome, and no more than 5 MB."""
    references = [f"REF*G2*{number:030}" for number in range(500)]
    lines = ["HI*ABK:C50911", "LX*1", "SV1*HC:96413*100*UN*1***1"]
    claims_of_all = [segment for number in range(500) for segment in (f"CLM*{number}*100***11:B:1*Y*A*Y*Y", *lines)]
    body = [*HEADER, *BILLING, *references, *subscriber(2), *claims_of_all]

    found = await judged(loaded, interchange(body).encode(), max_message_outcome_bytes=5 * MIB)

    assert said(found) == ("message-limit", [f"Its outcomes are longer than {5 * MIB} bytes together."])


async def test_the_work_of_a_message_is_measured_as_a_whole(loaded: LoadedScrubber) -> None:
    """Each claim is cheap; all together take longer than a message may."""
    found = await judged(loaded, interchange(claims(3000)).encode(), message_budget_s=1)

    assert said(found) == ("message-limit", ["Its claims take more than 1 s of processor time together."])


async def test_a_part_that_takes_too_long_leaves_no_outcome_of_the_others(loaded: LoadedScrubber) -> None:
    """Before, the claims that came first kept theirs, and the message was an over-budget dead letter beside them."""

    class Budget(nullcontext[None]):
        entered = 0

        def __enter__(self) -> None:
            self.entered += 1
            if self.entered == 3:
                raise OverBudgetError

    found = await judged(loaded, interchange(claims(5)).encode(), budget=Budget())

    assert said(found)[0] == "message-limit"


async def test_many_claims_that_share_a_long_resource_are_bounded(loaded: LoadedScrubber) -> None:
    """400 FHIR Claims with one organization of 100 kB."""
    organization = {"resourceType": "Organization", "id": "org", "name": "x" * 100_000}
    claim = {
        "resourceType": "Claim",
        "status": "active",
        "use": "claim",
        "type": {"coding": [{"code": "professional"}]},
        "provider": {"reference": "Organization/org"},
    }
    entries = [{"resource": organization}, *({"resource": claim | {"id": str(number)}} for number in range(400))]
    bundle = json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()

    found = await judged(
        loaded, bundle, content_type=FHIR_CONTENT_TYPE, max_message_outcome_bytes=4 * MIB, max_message_claims=300
    )

    assert said(found)[0] == "message-limit"


class OneVerdict(PipelineScrubber):
    """Gives each claim the verdict on the first one, whose outcome is as long as theirs."""

    first: ClaimVerdict | None = None

    def scrub(self, value: bytes | None, *, received_on: date) -> ClaimVerdict:
        """Return the verdict on the first claim."""
        self.first = self.first or super().scrub(value, received_on=received_on)
        return self.first


def lawful_interchange(count: int) -> bytes:
    """An interchange of as many short claims."""
    body = [*HEADER, *BILLING, *subscriber(2)]
    for number in range(count):
        body += [f"CLM*{number:05}*100***11:B:1*Y*A*Y*Y", "HI*ABK:C50911", "LX*1", "SV1*HC:96413*100*UN*1***1"]
    return interchange(body).encode()


async def test_a_large_lawful_interchange_passes(pipeline: Pipeline) -> None:
    """20,000 claims in 5 MB at the default limits: an outcome each, all in one."""
    value = lawful_interchange(20_000)
    assert 1.5 * MIB < len(value) < 5 * MIB

    found = await judged(LoadedScrubber(OneVerdict(pipeline)), value)

    assert len(found.records) == 20_000
    assert {scrubbed.dead_letter for _, scrubbed in found.pairs} == {None}


async def test_an_interchange_passes_in_its_share_of_the_time(loaded: LoadedScrubber) -> None:
    """1,000 claims in a twentieth of the processor time that a message has by default, so 20,000 in all of it."""
    budget_s = Settings().message_budget_s / 20

    found = await judged(loaded, lawful_interchange(1000), message_budget_s=budget_s)

    assert len(found.records) == 1000
    assert {scrubbed.dead_letter for _, scrubbed in found.pairs} == {None}


async def test_a_transaction_ends_with_the_message_that_makes_it_long(
    loaded: LoadedScrubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All or none of a message, and the rest of the batch in the next transaction."""
    monkeypatch.setattr(verdicts, "_TRANSACTION_BYTES", 50_000)
    value = interchange(claims(5)).encode()

    found = await judged(loaded, value, value, value, value)

    assert (found.messages, len(found.records)) == (2, 10)
