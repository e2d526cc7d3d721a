"""Shows on metrics and log what is loaded, tables and rules, and no longer what was."""

import time
from collections.abc import Iterable
from datetime import UTC, date, datetime
from math import inf

from worker.observe.recorder import Recorder
from worker.stream.runtime import Log
from worker.stream.scrubber import LoadedScrubber, ReferenceEdition

Series = dict[tuple[str, ...], float]
"""Values by the name of the metric and its labels."""


def report_loaded(recorder: Recorder, loaded: LoadedScrubber, before: LoadedScrubber | None = None) -> None:
    """Set the metrics on the loaded tables and rules, and remove the series that only those before had."""
    # Edits and profiles are known only now, and they are the closed label sets of the metrics on them.
    recorder.know_edits(loaded.edit_ids)
    recorder.know_payers(loaded.profiles)
    recorder.set("reference_loaded_timestamp_seconds", time.time())
    series = _series(loaded)
    for (name, *labels), value in series.items():
        recorder.set(name, value, *labels)
    if before is not None:
        for name, *labels in _series(before).keys() - series.keys():
            recorder.forget(name, *labels)


def _series(loaded: LoadedScrubber) -> Series:
    series: Series = {
        ("reference_info", loaded.versions["reference"]): 1.0,
        ("ruleset_info", loaded.versions["ruleset"]): 1.0,
    }
    for each in loaded.editions:
        series["reference_edition_info", each.table, each.edition] = 1.0
        rows = ("reference_rows", each.table)
        series[rows] = series.get(rows, 0.0) + each.rows
    for end in loaded.suppression_ends:
        key = ("suppression_until_timestamp_seconds", end.profile, end.edit)
        series[key] = min(series.get(key, inf), _timestamp(end.until))
    return series | _spans(loaded.editions)


def warn_of_lapsed(log: Log, loaded: LoadedScrubber, today: date | None) -> None:
    """Log each suppression that has ended: its edit is on again."""
    day = today or date.today()  # noqa: DTZ011 - the host's own calendar, as for the day of receipt
    for end in loaded.suppression_ends:
        if end.has_lapsed(day):
            log.warning(
                "suppression-lapsed",
                audit=True,
                problem=end.in_words(day),
                profile=end.profile,
                edit=end.edit,
                until=end.until,
            )


def _spans(editions: Iterable[ReferenceEdition]) -> Series:
    """Return the first and last day of each table; the span of a table is that of all its editions."""
    tables: dict[str, list[ReferenceEdition]] = {}
    for edition in editions:
        tables.setdefault(edition.table, []).append(edition)
    spans: Series = {}
    for table, group in tables.items():
        starts = [each.in_force_from for each in group if each.in_force_from is not None]
        ends = [each.in_force_to for each in group if each.in_force_to is not None]
        if starts:
            spans["reference_in_force_from_timestamp_seconds", table] = _timestamp(min(starts))
        # An edition without an end is in force until the next one, so the table has no last day.
        if ends and len(ends) == len(group):
            spans["reference_in_force_to_timestamp_seconds", table] = _timestamp(max(ends))
            trusted = max(ends + [each.trusted_to for each in group if each.trusted_to is not None])
            spans["reference_trusted_to_timestamp_seconds", table] = _timestamp(trusted)
            last = max(group, key=lambda each: each.in_force_to or date.min)
            spans["reference_no_later_edition", table] = float(last.has_no_later)
    return spans


def _timestamp(day: date) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
