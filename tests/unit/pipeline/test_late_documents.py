"""Late documentation: how it is read, what it adds to a claim, and the outcome that takes the place of the first."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from schemas.dead_letter import DeadLetterReason
from schemas.outcome import Disposition, Outcome
from worker.history.pended import ClaimNumbers, Conflict
from worker.pipeline.late_documents import LateJoin, joined, numbers_of, read_document
from worker.pipeline.scrub import Pipeline
from worker.pipeline.steps.decode import UnreadableClaimError, decode
from worker.samples.drugs import OMALIZUMAB
from worker.samples.synthetic import SERVICE_DATE, Json, claim, element

DAY = date(2026, 3, 20)


def undocumented(**changes: Any) -> Json:
    """A claim that is pended: its record is not whole."""
    record = changes.pop("record", OMALIZUMAB.record()[:2])
    made = claim(OMALIZUMAB.lines(SERVICE_DATE), diagnoses=OMALIZUMAB.diagnoses, number="SYN-7", record=record)
    return made | changes


def document(**changes: Any) -> Json:
    """A document with the rest of its record; what is None is left out."""
    made = {
        "tradingPartnerServiceId": "MEDICARE-B",
        "subscriber": {"memberId": "1EG4TE5MK73"},
        "billing": {"npi": "1234567893"},
        "patientControlNumber": "SYN-7",
        "documentation": OMALIZUMAB.record()[2:],
    } | changes
    return {name: value for name, value in made.items() if value is not None}


def as_bytes(made: Json) -> bytes:
    """A message."""
    return json.dumps(made).encode()


def added(claim_elements: list[Json], *more: Json) -> tuple[list[Json], tuple[Conflict, ...]]:
    """What the record of a claim is after a document."""
    found = joined(as_bytes({"claimInformation": {}, "documentation": claim_elements}), more)
    return json.loads(found.value)["documentation"], found.conflicts


def test_a_document_says_whose_and_which_claim_it_is_about() -> None:
    """Its numbers, and the members by which a claim says whose it is."""
    read = read_document(as_bytes(document(dependent={"dateOfBirth": "20150101", "firstName": "SYNTHETIC"})))

    assert read.numbers == ClaimNumbers(control="SYN-7", billing="1234567893")
    assert read.whose.subscriber is not None
    assert read.whose.dependent is not None
    assert (read.whose.subscriber.member_id, read.whose.dependent.date_of_birth) == ("1EG4TE5MK73", "20150101")
    assert read.elements == OMALIZUMAB.record()[2:]


def test_a_copy_is_known_by_its_content_whatever_its_spelling() -> None:
    """Order of members, blanks and null members do not count; content does."""
    one = read_document(as_bytes(document()))
    spelled = dict(reversed(document().items())) | {"outcomeId": None}

    assert read_document(json.dumps(spelled, indent=2).encode()).digest == one.digest
    assert read_document(as_bytes(document(patientControlNumber="SYN-8"))).digest != one.digest


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (document(patientControlNumber=None), "expected outcomeId, patientControlNumber or attachmentControlNumber"),
        (document(billing=None), "expected billing.npi beside patientControlNumber"),
        (document(tradingPartnerServiceId=None), "$.tradingPartnerServiceId: it is missing"),
        (document(subscriber={}), "$.subscriber.memberId: it is missing"),
        (document(documentation=[]), "$.documentation: it is empty"),
        (document(documentation=[element("route")] * 1001), "$.documentation: it has more elements"),
        (document(controlnumber="1"), "$.controlnumber: no such member is read"),
        (document(**{"two words": "1"}), '$["two words"]: no such member is read'),
        (document(**{"n" * 65: "1"}), f'$["{"n" * 64}\\u2026"]: no such member is read'),
        (document(subscriber={"memberId": " "}), "$.subscriber.memberId: it is empty"),
        (document(documentation="none"), "$.documentation: it does not have the form of the schema"),
    ],
)
def test_what_is_no_document_is_refused_with_the_place_and_without_a_value(made: Json, sentence: str) -> None:
    """Each member that must be there, none that is not read, and a claim that is named."""
    with pytest.raises(UnreadableClaimError) as raised:
        read_document(as_bytes(made))

    assert raised.value.letter.reason is DeadLetterReason.SCHEMA
    assert any(sentence in flaw for flaw in raised.value.letter.flaws)
    assert not any("SYN-7" in flaw or "1EG4" in flaw for flaw in raised.value.letter.flaws)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"", DeadLetterReason.EMPTY),
        (b"[]", DeadLetterReason.NOT_OBJECT),
        (b'{"a": 1, "a": 2}', DeadLetterReason.DUPLICATE_KEY),
        (b"{", DeadLetterReason.NOT_JSON),
        (as_bytes(document(schemaVersion="2")), DeadLetterReason.UNSUPPORTED_VERSION),
    ],
)
def test_bytes_are_as_strictly_read_as_those_of_a_claim(value: bytes, reason: DeadLetterReason) -> None:
    """By the same reader."""
    with pytest.raises(UnreadableClaimError) as raised:
        read_document(value)

    assert raised.value.letter.reason is reason


def test_the_numbers_of_a_claim_are_its_own_and_those_of_all_its_attachments() -> None:
    """On the claim, in either form, and on each line."""
    made = undocumented()
    made["claimInformation"]["claimSupplementalInformation"] = {
        "reportInformation": {"attachmentReportTypeCode": "04", "attachmentControlNumber": "A1"},
        "reportInformations": [{"attachmentReportTypeCode": "LA", "attachmentControlNumber": "A2"}, {}],
    }
    line = made["claimInformation"]["serviceLines"][0]
    line["serviceLineSupplementalInformation"] = [{"attachmentControlNumber": "A3"}, {"attachmentControlNumber": "A1"}]

    numbers = numbers_of(decode(as_bytes(made), 1_000_000).claim, "f" * 32)

    assert numbers == ClaimNumbers("f" * 32, "SYN-7", "1234567893", ("A1", "A2", "A3"))


def test_elements_are_added_once() -> None:
    """What the claim says already is not said again, also where blanks differ; a record may be begun by a document."""
    dose, route = element("dose-administered", "150", "mg", 1), element("route", "SC")

    assert added([dose], route, dose | {"value": "150 "}) == ([dose, route], ())
    assert json.loads(joined(b'{"claimInformation": {}}', [route]).value)["documentation"] == [route]


def test_what_the_claim_says_otherwise_stays_and_is_named() -> None:
    """One dose a line: the document's is left out. Another line, and what may be said twice, is not a conflict."""
    dose, therapy = element("dose-administered", "150", "mg", 1), element("prior-therapy", "inhaled steroid")
    other = [
        element("dose-administered", "300", "mg", 1),
        element("dose-administered", "300", "mg", 2),
        element("prior-therapy", "montelukast"),
    ]

    record, conflicts = added([dose, therapy], *other)

    assert record == [dose, therapy, *other[1:]]
    assert conflicts == (Conflict("dose-administered", "L1"),)


