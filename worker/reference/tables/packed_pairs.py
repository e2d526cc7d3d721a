"""A whole quarter of NCCI pairs in four bytes a pair.

A file begins with a line of JSON: `format`, the `settings`, all `codes` in order, the `kinds` of pairs (modifier
indicator and rationale), and the numbers of `terms` and `rows`. Terms are the days and the kind that pairs have in
common: a quarter has millions of rows and thousands of terms, the most frequent ones first.

Little-endian arrays follow: where the rows of each setting and first code begin (32 bits each, and the end); of each of
the terms the first day, then the last day (16 bits each, days since 1970-01-01, 0 where there is none) and the kind
(8 bits); of each row the place of its second code (16 bits) and the number of its terms (16 bits, or 32 where there are
more). Rows are in the order of setting, first code, second code and last day, an open one last.
"""

import re
import sys
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeAlias, overload

import orjson

from worker.reference.errors import ReferenceDataError
from worker.reference.tables.policy_rows import NcciPair, PairTerms
from worker.reference.tables.rows import CareSetting

Terms: TypeAlias = int | tuple[int, ...]
"""The number of the terms of a pair with one row; those of each row in order of time where it has several."""

Groups: TypeAlias = Mapping[str, tuple[str, int]]
"""By first code: the places of the second codes, each a character, and the number of the first row."""
NO_GROUPS: Final[Groups] = MappingProxyType({})
NO_ROWS: Final = ("", 0)
NO_SIGN: Final = "\uffff"
"""The place of a code that is not held."""

SUFFIX: Final = ".pairs"
FORMAT: Final = "claimscrub NCCI pairs 2"
EPOCH: Final = date(1970, 1, 1)
MOST_CODES: Final = 0xD800
"""Places from there on are not characters of their own in UTF-16."""
MOST_KINDS: Final = 1 << 8
MOST_SHORT: Final = 1 << 16
"""Terms that a row can name in 16 bits."""
OPEN: Final = 1 << 16
"""The rank of an open row among those of one pair: after every last day."""
CODE: Final = re.compile(r"[A-Z0-9]{5}")
INDICATORS: Final = frozenset({0, 1, 9})


class PackedRow(NamedTuple):
    """The row of a pair with both codes by their places: the second code, its last and first day, and its kind."""

    second: int
    last: int
    first: int
    kind: int


