"""A payer that answers claims by stated rules, as 835 and 277CA, and knows what it decided of each finding.

What it knows is not read from what it writes: the reader, the joining and the counting are tried against it.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Final

from schemas.claim import Claim
from schemas.outcome import Finding, Outcome
from schemas.part import without_nulls
from tests.unit.x12.files import ISA

UNFORETOLD: Final = ("197", "N210")
"""What it answers where no edit found anything."""
ANOTHER: Final = ("50", "N115")
"""What it answers where it refuses a line for another reason than the one that was found."""
_ACCEPTED_OUTRIGHT: Final = 0.1
_REJECTED: Final = 0.1
_REFUSED_WITHOUT_FINDING: Final = 0.05
_PAID_AFTER_ALL: Final = 0.3
_CENT: Final = Decimal("0.01")
_WAIT: Final = timedelta(days=21)
_REJECTIONS: Final = ("A3", "A6", "A7", "A8")


@dataclass
class Truth:
    """What the payer decided: by profile and edit the results of findings, dollars refused and paid after all."""

    results: dict[tuple[str, str], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    denied: dict[tuple[str, str], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    recovered: dict[tuple[str, str], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    unforetold: Counter[str] = field(default_factory=Counter)
    answered: int = 0
    reversals: int = 0


@dataclass(frozen=True)
class PayerLine:
    """A line as the payer sees it, and what it decides: a refusal with reason and remark, or None."""

    number: int
    control_number: str
    service: str
    day: str
    charge: Decimal
    refusal: tuple[str, str] | None


class SyntheticPayer:
    """Answers claims; the same seed answers the same way."""

    def __init__(self, seed: int, npi: str) -> None:
        """`npi` is the one provider that it knows."""
        self._random = Random(seed)
        self._npi = npi
        self.truth = Truth()
        self._first: list[list[str]] = []
        self._later: list[list[str]] = []
        self._paid_first = self._paid_later = Decimal(0)
        self._acknowledged: list[list[str]] = []

    def take(self, outcome: Outcome) -> None:
        """Decide on a claim, write down the answer, and remember what was decided of each finding."""
        claim = Claim.model_validate(without_nulls(outcome.claim))
        lines = list(self._lines(claim, outcome.findings))
        share = self._random.random()
        is_known = claim.billing is not None and claim.billing.npi == self._npi
        if not is_known or not _can_be_answered(claim, lines) or share < _ACCEPTED_OUTRIGHT:
            self._remember(outcome, lambda _: "unanswered")
        elif share < _ACCEPTED_OUTRIGHT + _REJECTED:
            self.truth.answered += 1
            self._reject(outcome, claim)
        else:
            self.truth.answered += 1
            self._adjudicate(outcome, claim, lines)

    def _lines(self, claim: Claim, findings: Iterable[Finding]) -> Iterator[PayerLine]:
        of_lines: dict[int, list[Finding]] = defaultdict(list)
        for finding in findings:
            if finding.at.line:
                of_lines[finding.at.line].append(finding)
        for number, line in enumerate(claim.claim_information.service_lines, 1):
            service, charge, day = line.service, line.service.line_item_charge_amount, line.service_date
            modifiers = [each or "" for each in service.procedure_modifiers]
            yield PayerLine(
                number,
                line.provider_control_number or "",
                ":".join(["HC", service.procedure_code or "", *filter(None, modifiers)]),
                f"{day:%Y%m%d}" if isinstance(day, date) else "",
                charge if isinstance(charge, Decimal) else Decimal(0),
                self._refusal(of_lines[number]),
            )

    def _refusal(self, findings: list[Finding]) -> tuple[str, str] | None:
        """The rule: edits with an even number are mostly right, those with an odd one are mostly paid all the same."""
        if not findings:
            return UNFORETOLD if self._random.random() < _REFUSED_WITHOUT_FINDING else None
        finding = findings[0]
        is_even = finding.edit[-1] in "02468"
        share = self._random.random()
        if share < (0.7 if is_even else 0.2) and finding.predicted and finding.predicted.carc:
            return finding.predicted.carc[0], (finding.predicted.rarc or ("N1",))[0]
        return ANOTHER if share < (0.85 if is_even else 0.4) else None

    def _adjudicate(self, outcome: Outcome, claim: Claim, lines: list[PayerLine]) -> None:
        is_refused = all(line.refusal for line in lines)
        will_be_paid = any(line.refusal for line in lines) and self._random.random() < _PAID_AFTER_ALL
        paid = [Decimal(0) if line.refusal else _allowed(line) for line in lines]
        self._first.append(_segments(claim, lines, paid, refused={line.number for line in lines if line.refusal}))
        self._paid_first += sum(paid, Decimal(0))
        if will_be_paid:
            self.truth.reversals += 1
            self._take_back_and_pay(claim, lines, paid)
        self.truth.unforetold.update(
            line.service.split(":")[1]
            for line in lines
            if line.refusal and not any(each.at.line in (None, line.number) for each in outcome.findings)
        )

        def result(finding: Finding) -> str:
            own = [line for line in lines if finding.at.line in (None, line.number) and line.refusal]
            foretold = [line for line in own if _is_foretold(finding, line.refusal)]
            confirmed = foretold or (own if finding.at.line or is_refused else [])
            key = (outcome.versions.profile, finding.edit)
            if confirmed:
                self.truth.denied[key] += confirmed[0].charge
                self.truth.recovered[key] += _allowed(confirmed[0]) if will_be_paid else Decimal(0)
            return "confirmed as predicted" if foretold else "confirmed otherwise" if confirmed else "paid all the same"

        self._remember(outcome, result)

    def _take_back_and_pay(self, claim: Claim, lines: list[PayerLine], paid: list[Decimal]) -> None:
        refused = {line.number for line in lines if line.refusal}
        self._later.append(_segments(claim, lines, paid, refused=refused, sign=-1))
        allowed = [_allowed(line) for line in lines]
        self._later.append(_segments(claim, lines, allowed, refused=set()))
        self._paid_later += sum(allowed, Decimal(0)) - sum(paid, Decimal(0))

    def _reject(self, outcome: Outcome, claim: Claim) -> None:
        """The status of the first finding that predicts a rejection, or one that no edit predicts."""
        statuses = [
            (each.predicted.claim_status_category, each.predicted.claim_status[0])
            for each in outcome.findings
            if each.predicted and each.predicted.claim_status_category in _REJECTIONS and each.predicted.claim_status
        ]
        category, code = statuses[0] if statuses and self._random.random() < 0.5 else ("A3", "999")
        information = claim.claim_information
        charge = information.claim_charge_amount
        self._acknowledged.append(
            [
                "NM1*QC*1*SYNTHETIC*PATIENT****MI*SYNMEMBER",
                f"TRN*2*{information.patient_control_number}",
                f"STC*{category}:{code}*{outcome.received_on:%Y%m%d}*U*{charge}",
            ]
        )
        if not outcome.findings:
            self.truth.unforetold[""] += 1

        def result(finding: Finding) -> str:
            said = finding.predicted
            is_foretold = said and said.claim_status_category == category and code in said.claim_status
            self.truth.denied[outcome.versions.profile, finding.edit] += Decimal(str(charge))
            return "confirmed as predicted" if is_foretold else "confirmed otherwise"

        self._remember(outcome, result)

    def _remember(self, outcome: Outcome, result: Callable[[Finding], str]) -> None:
        for finding in outcome.findings:
            key = (outcome.versions.profile, finding.edit)
            self.truth.results[key][result(finding)] += 1

    def remittances(self, on: date) -> str:
        """The 835 of what was decided first, and the one of what was paid after all."""
        first = _remittance(self._first, self._paid_first, on, "SYNTRACE1", self._npi)
        later = _remittance(self._later, self._paid_later, on + _WAIT, "SYNTRACE2", self._npi)
        return _interchange("HP", "005010X221A1", ["ST*835*0001", *first], ["ST*835*0002", *later])

    def acknowledgment(self, on: date) -> str:
        """The 277CA."""
        body = [
            "ST*277*0001*005010X214",
            f"BHT*0085*08*SYNREF*{on:%Y%m%d}*1200*TH",
            "HL*1**20*1",
            "NM1*PR*2*SYNTHETIC PAYER*****PI*SYNPAYER",
            "TRN*1*SYNTRACE",
            f"DTP*050*D8*{on:%Y%m%d}",
            f"DTP*009*D8*{on:%Y%m%d}",
            "HL*2*1*21*1",
            "NM1*41*2*SYNTHETIC SUBMITTER*****46*SYNSUB",
            "TRN*2*SYNBATCH",
            f"STC*A1:19*{on:%Y%m%d}*WQ*0",
            "HL*3*2*19*1",
            f"NM1*85*2*SYNTHETIC CLINIC*****XX*{self._npi}",
        ]
        for number, claim in enumerate(self._acknowledged, 4):
            body += [f"HL*{number}*3*PT", *claim]
        return _interchange("HN", "005010X214", body)


def _can_be_answered(claim: Claim, lines: list[PayerLine]) -> bool:
    """Whether what was sent can be named in an answer; what cannot is not answered."""
    information = claim.claim_information
    charge = information.claim_charge_amount
    names = [(line.control_number or line.service, line.day) for line in lines]
    return (
        bool(information.patient_control_number and lines)
        and isinstance(charge, Decimal)
        and charge == sum((line.charge for line in lines), Decimal(0))
        and all(line.charge > _CENT and line.day and line.service[3:].replace(":", "").isalnum() for line in lines)
        and len(set(names)) == len(names)
    )


def _allowed(line: PayerLine) -> Decimal:
    return (line.charge * Decimal("0.8")).quantize(_CENT)


def _is_foretold(finding: Finding, refusal: tuple[str, str] | None) -> bool:
    said = finding.predicted
    if said is None or refusal is None or refusal[0] not in said.carc:
        return False
    return not said.rarc or refusal[1] in said.rarc


def _segments(
    claim: Claim, lines: list[PayerLine], paid: list[Decimal], *, refused: set[int], sign: int = 1
) -> list[str]:
    charge = sum((line.charge for line in lines), Decimal(0))
    total = sum(paid, Decimal(0))
    status = "22" if sign < 0 else "4" if len(refused) == len(lines) else "1"
    number = claim.claim_information.patient_control_number
    written = [
        f"CLP*{number}*{status}*{sign * charge}*{sign * total}**MB*SYN{number}*11*1",
        "NM1*QC*1*SYNTHETIC*PATIENT****MI*SYNMEMBER",
    ]
    for line, amount in zip(lines, paid, strict=True):
        written += [f"SVC*{line.service}*{sign * line.charge}*{sign * amount}", f"DTM*472*{line.day}"]
        left = line.charge - amount
        if line.number in refused and line.refusal:
            written.append(f"CAS*CO*{line.refusal[0]}*{sign * left}")
        else:
            share = (left / 2).quantize(_CENT)
            written += [f"CAS*CO*45*{sign * share}", f"CAS*PR*2*{sign * (left - share)}"]
        if line.control_number:
            written.append(f"REF*6R*{line.control_number}")
        if line.number in refused and line.refusal:
            written.append(f"LQ*HE*{line.refusal[1]}")
    return written


def _remittance(claims: list[list[str]], paid: Decimal, on: date, trace: str, npi: str) -> list[str]:
    day = f"{on:%Y%m%d}"
    return [
        f"BPR*I*{abs(paid)}*{'D' if paid < 0 else 'C'}*ACH*CCP*01*999999992*DA*1*1999999999**01*999999992*DA*2*{day}",
        f"TRN*1*{trace}*1999999999",
        f"DTM*405*{day}",
        "N1*PR*SYNTHETIC PAYER*XV*SYNPAYER",
        "N3*1 SYNTHETIC STREET",
        "N4*SPRINGFIELD*IL*62701",
        "PER*BL*SYNTHETIC DESK*TE*5555550100",
        f"N1*PE*SYNTHETIC CLINIC*XX*{npi}",
        "LX*1",
        *(segment for claim in claims for segment in claim),
    ]


def _interchange(kind: str, version: str, *bodies: list[str]) -> str:
    segments = [ISA.format(control="000000301"), f"GS*{kind}*SYNPAYER*SYNPROVIDER*20260401*1200*9*X*{version}"]
    for body in bodies:
        segments += [*body, f"SE*{len(body) + 1}*{body[0].split('*')[2]}"]
    return "".join(f"{each}~" for each in (*segments, f"GE*{len(bodies)}*9", "IEA*1*000000301"))
