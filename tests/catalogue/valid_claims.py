"""Valid claims over every drug code: what each of them says is right by the payers' own published rules.

Nothing here asks an edit. The policy texts and the reference tables decide what a valid claim is; an edit that holds
one of these claims is wrong, or this generator is. The same seed gives the same claim.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Final

from hypothesis import strategies as st

from tests.catalogue import envelope, parties
from tests.catalogue.administration import NOT_GIVEN_BY_STAFF, way
from tests.catalogue.diagnoses import DiagnosisPicker
from tests.catalogue.draft import MOST_LINES, ClaimDraft, ClaimTraits
from tests.catalogue.records import Given
from tests.catalogue.supply import LAST_DAY, SUPPLIED, Supply
from worker.payers.guide import Guide
from worker.samples.synthetic import Json

OFFICES: Final = ("11",) * 12 + ("49", "20", "17", "15", "71", "32", "33", "13", "14", "05", "07", "12")
"""Places where a practitioner gives drugs that Medicare pays to the practitioner."""
FACILITIES: Final = (
    "19",
    "22",
    "23",
    "24",
    "21",
    "31",
    "50",
    "72",
    "62",
    "65",
    "26",
    "53",
    "57",
    "58",
    "60",
    "06",
    "08",
)
"""Places from which other payers take a practitioner's drug lines as well."""
HOSPITAL: Final = "22"
FACILITY_SHARE: Final = 0.06
"""The share of claims that are a hospital's own."""
SPLIT_SHARE: Final = 0.03
"""The share of Medicare's claims that bill units which an earlier claim had no room for (First Coast, 2025-06-16)."""
HOMES: Final = ("12", "12", "12", "13", "14", "33", "32", "01")
LINES: Final = ((1, 5),) * 12 + ((6, 12),) * 5 + ((13, 25),) * 2 + ((26, MOST_LINES),)


@dataclass(frozen=True)
class ValidClaim:
    """A claim, the day it is received, and what is behind its lines."""

    document: Json
    received_on: date
    payer: parties.SamplePayer
    place: str
    drugs: tuple[Given, ...]


