"""The dashboards: every question is one that Prometheus answers, and every figure is on one."""

import asyncio
import json
import re
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from deploy.grafana.boards import BOARDS, LEARNING, NOT_SHOWN, Board, Query
from deploy.grafana.write import dashboards, expression, written
from tests.deploy.pictures import Series, drawn, tick
from tests.deploy.prometheus import Prometheus, running_prometheus
from tests.deploy.promtool import RULES, needs, promtool
from worker.cli.demo.run import settings_for
from worker.cli.demo.worker import DemoWorker, running_worker
from worker.kafka.embedded import embedded_broker
from worker.kafka.send import send_claims
from worker.kafka.topics import create_topics
from worker.observe.learning_metrics import LEARNING_CATALOGUE
from worker.observe.metrics import CATALOGUE, PREFIX
from worker.samples.claims import demo_claims
from worker.settings import ENV_PREFIX, Settings

_METRIC = re.compile(rf"(?<![:\w])(?:{PREFIX}|process_)[a-z0-9_]+")
_CLAIMS = 400


def asked(query: Query, job: str = ".+") -> str:
    """A query as Grafana would send it."""
    return expression(query, f'job=~"{job}"', "30s")


def metrics_in(text: str) -> set[str]:
    """The names of the exported metrics in an expression, without the suffixes of a histogram."""
    return {re.sub(r"_(bucket|sum|count)$", "", name) for name in _METRIC.findall(text)}


def names_in_rules() -> set[str]:
    """The metrics that an alert or a recording rule reads."""
    groups = yaml.safe_load(RULES.read_text("utf-8"))["groups"]
    return {name for group in groups for rule in group["rules"] for name in metrics_in(rule["expr"])}


def names_on_boards(boards: tuple[Board, ...] = BOARDS) -> set[str]:
    """The metrics that a panel reads."""
    return {
        name for board in boards for panel in board.panels for each in panel.queries for name in metrics_in(each.expr)
    }


def parsed(queries: list[Query], folder: Path) -> tuple[int, str]:
    """Let Prometheus' own tool read expressions."""
    rules = [{"record": f"panel:query:number{number}", "expr": asked(each)} for number, each in enumerate(queries)]
    (folder / "rules.yaml").write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    said = promtool("check", "rules", folder / "rules.yaml")
    return said.returncode, said.stderr


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_a_dashboard_is_whole(board: Board) -> None:
    """Panels have ids of their own and places that do not overlap; every target is in the file."""
    made: dict[str, Any] = json.loads(dashboards()[f"{board.uid}.json"])
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in made["panels"]]

    assert [panel["id"] for panel in made["panels"]] == list(range(1, len(board.panels) + 1))
    assert len(set(places)) == len(places)
    assert all(target["expr"] for panel in made["panels"] for target in panel["targets"])
    assert all(panel["description"] for panel in made["panels"])


def test_findings_are_chosen_by_payer_and_edit_and_lead_to_what_explains_them() -> None:
    """Each question that knows an edit or a payer heeds the choice; rows by edit lead to the workbench."""
    made: dict[str, Any] = json.loads(dashboards()["claimscrub-findings.json"])
    variables = {each["name"]: each for each in made["templating"]["list"]}
    questions = [target["expr"] for panel in made["panels"] for target in panel["targets"]]
    by_edit = [panel for panel in made["panels"] if "by (edit" in panel["targets"][0]["expr"]]

    assert {"payer", "edit", "workbench", "repository"} <= set(variables)
    assert variables["edit"]["allValue"] == ".+"
    assert [each for each in questions if "by (edit" in each and 'edit=~"$edit"' not in each] == []
    assert [each for each in questions if "by_payer" in each and 'payer=~"$payer"' not in each] == []
    assert len(by_edit) > 4
    for panel in by_edit:
        (link,) = panel["fieldConfig"]["defaults"]["links"]
        assert link["url"] == "${workbench}/edits/${__field.labels.edit}"


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_a_panel_leads_to_a_runbook_that_there_is(board: Board) -> None:
    """Under the path that alerts name too."""
    folder = RULES.parents[1] / "runbooks"

    assert [
        each.runbook for each in board.panels if each.runbook and not (folder / f"{each.runbook}.md").exists()
    ] == []


def test_the_pictures_have_axes() -> None:
    """Values from 0 to the highest with their unit, and seconds."""
    drawing = drawn(BOARDS[0].panels[0], [Series("rejected", [(10.0, 4.0), (70.0, 8.0)])], 10.0, 100.0)

    assert re.findall(r"<text [^>]*>([^<]*)</text>", drawing)[1:7] == ["0/s", "0 s", "4/s", "45 s", "8/s", "90 s"]
    assert 'points="56.0,72.0 325.3,22.0"' in drawing
    assert [tick(value, "currencyUSD") for value in (9_999, 10_000, 13_167_812)] == ["9,999 $", "10 k$", "13.2 M$"]


