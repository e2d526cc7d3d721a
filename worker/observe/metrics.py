"""The one catalogue of metrics: what is measured, in which unit, with which closed sets of labels."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from schemas.dead_letter import DeadLetterReason, DeadLetterStage

PREFIX: Final = "claimscrub_"

OUTCOMES: Final = ("scrubbed", "rejected", "pended", "dead-lettered", "skipped")
SEVERITIES: Final = ("reject", "pend", "warn")
STAGES: Final = ("decode", "enrich", "check", "decide", "encode")

_SECONDS_TO_WORK: Final = (0.00001, 0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
_SECONDS_TO_LEAVE: Final = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900)


class Kind(StrEnum):
    """What kind of instrument a metric is."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Label:
    """One label; `values` is its closed set, or none where the deployment closes it.

    A label whose set the deployment closes is never filled from a message.
    """

    name: str
    values: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric; the name stands without the prefix `claimscrub_`."""

    name: str
    kind: Kind
    unit: str
    meaning: str
    labels: tuple[Label, ...] = ()
    buckets: tuple[float, ...] = ()


_EDIT: Final = Label("edit")
_OUTCOME: Final = Label("outcome", OUTCOMES)
_STAGE: Final = Label("stage", STAGES)
_TABLE: Final = Label("table")
_EDITION: Final = Label("edition")

CATALOGUE: Final = (
    Metric(
        "claims_received_total",
        Kind.COUNTER,
        "messages",
        "Messages taken into a batch, an X12 interchange as its claims; less those in flight and those dropped as "
        "revoked, all have an outcome.",
    ),
    Metric(
        "claims_total",
        Kind.COUNTER,
        "messages",
        "Messages whose outcome the broker has acknowledged.",
        (_OUTCOME,),
    ),
    Metric(
        "claims_dropped_total",
        Kind.COUNTER,
        "messages",
        "Deliveries left to another worker or another try: the offset did not move.",
        (Label("cause", ("already-done", "generation", "gap", "revoked")),),
    ),
    Metric(
        "findings_total",
        Kind.COUNTER,
        "findings",
        "Findings, by the edit that reports them.",
        (_EDIT, Label("severity", SEVERITIES)),
    ),
    Metric(
        "dead_letters_total",
        Kind.COUNTER,
        "messages",
        "Dead letters, by what was wrong and how far the message came.",
        (
            Label("reason", tuple(DeadLetterReason)),
            Label("stage", tuple(DeadLetterStage)),
        ),
    ),
    Metric("no_data_total", Kind.COUNTER, "edits", "Edits that had no data to decide a claim.", (_EDIT,)),
    Metric(
        "claims_unverified_total",
        Kind.COUNTER,
        "messages",
        "Claims that went out as scrubbed although an edit that can hold a claim had no data to decide them.",
    ),
    Metric("edit_errors_total", Kind.COUNTER, "errors", "Edits that failed with an error of their own.", (_EDIT,)),
    Metric(
        "stage_seconds",
        Kind.HISTOGRAM,
        "seconds",
        "Time that one claim spends in one stage of the pipeline.",
        (_STAGE,),
        _SECONDS_TO_WORK,
    ),
    Metric(
        "end_to_end_seconds",
        Kind.HISTOGRAM,
        "seconds",
        "Time from the record's timestamp to the broker's acknowledgement of the outcome.",
        (_OUTCOME,),
        _SECONDS_TO_LEAVE,
    ),
    Metric("in_flight_claims", Kind.GAUGE, "messages", "Messages in the batch that is being worked on."),
    Metric(
        "consumer_lag_records",
        Kind.GAUGE,
        "messages",
        "Messages that wait in an assigned partition.",
        (Label("topic"), Label("partition")),
    ),
    Metric(
        "consumer_stalls_total",
        Kind.COUNTER,
        "stalls",
        "Times that messages waited in a partition and none came, so that it was read again.",
    ),
    Metric("assigned_partitions", Kind.GAUGE, "partitions", "Claim partitions that this worker owns."),
    Metric("rebalances_total", Kind.COUNTER, "rebalances", "Times that the group shared out its partitions."),
    Metric(
        "commits_total",
        Kind.COUNTER,
        "commits",
        "Commits of offsets, which under exactly-once are transactions.",
        (Label("result", ("ok", "aborted", "uncertain")),),
    ),
    Metric(
        "last_processed_timestamp_seconds",
        Kind.GAUGE,
        "seconds since 1970",
        "When the last batch was acknowledged.",
    ),
    Metric(
        "reference_info",
        Kind.GAUGE,
        "1",
        "The digest of the reference tables that are loaded; workers that differ give different verdicts.",
        (Label("digest"),),
    ),
    Metric(
        "reference_edition_info",
        Kind.GAUGE,
        "1",
        "The edition of a reference table that is loaded.",
        (_TABLE, _EDITION),
    ),
    Metric(
        "reference_in_force_from_timestamp_seconds",
        Kind.GAUGE,
        "seconds since 1970",
        "First day that the loaded editions of a reference table cover.",
        (_TABLE,),
    ),
    Metric(
        "reference_in_force_to_timestamp_seconds",
        Kind.GAUGE,
        "seconds since 1970",
        "Last day that the loaded editions of a reference table cover.",
        (_TABLE,),
    ),
    Metric(
        "reference_updates_total",
        Kind.COUNTER,
        "requests",
        "Requests to swap the reference tables, by notice or SIGHUP; at `rejected` the old tables stay.",
        (Label("result", ("loaded", "unchanged", "superseded", "rejected")),),
    ),
    Metric(
        "clock_skew_total",
        Kind.COUNTER,
        "messages",
        "Messages whose timestamp lies in the future or is missing; no end-to-end time is taken of them.",
    ),
    Metric("key_missing_total", Kind.COUNTER, "messages", "Messages without a key: no order is kept for them."),
    Metric(
        "log_records_dropped_total",
        Kind.COUNTER,
        "records",
        "Log records dropped: stdout was blocked, or a library repeated itself.",
        (Label("cause", ("blocked", "repeated")),),
    ),
    Metric(
        "log_fields_dropped_total",
        Kind.COUNTER,
        "fields",
        "Fields that a log call passed and that are not on the list of allowed ones; above 0 is a bug.",
    ),
    Metric(
        "build_info",
        Kind.GAUGE,
        "1",
        "What is running.",
        (Label("version"), Label("revision"), Label("python"), Label("delivery")),
    ),
)
