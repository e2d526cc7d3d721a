"""Runs the edits that a plan leaves out of a claim: `python -m tests.catalogue excluded`.

An edit declares with `needs` and `looks_for` where it has nothing to say, and is not called there. Here it is called
all the same: where it counts as passed it must say nothing; where it says of a code that it does not apply it must say
just that; and where it lacks what it `needs` it may miss something, but must not find or lift anything. A code that it
is not `about` it need not know, so that there it is not called.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from unittest.mock import patch

from tests.catalogue.compare import Given, add_inputs, inputs_of
from worker.bootstrap import build_pipeline
from worker.cases.files import Case
from worker.cases.verdicts import scrub_case
from worker.edits.edit import Context, DoesNotApply, NoData, Verdict, Verdicts
from worker.pipeline import scrub
from worker.pipeline.rules.plan import PlannedRule, Subject
from worker.pipeline.steps.check import VERDICTS, CheckResult, check


def main(arguments: Sequence[str]) -> int:
    """Run them over the claims of `compare`, and print what they say."""
    parser = argparse.ArgumentParser(prog="python -m tests.catalogue excluded", description=__doc__)
    add_inputs(parser)
    pipeline, count, wrong = build_pipeline(), 0, 0
    with left_out_called() as said:
        for given in inputs_of(parser.parse_args(arguments)):
            count += 1
            scrub_given(given, pipeline)
            for each in said:
                sys.stdout.write(f"{given['kind']}: {each}\n    {json.dumps(given)}\n")
            wrong += len(said)
            said.clear()
    sys.stdout.write(f"{count} claims, {wrong} times an edit that is left out has something to say\n")
    return 1 if wrong else 0


def scrub_given(given: Given, pipeline: scrub.Pipeline) -> None:
    """Scrub one of the inputs of `compare`."""
    day = date.fromisoformat(given["received"])
    if "case" in given:
        scrub_case(Case(**given["case"], received_on=day), pipeline)
    else:
        pipeline.scrub(given["value"].encode("latin-1"), day)


@contextmanager
def left_out_called() -> Iterator[list[str]]:
    """For the length of a block, call on every claim what its plan leaves out; the list is what they ought not say."""
    said: list[str] = []

    def check_and_call(claims: Sequence[CheckResult]) -> None:
        check(claims)
        for each in claims:
            said.extend(_wrongly_left_out(each))

    with patch.object(scrub, "check", check_and_call):
        yield said


def _wrongly_left_out(checked: CheckResult) -> Iterator[str]:
    for rule, subject, passes in left_out(checked):
        told = list(_verdicts(rule, subject, checked.context))
        may_say: tuple[type[Verdict], ...] = (DoesNotApply, NoData)
        if passes:
            may_say = ()
        elif rule.sought(subject.code, checked.plan.configuration) is None:
            may_say = (DoesNotApply,)
        if any(not isinstance(each, may_say) for each in told):
            yield f"{rule.id} counts as {'passed' if passes else 'not applying'} without a look, but says {told}"


def left_out(checked: CheckResult) -> Iterator[tuple[PlannedRule, Subject, bool]]:
    """Yield the edits that are not called, each with what it is not called on and whether it counts as passed there."""
    is_read = not checked.not_reached
    for phase in (checked.plan.intake, checked.plan.others) if is_read else (checked.plan.intake,):
        for choice, subjects in phase.sides:
            for subject in subjects(checked.claim):
                chosen = choice.of(subject)
                for rule in choice.rules:
                    if rule not in chosen.rules and rule.about(subject.code.hcpcs, checked.plan.configuration):
                        yield rule, subject, bool(chosen.bits & rule.bit)


def _verdicts(rule: PlannedRule, subject: Subject, context: Context) -> Iterator[Verdict]:
    told: Verdicts = rule.find(subject, context)
    if isinstance(told, VERDICTS):
        yield told
    else:
        yield from told or ()
