"""The catalogue of the server's metrics: those of claims are the worker's, those of requests its own."""

from typing import Final

from worker.observe.metrics import CATALOGUE, Label, Metric, MetricKind

ROUTES: Final = ("scrub", "convert", "acknowledge", "edits", "codes", "profiles", "health", "page", "other")
STATUSES: Final = ("2xx", "3xx", "4xx", "5xx")
_OF_CLAIMS: Final = frozenset(
    {
        "claims_total",
        "claims_by_payer_total",
        "claims_basis_total",
        "findings_total",
        "no_data_total",
        "dead_letters_total",
        "edit_errors_total",
        "stage_seconds",
        "build_info",
        "ruleset_info",
        "reference_info",
        "log_records_dropped_total",
        "log_fields_dropped_total",
    }
)

SERVER_CATALOGUE: Final = (
    *(metric for metric in CATALOGUE if metric.name in _OF_CLAIMS),
    Metric(
        "requests_total",
        MetricKind.COUNTER,
        "requests",
        "Requests that were answered.",
        (Label("route", ROUTES), Label("status", STATUSES)),
    ),
    Metric(
        "request_seconds",
        MetricKind.HISTOGRAM,
        "seconds",
        "Time from the head of a request to its answer.",
        (Label("route", ROUTES),),
        (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30),
    ),
    Metric("requests_open", MetricKind.GAUGE, "requests", "Requests that are being answered."),
    Metric("scrubs_waiting", MetricKind.GAUGE, "claims", "Claims and questions that wait for a scrubbing process."),
    Metric(
        "scrub_processes_ended_total",
        MetricKind.COUNTER,
        "processes",
        "Scrubbing processes that ended while they worked; another one took their place.",
    ),
)
