"""A claim is written whole, or refused by the name of what does not fit; nothing in it is changed."""

import io
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from random import Random
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.claim import ClaimKind
from schemas.values import WrittenNumber
from tests.unit.x12.documented.leaves import base
from tests.unit.x12.files import FILES
from tests.unit.x12.full import file_of, segments_of
from tests.unit.x12.read.test_interchanges_cases import CASES, FOLDER
from worker.x12.read.events import ClaimRead
from worker.x12.read.interchanges import read_837
from worker.x12.read.segments import MAX_SEGMENT_BYTES, read_segments
from worker.x12.write.claims import write_837
from worker.x12.write.covers import Defaults

MOMENT: Final = datetime(2026, 3, 2, 12, 0)  # noqa: DTZ001 - envelopes name no time zone
ENVELOPE: Final = frozenset({"ISA", "GS", "ST", "SE", "GE", "IEA", "HL"})
GARBLED: Final = "garbled_refei.837"
"""A case whose claim is read, with a segment that nobody can write."""
WHOLE: Final = [name for name, case in CASES.items() if case.claims and not case.refused and name != GARBLED]
"""Cases of which every claim is read."""
NO_ORDER: Final = frozenset({"REF", "DTP", "NTE", "AMT", "CRC", "QTY", "HI", "CAS", "PWK"})
"""Segments of which several follow one another in any order."""


def written(*documents: dict[str, Any]) -> tuple[bytes, list[str], list[str]]:
    """What is written of claims, what has no place, and what is refused."""
    lost: list[str] = []
    refused: list[str] = []
    pieces = write_837(
        documents, Defaults(MOMENT), lambda _, path: lost.append(path), lambda _, why: refused.append(why)
    )
    return b"".join(pieces), lost, refused


def read(value: bytes) -> list[dict[str, Any]]:
    """The claims of a file."""
    return [each.document for each in read_837(io.BytesIO(value)) if isinstance(each, ClaimRead)]


def segments(value: bytes) -> list[list[str]]:
    """The segments of a file without its envelope, and without empty elements at their ends."""
    return [*_segments(value)]


def _segments(value: bytes) -> Iterator[list[str]]:
    for segment in read_segments(io.BytesIO(value)):
        elements = [*segment.elements]
        while elements and not elements[-1]:
            elements.pop()
        if elements[0] not in ENVELOPE:
            yield elements


def claim(kind: ClaimKind = ClaimKind.PROFESSIONAL, **information: Any) -> dict[str, Any]:
    """A claim as JSON, with more of its claimInformation."""
    document = base(kind)
    document["claimInformation"] |= information
    return document


def line_of(document: dict[str, Any]) -> Any:
    """The first line of a claim."""
    return document["claimInformation"]["serviceLines"][0]


@pytest.mark.parametrize("name", WHOLE)
def test_a_case_is_written_as_it_came(name: str) -> None:
    """Segment for segment, in its encoding and with its delimiters."""
    value = (FOLDER / name).read_bytes()

    again, lost, refused = written(*read(value))

    assert (lost, refused) == ([], [])
    assert segments(again) == segments(value)


def test_a_segment_that_could_not_be_read_refuses_its_claim_by_name() -> None:
    """Without it another claim would be written."""
    again, _, refused = written(*read((FOLDER / GARBLED).read_bytes()))

    assert again == b""
    assert refused == ["REF02 holds a control character, which X12 cannot hold"]


def test_a_segment_that_was_too_long_to_read_refuses_its_claim_by_name() -> None:
    """Nothing is known of it but its identifier."""
    value = (FOLDER / "workcomp.837").read_bytes().replace(b"N3*", b"N3*" + b"9" * MAX_SEGMENT_BYTES, 1)

    again, _, refused = written(*read(value))

    assert again == b""
    assert refused == ["$.origin.unmapped: N3 of loop 2000A.2010AA could not be read in the file"]


@pytest.mark.parametrize("kind", ClaimKind)
def test_a_claim_with_everything_is_written_as_it_came(kind: ClaimKind) -> None:
    """Every loop and segment of the guide."""
    value = file_of(segments_of(kind), kind).encode()

    again, lost, refused = written(*read(value))

    assert (lost, refused) == ([], [])
    assert segments(again) == segments(value)


