"""Scrubs claims from a file with the tree that `PYTHONPATH` names, and writes what became of each, one line per claim.

Run by `python -m tests.catalogue compare` in two trees, so it uses nothing that an older tree may lack.
"""

import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from worker.bootstrap import build_pipeline
from worker.cases.files import Case
from worker.cases.verdicts import scrub_case

# Of a claim that is scrubbed under settings of its own only the outcome is at hand, without the claim.
OF_ANY_VERSION = ("outcomeId", "claim", "original")


def outcomes(inputs: Path) -> Iterator[str]:
    """Yield what became of each claim as JSON: its outcome without what names the version, or its dead letter."""
    pipeline = build_pipeline()
    for line in inputs.open(encoding="utf-8"):
        given = json.loads(line)
        day = date.fromisoformat(given["received"])
        if "case" in given:
            outcome = scrub_case(Case(**given["case"], received_on=day), pipeline)
            yield written(outcome.model_dump_json(by_alias=True, exclude_none=True), *OF_ANY_VERSION)
            continue
        done = pipeline.scrub(given["value"].encode("latin-1"), day)
        yield str(done.dead_letter) if done.message is None else written(done.message, "outcomeId")


def written(message: str | bytes, *without: str) -> str:
    """Return an outcome without some members and without the digest of the rules, the others in their order."""
    outcome: dict[str, Any] = json.loads(message)  # any JSON
    outcome["versions"] = {"reference": outcome["versions"]["reference"], "profile": outcome["versions"]["profile"]}
    return json.dumps({name: value for name, value in outcome.items() if name not in without})


def main() -> None:
    """Write the outcomes to stdout."""
    for each in outcomes(Path(sys.argv[1])):
        sys.stdout.write(f"{each}\n")


if __name__ == "__main__":
    main()
