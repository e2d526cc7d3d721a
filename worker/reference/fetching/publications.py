"""Where the publishers list their files: the content of `config/publishers.toml`."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from worker.reference.importing.kinds import KINDS
from worker.reference.importing.published import MONTHS, QUARTER_MONTHS

LONGEST_NAME: Final = 200
FIRST_MONTH_OF_FISCAL_YEAR: Final = 10
_READ_DATES: Final = frozenset({"fiscal_year", "year", "quarter", "month", "day"})


def _in_any_case(text: object) -> object:
    return re.compile(text, re.IGNORECASE) if isinstance(text, str) else text


NamePattern = Annotated[re.Pattern[str], BeforeValidator(_in_any_case)]


class LicensePage(BaseModel):
    """Addresses at which a publisher asks for the acceptance of a license."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    address: NamePattern
    license: str
    source: str


class Publication(BaseModel):
    """The files of one kind: the page that lists them, their names, and what they must be like.

    `names` are patterns of whole names, one for each file of an edition (with `many`: for one or more); a group says of
    when it is. `bytes` are the fewest and the most of one file.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    page: str
    names: tuple[NamePattern, ...]
    named_like: tuple[str, ...]
    members: NamePattern | None = None
    bytes: tuple[int, int]
    many: bool = False
    dated: Literal["by name", "by file"] = "by file"
    listed: NamePattern | None = None
    license: str | None = None
    by_hand: str | None = None
    source: str

    @model_validator(mode="after")
    def _makes_sense(self) -> "Publication":
        if self.kind not in KINDS:
            raise ValueError(f"kind: expected one of {', '.join(KINDS)}, found {self.kind!r}")
        if urlsplit(self.page).scheme not in {"https", "http"} or not urlsplit(self.page).hostname:
            raise ValueError(f"page: expected an address as https://…, found {self.page!r}")
        if not 0 < self.bytes[0] < self.bytes[1]:
            raise ValueError(f"bytes: expected the fewest before the most, found {self.bytes}")
        if not self.names or len(self.names) != len(self.named_like):
            raise ValueError("named_like: expected one real name for each of names")
        for pattern, example in zip(self.names, self.named_like, strict=True):
            found = pattern.fullmatch(example)
            if not found or day_of(found.groupdict()) is None:
                raise ValueError(f"named_like: {example!r} is not as names say, or does not say of when it is")
        return self

    @property
    def is_by_hand(self) -> bool:
        """Whether a person must download the files."""
        return self.license is not None or self.by_hand is not None

    def placed(self, name: str) -> tuple[int, date] | None:
        """Which of the patterns the name of a file has the form of, and the first day that it names."""
        return _placed(self.names, name)

    def placed_on_page(self, name: str) -> tuple[int, date] | None:
        """The same for the last part of an address on the page."""
        return _placed((self.listed,) if self.listed else self.names, name)


class PublisherTable(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    license_pages: tuple[LicensePage, ...] = ()
    files: tuple[Publication, ...]

    @model_validator(mode="after")
    def _has_each_once(self) -> "PublisherTable":
        kinds = [each.kind for each in self.files]
        if doubled := sorted({kind for kind in kinds if kinds.count(kind) > 1}):
            raise ValueError(f"files: expected each kind once, found twice: {', '.join(doubled)}")
        return self

    def license_at(self, address: str) -> str | None:
        """The license for whose acceptance a publisher asks at an address, if it does."""
        return next((each.license for each in self.license_pages if each.address.match(address)), None)


def _placed(patterns: Sequence[re.Pattern[str]], name: str) -> tuple[int, date] | None:
    if len(name) > LONGEST_NAME:
        return None
    for place, pattern in enumerate(patterns):
        if (found := pattern.fullmatch(name)) and (day := day_of(found.groupdict())):
            return place, day
    return None


def day_of(groups: Mapping[str, str | None]) -> date | None:
    """The first day of what a name says it is of: a fiscal year, a quarter, a month or a day; None when it says none.

    The groups are those of a pattern of names. None too for numbers that are not a date.
    """
    said = {name: text for name, text in groups.items() if text and name in _READ_DATES}
    try:
        if fiscal_year := said.get("fiscal_year"):
            return date(int(fiscal_year) - 1, FIRST_MONTH_OF_FISCAL_YEAR, 1)
        if quarter := said.get("quarter"):
            return date(int(said["year"]), QUARTER_MONTHS * int(quarter) - QUARTER_MONTHS + 1, 1)
        month = said["month"].lower()
        number = MONTHS.index(month) + 1 if month in MONTHS else int(month)
        return date(int(said["year"]), number, int(said.get("day", "1")))
    except (KeyError, ValueError):
        return None
