"""277CA and 999: what a submitter gets back, in the form that its software reads."""

import io
from datetime import date, datetime

import orjson
import pytest

from schemas.outcome import Outcome
from tests.unit.x12.damage import damaged
from tests.unit.x12.files import BILLING, FILES, HEADER, claim, facility, interchange, recounted, subscriber
from tests.unit.x12.pyx12_check import objections
from worker.pipeline.scrub import Pipeline
from worker.x12.answer import ack_999 as structure
from worker.x12.answer import status_277ca as status_answer
from worker.x12.answer.ack_999 import answers_of, write_999, write_ta1
from worker.x12.answer.claim_status import submissions_of
from worker.x12.answer.status_277ca import write_277ca
from worker.x12.read.events import ClaimRead
from worker.x12.read.interchanges import read_837

RECEIVED = date(2026, 3, 20)
MOMENT = datetime(2026, 3, 20, 12, 0)  # noqa: DTZ001 - an ISA names no time zone

REJECTED = [segment.replace("HC:J2353:JZ", "HC:J2353:JZ:JW") for segment in claim("SYN-REJECTED")]
MIXED = interchange([*HEADER, *BILLING, *subscriber(2), *claim("SYN-CLEAN"), *subscriber(3), *REJECTED])


def outcomes(pipeline: Pipeline, text: str) -> list[Outcome]:
    """What becomes of the claims of a file."""
    reads = read_837(io.BytesIO(text.encode()))
    values = [orjson.dumps(each.document) for each in reads if isinstance(each, ClaimRead)]
    return [Outcome.model_validate_json(pipeline.scrub(value, RECEIVED).message or b"") for value in values]


def answer(pipeline: Pipeline, text: str) -> list[str]:
    """The segments of the 277CA for a file."""
    written = "".join(write_277ca(submissions_of(outcomes(pipeline, text)), MOMENT))
    return [each.strip() for each in written.split("~")]


@pytest.mark.parametrize("name", FILES)
def test_pyx12_accepts_every_277ca(pipeline: Pipeline, name: str) -> None:
    """Whatever the claims are, professional or institutional, clean or not."""
    written = "".join(write_277ca(submissions_of(outcomes(pipeline, FILES[name])), MOMENT))

    assert objections(written) == []


def test_a_clean_claim_is_accepted_and_a_rejected_one_says_why_at_its_line(pipeline: Pipeline) -> None:
    """A2:20 for the clean one; for the other the status of the modifier at the service line, with its number."""
    segments = answer(pipeline, MIXED)

    clean, rejected = (segments.index(f"TRN*2*SYN-{name}") for name in ("CLEAN", "REJECTED"))
    assert segments[clean + 1] == "STC*A2:20*20260320*WQ*6120.00"
    assert segments[rejected + 1] == "STC*A7:247*20260320*U*6120.00"
    assert segments[rejected + 3] == "SVC*HC:J2353:JZ:JW*6000.00*****20"
    assert segments[rejected + 4].startswith("STC*A7:453*20260320*U")
    assert segments[rejected + 5] == "REF*FJ*L1"


def test_totals_and_trace_numbers_are_those_of_the_submission(pipeline: Pipeline) -> None:
    """Counts and amounts of both kinds; BHT03 echoed; sender and receiver have changed places."""
    segments = answer(pipeline, MIXED)

    assert "TRN*2*SYNREF1" in segments
    assert [each for each in segments if each.startswith(("QTY", "AMT"))] == [
        *("QTY*90*1", "QTY*AA*1", "AMT*YU*6120.00", "AMT*YY*6120.00"),
        *("QTY*QA*1", "QTY*QC*1", "AMT*YU*6120.00", "AMT*YY*6120.00"),
    ]
    assert segments[0].split("*")[6].strip() == "SYNRECEIVER"
    assert segments[0].split("*")[8].strip() == "SYNSENDER"


def test_each_transaction_is_answered_by_one(pipeline: Pipeline) -> None:
    """Outcomes may come in any order, as from three topics; the control numbers of two may be the same."""
    mixed = outcomes(pipeline, FILES["two transactions"] + FILES["two interchanges"])

    submissions = submissions_of(reversed(mixed))

    assert sorted(each.trace for each in submissions) == [
        "000000101-7-0001",
        "000000101-7-0001-2",
        "000000101-7-0002",
        "000000102-7-0001",
    ]


def test_an_institutional_claim_is_answered_with_its_type_of_bill(pipeline: Pipeline) -> None:
    """REF*BLT, the statement dates, and the revenue code of the line."""
    line = ("LX*1", "SV2*0636*HC:J2353:JZ:JW*6000.00*UN*20", "DTP*472*D8*20260302", "REF*6R*L1")

    segments = answer(pipeline, interchange(facility(*line), version="005010X223A2"))

    assert "REF*BLT*131" in segments
    assert "SVC*HC:J2353:JZ:JW*6000.00**0636***20" in segments


def test_the_277ca_as_json_says_the_same(pipeline: Pipeline) -> None:
    """Counts, amounts and statuses."""
    (transaction,) = status_answer.as_json(submissions_of(outcomes(pipeline, MIXED)))["transactions"]

    assert (transaction["acceptedCount"], transaction["rejectedCount"]) == (1, 1)
    assert transaction["claims"][1]["lines"][0]["statuses"][0]["category"] == "A7"


