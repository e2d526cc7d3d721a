"""The runbooks: one page an alert, whose expressions, settings and reasons exist; test_commands_run runs commands."""

import re
from pathlib import Path

import pytest
import yaml

from tests.deploy.promtool import needs, promtool
from tests.deploy.test_alerts import NAMES
from worker.kafka.obstacle import Obstacle
from worker.observe.learning_metrics import LEARNING_CATALOGUE
from worker.observe.metrics import CATALOGUE, PREFIX
from worker.settings import Settings

RUNBOOKS = Path(__file__).parents[2] / "deploy" / "runbooks"
PAGES = sorted(RUNBOOKS.glob("ClaimScrubber*.md"))
_HEADINGS = ["What it means", "How to see", "What to do", "How to know it is over"]
_BLOCK = re.compile(r"^```(sh|promql)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_METRIC = re.compile(rf"\b{PREFIX}[a-z0-9_]+")


def _lines(page: Path, language: str) -> list[str]:
    blocks = _BLOCK.findall(page.read_text("utf-8"))
    return [line for kind, block in blocks if kind == language for line in block.splitlines()]


def test_the_readme_of_deploy_leads_to_what_there_is() -> None:
    """Its links lead to files, and its make targets are targets."""
    readme = RUNBOOKS.parent / "README.md"
    text = readme.read_text("utf-8")
    makefile = (RUNBOOKS.parents[1] / "Makefile").read_text("utf-8")

    assert all((readme.parent / link).exists() for link in re.findall(r"\]\(([^)]+)\)", text))
    assert all(f"\n{target}: " in makefile for target in re.findall(r"^make ([a-z-]+)$", text, re.MULTILINE))


def test_each_alert_has_its_page_and_each_page_its_alert() -> None:
    """Whoever is woken finds what to do under the alert's own name."""
    assert [page.stem for page in PAGES] == NAMES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_answers_four_questions(page: Path) -> None:
    """What it means, how to see, what to do, when it is over; under the alert's name."""
    text = page.read_text("utf-8")

    assert text.startswith(f"# {page.stem}\n")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == _HEADINGS


def test_each_reason_of_a_refusal_is_explained() -> None:
    """What the log can say when tables are refused, or when no broker accepts a worker, is on the page for it."""
    source = (RUNBOOKS.parents[1] / "worker" / "stream" / "reference" / "swap.py").read_text("utf-8")
    reasons = {*re.findall(r'Refusal\("([a-z-]+)"', source), *re.findall(r'reason="([a-z-]+)"', source)}
    refused = (RUNBOOKS / "ClaimScrubberReferenceReloadRejected.md").read_text("utf-8")
    shut_out = (RUNBOOKS / "ClaimScrubberBrokerSilent.md").read_text("utf-8")

    assert set(re.findall(r"^\| `([a-z-]+)` \|", refused, re.MULTILINE)) == reasons
    assert {reason for reason in Obstacle if f"`{reason}`" in shut_out} == set(Obstacle)


def test_every_setting_that_a_page_names_exists() -> None:
    """No page has an operator set what nobody reads."""
    named = {name for page in PAGES for name in re.findall(r"CLAIMSCRUB_([A-Z_]+)", page.read_text("utf-8"))}

    assert {name.lower() for name in named} <= set(Settings.model_fields)


def test_every_expression_asks_for_metrics_that_there_are() -> None:
    """No page sends its reader to a series that nobody exports."""
    exported = {PREFIX + metric.name for metric in (*CATALOGUE, *LEARNING_CATALOGUE)}
    used = {name for page in PAGES for line in _lines(page, "promql") for name in _METRIC.findall(line)}
    # Names with a colon are recorded by our rules, whose file is checked by Prometheus itself.
    recorded = {
        name for page in PAGES for line in _lines(page, "promql") for name in re.findall(r"job:([a-z0-9_]+):", line)
    }

    assert {re.sub(r"_(bucket|sum|count)$", "", name) for name in used - recorded} <= exported


@needs("promtool", "prometheus")
def test_every_expression_parses(tmp_path: Path) -> None:
    """Prometheus reads each of them."""
    lines = [line for page in PAGES for line in _lines(page, "promql")]
    rules = [{"record": f"page:expression:number{number}", "expr": line} for number, line in enumerate(lines)]
    file = tmp_path / "rules.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "runbooks", "rules": rules}]}))

    said = promtool("check", "rules", file)

    assert said.returncode == 0, said.stderr
    assert len(lines) > len(PAGES)
