"""The one catalogue of metrics, with their units and closed sets of labels."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from schemas.dead_letter import DeadLetterReason, DeadLetterStage

PREFIX: Final = "claimscrub_"

DISPOSITIONS: Final = ("scrubbed", "rejected", "pended")
OUTCOMES: Final = (*DISPOSITIONS, "dead-lettered", "skipped")
BASES: Final = ("full", "carried", "partial")
SEVERITIES: Final = ("reject", "pend", "warn")
STAGES: Final = ("decode", "enrich", "check", "decide", "encode")
CONNECTIONS: Final = ("open", "missing")
READINESS: Final = (
    "group_joined",
    "reference_loaded",
    "producer_usable",
    "dead_letters_within_limit",
    "broker_answers",
)

DOCUMENT_RESULTS: Final = ("joined", "waiting", "copy", "unmatched", "ambiguous", "refused")
"""What becomes of late documentation: `waiting` is until its claim comes, `refused` is what could not be joined."""

SHADOW_RESULTS: Final = ("same", "different", "failed", "skipped")
"""What a shadow made of a claim; `skipped` was not shown to it, or not judged in time."""

SHADOW_DIRECTIONS: Final = ("held", "released", "moved")
"""How a claim flips: held by the shadow only, held by the configuration in force only, held otherwise by each."""

_SECONDS_TO_WORK: Final = (0.00001, 0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
_SECONDS_TO_DELIVER: Final = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30)
_BYTES: Final = (1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304)
_SECONDS_TO_LEAVE: Final = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900)


class MetricKind(StrEnum):
    """What kind of instrument a metric is."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Label:
    """One label; `values` is its closed set, or None when the deployment closes it.

    A label whose set the deployment closes is never filled from a message.
    """

    name: str
    values: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric; the name is without the prefix `claimscrub_`."""

    name: str
    kind: MetricKind
    unit: str
    meaning: str
    labels: tuple[Label, ...] = ()
    buckets: tuple[float, ...] = ()


_EDIT: Final = Label("edit")
_PAYER: Final = Label("payer")
_OUTCOME: Final = Label("outcome", OUTCOMES)
_STAGE: Final = Label("stage", STAGES)
_PARTITION: Final = (Label("topic"), Label("partition"))
_TABLE: Final = Label("table")
_DIRECTION: Final = Label("direction", SHADOW_DIRECTIONS)
_EDITION: Final = Label("edition")

CATALOGUE: Final = (
    Metric(
        "claims_received_total",
        MetricKind.COUNTER,
        "messages",
        "Messages taken into a batch, an X12 interchange as its claims; all have an outcome except those in "
        "flight and those dropped as revoked.",
    ),
    Metric(
        "claims_total",
        MetricKind.COUNTER,
        "messages",
        "Messages whose outcome the broker has acknowledged.",
        (_OUTCOME,),
    ),
    Metric(
        "claims_by_payer_total",
        MetricKind.COUNTER,
        "messages",
        "Claims by the payer profile that decided them.",
        (_PAYER, Label("outcome", DISPOSITIONS)),
    ),
    Metric(
        "claims_dropped_total",
        MetricKind.COUNTER,
        "messages",
        "Deliveries left to another worker or another try: the offset did not move.",
        (Label("cause", ("already-done", "generation", "gap", "revoked")),),
    ),
    Metric(
        "findings_total",
        MetricKind.COUNTER,
        "findings",
        "Findings, by the edit that reports them.",
        (_EDIT, Label("severity", SEVERITIES)),
    ),
    Metric(
        "dead_letters_total",
        MetricKind.COUNTER,
        "messages",
        "Dead letters, by reason and by the stage that the message reached.",
        (
            Label("reason", tuple(DeadLetterReason)),
            Label("stage", tuple(DeadLetterStage)),
        ),
    ),
    Metric(
        "unreadable_messages_total",
        MetricKind.COUNTER,
        "messages",
        "Messages that a Kafka library could not read; each is a dead letter, without its bytes if need be.",
        _PARTITION,
    ),
    Metric(
        "expired_unread_total",
        MetricKind.COUNTER,
        "offsets",
        "Offsets that the broker's retention deleted before a worker had read them; control records count too.",
        _PARTITION,
    ),
    Metric(
        "logs_replaced_total",
        MetricKind.COUNTER,
        "logs",
        "Logs of a partition that are others than the one that was read: the topic was created again, or lost its end.",
        _PARTITION,
    ),
    Metric(
        "dead_letter_limit_reached",
        MetricKind.GAUGE,
        "partitions",
        "Partitions held because too much of what was read from them turned into dead letters.",
    ),
    Metric(
        "crash_suspects_total",
        MetricKind.COUNTER,
        "lanes",
        "Partitions taken over from a worker that crashed, perhaps on one of their claims.",
    ),
    Metric("no_data_total", MetricKind.COUNTER, "edits", "Edits that had no data to decide a claim.", (_EDIT,)),
    Metric(
        "claims_basis_total",
        MetricKind.COUNTER,
        "claims",
        "Claims by how far the tables by which they are held reach into their days.",
        (Label("basis", BASES),),
    ),
    Metric(
        "claims_table_basis_total",
        MetricKind.COUNTER,
        "claims",
        "Claims for which a table was carried forward from an earlier edition, or had no answer.",
        (_TABLE, Label("basis", ("carried", "missing"))),
    ),
    Metric(
        "claims_not_read_whole_total",
        MetricKind.COUNTER,
        "messages",
        "Claims with members that neither an edit nor the writer of 837s knows; their outcomes name them in notRead.",
    ),
    Metric(
        "edit_errors_total", MetricKind.COUNTER, "errors", "Edits that failed with an error of their own.", (_EDIT,)
    ),
    Metric(
        "budget_overruns_total",
        MetricKind.COUNTER,
        "overruns",
        "Times that a claim had used up its processor time and the running edit was stopped.",
    ),
    Metric(
        "stage_seconds",
        MetricKind.HISTOGRAM,
        "seconds",
        "Time that one claim spends in one stage of the pipeline.",
        (_STAGE,),
        _SECONDS_TO_WORK,
    ),
    Metric(
        "end_to_end_seconds",
        MetricKind.HISTOGRAM,
        "seconds",
        "Time from the record's timestamp to the broker's acknowledgement of the outcome.",
        (_OUTCOME,),
        _SECONDS_TO_LEAVE,
    ),
    Metric(
        "billed_dollars_total",
        MetricKind.COUNTER,
        "dollars",
        "Total charges of the claims by outcome; amounts that cannot be on an 837P are left out.",
        (Label("outcome", DISPOSITIONS),),
    ),
    Metric(
        "held_dollars_total",
        MetricKind.COUNTER,
        "dollars",
        "Total charges of the claims that an edit rejected or pended; a claim that two edits hold counts for both.",
        (_EDIT,),
    ),
    Metric(
        "shadow_claims_total",
        MetricKind.COUNTER,
        "claims",
        "Claims with an outcome by what the shadow made of them; skipped were not shown to it, or not judged in time.",
        (Label("result", SHADOW_RESULTS),),
    ),
    Metric(
        "shadow_flips_total",
        MetricKind.COUNTER,
        "claims",
        "Claims that go elsewhere by the shadow: held by it only, released by it only, or held otherwise.",
        (_DIRECTION,),
    ),
    Metric(
        "shadow_flips_by_edit_total",
        MetricKind.COUNTER,
        "claims",
        "Such claims by each edit of which a finding is new or gone; one with two edits counts for both.",
        (Label("shadow_edit"), _DIRECTION),
    ),
    Metric("shadow_flipped_dollars_total", MetricKind.COUNTER, "dollars", "Their total charges.", (_DIRECTION,)),
    Metric(
        "shadow_seconds_total", MetricKind.COUNTER, "seconds", "Time that the shadow took for the claims it judged."
    ),
    Metric(
        "shadowed_seconds_total",
        MetricKind.COUNTER,
        "seconds",
        "Time that the configuration in force took for the same claims.",
    ),
    Metric(
        "shadow_failures_total",
        MetricKind.COUNTER,
        "processes",
        "Processes of the shadow that were given up: they ended, or did not answer in time.",
        (Label("reason", ("ended", "late")),),
    ),
    Metric(
        "shadow_state",
        MetricKind.GAUGE,
        "boolean",
        "1 for what the shadow does: loading, judging or off; all 0 without one.",
        (Label("state", ("loading", "judging", "off")),),
    ),
    Metric(
        "shadow_info",
        MetricKind.GAUGE,
        "1",
        "What the shadow judges with: the digests of its rules and tables.",
        (Label("ruleset"), Label("reference")),
    ),
    Metric(
        "message_bytes",
        MetricKind.HISTOGRAM,
        "bytes",
        "Sizes of the messages taken in and of the records sent out.",
        (Label("direction", ("in", "out")),),
        _BYTES,
    ),
    Metric("in_flight_claims", MetricKind.GAUGE, "messages", "Messages in the batches that are being worked on."),
    Metric("waiting_claims", MetricKind.GAUGE, "messages", "Messages fetched that wait for their batch."),
    Metric(
        "waiting_claims_limit",
        MetricKind.GAUGE,
        "messages",
        "Messages that may wait before fetching pauses.",
    ),
    Metric(
        "claims_unaccounted",
        MetricKind.GAUGE,
        "messages",
        "Received minus outcomes, in flight and dropped as revoked, at the scrape; other than 0 for long is a bug.",
    ),
    Metric(
        "consumer_lag_records",
        MetricKind.GAUGE,
        "messages",
        "Messages that wait in an assigned partition: its end minus the next offset.",
        _PARTITION,
    ),
    Metric(
        "consumer_lag_seconds",
        MetricKind.GAUGE,
        "seconds",
        "Age of the oldest message without an outcome in an assigned partition, at the scrape; 0 if none waits.",
        _PARTITION,
    ),
    Metric(
        "broker_silent_seconds",
        MetricKind.GAUGE,
        "seconds",
        "Time since a broker last answered, at the scrape.",
    ),
    Metric(
        "kafka_connections",
        MetricKind.GAUGE,
        "connections",
        "Connections to brokers that the consumer and the committer have open, and how many of these "
        "clients have none and so miss one.",
        (Label("state", CONNECTIONS),),
    ),
    Metric(
        "event_loop_silent_seconds",
        MetricKind.GAUGE,
        "seconds",
        "Time since the event loop last turned, at the scrape; something blocks it.",
    ),
    Metric(
        "ready",
        MetricKind.GAUGE,
        "1",
        "Whether a part of readiness holds (1) or not (0).",
        (Label("part", READINESS),),
    ),
    Metric(
        "consumer_stalls_total",
        MetricKind.COUNTER,
        "stalls",
        "Times that messages waited in a partition and none came, so that it was read again.",
    ),
    Metric("assigned_partitions", MetricKind.GAUGE, "partitions", "Claim partitions that this worker owns."),
    Metric(
        "group_generation",
        MetricKind.GAUGE,
        "1",
        "The consumer group's generation; all workers of a group have the same.",
    ),
    Metric("rebalances_total", MetricKind.COUNTER, "rebalances", "Times that the group reassigned its partitions."),
    Metric(
        "commits_total",
        MetricKind.COUNTER,
        "commits",
        "Commits of offsets, which under exactly-once are transactions.",
        (Label("result", ("ok", "aborted", "uncertain")),),
    ),
    Metric(
        "last_commit_timestamp_seconds",
        MetricKind.GAUGE,
        "seconds since 1970",
        "When offsets were last committed.",
    ),
    Metric(
        "claims_routed_total",
        MetricKind.COUNTER,
        "claims",
        "Claims sent to the partition of their patient; they are received and counted there.",
    ),
    Metric(
        "decisions_routed_total",
        MetricKind.COUNTER,
        "decisions",
        "Decisions of payers sent to the partition of the patient, where they are applied.",
    ),
    Metric(
        "documents_routed_total",
        MetricKind.COUNTER,
        "documents",
        "Late documents sent to the partition of their patient, where they are joined with their claim.",
    ),
    Metric(
        "decisions_total",
        MetricKind.COUNTER,
        "decisions",
        "Decisions of payers by what they met: a claim that is known, none (they are kept, should it come yet), or the "
        "same decision again.",
        (Label("met", ("claim", "none", "repeated")),),
    ),
    Metric(
        "history_records",
        MetricKind.GAUGE,
        "records",
        "Records written to the changelog since the memories of this worker's partitions began.",
    ),
    Metric("history_bytes", MetricKind.GAUGE, "bytes", "Size of the files of the memory of earlier claims."),
    Metric(
        "history_disk_used_ratio",
        MetricKind.GAUGE,
        "share",
        "Share of the volume of the memory that is used; 0 without a memory.",
    ),
    Metric(
        "history_restoring",
        MetricKind.GAUGE,
        "partitions",
        "Partitions of which the memory is restored, so that nothing of them is judged.",
    ),
    Metric(
        "history_restored_records_total",
        MetricKind.COUNTER,
        "records",
        "Records of the changelog that were read to restore a memory.",
    ),
    Metric(
        "history_restore_seconds",
        MetricKind.HISTOGRAM,
        "seconds",
        "Time until the memory of a partition was restored.",
        (),
        _SECONDS_TO_LEAVE,
    ),
    Metric(
        "history_lookup_seconds",
        MetricKind.HISTOGRAM,
        "seconds",
        "Time to look up the earlier claims of a patient.",
        (),
        _SECONDS_TO_WORK,
    ),
    Metric(
        "history_view_cut_total",
        MetricKind.COUNTER,
        "claims",
        "Claims whose patient had more earlier claims than a verdict looks at.",
    ),
    Metric(
        "history_person_missing_total",
        MetricKind.COUNTER,
        "claims",
        "Claims judged without a memory, as payer or member is missing in them.",
    ),
    Metric(
        "history_misplaced_total",
        MetricKind.COUNTER,
        "claims",
        "Claims that their sender put into another partition than that of their patient; each is a dead letter.",
    ),
    Metric(
        "history_replays_unverified_total",
        MetricKind.COUNTER,
        "claims",
        "Replayed claims whose header names the first sighting of another claim; each is judged as one of its own.",
    ),
    Metric(
        "history_broken_total",
        MetricKind.COUNTER,
        "failures",
        "Memories that could not be read, restored or written; the worker ends.",
    ),
    Metric(
        "history_forgotten_total",
        MetricKind.COUNTER,
        "claims",
        "Remembered claims, and claims and documents that wait, that were deleted on request.",
    ),
    Metric(
        "pended_claims",
        MetricKind.GAUGE,
        "claims",
        "Pended claims that wait for documentation, on this worker.",
    ),
    Metric(
        "pended_oldest_seconds",
        MetricKind.GAUGE,
        "seconds",
        "How long the oldest of them has waited since the day on which it came.",
    ),
    Metric(
        "pended_limit_seconds",
        MetricKind.GAUGE,
        "seconds",
        "How long pended claims are waited for (CLAIMSCRUB_PENDED_DAYS).",
    ),
    Metric(
        "documents_waiting",
        MetricKind.GAUGE,
        "documents",
        "Documents that wait for their claim, on this worker.",
    ),
    Metric(
        "pended_expired_total",
        MetricKind.COUNTER,
        "claims",
        "Pended claims for which no documentation came in time.",
    ),
    Metric(
        "pended_not_kept_total",
        MetricKind.COUNTER,
        "claims",
        "Pended claims that no document can find, since they do not say whose they are.",
    ),
    Metric(
        "documents_total",
        MetricKind.COUNTER,
        "documents",
        "Documents by what became of them.",
        (Label("result", DOCUMENT_RESULTS),),
    ),
    Metric(
        "delivery_seconds",
        MetricKind.HISTOGRAM,
        "seconds",
        "Time until the broker has acknowledged all records of a batch.",
        (),
        _SECONDS_TO_DELIVER,
    ),
    Metric(
        "produce_retries_total",
        MetricKind.COUNTER,
        "batches",
        "Batches of records queued to be sent again because no broker answered or one refused for now; the broker "
        "keeps one copy.",
    ),
    Metric(
        "last_processed_timestamp_seconds",
        MetricKind.GAUGE,
        "seconds since 1970",
        "When the last batch was acknowledged.",
    ),
    Metric(
        "ruleset_info",
        MetricKind.GAUGE,
        "1",
        "The digest of the edits, profiles and guides; workers that differ give different verdicts.",
        (Label("digest"),),
    ),
    Metric(
        "reference_loaded_timestamp_seconds",
        MetricKind.GAUGE,
        "seconds since 1970",
        "When the reference tables in use were loaded.",
    ),
    Metric(
        "reference_info",
        MetricKind.GAUGE,
        "1",
        "The digest of the reference tables that are loaded; workers that differ give different verdicts.",
        (Label("digest"),),
    ),
    Metric(
        "reference_edition_info",
        MetricKind.GAUGE,
        "1",
        "The edition of a reference table that is loaded.",
        (_TABLE, _EDITION),
    ),
    Metric(
        "reference_rows",
        MetricKind.GAUGE,
        "rows",
        "Rows of a reference table over all its loaded editions.",
        (_TABLE,),
    ),
    Metric(
        "reference_in_force_from_timestamp_seconds",
        MetricKind.GAUGE,
        "seconds since 1970",
        "First day that the loaded editions of a reference table cover.",
        (_TABLE,),
    ),
    Metric(
        "reference_trusted_to_timestamp_seconds",
        MetricKind.GAUGE,
        "seconds since 1970",
        "Last day for which a reference table answers, rows that are carried forward included.",
        (_TABLE,),
    ),
    Metric(
        "suppression_until_timestamp_seconds",
        MetricKind.GAUGE,
        "seconds since 1970",
        "Last day on which a suppression of an edit by a profile holds; the edit is on again the day after.",
        (Label("profile"), _EDIT),
    ),
    Metric(
        "reference_no_later_edition",
        MetricKind.GAUGE,
        "0 or 1",
        "1 for a table of which no later edition could be had when the tables were put together; an import ends that.",
        (_TABLE,),
    ),
    Metric(
        "reference_in_force_to_timestamp_seconds",
        MetricKind.GAUGE,
        "seconds since 1970",
        "Last day that the loaded editions of a reference table cover.",
        (_TABLE,),
    ),
    Metric(
        "reference_updates_total",
        MetricKind.COUNTER,
        "requests",
        "Requests to swap the reference tables, by notice or SIGHUP; at `rejected` the old tables stay.",
        (Label("result", ("loaded", "unchanged", "superseded", "rejected")),),
    ),
    Metric(
        "duplicate_outputs_suspected_total",
        MetricKind.COUNTER,
        "messages",
        "Outcomes whose id is among the last 20,000 that this worker published: a message delivered twice, or a "
        "claim submitted twice in one day.",
    ),
    Metric(
        "clock_skew_total",
        MetricKind.COUNTER,
        "messages",
        "Messages whose timestamp lies in the future or is missing; they have no end-to-end time.",
    ),
    Metric(
        "sasl_token_expiry_timestamp_seconds",
        MetricKind.GAUGE,
        "seconds since 1970",
        "When the bearer token in its file expires, by its own claim; 0 without one.",
    ),
    Metric("key_missing_total", MetricKind.COUNTER, "messages", "Messages without a key: no order is kept for them."),
    Metric(
        "log_records_dropped_total",
        MetricKind.COUNTER,
        "records",
        "Log records dropped: stdout was blocked, or a library repeated itself.",
        (Label("cause", ("blocked", "repeated")),),
    ),
    Metric(
        "log_fields_dropped_total",
        MetricKind.COUNTER,
        "fields",
        "Fields of log calls that are not on the list of allowed ones; above 0 is a bug.",
    ),
    Metric(
        "build_info",
        MetricKind.GAUGE,
        "1",
        "The running version.",
        (Label("version"), Label("revision"), Label("python"), Label("delivery")),
    ),
    Metric(
        "settings_info",
        MetricKind.GAUGE,
        "1",
        "The digest of all settings, as in the log at the start; the name of a worker is one of them.",
        (Label("digest"),),
    ),
)