class ValidClaims:
    """Makes valid claims from the tables and the guides."""

    def __init__(self, supply: Supply, guides: Mapping[str, Guide]) -> None:
        self.supply = supply
        self.guides = guides
        self._diagnoses = DiagnosisPicker(supply, guides)
        self._companions = tuple(
            code
            for code, drug in supply.drugs.items()
            if drug.drug_class not in SUPPLIED and not {"oral", "inhalation"} & set(drug.routes)
        )

    def strategy(self) -> st.SearchStrategy[ValidClaim]:
        """The claims as a hypothesis strategy."""
        return st.integers(0, 2**48).map(lambda seed: self.make(Random(seed)))

    def many(self, count: int, seed: int = 0) -> Iterator[ValidClaim]:
        """So many claims, the same ones each time; every drug code leads one before any leads a second."""
        random = Random(seed)
        codes: list[str] = []
        for _ in range(count):
            if not codes:
                codes = list(self.supply.codes)
                random.shuffle(codes)
            yield self.make(Random(random.getrandbits(48)), ClaimTraits(codes=(codes.pop(),)))

    def make(self, random: Random, wanted: ClaimTraits | None = None) -> ValidClaim:
        """One valid claim. Raises `LookupError` when hardly any claim is as wanted."""
        wanted = wanted or ClaimTraits()
        for _ in range(400):
            made = self._attempt(random, wanted)
            if made is not None:
                return made
        raise LookupError(f"no valid claim is like this: {wanted}")

    def _attempt(self, random: Random, wanted: ClaimTraits) -> ValidClaim | None:
        code = random.choice(wanted.codes or self.supply.codes)
        drug = self.supply.drugs[code]
        on = self._day(code, random, wanted)
        payer = parties.choose_payer(random, wanted.medicare)
        if on is None:
            return None
        never_given = way(drug, Random(0)) == NOT_GIVEN_BY_STAFF and "topical" not in drug.routes
        chance = random.random() < 0.05 if wanted.dispensed is None else wanted.dispensed
        may_be = not wanted.places and not wanted.wasted and code in self._companions
        dispensed = never_given or (chance and may_be)
        if wanted.dispensed and not dispensed:
            return None
        facility = (
            not wanted.places and random.random() < FACILITY_SHARE if wanted.facility is None else wanted.facility
        )
        if facility and (dispensed or (payer.medicare_rules and not self.supply.is_payable_to_hospital(code))):
            return None
        supplied = dispensed or drug.drug_class in SUPPLIED
        if payer.medicare_rules and not self.supply.is_payable_by_medicare(code, supplied=supplied):
            excluded = self.supply.is_excluded_by_law(code) and payer.fee_for_service
            if wanted.alone or not excluded or random.random() < 0.5:
                return None
        continues = (
            payer.fee_for_service and not (facility or dispensed or wanted.alone) and random.random() < SPLIT_SHARE
        )
        if continues:
            wanted = replace(wanted, few_lines=True, documented=False)
        place = HOSPITAL if facility else random.choice(wanted.places or ("",))
        place = place or self._place(code, on, payer, random, supplied=dispensed)
        draft = ClaimDraft(
            self.supply,
            self._diagnoses,
            random,
            payer=payer,
            place=place,
            wanted=wanted,
            dispensed=dispensed,
            facility=facility,
            continues=continues,
        )
        target = 1 if wanted.few_lines else random.randint(*random.choice(LINES))
        for day in self._days(on, target, random, wanted):
            if not self._one_day(draft, code if day == on else None, day, target, supplied=dispensed):
                break
        if not draft.drugs or draft.drugs[0].code != code:
            return None
        return self._finished(draft, supplied=dispensed)

    def _day(self, code: str, random: Random, wanted: ClaimTraits) -> date | None:
        for _ in range(20 if wanted.between else 1):
            on = self.supply.day_for(code, random, covered=bool(wanted.between) or random.random() < 0.6)
            if not wanted.between or wanted.between[0] <= on <= wanted.between[1]:
                return on
        return None

    def _place(self, code: str, on: date, payer: parties.SamplePayer, random: Random, *, supplied: bool) -> str:
        if supplied:
            return random.choice(HOMES)
        if payer.medicare_rules:
            # A surgical center bills the drugs that are paid beside its procedure on a professional claim.
            in_center = self.supply.is_packaged(code, on) is False and random.random() < 0.05
            return "24" if in_center else random.choice(OFFICES)
        return random.choice((*OFFICES, *FACILITIES))

    def _days(self, on: date, target: int, random: Random, wanted: ClaimTraits) -> Iterator[date]:
        """The first day, and later ones of the same fiscal year and calendar year."""
        yield on
        if wanted.few_lines:
            return
        count = 1 if target < 6 and random.random() < 0.8 else 1 + target // 5
        day = on
        for _ in range(count):
            day += timedelta(days=random.choice((1, 7, 7, 14, 21)))
            if day.year != on.year or (day.month >= 10) != (on.month >= 10) or day > LAST_DAY:
                return
            yield day

    def _one_day(self, draft: ClaimDraft, lead: str | None, on: date, target: int, *, supplied: bool) -> bool:
        """Add the drugs and services of one day; whether another day may follow."""
        random = draft.random
        draft.begin_day(on)
        if lead and not draft.give(lead, on):
            return False
        further = 0 if draft.wanted.few_lines else random.choice((0, 0, 1, 1, 2, 3, 6))
        for _ in range(further if not supplied else 0):
            code = random.choice(self._companions)
            if len(draft.lines) < target and self.supply.in_force(code, on) and draft.may_give(code):
                draft.give(code, on)
        if not lead and not draft.given_today and draft.drugs and self.supply.in_force(draft.drugs[0].code, on):
            draft.give(draft.drugs[0].code, on)
        draft.end_day(on, target)
        return len(draft.lines) < target

    def _finished(self, draft: ClaimDraft, *, supplied: bool) -> ValidClaim:
        document = envelope.document_of(draft, self.guides, supplied=supplied)
        received = envelope.received_on(draft)
        return ValidClaim(document, received, draft.payer, draft.place, tuple(draft.drugs))
