"""Adds up a comparison in cells that a browser can filter, and makes the page of it.

A claim that flips is marked; its charge counts once in every table but that of the edits, where it counts for each edit
that says otherwise.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from heapq import heappush, heappushpop
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from worker.analysis.charts import stacked, tile
from worker.analysis.page import Breakdown, Page, PageColumn, PageSection, PageTable
from worker.analysis.report import HELD, PENDED, SCRUBBED
from worker.edits.edit import AnyEdit
from worker.pipeline.comparison import ClaimDifference, FindingChange
from worker.wording.counts import counted

COSTLIEST: Final = 50
MOST_CLAIMS: Final = 5_000
"""Claims that flip of which a page has a row: more would make one that opens slowly."""

_GOES: Final = ("as before", "held now", "scrubbed now", "held otherwise")
_AS_BEFORE, _HELD_NOW, _SCRUBBED_NOW, _HELD_OTHERWISE = range(4)
_COLORS: Final = MappingProxyType(dict(zip(_GOES[1:], (HELD, SCRUBBED, PENDED), strict=True)))
_SAME: Final = "as before"
_OTHER_FINDINGS: Final = "as before, with other findings"
_BANDS: Final = ("no charge", "under $100", "$100 to $1,000", "$1,000 to $10,000", "$10,000 and more")
_BOUNDS: Final = (100_00, 1_000_00, 10_000_00)
_TILES: Final = (
    tile("Compared", "all", "{claims} claims"),
    tile("Flip", "marked", "{claims} claims, {share} of what was compared", "held"),
    tile("Held now", _HELD_NOW, "{claims} claims that were scrubbed before", "rejected"),
    tile("Scrubbed now", _SCRUBBED_NOW, "{claims} claims that were held before"),
    tile("Held otherwise", _HELD_OTHERWISE, "{claims} claims, rejected instead of pended, or the like", "pended"),
)
_OF_EDITS: Final = (
    ("edit", "text", "edit"),
    ("what it finds", "text", "about"),
    ("how it differs", "text", "change"),
    ("claims", "count", "claims"),
    ("flips", "count", "markedClaims"),
    ("charges of flips", "money", "markedCents"),
)
_OF_OTHERS: Final = (
    ("claims", "count", "claims"),
    ("charges", "money", "cents"),
    ("flips", "count", "markedClaims"),
    ("charges of flips", "money", "markedCents"),
    ("of charges", "share", "share"),
)
_OF_CLAIMS: Final = (
    ("claim", "text", "claim"),
    ("charge", "money", "cents"),
    ("before", "text", "before"),
    ("after", "text", "after"),
    ("payer profile", "text", "profile"),
    ("why", "text", "why"),
)
_REVEALED: Final = (("patient control number", "text", "controlNumber"),)
_TITLES: Final = MappingProxyType(
    {
        "edit": "edit, and how it differs",
        "payer": "payer profile",
        "direction": "from and to",
        "goes": "where it goes",
        "charge": "charge of the claim",
    }
)


class ComparedSide(NamedTuple):
    """A configuration: its name, and the digests by which outcomes name it."""

    name: str
    ruleset: str
    reference: str


class EditChange(NamedTuple):
    """How an edit speaks of a claim otherwise; of each claim there is one for an edit."""

    edit: str
    change: str


class _CellPlace(NamedTuple):
    """What claims are told apart by: all that a filter can choose, but the edits."""

    goes: int
    direction: str
    payer: str
    charge: int


class _FlippedClaim(NamedTuple):
    """A claim that flips, by its charge in cents (-1 for none), and among equal ones the first one first."""

    cents: int
    order: int
    claim: str
    control_number: str
    place: _CellPlace
    difference: ClaimDifference
    changes: tuple[EditChange, ...]


class ComparisonFigures:
    """Adds up compared claims; it grows with the ways in which they differ, and not with their number.

    Args:
        reveal: Whether the page is to have patient control numbers.
    """

    def __init__(self, *, reveal: bool = False) -> None:
        self._reveals = reveal
        self.claims = 0
        self.flips = 0
        self.differing = 0
        self.uncharged = 0
        self._cells: dict[_CellPlace, list[int]] = defaultdict(lambda: [0, 0])
        self._edits: dict[tuple[EditChange, _CellPlace], list[int]] = defaultdict(lambda: [0, 0])
        self._costliest: dict[tuple[EditChange | None, _CellPlace], list[_FlippedClaim]] = defaultdict(list)

    def add(
        self, claim: str, payer: str, charge: Decimal | None, difference: ClaimDifference | None, number: str = ""
    ) -> None:
        """Count a claim.

        Args:
            claim: Where it is, in words.
            payer: Its payer profile.
            charge: Its total charge in dollars; None when it cannot be read.
            difference: How its verdicts differ; None when they do not.
            number: Its patient control number, where it is to be revealed.
        """
        cents = None if charge is None else int(charge * 100)
        place = _place(payer, cents, difference)
        self.claims += 1
        _count(self._cells[place], cents)
        if difference is None:
            return
        self.differing += 1
        changes = _changes(difference)
        for each in changes:
            _count(self._edits[each, place], cents)
        if not difference.is_flip:
            return
        self.flips += 1
        self.uncharged += cents is None
        kept = _FlippedClaim(-1 if cents is None else cents, -self.claims, claim, number, place, difference, changes)
        # The costliest of each cell are those of every choice of cells.
        for change in changes or (None,):
            held = self._costliest[change, place]
            (heappushpop if len(held) == COSTLIEST else heappush)(held, kept)

    @property
    def charges(self) -> Decimal:
        """The charges of the claims that flip, in dollars."""
        return Decimal(sum(cents for place, (_, cents) in self._cells.items() if place.goes != _AS_BEFORE)) / 100

    @property
    def edits(self) -> frozenset[str]:
        """The ids of the edits that say otherwise."""
        return frozenset(change.edit for change, _ in self._edits)

    @property
    def flipped(self) -> int:
        """Of how many claims that flip a page could have a row."""
        return len(self._kept())

    def as_json(self, catalogue: Mapping[str, AnyEdit]) -> dict[str, Any]:  # any JSON object
        """Return what the page's filters work on, and how it is shown."""
        changes = sorted({change for change, _ in self._edits})
        keys: dict[str, list[Any]] = {  # any: the keys of a dimension, in their order
            "edit": changes,
            "payer": sorted({place.payer for place in self._cells}),
            "direction": sorted({place.direction for place in self._cells}),
            "goes": list(range(len(_GOES))),
            "charge": sorted({place.charge for place in self._cells}),
        }
        places = {name: {key: number for number, key in enumerate(each)} for name, each in keys.items()}
        values = {name: [_value(name, key, catalogue) for key in each] for name, each in keys.items()}
        by_edit = sorted(self._edits.items())
        return {
            "dimensions": {name: {"title": _TITLES[name], "values": each} for name, each in values.items()},
            "claims": _columns(sorted(self._cells.items()), places),
            "edits": _columns([(place, sums) for (_, place), sums in by_edit], places)
            | {"edit": [places["edit"][change] for (change, _), _ in by_edit]},
            "findings": self._rows(places),
            "part": "goes",
            "tiles": _TILES,
            "columns": {
                "edit": _OF_EDITS,
                "others": _OF_OTHERS,
                "finding": (*_OF_CLAIMS, *(_REVEALED if self._reveals else ())),
            },
        }

    def _kept(self) -> list[_FlippedClaim]:
        once = {each.order: each for held in self._costliest.values() for each in held}
        return sorted(once.values(), key=lambda each: (each.cents, each.order), reverse=True)

    def _rows(self, places: Mapping[str, Mapping[Any, int]]) -> dict[str, list[Any]]:  # any JSON
        found = self._kept()[:MOST_CLAIMS]
        rows: dict[str, list[Any]] = {
            name: [places[name][getattr(each.place, name)] for each in found] for name in _CellPlace._fields
        }
        rows |= {
            "claim": [each.claim for each in found],
            "cents": [None if each.cents < 0 else each.cents for each in found],
            "before": [each.difference.before for each in found],
            "after": [each.difference.after for each in found],
            "profile": [each.place.payer for each in found],
            "edit": [[places["edit"][change] for change in each.changes] for each in found],
            "why": [_why(each.difference) for each in found],
        }
        return rows | ({"controlNumber": [each.control_number for each in found]} if self._reveals else {})


