"""What is counted of outcomes once they are durable."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest

from schemas.dead_letter import DeadLetterReason, DeadLetterStage
from schemas.decision import PayerDecision
from worker.agents import report
from worker.agents.report import Reporter
from worker.history.decisions import Decision
from worker.kafka.messages import InboundMessage
from worker.observe.metrics import CATALOGUE
from worker.observe.recorder import Recorder
from worker.pipeline.steps.edit_failure import EditFailure
from worker.stream.records import dead
from worker.stream.runtime import Runtime
from worker.stream.scrubber import ClaimVerdict, ReadMessage

MESSAGE = InboundMessage("claims.inbound.v1", 0, 7, 1_774_000_000_000, b"key", b"{}", ())
DENIED = Decision(bytes(8), bytes(8), PayerDecision.DENIED, date(2026, 3, 2))
ROUTED = ("claims_routed_total", "decisions_routed_total", "documents_routed_total")
NO_CLAIM = dead(DeadLetterReason.NOT_JSON, DeadLetterStage.DECODE, {})


def outcome(number: int) -> ClaimVerdict:
    """An outcome with an id of its own."""
    return ClaimVerdict("scrubbed", b"{}", f"outcome-{number}")


class Bench:
    """A reporter whose log goes nowhere."""

    def __init__(self) -> None:
        self.recorder = Recorder()
        self.debugged: list[dict[str, object]] = []
        log = SimpleNamespace(
            info=lambda *_, **__: None,
            warning=lambda *_, **__: None,
            debug=lambda event, **fields: self.debugged.append({"event": event, **fields}),
        )
        runtime: Any = SimpleNamespace(  # Any: the part of a worker that reports
            recorder=self.recorder, log=log, budget=SimpleNamespace(overruns=0), spans=None
        )
        self.reporter = Reporter(cast("Runtime", runtime))

    def suspected(self, *pairs: tuple[InboundMessage, ClaimVerdict]) -> float:
        """Report a batch, and return how many duplicates are suspected by now."""
        self.reporter.report(pairs, (), 0)
        return self.recorder.value("duplicate_outputs_suspected_total")


def test_how_an_edit_failed_is_logged_without_the_text_of_its_error() -> None:
    """Which may quote the claim."""
    bench, failure = Bench(), EditFailure("USR-01", "ValueError", "JANE DOE", "usr_01_mine.py", 7)

    bench.suspected((MESSAGE, replace(outcome(1), failures=(failure,))))

    (line,) = bench.debugged
    assert (line["event"], line["edit"], line["exception"]) == ("edit-failed", "USR-01", "ValueError")
    assert (line["file"], line["line"], line["partition"], line["offset"]) == ("usr_01_mine.py", 7, 0, 7)
    assert "JANE" not in str(line)


def test_an_outcome_that_is_told_again_is_suspected() -> None:
    """In the batch or later, wherever the message is; an outcome of another id is not."""
    bench = Bench()

    assert bench.suspected((MESSAGE, outcome(1)), (MESSAGE, outcome(2))) == 0
    assert bench.suspected((MESSAGE, outcome(3)), (replace(MESSAGE, offset=8), outcome(3))) == 1
    assert bench.suspected((replace(MESSAGE, offset=9), outcome(1))) == 2


def test_a_dead_letter_is_known_by_the_place_of_its_message() -> None:
    """The same bytes at another place are another message."""
    bench = Bench()

    assert bench.suspected((MESSAGE, NO_CLAIM), (replace(MESSAGE, offset=8), NO_CLAIM)) == 0
    assert bench.suspected((replace(MESSAGE, partition=1), NO_CLAIM)) == 0
    assert bench.suspected((MESSAGE, NO_CLAIM)) == 1


def test_what_is_skipped_has_no_outcome_to_double() -> None:
    """A tombstone leaves no record."""
    assert Bench().suspected((MESSAGE, ClaimVerdict("skipped")), (MESSAGE, ClaimVerdict("skipped"))) == 0


def test_claims_with_members_that_nobody_reads_are_counted() -> None:
    """Each claim once, however many members it has."""
    bench = Bench()

    bench.suspected((MESSAGE, outcome(1)), (MESSAGE, replace(outcome(2), not_read=3)))

    assert bench.recorder.value("claims_not_read_whole_total") == 1


def test_the_catalogue_says_how_many_outcomes_are_remembered() -> None:
    """Who reads the figure knows how far back it looks."""
    (meaning,) = (metric.meaning for metric in CATALOGUE if metric.name == "duplicate_outputs_suspected_total")

    assert f"last {report.MOST_REMEMBERED:,} " in meaning


def test_only_so_many_outcomes_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest is forgotten first, and one that is seen again takes nobody's place."""
    monkeypatch.setattr(report, "MOST_REMEMBERED", 3)
    bench = Bench()

    assert bench.suspected(*((MESSAGE, outcome(number)) for number in (1, 2, 3))) == 0
    assert bench.suspected((MESSAGE, outcome(3)), (MESSAGE, outcome(1))) == 2
    assert bench.suspected((MESSAGE, outcome(4)), (MESSAGE, outcome(1))) == 2


@pytest.mark.parametrize(
    ("read", "metric"),
    [
        (ReadMessage(None), "claims_routed_total"),
        (ReadMessage(None, decision=DENIED), "decisions_routed_total"),
        (ReadMessage(None, is_document=True), "documents_routed_total"),
    ],
)
def test_what_is_routed_is_counted_by_what_it_is(read: ReadMessage, metric: str) -> None:
    """A late document is not a claim, and was counted as one."""
    bench = Bench()

    bench.suspected((MESSAGE, ClaimVerdict("routed", b"{}", route=read)))

    counts = {name: bench.recorder.value(name) for name in ROUTED}
    assert counts == {name: float(name == metric) for name in ROUTED}
