"""What was learned as a document and as rows, and the precision of edits read from it again.

Of claims there are codes, counts and sums in it; no number, name or day of one claim.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

import msgspec

from worker.errors import ClaimscrubError
from worker.learning.deciding import FindingResult, precision_of
from worker.learning.learner import DenialKey, DenialTally, EditKey, EditTally, Learned

FORM: Final = 1
_CODES: Final = re.compile(r"[A-Z0-9]{0,12}(?::[A-Z0-9]{1,5})?(?:\+[A-Z0-9]{1,5}(?::[A-Z0-9]{1,5})?)*", re.ASCII)
_PAYER: Final = re.compile(r"[A-Za-z0-9 ._-]{0,80}", re.ASCII)
_NOT_A_CODE: Final = "not a code"
_NINE_TENTHS: Final = 0.9

EDIT_COLUMNS: Final = (
    "profile",
    "edit",
    "findings",
    "confirmedAsPredicted",
    "confirmedOtherwise",
    "paid",
    "undecided",
    "unanswered",
    "precision",
    "denied",
    "recovered",
    "atRisk",
    "medianDays",
)
DENIAL_COLUMNS: Final = (
    "payer",
    "profile",
    "source",
    "code",
    "reasons",
    "remarks",
    "statuses",
    "denials",
    "denied",
)


class LearnedFileError(ClaimscrubError):
    """A file is not what `claimscrub learn` writes."""


class EditPrecision(NamedTuple):
    """What was learned of an edit.

    Attributes:
        predicted, otherwise: Findings that the payer confirmed, with the predicted codes or with others.
        paid: Findings that were paid all the same.
        open: Findings without a decision.
        denied, recovered, at_risk: US dollars.
        severities: How many findings had each severity.
    """

    predicted: int
    otherwise: int
    paid: int
    open: int
    denied: Decimal
    recovered: Decimal
    at_risk: Decimal
    severities: dict[str, int]

    @property
    def decided(self) -> int:
        """How many findings were confirmed or paid."""
        return self.predicted + self.otherwise + self.paid

    @property
    def precision(self) -> float | None:
        """The share of decided findings that the payer confirmed; None when none is decided."""
        return precision_of(self.predicted + self.otherwise, self.decided)


def document_of(learned: Learned) -> dict[str, Any]:  # any JSON: our own document, written out
    """Return what was learned as JSON."""
    return {
        "form": FORM,
        "counts": dict(sorted(learned.counts.items())),
        "dollars": {
            "denied": money(learned.denied),
            "deniedWithoutFinding": money(learned.denied_without_finding),
            "paid": money(learned.paid),
        },
        "edits": [
            {**dict(zip(EDIT_COLUMNS, row, strict=True)), "severities": dict(sorted(tally.severities.items()))}
            for row, tally in zip(edit_rows(learned), _sorted_edits(learned).values(), strict=True)
        ],
        "denials": [dict(zip(DENIAL_COLUMNS, row, strict=True)) for row in denial_rows(learned)],
        "timeToAnswer": [
            {
                "payer": shown_payer(payer),
                "claims": days.total(),
                "medianDays": day_at(days, 0.5),
                "ninetyPercentDays": day_at(days, _NINE_TENTHS),
            }
            for payer, days in sorted(learned.days.items())
        ],
        "providerAdjustments": {
            _codes(reason): money(amount) for reason, amount in sorted(learned.provider_adjustments.items())
        },
    }


def edit_rows(learned: Learned) -> Iterator[tuple[object, ...]]:
    """Yield a row for each edit under a profile, as `EDIT_COLUMNS` names them."""
    for key, tally in _sorted_edits(learned).items():
        results = tally.results
        yield (
            key.profile,
            key.edit,
            results.total(),
            results[FindingResult.PREDICTED],
            results[FindingResult.OTHERWISE],
            results[FindingResult.PAID],
            results[FindingResult.UNDECIDED],
            results[FindingResult.UNANSWERED],
            None if tally.precision is None else round(tally.precision, 4),
            money(tally.denied),
            money(tally.recovered),
            money(tally.at_risk),
            day_at(tally.days, 0.5),
        )


def denial_rows(learned: Learned) -> Iterator[tuple[object, ...]]:
    """Yield a row for each kind of denial without a finding, the costliest first, as `DENIAL_COLUMNS` names them."""
    for key, tally in sorted_denials(learned):
        yield (*key, tally.count, money(tally.amount))


def sorted_denials(learned: Learned) -> list[tuple[DenialKey, DenialTally]]:
    """Return the kinds of denials without a finding as they are written, the costliest first."""
    shown: dict[DenialKey, DenialTally] = {}
    for key, tally in learned.denials.items():
        known = shown.setdefault(_shown(key), DenialTally())
        known.count += tally.count
        known.amount += tally.amount
    return sorted(shown.items(), key=lambda each: (-each[1].amount, -each[1].count, each[0]))


def money(amount: Decimal) -> str:
    """Return US dollars with cents."""
    return f"{amount:.2f}"


def day_at(days: Counter[int], share: float) -> int | None:
    """Return the day by which a share of all had come; None when there are none."""
    wanted, seen = days.total() * share, 0
    for day in sorted(days):
        seen += days[day]
        if seen >= wanted:
            return day
    return None


def _sorted_edits(learned: Learned) -> dict[EditKey, EditTally]:
    return dict(sorted(learned.edits.items()))


def _shown(key: DenialKey) -> DenialKey:
    """Codes are written as codes only: whatever else somebody sent in their place may be text about a person."""
    return key._replace(
        payer=shown_payer(key.payer),
        code=_codes(key.code),
        reasons=_codes(key.reasons),
        remarks=_codes(key.remarks),
        statuses=_codes(key.statuses),
    )


def _codes(text: str) -> str:
    return text if _CODES.fullmatch(text) else _NOT_A_CODE


def shown_payer(text: str) -> str:
    """Return a payer's id as it is written; what is not one may be text about a person."""
    return text if _PAYER.fullmatch(text) else _NOT_A_CODE