def _count(sums: list[int], cents: int | None) -> None:
    sums[0] += 1
    sums[1] += cents or 0


def _place(payer: str, cents: int | None, difference: ClaimDifference | None) -> _CellPlace:
    band = 0 if cents is None else 1 + sum(cents >= each for each in _BOUNDS)
    if difference is None:
        return _CellPlace(_AS_BEFORE, _SAME, payer, band)
    if not difference.is_flip:
        return _CellPlace(_AS_BEFORE, _OTHER_FINDINGS, payer, band)
    goes = _HELD_OTHERWISE
    if "scrubbed" in (difference.before, difference.after):
        goes = _HELD_NOW if difference.before == "scrubbed" else _SCRUBBED_NOW
    return _CellPlace(goes, f"{difference.before} → {difference.after}", payer, band)


def _changes(difference: ClaimDifference) -> tuple[EditChange, ...]:
    """Return how each edit differs, each edit once."""
    found: dict[str, dict[FindingChange, list[str]]] = defaultdict(lambda: defaultdict(list))
    for edit, change, severity in difference.changes:
        found[edit][change].append(severity)
    return tuple([EditChange(edit, _in_words(found[edit])) for edit in sorted(found)])


def _in_words(changes: Mapping[FindingChange, Sequence[str]]) -> str:
    new, gone = (" and ".join(sorted(changes.get(each, ()))) for each in (FindingChange.NEW, FindingChange.GONE))
    words = []
    if new and gone:
        words.append(f"{gone} → {new}" if new != gone else f"{new}, elsewhere in the claim")
    elif new or gone:
        words.append(f"new {new}" if new else f"{gone} gone")
    words += [each.value for each in (FindingChange.UNDECIDED, FindingChange.DECIDED) if each in changes]
    return ", ".join(words)


