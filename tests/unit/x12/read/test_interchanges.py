"""Claims of 837 files equal what is in them, and are written as they were.

Set CLAIMSCRUB_X12_SAMPLES to a folder to hold its files to the same: published examples may not be copied here.
"""

import io
import os
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from schemas.claim import Claim, ClaimKind
from tests.unit.x12.files import FILES
from tests.unit.x12.pyx12_check import objections
from tests.unit.x12.reference_reading import Line, claims_of
from worker.x12.read.events import ClaimRead, SegmentFlaw
from worker.x12.read.interchanges import read_837
from worker.x12.write.claims import write_837
from worker.x12.write.covers import Defaults

MOMENT = datetime(2026, 3, 2, 12, 0)  # noqa: DTZ001 - an ISA names no time zone


def _files() -> Iterator[Any]:
    for name, text in FILES.items():
        yield pytest.param(text, id=name)
    folder = os.environ.get("CLAIMSCRUB_X12_SAMPLES")
    for path in sorted(Path(folder).iterdir()) if folder else ():
        yield pytest.param(path.read_text("utf-8"), id=path.name)


FILES_TO_READ = list(_files())


def documents(text: str) -> list[dict[str, Any]]:
    """The claims of a file as they would cross a topic."""
    reads = read_837(io.BytesIO(text.encode()))
    return [orjson.loads(orjson.dumps(each.document)) for each in reads if isinstance(each, ClaimRead)]


def flaws(text: str) -> list[SegmentFlaw]:
    """What is wrong in a file."""
    return [each for each in read_837(io.BytesIO(text.encode())) if isinstance(each, SegmentFlaw)]


def written(claims: list[dict[str, Any]], lost: list[str] | None = None) -> str:
    """The claims as a file."""
    said = [] if lost is None else lost
    texts = write_837(claims, Defaults(MOMENT), lambda _, what: said.append(what), lambda _, why: said.append(why))
    return b"".join(texts).decode()


def body(text: str) -> list[str]:
    """The segments from ST to SE, with the usual component separator."""
    separator = re.search(r"~\s*CLM\*[^*]*\*[^*]*\*\*\*\w*([^\w*])", text)
    plain = text.replace(separator[1], ":") if separator and separator[1] != ":" else text
    segments = [each.strip() for each in plain.split("~") if each.strip()]
    return [each for each in segments if each.split("*")[0] not in {"ISA", "GS", "GE", "IEA"}]


@pytest.mark.parametrize("text", FILES_TO_READ)
def test_a_claim_holds_what_stands_in_the_file(text: str) -> None:
    """Charges, lines, units, modifiers, NDC, diagnoses and dates are those that a naive reading finds."""
    expected = claims_of(text)

    found = documents(text)

    assert len(found) == len(expected) > 0
    for document, claim in zip(found, expected, strict=True):
        information = document["claimInformation"]
        assert information["patientControlNumber"] == claim.number
        assert information["claimChargeAmount"] == claim.charge
        place = [information["placeOfServiceCode"], information["claimFrequencyCode"]]
        assert place == [claim.place[0], claim.place[2]]
        assert _diagnoses(information) == claim.diagnoses
        assert [_line(line) for line in information["serviceLines"]] == claim.lines


def _line(line: dict[str, Any]) -> Line:
    service = line.get("institutionalService") or line["professionalService"]
    drug = line.get("drugIdentification", {})
    procedure = [service[name] for name in ("procedureIdentifier", "procedureCode") if name in service]
    return Line(
        service=[*procedure, *service.get("procedureModifiers", ())],
        charge=service["lineItemChargeAmount"],
        unit=service["measurementUnit"],
        units=service["serviceUnitCount"],
        dates="-".join(line[name] for name in ("serviceDate", "serviceDateEnd") if name in line),
        ndc=drug.get("nationalDrugCode", ""),
        ndc_quantity=drug.get("nationalDrugUnitCount", ""),
    )


def _diagnoses(information: dict[str, Any]) -> list[str]:
    codes = [each["diagnosisCode"] for each in information.get("healthCareCodeInformation", ())]
    if principal := information.get("principalDiagnosis"):
        codes.append(principal["principalDiagnosisCode"])
    groups = information.get("otherDiagnosisInformationList", ())
    return codes + [each["otherDiagnosisCode"] for group in groups for each in group]


@pytest.mark.parametrize("text", FILES_TO_READ)
def test_a_claim_is_written_as_it_was_read(text: str) -> None:
    """X12 to JSON to X12 gives the same segments, and nothing of the message is left out."""
    lost: list[str] = []

    again = written(documents(text), lost)

    assert lost == []
    assert Counter(body(again)) == Counter(body(text))


@pytest.mark.parametrize("text", FILES_TO_READ)
def test_a_claim_written_again_reads_the_same(text: str) -> None:
    """The order of what is written changes nothing but the numbers of the segments."""
    once = documents(text)

    again = documents(written(once))

    for document in (*once, *again):
        document["origin"].pop("segment")
        for kept in document["origin"].get("unmapped", ()):
            kept.pop("segment")
    assert again == once


@pytest.mark.parametrize("text", FILES_TO_READ)
def test_what_pyx12_accepted_it_accepts_again(text: str) -> None:
    """The 837 that we write is as sound as the one that was read."""
    if objections(text):
        return

    assert objections(written(documents(text))) == []


