"""The names that your own edits may import; semantic versioning covers these, and no other module of the package.

`config/README.md` shows an edit that uses them. Everything else may move or change with any release.
"""

from schemas.outcome import Citation, Severity
from schemas.values import as_day, as_money, as_quantity
from worker.edits.edit import (
    BOTH_KINDS,
    PROFESSIONAL,
    Bypassed,
    Context,
    DoesNotApply,
    Flaw,
    NoData,
    Options,
    Verdict,
    claim_edit,
    drug_day_edit,
    drug_line_edit,
    line_edit,
    predicts,
    unless_given,
)
from worker.edits.facts.claim import ClaimFacts, DrugDay, LineFacts
from worker.edits.facts.locate import at_path, in_claim, in_diagnosis, in_line

__all__ = [
    "BOTH_KINDS",
    "PROFESSIONAL",
    "Bypassed",
    "Citation",
    "ClaimFacts",
    "Context",
    "DoesNotApply",
    "DrugDay",
    "Flaw",
    "LineFacts",
    "NoData",
    "Options",
    "Severity",
    "Verdict",
    "as_day",
    "as_money",
    "as_quantity",
    "at_path",
    "claim_edit",
    "drug_day_edit",
    "drug_line_edit",
    "in_claim",
    "in_diagnosis",
    "in_line",
    "line_edit",
    "predicts",
    "unless_given",
]
