"""The X12 inputs of the folder `cases`, each one kind of fault, with what has to come of it: `cases.txt`."""

import io
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from worker.x12.answer.ack_999 import answers_of, write_999
from worker.x12.read.events import ClaimRead, SegmentFlaw
from worker.x12.read.interchanges import read_837

FOLDER = Path(__file__).parent.with_name("cases")
MOMENT = datetime(2026, 3, 20, 12, 0)  # noqa: DTZ001 - an ISA names no time zone


class Expected(NamedTuple):
    """The claims that are read, how many are not, and IK3 to IK5 of the 999."""

    claims: str
    refused: int
    answer: str


def _cases() -> dict[str, Expected]:
    lines = FOLDER.with_suffix(".txt").read_text("utf-8").splitlines()
    rows = ([cell.strip() for cell in line.split("|")] for line in lines if not line.startswith("#"))
    return {name: Expected(claims, int(refused), answer) for name, claims, refused, answer in rows}


CASES: Final = _cases()


def test_every_file_has_an_expectation() -> None:
    """Else it would be read for nothing."""
    assert {each.name for each in FOLDER.iterdir()} == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_a_file_is_read_or_refused_and_answered(name: str) -> None:
    """The claims that come out, the flaws with which one was not read, and what the sender is told."""
    content = (FOLDER / name).read_bytes()

    reads = list(read_837(io.BytesIO(content)))
    answer = "".join(write_999(answers_of(reads), MOMENT))

    claims = [
        each.document["claimInformation"]["patientControlNumber"] for each in reads if isinstance(each, ClaimRead)
    ]
    refused = [each for each in reads if isinstance(each, SegmentFlaw) and not each.is_passed_over]
    said = [each.strip() for each in answer.split("~") if each.strip().startswith(("IK", "CTX"))]
    assert Expected(" ".join(claims), len(refused), " ".join(said)) == CASES[name]


def _document(name: str) -> dict[str, Any]:  # a claim as JSON
    reads = list(read_837(io.BytesIO((FOLDER / name).read_bytes())))
    return next(each.document for each in reads if isinstance(each, ClaimRead))


def test_what_is_said_of_the_subscriber_stays_there() -> None:
    """2000B PAT and 2010BA REF*Y4 are of the patient in the subscriber's own claim, and not in the dependent's."""
    reads = list(read_837(io.BytesIO((FOLDER / "pat_of_subscriber.837").read_bytes())))
    own, of_dependent = (each.document for each in reads if isinstance(each, ClaimRead))

    for name, value in (("deathDate", "20260110"), ("patientWeight", "140"), ("propertyCasualtyClaimNumber", "PCNUM1")):
        assert own["claimInformation"][name] == value
        assert name not in of_dependent["claimInformation"]
        assert of_dependent["subscriber"][name] == value


def test_windows_characters_are_read_as_such() -> None:
    """An apostrophe and a dash, and the encoding is kept for what is written back."""
    document = _document("cp1252.837")

    assert document["claimInformation"]["claimNote"] == {
        "additionalInformation": "PATIENT\u2019S DOSE \u2013 SEE CHART"
    }
    assert document["origin"]["encoding"] == "windows-1252"


@pytest.mark.parametrize(
    ("name", "loop", "segment", "code"),
    [
        ("del_REF_EI_1234567.837", "2010AA", "REF", "3"),
        ("del_BHT_0019_00_B2.837", "header", "BHT", "3"),
        ("unknown_seg.837", "2400", "ZZZ", "1"),
        ("garbled_refei.837", "2010AA", "REF", "8"),
    ],
)
def test_a_claim_says_what_is_wrong_in_its_file(name: str, loop: str, segment: str, code: str) -> None:
    """So that edits can hold it, and outcomes name it."""
    (flaw, *_) = _document(name)["origin"]["flaws"]

    assert (flaw["loop"], flaw["segmentId"], flaw["code"]) == (loop, segment, code)