def _why(difference: ClaimDifference) -> list[tuple[str, str]]:
    """Return pairs of an edit and how it speaks otherwise, with the place in the claim."""
    of_findings = ((FindingChange.NEW, difference.new), (FindingChange.GONE, difference.gone))
    of_answers = ((FindingChange.UNDECIDED, difference.undecided), (FindingChange.DECIDED, difference.decided))
    return [
        *(
            (each[0], f"{change.value} {' at '.join(each[1:])}")
            for change, findings in of_findings
            for each in findings
        ),
        *((edit, change.value) for change, edits in of_answers for edit in edits),
    ]


def _value(dimension: str, key: Any, catalogue: Mapping[str, AnyEdit]) -> dict[str, str]:  # any: a key
    if isinstance(key, EditChange):
        edit = catalogue.get(key.edit)
        about = edit.summary if edit else "an edit that is not in this catalogue"
        return {"key": key.edit, "label": f"{key.edit}: {key.change}", "about": about, "change": key.change}
    if dimension in {"goes", "charge"}:
        return {"key": str(key), "label": (_GOES if dimension == "goes" else _BANDS)[key]}
    return {"key": key, "label": key or "none"}


def _columns(
    cells: Sequence[tuple[_CellPlace, list[int]]], places: Mapping[str, Mapping[Any, int]]
) -> dict[str, list[int]]:
    columns = {name: [places[name][getattr(place, name)] for place, _ in cells] for name in _CellPlace._fields}
    return columns | {"claims": [sums[0] for _, sums in cells], "cents": [sums[1] for _, sums in cells]}


def comparison_page(
    sources: str,
    sides: tuple[ComparedSide, ComparedSide],
    figures: ComparisonFigures,
    notes: Iterable[str],
    catalogue: Iterable[AnyEdit],
) -> Page:
    """Return the page.

    Args:
        sources: Where the claims are from, in words.
        sides: The configuration before, and the one after.
        figures: What their verdicts add up to.
        notes: What was not read.
        catalogue: The edits of both.
    """
    sentence = (
        f"{counted(figures.claims, 'claim')} from {sources}: {figures.flips:,} flip (${figures.charges:,.2f}), "
        f"{figures.differing - figures.flips:,} differ in findings only."
    )
    return Page(
        "What a change does",
        sentence,
        (*_breakdowns(), _sides(sides)),
        notes=(*notes, *_own_notes(figures)),
        figures=figures.as_json({each.id: each for each in catalogue}),
        edits=figures.edits,
    )


def _own_notes(figures: ComparisonFigures) -> list[str]:
    notes = ["Each claim was judged alone, without earlier claims of its patient, by the code of one claimscrub."]
    if figures.uncharged:
        notes.append(
            f"{counted(figures.uncharged, 'claim')} that {'flips' if figures.uncharged == 1 else 'flip'} without a "
            "charge that can be read: counted as claims, with no dollars."
        )
    if figures.flipped > MOST_CLAIMS:
        notes.append(
            f"Of the claims that flip the page has the {MOST_CLAIMS:,} costliest; `--format csv` has them all."
        )
    return notes


def _breakdowns() -> tuple[Breakdown, ...]:
    return (
        Breakdown(
            "Flips by edit",
            "Charges of the claims that go elsewhere, for each edit that speaks otherwise of them; a claim of which "
            "two edits do counts for both. Click a bar to see its claims alone.",
            "edit",
            stacked("Charges of flips for each edit", _COLORS),
        ),
        Breakdown(
            "Flips by payer profile",
            "By the profile under which claims are judged; both where that differs.",
            "payer",
            stacked("Charges of flips under each payer profile", _COLORS),
        ),
        Breakdown(
            "From where to where",
            "By where claims went and go.",
            "direction",
            stacked("Charges of flips by where they go", _COLORS),
        ),
        Breakdown(
            "Flips by charge",
            "By the charge of the whole claim.",
            "charge",
            stacked("Charges of flips by the charge of the claim", _COLORS),
        ),
        Breakdown(
            f"The {COSTLIEST} costliest claims that flip",
            "Those with the highest charges under the filters above, and why: what edits find now and did not before, "
            "and the other way round, with the place in the claim. Each edit leads to its explanation.",
            "finding",
        ),
    )


def _sides(sides: tuple[ComparedSide, ComparedSide]) -> PageSection:
    return PageSection(
        "The two configurations",
        "An outcome names its configuration by these.",
        PageTable(
            tuple(map(PageColumn, ("side", "configuration", "ruleset", "tables"))),
            [(word, *side) for word, side in zip(("before", "after"), sides, strict=True)],
        ),
    )