def test_two_words_of_one_document_on_the_same_line_are_a_conflict_too() -> None:
    """The first one is taken."""
    record, conflicts = added([], element("route", "SC", None, 1), element("route", "IV", None, 1))

    assert ([each["value"] for each in record], conflicts) == (["SC"], (Conflict("route", "L1"),))


def test_numbers_and_unknown_members_of_the_claim_stay_as_they_were_sent() -> None:
    """An amount keeps its digits."""
    found = joined(b'{"claimInformation": {"claimChargeAmount": 12.50, "own": [1]}}', [element("route", "SC")])

    assert b'"claimChargeAmount":12.50,"own":[1]' in found.value


def test_the_outcome_with_documents_names_the_one_whose_place_it_takes(pipeline: Pipeline) -> None:
    """Pended without the record, scrubbed with it, as of the first day."""
    value = as_bytes(undocumented())
    first = pipeline.scrub(value, DAY)
    found = joined(value, read_document(as_bytes(document())).elements)

    after = pipeline.scrub_late(found.value, DAY, LateJoin(first.outcome_id, 1))

    outcome = after.outcome
    assert (first.disposition, after.disposition) == (Disposition.PENDED, Disposition.SCRUBBED)
    assert outcome is not None
    assert outcome.late_documents is not None
    assert (outcome.supersedes, outcome.received_on, outcome.late_documents.joined) == (first.outcome_id, DAY, 1)
    assert outcome.outcome_id != first.outcome_id
    assert pipeline.scrub_late(found.value, DAY, LateJoin(first.outcome_id, 1)).message == after.message


def test_a_claim_that_nothing_came_for_has_the_outcome_that_it_ever_had(pipeline: Pipeline) -> None:
    """Neither member is there, and the id is as it was."""
    message = pipeline.scrub(as_bytes(undocumented()), DAY).message

    assert message is not None
    assert b"supersedes" not in message
    assert b"lateDocuments" not in message


def test_a_document_that_changes_nothing_makes_another_outcome_all_the_same(pipeline: Pipeline) -> None:
    """So that who sent it sees that it came, and a consumer does not take it for a copy."""
    value = as_bytes(undocumented())
    first = pipeline.scrub(value, DAY)

    after = pipeline.scrub_late(value, DAY, LateJoin(first.outcome_id, 1, (Conflict("route", "L1"),)))

    outcome = Outcome.read(after.message or b"")
    assert after.disposition is Disposition.PENDED
    assert after.outcome_id != first.outcome_id
    assert outcome.late_documents is not None
    assert [each.model_dump() for each in outcome.late_documents.conflicting] == [
        {"element": "route", "provider_control_number": "L1"}
    ]


def test_a_claim_that_was_waited_for_in_vain_is_rejected_and_says_so(pipeline: Pipeline) -> None:
    """By DOC-11, beside what had been missing."""
    value = as_bytes(undocumented())
    first = pipeline.scrub(value, DAY)

    after = pipeline.scrub_late(value, DAY, LateJoin(first.outcome_id, waited_days=46))

    outcome = Outcome.read(after.message or b"")
    assert after.disposition is Disposition.REJECTED
    assert {each.edit for each in outcome.findings} == {"DOC-03", "DOC-11"}
    assert outcome.late_documents is not None
    assert (outcome.supersedes, outcome.late_documents.waited_days) == (first.outcome_id, 46)


def test_a_filing_limit_counts_from_the_first_day(pipeline: Pipeline) -> None:
    """A year and a day after the service the claim would be late; with its first day it is not."""
    value = as_bytes(undocumented(record=OMALIZUMAB.record()))

    late = pipeline.scrub(value, DAY + timedelta(days=366))
    after = pipeline.scrub_late(value, DAY, LateJoin("f" * 32, 1))

    assert late.disposition is Disposition.REJECTED
    assert after.disposition is Disposition.SCRUBBED
