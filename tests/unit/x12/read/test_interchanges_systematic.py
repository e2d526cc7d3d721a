"""Whatever one damage does to a file that uses every loop: no claim changes its owner, and none is lost in silence."""

import io
from collections.abc import Callable
from functools import cache
from itertools import pairwise

import pytest

from schemas.claim import ClaimKind
from tests.unit.x12.full import file_of, segments_of
from tests.unit.x12.owners import Document, claims, number, owner
from tests.unit.x12.systematic import ACCEPTED, DamagedFile, cases
from worker.x12.answer.ack_999 import answers_of
from worker.x12.read.events import Read, SegmentFlaw
from worker.x12.read.interchanges import read_837

KINDS = list(ClaimKind)
DAMAGES = ("delete", "double", "move", "control", "misspell", "empty")
ALL = [f"SYN-{place}" for place in range(1, 7)]


@cache
def every(kind: ClaimKind) -> dict[str, list[DamagedFile]]:
    """All cases of a kind, by their damage; an empty element is one damage wherever it is."""
    found: dict[str, list[DamagedFile]] = {}
    for case in cases(kind):
        found.setdefault(case.damage.partition("-")[0], []).append(case)
    return found


@cache
def sound(kind: ClaimKind) -> dict[str, Document]:
    """The claims of the file without damage."""
    text = file_of(segments_of(kind), kind)
    return {number(each): each for each in claims(list(read_837(io.BytesIO(text.encode()))))}


@pytest.mark.parametrize("kind", KINDS)
def test_the_full_file_is_sound(kind: ClaimKind) -> None:
    """Else the damage would not be what is found."""
    text = file_of(segments_of(kind), kind)

    reads = list(read_837(io.BytesIO(text.encode())))

    assert [each for each in reads if isinstance(each, SegmentFlaw)] == []
    assert list(sound(kind)) == ALL
    assert len({owner(each) for each in sound(kind).values()}) == 5


@pytest.mark.parametrize("step", [pytest.param(1, id="all", marks=pytest.mark.whole), pytest.param(4, id="a fourth")])
@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_each_damaged_file_is_read_and_answered_as_it_should_be(kind: ClaimKind, damage: str, step: int) -> None:
    """Each file is read once, and every rule below is asked about what was read."""
    broken: dict[str, list[str]] = {}
    for case in every(kind)[damage][::step]:
        reads = list(read_837(io.BytesIO(case.text.encode())))
        for rule in RULES:
            if not rule(case, reads):
                broken.setdefault(rule.__name__, []).append(case.name)

    assert broken == {}


@pytest.mark.parametrize("kind", KINDS)
def test_no_damage_is_left_out(kind: ClaimKind) -> None:
    """Else one that is added is not read by the test above."""
    assert list(every(kind)) == list(DAMAGES)


def each_claim_keeps_its_owner(case: DamagedFile, reads: list[Read]) -> bool:
    """Who came out of the undamaged file comes out of the damaged one, or the claim is refused."""
    owners = {name: owner(document) for name, document in sound(case.kind).items()}
    came = [(number(document), owner(document)) for document in claims(reads)]
    left = [owners[name] for name in owners if name not in dict(came)]
    return all(found in ([owners[name]] if name in owners else left) for name, found in came)


def no_claim_is_lost_in_silence(_case: DamagedFile, reads: list[Read]) -> bool:
    """Where fewer claims come out than went in, a flaw says that one was not read."""
    refused = [each for each in reads if isinstance(each, SegmentFlaw) and not each.is_passed_over]
    return len(claims(reads)) >= len(ALL) or bool(refused)


def a_damage_stays_where_it_is(case: DamagedFile, reads: list[Read]) -> bool:
    """A claim that the damaged segment does not concern comes out as before, or is refused."""
    concerned = _concerned(case.kind)
    at = int(case.name.split()[2]) - 1
    near = set(concerned[at]) | (set(concerned[min(at + 1, len(concerned) - 1)]) if case.damage == "move" else set())
    return all(
        _content(document) == _content(sound(case.kind)[name])
        for document in claims(reads)
        if (name := number(document)) in ALL and name not in near
    )


def the_999_accepts_nothing_that_pyx12_rejects(case: DamagedFile, reads: list[Read]) -> bool:
    """IK501 is A only where pyx12 finds nothing either, but for the reasons of `WE_ACCEPT`."""
    return not _is_accepted(reads) or case.name in _accepted_by_pyx12() or _is_reasoned(case.name, WE_ACCEPT)


def what_pyx12_accepts_and_we_do_not_has_a_reason(case: DamagedFile, reads: list[Read]) -> bool:
    """A false refusal is as bad as a miss: each is of a kind that `WE_DO_NOT` gives the guide's words for."""
    return _is_accepted(reads) or case.name not in _accepted_by_pyx12() or _is_reasoned(case.name, WE_DO_NOT)


RULES: tuple[Callable[[DamagedFile, list[Read]], bool], ...] = (
    each_claim_keeps_its_owner,
    no_claim_is_lost_in_silence,
    a_damage_stays_where_it_is,
    the_999_accepts_nothing_that_pyx12_rejects,
    what_pyx12_accepts_and_we_do_not_has_a_reason,
)


def _content(document: Document) -> Document:
    return {name: value for name, value in document.items() if name != "origin"}


@cache
def _concerned(kind: ClaimKind) -> list[list[str]]:
    """The claims that each segment is about: its own, those of its level, or all."""
    segments = segments_of(kind)
    spans: dict[str, list[tuple[int, int]]] = {}
    starts = [place for place, each in enumerate(segments) if each.startswith(("HL*", "CLM*"))] + [len(segments)]
    open_levels: dict[str, tuple[int, int]] = {"": (0, starts[0])}
    for start, end in pairwise(starts):
        elements = segments[start].split("*")
        if elements[0] == "HL":
            code = elements[3]
            open_levels = {key: span for key, span in open_levels.items() if key < code}
            open_levels[code] = (start, end)
        else:
            spans[elements[1]] = [*open_levels.values(), (start, end)]
    return [
        [name for name, ranges in spans.items() if any(start <= place < end for start, end in ranges)]
        for place in range(len(segments))
    ]


@cache
def _accepted_by_pyx12() -> frozenset[str]:
    return frozenset(ACCEPTED.read_text("utf-8").splitlines())


def _is_accepted(reads: list[Read]) -> bool:
    return {each.code for group in answers_of(reads).groups for each in group.transactions} == {"A"}


def _is_reasoned(name: str, reasons: dict[str, str]) -> bool:
    kind, damage, place, identifier = name.split()
    return any(key in {f"{damage} {identifier}", f"{kind} {damage} {place}"} for key in reasons)


WE_ACCEPT: dict[str, str] = {}
"""Damages that pyx12 rejects and we do not: the damage with its segment, and why. There is none."""

_OF_PATIENT = "the guide requires it in 2010BA when the subscriber is the patient; pyx12 has no situations"
_CLOSED = "the first of the two loops lacks what it requires; pyx12 asks only a loop that another one follows"
WE_DO_NOT: dict[str, str] = {
    **{f"delete {identifier}": _OF_PATIENT for identifier in ("N3", "N4", "DMG")},
    **{f"double {identifier}": _CLOSED for identifier in ("CLM", "SBR", "NM1", "SVD", "LQ", "LX")},
}
"""Damages that pyx12 accepts and we do not, and why."""
