"""The catalogue of metrics and the recorder."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from schemas.dead_letter import DeadLetterReason, DeadLetterStage
from worker.observe.metrics import CATALOGUE, PREFIX, MetricKind
from worker.observe.recorder import Recorder


def test_names_follow_the_rules() -> None:
    """Names are unique; counters end in _total and nothing else does."""
    names = [metric.name for metric in CATALOGUE]

    assert len(set(names)) == len(names)
    assert all(metric.name.endswith("_total") == (metric.kind is MetricKind.COUNTER) for metric in CATALOGUE)


def test_every_series_that_is_known_starts_at_zero() -> None:
    """A rate needs a first value: closed label sets are there before anything happened."""
    recorder = Recorder(["WST-01"])
    page = recorder.exposition("")[0].decode()

    for reason in DeadLetterReason:
        for stage in DeadLetterStage:
            assert f'{PREFIX}dead_letters_total{{reason="{reason}",stage="{stage}"}} 0.0' in page
    assert f'{PREFIX}findings_total{{edit="WST-01",severity="pend"}} 0.0' in page
    assert f"{PREFIX}claims_received_total 0.0" in page


def test_a_value_outside_its_closed_set_adds_one_series_at_most() -> None:
    """A label is never filled from a message: what is not in the set counts as `other`."""
    recorder = Recorder(["WST-01"])

    for number in range(100):
        recorder.count("findings_total", f"attacker-{number}", "reject")

    assert recorder.value("findings_total", "other", "reject") == 100
    assert b"attacker" not in recorder.exposition("")[0]


def test_payers_are_the_profiles_that_are_loaded() -> None:
    """Each starts at zero once it is known; before that, and for any other name, there is one series at most."""
    recorder = Recorder()
    recorder.know_payers(["medicare-part-b"])
    assert b'claims_by_payer_total{outcome="pended",payer="medicare-part-b"} 0.0' in recorder.exposition("")[0]

    recorder.count("claims_by_payer_total", "medicare-part-b", "pended")
    for number in range(100):
        recorder.count("claims_by_payer_total", f"attacker-{number}", "pended")

    assert recorder.value("claims_by_payer_total", "medicare-part-b", "pended") == 1
    assert recorder.value("claims_by_payer_total", "other", "pended") == 100
    assert b"attacker" not in recorder.exposition("")[0]


def test_a_series_can_be_forgotten() -> None:
    """The lag of a partition that is no longer ours is not reported."""
    recorder = Recorder()
    recorder.set("consumer_lag_records", 7, "claims.inbound.v1", "3")
    recorder.forget("consumer_lag_records", "claims.inbound.v1", "3")
    recorder.forget("consumer_lag_records", "claims.inbound.v1", "3")

    assert b'partition="3"' not in recorder.exposition("")[0]


def test_an_age_grows_without_anyone_setting_it() -> None:
    """The moment is noted once; each scrape subtracts it from its own, and none is 0."""
    now = [1000.0]
    recorder = Recorder(now=lambda: now[0])
    place = ("claims.inbound.v1", "3")

    recorder.since("consumer_lag_seconds", 990.0, *place)
    now[0] = 1005.5
    assert recorder.value("consumer_lag_seconds", *place) == 15.5

    recorder.since("consumer_lag_seconds", None, *place)
    assert recorder.value("consumer_lag_seconds", *place) == 0
    recorder.since("consumer_lag_seconds", 2000.0, *place)
    assert recorder.value("consumer_lag_seconds", *place) == 0


def test_an_age_that_was_forgotten_begins_anew() -> None:
    """A partition that comes back shows the age of its own messages, not of those before."""
    recorder = Recorder(now=lambda: 1000.0)
    recorder.since("consumer_lag_seconds", 900.0, "claims.inbound.v1", "3")

    recorder.forget("consumer_lag_seconds", "claims.inbound.v1", "3")
    assert b'partition="3"' not in recorder.exposition("")[0]
    recorder.since("consumer_lag_seconds", 999.0, "claims.inbound.v1", "3")

    assert recorder.value("consumer_lag_seconds", "claims.inbound.v1", "3") == 1


@pytest.mark.parametrize(
    ("received", "scrubbed", "in_flight", "revoked", "unaccounted"),
    [(0, 0, 0, 0, 0), (10, 5, 3, 2, 0), (10, 5, 3, 1, 1), (10, 6, 3, 2, -1)],
)
def test_what_is_neither_answered_nor_in_flight_is_unaccounted(
    received: int, scrubbed: int, in_flight: int, revoked: int, unaccounted: int
) -> None:
    """The conservation law, short by one and over by one included."""
    recorder = Recorder()
    recorder.count("claims_received_total", amount=received)
    recorder.count("claims_total", "scrubbed", amount=scrubbed)
    recorder.count("in_flight_claims", amount=in_flight)
    recorder.count("claims_dropped_total", "revoked", amount=revoked)
    recorder.count("claims_dropped_total", "gap", amount=7)

    assert recorder.value("claims_unaccounted") == unaccounted


def test_a_latency_carries_its_trace_as_exemplar_in_openmetrics_only() -> None:
    """The older text format has no exemplars."""
    recorder = Recorder()
    recorder.observe("end_to_end_seconds", 0.3, "scrubbed", trace_id="4bf92f3577b34da6a3ce929d0e0e4736")

    page = recorder.exposition("application/openmetrics-text; version=1.0.0")[0].decode()

    assert '# {trace_id="4bf92f3577b34da6a3ce929d0e0e4736"} 0.3' in page
    assert b"4bf92f" not in recorder.exposition("")[0]


def test_the_process_shows_its_memory_and_its_start() -> None:
    """A restart is seen by the start time that changes."""
    page = Recorder().exposition("")[0]

    assert b"process_start_time_seconds" in page
    assert b"process_resident_memory_bytes" in page


@pytest.mark.parametrize("metric", CATALOGUE, ids=lambda metric: metric.name)
def test_every_metric_is_on_the_page_with_its_kind(metric: object) -> None:
    """What the catalogue declares is what Prometheus finds."""
    families = {each.name: each for each in text_string_to_metric_families(Recorder().exposition("")[0].decode())}

    family = families[PREFIX + metric.name.removesuffix("_total")]  # type: ignore[attr-defined]
    assert (family.type, family.documentation) == (metric.kind, metric.meaning)  # type: ignore[attr-defined]
