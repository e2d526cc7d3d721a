"""The figures of the status page."""

import json
import re
from datetime import date
from typing import Any, cast

from worker.observe.health import HealthState
from worker.observe.recorder import Recorder
from worker.settings import Settings
from worker.stream.scrubber import LoadedScrubber, ReferenceEdition
from worker.stream.status import MOST_FINDINGS, WorkerStatus

EDITS = tuple(f"TST-{number:02}" for number in range(20))


def loaded() -> LoadedScrubber:
    """A scrubber over a table that is over and one that is not."""
    return LoadedScrubber(
        cast("Any", None),  # Any: nothing here scrubs
        edit_ids=EDITS,
        edit_words={"TST-03": "Something is missing."},
        editions=(
            ReferenceEdition("mue", "new", date(2001, 1, 1)),
            ReferenceEdition("asp", "old", date(2000, 1, 1), date(2000, 3, 31)),
        ),
        versions={"ruleset": "r1", "reference": "t1"},
    )


def shown(recorder: Recorder, settings: Settings | None = None, *, is_loaded: bool = True) -> dict[str, Any]:
    """The figures of a worker."""
    status = WorkerStatus(settings or Settings(), recorder, HealthState(), "1.2.3")
    status.loaded = loaded if is_loaded else None
    figures: dict[str, Any] = json.loads(status.document())
    return figures


def test_a_worker_that_has_just_started_shows_zeros() -> None:
    """Before anything is loaded the page has its figures all the same."""
    figures = shown(Recorder(), is_loaded=False)

    assert {each["claims"] for each in figures["outcomes"]} == {0}
    assert (figures["findings"], figures["partitions"], figures["editions"]) == ([], [], [])
    ready = figures["ready"]
    assert [part for part, holds in ready.items() if holds] == ["dead_letters_within_limit"]


def test_the_findings_made_most_come_first_with_their_words_and_dollars() -> None:
    """At most ten; severities of an edit are one line; an edit that found nothing is none."""
    recorder = Recorder(EDITS)
    for number, edit in enumerate(EDITS[:12]):
        recorder.count("findings_total", edit, "warn", amount=number)
    recorder.count("findings_total", "TST-03", "reject", amount=100)
    recorder.count("held_dollars_total", "TST-03", amount=1234.5)

    found = shown(recorder)["findings"]

    assert len(found) == MOST_FINDINGS
    assert found[0] == {"edit": "TST-03", "words": "Something is missing.", "findings": 103, "dollarsHeld": 1234.5}
    assert [each["edit"] for each in found[1:4]] == ["TST-11", "TST-10", "TST-09"]


def test_partitions_and_dead_letters_are_those_that_there_are() -> None:
    """Series at zero have no line."""
    recorder = Recorder()
    recorder.set("consumer_lag_records", 7, "claims.inbound.v1", "3")
    recorder.count("dead_letters_total", "not-json", "decode", amount=2)

    figures = shown(recorder)

    assert figures["partitions"] == [{"partition": "3", "behind": 7, "waitsSeconds": 0}]
    assert figures["deadLetters"] == [{"reason": "not-json", "stage": "decode", "messages": 2}]


def test_an_edition_that_is_over_says_so() -> None:
    """By its last day; one without an end is in force until the next."""
    assert [(each["table"], each["isOver"], each["to"]) for each in shown(Recorder())["editions"]] == [
        ("asp", True, "2000-03-31"),
        ("mue", False, None),
    ]


def test_a_table_that_has_ended_says_so_in_words() -> None:
    """Its last edition counts, and whether it is trusted still; one that is open has not ended."""
    (ended,) = shown(Recorder())["ended"]

    assert (ended["table"], ended["isCarried"]) == ("asp", False)
    assert re.fullmatch(r"ended [\d,]+ days ago, nothing is known", ended["words"])
    assert shown(Recorder(), is_loaded=False)["ended"] == []


def test_settings_are_shown_where_they_were_set_and_nobodys_name_is() -> None:
    """Versions and a digest of all settings beside them; the user name stays out."""
    settings = Settings(group_id="blue", sasl_username="hunter2")
    figures = shown(Recorder(), settings)

    assert figures["settings"]["CLAIMSCRUB_GROUP_ID"] == "blue"
    assert figures["settings"]["settings digest"] == settings.digest != Settings().digest
    assert "hunter2" not in json.dumps(figures)
