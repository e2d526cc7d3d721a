"""Measures this tree beside an earlier revision, in turn and in one run: start, memory and lookups of the tables.

Run it with `python -m tests.bench.revisions REVISION`. Only the ratios count on a machine that others share.
"""

import argparse
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Mapping, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from tests.bench.measure import in_turn

ROOT: Final = Path(__file__).parents[2]
CHILD: Final = Path(__file__).with_name("at_revision.py")
NEEDED: Final = ("worker", "schemas", "config")
Figures = Mapping[str, float]


def checked_out(revision: str, folder: Path) -> Path:
    """Put what a revision needs to run into a folder. Raises `SystemExit` for one that is not known."""
    done = subprocess.run(["git", "archive", revision, *NEEDED], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        raise SystemExit(f"{revision}: not a revision with {', '.join(NEEDED)}: {done.stderr.decode().strip()}")
    with tarfile.open(fileobj=BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def measured(tree: Path, cache: Path) -> Figures:
    """The figures of one start from a tree. Raises `RuntimeError` when it was not that tree that ran."""
    environment = os.environ | {"PYTHONPATH": str(tree), "CLAIMSCRUB_CACHE_DIR": str(cache)}
    command = [sys.executable, "-P", str(CHILD)]
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{tree}: {done.stderr.strip()}")
    said = json.loads(done.stdout)
    if not Path(said["tree"]).is_relative_to(tree):
        raise RuntimeError(f"{said['tree']} ran in place of {tree}")
    figures: Figures = said["figures"]
    return figures


def compared(before: Sequence[Figures], after: Sequence[Figures]) -> list[tuple[str, float, float, float]]:
    """For each figure of both its medians and the median of the ratios round by round."""
    both = [name for name in after[0] if name in before[0]]
    return [
        (
            name,
            median(each[name] for each in before),
            median(each[name] for each in after),
            median(new[name] / old[name] for old, new in zip(before, after, strict=True)),
        )
        for name in both
    ]


def main() -> int:
    """Print a line for each figure: before, after, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("revision", help="what git takes for a commit, such as main or HEAD~5")
    parser.add_argument("--rounds", type=int, default=5, help="starts of each; a first one compiles the tables")
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        trees = {"before": checked_out(given.revision, Path(folder) / "before"), "after": ROOT}
        measures = {name: partial(measured, tree, Path(folder) / f"cache-{name}") for name, tree in trees.items()}
        in_turn(measures, 1)
        values = in_turn(measures, given.rounds)
    print(f"{'':<26}{'before':>10}{'after':>10}{'ratio':>8}")  # noqa: T201 - a benchmark prints
    for name, before, after, ratio in compared(values["before"], values["after"]):
        print(f"{name:<26}{before:>10.3f}{after:>10.3f}{ratio:>8.2f}")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
