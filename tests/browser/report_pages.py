"""A report of the demo's claims, and the picture of it in the README: `python -m tests.browser.report_pages`."""

import sys
import tempfile
from pathlib import Path
from typing import Final

from playwright.sync_api import sync_playwright

from tests.browser.conftest import CHROMIUM
from worker.bootstrap import build_pipeline
from worker.cli.commands import claimscrub
from worker.pipeline.scrub import Pipeline
from worker.samples.claims import AS_OF, demo_claims

CLAIMS: Final = 2_000
PICTURE: Final = Path(__file__).parents[2] / "deploy" / "pictures" / "report.png"
READY: Final = "body[data-ready]"
_SIZE: Final = {"width": 1280, "height": 1120}


def write_report(pipeline: Pipeline, folder: Path, claims: int = CLAIMS) -> Path:
    """Write the outcomes of the demo's claims and the report of them, as the commands do; return the report."""
    outcomes, report = folder / "outcomes.jsonl", folder / "report.html"
    scrubbed = pipeline.scrub_many([(each.value, AS_OF) for each in demo_claims(claims)])
    outcomes.write_bytes(b"".join((each.message or b"") + b"\n" for each in scrubbed if each.disposition is not None))
    claimscrub(["report", str(outcomes), "-o", str(report)], standalone_mode=False)
    return report


def main() -> int:
    """Draw the picture, and return the exit code."""
    if CHROMIUM is None:
        sys.stderr.write("needs `chromium` (Debian package)\n")
        return 1
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        report = write_report(build_pipeline(), Path(folder))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport=_SIZE)  # type: ignore[arg-type]  # a size, as playwright's own type has it
        page.goto(report.as_uri())
        page.wait_for_selector(READY)
        page.screenshot(path=PICTURE)
        browser.close()
    sys.stdout.write(f"drawn: {PICTURE.relative_to(PICTURE.parents[2])}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