class PackedPairs(Sequence[NcciPair]):
    """The pairs of a file; each is made when it is asked for."""

    __slots__ = (
        *("_firsts", "_groups", "_kinds", "_lasts", "_numbers", "_signs", "_starts"),
        *("codes", "kinds", "settings"),
    )

    def __init__(self, content: bytes) -> None:
        """Raises ReferenceDataError when the file is not one of pairs."""
        head, _, body = content.partition(b"\n")
        told = _head(head)
        self.settings: tuple[CareSetting, ...] = tuple(told["settings"])
        self.codes: tuple[str, ...] = tuple(map(sys.intern, told["codes"]))
        self.kinds: tuple[tuple[int, str], ...] = tuple((indicator, text) for indicator, text in told["kinds"])
        groups, terms, rows = len(self.settings) * len(self.codes) + 1, told["terms"], told["rows"]
        number = _number_of(terms)
        if len(body) != 4 * groups + 5 * terms + (2 + array(number).itemsize) * rows:
            raise ReferenceDataError(f"expected {rows:,} pairs below the first line, found {len(body):,} bytes")
        taken = 0

        def column(kind: str, count: int) -> "array[int]":
            nonlocal taken
            values = array(kind)
            size = values.itemsize * count
            values.frombytes(body[taken : taken + size])
            taken += size
            return _little_endian(values)

        self._starts = column("I", groups)
        self._firsts, self._lasts, self._kinds = column("H", terms), column("H", terms), column("B", terms)
        # A place is a character, so that to find one among those of a first code is one call.
        places = body[taken : taken + 2 * rows].decode("utf-16-le", "replace")
        taken += 2 * rows
        self._numbers = column(number, rows)
        self._signs = {code: chr(at) for at, code in enumerate(self.codes)}
        spans = iter(pairwise(self._starts))
        self._groups: dict[str, Groups] = {
            setting: {code: (places[start:end], start) for code, (start, end) in zip(self.codes, spans, strict=False)}
            for setting in self.settings
        }

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, at: int) -> NcciPair: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[NcciPair]: ...

    def __getitem__(self, at: int | slice) -> NcciPair | Sequence[NcciPair]:
        if isinstance(at, slice):
            return [self[number] for number in range(*at.indices(len(self)))]
        at = range(len(self))[at]
        group = bisect_right(self._starts, at) - 1
        setting, first = divmod(group, len(self.codes))
        return self._pair(self.settings[setting], self.codes[first], at)

    @property
    def terms(self) -> Mapping[Terms, tuple[PairTerms, ...]]:
        """The rows of each terms."""
        return _ByTerms(self)

    @property
    def common(self) -> range:
        """The terms of pairs with one row, the most frequent ones first."""
        return range(len(self._kinds))

    def holds(self, setting: str, column1: str, column2: str) -> bool:
        """Whether there are rows of a pair."""
        seconds, _ = self._groups.get(setting, NO_GROUPS).get(column1, NO_ROWS)
        return self._signs.get(column2, NO_SIGN) in seconds

    def terms_of(self, setting: str, column1: str, column2: str) -> Terms | None:
        """The terms of a pair; None for a pair that is not held."""
        seconds, start = self._groups.get(setting, NO_GROUPS).get(column1, NO_ROWS)
        sign = self._signs.get(column2, NO_SIGN)
        at = seconds.find(sign)
        if at < 0:
            return None
        if seconds[at + 1 : at + 2] != sign:
            return self._numbers[start + at]
        return tuple(self._numbers[start + at : start + seconds.rfind(sign) + 1])

    def read_terms(self, number: int) -> PairTerms:
        """The days and the kind of terms."""
        indicator, rationale = self.kinds[self._kinds[number]]
        return PairTerms(indicator, as_day(self._firsts[number]), as_day(self._lasts[number]), rationale)

    def group(self, setting: str, column1: str) -> Sequence[PackedRow]:
        """The rows of a first code in a setting."""
        seconds, start = self._groups.get(setting, NO_GROUPS).get(column1, NO_ROWS)
        numbers = self._numbers[start : start + len(seconds)]
        columns = (map(each.__getitem__, numbers) for each in (self._lasts, self._firsts, self._kinds))
        return [PackedRow(*row) for row in zip(map(ord, seconds), *columns, strict=True)]

    def seconds(self, setting: str) -> frozenset[str]:
        """The codes that are the second one of some pair in a setting."""
        signs = set[str]().union(*(seconds for seconds, _ in self._groups.get(setting, NO_GROUPS).values()))
        return frozenset(self.codes[ord(sign)] for sign in signs)

    def problems(self) -> Iterator[str]:
        """What is wrong with the codes, the kinds and the rows: their form, their order, their places, their days."""
        if list(self.codes) != sorted(set(self.codes)) or not all(map(CODE.fullmatch, self.codes)):
            yield "expected codes of five characters, each once and sorted"
            return
        for indicator in sorted({indicator for indicator, _ in self.kinds} - INDICATORS):
            yield f"expected the modifier indicators 0, 1 and 9, found {indicator}"
        starts = self._starts
        if starts[0] != 0 or starts[-1] != len(self) or any(later < earlier for earlier, later in pairwise(starts)):
            yield "the beginnings of the rows of each code are not in order"
            return
        places = (ord(max(seconds)) for group in self._groups.values() for seconds, _ in group.values() if seconds)
        most = max(places, default=-1), max(self._numbers, default=-1), max(self._kinds, default=-1)
        held = len(self.codes), len(self.common), len(self.kinds)
        if any(number >= count for number, count in zip(most, held, strict=True)):
            yield "a row has a code, terms or a kind that the first line does not hold"
            return
        for setting in self.settings:
            for column1 in self.codes:
                yield from self._problems_of(setting, column1)

    def _problems_of(self, setting: str, column1: str) -> Iterator[str]:
        for earlier, later in pairwise((None, *self.group(setting, column1))):
            if later is None:
                continue
            named = f"{setting} {column1}+{self.codes[later.second]}"
            if later.last and later.last < later.first:
                yield f"{named}: ends on {as_day(later.last)}, before it begins on {as_day(later.first)}"
            if earlier and earlier.second > later.second:
                yield f"{named}: is not in the order of the second code"
            if earlier and earlier.second == later.second and not (0 < earlier.last < (later.first or OPEN)):
                yield f"{named}: begins {as_day(later.first)}, expected after the row before it ends"

    def _pair(self, setting: CareSetting, column1: str, at: int) -> NcciPair:
        seconds, start = self._groups[setting][column1]
        terms = self.read_terms(self._numbers[at])
        return NcciPair(
            modifier_indicator=terms.modifier_indicator,
            effective_from=terms.effective_from,
            effective_to=terms.effective_to,
            rationale=terms.rationale,
            setting=setting,
            column1=column1,
            column2=self.codes[ord(seconds[at - start])],
        )


