"""Shows what was corrected on a claim, and whether it helped."""

import difflib
from collections.abc import Iterable
from typing import Final

from rich.console import Console
from rich.text import Text

from schemas.outcome import Finding
from worker.cli.shared.claim_files import ClaimInput
from worker.cli.shared.console import say
from worker.pipeline.correction import Correction
from worker.pipeline.fixes import patch
from worker.wording.escapes import printable

_INDENT: Final = 2


def show_correction(console: Console, found: ClaimInput, correction: Correction) -> None:
    """Write what was corrected, the result, and the difference between the claim before and after."""
    for title, findings in (
        ("Corrected", correction.made),
        ("Not corrected, because the claim writes the value in another way", correction.skipped),
        ("Still found after the correction", correction.left),
        ("Found only after the correction", correction.new),
    ):
        if findings:
            say(console, f"{title}: {_listed(findings)}", _INDENT)
    if correction.made and not correction.left and not correction.new:
        say(console, "The corrected findings are gone, and no new ones appeared.", _INDENT)
    for line in difflib.unified_diff(
        _lines(found.value), _lines(correction.value), "as it was", "corrected", lineterm="", n=2
    ):
        style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")
        console.print(Text(printable(line), style), soft_wrap=True)


def _listed(findings: Iterable[Finding]) -> str:
    return ", ".join(
        f"{finding.edit}{f' line {finding.at.line}' if finding.at.line else ''}"
        f"{f' ({finding.fix.safety})' if finding.fix else ''}"
        for finding in findings
    )


def _lines(value: bytes) -> list[str]:
    return patch.write(patch.read(value), indent=True).decode().splitlines()
