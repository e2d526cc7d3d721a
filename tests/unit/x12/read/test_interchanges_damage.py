"""A damaged file is answered with the segment and the reason; what is sound in it is read."""

import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.claim import ClaimKind
from tests.unit.x12.damage import Damaged, damaged
from tests.unit.x12.files import FILES, recounted
from tests.unit.x12.full import file_of, segments_of
from worker.x12.read.events import ClaimRead, SegmentFlaw
from worker.x12.read.interchanges import read_837

INPUTS = list(damaged())


def read(content: bytes) -> tuple[list[str], list[SegmentFlaw]]:
    """The numbers of the claims of a file, and what is wrong."""
    reads = list(read_837(io.BytesIO(content)))
    claims = [each.document for each in reads if isinstance(each, ClaimRead)]
    numbers = [claim["claimInformation"].get("patientControlNumber", "") for claim in claims]
    return numbers, [each for each in reads if isinstance(each, SegmentFlaw)]


def test_there_are_sixty() -> None:
    """Enough kinds of damage, each with a name of its own."""
    assert len({each.name for each in INPUTS}) == len(INPUTS) >= 60


@pytest.mark.parametrize("file", INPUTS, ids=lambda file: file.name)
def test_sound_claims_are_read_and_the_damage_is_named(file: Damaged) -> None:
    """Each flaw has the number of a segment and one sentence without a word of the file; no sound claim is lost."""
    numbers, flaws = read(file.content)

    if file.name != "claim without elements":
        assert flaws
    assert numbers == list(file.claims)
    assert all(flaw.segment > 0 for flaw in flaws)
    assert all(re.fullmatch(r"[A-Z][^\n]*\.", flaw.reason) for flaw in flaws)
    assert not any("SYN" in flaw.reason or "J2353" in flaw.reason for flaw in flaws)


def test_a_flaw_says_where() -> None:
    """The number is that of the segment in the file; the position that in the transaction, where ST is 1."""
    segments = FILES["many"].split("~")
    place = next(place for place, each in enumerate(segments, 1) if "LX*1" in each)
    text = recounted(FILES["many"].replace("LX*1~\n", "", 1))

    _, flaws = read(text.encode())

    (flaw,) = [each for each in flaws if not each.is_passed_over]
    assert (flaw.segment, flaw.position, flaw.segment_id, flaw.code) == (place, place - 2, "SV1", "7")
    assert (flaw.loop, flaw.claim) == ("2300", "SYN-1")


@pytest.mark.parametrize("kind", ClaimKind)
def test_a_patient_whose_level_and_name_are_lost_is_not_the_subscriber(kind: ClaimKind) -> None:
    """The relationship in PAT01 is enough to know that the claim is another person's."""
    segments = segments_of(kind)
    level = next(place for place, each in enumerate(segments) if each.startswith("HL*") and "*23*" in each)
    name = next(place for place, each in enumerate(segments) if place > level and each.startswith("NM1*QC"))
    claim = next(each for each in segments[name:] if each.startswith("CLM*")).split("*")[1]
    segments[name] = segments[name].replace("NM1", "NX1")
    del segments[level]

    numbers, flaws = read(file_of(segments, kind).encode())

    assert claim not in numbers
    assert claim in {flaw.claim for flaw in flaws if not flaw.is_passed_over}


def test_lines_of_a_claim_that_lost_its_beginning_are_not_those_of_the_claim_before() -> None:
    """Without its CLM and HI all that is left of it are lines, and the number of the first one is 1 again."""
    text = "".join(
        each for each in FILES["one"].splitlines(keepends=True) if not each.startswith(("SE*", "GE*", "IEA*"))
    )
    lines = text[text.index("LX*1") :]
    ends = "SE*0*0001~\nGE*1*7~\nIEA*1*000000101~\n"

    numbers, flaws = read(recounted(text + lines + ends).encode())

    assert numbers == []
    assert [each.reason for each in flaws if not each.is_passed_over] == [
        "The numbers of its lines begin again: a CLM may be missing before them."
    ]


@pytest.mark.parametrize("byte", [b"\0", b"|", b"\x1d"])
def test_a_byte_too_many_in_isa16_takes_no_neighbour_away(byte: bytes) -> None:
    """The delimiters are then found one place too early, and the terminator is one that ends no segment."""
    one = FILES["one"].encode()

    numbers, flaws = read(one[:104] + byte + one[104:] + b"\n" + FILES["two interchanges"].encode())

    assert numbers == ["SYN-1", "SYN-1", "SYN-2"]
    assert flaws


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_whatever_is_changed_a_sound_neighbour_is_read(data: st.DataObject) -> None:
    """No change of one interchange raises an error, or takes the claims of the next one away."""
    content = bytearray(FILES["one"].encode())
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        content[start : start + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=20))

    numbers, _ = read(bytes(content) + b"\n" + FILES["two interchanges"].encode())

    assert numbers[-2:] == ["SYN-1", "SYN-2"]


def test_a_file_cut_anywhere_gives_whole_transactions_only() -> None:
    """At every seventh byte: the claims of the transactions whose SE is there, and never one that may not be whole."""
    text = FILES["two transactions"]
    ends = [match.end() for match in re.finditer(r"SE\*[^~]*~", text)]

    for end in range(1, text.index("IEA*"), 7):
        numbers, flaws = read(text[:end].encode())
        assert len(numbers) == text[: max([0, *(each for each in ends if each <= end)])].count("CLM*")
        assert flaws
