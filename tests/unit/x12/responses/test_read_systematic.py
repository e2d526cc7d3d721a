"""Whatever one damage does to an answer: none changes the claim that it is about, and none is lost in silence."""

import io
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from tests.unit.x12.files import recounted
from tests.unit.x12.responses.files import FULL_277CA, FULL_835, FULL_999, bodies_of, text_of
from worker.x12.read.events import SegmentFlaw
from worker.x12.responses.read import read_responses
from worker.x12.responses.records import (
    AcknowledgedClaim,
    AcknowledgedTransaction,
    Remittance,
    RemittanceRead,
    RemittedClaim,
)

Given = RemittedClaim | AcknowledgedClaim | AcknowledgedTransaction
FILES = {"835": FULL_835, "277CA": FULL_277CA, "999": FULL_999}


def delete(segments: list[str], place: int) -> list[str]:
    """The segment is lost."""
    return [*segments[:place], *segments[place + 1 :]]


def double(segments: list[str], place: int) -> list[str]:
    """The segment comes twice."""
    return [*segments[: place + 1], *segments[place:]]


def swap(segments: list[str], place: int) -> list[str]:
    """The segment comes behind the next one."""
    return [*segments[:place], segments[place + 1], segments[place], *segments[place + 2 :]]


def spoil(segments: list[str], place: int) -> list[str]:
    """The segment has a control character."""
    return [*segments[:place], f"{segments[place][:-1]}\a{segments[place][-1]}", *segments[place + 1 :]]


def misspell(segments: list[str], place: int) -> list[str]:
    """The identifier of the segment is not one."""
    found = segments[place]
    return [*segments[:place], f"{found[0]}X{found[2:]}", *segments[place + 1 :]]


DAMAGES: tuple[Callable[[list[str], int], list[str]], ...] = (delete, double, swap, spoil, misspell)


def cases(name: str, damage: Callable[[list[str], int], list[str]]) -> Iterator[tuple[int, str]]:
    """The place of each damaged segment, and the file with counts that fit again."""
    segments, bodies = bodies_of(FILES[name])
    for start, end in bodies:
        for place in range(start, end - (damage is swap)):
            yield place, recounted(text_of(damage(segments, place)))


def given(text: str) -> tuple[list[Given], bool]:
    """What is given out, and whether anything is said to be wrong."""
    reads = list(read_responses(io.BytesIO(text.encode())))
    found = [each for each in reads if isinstance(each, Given)]
    is_said = any(isinstance(each, SegmentFlaw) for each in reads)
    return found, is_said or not all(each.is_balanced for each in reads if isinstance(each, RemittanceRead))


def bare(each: Given) -> Given:
    """An answer without the number of its segment, which a damage before it changes; and without its header."""
    if isinstance(each, RemittedClaim):
        return replace(each, segment=0, remittance=_NO_HEADER)
    return replace(each, segment=0)


_NO_HEADER = Remittance(0, "", "", "", "", None, None, None)


def content_of(each: Given) -> set[tuple[object, ...]]:
    """What an answer says of its claim, each piece for itself."""
    if isinstance(each, AcknowledgedTransaction):
        return {(each.group_control_number, each.control_number, each.code), *((error,) for error in each.errors)}
    if isinstance(each, AcknowledgedClaim):
        of_statuses = {(line.service, status) for line in each.lines for status in line.statuses}
        return {(each.control_number, each.charge), *((status,) for status in each.statuses), *of_statuses}
    of_lines = {(line.service, line.charge, line.paid, part) for line in each.lines for part in line.adjustments}
    return {(each.control_number, each.status, each.charge, each.paid), *((a,) for a in each.adjustments), *of_lines}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", FILES)
def test_no_damage_gives_an_answer_to_another_claim(name: str, damage: Callable[[list[str], int], list[str]]) -> None:
    """What is given out says nothing that the undamaged file does not say of the same claim.

    Where a segment is lost, an answer may say less; it never says more, and what is missing is named.
    """
    sound = [content_of(each) for each in given(FILES[name])[0]]
    broken = []
    for place, text in cases(name, damage):
        found, is_said = given(text)
        is_true = all(any(content_of(each) <= known for known in sound) for each in found)
        if not is_true or (len(found) < len(sound) and not is_said):
            broken.append((place, bodies_of(text)[0][place]))

    assert broken == []


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damage_stays_in_its_claim(damage: Callable[[list[str], int], list[str]]) -> None:
    """Claims of an 835 before and behind the damaged one are as before, but for what they share."""
    sound = [bare(each) for each in given(FULL_835)[0]]
    segments, _ = bodies_of(FULL_835)
    starts = [place for place, each in enumerate(segments) if each.startswith("CLP*")]
    for place, text in cases("835", damage):
        near = {sum(start <= at for start in starts) - 1 for at in (place - 1, place, place + 1)}
        far = [each for number, each in enumerate(sound) if number not in near]
        found = [bare(each) for each in given(text)[0]]

        assert [each for each in far if each not in found] == [], (place, segments[place])


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_ends_anywhere_gives_whole_answers_only(name: str) -> None:
    """A transaction without its SE gives none, and the end is said."""
    text = FILES[name]
    whole = [bare(each) for each in given(text)[0]]
    for cut in range(0, len(text.rstrip()) - 1, 7):
        found, is_said = given(text[:cut])

        assert [bare(each) for each in found] == whole[: len(found)]
        assert is_said or cut == 0 or len(found) == len(whole)
