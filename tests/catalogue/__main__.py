"""Scrubs valid claims in bulk, or known errors: `python -m tests.catalogue --claims 100000 --processes 2`.

Exits with 1 when a valid claim is held, an edit fails, or a known error is missed or reported by an edit not meant for
it; with --stories when something right is found in the light of earlier claims, or a mistake is missed.
"""

import argparse
import itertools
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

from tests.catalogue import compare, excluded
from tests.catalogue.mutations import Trial, Verdicts, all_mutations
from tests.catalogue.scrubbing import FalseAlarms, scrub_all
from tests.catalogue.stories import Stories, StoryAccount, tell
from tests.catalogue.supply import Supply
from tests.catalogue.valid_claims import ValidClaims
from worker.bootstrap import build_pipeline

PORTION = 2500
_Account = TypeVar("_Account", FalseAlarms, StoryAccount)
_OTHERS = {"compare": compare.main, "excluded": excluded.main}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for and print it."""
    given = sys.argv[1:] if arguments is None else arguments
    if given and given[0] in _OTHERS:
        return _OTHERS[given[0]](given[1:])
    parser = argparse.ArgumentParser(prog="python -m tests.catalogue", description=__doc__)
    parser.add_argument("--claims", type=int, default=10000, help="how many valid claims, or claims for each error")
    parser.add_argument("--stories", action="store_true", help="judge claims in stories of patients, with their memory")
    parser.add_argument("--mutations", action="store_true", help="break the claims, one known error after the other")
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="EDIT_OR_ERROR",
        help="with --mutations: only the errors of this edit (WST-06), or the error of this name; may be repeated",
    )
    parser.add_argument("--processes", type=int, default=1, help="how many processes share the work")
    parser.add_argument("--seed", type=int, default=0, help="another seed makes other claims; the same makes the same")
    asked = parser.parse_args(given)
    known = {name for each in all_mutations() for name in (each.name, each.edit)}
    if unknown := sorted(set(asked.only) - known):
        parser.error(f"neither a known error nor the edit of one: {', '.join(unknown)}")
    if asked.only and not asked.mutations:
        parser.error("--only chooses among known errors: give --mutations as well")
    started = time.monotonic()
    with ProcessPoolExecutor(asked.processes) as pool:
        if asked.mutations:
            names = [
                each.name for each in all_mutations() if not asked.only or {each.name, each.edit} & set(asked.only)
            ]
            jobs = [(name, asked.claims, asked.seed) for name in names]
            sound = _print_verdicts(pool.map(_break, jobs), asked.claims)
        else:
            counts = [min(PORTION, asked.claims - done) for done in range(0, asked.claims, PORTION)]
            portions = [(count, asked.seed * 10**6 + place) for place, count in enumerate(counts)]
            if asked.stories:
                sound = _print_stories(_progress(pool.map(_tell, portions), asked.claims))
            else:
                sound = _print_alarms(_progress(pool.map(_scrub, portions), asked.claims))
    sys.stdout.write(f"{time.monotonic() - started:.0f} s\n")
    return 0 if sound else 1


def _progress(accounts: Iterable[_Account], claims: int) -> Iterator[_Account]:
    # Lines and no bar: a run over 100,000 claims takes an hour, and is read in a log.
    done, started = 0, time.monotonic()
    for account in accounts:
        done += account.claims
        sys.stderr.write(f"{done:,} of {claims:,} claims after {time.monotonic() - started:.0f} s\n")
        sys.stderr.flush()
        yield account


def _scrub(portion: tuple[int, int]) -> FalseAlarms:
    count, seed = portion
    pipeline = build_pipeline()
    return scrub_all(pipeline, ValidClaims(Supply(pipeline.snapshot), pipeline.guides).many(count, seed))


def _tell(portion: tuple[int, int]) -> StoryAccount:
    count, seed = portion
    pipeline = build_pipeline()
    claims = ValidClaims(Supply(pipeline.snapshot), pipeline.guides)
    return tell(Stories(pipeline, claims), itertools.count(seed * 10**6), count)


def _break(job: tuple[str, int, int]) -> Verdicts:
    name, count, seed = job
    pipeline = build_pipeline()
    mutation = next(each for each in all_mutations() if each.name == name)
    trial = Trial(pipeline, ValidClaims(Supply(pipeline.snapshot), pipeline.guides))
    return trial.of(mutation, count, seed)


def _print_alarms(accounts: Iterable[FalseAlarms]) -> bool:
    whole = FalseAlarms()
    for account in accounts:
        whole.merge(account)
    ended = whole.dispositions
    sys.stdout.write(
        f"{whole.claims} valid claims, {whole.lines} lines, {len(whole.codes)} drug codes: "
        f"{ended['rejected']} rejected, {ended['pended']} pended, {sum(whole.errors.values())} edit errors\n"
        f"warnings: {', '.join(f'{edit} {count}' for edit, count in whole.warning.most_common())}\n"
        f"{whole.by_month()}\n"
    )
    for edit, count in whole.holding.most_common():
        sys.stdout.write(f"{edit} held {count}, for instance {whole.examples[edit]}\n")
    return not whole.held and not whole.errors


def _print_stories(accounts: Iterable[StoryAccount]) -> bool:
    whole = StoryAccount()
    for account in accounts:
        whole.merge(account)
    sys.stdout.write(f"{whole.claims} claims in stories: {whole.false.total()} false findings {dict(whole.false)}\n")
    for name, count in sorted(whole.made.items()):
        sys.stdout.write(f"{name}: found {count - whole.missed[name]} of {count}, {whole.doubled[name]} twice\n")
    for what, example in whole.examples.items():
        sys.stdout.write(f"    {what}: {example}\n")
    return whole.is_sound


def _print_verdicts(verdicts: Iterable[Verdicts], count: int) -> bool:
    total, exact = 0, 0
    for each in verdicts:
        total, exact = total + 1, exact + each.is_exact
        heard = ", ".join(f"{edit} {times} ({each.named[edit]})" for edit, times in each.companions.most_common())
        sys.stdout.write(
            f"{'ok ' if each.is_exact else 'BAD'} {each.edit} {each.name}: found {each.found} of "
            f"{each.claims}{f'; companions {heard}' if heard else ''}\n"
        )
        for what, example in each.examples.items():
            sys.stdout.write(f"    {what} {each.others[what] or each.claims - each.found}: {example}\n")
    sys.stdout.write(f"{total} known errors on {count} claims each: {exact} found on all of them by their edit alone\n")
    return exact == total


if __name__ == "__main__":
    sys.exit(main())
