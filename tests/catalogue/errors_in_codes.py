# ruff: noqa: D103 - the name of a known error says what it is
"""Known errors in codes that do not go together, or do not go with the payer or the patient."""

from datetime import date
from typing import Final

from tests.catalogue.mutation import Copy, error, service
from worker.reference.tables.answer import Found

OFFICE: Final = ("11",)
PAIRS_KNOWN: Final = (date(2024, 7, 1), date(2026, 12, 31))
ADD_ONS_KNOWN: Final = (date(2026, 1, 1), date(2026, 12, 31))
FLUSH: Final = "96523"
INJECTED: Final = ("96372", "96374", "96365")


@error("BND-01", places=OFFICE, few_lines=True, visit=False, between=PAIRS_KNOWN)
def port_flush_beside_an_infusion(copy: Copy) -> bool | None:
    if copy.other_line("96365", "96413", "96372", "96401", "96374", "96409") is None:
        return False
    copy.add(FLUSH, charge="30.00")
    return None


@error("BND-01", places=OFFICE, few_lines=True, visit=False, between=PAIRS_KNOWN)
def joint_injection_that_includes_the_other(copy: Copy) -> bool | None:
    given = copy.other_line(*INJECTED)
    if given is None or service(given).get("procedureModifiers"):
        return False
    copy.add("20610", charge="90.00", modifiers=["RT"])
    return None


@error(
    "BND-02",
    places=OFFICE,
    few_lines=True,
    visit=False,
    between=ADD_ONS_KNOWN,
    companions={"ADM-04": "the drug goes another way", "ADM-06": "the added service is one too many"},
)
def further_hours_without_the_first(copy: Copy) -> bool | None:
    codes = {service(each)["procedureCode"] for each in copy.lines}
    wanted = copy.random.choice(("96415", "96417", "96411"))
    pairings = copy.supply.snapshot.add_on(wanted, copy.on)
    if not isinstance(pairings, Found) or codes & {pairing.primary for pairing in pairings.row}:
        return False
    copy.add(wanted, charge="40.00")
    return None