class _ByTerms(Mapping[Terms, tuple[PairTerms, ...]]):
    """The rows of packed pairs by their terms."""

    __slots__ = ("_pairs",)

    def __init__(self, pairs: PackedPairs) -> None:
        self._pairs = pairs

    def __getitem__(self, terms: Terms) -> tuple[PairTerms, ...]:
        numbers = terms if isinstance(terms, tuple) else (terms,)
        return tuple(map(self._pairs.read_terms, numbers))

    def __iter__(self) -> Iterator[Terms]:
        """The terms of pairs with one row."""
        return iter(self._pairs.common)

    def __len__(self) -> int:
        return len(self._pairs.common)


def pack(
    settings: Sequence[str],
    codes: Sequence[str],
    kinds: Sequence[tuple[int, str]],
    groups: Iterable[Sequence[PackedRow]],
) -> bytes:
    """The content of a file of pairs.

    Args:
        settings: The settings, in order.
        codes: All codes, in order.
        kinds: Modifier indicator and rationale of each kind.
        groups: For each setting and code the rows of which it is the first code, sorted.

    Raises:
        ReferenceDataError: When there are more codes or kinds than a row can name.
    """
    if len(codes) > MOST_CODES or len(kinds) > MOST_KINDS:
        raise ReferenceDataError(
            f"expected at most {MOST_CODES:,} codes and {MOST_KINDS} kinds of pairs, "
            f"found {len(codes):,} and {len(kinds):,}"
        )
    starts, seconds, given = array("I", [0]), array("H"), array("I")
    counts: Counter[tuple[int, int, int]] = Counter()
    first_seen: dict[tuple[int, int, int], int] = {}
    for rows in groups:
        terms = [row[1:] for row in rows]
        counts.update(terms)
        seconds.extend(row.second for row in rows)
        given.extend(first_seen.setdefault(each, len(first_seen)) for each in terms)
        starts.append(len(seconds))
    ordered = sorted(counts, key=lambda each: (-counts[each], each))
    number_of = dict(zip((first_seen[each] for each in ordered), range(len(ordered)), strict=True))
    numbers = array(_number_of(len(ordered)), map(number_of.__getitem__, given))
    lasts, firsts, each_kind = (array(kind, (each[at] for each in ordered)) for at, kind in enumerate("HHB"))
    told = {"format": FORMAT, "settings": settings, "codes": codes, "kinds": kinds}
    head = orjson.dumps(told | {"terms": len(ordered), "rows": len(seconds)})
    columns = (starts, firsts, lasts, each_kind, seconds, numbers)
    return b"".join((head, b"\n", *(_little_endian(column).tobytes() for column in columns)))


def days_since_epoch(day: date) -> int:
    """A day as a row holds it."""
    return (day - EPOCH).days


def _head(line: bytes) -> Mapping[str, Any]:  # Any: a JSON document
    try:
        told = orjson.loads(line)
    except orjson.JSONDecodeError:
        told = None
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise ReferenceDataError(f"expected a first line of JSON with the format {FORMAT!r}; import the quarter again")
    return told


def _number_of(terms: int) -> str:
    """The type of the numbers of so many terms in an array."""
    return "H" if terms <= MOST_SHORT else "I"


def _little_endian(values: "array[int]") -> "array[int]":
    if sys.byteorder == "big":
        values.byteswap()
    return values


@lru_cache(maxsize=4096)
def as_day(number: int) -> date | None:
    """The day that a row holds; None for 0."""
    return EPOCH + timedelta(days=number) if number else None
