"""Compares the outcomes of this tree with those of another revision: `python -m tests.catalogue compare main`.

Outcomes are compared whole, but for their ids and the digest of the rules. Exits with 1 when some differ.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, Final

import orjson

from tests.catalogue.mutations import Trial, all_mutations
from tests.catalogue.supply import Supply
from tests.catalogue.valid_claims import ValidClaims
from tests.edits.worked_examples.build import DIRECTORY, RECEIVED_ON
from tests.inputs.poison import RECEIVED, mutants
from worker.bootstrap import build_pipeline
from worker.cases.files import load_cases
from worker.pipeline.forms import ClaimDocument, interchange_claims, resource_claims
from worker.samples.claims import AS_OF, demo_claims

ROOT: Final = Path(__file__).parents[2]
Given = dict[str, Any]  # any JSON
Difference = tuple[tuple[str, str], str, str]
"""What differs and where, then how it was before and is after."""


def main(arguments: Sequence[str]) -> int:
    """Compare, and print what differs by edit or by field."""
    parser = argparse.ArgumentParser(prog="python -m tests.catalogue compare", description=__doc__)
    parser.add_argument("revision", help="a commit, a branch or a tag")
    add_inputs(parser)
    parser.add_argument("--show", type=int, default=1, help="how many claims to print for each difference")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, _tree(asked.revision, Path(folder) / "tree") as tree:
        inputs = Path(folder) / "claims.jsonl"
        with inputs.open("w", encoding="utf-8") as file:
            for each in inputs_of(asked):
                file.write(f"{json.dumps(each)}\n")
        count, found = _scrubbed_twice(inputs, tree)
    for (what, where), claims in sorted(found.items(), key=lambda each: -len(each[1])):
        sys.stdout.write(f"{what} {where}: {len(claims)}\n")
        for place, before, after in claims[: asked.show]:
            sys.stdout.write(f"    claim {place}\n    before {before}\n    after  {after}\n")
    differing = {place for claims in found.values() for place, _, _ in claims}
    sys.stdout.write(f"{count} claims, {len(differing)} with another outcome than at {asked.revision}\n")
    return 1 if differing else 0


def add_inputs(parser: argparse.ArgumentParser) -> None:
    """Let a command say how many claims of each kind it wants."""
    parser.add_argument("--claims", type=int, default=1000, help="how many valid claims")
    parser.add_argument("--errors", type=int, default=5, help="how many claims for each known error")
    parser.add_argument("--demo", type=int, default=1000, help="how many claims of the demo")
    parser.add_argument("--mutants", type=int, default=3000, help="how many damaged claims")
    parser.add_argument("--seed", type=int, default=0, help="another seed makes other claims")


@contextmanager
def _tree(revision: str, folder: Path) -> Iterator[Path]:
    """A checkout of a revision."""
    git = ("git", "-C", str(ROOT), "worktree")
    subprocess.run([*git, "add", "--quiet", "--detach", str(folder), revision], check=True)
    try:
        yield folder
    finally:
        subprocess.run([*git, "remove", "--force", str(folder)], check=True)


def inputs_of(asked: argparse.Namespace) -> Iterator[Given]:
    """Yield the claims that `add_inputs` lets one ask for, each with its kind and the day it was received on."""
    yield from _cases()
    yield from _examples()
    yield from _of_other_forms()
    for planted in demo_claims(asked.demo):
        yield _given("demo", planted.value, AS_OF)
    for value in islice(mutants(asked.seed), asked.mutants):
        yield _given("mutant", value, RECEIVED)
    yield from _generated(asked)


def _given(kind: str, value: bytes, day: date) -> Given:
    return {"kind": kind, "value": value.decode("latin-1"), "received": day.isoformat()}


def _cases() -> Iterator[Given]:
    for case in load_cases(ROOT / "tests" / "edits" / "cases"):
        if case.remembered_since is not None or case.late is not None:
            continue  # an older tree has no memory of claims, and no late documents
        fields = asdict(case)
        del fields["earlier"], fields["remembered_since"], fields["late"]
        day = fields.pop("received_on")
        # What the case expects may be no JSON, and is not asked here.
        fields["expected_findings"] = ()
        yield {"kind": str(case), "case": fields, "received": day.isoformat()}


def _examples() -> Iterator[Given]:
    for file, day in RECEIVED_ON.items():
        for line in (DIRECTORY / file).read_bytes().splitlines():
            yield _given("worked example", line, day)
    for path in sorted((ROOT / "tests" / "unit" / "pipeline" / "claims").glob("*.json")):
        yield _given(path.name, path.read_bytes(), RECEIVED)


def _of_other_forms() -> Iterator[Given]:
    """The claims of the X12 and FHIR files of the tests, as they came and as they are written by other software."""
    unit = ROOT / "tests" / "unit"
    files = [(path, interchange_claims) for path in sorted((unit / "x12" / "cases").iterdir())]
    files += [(path, resource_claims) for path in sorted((unit / "fhir").rglob("*.json"))]
    chance = Random(1)
    for path, read in files:
        for each in read(path.read_bytes()):
            if isinstance(each, ClaimDocument):
                yield _given(path.name, orjson.dumps(each.document), RECEIVED)
                yield _given(f"{path.name}, varied", orjson.dumps(_varied(each.document, chance)), RECEIVED)


def _generated(asked: argparse.Namespace) -> Iterator[Given]:
    pipeline = build_pipeline()
    claims, chance = ValidClaims(Supply(pipeline.snapshot), pipeline.guides), Random(asked.seed)
    for made in claims.many(asked.claims, asked.seed):
        yield _given("valid", orjson.dumps(made.document), made.received_on)
        if chance.random() < 0.1:
            yield _given("valid, varied", orjson.dumps(_varied(made.document, chance)), made.received_on)
    trial = Trial(pipeline, claims)
    for mutation in all_mutations():
        for copy in trial.broken(mutation, asked.errors, asked.seed):
            yield _given(mutation.name, copy.value or orjson.dumps(copy.document), copy.received_on)


def _varied(value: Any, chance: Random) -> Any:  # any JSON
    """Return a document with some members written, named or valued otherwise than they ought to be."""
    if isinstance(value, list):
        return [_varied(each, chance) for each in value]
    if not isinstance(value, dict):
        return chance.choice(_OTHERWISE)(value) if chance.random() < 0.03 else value
    members = {name: _varied(each, chance) for name, each in value.items()}
    if chance.random() < 0.03:
        members[chance.choice(_ADDED)] = chance.choice(["", "1234567890", {"npi": "1234567890"}, [], {}, None])
    return members


_ADDED: Final = ("lineNote", "procedureModifiers", "attending", "serviceLines", "documentation", "npi", "patient_id")
_OTHERWISE: Final[tuple[Callable[[Any], Any], ...]] = (
    lambda value: f" {value}",
    lambda value: f"{value}\u00e9",
    lambda value: int(value) if isinstance(value, str) and value.isdigit() and len(value) < 15 else value,
    lambda value: "" if isinstance(value, str) else value,
    lambda _: None,
    lambda value: [value],
    lambda value: {"value": value},
    lambda value: f"{value}x",
    lambda value: f"{value}" * 40,
    lambda _: 12.50,
    lambda _: True,
)


def _scrubbed_twice(inputs: Path, tree: Path) -> tuple[int, dict[tuple[str, str], list[tuple[str, str, str]]]]:
    runner = ROOT / "tests" / "catalogue" / "scrubbed_claims.py"
    running = [
        subprocess.Popen(
            [sys.executable, str(runner), str(inputs)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=each,
            env=os.environ | {"PYTHONPATH": str(each), "PYTHONSAFEPATH": "1"},
        )
        for each in (tree, ROOT)
    ]
    found: dict[tuple[str, str], list[tuple[str, str, str]]] = defaultdict(list)
    count = 0
    with inputs.open(encoding="utf-8") as given, running[0] as old, running[1] as new:
        for count, (claim, before, after) in enumerate(zip(given, old.stdout or (), new.stdout or (), strict=True), 1):
            if before != after:
                place = f"{count} ({json.loads(claim)['kind']})"
                for where, one, other in differences(before, after):
                    found[where].append((place, one, other))
    if any(each.returncode for each in running):
        raise SystemExit("one of the trees failed")
    return count, found


def differences(before: str, after: str) -> Iterator[Difference]:
    """Yield where two outcomes differ: the member, and of findings the edit."""
    try:
        old, new = json.loads(before), json.loads(after)
    except json.JSONDecodeError:
        yield ("dead letter", ""), before.strip()[:300], after.strip()[:300]
        return
    if list(old) != list(new):
        yield ("order of members", ""), str(list(old)), str(list(new))
    for name in sorted(old.keys() | new.keys()):
        one, other = old.get(name), new.get(name)
        if name == "findings" and one and other:
            yield from _of_findings(one, other)
        elif name == "coverage" and one and other:
            for part in sorted(one.keys() | other.keys()):
                for edit in _edits(one.get(part, ()), other.get(part, ())):
                    yield ("coverage", f"{part} {edit}"), _cut(one.get(part)), _cut(other.get(part))
        elif json.dumps(one) != json.dumps(other):
            yield ("member", name), _cut(one), _cut(other)


def _of_findings(one: list[Given], other: list[Given]) -> Iterator[Difference]:
    for edit in sorted({each["edit"] for each in (*one, *other)}):
        ones, others = ([each for each in side if each["edit"] == edit] for side in (one, other))
        if ones != others:
            yield ("finding", edit), _cut(ones), _cut(others)
    orders = [[each["edit"] for each in side] for side in (one, other)]
    if orders[0] != orders[1]:
        yield ("finding", "order"), _cut(orders[0]), _cut(orders[1])


def _edits(one: Iterable[Any], other: Iterable[Any]) -> list[str]:  # edits, or entries of edits
    counts = [Counter(json.dumps(each) for each in side) for side in (one, other)]
    changed = (counts[0] - counts[1]) + (counts[1] - counts[0])
    differing = [json.loads(each) for each in changed]
    if not differing and list(one) != list(other):
        return ["order"]
    return sorted({each if isinstance(each, str) else each["edit"] for each in differing})


def _cut(value: object) -> str:
    return json.dumps(value)[:1500]
