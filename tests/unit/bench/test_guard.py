"""The gate on ratios fails just above its limit, and for nothing that a second look does not show."""

import pytest

from tests.bench.guard import RECORDED, Ratios, Recorded, lasting_regressions, regressions

RECORD = Ratios(costs={"pipeline": 2.0}, rates={"worker": 0.8})


@pytest.mark.parametrize(("now", "count"), [(1.0, 0), (2.0, 0), (2.6, 0), (2.61, 1)])
def test_a_cost_is_worse_when_it_is_more_than_30_percent_higher(now: float, count: int) -> None:
    """At the limit it still passes, and lower is never worse."""
    assert len(regressions(RECORD, Ratios(costs={"pipeline": now}))) == count


@pytest.mark.parametrize(("now", "count"), [(1.2, 0), (0.8, 0), (0.56, 0), (0.559, 1)])
def test_a_rate_is_worse_when_it_is_more_than_30_percent_lower(now: float, count: int) -> None:
    """At the limit it still passes, and higher is never worse."""
    assert len(regressions(RECORD, Ratios(rates={"worker": now}))) == count


def test_what_is_worse_is_named_with_both_ratios() -> None:
    """Whoever reads the log of CI need not look for the file."""
    assert regressions(RECORD, Ratios(costs={"pipeline": 3.0})) == ["pipeline: 3.00, recorded 2.00"]


def test_what_has_no_record_fails() -> None:
    """A row that was added must be recorded, or nothing would guard it."""
    assert regressions(RECORD, Ratios(costs={"another": 1.0})) == ["another: 1.00, and nothing is recorded for it"]


@pytest.mark.parametrize(
    ("first", "second", "count"),
    [
        (Ratios(costs={"pipeline": 9.0}), Ratios(costs={"pipeline": 2.0}), 0),
        (Ratios(costs={"pipeline": 9.0}), Ratios(costs={"pipeline": 3.0}), 1),
        (Ratios(rates={"worker": 0.1}), Ratios(rates={"worker": 0.8}), 0),
        (Ratios(rates={"worker": 0.1}), Ratios(rates={"worker": 0.5}), 1),
    ],
)
def test_only_what_is_worse_twice_fails(first: Ratios, second: Ratios, count: int) -> None:
    """The machine may have been busy for a minute."""
    measurements = iter([first, second])

    assert len(lasting_regressions(RECORD, lambda: next(measurements))) == count


def test_each_row_may_pass_in_either_of_the_two_measurements() -> None:
    """Noise that touches one row at first and another one later fails neither."""
    measurements = iter(
        [
            Ratios(costs={"pipeline": 9.0}, rates={"worker": 0.8}),
            Ratios(costs={"pipeline": 2.0}, rates={"worker": 0.1}),
        ]
    )

    assert lasting_regressions(RECORD, lambda: next(measurements)) == []


def test_nothing_is_measured_again_when_nothing_is_worse() -> None:
    """The second minute is spent only where it can change the answer."""
    measurements = iter([RECORD])

    assert lasting_regressions(RECORD, lambda: next(measurements)) == []


def test_the_record_passes_its_own_gate() -> None:
    """The committed file can be read and guards the pipeline and the worker."""
    recorded = Recorded.model_validate_json(RECORDED.read_bytes()).ratios

    assert recorded.costs
    assert recorded.rates
    assert regressions(recorded, recorded) == []
