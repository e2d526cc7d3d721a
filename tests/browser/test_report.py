"""A report in a browser: its charts are drawn, its filters work, and it asks nobody for anything."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.browser.conftest import needs_axe, violations
from tests.browser.report_pages import READY, write_report
from worker.pipeline.scrub import Pipeline

pytestmark = pytest.mark.system

DIMENSIONS = ("edit", "payer", "npi", "drug", "disposition", "week")


@pytest.fixture(scope="module")
def report(pipeline: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of 500 claims of the demo."""
    return write_report(pipeline, tmp_path_factory.mktemp("report"), 500)


def opened(chromium: Browser, file: Path) -> Iterator[Page]:
    """A page of a file; a word on the console, or a request besides the page, fails the test."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page, wrong, asked = context.new_page(), list[str](), list[str]()
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))

    def note_request(request: Request) -> None:
        asked.append(request.url)

    page.on("request", note_request)
    page.goto(file.as_uri())
    page.wait_for_selector(READY)
    yield page
    context.close()
    assert wrong == []
    assert asked == [file.as_uri()]


@pytest.fixture
def shown(chromium: Browser, report: Path) -> Iterator[Page]:
    """The report, open."""
    yield from opened(chromium, report)


def dollars(page: Page, tile: str) -> float:
    """What a tile says."""
    text = page.locator(".tile", has=page.locator(".name", has_text=re.compile(f"^{tile}$"))).locator("b").inner_text()
    return float(text.replace("$", "").replace(",", ""))


def bars(page: Page, dimension: str) -> int:
    """How many bars a chart has."""
    return page.locator(f"section[data-dimension={dimension}] .chart .mark-rect path").count()


def column(page: Page, dimension: str, number: int) -> list[str]:
    """A column of a table of figures."""
    return page.locator(f"section[data-dimension={dimension}] tbody td:nth-child({number})").all_text_contents()


def amounts(texts: list[str]) -> list[float]:
    """Their dollars."""
    return [float(text.replace("$", "").replace(",", "")) for text in texts]


def test_every_chart_is_drawn_and_its_table_adds_up(shown: Page) -> None:
    """The tables of each dimension have the same total, which the tiles have as well."""
    assert {dimension: bars(shown, dimension) > 0 for dimension in DIMENSIONS} == dict.fromkeys(DIMENSIONS, True)
    billed, held = dollars(shown, "Billed"), dollars(shown, "At risk: held")
    for dimension in DIMENSIONS[1:]:
        assert sum(amounts(column(shown, dimension, 3))) == pytest.approx(billed)
        assert sum(amounts(column(shown, dimension, 5))) == pytest.approx(held)
    assert held == pytest.approx(dollars(shown, "Rejected") + dollars(shown, "Pended"))
    assert 0 < held < billed


def test_a_filter_changes_figures_charts_and_findings(shown: Page) -> None:
    """And showing all brings back what was there."""
    before, drugs = dollars(shown, "At risk: held"), bars(shown, "drug")
    shown.select_option("select[name=edit]", label="WST-01 waste-modifier-missing")
    expect(shown.locator("#chosen")).to_have_text("Shown: edit: WST-01 waste-modifier-missing")
    expect(shown.locator("section[data-dimension=drug] .chart .mark-rect path")).not_to_have_count(drugs)

    assert 0 < dollars(shown, "At risk: held") < before
    assert set(column(shown, "finding", 3)) == {"WST-01"}
    shown.select_option("select[name=disposition]", label="pended")
    assert dollars(shown, "At risk: held") == 0
    shown.click("text=Show all")
    expect(shown.locator("section[data-dimension=drug] .chart .mark-rect path")).to_have_count(drugs)
    assert dollars(shown, "At risk: held") == before


def test_bars_are_in_the_order_of_their_lengths_under_every_filter(shown: Page) -> None:
    """Also when others were longer before."""
    for drug in ("J9022", "J2323", "J0897"):
        label = shown.locator("select[name=drug] option", has_text=drug).inner_text()
        shown.select_option("select[name=drug]", label=label)
        expect(shown.locator("#chosen")).to_contain_text(drug)
        held = zip(column(shown, "edit", 1), amounts(column(shown, "edit", 5)), strict=True)
        wanted = [re.compile(f"^{edit} ") for edit, cents in held if cents][:12]
        names = shown.locator("section[data-dimension=edit] .chart .role-axis-label text")
        expect(names.filter(has_text=re.compile("^[A-Z]+-"))).to_have_text(wanted)
        assert len(wanted) > 1


def test_a_bar_is_a_filter(shown: Page) -> None:
    """A click on it chooses what it is of, another one gives it up."""
    bar = shown.locator("section[data-dimension=drug] .chart .mark-rect path").first
    bar.click()
    expect(shown.locator("#chosen")).to_contain_text("drug: J")
    assert dollars(shown, "At risk: held") == amounts(column(shown, "drug", 5))[0]
    assert len(set(column(shown, "finding", 6))) == 1

    shown.locator("section[data-dimension=drug] .chart .mark-rect path").first.click()
    expect(shown.locator("#chosen")).to_have_text("Shown: all claims")


def test_tables_are_sorted_by_their_heads(shown: Page) -> None:
    """Numbers as numbers, the highest first."""
    shown.locator("section[data-dimension=drug] summary").click()
    head = shown.locator("section[data-dimension=drug] th button", has_text="billed").first
    head.click()
    highest = amounts(column(shown, "drug", 3))
    head.click()

    assert highest == sorted(highest, reverse=True)
    assert amounts(column(shown, "drug", 3)) == highest[::-1]


def test_a_long_table_is_searched(shown: Page) -> None:
    """What had no data is long enough."""
    section = shown.locator("section", has=shown.get_by_role("heading", name="What had no data"))
    every = section.locator("tbody tr:visible").count()
    section.locator("input[type=search]").fill("MUE")

    assert 0 < section.locator("tbody tr:visible").count() < every


def test_there_are_fifty_costliest_findings_and_each_leads_to_its_explanation(shown: Page) -> None:
    """On the page itself."""
    charges = amounts(column(shown, "finding", 2))
    assert len(charges) == 50
    assert charges == sorted(charges, reverse=True)
    links = shown.locator("section[data-dimension=finding] a")
    assert {shown.locator(link.get_attribute("href") or "").count() for link in links.all()} == {1}
    links.first.click()
    assert shown.locator(":target h3").inner_text().startswith(links.first.inner_text())


def test_it_is_printed_whole(shown: Page) -> None:
    """Without filters, with every table open, dark on light."""
    shown.emulate_media(media="print", color_scheme="dark")
    shown.evaluate("window.dispatchEvent(new Event('beforeprint'))")

    assert shown.locator("#filters").is_hidden()
    assert shown.locator("details:not([open])").count() == 0
    assert shown.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    shown.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert shown.locator("details[open]").count() == 0
    assert len(shown.pdf()) > 0


@needs_axe
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(chromium: Browser, report: Path, scheme: Any) -> None:
    """Axe finds nothing, light or dark; nothing is wider than a phone."""
    context = chromium.new_context(color_scheme=scheme, viewport={"width": 390, "height": 844}, bypass_csp=True)
    page = context.new_page()
    page.goto(report.as_uri())
    page.wait_for_selector(READY)

    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()
