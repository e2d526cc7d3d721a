"""Walks the loops of an 837: each segment is read by the row that it has at the place that reading has come to.

What the guide does not allow is noted, with what a 999 says of it. What is read all the same is certain in its meaning;
what is not is kept as it came. A walk ends where nobody can say any more what belongs where: it is then lost.
"""

from typing import Any, Final

from worker.x12.layout.rows import Extent, Json
from worker.x12.read.elements import unreadable
from worker.x12.read.events import ElementFlaw
from worker.x12.read.notes import (
    LOOP_TOO_OFTEN,
    MISSING,
    OUT_OF_ORDER,
    TOO_OFTEN,
    UNEXPECTED,
    UNKNOWN,
    WRONG_ELEMENTS,
    Loss,
    Note,
    SharedPart,
)
from worker.x12.read.places import OWNERS, QUALIFIED, Place, Places, SegmentPlace
from worker.x12.read.segments import Segment

_SELF: Final = "18"
"""SBR02: the patient is the subscriber."""

_LINES: Final = "2400"
"""A claim without a line is not whole: its lines are elsewhere in the file, or lost."""

_IDENTITY: Final = frozenset({2, 3, 8, 9})
"""The elements of an NM1 that say who it is."""


def key_of(elements: list[str], component: str, qualified: frozenset[str] = QUALIFIED) -> str:
    """Return the key of a segment: its identifier, with the qualifier where that distinguishes its rows."""
    identifier = elements[0]
    if identifier in qualified and len(elements) > 1:
        return f"{identifier}*{elements[1]}"
    if identifier == "HI" and len(elements) > 1:
        return f"HI*{elements[1].partition(component)[0]}"
    return identifier


class _Frame:
    """A loop that is open: how often each of its segments and loops occurred, and how far its order has come.

    Attributes:
        keys: Of its segments, and of those that opened a loop inside, as they came.
        turn: How far its segments have come in the order in which they are written.
        loop_turn: The same of the loops inside.
        is_in_order: Whether all came in that order.
    """

    __slots__ = (
        "counts",
        "is_in_order",
        "keys",
        "loop_rank",
        "loop_turn",
        "loops",
        "opened",
        "place",
        "rank",
        "target",
        "turn",
    )

    def __init__(self, place: Place, target: Json | None) -> None:
        self.place = place
        self.target = target
        self.counts = [0] * place.size
        self.rank = self.loop_rank = 0
        self.loops: dict[str, int] = {}
        self.opened: set[Place] = set()
        self.keys: list[str] = []
        self.turn = self.loop_turn = 0
        self.is_in_order = True


