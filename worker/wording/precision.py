"""What was learned of an edit from payers' answers, in words and as plain data."""

from typing import Any

from worker.learning.document import EditPrecision, money
from worker.wording.counts import counted


def precision_in_words(learned: EditPrecision) -> str:
    """Return what payers made of the findings of an edit, in two sentences."""
    open_ = f"{counted(learned.open, 'finding')} without a decision"
    if learned.precision is None:
        return f"No finding is decided; {open_}. ${money(learned.at_risk)} at risk."
    confirmed = learned.predicted + learned.otherwise
    return (
        f"{share_of(learned)} of {counted(learned.decided, 'decided finding')} confirmed: {confirmed:,}, of which "
        f"{learned.predicted:,} with the predicted codes; {learned.paid:,} paid all the same; {open_}. "
        f"${money(learned.denied)} denied, ${money(learned.recovered)} recovered, ${money(learned.at_risk)} at risk."
    )


def share_of(learned: EditPrecision | None) -> str:
    """Return the precision as a share; a dash when nothing is decided."""
    return "-" if learned is None or learned.precision is None else f"{learned.precision:.1%}"


def precision_as_json(learned: EditPrecision | None) -> dict[str, Any] | None:  # any JSON object
    """Return the same for a program; None when the file has nothing of the edit."""
    if learned is None:
        return None
    return {
        "precision": None if learned.precision is None else round(learned.precision, 4),
        "confirmedAsPredicted": learned.predicted,
        "confirmedOtherwise": learned.otherwise,
        "paid": learned.paid,
        "withoutDecision": learned.open,
        "denied": money(learned.denied),
        "recovered": money(learned.recovered),
        "atRisk": money(learned.at_risk),
    }
