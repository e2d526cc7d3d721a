"""Feeds bytes to decoding and to the whole pipeline, guided by what they reach: `python -m tests.fuzz`.

What is reported as a crash is a real one: an exception that leaves the pipeline, or an answer that breaks its promises.
"""

import json
import sys
from datetime import date
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["worker.pipeline", "worker.edits", "schemas"]):
    from schemas.outcome import Disposition
    from worker.bootstrap import build_pipeline
    from worker.pipeline.scrub import Pipeline

CORPUS = Path(__file__).with_name("corpus")
RECEIVED = date(2026, 3, 20)


def answer(pipeline: Pipeline, data: bytes) -> None:
    """Scrub one input and see that the answer keeps its promises. Raises `AssertionError` if not."""
    done = pipeline.scrub(data, RECEIVED)
    again = pipeline.scrub(data, RECEIVED)
    if (done.message, done.dead_letter) != (again.message, again.dead_letter):
        raise AssertionError("two answers to one message")
    if (done.outcome is None) == (done.dead_letter is None):
        raise AssertionError("neither outcome nor dead letter, or both")
    if done.outcome is None or done.message is None:
        return
    if done.outcome.coverage.errors:
        raise AssertionError(f"edits failed: {', '.join(done.outcome.coverage.errors)}")
    if done.outcome.disposition is Disposition.SCRUBBED and any(
        finding.severity.value in {"reject", "pend"} for finding in done.outcome.findings
    ):
        raise AssertionError("a claim with a finding that holds it was let pass")
    json.loads(done.message)


def main() -> None:
    """Fuzz until told to stop."""
    pipeline = build_pipeline()
    options = [each for each in sys.argv[1:] if each.startswith("-")]
    folders = [each for each in sys.argv[1:] if not each.startswith("-")] or [str(CORPUS)]
    atheris.Setup([sys.argv[0], *options, *folders], lambda data: answer(pipeline, data))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
