"""What the wiring loads for a worker."""

from datetime import date

from schemas.dead_letter import DeadLetterReason
from worker.bootstrap import load_scrubber
from worker.samples.claims import AS_OF
from worker.settings import Settings


def test_a_loaded_scrubber_says_what_it_loaded() -> None:
    """The edits and editions label the metrics; the largest message is the settings'."""
    loaded = load_scrubber(Settings(max_message_bytes=1024, as_of=date(2026, 3, 31)))

    assert "WST-02" in loaded.edit_ids
    assert {"drugs", "icd10cm"} <= {edition.table for edition in loaded.editions}
    assert set(loaded.versions) == {"contract", "ruleset", "reference", "profile"}
    too_large = loaded.scrubber.scrub(b" " * 1025, received_on=AS_OF).dead_letter
    assert too_large is not None
    assert too_large.reason is DeadLetterReason.TOO_LARGE