def test_pyx12_accepts_every_999() -> None:
    """For sound files and for each damaged one that has a group to answer."""
    contents = [*(text.encode() for text in FILES.values()), *(file.content for file in damaged())]

    for content in contents:
        written = "".join(write_999(answers_of(read_837(io.BytesIO(content))), MOMENT))
        assert not written or objections(written) == [], content[:300]


@pytest.mark.parametrize(
    ("text", "code", "transactions"),
    [
        (FILES["two transactions"], "A", ["IK5*A", "IK5*A"]),
        (FILES["one"].replace("*0001~\nGE", "*0009~\nGE"), "R", ["IK5*R*3"]),
        (FILES["one"].replace("005010X222A1", "004010X098A1"), "R", ["IK5*R*I6"]),
        (FILES["two transactions"].replace("ST*837*0001", "ST*835*0001"), "P", ["IK5*R*1", "IK5*A"]),
        (recounted(FILES["many"].replace("LX*1~\n", "", 1)), "E", ["IK5*E*5"]),
        (FILES["one"].replace("LX*1~\n", "", 1), "R", ["IK5*R*5*4"]),
        (recounted(FILES["one"].replace("LX*1~\n", "", 1)), "R", ["IK5*R*5"]),
    ],
    ids=["sound", "control number", "4010", "one of two", "one claim of five", "count of the SE", "the only claim"],
)
def test_a_999_says_what_was_taken(text: str, code: str, transactions: list[str]) -> None:
    """Accepted, accepted with errors, in part, or rejected, with the reason in the code of the guide."""
    written = "".join(write_999(answers_of(read_837(io.BytesIO(text.encode()))), MOMENT))

    segments = [each.strip() for each in written.split("~")]
    assert [each for each in segments if each.startswith("IK5")] == transactions
    assert [each.split("*")[1] for each in segments if each.startswith("AK9")] == [code]


def test_a_broken_claim_stands_in_the_999_at_its_segment() -> None:
    """IK3 counts segments from ST; the JSON has the number in the file and the sentence."""
    answers = answers_of(read_837(io.BytesIO(recounted(FILES["many"].replace("LX*1~\n", "", 1)).encode())))

    (group,) = structure.as_json(answers)["groups"]
    flaw = next(each for each in group["transactions"][0]["flaws"] if "claim" in each)
    assert f"IK3*SV1*{flaw['segment'] - 2}*2300*7~\nCTX*CLM01:SYN-1~" in "".join(write_999(answers, MOMENT))
    assert (group["transactions"][0]["claimsRead"], group["transactions"][0]["claimsRefused"]) == (4, 1)


ASKING = FILES["many"].replace("*0*T*:~", "*1*T*:~")


@pytest.mark.parametrize(
    ("text", "segment"),
    [
        (ASKING, "TA1*000000101*260302*1200*A*000"),
        (ASKING.replace("IEA*1*", "IEA*9*"), "TA1*000000101*260302*1200*E*021"),
        (ASKING.replace("IEA*1*000000101", "IEA*1*000000999"), "TA1*000000101*260302*1200*E*001"),
        (ASKING[: ASKING.index("IEA*")], "TA1*000000101*260302*1200*E*023"),
        (ASKING[:106] + "IEA*0*000000101~", "TA1*000000101*260302*1200*A*000"),
        (ASKING[:120], "TA1*000000101*260302*1200*R*022"),
    ],
    ids=["sound", "count", "control number", "no IEA", "no group", "cut"],
)
def test_a_sender_who_asks_for_it_gets_a_ta1(text: str, segment: str) -> None:
    """Accepted, accepted with errors, or rejected, with the first thing that is wrong; and pyx12 takes it."""
    written = "".join(write_ta1(answers_of(read_837(io.BytesIO(text.encode()))), MOMENT))

    assert written.split("~")[1].strip() == segment
    assert written.split("*")[8].strip() == "SYNSENDER"
    assert objections(written) == []


def test_pyx12_knows_what_a_ta1_may_say() -> None:
    """Else its silence would mean nothing."""
    written = "".join(write_ta1(answers_of(read_837(io.BytesIO(ASKING.encode()))), MOMENT))

    assert objections(written.replace("*A*000~", "*Z*999~"))


def test_who_does_not_ask_gets_no_ta1() -> None:
    """ISA14 is 0: the 999 is the answer; of several interchanges each decides for itself."""
    silent = answers_of(read_837(io.BytesIO(FILES["many"].encode())))
    mixed = answers_of(read_837(io.BytesIO((ASKING + FILES["one"] + ASKING).encode())))

    assert not list(write_ta1(silent, MOMENT))
    assert "".join(write_ta1(mixed, MOMENT)).count("TA1*") == 2
    assert [each["isAcknowledgmentRequested"] for each in structure.as_json(mixed)["interchanges"]] == [
        True,
        False,
        True,
    ]


def test_pyx12_accepts_every_ta1() -> None:
    """For each damaged file whose ISA could be read."""
    for file in damaged():
        content = file.content.replace(b"*0*T*:", b"*1*T*:")
        written = "".join(write_ta1(answers_of(read_837(io.BytesIO(content))), MOMENT))
        for one in written.split("ISA")[1:]:
            assert objections(f"ISA{one}") == [], file.name
