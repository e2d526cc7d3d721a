from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, Flaw, NoData, Verdict, drug_day_edit, predicts
from worker.edits.facts.claim import DrugDay
from worker.edits.facts.locate import in_line
from worker.payers.guide import Evidence, Guide


@drug_day_edit(
    "DOC-01",
    severity=Severity.WARN,
    predicted=predicts(category="A7", status=("254", "287"), carc=("50", "11"), rarc=("N115", "N130")),
    citation=Citation(source="Medicare Benefit Policy Manual (Pub. 100-02), chapter 15", section="section 50.4"),
    kinds=BOTH_KINDS,
)
def diagnosis_not_indicated(day: DrugDay, context: Context) -> Verdict | None:
    """None of the diagnoses that the drug's lines point to is a known indication of the drug.

    Why: a payer pays for a drug that is reasonable and necessary for the patient's illness, and reads that from the
    diagnosis. Our lists are in the guides of the drugs; most are not complete, so that they can only warn.

    Flagged: J2353 (octreotide depot) for I10, high blood pressure: a warning; J1950 for C61, for which J9217 is the
    code; J9035 for a disease of the eye; a hyaluronan for another joint than the knee. A rejection only where the guide
    holds a coverage article's complete list.

    Accepted: any one diagnosis on the list among those that the lines point to.

    To do: Point to the diagnosis that the drug treats, or correct the code, which is mistaken for …. Source of the
    list: … (…).

    To do: Point to the diagnosis that the drug treats. Source of the list: … (the complete list).

    To do: Point to the diagnosis that the drug treats. Source of the list: … (not a complete list: a payer may accept
    others).
    """
    line, guide = day.lines[0], context.guides.get(day.hcpcs)
    known = guide.indications if guide else None
    if guide is None or known is None:
        return NoData("guide with the drug's diagnoses", line.number)
    diagnoses = context.claim.diagnoses_of(day.lines)
    if not diagnoses:
        return NoData("diagnosis pointers", line.number)
    if known.effective and day.on < known.effective:
        return NoData("list of diagnoses for that date", line.number)
    if not any(diagnosis.startswith(known.prefixes) for diagnosis in diagnoses):
        decides = known.evidence is Evidence.COVERAGE_ARTICLE and known.complete
        return Flaw(
            message=f"{day.hcpcs} is billed for {', '.join(diagnoses)}; known for it: {', '.join(known.prefixes)}.",
            hint=f"Point to the diagnosis that the drug treats{_or_code(guide)}. Source of the list: {known.source}"
            + (" (the complete list)." if decides else " (not a complete list: a payer may accept others)."),
            at=in_line(line, "diagnosisCodePointers"),
            facts={"procedureCode": day.hcpcs, "diagnoses": diagnoses, "evidence": known.evidence.value},
            severity=Severity.REJECT if decides else None,
        )
    return None


def _or_code(guide: Guide) -> str:
    """The codes that are mistaken for this one, of which one may be meant."""
    return f", or correct the code, which is mistaken for {', '.join(guide.confusable)}" if guide.confusable else ""
