"""Debian's chromium, driven by Playwright, on a server of its own."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, Request, sync_playwright

from tests.unit.server.conftest import Served, end, start
from worker.pipeline.scrub import Pipeline

CHROMIUM = shutil.which("chromium")


@pytest.fixture(scope="session")
def bench(pipeline: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a workbench."""
    served: Served = start(tmp_path_factory.mktemp("bench"), AS_OF="2026-03-20")
    try:
        served.wait_for("serving")
        yield f"http://127.0.0.1:{served.port}"
    finally:
        end(served)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser, for no longer than a module: Playwright has a loop run in this thread, beside which no other can.

    Where it is missing its tests are skipped, unless REQUIRE_DEPLOY_TOOLS asks for it.
    """
    if CHROMIUM is None:
        if os.environ.get("REQUIRE_DEPLOY_TOOLS") == "1":
            pytest.fail("needs `chromium` (Debian package)")
        pytest.skip("needs `chromium` (Debian package)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser, bench: str) -> Iterator[Page]:
    """A page that reports every error and every request that leaves the server."""
    context = chromium.new_context(base_url=bench)
    page, wrong = context.new_page(), list[str]()
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))

    def note_dialog(dialog: Dialog) -> None:
        wrong.append(dialog.message)
        dialog.dismiss()

    def note_request(asked: Request) -> None:
        if not asked.url.startswith(bench):
            wrong.append(asked.url)

    page.on("dialog", note_dialog)
    page.on("request", note_request)
    yield page
    context.close()
    assert wrong == []


def shown(page: Page, claim: str) -> None:
    """Paste a claim and scrub it."""
    page.goto("/")
    page.fill("#claim", claim)
    page.click("button[value=scrub]")


_AXE = Path(__file__).parents[2] / "deploy" / "node_modules" / "axe-core" / "axe.min.js"
needs_axe = pytest.mark.skipif(
    not _AXE.is_file() and os.environ.get("REQUIRE_DEPLOY_TOOLS") != "1", reason="needs axe-core (`make check-deploy`)"
)


def violations(page: Page) -> list[list[str]]:
    """What axe finds on a page: of each kind how bad it is, its name, and the first element."""
    page.evaluate(_AXE.read_text("utf-8"))
    found: list[list[str]] = page.evaluate(
        "axe.run().then(r => r.violations.map(v => [v.impact, v.id, v.nodes[0].html]))"
    )
    return found
