"""The alerts: each speaks when it should, and a test notices when one is turned round."""

import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
import yaml

from tests.deploy.promtool import RULE_TESTS, RULES, needs, promtool

pytestmark = pytest.mark.system

Rule = dict[str, Any]
Case = dict[str, Any]
"""A rule and a unit test of rules as they are in YAML."""

GROUPS: list[dict[str, Any]] = yaml.safe_load(RULES.read_text("utf-8"))["groups"]
ALL_RULES: list[Rule] = [rule for group in GROUPS for rule in group["rules"]]
ALERTS = [rule for rule in ALL_RULES if "alert" in rule]
NAMES = sorted({rule["alert"] for rule in ALERTS})
DOCUMENTS: dict[Path, dict[str, Any]] = {file: yaml.safe_load(file.read_text("utf-8")) for file in RULE_TESTS}
_TURNED = {">": "<", "<": ">", "==": "!=", "and": "unless", "unless": "and", "absent": "vector"}
_METRIC = re.compile(r"[a-z_]+[a-z_0-9]*")
_OPERATOR = re.compile(r" (>|<|==|and|unless) |\b(absent)(?=\()")


def _turned(expression: str) -> Iterator[str]:
    """Yield the expression with one operator turned round at a time."""
    for match in _OPERATOR.finditer(expression):
        group = 1 if match[1] else 2
        start, end = match.span(group)
        turned = _TURNED[match[group]]
        changed = expression[:start] + turned + expression[end:]
        if turned == "vector":
            changed = expression.replace("absent(", "(")
        yield changed


def _needed(expression: str) -> list[Rule]:
    """Return the recording rules that an expression needs, in their order."""
    needed: list[Rule] = []
    for rule in ALL_RULES:
        if rule.get("record", "\0") in expression:
            needed += [each for each in _needed(rule["expr"]) if each not in needed]
            needed += [rule] if rule not in needed else []
    return needed


def _is_about(labels: str, rule: Rule) -> bool:
    window = rule["labels"].get("window")
    return f'"{rule["alert"]}"' in labels and (window is None or f'window="{window}"' in labels)


def _cases(rule: Rule) -> dict[Path, list[Case]]:
    """The unit tests that have a series of a rule, by their file; they expect of all alerts this one only."""
    rules = [*_needed(rule["expr"]), rule]
    named = set(_METRIC.findall(" ".join(each["expr"] for each in rules)))
    found = {}
    for file, document in DOCUMENTS.items():
        # A case without any of the rule's series says nothing about it.
        cases = deepcopy([test for test in document["tests"] if _says_something(test["input_series"], named)])
        for case in cases:
            for each in case["promql_expr_test"]:
                each["exp_samples"] = [one for one in each["exp_samples"] if _is_about(one["labels"], rule)]
        if any(map(_has_it_fire, cases)):
            found[file] = cases
    return found


def _has_it_fire(case: Case) -> bool:
    return any(each["exp_samples"] for each in case["promql_expr_test"])


def _says_something(series: list[dict[str, str]], metrics: set[str]) -> bool:
    return not series or bool(metrics & {each["series"].partition("{")[0] for each in series})


def _run(rule: Rule, expression: str, cases: dict[Path, list[Case]], folder: Path) -> CompletedProcess[str]:
    """Run cases with one rule alone, with the expression in its place."""
    rules = [*_needed(expression), rule | {"expr": expression}]
    (folder / RULES.name).write_text(yaml.safe_dump({"groups": [{"name": "claimscrub-recording", "rules": rules}]}))
    for file, tests in cases.items():
        document = DOCUMENTS[file] | {"group_eval_order": ["claimscrub-recording"], "tests": tests}
        (folder / file.name).write_text(yaml.safe_dump(document))
    return promtool("test", "rules", *(folder / file.name for file in cases))


def _is_noticed(said: CompletedProcess[str]) -> bool:
    """Whether the tests ran and found a difference; a rule that cannot be read proves nothing."""
    return said.returncode != 0 and "got:" in said.stdout + said.stderr


@needs("promtool", "prometheus")
def test_the_rules_are_sound() -> None:
    """Prometheus takes the file, and its linter has nothing to say."""
    said = promtool("check", "rules", "--lint=all", "--lint-fatal", RULES)

    assert said.returncode == 0, said.stdout + said.stderr


@needs("promtool", "prometheus")
@pytest.mark.parametrize("file", RULE_TESTS, ids=lambda file: file.stem)
def test_each_alert_fires_when_it_should_and_nothing_else_does(file: Path) -> None:
    """The unit tests pass."""
    said = promtool("test", "rules", file)

    assert said.returncode == 0, said.stdout + said.stderr


@pytest.mark.whole
@needs("promtool", "prometheus")
@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: f"{rule['alert']}-{rule['labels'].get('window', '')}")
def test_each_operator_of_an_alert_decides_a_case(rule: Rule, tmp_path: Path) -> None:
    """The rule alone passes its cases as it is, and fails one with any operator turned round.

    Most are noticed where the alert should fire, so the other cases, which are many, run for the rest only.
    """
    cases = _cases(rule)
    assert cases, f"no unit test has {rule['alert']} fire"
    fires = {file: [case for case in tests if _has_it_fire(case)] for file, tests in cases.items()}
    unnoticed = list(_turned(rule["expr"]))

    for some in (fires, cases):
        if unnoticed:
            said = _run(rule, rule["expr"], some, tmp_path)
            assert said.returncode == 0, said.stdout + said.stderr
            unnoticed = [each for each in unnoticed if not _is_noticed(_run(rule, each, some, tmp_path))]

    assert unnoticed == []


def test_every_alert_says_how_urgent_it_is_and_what_it_means() -> None:
    """A severity that routes, a sentence, and where to read on."""
    for rule in ALERTS:
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"]["summary"].endswith(".")
        assert rule["annotations"]["runbook_url"] == f"deploy/runbooks/{rule['alert']}.md"
