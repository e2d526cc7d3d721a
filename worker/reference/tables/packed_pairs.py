"""A whole quarter of NCCI pairs in seven bytes a pair.

A file begins with a line of JSON: `format`, the `settings`, all `codes` in order, the `kinds` of pairs (modifier
indicator and rationale), and the number of `rows`. Little-endian arrays follow: where the rows of each setting and
first code begin (32 bits each, and the end), then for every row the place of its second code (16 bits), its first and
its last day (16 bits each, days since 1970-01-01, 0 where there is none) and its kind (8 bits). Rows are in
the order of setting, first code, second code and last day, an open one last.
"""

import re
import sys
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final, NamedTuple, cast, overload

import orjson

from worker.reference.errors import ReferenceDataError
from worker.reference.tables.policy_rows import NcciPair
from worker.reference.tables.rows import CareSetting

PairKey = tuple[str, str, str]
"""Setting, the code that is paid, the code that is denied beside it."""

SUFFIX: Final = ".pairs"
FORMAT: Final = "claimscrub NCCI pairs 1"
EPOCH: Final = date(1970, 1, 1)
MOST_CODES: Final = 0xD800
"""Places from there on are not characters of their own in UTF-16."""
MOST_KINDS: Final = 1 << 8
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
        *("_firsts", "_kinds", "_lasts", "_offsets", "_places", "_seconds", "_signs", "_starts"),
        *("codes", "kinds", "settings"),
    )

    def __init__(self, content: bytes) -> None:
        """Raises ReferenceDataError when the file is not one of pairs."""
        head, _, body = content.partition(b"\n")
        told = _head(head)
        self.settings: tuple[CareSetting, ...] = tuple(told["settings"])
        self.codes: tuple[str, ...] = tuple(map(sys.intern, told["codes"]))
        self.kinds: tuple[tuple[int, str], ...] = tuple((indicator, text) for indicator, text in told["kinds"])
        groups, rows = len(self.settings) * len(self.codes) + 1, told["rows"]
        if len(body) != 4 * groups + 7 * rows:
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
        # A place is kept as a character: to find one among those of a first code is one call.
        self._seconds = body[taken : taken + 2 * rows].decode("utf-16-le", "replace")
        taken += 2 * rows
        self._firsts, self._lasts = column("H", rows), column("H", rows)
        self._kinds = column("B", rows)
        self._places = {code: at for at, code in enumerate(self.codes)}
        self._signs = {code: chr(at) for at, code in enumerate(self.codes)}
        self._offsets: dict[str, int] = {setting: at * len(self.codes) for at, setting in enumerate(self.settings)}

    def __len__(self) -> int:
        return len(self._seconds)

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

    def holds(self, setting: str, column1: str, column2: str) -> bool:
        """Whether there are rows of a pair."""
        return self._first_row(setting, column1, column2) >= 0

    def of(self, setting: str, column1: str, column2: str) -> tuple[NcciPair, ...]:
        """The rows of a pair in order of time; none of a pair that is not held."""
        at = self._first_row(setting, column1, column2)
        if at < 0:
            return ()
        end = self._starts[self._offsets[setting] + self._places[column1] + 1]
        rows = [self._pair(cast("CareSetting", setting), column1, at)]
        while (at := at + 1) < end and self.codes[ord(self._seconds[at])] == column2:
            rows.append(self._pair(cast("CareSetting", setting), column1, at))
        return tuple(rows)

    def _first_row(self, setting: str, column1: str, column2: str) -> int:
        """Where the rows of a pair begin; -1 for a pair that is not held."""
        sign, place = self._signs.get(column2), self._places.get(column1)
        offset = self._offsets.get(setting)
        if sign is None or place is None or offset is None:
            return -1
        group = offset + place
        return self._seconds.find(sign, self._starts[group], self._starts[group + 1])

    def group(self, setting: str, column1: str) -> Sequence[PackedRow]:
        """The rows of a first code in a setting."""
        offset, first = self._offsets.get(setting), self._places.get(column1)
        if offset is None or first is None:
            return ()
        span = slice(self._starts[offset + first], self._starts[offset + first + 1])
        columns = (map(ord, self._seconds[span]), self._lasts[span], self._firsts[span], self._kinds[span])
        return [PackedRow(*row) for row in zip(*columns, strict=True)]

    def seconds(self, setting: str) -> frozenset[str]:
        """The codes that are the second one of some pair in a setting."""
        offset = self._offsets.get(setting)
        if offset is None:
            return frozenset()
        rows = self._seconds[self._starts[offset] : self._starts[offset + len(self.codes)]]
        return frozenset(self.codes[ord(sign)] for sign in set(rows))

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
        if len(self) and (ord(max(self._seconds)) >= len(self.codes) or max(self._kinds) >= len(self.kinds)):
            yield "a row has a code or a kind that the first line does not hold"
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
        indicator, rationale = self.kinds[self._kinds[at]]
        return NcciPair(
            setting=setting,
            column1=column1,
            column2=self.codes[ord(self._seconds[at])],
            modifier_indicator=indicator,
            effective_from=as_day(self._firsts[at]),
            effective_to=as_day(self._lasts[at]),
            rationale=rationale,
        )


class PairsByKey(Mapping[PairKey, tuple[NcciPair, ...]]):
    """The rows of packed pairs by their key."""

    __slots__ = ("pairs",)

    def __init__(self, pairs: PackedPairs) -> None:
        self.pairs = pairs

    def __contains__(self, key: object) -> bool:
        return self.pairs.holds(*cast("PairKey", key))

    def __getitem__(self, key: PairKey) -> tuple[NcciPair, ...]:
        """Raises KeyError when the pair is not held."""
        rows = self.pairs.of(*key)
        if not rows:
            raise KeyError(key)
        return rows

    def __iter__(self) -> Iterator[PairKey]:
        before = None
        for pair in self.pairs:
            key = pair.setting, pair.column1, pair.column2
            if key != before:
                yield key
            before = key

    def __len__(self) -> int:
        """The rows; a pair that was deleted and came again has two."""
        return len(self.pairs)


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
    starts, seconds, firsts, lasts, each_kind = array("I", [0]), array("H"), array("H"), array("H"), array("B")
    for rows in groups:
        seconds.extend(row.second for row in rows)
        firsts.extend(row.first for row in rows)
        lasts.extend(row.last for row in rows)
        each_kind.extend(row.kind for row in rows)
        starts.append(len(seconds))
    told = {"format": FORMAT, "settings": settings, "codes": codes, "kinds": kinds, "rows": len(seconds)}
    columns = (_little_endian(column).tobytes() for column in (starts, seconds, firsts, lasts, each_kind))
    return b"".join((orjson.dumps(told), b"\n", *columns))


def days_since_epoch(day: date) -> int:
    """A day as a row holds it."""
    return (day - EPOCH).days


def _head(line: bytes) -> Mapping[str, Any]:  # Any: a JSON document
    try:
        told = orjson.loads(line)
    except orjson.JSONDecodeError:
        told = None
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise ReferenceDataError(f"expected a first line of JSON with the format {FORMAT!r}")
    return told


def _little_endian(values: "array[int]") -> "array[int]":
    if sys.byteorder == "big":
        values.byteswap()
    return values


@lru_cache(maxsize=4096)
def as_day(number: int) -> date | None:
    """The day that a row holds; None for 0."""
    return EPOCH + timedelta(days=number) if number else None
