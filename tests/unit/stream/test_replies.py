"""What leaves beside the outcomes: clean claims as 837s, and answers to X12 messages."""

import io
import json
from dataclasses import replace
from datetime import date, datetime

import pytest

from schemas.topics import TopicNames
from tests.unit.x12.files import FILES, recounted
from tests.unit.x12.pyx12_check import objections
from worker.kafka.messages import FHIR_CONTENT_TYPE, X12_CONTENT_TYPE, InboundMessage
from worker.payers.profile import Profile, Profiles
from worker.pipeline.scrub import Pipeline
from worker.samples.synthetic import claim, element, line
from worker.settings import Acknowledgements, Settings
from worker.stream.pipeline_scrubber import PipelineScrubber
from worker.stream.records import OutgoingRecord, Provenance
from worker.stream.replies import Replies, ReplyOptions, ReplyTooLargeError
from worker.stream.scrubber import Form
from worker.x12.read.events import ClaimRead
from worker.x12.read.interchanges import read_837

PROVENANCE = Provenance(TopicNames(), "1.2.3", 1_000_000)
MOMENT = datetime(2026, 3, 20, 12, 0)  # noqa: DTZ001 - an ISA names no time zone
SUBMITTING = ReplyOptions(submissions=True, acknowledgements=Acknowledgements.OFF)
X12 = (("content-type", X12_CONTENT_TYPE),)
ASKING = FILES["many"].replace("*0*T*:~", "*1*T*:~")
"""Five clean claims whose sender asks for a TA1."""


@pytest.fixture(scope="module")
def scrubber(pipeline: Pipeline) -> PipelineScrubber:
    """The shipped edits and tables."""
    return PipelineScrubber(pipeline)


def message(text: str, headers: tuple[tuple[str, bytes], ...] = X12) -> InboundMessage:
    """A message as it comes in."""
    return InboundMessage("claims.inbound.v1", 3, 42, 1_700_000_000_123, b"key", text.encode(), headers)


def replies(
    scrubber: PipelineScrubber,
    inbound: InboundMessage,
    *,
    submit: bool = False,
    acknowledge: Acknowledgements = Acknowledgements.OFF,
    limit: int = 1_000_000,
) -> list[OutgoingRecord]:
    """What leaves for a message."""
    made = Replies(inbound, ReplyOptions(submit, acknowledge), replace(PROVENANCE, record_limit=limit), MOMENT)
    for scrubbed in scrubber.scrub_each(inbound.value or b"", Form.INTERCHANGE, received_on=date(2026, 3, 20)):
        made.add(scrubbed)
    return made.records()


def kinds(records: list[OutgoingRecord]) -> list[str]:
    """The CloudEvents types."""
    return [dict(record.headers)["ce_type"].decode() for record in records]


def test_clean_claims_go_out_as_they_came_in(scrubber: PipelineScrubber) -> None:
    """One interchange with the envelope of the message, its transaction and all five claims; pyx12 takes it."""
    (record,) = replies(scrubber, message(FILES["many"]), submit=True)

    text = record.value.decode()
    assert (record.topic, record.partition, record.key) == ("claims.submit.x12.v1", 3, b"key")
    assert dict(record.headers)["content-type"] == X12_CONTENT_TYPE
    assert kinds([record]) == ["claimscrub.submission.837.v1"]
    assert text == FILES["many"]
    assert objections(text) == []


def test_only_clean_claims_go_out(scrubber: PipelineScrubber) -> None:
    """A rejected one and one that cannot be read stay behind, with the counts of what is left."""
    text = FILES["many"].replace("HC:J2353:JZ", "HC:J2353:JZ:JW", 1)
    last = text.rindex("LX*1~\n")

    (record,) = replies(scrubber, message(recounted(text[:last] + text[last + 6 :])), submit=True)

    read = [each for each in read_837(io.BytesIO(record.value)) if isinstance(each, ClaimRead)]
    numbers = [each.document["claimInformation"]["patientControlNumber"] for each in read]
    assert numbers == ["SYN-2", "SYN-3", "SYN-4"]
    assert objections(record.value.decode()) == []


def test_a_claim_goes_out_with_the_safe_fixes_of_its_profile(pipeline: Pipeline) -> None:
    """A line without JZ is rejected as it came; where the profile has it mended, the 837 has the mended line."""
    settings = {"name": "fixing", "title": "Fixing", "medicare": True, "apply_fixes": "safe"}
    fixing = Pipeline(
        edits=pipeline.edits,
        profiles=Profiles([Profile.model_validate(settings | {"applies_to": {"otherwise": True}})]),
        guides=pipeline.guides,
        snapshot=pipeline.snapshot,
        ruleset=pipeline.ruleset,
        clock=lambda: 0.0,
        max_bytes=1_000_000,
    )
    lines = [line("J1745", units=40, charge="4000.00"), line("96413")]
    record = [element("dose-administered", "400", "mg", 1), element("amount-discarded", "0", "mg", 1)]
    value = json.dumps(claim(lines, record=record)).encode()
    made = Replies(message("{}", ()), SUBMITTING, PROVENANCE, MOMENT)

    made.add(PipelineScrubber(fixing).scrub(value, received_on=date(2026, 3, 20)))

    (reply,) = made.records()
    assert b"SV1*HC:J1745:JZ*4000.00*UN*40" in reply.value


