"""Which claim, and which of its lines, an answer is about. What fits two is counted, and never guessed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from worker.learning.sent import SentClaim, SentLine
from worker.x12.responses.records import AcknowledgedClaim, AcknowledgedLine, RemittedClaim, RemittedLine

ClaimAnswer = RemittedClaim | AcknowledgedClaim
"""An answer about one claim."""
LineAnswer = RemittedLine | AcknowledgedLine
"""An answer about one line."""


class NotJoined(StrEnum):
    """Why an answer is joined with no claim."""

    UNKNOWN = "unknown"
    """No outcome has its patient control number."""
    CONTRADICTED = "contradicted"
    """Outcomes have the number, and another provider, amount or day of service."""
    AMBIGUOUS = "ambiguous"
    """It fits several claims."""


class AskedFor(NamedTuple):
    """By what an answer knows its claim; empty or None when it does not say."""

    npi: str
    charge: Decimal | None
    begin: date | None
    end: date | None
    lines: Sequence[LineAnswer]


def asked_for(answer: ClaimAnswer) -> AskedFor:
    """Return by what an answer knows its claim; a payment that is taken back has the amount of its claim negative."""
    lines = answer.lines
    begin = answer.begin or min((each.begin for each in lines if each.begin), default=None)
    end = answer.end or max((each.end for each in lines if each.end), default=None)
    if isinstance(answer, RemittedClaim):
        return AskedFor(answer.remittance.payee_npi, abs(answer.charge), begin, end, lines)
    return AskedFor(answer.billing_npi, answer.charge, begin, end, lines)


class SentClaims:
    """The claims that answers may be about, by their patient control numbers."""

    def __init__(self) -> None:
        self._claims: dict[str, list[SentClaim]] = defaultdict(list)

    def add(self, claim: SentClaim) -> SentClaim | None:
        """Keep a claim; returns the one whose place it takes: judged before, or superseded."""
        known = self._claims[claim.control_number]
        for place, each in enumerate(known):
            if each.content == claim.content or each.outcome_id == claim.supersedes:
                is_later = each.outcome_id == claim.supersedes or each.received_on <= claim.received_on
                if claim.outcome_id == each.supersedes or not is_later:
                    return claim
                known[place] = claim
                return each
        known.append(claim)
        return None

    def all(self) -> list[SentClaim]:
        """Return all claims."""
        return [claim for claims in self._claims.values() for claim in claims]

    def named(self, control_number: str) -> SentClaim | NotJoined:
        """Return the one claim with a number, by which alone a 999 names it."""
        return _only(self._claims.get(control_number, ()))

    def of(self, answer: ClaimAnswer) -> SentClaim | NotJoined:
        """Return the claim that an answer is about, or why there is none."""
        known = self._claims.get(answer.control_number, ())
        if not known:
            return NotJoined.UNKNOWN
        asked = asked_for(answer)
        fitting = [each for each in known if _fits(each, asked)]
        if not fitting:
            return NotJoined.CONTRADICTED
        if len(fitting) > 1:
            # A corrected claim often has the number, the amount and the days of the one before, and other lines.
            fitting = [each for each in fitting if _has_all_lines(each, asked.lines)] or fitting
        return _only(fitting)


def _only(claims: Sequence[SentClaim]) -> SentClaim | NotJoined:
    if not claims:
        return NotJoined.UNKNOWN
    return claims[0] if len(claims) == 1 else NotJoined.AMBIGUOUS


def _fits(claim: SentClaim, asked: AskedFor) -> bool:
    if asked.npi and claim.npi and asked.npi != claim.npi:
        return False
    if asked.charge is not None and claim.charge is not None and asked.charge != claim.charge:
        return False
    begin, end = claim.begin, claim.end
    if begin is None or end is None or asked.begin is None or asked.end is None:
        return True
    return asked.begin <= end and begin <= asked.end


def _has_all_lines(claim: SentClaim, lines: Iterable[LineAnswer]) -> bool:
    return all(_lines_like(claim.lines, each) for each in lines)


def line_of(claim: SentClaim, answer: LineAnswer) -> int | None:
    """Return which line, counted from 1, an answer is about; None when it fits none or several."""
    found = _lines_like(claim.lines, answer)
    return found[0] if len(found) == 1 else None


def _lines_like(lines: Sequence[SentLine], answer: LineAnswer) -> list[int]:
    if answer.control_number:
        named = [place for place, each in enumerate(lines, 1) if each.control_number == answer.control_number]
        if named:
            return [place for place in named if _is_service(lines[place - 1], answer)]
    return [place for place, each in enumerate(lines, 1) if _is_line(each, answer)]


def _is_line(line: SentLine, answer: LineAnswer) -> bool:
    charge = None if answer.charge is None else abs(answer.charge)
    if charge is not None and line.charge is not None and charge != line.charge:
        return False
    if answer.begin and line.begin and answer.begin != line.begin:
        return False
    return _is_service(line, answer)


def _is_service(line: SentLine, answer: LineAnswer) -> bool:
    """Whether the service is the line's: SVC06 names what was sent where the payer decided on another code."""
    submitted = answer.submitted if isinstance(answer, RemittedLine) and answer.submitted.code else answer.service
    if submitted.qualifier == "NU":
        return submitted.code == line.revenue_code
    return submitted.code == line.code and submitted.modifiers == line.modifiers
