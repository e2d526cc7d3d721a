"""A report and a comparison of the demo's claims, and pictures of them: `python -m tests.browser.report_pages`."""

import sys
import tempfile
from pathlib import Path
from typing import Final

from click.testing import CliRunner
from playwright.sync_api import sync_playwright

from tests.browser.conftest import CHROMIUM
from worker.bootstrap import build_pipeline, shipped_config_directory
from worker.cli.commands import claimscrub
from worker.cli.shared.console import EXIT_UNREADABLE
from worker.pipeline.scrub import Pipeline
from worker.samples.claims import AS_OF, demo_claims

CLAIMS: Final = 2_000
PICTURES: Final = Path(__file__).parents[2] / "deploy" / "pictures"
READY: Final = "body[data-ready]"
_CHANGED: Final = "  UNT-01: {severity: pend}\n  WST-01: {severity: warn}\n"
_SIZE: Final = {"width": 1280, "height": 1120}


def write_report(pipeline: Pipeline, folder: Path, claims: int = CLAIMS) -> Path:
    """Write the outcomes of the demo's claims and the report of them, as the commands do; return the report."""
    outcomes, report = folder / "outcomes.jsonl", folder / "report.html"
    scrubbed = pipeline.scrub_many([(each.value, AS_OF) for each in demo_claims(claims)])
    outcomes.write_bytes(b"".join((each.message or b"") + b"\n" for each in scrubbed if each.disposition is not None))
    claimscrub(["report", str(outcomes), "-o", str(report)], standalone_mode=False)
    return report


def write_comparison(folder: Path, claims: int = CLAIMS) -> Path:
    """Write claims of the demo and the comparison of a candidate with what is shipped; return the comparison."""
    given, page, candidate = folder / "claims.jsonl", folder / "compare.html", folder / "candidate"
    given.write_bytes(b"".join(each.value + b"\n" for each in demo_claims(claims)))
    (candidate / "payers").mkdir(parents=True)
    for part in ("guides", "reference"):
        (candidate / part).symlink_to(shipped_config_directory() / part)
    for profile in (shipped_config_directory() / "payers").glob("*.yaml"):
        text = profile.read_text("utf-8") + (_CHANGED if profile.stem == "medicare-part-b" else "")
        (candidate / "payers" / profile.name).write_text(text, "utf-8")
    sides = ("--config", str(candidate), "--against", str(shipped_config_directory()), "--as-of", str(AS_OF))
    done = CliRunner().invoke(claimscrub, ["compare", str(given), *sides, "-o", str(page), "--processes", "1"])
    if done.exit_code != EXIT_UNREADABLE:  # some of the demo's claims are damaged
        raise RuntimeError(done.output)
    return page


def main() -> int:
    """Draw the pictures, and return the exit code."""
    if CHROMIUM is None:
        sys.stderr.write("needs `chromium` (Debian package)\n")
        return 1
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        pages = (write_report(build_pipeline(), Path(folder)), write_comparison(Path(folder)))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for each in pages:
            page = browser.new_page(viewport=_SIZE)  # type: ignore[arg-type]  # a size, as playwright's own type has it
            page.goto(each.as_uri())
            page.wait_for_selector(READY)
            picture = PICTURES / f"{each.stem}.png"
            page.screenshot(path=picture)
            sys.stdout.write(f"drawn: {picture.relative_to(PICTURES.parents[1])}\n")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
