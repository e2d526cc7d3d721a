"""The live side of the catalogue: one registry of its own, every known series at zero from the start."""

import itertools
import time
from collections.abc import Callable, Collection, Iterable
from typing import Any, Final, Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import choose_encoder

from worker.observe.metrics import CATALOGUE, PREFIX, Metric, MetricKind

OTHER: Final = "other"
"""Stands for a label value outside its closed set, so that no message can add series."""

_KNOWN_LATER: Final = ("edit", "payer", "shadow_edit")
"""Labels whose closed set is known once the edits and profiles are loaded."""

_CLASSES: Final = {MetricKind.COUNTER: Counter, MetricKind.GAUGE: Gauge}


class _MetricSeries(Protocol):
    def inc(self, amount: float = 1) -> None: ...
    def set(self, value: float) -> None: ...
    def set_function(self, function: Callable[[], float]) -> None: ...
    def observe(self, amount: float, exemplar: dict[str, str] | None = None) -> None: ...


class Recorder:
    """Counts, sets and observes metrics of the catalogue by name."""

    def __init__(
        self,
        edit_ids: Iterable[str] = (),
        now: Callable[[], float] = time.time,
        catalogue: Iterable[Metric] = CATALOGUE,
    ) -> None:
        self._registry = CollectorRegistry(auto_describe=True)
        ProcessCollector(registry=self._registry)
        self._now = now
        self._since: dict[tuple[str, ...], float | None] = {}
        self._known: dict[str, frozenset[str]] = {}
        self._metrics = {metric.name: metric for metric in catalogue}
        self._collectors = {metric.name: self._create(metric) for metric in self._metrics.values()}
        # Looking a child up by labels takes a lock and builds a tuple; ours is one dictionary lookup.
        self._series: dict[tuple[str, ...], _MetricSeries] = {}
        for metric in self._metrics.values():
            self._start_at_zero(metric)
        self.know_edits(edit_ids)
        self.know_payers(())
        if "claims_unaccounted" in self._metrics:
            self.compute("claims_unaccounted", self._unaccounted)

    def know_edits(self, edit_ids: Iterable[str]) -> None:
        """Close the label set of the metrics on edits, once the edits are loaded."""
        self._know("edit", edit_ids)

    def know_shadow_edits(self, edit_ids: Iterable[str]) -> None:
        """Close the label set of the metrics on edits of a shadow: those of both configurations."""
        self._know("shadow_edit", {*edit_ids, *self._known["edit"]})

    def know_payers(self, profiles: Iterable[str]) -> None:
        """Close the label set of the metrics on payers: the names of their profiles."""
        self._know("payer", profiles)

    def _know(self, name: str, values: Iterable[str]) -> None:
        self._known[name] = frozenset(values)
        for metric in self._metrics.values():
            if any(label.name == name for label in metric.labels):
                self._start_at_zero(metric)

    def _create(self, metric: Metric) -> Any:  # Any: the three classes share no base that has their methods
        names = [label.name for label in metric.labels]
        if metric.kind is MetricKind.HISTOGRAM:
            return Histogram(
                PREFIX + metric.name, metric.meaning, names, registry=self._registry, buckets=metric.buckets
            )
        return _CLASSES[metric.kind](PREFIX + metric.name, metric.meaning, names, registry=self._registry)

    def _closed_set(self, metric: Metric, label: str) -> Collection[str] | None:
        if label in _KNOWN_LATER:
            return self._known.get(label, ())
        return next(each.values for each in metric.labels if each.name == label)

    def _start_at_zero(self, metric: Metric) -> None:
        sets = [self._closed_set(metric, label.name) for label in metric.labels]
        known = [values for values in sets if values is not None]
        if len(known) == len(sets):
            for values in itertools.product(*known):
                self._find(metric.name, values)

    def _find(self, name: str, values: tuple[str, ...]) -> _MetricSeries:
        found = self._series.get((name, *values))
        if found is not None:
            return found
        metric = self._metrics[name]
        closed = []
        for label, value in zip(metric.labels, values, strict=True):
            allowed = self._closed_set(metric, label.name)
            closed.append(value if allowed is None or value in allowed else OTHER)
        collector = self._collectors[name]
        series: _MetricSeries = collector.labels(*closed) if closed else collector
        if OTHER not in closed:
            self._series[name, *values] = series
        return series

    def count(self, name: str, *labels: str, amount: float = 1) -> None:
        """Add to a counter or a gauge."""
        self._find(name, labels).inc(amount)

    def set(self, name: str, value: float, *labels: str) -> None:
        """Set a gauge."""
        self._find(name, labels).set(value)

    def observe(self, name: str, value: float, *labels: str, trace_id: str | None = None) -> None:
        """Add an observation to a histogram, with the trace that it belongs to as its exemplar."""
        self._find(name, labels).observe(value, None if trace_id is None else {"trace_id": trace_id})

    def compute(self, name: str, function: Callable[[], float], *labels: str) -> None:
        """Let a gauge be worked out at each scrape, on the thread of the scrape."""
        self._find(name, labels).set_function(function)

    def since(self, name: str, moment: float | None, *labels: str) -> None:
        """Let a gauge be the age of a moment in seconds since 1970; 0 for none.

        It grows on its own: whoever would have to set it may be what is stuck.
        """
        key = (name, *labels)
        if key not in self._since:
            self.compute(name, lambda: self._age(key), *labels)
        self._since[key] = moment

    def _age(self, key: tuple[str, ...]) -> float:
        moment = self._since.get(key)
        return 0.0 if moment is None else max(0.0, self._now() - moment)

    def forget(self, name: str, *labels: str) -> None:
        """Remove a series, such as the lag of a partition that is no longer ours."""
        if self._series.pop((name, *labels), None) is not None:
            self._collectors[name].remove(*labels)
        self._since.pop((name, *labels), None)

    def total(self, name: str) -> float:
        """Return the sum over all series of a counter or gauge."""
        return sum(self.by_label(name).values())

    def by_label(self, name: str) -> dict[tuple[str, ...], float]:
        """Return the value of each series of a counter or gauge by its labels, in the catalogue's order."""
        names = [label.name for label in self._metrics[name].labels]
        samples = next(iter(self._collectors[name].collect())).samples
        return {
            tuple(sample.labels[label] for label in names): sample.value
            for sample in samples
            if not sample.name.endswith("_created")
        }

    def _unaccounted(self) -> float:
        return (
            self.total("claims_received_total")
            - self.total("claims_total")
            - self.total("in_flight_claims")
            - self.by_label("claims_dropped_total")["revoked",]
        )

    def value(self, name: str, *labels: str) -> float:
        """Return the value of one series of a counter or gauge; 0 if it has none."""
        metric = self._metrics[name]
        names = [label.name for label in metric.labels]
        value = self._registry.get_sample_value(PREFIX + name, dict(zip(names, labels, strict=True)))
        return 0.0 if value is None else value

    def exposition(self, accept: str) -> tuple[bytes, str]:
        """Return the page for Prometheus and its content type, in the format that it asks for."""
        encoder, content_type = choose_encoder(accept)
        return encoder(self._registry), content_type
