"""What an edit may look at of the claims before this one, and this one as it will be remembered itself."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Final

import msgspec
from msgspec.structs import replace

from schemas.records import Claim
from schemas.values import as_day
from worker.edits.codes.services import REPEATED
from worker.edits.facts.authorization import approval_number
from worker.edits.facts.claim import ClaimFacts, LineFacts
from worker.edits.facts.traits import Trait
from worker.history.entry import (
    CodeAndDay,
    EarlierClaim,
    EarlierLine,
    EarlierState,
    are_modifiers,
    earlier_line,
    fits,
    in_decimals,
    services_of,
    written_code,
    written_day,
    written_services,
)
from worker.history.key import NO_MARK, HistoryKey
from worker.history.services import EarlierServices
from worker.history.view import REPLACES, History, originals, standing

GROUPS: Final = frozenset({"193200000X", "193400000X"})
"""Taxonomy codes of groups, which do not name a specialty (NUCC)."""
INPATIENT: Final = "11"
"""The facility type of a hospital's bill of an inpatient."""
OF_EARLIER: Final = Trait.EARLIER_DAY | Trait.EARLIER_CODE
YEAR: Final = 366
"""Days that are looked back for the last dose of a drug."""
NOT_LOOKED_UP: Final = "earlier claims, which were not looked up"
_ENCODER: Final = msgspec.json.Encoder(enc_hook=str)  # numbers, in the digits of their sender


class OwnClaim:
    """This claim, which is put into the form in which it is remembered when somebody asks for more than is here."""

    __slots__ = ("_facts", "_key", "_received_on")

    def __init__(self, facts: ClaimFacts, received_on: date, key: HistoryKey) -> None:
        self._facts, self._received_on, self._key = facts, received_on, key

    @property
    def frequency(self) -> str:
        """That of the remembered claim."""
        return _frequency(self._facts.claim)

    @property
    def control(self) -> bytes:
        """That of the remembered claim."""
        return self._key.mark(self._facts.claim.claim_information.patient_control_number)

    @property
    def services(self) -> Iterable[CodeAndDay]:
        """Code and day of each line; of the remembered claim some have no code."""
        return [(line.hcpcs, line.on) for line in self._facts.lines]

    def remembered(self) -> EarlierClaim:
        """Return the claim as it is remembered, before it is known what becomes of it."""
        return as_earlier(self._facts, self._received_on, self._key)


class EarlierClaims:
    """What is known of the claims before this one.

    `history` is None when nothing can be known, and `missing` says what lacks.
    """

    def __init__(self, own: EarlierClaim | OwnClaim, history: History | None, missing: str = "") -> None:
        """`own` is this claim, or already in the form in which it will be remembered."""
        self._own, self.history, self.missing = own, history, missing
        if history is None or not history.claims:
            vars(self).update(_NOTHING_BEFORE)

    @cached_property
    def own(self) -> EarlierClaim:
        """This claim as it will be remembered, so that like is compared with like."""
        return self._own.remembered() if isinstance(self._own, OwnClaim) else self._own

    @property
    def frequency(self) -> str:
        """How this claim will be remembered by its frequency code, without the rest of it [CLM05-3]."""
        return self._own.frequency

    def lacks(self, day: date | None) -> str | None:
        """What lacks for saying that nothing was billed since a day; None when the memory reaches back so far."""
        if self.history is None:
            return self.missing
        if day is None:
            return "a date of service"
        return None if self.history.since <= day else _claims_before(self.history.since)

    @cached_property
    def originals(self) -> tuple[EarlierClaim, ...]:
        """The claims that this one replaces or voids, whatever became of them; a returned one cannot be."""
        if self.history is None or self.frequency not in REPLACES:
            return ()
        return originals(self.history.claims, self.own)

    @cached_property
    def standing(self) -> tuple[EarlierClaim, ...]:
        """The claims that are before the payer, without those that this one replaces or voids."""
        claims = standing(self.history.claims) if self.history else ()
        if self.frequency not in REPLACES:
            return claims
        gone = originals(claims, self.own)
        return tuple(each for each in claims if not any(each is other for other in gone))

    @cached_property
    def services(self) -> EarlierServices:
        """The lines of these."""
        return EarlierServices(self.standing)

    @cached_property
    def stays(self) -> Sequence[EarlierClaim]:
        """The bills of a hospital for an inpatient, with the first and the last day of the stay."""
        return [each for each in self.standing if each.facility == INPATIENT and each.first and each.last]

    @cached_property
    def payable(self) -> EarlierServices:
        """The lines that the payer has paid, or may still pay: units and services that it denied use nothing up."""
        payable = [each for each in self.standing if each.state is not EarlierState.DENIED]
        return self.services if len(payable) == len(self.standing) else EarlierServices(payable)

    @cached_property
    def is_new(self) -> bool:
        """Whether nothing of this claim was sent before: neither the whole of it, nor a line."""
        return self.sent_before is None and not self.repeated

    @cached_property
    def sent_before(self) -> EarlierClaim | None:
        """The last claim of the same provider with the control number and the content of this one."""
        control = self._own.control
        if control == NO_MARK or self.frequency in REPLACES:
            return None
        for each in reversed(self.standing):
            # Most have numbers of their own, so that nobody asks for the content of this one.
            if each.control == control and each.content == self.own.content and each.billing == self.own.billing:
                return each
        return None

    @cached_property
    def repeated(self) -> Mapping[int, EarlierClaim]:
        """By the number of each line that is the same as an earlier one, the last claim with such a line.

        The same is all that payers compare (Pub. 100-04, chapter 1, section 120: patient, provider, dates, procedure
        code, place, amount), and modifiers, units, package and text. A line that states a repetition is none.
        """
        found: dict[int, EarlierClaim] = {}
        sent = self._own.services if isinstance(self._own, OwnClaim) else services_of(self._own.lines)
        if not any(on and self.services.may_have(code, on) for code, on in sent):
            return found
        for number, line in enumerate(self.own.lines, 1):
            if line.on is None or REPEATED.intersection(line.modifiers):
                continue
            same_day = self.services.between(line.code, line.on, line.on)
            if not same_day:
                continue
            compared = _compared(line)
            for claim, other in same_day:
                if claim.is_institutional is self.own.is_institutional and _compared(other) == compared:
                    found[number] = claim
        return found


