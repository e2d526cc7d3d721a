"""All that the tables hold on a HCPCS code on a date of service."""

from collections.abc import Mapping
from datetime import date

from worker.payers.guide import Guide
from worker.reference.tables.answer import Found, NotInForce
from worker.reference.tables.rows import Drug
from worker.reference.tables.snapshot import Snapshot
from worker.wording.section import Section, answered


def drug_section(code: str, on: date, snapshot: Snapshot, guides: Mapping[str, Guide]) -> Section:
    """Return the section of a HCPCS code."""
    section = Section(f"HCPCS {code} on {on}")
    answer = snapshot.drug(code, on)
    section.add("drugs", answered(answer))
    if isinstance(answer, (Found, NotInForce)):
        section.is_known = True
        _add_drug(section, answer.row)
    _add_containers(section, code, on, snapshot)
    _add_waste(section, code, on, snapshot)
    _add_limits(section, code, on, snapshot)
    _add_coverage(section, code, on, snapshot)
    if code in guides:
        _add_guide(section, guides[code])
    section.is_known = section.is_known or code in guides
    return section


def _add_drug(section: Section, drug: Drug) -> None:
    name = drug.generic_name or "name not in our tables"
    section.add("drug", name + (f" ({', '.join(drug.brands)})" if drug.brands else ""))
    if drug.short_description:
        section.add("descriptor", drug.short_description)
    if drug.unit_amount is not None and drug.unit:
        section.add("one billing unit", f"{'up to ' if drug.unit_up_to else ''}{drug.unit_amount:f} {drug.unit}")
    else:
        section.add("one billing unit", drug.unit_text or "not known")
    if drug.routes:
        section.add("routes", ", ".join(drug.routes))
    words = {True: "yes", False: "no", None: "not known: decide by the container's label"}
    section.add("single-dose", words[drug.single_dose])
    first = f"from {drug.effective_from}" if drug.effective_from else f"known since {drug.known_from or 'the start'}"
    section.add("effective", first + (f" to {drug.effective_to}" if drug.effective_to else ""))
    if drug.successor:
        section.add("successor", drug.successor)


def _add_containers(section: Section, code: str, on: date, snapshot: Snapshot) -> None:
    answer = snapshot.containers_of(code, on)
    section.add("containers", answered(answer))
    if not isinstance(answer, Found):
        return
    sizes: dict[str, set[str]] = {}
    for row in sorted(answer.row, key=lambda row: row.units_per_item or 0):
        units = "units not known" if row.units_per_item is None else f"{row.units_per_item:f} units"
        sizes.setdefault(units, set()).add(row.brand)
    for units, brands in sizes.items():
        section.add("  " + units, ", ".join(sorted(brands)))


def _add_waste(section: Section, code: str, on: date, snapshot: Snapshot) -> None:
    answer = snapshot.waste_duty(code, on)
    section.add("JW/JZ", answered(answer))
    if isinstance(answer, Found):
        duty = answer.row
        dates = f"JW from {duty.jw_from}, JZ from {duty.jz_usable_from}, one of them required from {duty.required_from}"
        section.add("  duty", f"{dates} (Medicare Part B)")
    elif not isinstance(answer, NotInForce):
        section.add("  duty", "the CMS list is not exhaustive: a single-dose container carries the duty all the same")


def _add_coverage(section: Section, code: str, on: date, snapshot: Snapshot) -> None:
    answer = snapshot.local_coverage(code, on)
    if not isinstance(answer, Found):
        return
    section.add("local coverage", answered(answer))
    row = answer.row
    refused = f", {len(row.not_covered):,} as not covered" if row.not_covered else ""
    section.add(
        "  listed", f"{len(row.covered):,} diagnoses as covered{refused}: {', '.join(row.documents)} (Medicare)"
    )


def _add_limits(section: Section, code: str, on: date, snapshot: Snapshot) -> None:
    for setting in ("practitioner", "outpatient_hospital"):
        mue = snapshot.mue(code, "practitioner" if setting == "practitioner" else "outpatient_hospital", on)
        limit = f"{mue.row.value} units a day (MAI {mue.row.mai}), " if isinstance(mue, Found) else ""
        section.add(f"MUE {setting.split('_')[0]}", limit + answered(mue))
    opps = snapshot.opps_status(code, on)
    section.add("OPPS status", (f"{opps.row.status}, " if isinstance(opps, Found) else "") + answered(opps))
    asp = snapshot.asp_limit(code, on)
    price = f"${asp.row.payment_limit:f} a unit, " if isinstance(asp, Found) else ""
    section.add("ASP limit", price + answered(asp))


def _add_guide(section: Section, guide: Guide) -> None:
    section.add("guide", guide.drug + (f", checklist {guide.checklist}" if guide.checklist else ""))
    names = [" or ".join(element.value for element in item.accepted) for item in guide.record]
    if names:
        section.add("  record", ", ".join(names))
    if guide.indications:
        given = ", ".join(guide.indications.prefixes)
        section.add("  given for", f"{given} ({guide.indications.evidence.value}: {guide.indications.source})")
    if guide.confusable:
        section.add("  mistaken for", ", ".join(guide.confusable))
    if guide.notes:
        section.add("  note", guide.notes)