def shuffled(kind: ClaimKind, chance: Random) -> list[str]:
    """The full file in another order: of the segments that are in no order, and of the loops 2310 and 2420."""
    mixed: list[str] = []
    for identifier, run in groupby(segments_of(kind), key=lambda each: each.split("*")[0]):
        members = list(run)
        if identifier in NO_ORDER:
            chance.shuffle(members)
        mixed += members
    loops: list[list[str]] = [[]]
    for each in mixed:
        if each.split("*")[0] in ENVELOPE | {"CLM", "NM1", "SBR", "LX", "SVD", "LQ", "LIN"}:
            loops.append([])
        loops[-1].append(each)
    found: list[str] = []
    is_claim = False
    for identifier, beside in groupby(loops[1:], key=lambda each: each[0].split("*")[0]):
        is_claim = identifier != "HL" and (is_claim or identifier == "CLM")
        of_loops = list(beside)
        if is_claim and identifier == "NM1" and not of_loops[0][0].startswith("NM1*IL"):
            chance.shuffle(of_loops)
        found += [each for loop in of_loops for each in loop]
    return found


@pytest.mark.parametrize("kind", ClaimKind)
@given(chance=st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_what_is_in_no_order_keeps_the_order_in_which_it_came(kind: ClaimKind, chance: Random) -> None:
    """REFs, dates, notes and providers: the guide lets a sender order them, and what is written is what was sent."""
    value = file_of(shuffled(kind, chance), kind).encode()

    again, lost, refused = written(*read(value))

    assert (lost, refused) == ([], [])
    assert segments(again) == segments(value)


def test_an_order_that_does_not_fit_the_claim_any_more_loses_nothing() -> None:
    """Segments that were added stay behind the one before them, and those that are gone are passed over."""
    (document,) = read((FOLDER / "ref9f.837").read_bytes())
    (order,) = document["origin"]["order"]
    order["segments"] = ["ZZZ", *order["segments"][::-1], "REF*9F"]
    line_of(document)["serviceLineReferenceInformation"]["mammographyCertificationNumber"] = "M1"

    again, _, refused = written(document)

    assert refused == []
    came = segments((FOLDER / "ref9f.837").read_bytes())
    assert sorted(segments(again)) == sorted([*came, ["REF", "EW", "M1"]])


@pytest.mark.parametrize("name", FILES)
def test_our_files_keep_each_segment(name: str) -> None:
    """What is read of them is what they say."""
    value = FILES[name].encode()

    again, lost, refused = written(*read(value))

    assert (lost, refused) == ([], [])
    assert segments(again) == segments(value)


def test_the_encoding_of_the_origin_stays() -> None:
    """A byte of Windows-1252 is that byte again."""
    value = (FOLDER / "cp1252.837").read_bytes()

    again, _, _ = written(*read(value))

    assert [byte for byte in again if byte > 0x7F] == [byte for byte in value if byte > 0x7F]


def test_what_the_encoding_lacks_is_refused_by_name() -> None:
    """Nothing takes the place of a character."""
    (document,) = read((FOLDER / "cp1252.837").read_bytes())
    document["claimInformation"]["claimNote"] = {"additionalInformation": "☃"}

    again, _, refused = written(document)

    assert again == b""
    assert refused == ["NTE02 holds a character that windows-1252 does not have"]


def test_groups_of_one_interchange_stay_in_it() -> None:
    """One ISA, two GS with their numbers."""
    value = (FOLDER / "two_groups.837").read_bytes()

    again, _, refused = written(*read(value))

    assert refused == []
    found = [each.elements for each in read_segments(io.BytesIO(again))]
    came = [each.elements for each in read_segments(io.BytesIO(value))]
    assert [each for each in found if each[0] in ("ISA", "GS", "GE", "IEA")] == [
        each for each in came if each[0] in ("ISA", "GS", "GE", "IEA")
    ]


def test_a_control_number_of_zeros_is_no_lack_of_one() -> None:
    """ISA13 is written as it came."""
    value = FILES["one"].replace("000000101", "000000000").encode()

    again, _, refused = written(*read(value))

    assert (again, refused) == (value, [])


@pytest.mark.parametrize(
    ("origin", "reason"),
    [
        ({"interchangeControlNumber": "A1"}, "ISA13 is not a number of one to nine digits"),
        ({"interchangeControlNumber": "1234567890"}, "ISA13 is not a number of one to nine digits"),
        ({"interchangeDate": "260229X"}, "ISA09 is not a number of 6 digits"),
        ({"interchangeTime": "12"}, "ISA10 is not a number of 4 digits"),
        ({"sender": "S" * 16}, "ISA06 has 16 characters, and an ISA has 15 there"),
        ({"receiverQualifier": "ZZZ"}, "ISA07 has 3 characters, and an ISA has 2 there"),
    ],
)
def test_what_an_isa_cannot_hold_is_refused(origin: dict[str, str], reason: str) -> None:
    """Fixed lengths cut nothing off, and no other number, day or time takes its place."""
    (document,) = read(FILES["one"].encode())
    document["origin"] |= origin

    again, _, refused = written(document)

    assert (again, refused) == (b"", [reason])


def test_what_an_isa_just_holds_is_written() -> None:
    """Fifteen characters and nine digits."""
    (document,) = read(FILES["one"].encode())
    document["origin"] |= {"interchangeControlNumber": "999999999", "sender": "S" * 15}

    again, _, refused = written(document)

    assert refused == []
    assert f"*ZZ*{'S' * 15}*ZZ*".encode() in again
    assert again.endswith(b"IEA*1*999999999~\n")


def test_a_usage_that_x12_does_not_know_is_refused() -> None:
    """ISA15 is P or T; nothing else is turned into P."""
    _, _, refused = written(claim() | {"usageIndicator": "I"})

    assert refused == ["ISA15 is neither P nor T"]


def test_no_header_is_made_up() -> None:
    """A claim that came as X12 without a BHT is written without."""
    (document, *_) = read((FOLDER / "del_BHT_0019_00_B2.837").read_bytes())

    again, _, _ = written(document)

    assert not any(each[0] == "BHT" for each in segments(again))


def test_transactions_of_json_claims_have_numbers_of_their_own() -> None:
    """ST02 is unique in its group."""
    first, second = claim() | {"controlNumber": "1"}, claim() | {"controlNumber": "2"}

    again, _, _ = written(first, second)

    starts = [each.elements for each in read_segments(io.BytesIO(again)) if each.elements[0] in ("ST", "ISA")]
    assert [each[0] for each in starts] == ["ISA", "ST", "ST"]
    assert len({each[2] for each in starts[1:]}) == 2


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")), min_size=1, max_size=30)
)
def test_no_value_loses_a_character(text: str) -> None:
    """Whatever it holds, also all the usual delimiters."""
    document = claim(claimNote={"additionalInformation": text})

    again, _, refused = written(document)

    assert refused == []
    assert read(again)[0]["claimInformation"]["claimNote"]["additionalInformation"] == text