def test_nothing_goes_out_where_no_claim_is_clean(scrubber: PipelineScrubber) -> None:
    """An interchange without claims says nothing."""
    assert replies(scrubber, message(FILES["one"].replace("HC:J2353:JZ", "HC:J2353:JZ:JW")), submit=True) == []


def test_a_sender_is_answered_in_x12(scrubber: PipelineScrubber) -> None:
    """A TA1 where it is asked for, a 999 and a 277CA, each a record that pyx12 takes."""
    records = replies(scrubber, message(ASKING), acknowledge=Acknowledgements.X12)

    assert {record.topic for record in records} == {"claims.acknowledgements.v1"}
    assert kinds(records) == [f"claimscrub.acknowledgement.{kind}.v1" for kind in ("ta1", "999", "277ca")]
    assert all(objections(record.value.decode()) == [] for record in records)
    assert len({dict(record.headers)["ce_id"] for record in records}) == 3


def test_a_sender_is_answered_in_json(scrubber: PipelineScrubber) -> None:
    """The same, as two documents."""
    structure, status = replies(scrubber, message(ASKING), acknowledge=Acknowledgements.JSON)

    assert kinds([structure, status]) == [f"claimscrub.acknowledgement.{kind}.v1" for kind in ("structure", "277ca")]
    assert json.loads(structure.value)["groups"][0]["acknowledgmentCode"] == "A"
    assert json.loads(status.value)["transactions"][0]["acceptedCount"] == 5
    assert dict(status.headers)["content-type"] == b"application/json"


def test_an_interchange_without_claims_has_no_277ca(scrubber: PipelineScrubber) -> None:
    """Its 999 says why; what has no group at all has no answer in X12."""
    refused = replies(scrubber, message(FILES["one"].replace("X222A1", "X098A1")), acknowledge=Acknowledgements.X12)
    noise = replies(scrubber, message("noise"), acknowledge=Acknowledgements.X12)

    assert kinds(refused) == ["claimscrub.acknowledgement.999.v1"]
    assert noise == []


@pytest.mark.parametrize("headers", [(), (("content-type", FHIR_CONTENT_TYPE),)])
def test_only_x12_is_answered(scrubber: PipelineScrubber, headers: tuple[tuple[str, bytes], ...]) -> None:
    """Who sends JSON reads the outcome; its clean claim goes out all the same."""
    inbound = message("{}", headers)
    made = Replies(inbound, ReplyOptions(submissions=True, acknowledgements=Acknowledgements.X12), PROVENANCE, MOMENT)
    for scrubbed in scrubber.scrub_each(FILES["one"].encode(), Form.INTERCHANGE, received_on=date(2026, 3, 20)):
        made.add(scrubbed)

    assert kinds(made.records()) == ["claimscrub.submission.837.v1"]


def test_amounts_go_out_in_the_digits_of_their_sender(scrubber: PipelineScrubber) -> None:
    """A JSON number of two decimals stays one; binary floats never touch money."""
    document = {
        "billing": {"npi": "1", "organizationName": "SYNTHETIC PRACTICE"},
        "subscriber": {"lastName": "SYNTHETIC"},
        "claimInformation": {"patientControlNumber": "SYN-1", "claimChargeAmount": 0},
    }
    value = json.dumps({"claim": document}).replace(": 0}", ": 1234567890123.10}", 1)
    scrubbed = scrubber.scrub(json.dumps(document).encode(), received_on=date(2026, 3, 20))
    made = Replies(message("{}", ()), SUBMITTING, PROVENANCE, MOMENT)
    made.add(replace(scrubbed, disposition="scrubbed", value=value.encode()))

    (record,) = made.records()

    assert b"CLM*SYN-1*1234567890123.10" in record.value


def test_the_same_message_is_answered_with_the_same_bytes(scrubber: PipelineScrubber) -> None:
    """A message that is taken a second time after a crash gives the same records."""
    first = replies(scrubber, message(ASKING), submit=True, acknowledge=Acknowledgements.X12)

    assert first == replies(scrubber, message(ASKING), submit=True, acknowledge=Acknowledgements.X12)


def test_a_reply_that_fits_into_no_record_is_refused(scrubber: PipelineScrubber) -> None:
    """It would fail the transaction, again after each restart."""
    with pytest.raises(ReplyTooLargeError):
        replies(scrubber, message(FILES["many"]), submit=True, limit=1_000)


@pytest.mark.parametrize(
    ("changed", "unused"),
    [
        ({}, {"submit", "acknowledgements"}),
        ({"submit_x12": True}, {"acknowledgements"}),
        ({"acknowledge": Acknowledgements.JSON}, {"submit"}),
        ({"submit_x12": True, "acknowledge": Acknowledgements.X12}, set()),
    ],
)
def test_a_worker_needs_the_topics_that_it_writes(changed: dict[str, object], unused: set[str]) -> None:
    """Those of replies only where they are wanted."""
    roles = {topic.role for topic in Settings.model_validate(changed).topics_in_use}

    assert {"submit", "acknowledgements"} - roles == unused