@lru_cache(maxsize=4096)
def _claims_before(since: date) -> str:
    return f"claims before {since}"


_NO_SERVICES: Final = EarlierServices(())
_NOTHING_BEFORE: Final[Mapping[str, object]] = {
    "originals": (),
    "standing": (),
    "services": _NO_SERVICES,
    "stays": (),
    "payable": _NO_SERVICES,
    "is_new": True,
    "sent_before": None,
    "repeated": MappingProxyType({}),
}
"""What is worked out of no earlier claims, of which most patients have none."""


def _compared(line: EarlierLine) -> EarlierLine:
    return line._replace(modifiers=tuple(sorted(line.modifiers)), authorization=NO_MARK)


class ServicesBefore:
    """The codes and days of earlier claims, as far as they say which edits on them have something to look at.

    The traits that follow from them may be there in vain and are never missing: whether a line is like an earlier one
    the edits find out.
    """

    def __init__(self, history: History | None, claim: Claim) -> None:
        """Take what is known before a claim; None when that is nothing."""
        # Who performed a line is compared, so that the edits have something to say where nobody is named.
        is_told = any(each and each.npi for each in (claim.rendering, claim.billing))
        self._since = sys.maxsize if history is None else history.since.toordinal()
        claims = history.claims if history else ()
        self._row = b"".join([written_services(each.lines) for each in claims])
        self._always = 0 if is_told and not any(each.facility == INPATIENT for each in claims) else Trait.EARLIER_DAY

    def traits_of(self, code: str, on: date | None) -> int:
        """Return those of `OF_EARLIER` that a line has."""
        if on is None or not code:
            return OF_EARLIER
        day, row = on.toordinal(), self._row
        if self._since > day:
            return OF_EARLIER
        traits = self._always
        if row and written_day(day) in row:
            traits |= Trait.EARLIER_DAY
        if day - self._since < YEAR or (row and written_code(code) in row):
            traits |= Trait.EARLIER_CODE
        return traits


def as_earlier(facts: ClaimFacts, received_on: date, key: HistoryKey) -> EarlierClaim:
    """Return a claim as it is remembered, before it is known what becomes of it."""
    claim, mark = facts.claim, key.mark
    information = claim.claim_information
    numbers, dates = information.claim_supplemental_information, information.claim_date_information
    first, last = (as_day(dates.statement_begin_date), as_day(dates.statement_end_date)) if dates else (None, None)
    billing, performing = claim.billing, claim.rendering
    provider = performing or billing
    taxonomy = provider.taxonomy_code if provider else None
    facility = information.place_of_service_code if facts.is_institutional else None
    return EarlierClaim(
        received_on=received_on,
        state=EarlierState.OUT,
        is_institutional=facts.is_institutional,
        frequency=_frequency(claim),
        outcome=NO_MARK,
        control=mark(information.patient_control_number),
        original=mark(numbers and numbers.claim_control_number),
        billing=mark(billing and billing.npi),
        specialty=NO_MARK if taxonomy in GROUPS else mark(taxonomy),
        content=key.mark_once(_content(claim)),
        facility=_fitting(facility, 2),
        first=first if isinstance(first, date) else None,
        last=last if isinstance(last, date) else None,
        lines=tuple([_line(line, facts, key) for line in facts.lines]),
    )


def _frequency(claim: Claim) -> str:
    return _fitting(claim.claim_information.claim_frequency_code, 1)


def _line(line: LineFacts, facts: ClaimFacts, key: HistoryKey) -> EarlierLine:
    # A code that has no place in an entry would be another one when cut.
    is_plain = fits(line.hcpcs, 5) and are_modifiers(line.modifiers)
    service, package = line.line.service, line.line.drug_identification
    facility = line.line.institutional_service
    description, note = service.description, line.line.additional_notes
    return earlier_line(
        (
            line.hcpcs if is_plain else "",
            line.on,
            line.until,
            in_decimals(line.units, 3),
            in_decimals(facts.charge_of(line), 2),
            line.modifiers if is_plain else (),
            _fitting(facility.service_line_revenue_code if facility else line.place, 4),
            key.mark(facts.rendering_npi(line)),
            key.mark(approval_number(line, facts)),
            _fitting((package.national_drug_code or "").replace("-", ""), 11) if package else "",
            key.mark(f"{description or ''}\0{note or ''}") if description or note else NO_MARK,
        )
    )


def _content(claim: Claim) -> str:
    """The claim as a payer gets it: without the numbers of its envelope and without what the record holds."""
    sent = replace(claim, control_number=None, origin=None, fhir_origin=None, documentation=None)
    return _ENCODER.encode(sent).decode()


def _fitting(text: str | None, most: int) -> str:
    return text if text and fits(text, most) else ""