class Walk:
    """Where reading is among the loops.

    Attributes:
        lost: Why nobody can say any more whose content this is; None as long as it is certain.
        stray: The first segment that belongs in a level or in a claim, and is in the other.
    """

    __slots__ = (
        "_frames",
        "_is_claim",
        "_is_muted",
        "_is_passing",
        "_names",
        "_places",
        "_qualified",
        "lost",
        "part",
        "stray",
    )

    def __init__(self, place: Place, part: SharedPart, places: Places) -> None:
        self.part = part
        self.lost: Loss | None = None
        self.stray: Segment | None = None
        self._places = places
        self._qualified = places.qualified
        self._is_claim = place is places.claim
        self._frames = [_Frame(place, part.values)]
        self._names = [place.name]
        self._is_muted = self._is_passing = False

    @property
    def loop(self) -> str:
        """The loop that reading is in; empty when it has ended."""
        return self._frames[-1].place.name if self._frames else ""

    def read(self, segment: Segment, component: str) -> None:
        """Read one segment into the part, or keep it as it is."""
        elements = segment.elements
        identifier = elements[0]
        key = key_of(elements, component, self._qualified)
        frame = self._frames[-1]
        place = frame.place
        step = place.steps.get(key) or place.steps.get(identifier)
        if step is None or self._is_passing:
            self._turn(segment, key, component)
            return
        frame.keys.append(key)
        if step.turn <= frame.turn and (step.turn < frame.turn or step.is_list):
            frame.is_in_order = False
        frame.turn = step.turn
        index = step.index
        if index < 0:
            self._note(segment, UNEXPECTED)
        else:
            if step.rank >= frame.rank:
                frame.rank = step.rank
            else:
                self._note(segment, OUT_OF_ORDER)
            count = frame.counts[index] = frame.counts[index] + 1
            if count > step.most:
                self._note(segment, TOO_OFTEN)
                self._keep(segment, component)
                return
        self._take(step, segment, component)

    def _take(self, step: SegmentPlace, segment: Segment, component: str) -> None:
        elements = segment.elements
        if step.elements is not None and (flaws := step.elements.flaws(elements, component)):
            note = self._note(segment, WRONG_ELEMENTS, flaws)
            if elements[0] == "NM1" and self.loop in OWNERS and any(each.place in _IDENTITY for each in flaws):
                self._lose(note, "who it is about is not said")
        row, target = step.row, self._frames[step.depth].target
        if row is None or target is None or self._is_muted:
            if elements[0] != "BHT":  # it is in the origin of the claim
                self._keep(segment, component)
        elif (fate := row.read(elements, target, component)) != "whole":
            self._keep(segment, component, fate)

    def _turn(self, segment: Segment, key: str, component: str) -> None:
        """Go on with a segment that the loop does not have: one that opens another loop, or is out of place."""
        openers = self._frames[-1].place.openers
        found = openers.get(key) or openers.get(segment.elements[0])
        if found is None:
            self._pass_over(segment, key)
        elif self._open(*found, segment):
            self._take(found[1], segment, component)
            return
        self._frames[-1].keys.append(key)
        self._keep(segment, component)

    def _open(self, place: Place, opening: SegmentPlace, segment: Segment) -> bool:
        """Go to a loop; false if it comes too late or too often."""
        self._close(place.depth, segment)
        self._is_muted = self._is_passing = False
        around = self._frames[-1]
        if place.rank < around.loop_rank:
            note = self._note_at(segment, place.name, OUT_OF_ORDER)
            self._lose(note, f"loop {place.name} comes after a later one")
            self._stray(segment, place.opener_key)
            self._is_passing = True
            return False
        around.loop_rank = place.rank
        count = around.loops[place.name] = around.loops.get(place.name, 0) + 1
        if count > place.most:
            note = self._note_at(segment, place.name, LOOP_TOO_OFTEN)
            if place.name in OWNERS:
                self._lose(note, f"loop {place.name} is there twice")
            if not place.each:
                self._is_passing = True
                return False
        around.keys.append(place.opener_key)
        if place.turn < around.loop_turn:
            around.is_in_order = False
        around.loop_turn = place.turn
        target = None if opening.row is None else self._target(place, around)
        frame = _Frame(place, target)
        frame.counts[0] = 1
        frame.keys.append(place.opener_key)
        self._frames.append(frame)
        if target is not None:
            held = around.target.get(place.path or "", ()) if place.each and around.target else ()
            self._names[place.depth :] = [f"{place.name}[{len(held)}]" if place.each else place.name]
        return True

    def _target(self, place: Place, around: _Frame) -> Json | None:
        """The part of the message that a loop is; None for one that the message has no place for."""
        path, outer = place.path, around.target
        if path is None or outer is None:
            return None
        if place.each:
            outer.setdefault(path, []).append({})
            added: Json = outer[path][-1]
            return added
        if place in around.opened:
            return None
        around.opened.add(place)
        if path.startswith("/"):
            outer, path = self.part.values, path[1:]
        found: Json = outer.setdefault(path, {}) if path else outer
        return found

    def _close(self, depth: int, segment: Segment) -> None:
        """Leave the loops at a depth and below, and note what they lack."""
        while len(self._frames) > depth:
            frame = self._frames.pop()
            if not frame.is_in_order and frame.target is not None:
                self.part.order.append({"loop": self._name(len(self._frames)), "segments": frame.keys})
            self._note_lacks(frame, segment)

    def _note_lacks(self, frame: _Frame, segment: Segment) -> None:
        place = frame.place
        for index, key in place.required:
            if not frame.counts[index]:
                self._lack(segment, key, place.name)
        if place.needs_of_patient and self._is_subscriber_patient():
            for index, key in place.needs_of_patient:
                if not frame.counts[index]:
                    self._lack(segment, key, place.name)
        for inside in place.required_loops:
            if inside.name not in frame.loops:
                note = self._lack(segment, inside.opener_key, inside.name)
                if inside.name in OWNERS or inside.name == _LINES:
                    self._lose(note, f"loop {inside.name} is missing")

    def finish(self, segment: Segment) -> None:
        """Leave all loops, because a segment begins something else."""
        self._close(0, segment)

    def _is_subscriber_patient(self) -> bool:
        subscriber = self.part.values.get("subscriber", {})
        return bool(subscriber.get("relationshipToSubscriberCode") == _SELF)

    def _lack(self, segment: Segment, key: str, loop: str) -> Note:
        return self.part.note(Note(segment.number, key.split("*", maxsplit=1)[0], loop, MISSING))

    def _name(self, depth: int) -> str:
        """The loops that are open, down to a depth, as the message names them."""
        return ".".join(filter(None, self._names[: depth + 1]))

    def is_spoiled_by(self, segment: Segment, component: str) -> bool:
        """Note a segment that holds an unreadable byte; true if it may have been one that says whose claim it is."""
        elements = segment.elements
        key = key_of(elements, component, self._qualified)
        step = self._frames[-1].place.steps.get(key)
        if step is None or step.index < 0:
            self._note(segment, WRONG_ELEMENTS)
            return True
        self._frames[-1].counts[step.index] += 1
        self._note(segment, WRONG_ELEMENTS, tuple(unreadable(elements)))
        self._frames[-1].keys.append(key)
        self._keep(segment, component)
        return False

    def _pass_over(self, segment: Segment, key: str) -> None:
        """Note a segment that fits nowhere from here, and go no further with what may belong to it."""
        identifier = segment.elements[0]
        # PAT01, how the patient is related to the subscriber, is sent in a level of the patient's own only.
        if identifier == "PAT" and any(segment.elements[1:2]) and not self._is_claim:
            self._lose(self._note(segment, UNEXPECTED), "a patient who is not the subscriber has no level")
            return
        if self._is_passing and identifier not in self._places.opening:
            self._stray(segment, key)
            return
        if identifier not in self._places.identifiers:
            self._note(segment, UNKNOWN)
            # It may have opened a loop: what follows is not taken for a part of the loop before.
            self._is_muted = True
            return
        if any(key in frame.place.steps for frame in self._frames[:-1]):
            note = self._note(segment, OUT_OF_ORDER)
            if self._is_claim:
                self._lose(note, f"{identifier} comes after the loop that it belongs to")
        else:
            note = self._note(segment, UNEXPECTED)
        self._stray(segment, key)
        if identifier in self._places.opening:
            self._is_passing = True
            if not self._is_claim and key in self._places.level_keys:
                self._lose(note, "what belongs in another level is in this one")

    def _stray(self, segment: Segment, key: str) -> None:
        others = self._places.level_keys if self._is_claim else self._places.claim_keys
        if self.stray is None and key in others:
            self.stray = segment

    def _lose(self, note: Note, reason: str) -> None:
        if self.lost is None:
            self.lost = Loss(note, reason)

    def _note(self, segment: Segment, code: str, elements: tuple[ElementFlaw, ...] = ()) -> Note:
        return self.part.note(Note(segment.number, segment.elements[0], self.loop, code, elements))

    def _note_at(self, segment: Segment, loop: str, code: str) -> Note:
        return self.part.note(Note(segment.number, segment.elements[0], loop, code))

    def _keep(self, segment: Segment, component: str, fate: Extent = "none") -> None:
        elements: list[Any] = [each.split(component) if component in each else each for each in segment.elements]
        if fate == "none":
            self._frames[-1].is_in_order = False
        kept = {"segment": segment.number, "loop": self._name(len(self._names)), "elements": elements}
        self.part.unmapped.append(kept | {"isInPart": True} if fate == "part" else kept)
