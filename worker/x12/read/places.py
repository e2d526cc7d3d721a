"""The loops of a guide as reading meets them: what each segment means in each, and which loop it opens."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Final

from schemas.claim import ClaimKind
from worker.x12.layout.institutional import INSTITUTIONAL
from worker.x12.layout.kinds import Numbers
from worker.x12.layout.loops import Loop, PatientRow, keys_of, row_of
from worker.x12.layout.parties import BILLING_LEVEL, HEADER, PATIENT_LEVEL, SUBSCRIBER_LEVEL
from worker.x12.layout.professional import PROFESSIONAL
from worker.x12.layout.rows import Row
from worker.x12.layout.structure import CLAIM_LOOP, LoopUse, SegmentUse, loops_of
from worker.x12.read.elements import SegmentElements

_UNLIMITED: Final = 1_000_000
_MOST_KEYS: Final = 100
"""More than any segment has qualifiers."""
_LAYOUT: Final = MappingProxyType({ClaimKind.PROFESSIONAL: PROFESSIONAL, ClaimKind.INSTITUTIONAL: INSTITUTIONAL})
_LEVELS: Final = MappingProxyType({"20": "2000A", "22": "2000B", "23": "2000C"})
QUALIFIED: Final = frozenset({"REF", "DTP", "NM1", "PRV", "PER", "AMT", "NTE", "CRC", "QTY", "PWK"})
"""The identifiers whose first element distinguishes their rows."""

_OPENING: Final = frozenset({"NM1", "LX", "SBR", "LIN", "SVD", "LQ"})
"""The identifiers that open a loop, also one that the guide does not have there."""

_QUALIFIED_IN_RESPONSES: Final = QUALIFIED | {"DTM", "N1", "LQ"}

OWNERS: Final = frozenset({"2010AA", "2010BA", "2010BB", "2010CA"})
"""The loops that say whose claim it is: billing provider, subscriber, payer, patient."""


@dataclass(frozen=True, slots=True)
class SegmentPlace:
    """The role of a segment in a loop.

    Attributes:
        index: Which segment of the loop it is, by the guide; -1 for one that the guide does not have there.
        rank: Its place in the order.
        most: How often it may occur.
        elements: What the guide says of its elements.
        row: What it is in the message, if anything.
        depth: How many parts are around the part that it is read into.
        turn: Its place in the order in which segments are written.
        is_list: Whether several with this turn are written in another order than they came: some by name, then others.
    """

    index: int
    rank: int
    most: int
    elements: SegmentElements | None
    row: Row | None
    depth: int
    turn: int
    is_list: bool = False


@dataclass(slots=True, eq=False)
class Place:
    """A loop with all that segments can mean there.

    Attributes:
        name: The loop by its number in the guide.
        depth: How many loops are around it.
        around: The loop around it.
        steps: What each key is in this loop.
        opener_key: The key of the segment that opens it.
        openers: The loop that each key opens from here, and what the opening segment is in it: a loop inside, or one
            beside a loop that is around.
        size: How many segments the guide has in this loop.
        required: The index and key of each required segment.
        needs_of_patient: The same of each segment that is required when the subscriber is the patient.
        required_loops: The required loops inside.
        rank: Its place among the loops beside it; those that are in no order share it.
        turn: Its place in the order in which they are written.
        most: How often it may occur.
        path: The member that it is in the message; None when the message does not know it.
        each: Whether that member is a list.
    """

    name: str
    depth: int
    around: "Place | None"
    path: str | None
    each: bool = False
    steps: dict[str, SegmentPlace] = field(default_factory=dict)
    opener_key: str = ""
    openers: "dict[str, tuple[Place, SegmentPlace]]" = field(default_factory=dict)
    size: int = 0
    required: tuple[tuple[int, str], ...] = ()
    needs_of_patient: tuple[tuple[int, str], ...] = ()
    required_loops: "tuple[Place, ...]" = ()
    rank: int = 0
    turn: int = 0
    most: int = _UNLIMITED


@dataclass(frozen=True, slots=True)
class Places:
    """Where the walks through one guide begin, and which keys belong where.

    Attributes:
        header: What is before the first HL.
        levels: By HL03.
        claim: Around the loop 2300.
        level_keys: What occurs in levels only; in a claim it is a sign of a lost HL.
        claim_keys: What occurs in claims only; in a level it is a sign of a lost CLM.
        identifiers: Every segment identifier that the guide has.
        hierarchy: The elements of the HL of each level, by HL03.
        qualified: The identifiers whose first element distinguishes their rows.
        opening: The identifiers that open a loop, also one that the guide does not have there.
    """

    header: Place
    levels: dict[str, Place]
    claim: Place
    level_keys: frozenset[str]
    claim_keys: frozenset[str]
    identifiers: frozenset[str]
    hierarchy: dict[str, SegmentElements]
    qualified: frozenset[str] = QUALIFIED
    opening: frozenset[str] = _OPENING


@cache
def places_of(kind: ClaimKind) -> Places:
    """Return the places of a guide."""
    uses = loops_of(kind)
    header = _root(uses["header"], HEADER)
    layouts = {"2000A": BILLING_LEVEL, "2000B": SUBSCRIBER_LEVEL, "2000C": PATIENT_LEVEL}
    levels = {code: _root(uses[name], layouts[name]) for code, name in _LEVELS.items()}
    claim = Place("", 0, None, path="")
    _add_loops(claim, [uses[CLAIM_LOOP]], (_LAYOUT[kind],))
    for place in (header, *levels.values(), claim):
        _inherit(place)
    in_levels = frozenset(key for place in (header, *levels.values()) for key in _keys(place))
    in_claims = frozenset(_keys(claim))
    identifiers = frozenset(key.split("*")[0] for key in in_levels | in_claims)
    return Places(
        header,
        levels,
        claim,
        # An SBR opens 2320 in a claim; one that comes too late for that is the sign of a lost HL.
        level_keys=in_levels - in_claims | {"SBR"},
        claim_keys=in_claims - in_levels,
        identifiers=identifiers,
        hierarchy={code: SegmentElements(uses[name].segments[0]) for code, name in _LEVELS.items()},
    )


def response_places(uses: tuple[LoopUse, ...], layouts: tuple[Loop, ...]) -> tuple[Places, dict[str, Place]]:
    """Return what walks through a payer's answer share, and where each begins, by the name of its loop.

    The header is read from its first segment on; every other loop is opened by its first segment.
    """
    begins: dict[str, Place] = {}
    for use in uses:
        layout = tuple(each for each in layouts if each.name == use.name)
        if use.name == "header":
            begins[use.name] = _root(use, layout[0] if layout else Loop(use.name, ()))
        else:
            begins[use.name] = Place(use.name, 0, None, path="")
            _add_loops(begins[use.name], [use], layout)
        _inherit(begins[use.name])
    identifiers = {each.split("*")[0] for place in begins.values() for each in _keys(place)}
    places = Places(
        begins["header"],
        levels={},
        claim=Place("", 0, None, path=None),
        level_keys=frozenset(),
        claim_keys=frozenset(),
        identifiers=frozenset(identifiers),
        hierarchy={},
        qualified=_QUALIFIED_IN_RESPONSES,
        opening=frozenset({"N1", "SVC", "TRN", "HL"}),
    )
    return places, begins


def _keys(place: Place) -> Iterator[str]:
    yield from place.steps
    for key, (inside, _) in place.openers.items():
        if inside.around is place:
            yield key
            yield from _keys(inside)


def _root(use: LoopUse, layout: Loop) -> Place:
    """A place that no segment opens, or an HL, which is read elsewhere."""
    place = Place(use.name, 0, None, path="")
    _add_steps(place, use.segments if use.name == "header" else use.segments[1:], layout)
    inside = [each for each in use.loops if each.segments[0].identifier != "HL" and each.name != CLAIM_LOOP]
    _add_loops(place, inside, layout.loops)
    return place


def _add_loops(place: Place, uses: list[LoopUse], layouts: tuple[Loop, ...]) -> None:
    required = []
    turn = 0
    for use in uses:
        for key in use.segments[0].keys:
            turn += 1
            layout = next((each for each in layouts if each.name == use.name and each.opener == key), None)
            made, opening = _place(use, key, layout, place)
            made.turn = turn
            place.openers[key] = (made, opening)
            if use.is_required and key == use.segments[0].keys[0]:
                required.append(made)
    place.required_loops = tuple(required)


def _place(use: LoopUse, key: str, layout: Loop | None, around: Place) -> tuple[Place, SegmentPlace]:
    place = Place(
        use.name,
        around.depth + 1,
        around,
        path=None if layout is None else layout.path,
        each=layout is not None and layout.each,
        opener_key=key,
        rank=use.rank,
        most=use.most or _UNLIMITED,
    )
    _add_steps(place, use.segments, layout)
    opening = place.steps[key]
    for each in use.segments[0].keys:
        del place.steps[each]
    _add_loops(place, use.loops, layout.loops if layout else ())
    return place, opening


def _add_steps(place: Place, segments: list[SegmentUse], layout: Loop | None) -> None:
    rows: dict[str, tuple[Row, int]] = {}
    for row in layout.rows if layout else ():
        for key in keys_of(row_of(row)):
            rows.setdefault(key, (row_of(row), 0 if isinstance(row, PatientRow) else place.depth))
    for index, segment in enumerate(segments):
        elements = SegmentElements(segment)
        for turn, key in enumerate(segment.keys, index * _MOST_KEYS):
            read, depth = rows.get(key) or rows.get(segment.identifier) or (None, place.depth)
            is_list = isinstance(read, Numbers)
            at = index * _MOST_KEYS if is_list else turn
            step = SegmentPlace(index, segment.rank, segment.most or _UNLIMITED, elements, read, depth, at, is_list)
            place.steps.setdefault(key, step)
    for key, (extra, depth) in rows.items():
        if key.startswith("HI*"):
            # A list of diagnoses that does not begin with the principal one: wrong, but its meaning is certain.
            place.steps.setdefault(key, SegmentPlace(-1, 0, _UNLIMITED, None, extra, depth, turn=-1))
    place.size = len(segments)
    place.required = tuple((index, each.keys[0]) for index, each in enumerate(segments) if each.is_required)
    place.needs_of_patient = tuple(
        (index, each.keys[0]) for index, each in enumerate(segments) if each.situation == "patient-is-subscriber"
    )


def _inherit(place: Place) -> None:
    """What opens a loop beside one that is around opens it from inside as well; what is nearer goes first."""
    inside = [each for each, _ in place.openers.values() if each.around is place]
    for each in inside:
        for key, other in place.openers.items():
            each.openers.setdefault(key, other)
        _inherit(each)