@given(st.sampled_from(r"*:^~|>\!`"), st.sampled_from(r"*:^~|>\!`"))
def test_delimiters_in_values_are_no_delimiters(one: str, other: str) -> None:
    """In an identifier as well as in a composite."""
    document = claim(patientControlNumber=f"A{one}{other}B")
    line_of(document)["professionalService"]["description"] = f"C{other}{one}D"

    (again,) = read(written(document)[0])

    assert again["claimInformation"]["patientControlNumber"] == f"A{one}{other}B"
    assert line_of(again)["professionalService"]["description"] == f"C{other}{one}D"


@pytest.mark.parametrize("character", ["\n", "\r", "\t", "\x00", "\x1d", "\x7f", "\x85"])
def test_a_control_character_is_refused_by_its_element(character: str) -> None:
    """X12 can hold none."""
    again, _, refused = written(claim(patientControlNumber=f"A{character}B"))

    assert again == b""
    assert refused == ["CLM01 holds a control character, which X12 cannot hold"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0.75", ".75"),
        ("-0.5", "-.5"),
        ("007", "7"),
        ("00.25", ".25"),
        ("0", "0"),
        ("0.00", "0.00"),
        ("10.50", "10.50"),
        (".5", ".5"),
        (WrittenNumber("1e2"), "100"),
        (WrittenNumber("2.5E-1"), ".25"),
        (148, "148"),
    ],
)
def test_numbers_are_written_as_x12_wants(value: Any, expected: str) -> None:
    """No zero before the point, no exponent."""
    document = claim()
    line_of(document)["professionalService"]["lineItemChargeAmount"] = value

    again, _, refused = written(document)

    assert refused == []
    assert [each[2] for each in segments(again) if each[0] == "SV1"] == [expected]


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=3))
def test_a_number_keeps_its_value(number: Any) -> None:
    """Whatever zeros it begins with."""
    document = claim()
    line_of(document)["professionalService"]["serviceUnitCount"] = f"{number:f}"

    (units,) = (each[4] for each in segments(written(document)[0]) if each[0] == "SV1")

    assert float(units) == float(number)
    assert not units.removeprefix("-").startswith("0.") or float(units) == 0