def test_a_changed_panel_is_noticed() -> None:
    """The comparison with the files can fail."""
    changed = replace(BOARDS[0], panels=BOARDS[0].panels[1:])

    assert written(changed) != dashboards()[f"{BOARDS[0].uid}.json"]


@needs("promtool", "prometheus")
def test_every_expression_parses(tmp_path: Path) -> None:
    """Prometheus reads them all, and would not read a broken one."""
    queries = [query for board in BOARDS for panel in board.panels for query in panel.queries]
    assert parsed(queries, tmp_path) == (0, "")

    assert parsed([*queries, Query("sum(claimscrub_claims_total{$J}")], tmp_path)[0] != 0


def test_no_metric_is_unused_without_a_reason() -> None:
    """What the worker exports is on a board or in a rule, or the boards say why not; and nothing else is asked for."""
    exported = {PREFIX + metric.name for metric in (*CATALOGUE, *LEARNING_CATALOGUE)}
    used = names_on_boards() | names_in_rules()

    assert exported - used == set(NOT_SHOWN)
    assert {name for name in used if name.startswith(PREFIX)} - exported == set()


def test_a_metric_that_does_not_exist_is_noticed() -> None:
    """The comparison above can fail."""
    assert names_on_boards((replace(BOARDS[0], panels=BOARDS[0].panels[:1]),)) == {"claimscrub_claims_total"}
    assert metrics_in("rate(claimscrub_calims_total[5m])") == {"claimscrub_calims_total"}


@pytest.fixture(scope="module")
def loaded_worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoWorker]:
    """A real worker that scrubs demo claims from an embedded broker."""
    folder = tmp_path_factory.mktemp("worker")
    with embedded_broker() as broker:
        given = settings_for(broker)
        settings = Settings.from_environment({ENV_PREFIX + name: value for name, value in given.items()})
        asyncio.run(create_topics(settings))
        with running_worker(given, folder / "worker.log") as worker:
            worker.url()
            asyncio.run(send_claims(settings, (each.value for each in islice(demo_claims(_CLAIMS), _CLAIMS))))
            yield worker


@pytest.fixture(scope="module")
def prometheus(loaded_worker: DemoWorker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """A Prometheus that has scraped the worker for some seconds while it worked."""
    target = loaded_worker.url().removeprefix("http://")
    with running_prometheus(tmp_path_factory.mktemp("prometheus"), {"claimscrub": target}, RULES) as running:
        deadline = time.monotonic() + 300
        # A rate needs two samples, a rate of a recorded rate one evaluation more.
        while not running.ask("job:claimscrub_broker_silent_seconds:max3m") or not running.ask(
            "count_over_time(claimscrub_build_info[1m]) > 8"
        ):
            assert time.monotonic() < deadline, "nothing was scraped within five minutes"
            time.sleep(0.5)
        yield running


@needs("prometheus", "prometheus")
@pytest.mark.broker
@pytest.mark.system
def test_every_panel_has_data(prometheus: Prometheus) -> None:
    """A real Prometheus over a real worker answers each question with at least one series, and none about nothing."""
    questions = {
        f"{board.uid}: {panel.title}, query {number}": query
        for board in BOARDS
        if board is not LEARNING  # its metrics come from `claimscrub learner`
        for panel in board.panels
        for number, query in enumerate(panel.queries)
        if "claimscrub_shadow" not in asked(query, "claimscrub")  # this worker has no shadow
    }
    nothing = Query("sum(rate(claimscrub_calims_total{$J}[$R]))")

    assert [name for name, query in questions.items() if not prometheus.ask(asked(query, "claimscrub"))] == []
    assert prometheus.ask(asked(nothing, "claimscrub")) == []


@needs("promtool", "prometheus")
@pytest.mark.broker
def test_the_page_of_a_worker_under_load_passes_prometheus_linter(loaded_worker: DemoWorker, tmp_path: Path) -> None:
    """Names and units follow Prometheus' rules, and each sample's family is the one declared."""
    with urllib.request.urlopen(f"{loaded_worker.url()}/metrics", timeout=60) as answer:  # noqa: S310
        page = answer.read().decode()
    (tmp_path / "page").write_text(page)

    with (tmp_path / "page").open() as file:
        said = subprocess.run(["promtool", "check", "metrics"], stdin=file, capture_output=True, text=True, check=False)

    assert said.returncode == 0, said.stderr
    families = {family.name for family in text_string_to_metric_families(page)}
    assert {PREFIX + metric.name.removesuffix("_total") for metric in CATALOGUE} <= families
