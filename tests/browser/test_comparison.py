"""A comparison in a browser: its charts are drawn, its filters work, and it asks nobody for anything."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import needs_axe, violations
from tests.browser.report_pages import READY, write_comparison
from tests.browser.test_report import amounts, bars, column, dollars, opened

pytestmark = pytest.mark.system

DIMENSIONS = ("edit", "payer", "direction", "charge")


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The comparison of 500 claims of the demo."""
    return write_comparison(tmp_path_factory.mktemp("comparison"), 500)


@pytest.fixture
def shown(chromium: Browser, comparison: Path) -> Iterator[Page]:
    """The comparison, open; a word on the console, or a request besides the page, fails the test."""
    yield from opened(chromium, comparison)


def test_every_chart_is_drawn_and_its_table_adds_up(shown: Page) -> None:
    """The tables of each dimension have the same total, which the tiles have as well."""
    assert {dimension: bars(shown, dimension) > 0 for dimension in DIMENSIONS} == dict.fromkeys(DIMENSIONS, True)
    compared, flips = dollars(shown, "Compared"), dollars(shown, "Flip")
    for dimension in DIMENSIONS[1:]:
        assert sum(amounts(column(shown, dimension, 3))) == pytest.approx(compared)
        assert sum(amounts(column(shown, dimension, 5))) == pytest.approx(flips)
    directions = ("Held now", "Scrubbed now", "Held otherwise")
    assert flips == pytest.approx(sum(dollars(shown, each) for each in directions))
    assert 0 < flips < compared
    assert dollars(shown, "Scrubbed now") > 0


def test_a_filter_changes_figures_charts_and_claims(shown: Page) -> None:
    """And showing all brings back what was there."""
    before, directions = dollars(shown, "Flip"), bars(shown, "direction")
    shown.select_option("select[name=edit]", label="UNT-01: reject → pend")
    expect(shown.locator("#chosen")).to_have_text("Shown: edit, and how it differs: UNT-01: reject → pend")
    expect(shown.locator("section[data-dimension=direction] .chart .mark-rect path")).not_to_have_count(directions)

    assert 0 < dollars(shown, "Flip") < before
    assert set(column(shown, "finding", 4)) == {"pended"}
    assert all("UNT-01 new pend at $." in each for each in column(shown, "finding", 6))
    shown.select_option("select[name=goes]", label="scrubbed now")
    assert dollars(shown, "Flip") == 0
    assert column(shown, "finding", 1) == []
    shown.click("text=Show all")
    expect(shown.locator("section[data-dimension=direction] .chart .mark-rect path")).to_have_count(directions)
    assert dollars(shown, "Flip") == before


def test_claims_that_flip_are_those_of_the_filters(shown: Page) -> None:
    """By direction and by charge: as many, and as much, as the tiles say."""
    for direction in ("rejected → scrubbed", "rejected → pended"):
        shown.select_option("select[name=direction]", label=direction)
        charges = amounts(column(shown, "finding", 2))
        assert sum(charges) == pytest.approx(dollars(shown, "Flip"))
        assert charges == sorted(charges, reverse=True)
        assert set(zip(column(shown, "finding", 3), column(shown, "finding", 4), strict=True)) == {
            tuple(direction.split(" → "))
        }
    shown.click("text=Show all")
    shown.select_option("select[name=charge]", label="$1,000 to $10,000")
    charges = amounts(column(shown, "finding", 2))
    assert charges
    assert all(1_000 <= each < 10_000 for each in charges)


def test_a_bar_is_a_filter(shown: Page) -> None:
    """A click on it chooses what it is of, another one gives it up."""
    shown.locator("section[data-dimension=edit] .chart .mark-rect path").first.click()
    expect(shown.locator("#chosen")).to_contain_text(re.compile("differs: [A-Z]{3}-[0-9]{2}: "))
    assert dollars(shown, "Flip") == amounts(column(shown, "edit", 6))[0]

    shown.locator("section[data-dimension=edit] .chart .mark-rect path").first.click()
    expect(shown.locator("#chosen")).to_have_text("Shown: all claims")


def test_each_edit_leads_to_its_explanation(shown: Page) -> None:
    """On the page itself."""
    links = shown.locator("section[data-dimension=finding] a")
    assert links.count() > 10
    assert {shown.locator(link.get_attribute("href") or "").count() for link in links.all()} == {1}
    links.first.click()
    assert shown.locator(":target h3").inner_text().startswith(links.first.inner_text())


def test_what_was_not_compared_is_said(shown: Page) -> None:
    """Above the figures."""
    notes = " ".join(shown.locator(".note").all_inner_texts())
    assert "not read or not a claim, and not compared" in notes
    assert "judged alone" in notes


@needs_axe
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(chromium: Browser, comparison: Path, scheme: Any) -> None:
    """Axe finds nothing, light or dark; nothing is wider than a phone."""
    context = chromium.new_context(color_scheme=scheme, viewport={"width": 390, "height": 844}, bypass_csp=True)
    page = context.new_page()
    page.goto(comparison.as_uri())
    page.wait_for_selector(READY)

    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()
