"""The catalogue of metrics of `claimscrub learner`: what payers' answers say of edits."""

from typing import Final

from worker.learning.deciding import FindingResult
from worker.observe.metrics import Label, Metric, MetricKind

RESULTS: Final = {
    FindingResult.PREDICTED: "predicted",
    FindingResult.OTHERWISE: "otherwise",
    FindingResult.PAID: "paid",
    FindingResult.UNDECIDED: "undecided",
    FindingResult.UNANSWERED: "unanswered",
}
"""The label of each result."""
ANSWERS: Final = {
    "joinedAnswers": "joined",
    "unknownAnswers": "unknown",
    "contradictedAnswers": "contradicted",
    "ambiguousAnswers": "ambiguous",
}
"""The label of each way in which an answer is joined, or not."""
_EDIT: Final = Label("edit")

LEARNING_CATALOGUE: Final = (
    Metric(
        "learned_findings",
        MetricKind.GAUGE,
        "findings",
        "Findings by edit and by what payers made of them: confirmed as predicted or otherwise, paid all the same, not "
        "decided, or not answered.",
        (_EDIT, Label("result", tuple(RESULTS.values()))),
    ),
    Metric(
        "learned_denied_dollars", MetricKind.GAUGE, "dollars", "What payers refused for what an edit found.", (_EDIT,)
    ),
    Metric(
        "learned_recovered_dollars",
        MetricKind.GAUGE,
        "dollars",
        "What of it was paid after a denial was taken back.",
        (_EDIT,),
    ),
    Metric(
        "learned_at_risk_dollars",
        MetricKind.GAUGE,
        "dollars",
        "What is charged for findings that no payer has decided.",
        (_EDIT,),
    ),
    Metric(
        "learned_denials",
        MetricKind.GAUGE,
        "denials",
        "Denials of lines and claims, by whether a finding spoke of it.",
        (Label("finding", ("with", "without")),),
    ),
    Metric(
        "learned_denied_without_finding_dollars",
        MetricKind.GAUGE,
        "dollars",
        "What payers refused and no finding spoke of.",
    ),
    Metric(
        "learned_answers",
        MetricKind.GAUGE,
        "answers",
        "Answers about claims by whether they were joined with one; what fits several is never guessed.",
        (Label("result", tuple(ANSWERS.values())),),
    ),
    Metric("learned_outcomes_total", MetricKind.COUNTER, "outcomes", "Outcomes that were read."),
    Metric("learned_responses_total", MetricKind.COUNTER, "messages", "Messages with payers' answers that were read."),
    Metric(
        "learned_flaws_total",
        MetricKind.COUNTER,
        "flaws",
        "Parts of payers' answers that were left out because they are damaged.",
    ),
    Metric(
        "learned_unreadable_total",
        MetricKind.COUNTER,
        "messages",
        "Records that are not an outcome, or no X12 interchange; they are left out.",
    ),
    Metric(
        "learned_waiting_records",
        MetricKind.GAUGE,
        "records",
        "Records of the topics that are not read yet.",
    ),
    Metric(
        "learned_kept_timestamp_seconds",
        MetricKind.GAUGE,
        "seconds since 1970",
        "When what was read last became durable.",
    ),
)