class _LearnedEdit(msgspec.Struct, rename="camel"):
    profile: str
    edit: str
    confirmed_as_predicted: int
    confirmed_otherwise: int
    paid: int
    undecided: int
    unanswered: int
    denied: Decimal
    recovered: Decimal
    at_risk: Decimal
    severities: dict[str, int] = {}


class _LearnedDocument(msgspec.Struct):
    form: int
    edits: list[_LearnedEdit]


def read_precision(content: bytes) -> dict[EditKey, EditPrecision]:
    """Return the precision of edits from a document. Raises `LearnedFileError`."""
    try:
        written = msgspec.json.decode(content, type=_LearnedDocument)
    except msgspec.DecodeError as error:
        raise LearnedFileError(f"is not a learned.json of `claimscrub learn` ({error})") from None
    if written.form != FORM:
        raise LearnedFileError(f"is of form {written.form}; write it again with `claimscrub learn`")
    return {
        EditKey(each.profile, each.edit): EditPrecision(
            each.confirmed_as_predicted,
            each.confirmed_otherwise,
            each.paid,
            each.undecided + each.unanswered,
            each.denied,
            each.recovered,
            each.at_risk,
            each.severities,
        )
        for each in written.edits
    }


def over_profiles(found: Sequence[EditPrecision]) -> EditPrecision:
    """Return the sum of what was learned of an edit under several profiles."""
    severities: Counter[str] = Counter()
    for each in found:
        severities.update(each.severities)
    return EditPrecision(
        sum(each.predicted for each in found),
        sum(each.otherwise for each in found),
        sum(each.paid for each in found),
        sum(each.open for each in found),
        sum((each.denied for each in found), Decimal(0)),
        sum((each.recovered for each in found), Decimal(0)),
        sum((each.at_risk for each in found), Decimal(0)),
        dict(severities),
    )
