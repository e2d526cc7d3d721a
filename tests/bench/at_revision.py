"""What one revision takes to start, to hold and to ask, as one line of JSON: `tests.bench.revisions` runs it.

It runs from the tree that PYTHONPATH names, which may be an earlier one: it uses only what has been there for long, and
leaves out a question that the tree does not know.
"""

import json
from collections.abc import Callable
from datetime import date
from functools import partial
from time import process_time, thread_time
from typing import Any, Final

import psutil

CALLS: Final = 20_000
ROUNDS: Final = 5
FALL: Final = date(2025, 11, 3)
SUMMER: Final = date(2026, 8, 3)
LISTED: Final = date(2024, 8, 1)
QUESTIONS: Final[dict[str, tuple[Any, ...]]] = {  # what each question of a snapshot is given
    "drug": ("J2357", FALL),
    "container": ("50242004062", FALL),
    "containers_of": ("J2357", FALL),
    "waste_duty": ("J2357", FALL),
    "mue": ("J2357", "practitioner", SUMMER),
    "asp_limit": ("J2357", FALL),
    "opps_status": ("J2357", FALL),
    "modifier": ("JZ", FALL),
    "diagnosis": ("J4550", FALL),
    "place_of_service": ("11", FALL),
    "hcpcs_code": ("A4216", FALL),
    "ncci_pair": ("96413", "99213", "practitioner", LISTED),
    "taxonomy_code": ("207RH0003X", FALL),
    "never_together": ("E109", FALL),
}


def microseconds(call: Callable[[], object]) -> float:
    """Microseconds of processor time of one call: the best of some rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = thread_time()
        for _ in range(CALLS):
            call()
        best = min(best, (thread_time() - started) / CALLS * 1e6)
    return best


def main() -> None:
    """Build the pipeline as a worker does, and print the figures."""
    started = process_time()
    from worker import bootstrap  # noqa: PLC0415 - the import is a part of what is measured

    pipeline = bootstrap.build_pipeline()
    ready = process_time() - started
    memory = psutil.Process().memory_full_info()
    figures = {
        "start, s of CPU": ready,
        "memory, MiB": memory.rss / 2**20,
        "memory of its own, MiB": memory.uss / 2**20,
    }
    for name, given in QUESTIONS.items():
        if question := getattr(pipeline.snapshot, name, None):
            figures[f"{name}, µs"] = microseconds(partial(question, *given))
    print(json.dumps({"tree": bootstrap.__file__, "figures": figures}))  # noqa: T201 - this is what it is for


if __name__ == "__main__":
    main()
