"""The alerts: each speaks when it should, and a test notices when one is turned round."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.promtool import RULE_TESTS, RULES, needs, promtool

Rule = dict[str, Any]
"""One rule as it stands in YAML."""

GROUPS: list[dict[str, Any]] = yaml.safe_load(RULES.read_text("utf-8"))["groups"]
ALL_RULES: list[Rule] = [rule for group in GROUPS for rule in group["rules"]]
ALERTS = [rule for rule in ALL_RULES if "alert" in rule]
NAMES = sorted({rule["alert"] for rule in ALERTS})
_TURNED = {">": "<", "<": ">", "==": "!=", "and": "unless", "unless": "and", "absent": "vector"}
_METRIC = re.compile(r"[a-z_]+[a-z_0-9]*")
_OPERATOR = re.compile(r" (>|<|==|and|unless) |\b(absent)(?=\()")


def _turned(expression: str) -> Iterator[tuple[str, str]]:
    """Yield the expression with one operator turned round at a time, and which one it was."""
    for number, match in enumerate(_OPERATOR.finditer(expression)):
        group = 1 if match[1] else 2
        start, end = match.span(group)
        told = _TURNED[match[group]]
        changed = expression[:start] + told + expression[end:]
        if told == "vector":
            changed = expression.replace("absent(", "(")
        yield changed, f"{number}-{match[group]}"


MUTANTS = [
    pytest.param(rule, changed, id=f"{rule['alert']}-{rule['labels'].get('window', '')}-{name}")
    for rule in ALERTS
    for changed, name in _turned(rule["expr"])
]


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


def _write_tests(rule: Rule, expression: str, folder: Path) -> list[Path]:
    """Write the unit tests of one rule alone, with the expression in its place."""
    rules = [*_needed(expression), rule | {"expr": expression}]
    (folder / RULES.name).write_text(yaml.safe_dump({"groups": [{"name": "claimscrub-recording", "rules": rules}]}))
    named = set(_METRIC.findall(" ".join(each["expr"] for each in rules)))
    written = []
    for file in RULE_TESTS:
        document = yaml.safe_load(file.read_text("utf-8"))
        document["group_eval_order"] = ["claimscrub-recording"]
        # A case without any of the rule's series says nothing about it.
        tests = [test for test in document["tests"] if _says_something(test["input_series"], named)]
        for test in tests:
            for each in test["promql_expr_test"]:
                each["exp_samples"] = [one for one in each["exp_samples"] if _is_about(one["labels"], rule)]
        if any(each["exp_samples"] for test in tests for each in test["promql_expr_test"]):
            path = folder / file.name
            path.write_text(yaml.safe_dump(document | {"tests": tests}))
            written.append(path)
    return written


def _says_something(series: list[dict[str, str]], metrics: set[str]) -> bool:
    return not series or bool(metrics & {each["series"].partition("{")[0] for each in series})


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


@needs("promtool", "prometheus")
@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: f"{rule['alert']}-{rule['labels'].get('window', '')}")
def test_the_tests_of_a_rule_hold_for_it_alone(rule: Rule, tmp_path: Path) -> None:
    """What the next test turns round passes as it stands."""
    written = _write_tests(rule, rule["expr"], tmp_path)

    assert written, f"no unit test has {rule['alert']} fire"
    said = promtool("test", "rules", *written)
    assert said.returncode == 0, said.stdout + said.stderr


@needs("promtool", "prometheus")
@pytest.mark.parametrize(("rule", "changed"), MUTANTS)
def test_a_condition_turned_round_is_noticed(rule: Rule, changed: str, tmp_path: Path) -> None:
    """Each operator of each alert decides at least one case."""
    said = promtool("test", "rules", *_write_tests(rule, changed, tmp_path))

    assert said.returncode != 0, f"no unit test notices {changed}"
    # It ran and found a difference; a rule that cannot be read proves nothing.
    assert "got:" in said.stdout + said.stderr


def test_every_alert_says_how_urgent_it_is_and_what_it_means() -> None:
    """A severity that routes, a sentence, and where to read on."""
    for rule in ALERTS:
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"]["summary"].endswith(".")
        assert rule["annotations"]["runbook_url"] == f"deploy/runbooks/{rule['alert']}.md"
