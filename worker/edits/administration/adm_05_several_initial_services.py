from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.codes.services import APART, INITIAL
from worker.edits.drugs.arithmetic import in_words
from worker.edits.edit import BOTH_KINDS, Bypassed, Context, DoesNotApply, Flaw, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts, LineFacts
from worker.edits.facts.locate import in_line

REPEATED: Final = frozenset({"76", "77"})
ONE: Final = Decimal(1)
# In the order of the hierarchy: the first of them is the initial service, for which the patient came; the add-on
# code of each is for another drug through the same access, and for hydration for a further hour.
ADD_ON: Final = {"96413": "96417", "96409": "96411", "96365": "96367", "96374": "96375", "96360": "96361"}
FURTHER_HOURS: Final = {"96413": "96415", "96365": "96366"}


@claim_edit(
    "ADM-05",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("454",), carc=("236",), rarc=("M80",)),
    citation=Citation(source="CMS Claims Processing Manual (Pub. 100-04), chapter 4", section="section 230.2"),
    kinds=BOTH_KINDS,
)
def several_initial_services(claim: ClaimFacts, _: Context) -> Verdict | list[Verdict] | None:
    """More than one initial infusion, push or hydration is billed for one day and provider.

    Why: one access to a vein has one initial service, the one for which the patient came; all others through it have
    add-on codes. A second one needs a second access or encounter, which modifier 59 or an X modifier states.

    Flagged: 96413 and 96365 of one date; 96413 x 2.

    Accepted: 96413 and 96367; 96413 and 96365-59; initial services of other dates or providers; 76 and 77, which
    state that a service was repeated.

    To do: …; a second access or encounter carries 59 or an X modifier.
    """
    initial = [line for line in claim.lines if line.hcpcs in INITIAL and line.on]
    if not initial:
        return DoesNotApply()
    if len(initial) == 1 and initial[0].units == ONE:
        return None
    by_day: defaultdict[tuple[date | None, str | None], list[LineFacts]] = defaultdict(list)
    for line in initial:
        by_day[line.on, claim.rendering_npi(line)].append(line)
    verdicts: list[Verdict] = []
    for (on, _provider), lines in by_day.items():
        apart = [line for line in lines if (APART | REPEATED).intersection(line.modifiers)]
        others = [line for line in lines if line not in apart]
        count = sum((max(line.units or ONE, ONE) for line in others if not line.spans_days), Decimal(0))
        if count > 1:
            codes = ", ".join(dict.fromkeys(line.hcpcs for line in others))
            verdicts.append(
                Flaw(
                    message=f"{in_words(count.normalize(), 'initial service')} are billed on {on} ({codes}); "
                    "one access to a vein has one.",
                    hint=f"{_add_ons(others)}; a second access or encounter carries 59 or an X modifier.",
                    at=in_line(others[-1], "procedureCode"),
                    facts={"procedureCodes": codes, "serviceDate": on, "initialServices": count.normalize()},
                )
            )
        elif apart and len(lines) > 1:
            carried = next(each for each in apart[0].modifiers if each in APART | REPEATED)
            verdicts.append(Bypassed(f"modifier {carried}", apart[0].number))
    return verdicts


def _add_ons(lines: list[LineFacts]) -> str:
    """Which codes to bill in place of all initial services but the one that comes first in the hierarchy."""
    codes = sorted({line.hcpcs for line in lines}, key=list(ADD_ON).index)
    first, *others = codes
    repeated = sum((max(line.units or ONE, ONE) for line in lines if line.hcpcs == first), Decimal(0)) > 1
    instead = [f"{ADD_ON[code]} for {code}" for code in others]
    if repeated:
        hours = FURTHER_HOURS.get(first)
        instead.insert(0, f"{ADD_ON[first]} for the second {first}" + (f" ({hours} for more hours)" if hours else ""))
    return f"Keep one {first} and bill {', '.join(instead)}"
