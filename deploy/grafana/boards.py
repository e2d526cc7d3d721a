"""The dashboards: seven boards of panels, each with its Prometheus queries.

In an expression `$J` stands for the selector of the chosen jobs, `$P` and `$E` for those of the chosen payers and
edits, and `$R` for a range that fits the zoom.
No panel shows a claim: there is none in the metrics.
"""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class PanelView(StrEnum):
    """How a panel shows its answers."""

    LINES = "lines"
    NUMBER = "number"
    ROWS = "rows"


@dataclass(frozen=True, slots=True)
class Query:
    """One question, in PromQL, and how its series are called."""

    expr: str
    legend: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel; `unit` is Grafana's name of the unit, `meaning` what a reader is to make of it.

    `runbook` is the name of the page that says what to do about it, if one does.
    """

    title: str
    unit: str
    meaning: str
    queries: tuple[Query, ...]
    view: PanelView = PanelView.LINES
    runbook: str = ""


class BoardFilter(StrEnum):
    """What the panels of a board can be narrowed down to: the name of a label."""

    PAYER = "payer"
    EDIT = "edit"


@dataclass(frozen=True, slots=True)
class Board:
    """One dashboard; `filters` has the metric whose labels are offered, for each choice that there is."""

    uid: str
    title: str
    meaning: str
    panels: tuple[Panel, ...]
    filters: tuple[tuple[BoardFilter, str], ...] = ()


def _quantiles(metric: str, *, by: str = "le") -> tuple[Query, ...]:
    return tuple(
        Query(f"histogram_quantile({share}, sum by ({by}) (rate({metric}_bucket{{$J}}[$R])))", f"p{share * 100:g}")
        for share in (0.5, 0.95, 0.99)
    )


_DECIDED: Final = 'claimscrub_claims_by_payer_total{$J,$P,outcome=~"scrubbed|rejected|pended"}'
_MILD: Final = 'claimscrub_findings_total{$J,$E,severity!="reject"}'

FLOW: Final = Board(
    "claimscrub-flow",
    "claimscrub: Flow",
    "Whether claims flow, how long they take, and what they are worth.",
    (
        Panel(
            "Claims a second",
            "ops",
            "Messages answered, by outcome.",
            (Query("sum by (outcome) (rate(claimscrub_claims_total{$J}[$R]))", "{{outcome}}"),),
        ),
        Panel(
            "In and out",
            "ops",
            "Taken in and answered; they part only while a batch is in flight.",
            (
                Query("sum(rate(claimscrub_claims_received_total{$J}[$R]))", "in"),
                Query("sum(rate(claimscrub_claims_total{$J}[$R]))", "out"),
            ),
        ),
        Panel(
            "Lag in messages",
            "short",
            "Messages that wait in each partition.",
            (Query("sum by (partition) (claimscrub_consumer_lag_records{$J})", "partition {{partition}}"),),
        ),
        Panel(
            "Lag in time",
            "s",
            "Age of the oldest message without an outcome in each partition.",
            (Query("max by (partition) (claimscrub_consumer_lag_seconds{$J})", "partition {{partition}}"),),
            runbook="ClaimScrubberPartitionStuck",
        ),
        Panel(
            "From sender to outcome",
            "s",
            "Time from the record's timestamp to the acknowledged outcome; exemplars lead to traces.",
            _quantiles("claimscrub_end_to_end_seconds"),
        ),
        Panel(
            "Slower than 30 s",
            "percentunit",
            "The objective is 0.1 % over 30 days.",
            (
                Query("job:claimscrub_slow_claims:ratio_rate5m{$J}", "5 minutes"),
                Query("job:claimscrub_slow_claims:ratio_rate1h{$J}", "1 hour"),
            ),
            runbook="ClaimScrubberLatencyBudgetBurn",
        ),
        Panel(
            "Billed in the last hour",
            "currencyUSD",
            "Total charges of the claims, by outcome.",
            (Query("sum by (outcome) (increase(claimscrub_billed_dollars_total{$J}[1h]))", "{{outcome}}"),),
        ),
        Panel(
            "Waiting and in flight",
            "short",
            "Messages fetched; at the limit no more are fetched.",
            (
                Query("sum(claimscrub_waiting_claims{$J})", "waiting"),
                Query("sum(claimscrub_in_flight_claims{$J})", "in flight"),
                Query("sum(claimscrub_waiting_claims_limit{$J})", "limit"),
            ),
        ),
        Panel(
            "Unaccounted",
            "short",
            "Received minus outcomes, in flight and handed over: 0, but for a moment while a batch is counted.",
            (Query("max by (instance) (abs(claimscrub_claims_unaccounted{$J}))", "{{instance}}"),),
            runbook="ClaimScrubberConservationBroken",
        ),
        Panel(
            "Message size",
            "bytes",
            "Mean size of what comes in and goes out.",
            (
                Query(
                    "sum by (direction) (rate(claimscrub_message_bytes_sum{$J}[$R])) "
                    "/ sum by (direction) (rate(claimscrub_message_bytes_count{$J}[$R]))",
                    "{{direction}}",
                ),
            ),
        ),
    ),
)

FINDINGS: Final = Board(
    "claimscrub-findings",
    "claimscrub: Findings",
    "What is found on the claims, and what it holds up.",
    (
        Panel(
            "Share by disposition",
            "percentunit",
            "How the claims that could be read were decided.",
            (
                Query(
                    f"sum by (outcome) (rate({_DECIDED}[$R])) / on () group_left sum(rate({_DECIDED}[$R]))",
                    "{{outcome}}",
                ),
            ),
        ),
        Panel(
            "Claims by payer",
            "ops",
            "By the payer profile that decided them.",
            (Query("sum by (payer) (rate(claimscrub_claims_by_payer_total{$J,$P}[$R]))", "{{payer}}"),),
        ),
        Panel(
            "Not scrubbed, by payer",
            "percentunit",
            "Share of each payer's claims that was rejected or pended.",
            (
                Query(
                    'sum by (payer) (rate(claimscrub_claims_by_payer_total{$J,$P,outcome!="scrubbed"}[$R])) '
                    "/ sum by (payer) (rate(claimscrub_claims_by_payer_total{$J,$P}[$R]))",
                    "{{payer}}",
                ),
            ),
        ),
        Panel(
            "Rejected, against yesterday",
            "percentunit",
            "Share of claims rejected in the last hour; a jump means different claims or different verdicts.",
            (Query("job:claimscrub_rejected_claims:ratio_rate1h{$J}", "{{job}}"),),
            runbook="ClaimScrubberRejectionsShifted",
        ),
        Panel(
            "Findings that reject, by edit",
            "short",
            "The ten edits with the most, in the last hour.",
            (
                Query(
                    'topk(10, sum by (edit) (increase(claimscrub_findings_total{$J,$E,severity="reject"}[1h])))',
                    "{{edit}}",
                ),
            ),
            PanelView.ROWS,
            runbook="ClaimScrubberRejectionsShifted",
        ),
        Panel(
            "Findings that pend or warn, by edit",
            "short",
            "The ten edits with the most, in the last hour.",
            (
                Query(
                    f"topk(10, sum by (edit, severity) (increase({_MILD}[1h])))",
                    "{{edit}} {{severity}}",
                ),
            ),
            PanelView.ROWS,
        ),
        Panel(
            "Dollars held, by edit",
            "currencyUSD",
            "Charges of the claims that each edit held in the last hour; a claim counts for each of its edits.",
            (Query("topk(10, sum by (edit) (increase(claimscrub_held_dollars_total{$J,$E}[1h])))", "{{edit}}"),),
            PanelView.ROWS,
            runbook="ClaimScrubberRejectionsShifted",
        ),
        Panel(
            "No data, by edit",
            "short",
            "Edits that could not decide for want of data, in the last hour: a table is missing or has ended.",
            (Query("topk(10, sum by (edit) (increase(claimscrub_no_data_total{$J,$E}[1h])))", "{{edit}}"),),
            PanelView.ROWS,
            runbook="ClaimScrubberReferenceStale",
        ),
        Panel(
            "What verdicts rest on",
            "percentunit",
            "Share of the claims whose days the tables cover, reach from an earlier edition, or do not reach.",
            (
                Query(
                    "sum by (basis) (rate(claimscrub_claims_basis_total{$J}[$R])) "
                    "/ ignoring(basis) group_left sum(rate(claimscrub_claims_basis_total{$J}[$R]))",
                    "{{basis}}",
                ),
            ),
        ),
        Panel(
            "Tables carried or missing",
            "short",
            "Claims of the last hour for which a table was carried forward, or had no answer.",
            (
                Query(
                    "sum by (table, basis) (increase(claimscrub_claims_table_basis_total{$J}[1h]))",
                    "{{table}} {{basis}}",
                ),
            ),
            PanelView.ROWS,
            runbook="ClaimScrubberReferenceStale",
        ),
        Panel(
            "Not read whole",
            "percentunit",
            "Share of the claims with members that neither an edit nor the writer of 837s knows.",
            (
                Query(
                    "sum(rate(claimscrub_claims_not_read_whole_total{$J}[$R])) "
                    "/ sum(rate(claimscrub_claims_total{$J}[$R]))",
                    "share",
                ),
            ),
        ),
        Panel(
            "Edits that fail",
            "short",
            "Errors of an edit's own, in the last hour; such claims are pended.",
            (
                Query("topk(5, sum by (edit) (increase(claimscrub_edit_errors_total{$J,$E}[1h])))", "{{edit}}"),
                Query("sum(increase(claimscrub_budget_overruns_total{$J}[1h]))", "out of time"),
            ),
            PanelView.ROWS,
            runbook="ClaimScrubberEditErrors",
        ),
        Panel(
            "Shadow: claims that flip",
            "short",
            "Claims of the last hour that the second configuration holds, releases or holds otherwise.",
            (Query("sum by (direction) (increase(claimscrub_shadow_flips_total{$J}[1h]))", "{{direction}}"),),
        ),
        Panel(
            "Shadow: flips by edit",
            "short",
            "The ten edits whose findings differ most on claims that flip, in the last hour.",
            (
                Query(
                    "topk(10, sum by (shadow_edit, direction) "
                    "(increase(claimscrub_shadow_flips_by_edit_total{$J}[1h])))",
                    "{{shadow_edit}} {{direction}}",
                ),
            ),
            PanelView.ROWS,
        ),
        Panel(
            "Shadow: dollars that flip",
            "currencyUSD",
            "Charges of the claims that flip, in the last hour.",
            (Query("sum by (direction) (increase(claimscrub_shadow_flipped_dollars_total{$J}[1h]))", "{{direction}}"),),
        ),
        Panel(
            "Shadow: what it makes of claims",
            "ops",
            "Judged the same or otherwise, failed on, or skipped: not shown to it, or not judged in time.",
            (Query("sum by (result) (rate(claimscrub_shadow_claims_total{$J}[$R]))", "{{result}}"),),
        ),
        Panel(
            "Shadow: its time",
            "short",
            "Its time as a multiple of that of the configuration in force, for the same claims.",
            (
                Query(
                    "sum(rate(claimscrub_shadow_seconds_total{$J}[$R])) "
                    "/ sum(rate(claimscrub_shadowed_seconds_total{$J}[$R]))",
                    "times",
                ),
            ),
        ),
        Panel(
            "Shadow: its state",
            "short",
            "Workers by what their shadow does, its processes that were given up in the last hour, and its rules.",
            (
                Query("sum by (state) (claimscrub_shadow_state{$J})", "{{state}}"),
                Query("sum by (reason) (increase(claimscrub_shadow_failures_total{$J}[1h]))", "given up: {{reason}}"),
                Query("count by (ruleset) (claimscrub_shadow_info{$J})", "ruleset {{ruleset}}"),
            ),
            runbook="ClaimScrubberShadowOff",
        ),
    ),
    ((BoardFilter.PAYER, "claimscrub_claims_by_payer_total"), (BoardFilter.EDIT, "claimscrub_findings_total")),
)

DEAD_LETTERS: Final = Board(
    "claimscrub-dead-letters",
    "claimscrub: Dead letters",
    "Messages that are not a claim, and why.",
    (
        Panel(
            "Dead letters a second, by reason",
            "ops",
            "The reason of each.",
            (
                Query(
                    "sum by (reason) (rate(claimscrub_dead_letters_total{$J}[$R]))",
                    "{{reason}}",
                ),
            ),
            runbook="ClaimScrubberDeadLetterSpike",
        ),
        Panel(
            "Share of all messages",
            "percentunit",
            "An alert fires above a fifth.",
            (Query("job:claimscrub_dead_letters_per_claims:ratio_rate10m{$J}", "{{job}}"),),
        ),
        Panel(
            "Partitions held at the limit",
            "short",
            "Not taken from, because too much turned into dead letters.",
            (Query("sum by (instance) (claimscrub_dead_letter_limit_reached{$J})", "{{instance}}"),),
            runbook="ClaimScrubberDeadLetterLimit",
        ),
        Panel(
            "Partitions of dead workers",
            "short",
            "Partitions taken over from a worker that crashed, perhaps on one of their claims.",
            (Query("sum by (instance) (increase(claimscrub_crash_suspects_total{$J}[$R]))", "{{instance}}"),),
        ),
        Panel(
            "By reason and stage",
            "short",
            "In the last hour. The stages edit, encode and produce are our own fault.",
            (
                Query(
                    "topk(15, sum by (reason, stage) (increase(claimscrub_dead_letters_total{$J}[1h])))",
                    "{{reason}} in {{stage}}",
                ),
            ),
            PanelView.ROWS,
        ),
        Panel(
            "Our own fault",
            "percentunit",
            "Share of messages that we failed; the objective is 0.01 % over 30 days.",
            (
                Query("job:claimscrub_own_dead_letters:ratio_rate5m{$J}", "5 minutes"),
                Query("job:claimscrub_own_dead_letters:ratio_rate1h{$J}", "1 hour"),
            ),
            runbook="ClaimScrubberFlowBudgetBurn",
        ),
        Panel(
            "Without a key or a clock",
            "ops",
            "Messages without a key to keep their order by, or whose timestamp is missing or in the future.",
            (
                Query("sum(rate(claimscrub_key_missing_total{$J}[$R]))", "no key"),
                Query("sum(rate(claimscrub_clock_skew_total{$J}[$R]))", "no or future timestamp"),
            ),
        ),
    ),
)

WORKER: Final = Board(
    "claimscrub-worker",
    "claimscrub: Worker",
    "The state of the workers themselves.",
    (
        Panel(
            "Running",
            "short",
            "Version, revision and delivery policy of each worker.",
            (Query("claimscrub_build_info{$J}", "{{instance}} {{version}} {{revision}} {{python}} {{delivery}}"),),
            PanelView.ROWS,
        ),
        Panel(
            "Settings",
            "short",
            "The digest of each worker's settings; a change without a release is a change of settings.",
            (Query("claimscrub_settings_info{$J}", "{{instance}} {{digest}}"),),
            PanelView.ROWS,
        ),
        Panel(
            "Ready",
            "short",
            "Each part of readiness: 1 holds, 0 does not.",
            (Query("min by (part) (claimscrub_ready{$J})", "{{part}}"),),
        ),
        Panel(
            "Partitions owned",
            "short",
            "By worker; the sum is the number of partitions of the inbound topic.",
            (Query("claimscrub_assigned_partitions{$J}", "{{instance}}"),),
        ),
        Panel(
            "Rebalances",
            "short",
            "In the last hour, and the group's generation.",
            (
                Query("max by (instance) (increase(claimscrub_rebalances_total{$J}[1h]))", "{{instance}}"),
                Query("max(claimscrub_group_generation{$J})", "generation"),
            ),
        ),
        Panel(
            "Commits a second",
            "ops",
            "By result; one per batch.",
            (Query("sum by (result) (rate(claimscrub_commits_total{$J}[$R]))", "{{result}}"),),
        ),
        Panel(
            "Delivery of a batch",
            "s",
            "Until the broker has acknowledged all its records.",
            _quantiles("claimscrub_delivery_seconds"),
        ),
        Panel(
            "Time in the pipeline",
            "s",
            "Seconds of work a second in each stage; the sum is how busy one core is.",
            (Query("sum by (stage) (rate(claimscrub_stage_seconds_sum{$J}[$R]))", "{{stage}}"),),
        ),
        Panel(
            "Silence",
            "s",
            "Since a broker answered, the event loop turned, a batch was done, offsets were committed.",
            (
                Query("max(claimscrub_broker_silent_seconds{$J})", "broker"),
                Query("max(claimscrub_event_loop_silent_seconds{$J})", "event loop"),
                Query("time() - max(claimscrub_last_processed_timestamp_seconds{$J} > 0)", "last batch"),
                Query("time() - max(claimscrub_last_commit_timestamp_seconds{$J} > 0)", "last commit"),
            ),
        ),
        Panel(
            "Messages dropped and read again",
            "ops",
            "Deliveries left to another worker or another try, and partitions fetched anew; nothing is lost by it.",
            (
                Query("sum by (cause) (rate(claimscrub_claims_dropped_total{$J}[$R]))", "{{cause}}"),
                Query("sum(rate(claimscrub_consumer_stalls_total{$J}[$R]))", "read again"),
            ),
        ),
        Panel(
            "Told twice",
            "ops",
            "Outcomes that a worker published before: a message came or was sent twice. Readers know them by their id.",
            (Query("sum by (instance) (rate(claimscrub_duplicate_outputs_suspected_total{$J}[$R]))", "{{instance}}"),),
        ),
        Panel(
            "Connections to brokers",
            "short",
            "Open connections of the consumer and the committer, and how many of these clients have none.",
            (Query("sum by (state) (claimscrub_kafka_connections{$J})", "{{state}}"),),
        ),
        Panel(
            "Batches sent again",
            "ops",
            "Because no broker answered, or one refused for now; nothing is doubled by it.",
            (Query("sum by (instance) (rate(claimscrub_produce_retries_total{$J}[$R]))", "{{instance}}"),),
        ),
        Panel("Memory", "bytes", "Resident.", (Query("process_resident_memory_bytes{$J}", "{{instance}}"),)),
        Panel("CPU", "short", "Cores in use.", (Query("rate(process_cpu_seconds_total{$J}[$R])", "{{instance}}"),)),
        Panel("Open files", "short", "Sockets included.", (Query("process_open_fds{$J}", "{{instance}}"),)),
        Panel(
            "Up since",
            "s",
            "Time since the process started.",
            (Query("time() - process_start_time_seconds{$J}", "{{instance}}"),),
            PanelView.NUMBER,
        ),
        Panel(
            "Log lines not written",
            "ops",
            "Lines dropped because stdout was blocked or a library repeated itself; fields dropped are a defect.",
            (
                Query("sum by (cause) (rate(claimscrub_log_records_dropped_total{$J}[$R]))", "{{cause}}"),
                Query("sum(rate(claimscrub_log_fields_dropped_total{$J}[$R]))", "fields"),
            ),
        ),
    ),
)

REFERENCE: Final = Board(
    "claimscrub-reference",
    "claimscrub: Reference and rules",
    "Which tables, edits and profiles decide, and whether all workers have the same.",
    (
        Panel(
            "Workers by reference tables",
            "short",
            "One digest, or workers give different verdicts.",
            (Query("count by (digest) (claimscrub_reference_info{$J})", "{{digest}}"),),
            PanelView.ROWS,
        ),
        Panel(
            "Workers by edits, profiles and guides",
            "short",
            "One digest, or workers give different verdicts.",
            (Query("count by (digest) (claimscrub_ruleset_info{$J})", "{{digest}}"),),
            PanelView.ROWS,
        ),
        Panel(
            "Editions",
            "short",
            "The editions of each table that are loaded, and at how many workers.",
            (Query("count by (table, edition) (claimscrub_reference_edition_info{$J})", "{{table}} {{edition}}"),),
            PanelView.ROWS,
        ),
        Panel(
            "Rows",
            "short",
            "Rows of each table over its loaded editions.",
            (Query("max by (table) (claimscrub_reference_rows{$J})", "{{table}}"),),
            PanelView.ROWS,
        ),
        Panel(
            "In force for another",
            "s",
            "Until the last day of each table; below 0 its edits answer that they have no data.",
            (
                Query(
                    "min by (table) (claimscrub_reference_in_force_to_timestamp_seconds{$J}) + 86400 - time()",
                    "{{table}}",
                ),
            ),
            PanelView.ROWS,
            runbook="ClaimScrubberReferenceStale",
        ),
        Panel(
            "In force since",
            "s",
            "Time since the first day that each table covers.",
            (Query("time() - max by (table) (claimscrub_reference_in_force_from_timestamp_seconds{$J})", "{{table}}"),),
            PanelView.ROWS,
        ),
        Panel(
            "Loaded",
            "s",
            "Time since each worker loaded its tables.",
            (Query("time() - claimscrub_reference_loaded_timestamp_seconds{$J}", "{{instance}}"),),
            PanelView.NUMBER,
        ),
        Panel(
            "Swaps of the tables",
            "short",
            "Requests in the last hour, by result; at rejected the old tables stay.",
            (Query("sum by (result) (increase(claimscrub_reference_updates_total{$J}[1h]))", "{{result}}"),),
            runbook="ClaimScrubberReferenceReloadRejected",
        ),
    ),
)

HISTORY: Final = Board(
    "claimscrub-history",
    "claimscrub: Earlier claims",
    "The memory of earlier claims; all is 0 where none is kept.",
    (
        Panel(
            "Time to look up a patient",
            "s",
            "An alert fires when one in a hundred takes more than 3 ms.",
            _quantiles("claimscrub_history_lookup_seconds"),
        ),
        Panel(
            "Routed a second",
            "ops",
            "Claims sent to the partition of their patient; those that came out are on the board of the flow.",
            (
                Query("sum(rate(claimscrub_claims_routed_total{$J}[$R]))", "claims"),
                Query("sum(rate(claimscrub_decisions_routed_total{$J}[$R]))", "decisions of payers"),
                Query("sum(rate(claimscrub_documents_routed_total{$J}[$R]))", "late documents"),
            ),
        ),
        Panel(
            "Partitions being restored",
            "short",
            "Nothing of them is judged meanwhile.",
            (Query("sum by (instance) (claimscrub_history_restoring{$J})", "{{instance}}"),),
        ),
        Panel(
            "Restored a second",
            "ops",
            "Records read from the changelog.",
            (Query("sum by (instance) (rate(claimscrub_history_restored_records_total{$J}[$R]))", "{{instance}}"),),
        ),
        Panel("Time to restore", "s", "Of one partition.", _quantiles("claimscrub_history_restore_seconds")),
        Panel(
            "Size of the files",
            "bytes",
            "Of each worker.",
            (Query("sum by (instance) (claimscrub_history_bytes{$J})", "{{instance}}"),),
        ),
        Panel(
            "Volume in use",
            "percentunit",
            "An alert fires above 0.85; a worker cannot judge with a full one.",
            (Query("max by (instance) (claimscrub_history_disk_used_ratio{$J})", "{{instance}}"),),
        ),
        Panel(
            "Records",
            "short",
            "Written since the memories began.",
            (Query("sum(claimscrub_history_records{$J})", "records"),),
        ),
        Panel(
            "Judged on less than all",
            "ops",
            "Without a payer or member, with more earlier claims than are looked at, or in a wrong partition.",
            (
                Query("sum(rate(claimscrub_history_person_missing_total{$J}[$R]))", "no person"),
                Query('sum(rate(claimscrub_decisions_total{$J,met="none"}[$R]))', "decision on no claim"),
                Query("sum(rate(claimscrub_history_replays_unverified_total{$J}[$R]))", "replay not verified"),
                Query("sum(rate(claimscrub_history_view_cut_total{$J}[$R]))", "cut"),
                Query("sum(rate(claimscrub_history_misplaced_total{$J}[$R]))", "misplaced"),
            ),
        ),
        Panel(
            "Broken, and forgotten on request",
            "short",
            "In the last hour.",
            (
                Query("sum(increase(claimscrub_history_broken_total{$J}[1h]))", "broken"),
                Query("sum(increase(claimscrub_history_forgotten_total{$J}[1h]))", "forgotten"),
            ),
        ),
        Panel(
            "Waiting for one another",
            "short",
            "Pended claims, and documents that came before their claim.",
            (
                Query("sum(claimscrub_pended_claims{$J})", "claims"),
                Query("sum(claimscrub_documents_waiting{$J})", "documents"),
            ),
        ),
        Panel(
            "Oldest pended claim",
            "s",
            "An alert fires five days before the limit, at which it is rejected.",
            (
                Query("max(claimscrub_pended_oldest_seconds{$J})", "oldest"),
                Query("max(claimscrub_pended_limit_seconds{$J})", "limit"),
            ),
        ),
        Panel(
            "Documents by what became of them",
            "short",
            "In the last hour; an alert fires when 5 % of a day's find no claim, or several.",
            (
                Query("sum by (result) (increase(claimscrub_documents_total{$J}[1h]))", "{{result}}"),
                Query("sum(increase(claimscrub_pended_expired_total{$J}[1h]))", "claims given up"),
                Query("sum(increase(claimscrub_pended_not_kept_total{$J}[1h]))", "claims of nobody"),
            ),
        ),
    ),
)

_CONFIRMED: Final = 'claimscrub_learned_findings{$J,$E,result=~"predicted|otherwise"}'
_DECIDED_BY_PAYERS: Final = 'claimscrub_learned_findings{$J,$E,result=~"predicted|otherwise|paid"}'

LEARNING: Final = Board(
    "claimscrub-learning",
    "claimscrub: payers' answers",
    "What payers made of findings, as `claimscrub learner` joins their answers with outcomes.",
    (
        Panel(
            "Precision by edit",
            "percentunit",
            "Share of decided findings that payers confirmed, of edits with at least 30; the lowest first.",
            (Query(f"sort(sum by (edit) ({_CONFIRMED}) / (sum by (edit) ({_DECIDED_BY_PAYERS}) >= 30))", "{{edit}}"),),
            PanelView.ROWS,
        ),
        Panel(
            "Findings by what became of them",
            "short",
            "Confirmed as predicted or otherwise, paid all the same, not decided, not answered.",
            (Query("sum by (result) (claimscrub_learned_findings{$J,$E})", "{{result}}"),),
        ),
        Panel(
            "Paid all the same",
            "short",
            "The ten edits with the most such findings.",
            (Query('topk(10, sum by (edit) (claimscrub_learned_findings{$J,$E,result="paid"}))', "{{edit}}"),),
            PanelView.ROWS,
        ),
        Panel(
            "Denials and findings",
            "short",
            "Denials of lines and claims, with a finding and without one; `claimscrub learn` lists the latter.",
            (Query("sum by (finding) (claimscrub_learned_denials{$J})", "{{finding}}"),),
        ),
        Panel(
            "Dollars",
            "currencyUSD",
            "Denied, recovered and at risk count for each edit that spoke of it.",
            (
                Query("sum(claimscrub_learned_denied_dollars{$J})", "denied"),
                Query("sum(claimscrub_learned_recovered_dollars{$J})", "recovered"),
                Query("sum(claimscrub_learned_at_risk_dollars{$J})", "at risk"),
                Query("sum(claimscrub_learned_denied_without_finding_dollars{$J})", "denied without a finding"),
            ),
        ),
        Panel(
            "Answers",
            "short",
            "Joined with a claim, or why not; what fits several is never guessed.",
            (Query("sum by (result) (claimscrub_learned_answers{$J})", "{{result}}"),),
        ),
        Panel(
            "Read",
            "ops",
            "Outcomes and messages with answers, and what of them was left out.",
            (
                Query("sum(rate(claimscrub_learned_outcomes_total{$J}[$R]))", "outcomes"),
                Query("sum(rate(claimscrub_learned_responses_total{$J}[$R]))", "answers"),
                Query("sum(rate(claimscrub_learned_flaws_total{$J}[$R]))", "damaged parts"),
                Query("sum(rate(claimscrub_learned_unreadable_total{$J}[$R]))", "unreadable records"),
            ),
        ),
        Panel(
            "Not read yet",
            "short",
            "Records of the topics that wait for the learner.",
            (Query("sum(claimscrub_learned_waiting_records{$J})", "records"),),
        ),
        Panel(
            "Kept",
            "dateTimeAsIso",
            "When what was read last became durable.",
            (Query("max(claimscrub_learned_kept_timestamp_seconds{$J}) * 1000", "kept"),),
            PanelView.NUMBER,
        ),
    ),
    ((BoardFilter.EDIT, "claimscrub_learned_findings"),),
)
"""Its metrics come from another process than those of the other boards."""

BOARDS: Final = (FLOW, FINDINGS, DEAD_LETTERS, WORKER, REFERENCE, HISTORY, LEARNING)

NOT_SHOWN: Final = MappingProxyType[str, str]({})
"""Metrics of the catalogue that are on no board, and why."""
