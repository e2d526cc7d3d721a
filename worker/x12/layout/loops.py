"""A loop of the 837: how it opens, where it is in the message, which segments and loops are in it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from worker.x12.layout.rows import Row


@dataclass(frozen=True, slots=True)
class PatientRow:
    """A row of what is said of the patient: at the level of the subscriber, or of the dependent where there is one.

    Its values are at the top of the message, whatever loop it is in.
    """

    row: Row


@dataclass(frozen=True, slots=True)
class Loop:
    """One loop, its segments and loops in the order of the implementation guide.

    Attributes:
        name: As the guide numbers it.
        rows: The first one opens the loop, unless a hierarchical level does.
        path: The member that the loop is, of the part of the loop around it; empty where it adds to that part. A
            leading slash counts from the top of the message.
        each: Whether the member is a list with one part for each time the loop occurs.
        loops: The loops inside.
        order: The identifiers of its segments in the guide's order, where some of them have no row.
    """

    name: str
    rows: tuple[Row | PatientRow, ...]
    path: str = ""
    each: bool = False
    loops: "tuple[Loop, ...]" = ()
    order: str = ""

    @property
    def opener(self) -> str:
        """The key of the row that opens it."""
        return row_of(self.rows[0]).key


def row_of(row: Row | PatientRow) -> Row:
    """Return the row, wherever its values are."""
    return row.row if isinstance(row, PatientRow) else row


@dataclass(slots=True)
class LoopRows:
    """A loop with all that its segments can mean there.

    Attributes:
        loop: The loop.
        depth: How many loops are around it.
        rows: The row of each key, with the depth of the part that it reads into.
        openers: The loop that each key opens from here: one inside, or one beside a loop that is around.
    """

    loop: Loop
    depth: int
    rows: dict[str, tuple[Row, int]] = field(default_factory=dict)
    openers: "dict[str, LoopRows]" = field(default_factory=dict)


def place_of(loop: Loop, around: LoopRows | None = None) -> LoopRows:
    """Work out a loop and all loops inside for reading."""
    depth = 0 if around is None else around.depth + 1
    place = LoopRows(loop, depth)
    # The row that opens a loop is met through the openers of the loop around it.
    for row in loop.rows if around is None else loop.rows[1:]:
        for key in keys_of(row_of(row)):
            place.rows[key] = (row_of(row), 0 if isinstance(row, PatientRow) else depth)
    inside = [place_of(each, place) for each in loop.loops]
    for each in inside:
        place.openers[each.loop.opener] = each
    for each in inside:
        _inherit(each, place.openers)
    return place


def _inherit(place: LoopRows, openers: dict[str, LoopRows]) -> None:
    """What opens a loop beside one that is around opens it from inside as well; what is nearer goes first."""
    inside = [each for each in place.openers.values() if each.depth == place.depth + 1]
    for key, each in openers.items():
        place.openers.setdefault(key, each)
    for each in inside:
        _inherit(each, openers)


def keys_of(row: Row) -> Iterator[str]:
    """The keys that a row answers to; HI segments of a kind have several qualifiers."""
    qualifiers = getattr(row, "qualifiers", None)
    if qualifiers:
        yield from (f"HI*{each}" for each in qualifiers)
    else:
        yield row.key
