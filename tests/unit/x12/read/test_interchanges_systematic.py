"""Whatever one damage does to a file that uses every loop: no claim changes its owner, and none is lost in silence."""

import io
from collections.abc import Iterator
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
ALL = [f"SYN-{place}" for place in range(1, 7)]


@cache
def read(case: DamagedFile) -> list[Read]:
    """What a damaged file comes to."""
    return list(read_837(io.BytesIO(case.text.encode())))


@cache
def every(kind: ClaimKind) -> list[DamagedFile]:
    """All cases of a kind."""
    return list(cases(kind))


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


@pytest.mark.parametrize("kind", KINDS)
def test_a_claim_keeps_its_owner(kind: ClaimKind) -> None:
    """Who came out of the undamaged file comes out of the damaged one, or the claim is refused."""
    owners = {name: owner(document) for name, document in sound(kind).items()}
    wrong = []
    for case in every(kind):
        came = [(number(document), owner(document)) for document in claims(read(case))]
        left = [owners[name] for name in owners if name not in dict(came)]
        wrong += [case.name for name, found in came if found not in ([owners[name]] if name in owners else left)]

    assert wrong == []


@pytest.mark.parametrize("kind", KINDS)
def test_no_claim_is_lost_in_silence(kind: ClaimKind) -> None:
    """Where fewer claims come out than went in, a flaw says that one was not read."""
    silent = []
    for case in every(kind):
        refused = [each for each in read(case) if isinstance(each, SegmentFlaw) and not each.is_passed_over]
        if len(claims(read(case))) < len(ALL) and not refused:
            silent.append(case.name)

    assert silent == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_damage_stays_where_it_is(kind: ClaimKind) -> None:
    """A claim that the damaged segment does not concern comes out as before, or is refused."""
    concerned = _concerned(segments_of(kind))
    changed = []
    for case in every(kind):
        at = int(case.name.split()[2]) - 1
        near = set(concerned[at]) | (
            set(concerned[min(at + 1, len(concerned) - 1)]) if case.damage == "move" else set()
        )
        for document in claims(read(case)):
            name = number(document)
            if name in ALL and name not in near and _content(document) != _content(sound(kind)[name]):
                changed.append((case.name, name))

    assert changed == []


def _content(document: Document) -> Document:
    return {name: value for name, value in document.items() if name != "origin"}


def _concerned(segments: list[str]) -> list[list[str]]:
    """The claims that each segment is about: its own, those of its level, or all."""
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


def _accepted_by_pyx12() -> frozenset[str]:
    return frozenset(ACCEPTED.read_text("utf-8").splitlines())


def _codes(case: DamagedFile) -> Iterator[str]:
    for group in answers_of(read(case)).groups:
        yield from (each.code for each in group.transactions)


@pytest.mark.parametrize("kind", KINDS)
def test_the_999_accepts_nothing_that_pyx12_rejects(kind: ClaimKind) -> None:
    """IK501 is A only where pyx12 finds nothing either, but for the reasons of `WE_ACCEPT`."""
    accepted = _accepted_by_pyx12()

    taken = {case.name for case in every(kind) if set(_codes(case)) == {"A"} and case.name not in accepted}

    assert {name for name in taken if not _is_reasoned(name, WE_ACCEPT)} == set()


@pytest.mark.parametrize("kind", KINDS)
def test_what_pyx12_accepts_and_we_do_not_has_a_reason(kind: ClaimKind) -> None:
    """A false refusal is as bad as a miss: each is of a kind that `WE_DO_NOT` gives the guide's words for."""
    accepted = _accepted_by_pyx12()

    refused = {case.name for case in every(kind) if set(_codes(case)) != {"A"} and case.name in accepted}

    assert {name for name in refused if not _is_reasoned(name, WE_DO_NOT)} == set()


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
