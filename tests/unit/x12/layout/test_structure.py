"""The tables of the two guides are held against the maps of pyx12: the usage of each segment, element and component."""

from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple
from xml.etree import ElementTree as ET  # the maps are part of an installed package

import pytest
import pyx12

from schemas.claim import ClaimKind
from worker.x12.layout.structure import SegmentUse, loops_of

_MAPS: Final = MappingProxyType(
    {
        ClaimKind.PROFESSIONAL: "837.5010.X222.A1.xml",
        ClaimKind.INSTITUTIONAL: "837Q3.I.5010.X223.A1.v2.xml",
    }
)
_ENVELOPE: Final = frozenset({"ISA", "GS", "ST", "SE", "GE", "IEA", "TA1"})
OTHERWISE: Final = {
    ("2010BA NM1*IL", 8, None): "NM108 and NM109 belong to persons (RFI 1990)",
    ("2010BA NM1*IL", 9, None): "likewise",
}
"""Elements that the maps require and the table does not."""


class MapElement(NamedTuple):
    """An element of a map, or a component: its segment, its place in it, whether it is required."""

    segment: str
    place: int
    component: int | None
    is_required: bool


def of_map(kind: ClaimKind) -> tuple[dict[str, bool], list[MapElement]]:
    """Return whether each segment of a map is required, by loop and key, and all elements."""
    segments: dict[str, bool] = {}
    elements: list[MapElement] = []
    tree = ET.parse(Path(pyx12.__file__).parent / "map" / _MAPS[kind])  # noqa: S314 - see the import
    for loop, segment in _segments(tree.getroot(), ""):
        identifier = _said(segment, "xid")
        if identifier in _ENVELOPE:
            continue
        use = _use(kind, loop, identifier, segment)
        name = f"{loop} {use.keys[0]}"
        segments[name] = _said(segment, "usage") == "R"
        elements += _elements(segment, name)
    return segments, elements


def _said(node: ET.Element, name: str) -> str:
    return node.get(name) or node.findtext(name) or ""


def _segments(node: ET.Element, loop: str) -> Iterator[tuple[str, ET.Element]]:
    for each in node:
        if each.tag == "loop":
            inside = _said(each, "xid")
            yield from _segments(each, {"ST_LOOP": "header", "HEADER": "header"}.get(inside, inside))
        elif each.tag == "segment":
            yield loop, each


def _use(kind: ClaimKind, loop: str, identifier: str, segment: ET.Element) -> SegmentUse:
    """Return the row of the table: the one whose qualifiers are the codes of the first element of the map."""
    first = {code.text for node in segment if _place(node) == 1 for code in node.iter("code")}
    found = [each for each in loops_of(kind)[loop].segments if each.identifier == identifier]
    alike = [each for each in found if set(each.qualifiers) and set(each.qualifiers) == first]
    named = [each for each in found if set(each.qualifiers) & first]
    return next(iter([*alike, *[each for each in found if not each.qualifiers], *named]))


def _place(node: ET.Element) -> int:
    return int(_said(node, "seq") or 0) if node.tag in {"element", "composite"} else 0


def _elements(segment: ET.Element, name: str) -> Iterator[MapElement]:
    for node in segment:
        if place := _place(node):
            yield MapElement(name, place, None, _said(node, "usage") == "R")
            for part in node.findall("element") if node.tag == "composite" else ():
                yield MapElement(name, place, _place(part), _said(part, "usage") == "R")


@pytest.mark.parametrize("kind", ClaimKind)
def test_each_segment_has_the_usage_of_the_map(kind: ClaimKind) -> None:
    """Required or not."""
    expected, _ = of_map(kind)

    uses = {f"{name} {each.keys[0]}": each for name, loop in loops_of(kind).items() for each in loop.segments}
    assert {name: uses[name].is_required for name in expected} == expected


@pytest.mark.parametrize("kind", ClaimKind)
def test_each_element_has_the_usage_of_the_map(kind: ClaimKind) -> None:
    """Required or not, but for the qualifier by which a segment is known: the table has it in its key."""
    _, elements = of_map(kind)
    uses = {
        (f"{name} {segment.keys[0]}", each.place, each.component): each.is_required
        for name, loop in loops_of(kind).items()
        for segment in loop.segments
        for each in segment.elements
    }

    required = [each for each in elements if each.is_required]
    lacks = [
        each[:3]
        for each in required
        if not uses.get(each[:3], each.place == 1 and "*" in each.segment) and each[:3] not in OTHERWISE
    ]
    more = [each[:3] for each in elements if not each.is_required and uses.get(each[:3])]
    assert len(required) > 1000
    assert (lacks, more) == ([], [])
