"""The catalogue of metrics as the README of `worker/observe`."""

from collections.abc import Iterable
from typing import Final

from worker.observe.learning_metrics import LEARNING_CATALOGUE
from worker.observe.metrics import CATALOGUE, PREFIX, Metric

_INTRODUCTION: Final = """\
# What ops see

- `metrics.py` is the one catalogue of metrics; `recorder.py` counts them on a registry of its own.
- `logs.py` writes one JSON object a line on stdout, with allowed keys only and never the text of an exception.
- `traces.py` defines what a span holds; `spans.py` makes them with OpenTelemetry, loaded only where spans are wanted.
- `health.py` keeps what the worker knows about itself.
- `port.py` serves the status page at `/`, `/livez`, `/readyz` and `/metrics` by aiohttp, on a thread of its own.
  At most 64 clients are connected, the oldest gives way to one more, and each has 5 s from the first byte to the last.
  Where the port is on loopback, it answers only to names of loopback.

Lines with `"audit": true` report start, stop, the digest of the settings, and each swap of the tables or refusal.
`asked_by` says how a swap was asked for, and `instance` which worker it was.
`operator` says who answers for it: `CLAIMSCRUB_OPERATOR`, or else the user of the operating system.
`login` is the name under which it logs in.
Commands that replay, reveal or publish write such lines too, with `operator` and `action`, to `CLAIMSCRUB_AUDIT_FILE`.
Keep them apart and for six years, as HIPAA's documentation rule has it (45 CFR 164.316(b)(2)(i)); they name no patient.

`/livez` answers 503 when the event loop has not turned for 30 s; a broker that is away does not kill the worker.
`/readyz` answers 503 until the group is joined, the reference data is loaded and the producers are usable,
and while a partition is held at the limit of dead letters.

## Metrics

`received = outcomes + in flight + dropped as revoked` holds at all times:
`claims_received_total`, the sum of `claims_total`, `in_flight_claims` and `claims_dropped_total{cause="revoked"}`.
`claims_unaccounted` is what is left over; while a batch is being counted it can differ from 0 for a moment.
Ages, such as `consumer_lag_seconds`, are worked out when Prometheus asks, so they grow while the worker hangs.
The series of a partition go with the partition.
A latency that belongs to a W3C trace carries the trace's id as exemplar, in the OpenMetrics format.
Every label comes from a closed set: none is ever filled from a message.
The usual `process_*` metrics are there as well.
The table is generated: `python -m deploy.generate` writes it, and a test compares.

"""

_OF_LEARNER: Final = """
### Of `claimscrub learner`

The precision of an edit is the share of `predicted` and `otherwise` among those and `paid`.

"""


def metrics_readme() -> str:
    """Return the README of `worker/observe`."""
    return _INTRODUCTION + _table(CATALOGUE) + _OF_LEARNER + _table(LEARNING_CATALOGUE)


def _table(catalogue: Iterable[Metric]) -> str:
    rows = ["| metric | kind | unit | labels | meaning |", "|---|---|---|---|---|"]
    rows += [
        f"| `{PREFIX}{metric.name}` | {metric.kind} | {metric.unit} | {_labels(metric)} | {metric.meaning} |"
        for metric in catalogue
    ]
    return "\n".join(rows) + "\n"


def _labels(metric: Metric) -> str:
    return ", ".join(
        f"`{label.name}`" if label.values is None else f"`{label.name}` ({len(label.values)} values)"
        for label in metric.labels
    )
