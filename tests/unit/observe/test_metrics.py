"""The catalogue of metrics and the recorder."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from schemas.dead_letter import DeadLetterReason, DeadLetterStage
from worker.observe.catalogue import README, readme
from worker.observe.metrics import CATALOGUE, PREFIX, Kind
from worker.observe.recorder import Recorder


def test_the_readme_is_the_catalogue() -> None:
    """The table in the folder's README is the generated one."""
    assert README.read_text(encoding="utf-8") == readme()


def test_names_follow_the_rules() -> None:
    """Names are unique; counters end in _total and nothing else does."""
    names = [metric.name for metric in CATALOGUE]

    assert len(set(names)) == len(names)
    assert all(metric.name.endswith("_total") == (metric.kind is Kind.COUNTER) for metric in CATALOGUE)


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


def test_a_series_can_be_forgotten() -> None:
    """The lag of a partition that is no longer ours is no figure of ours."""
    recorder = Recorder()
    recorder.set("consumer_lag_records", 7, "claims.inbound.v1", "3")
    recorder.forget("consumer_lag_records", "claims.inbound.v1", "3")
    recorder.forget("consumer_lag_records", "claims.inbound.v1", "3")

    assert b'partition="3"' not in recorder.exposition("")[0]


@pytest.mark.parametrize("metric", CATALOGUE, ids=lambda metric: metric.name)
def test_every_metric_is_on_the_page_with_its_kind(metric: object) -> None:
    """What the catalogue declares is what Prometheus finds."""
    families = {each.name: each for each in text_string_to_metric_families(Recorder().exposition("")[0].decode())}

    family = families[PREFIX + metric.name.removesuffix("_total")]  # type: ignore[attr-defined]
    assert (family.type, family.documentation) == (metric.kind, metric.meaning)  # type: ignore[attr-defined]
