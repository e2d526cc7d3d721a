"""A known error: what it does to a valid claim, which edit is meant for it, and which others may speak up with it."""

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final

import orjson

from tests.catalogue.draft import MOST_LINES, ClaimTraits
from tests.catalogue.records import Given
from tests.catalogue.supply import Supply
from tests.catalogue.valid_claims import ValidClaim
from worker.samples.synthetic import Json, line

CROSSWALK: Final = (date(2025, 10, 1), date(2026, 3, 31))
"""Days of which the tables hold containers and payment limits."""
LIMITS: Final = (date(2026, 7, 1), date(2026, 9, 30))
"""Days of which the tables hold medically unlikely edits."""


PLAIN: Final[dict[str, Any]] = {"alone": True, "facility": False}
"""Fields of `ClaimTraits`: a claim of a practice or supplier, with nothing out of the ordinary."""


class NoRoomError(Exception):
    """The claim has as many lines as a claim may have."""


class Copy:
    """A copy of a valid claim, to be broken: the words in which mutations are written."""

    def __init__(self, made: ValidClaim, random: Random, supply: Supply, guided: AbstractSet[str]) -> None:
        self.made, self.random, self.supply, self.guided = made, random, supply, guided
        self.document: Json = orjson.loads(orjson.dumps(made.document))
        self.received_on = made.received_on
        self.options: dict[str, dict[str, Any]] = {}  # edit options: any JSON
        self.requires_record = False
        self.base: Json | None = None  # the unbroken claim, where it is not the valid one as it was made
        self.value: bytes | None = None  # the broken message, where it is not a document

    @property
    def information(self) -> Json:
        """The claim itself."""
        found: Json = self.document["claimInformation"]
        return found

    @property
    def lines(self) -> list[Json]:
        """Its service lines."""
        found: list[Json] = self.information["serviceLines"]
        return found

    @property
    def first(self) -> Given:
        """The drug for which the claim was made."""
        return self.made.drugs[0]

    @property
    def on(self) -> date:
        """The day of that drug."""
        return self.first.on

    @property
    def patient(self) -> Json:
        """Who was treated."""
        found: Json = self.document.get("dependent") or self.document["subscriber"]
        return found

    def drug_line(self) -> Json:
        """The line of the first drug."""
        return self.lines[self.first.line - 1]

    def waste_line(self) -> Json | None:
        """Its JW line."""
        return self.lines[self.first.waste_line - 1] if self.first.waste_line else None

    def other_line(self, *codes: str) -> Json | None:
        """The first line that is not a drug's, or that is one of these services."""
        numbers = {number for given in self.made.drugs for number in (given.line, given.waste_line)}
        others = [each for place, each in enumerate(self.lines, 1) if place not in numbers]
        return next((each for each in others if not codes or service(each)["procedureCode"] in codes), None)

    def add(self, code: str, **keywords: Any) -> Json:  # the keywords of `line`
        """Add a service of the first day and balance the claim. Raises `NoRoomError` when it would be the 51st line."""
        if len(self.lines) >= MOST_LINES:
            raise NoRoomError
        return self.append(code, **keywords)

    def append(self, code: str, **keywords: Any) -> Json:  # the keywords of `line`
        """Add a service, room or not."""
        made: Json = {"providerControlNumber": f"N{len(self.lines) + 1}"}
        made |= line(code, **({"on": f"{self.on:%Y%m%d}"} | keywords))
        self.lines.append(made)
        self.balance()
        return made

    def balance(self) -> None:
        """Make the total the sum of the lines."""
        charges = [Decimal(service(each)["lineItemChargeAmount"]) for each in self.lines]
        self.information["claimChargeAmount"] = f"{sum(charges, Decimal(0)):.2f}"

    def charge(self, each: Json, amount: Decimal) -> None:
        """Change the charge of a line and balance the claim."""
        service(each)["lineItemChargeAmount"] = f"{amount:.2f}"
        self.balance()

    def bill(self, each: Json, units: int | Decimal | str) -> None:
        """Change the units of a line, and its charge by the same share."""
        before = Decimal(service(each)["serviceUnitCount"])
        price = Decimal(service(each)["lineItemChargeAmount"]) / before
        service(each)["serviceUnitCount"] = str(units)
        self.charge(each, max(price * Decimal(units), Decimal("0.02")))

    def recorded(self, element: str) -> list[Json]:
        """The entries of one element of the record."""
        return [entry for entry in self.document.get("documentation") or () if entry["element"] == element]

    def forget(self, *elements: str) -> bool:
        """Take elements out of the record; whether there were any."""
        record = self.document.get("documentation")
        if record is None:
            return False
        kept = [entry for entry in record if entry["element"] not in elements]
        self.document["documentation"] = kept
        return len(kept) < len(record)

    def moved(self, days: int) -> str:
        """A day before or after the first day, as it is written."""
        return f"{self.on + timedelta(days=days):%Y%m%d}"


def service(each: Json) -> Json:
    """What was done on a line."""
    found: Json = each.get("institutionalService") or each["professionalService"]
    return found


def modifiers(each: Json) -> list[str]:
    """The modifiers of a line, to be changed."""
    found: list[str] = service(each).setdefault("procedureModifiers", [])
    return found


Break = Callable[[Copy], bool | None]
"""Breaks the copy; False when the error does not apply to that claim."""


@dataclass(frozen=True)
class Mutation:
    """One known error."""

    name: str
    edit: str
    apply: Break
    companions: Mapping[str, str] = field(default_factory=dict)
    wanted: ClaimTraits = field(default_factory=lambda: ClaimTraits(**PLAIN))

    def breaks(self, made: ValidClaim, random: Random, supply: Supply, guided: AbstractSet[str]) -> Copy | None:
        """The broken claim; None when the error does not apply to this one. `guided` are the codes with a guide."""
        copy = Copy(made, random, supply, guided)
        try:
            return None if self.apply(copy) is False else copy
        except NoRoomError:
            return None


def error(edit: str, *, companions: Mapping[str, str] | None = None, **wanted: Any) -> Callable[[Break], Mutation]:
    """Declare a mutation; `wanted` are the fields of `ClaimTraits`, any of them; for a hospital's bill, `facility`."""

    def declare(apply: Break) -> Mutation:
        return Mutation(apply.__name__, edit, apply, companions or {}, ClaimTraits(**(PLAIN | wanted)))

    return declare


def mutations_of(module: object) -> Iterator[Mutation]:
    """The mutations that a module declares, in its order."""
    return (value for value in vars(module).values() if isinstance(value, Mutation))
