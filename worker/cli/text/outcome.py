"""Shows one outcome to a biller: the headline, the drugs, the waste ledger, every finding, what was checked."""

from typing import Any, Final

import orjson
from rich.console import Console
from rich.text import Text

from schemas.dead_letter import DeadLetter
from schemas.outcome import BasisLevel, Finding, LineEnrichment, Outcome
from worker.cli.shared.claim_files import ClaimInput
from worker.cli.shared.console import DISPOSITION_STYLE, SEVERITY_STYLE, say
from worker.cli.text.coverage import show_coverage
from worker.cli.text.ledger import show_ledger
from worker.wording import locations
from worker.wording.counts import counted
from worker.wording.dead_letter_reasons import in_words
from worker.wording.escapes import printable
from worker.wording.outcomes import amount, basis_in_words, counted_decimal, earlier_in_words, predicted_codes

_FINDING_INDENT: Final = 2
_TEXT_INDENT: Final = 9
_MOST_NOT_READ: Final = 10


def show_outcome(console: Console, found: ClaimInput, outcome: Outcome, *, with_coverage: bool) -> None:
    """Write one claim's outcome. The patient control number is the biller's own name for the claim."""
    information = _claim_information(found.value)
    head = Text(
        f"{printable(found.where)}  {printable(str(information.get('patientControlNumber') or 'no control number'))}  "
    )
    head.append(outcome.disposition.value.upper(), DISPOSITION_STYLE[outcome.disposition])
    head.append(f"  ({outcome.versions.profile})", "dim")
    say(console, head)
    if outcome.basis.level is not BasisLevel.FULL:
        say(console, Text(basis_in_words(outcome.basis), SEVERITY_STYLE["warn"]), _FINDING_INDENT)
    for enrichment in outcome.enrichment:
        say(console, Text(printable(_drug_line(enrichment, information)), "dim"), _FINDING_INDENT)
    if outcome.waste_ledger:
        show_ledger(console, outcome.waste_ledger)
    for finding in outcome.findings:
        _show_finding(console, finding)
    if outcome.fixed:
        say(
            console,
            f"Corrected, as the profile wants: {', '.join(each.edit for each in outcome.fixed)}",
            _FINDING_INDENT,
        )
    if outcome.findings_truncated:
        say(console, "There are more findings than are listed.", _FINDING_INDENT)
    if outcome.not_read:
        say(console, Text(printable(_not_read(outcome)), SEVERITY_STYLE["warn"]), _FINDING_INDENT)
    if unmapped := _unmapped(found.value):
        say(console, Text(printable(unmapped), SEVERITY_STYLE["warn"]), _FINDING_INDENT)
    if with_coverage:
        show_coverage(console, outcome.coverage)
    console.print()


def _not_read(outcome: Outcome) -> str:
    """Return what was not read of the claim, in one line."""
    named = outcome.not_read or ()
    more = len(named) - _MOST_NOT_READ + (outcome.more_not_read or 0)
    names = ", ".join(named[:_MOST_NOT_READ])
    return f"Not read by any edit, nor written to an 837: {names}" + (f" and {more:,} more" if more > 0 else "")


def _unmapped(value: bytes) -> str:
    """Return in one line which elements of a FHIR claim have no place in the message; empty when all have."""
    origin = orjson.loads(value).get("fhirOrigin") or {}
    paths = origin.get("unmapped") or ()
    count = len(paths) + origin.get("moreUnmapped", 0)
    more = count - len(paths[:_MOST_NOT_READ])
    names = ", ".join(paths[:_MOST_NOT_READ]) + (f" and {more:,} more" if more > 0 else "")
    return f"{counted(count, 'element')} of the FHIR claim not read: {names}" if count else ""


def show_unreadable(console: Console, found: ClaimInput, dead_letter: DeadLetter) -> None:
    """Write why one message is not a claim, and where."""
    head = Text(f"{printable(found.where)}  ")
    head.append("UNREADABLE", DISPOSITION_STYLE["dead-lettered"])
    head.append(f"  {in_words(dead_letter.reason)} ({dead_letter.reason.value})")
    say(console, head)
    for flaw in dead_letter.first_flaws:
        say(console, printable(flaw), _FINDING_INDENT)


def show_problem(console: Console, found: ClaimInput) -> None:
    """Write what is wrong in an X12 file or a FHIR resource."""
    head = Text(f"{printable(found.where)}  ")
    head.append("NOTE" if found.is_passed_over else "UNREADABLE", DISPOSITION_STYLE["dead-lettered"])
    head.append(f"  {found.problem}")
    say(console, head)


def _claim_information(value: bytes) -> dict[str, Any]:  # any JSON object
    information: dict[str, Any] = orjson.loads(value)["claimInformation"]
    return information


def _show_finding(console: Console, finding: Finding) -> None:
    head = Text().append(f"{finding.severity.value.upper():<7}", SEVERITY_STYLE[finding.severity])
    head.append(f"{finding.edit}  ", "bold")
    head.append(printable(locations.in_words(finding.at)), "underline")
    say(console, head, _FINDING_INDENT)
    say(console, printable(finding.message), _TEXT_INDENT)
    say(console, printable(f"To do: {finding.hint}"), _TEXT_INDENT)
    if finding.carried:
        editions = "; ".join(map(earlier_in_words, finding.carried))
        say(console, Text(f"Rests on an earlier edition: {editions}", SEVERITY_STYLE["warn"]), _TEXT_INDENT)
    if finding.fix:
        option = "--fix" if finding.fix.safety == "safe" else "--unsafe-fixes"
        say(console, Text(f"Can be corrected by `claimscrub check {option}`", "dim"), _TEXT_INDENT)
    if finding.predicted:
        say(console, Text(f"A payer would answer: {predicted_codes(finding.predicted)}", "dim"), _TEXT_INDENT)


def _drug_line(enrichment: LineEnrichment, information: dict[str, Any]) -> str:  # any JSON object
    name = enrichment.drug_name or "/".join(enrichment.brands) or "drug without a name in our tables"
    parts = [f"line {enrichment.line}: {enrichment.hcpcs} {name}"]
    if enrichment.units is not None:
        units = counted_decimal(enrichment.units, "unit")
        parts[0] += f" {units} = {amount(enrichment.dose)}" if enrichment.dose else f" {units}"
    line = information["serviceLines"][enrichment.line - 1]
    service = line.get("institutionalService") or line.get("professionalService") or {}
    modifiers = [str(modifier) for modifier in service.get("procedureModifiers") or () if modifier]
    if modifiers:
        parts.append("-".join(modifiers))
    if enrichment.in_force is False:
        parts.append("code not in force on the date of service")
    return ", ".join(parts)