def test_an_identifier_keeps_its_zeros() -> None:
    """It is not a number."""
    again, _, _ = written(claim(patientControlNumber="0.75"))

    assert [each[1] for each in segments(again) if each[0] == "CLM"] == ["0.75"]


@pytest.mark.parametrize(
    ("information", "path"),
    [
        ({"patientControlNumber": True}, "$.claimInformation.patientControlNumber"),
        ({"patientControlNumber": ["A"]}, "$.claimInformation.patientControlNumber"),
        ({"patientControlNumber": {"value": "A"}}, "$.claimInformation.patientControlNumber"),
        ({"claimChargeAmount": WrittenNumber("1e400")}, "$.claimInformation.claimChargeAmount"),
        ({"planParticipationCode": False}, "$.claimInformation.planParticipationCode"),
        ({"relatedCausesCode": [True]}, "$.claimInformation.relatedCausesCode"),
        ({"claimSupplementalInformation": {"referralNumber": ["A", "B"]}}, "referralNumber"),
        ({"claimDateInformation": "20260302"}, "$.claimInformation.claimDateInformation"),
        ({"healthCareCodeInformation": {"diagnosisCode": "E220"}}, "$.claimInformation.healthCareCodeInformation"),
        ({"conditionInformation": [{"conditionCodes": [["A"]]}]}, "$.claimInformation.conditionInformation"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_by_its_path(information: dict[str, Any], path: str) -> None:
    """It is never written as the text of a program."""
    again, _, refused = written(claim(**information))

    assert again == b""
    assert any(path in reason for reason in refused)


def test_the_end_of_a_period_without_its_beginning_is_refused() -> None:
    """A DTP has no place for it."""
    document = claim()
    line_of(document)["serviceDateEnd"] = line_of(document).pop("serviceDate")

    again, _, refused = written(document)

    place = "$.claimInformation.serviceLines[0].serviceDateEnd"
    assert (again, refused) == (b"", [f"{place} has a value that does not fit into its place"])


@pytest.mark.parametrize(
    ("name", "value", "entity"),
    [
        ("billing", {}, "85"),
        ("subscriber", {"paymentResponsibilityLevelCode": "P"}, "IL"),
        ("dependent", {"lastName": "", "firstName": None}, "QC"),
    ],
)
def test_a_claim_of_nobody_is_refused(name: str, value: dict[str, Any], entity: str) -> None:
    """What would be written of it is not a claim to any reader."""
    again, _, refused = written(claim() | {name: value})

    assert again == b""
    assert f"$.{name} has no name for NM1*{entity}, without which nobody can say whose claim it is" in refused


def test_services_of_both_kinds_are_refused() -> None:
    """One of the two would be left out."""
    document = claim()
    line_of(document)["institutionalService"] = {"serviceLineRevenueCode": "0636"}

    again, _, refused = written(document)

    assert again == b""
    assert any("professional and institutional services" in each for each in refused)


@pytest.mark.parametrize("encoding", ["klingon", "utf-16"])
def test_an_encoding_that_no_file_came_in_is_refused(encoding: str) -> None:
    """An X12 file is UTF-8 or Windows-1252."""
    again, _, refused = written(claim() | {"origin": {"encoding": encoding}})

    assert again == b""
    assert refused == [f"$.origin.encoding is {encoding}, and X12 is written in utf-8 or windows-1252"]


@pytest.mark.parametrize(
    "elements",
    [["HL", "9", "", "20", "1"], ["SE", "1", "0001"], ["CLM", "OTHER", "1", "", "", ["11", "B", "1"]]],
    ids=lambda each: each[0],
)
def test_a_kept_segment_begins_and_ends_nothing(elements: list[Any]) -> None:
    """No claim comes into the file, and none ends, by what a message says it keeps."""
    again, _, refused = written(claim() | {"origin": {"unmapped": [{"loop": "2300", "elements": elements}]}})

    assert again == b""
    assert refused == [f"$.origin.unmapped: {elements[0]} is not a segment of a loop"]


def test_another_insured_with_a_first_name_is_a_person() -> None:
    """Where nobody says what it is; the last name of a person and the name of an organization are one member."""
    other = {"otherInsuredLastName": "DOE", "otherInsuredFirstName": "JANE"}
    document = claim(otherSubscriberInformation=[{"paymentResponsibilityLevelCode": "S", "otherSubscriberName": other}])

    again, _, _ = written(document)

    assert ["NM1", "IL", "1", "DOE", "JANE"] in segments(again)


def test_a_fifth_modifier_is_refused() -> None:
    """SV101 has four."""
    document = claim()
    line_of(document)["professionalService"]["procedureModifiers"] = ["JZ", "RT", "KX", "GA", "GY"]

    again, _, refused = written(document)

    place = "$.claimInformation.serviceLines[0].professionalService.procedureModifiers"
    assert (again, refused) == (b"", [f"{place} has a value that does not fit into its place"])


def test_more_segments_than_the_guide_has_are_refused() -> None:
    """An 837P has one claim note."""
    document = claim(claimNote={"additionalInformation": "A", "diagnosisDescription": "B"})

    again, _, refused = written(document)

    assert again == b""
    assert len(refused) == 1
    assert "loop 2300 would have 2 NTE" in refused[0]


@pytest.mark.parametrize(
    ("name", "value", "element", "expected"),
    [
        ("signatureIndicator", True, 6, "Y"),
        ("signatureIndicator", False, 6, "N"),
        ("patientSignatureSourceCode", True, 10, "P"),
        ("patientSignatureSourceCode", False, 10, ""),
        ("benefitsAssignmentCertificationIndicator", False, 8, "N"),
    ],
)
def test_a_boolean_is_the_code_of_the_guide(name: str, value: object, element: int, expected: str) -> None:
    """Where the guide has a code that says yes."""
    again, _, refused = written(claim(ClaimKind.PROFESSIONAL, **{name: value}))

    assert refused == []
    (found,) = (each for each in segments(again) if each[0] == "CLM")
    assert [*found, *[""] * 20][element] == expected


def test_a_list_is_repeated_segments() -> None:
    """Where the guide repeats them."""
    document = claim(ClaimKind.INSTITUTIONAL, claimNotes={"medications": ["A", "B"], "diagnosisDescription": ["C"]})

    again, _, refused = written(document)

    assert refused == []
    assert [each for each in segments(again) if each[0] == "NTE"] == [
        ["NTE", "DGN", "C"],
        ["NTE", "MED", "A"],
        ["NTE", "MED", "B"],
    ]
    assert read(again)[0]["claimInformation"]["claimNotes"] == document["claimInformation"]["claimNotes"]


def test_what_has_no_place_is_named_and_the_rest_is_written() -> None:
    """A member that an 837 does not have is not a reason to keep a claim back."""
    again, lost, refused = written(claim(invented={"deep": "A"}) | {"documentation": [{"element": "route"}]})

    assert refused == []
    assert lost == ["$.claimInformation.invented", "$.documentation"]
    assert len(read(again)) == 1