def test_pyx12_accepts_most_of_our_files() -> None:
    """So that the test above says something."""
    accepted = [name for name, text in FILES.items() if not objections(text)]

    assert set(accepted) >= {"one", "many", "two transactions", "two interchanges", "dependent", "later errata"}


@pytest.mark.parametrize("text", FILES_TO_READ)
def test_a_message_is_one_that_the_worker_reads(text: str) -> None:
    """Every document is a claim of the schema, of the kind that its guide says."""
    for document in documents(text):
        claim = Claim.model_validate(document)

        version = document["origin"]["version"]
        expected = ClaimKind.INSTITUTIONAL if version.startswith("005010X223") else ClaimKind.PROFESSIONAL
        assert claim.kind is expected


def test_a_claim_says_where_it_came_from() -> None:
    """Control numbers of interchange, group and transaction, its own, and the number of CLM in the file."""
    text = FILES["two interchanges"]
    segments = [each.strip() for each in text.split("~")]

    origins = [document["origin"] for document in documents(text)]

    assert [origin["interchangeControlNumber"] for origin in origins] == ["000000101", "000000102", "000000102"]
    assert {(origin["groupControlNumber"], origin["transactionControlNumber"]) for origin in origins} == {("7", "0001")}
    assert [origin["patientControlNumber"] for origin in origins] == ["SYN-1", "SYN-1", "SYN-2"]
    assert [segments[origin["segment"] - 1][:4] for origin in origins] == ["CLM*"] * 3


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", ""),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\r\n \r\n" + text,
        lambda text: text.replace("~\n", "\n"),
        lambda text: text.replace("~\n", "\x1c"),
        lambda text: text.replace("*", "|"),
        lambda text: text.replace("*", "\x1d").replace(":", "\x1f"),
        lambda text: "\n".join(text.replace("\n", "")[start : start + 200] for start in range(0, len(text), 200)),
    ],
    ids=[
        "bom",
        "no breaks",
        "crlf",
        "blank lines",
        "newline ends",
        "control ends",
        "pipes",
        "control separates",
        "wrapped",
    ],
)
def test_delimiters_and_line_breaks_are_the_files_own(change: Any) -> None:
    """Whatever the ISA says is taken; line breaks mean nothing unless they end the segments."""
    text = change(FILES["many"])

    assert flaws(text) == []
    found = documents(text)
    for each in found:
        each["origin"].pop("delimiters", None)
    assert found == documents(FILES["many"])


def test_another_component_separator_than_the_declared_one_is_taken_and_said() -> None:
    """CLM05 shows what separates components; ISA16 is then reported."""
    text = FILES["one"].replace("11:B:1", "11>B>1").replace("HC:", "HC>").replace(":JZ", ">JZ").replace("ABK:", "ABK>")

    (flaw,) = flaws(text.replace("ABF:", "ABF>").replace("1:2", "1>2"))

    assert (flaw.segment_id, flaw.is_passed_over) == ("CLM", True)
    service = documents(text)[0]["claimInformation"]["serviceLines"][0]["professionalService"]
    assert (service["procedureCode"], service["procedureModifiers"]) == ("J2353", ["JZ"])


def test_bytes_that_are_no_utf_8_are_latin() -> None:
    """A name with an accent is read in either encoding."""
    text = FILES["one"].replace("SYNTHETIC2", "RENÉ")

    for encoding in ("utf-8", "latin-1"):
        reads = read_837(io.BytesIO(text.encode(encoding)))
        (document,) = [each.document for each in reads if isinstance(each, ClaimRead)]
        assert document["subscriber"]["firstName"] == "RENÉ"


def test_a_loop_is_not_taken_for_the_one_before_it() -> None:
    """The number that another payer has for the rendering provider is not a number of that payer."""
    (document,) = documents(FILES["everything"])

    (other,) = document["claimInformation"]["otherSubscriberInformation"]
    assert other["otherPayerRenderingProvider"][0]["otherPayerRenderingProviderSecondaryIdentifier"]
    assert "otherPayerSecondaryIdentifier" not in other["otherPayerName"]


def test_a_change_of_the_claim_is_what_is_written() -> None:
    """A corrected field wins over the segment that was read in part."""
    (document,) = documents(FILES["everything"])
    document["claimInformation"]["serviceLines"][0]["professionalService"]["procedureModifiers"] = ["JW"]
    del document["claimInformation"]["serviceLines"][0]["drugIdentification"]

    segments = body(written([document]))

    assert any(each.startswith("SV1*HC:J3490:JW:::") for each in segments)
    assert not any(each.startswith(("LIN", "CTP")) for each in segments)


def test_a_member_without_a_segment_is_named() -> None:
    """What X12 does not hold is said, once for a part that is left out as a whole."""
    (document,) = documents(FILES["one"])
    document["documentation"] = [{"element": "route", "value": "IM"}, {"element": "route"}]
    document["claimInformation"]["invented"] = {"a": "1", "b": "2"}
    document["subscriber"]["invented"] = "x"
    lost: list[str] = []

    written([document], lost)

    assert sorted(lost) == ["$.claimInformation.invented", "$.documentation", "$.subscriber.invented"]
