"""Whether a container is for one dose or for several, where something on the claim or in our tables shows it.

The label decides. It is shown by the record and the text of the line, by the table of labels for the package (NDC), by
a CMS list that has another code of the same package, or by a descriptor whose billing unit is the dose.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from schemas.documentation import Element
from worker.edits.drugs.ndc_form import NDC_QUALIFIER
from worker.edits.facts.claim import DrugDay, LineFacts
from worker.reference.tables.answer import Found, NotInForce
from worker.reference.tables.rows import Container
from worker.reference.tables.snapshot import Snapshot

MULTI_DOSE: Final = re.compile(r"\bmulti(?:ple)?[\s-]*(?:dose|use)\b|\bmdv\b", re.IGNORECASE)
SINGLE_DOSE: Final = re.compile(
    r"\bsingle[\s-]*(?:dose|use)\b|\bsdv\b|\bsdpf\b|\bpre-?filled syringe\b|\bpfs\b|\bampu?le?\b", re.IGNORECASE
)
WRITTEN: Final = "the record or the text of the line"
DOSE: Final = "dose"
"""The billing unit of a code whose descriptor counts doses."""
OF_ONE_DOSE: Final = frozenset({"hyaluronan"})
"""Kinds of drugs whose dose is one syringe; a dose of cells, for one, is not a container."""


@dataclass(frozen=True, slots=True)
class DoseKind:
    """Whether a container is for one dose; `shown_by` says in words what shows it.

    What is only remembered of a label can warn and never reject.
    """

    is_single: bool
    shown_by: str
    is_remembered: bool = False


def dose_kind(line: LineFacts, day: DrugDay, snapshot: Snapshot) -> DoseKind | None:
    """The kind of container from which the line's drug came; None when nothing shows it, or things disagree."""
    return _written(line, day) or dose_kind_of_package(line, snapshot) or _of_code(line, day.on, snapshot)


def dose_kind_of_package(line: LineFacts, snapshot: Snapshot) -> DoseKind | None:
    """The kind of the package that the line names; None when it names none, or its kind is not known."""
    package = line.line.drug_identification
    if package is None or line.on is None or package.service_id_qualifier != NDC_QUALIFIER:
        return None
    ndc = package.national_drug_code or ""
    answer = snapshot.container(ndc, line.on)
    kind = _of_label(ndc, line.on, snapshot)
    rows = answer.row if isinstance(answer, Found) else ()
    is_of_code = any(row.hcpcs == line.hcpcs for row in rows)
    return kind or (_of_listed_code(rows, line.on, snapshot) if is_of_code else None)


def written_multi_dose(day: DrugDay) -> bool:
    """Whether the record or the text of a line says that the container is for several doses."""
    return any(MULTI_DOSE.search(text) for line in day.lines for text in _texts(line, day))


def _texts(line: LineFacts, day: DrugDay) -> tuple[str, ...]:
    said = [entry.value for entry in day.record.entries(Element.FORMULATION)] if day.record else []
    said += [line.line.service.description, line.line.additional_notes]
    return tuple(text for text in said if text)


def _written(line: LineFacts, day: DrugDay) -> DoseKind | None:
    texts = _texts(line, day)
    if any(MULTI_DOSE.search(text) for text in texts):
        return DoseKind(is_single=False, shown_by=WRITTEN)
    if any(SINGLE_DOSE.search(text) for text in texts):
        return DoseKind(is_single=True, shown_by=WRITTEN)
    return None


def _of_code(line: LineFacts, on: date, snapshot: Snapshot) -> DoseKind | None:
    """What holds for every container of the code: a package that the line names may be another one."""
    if line.drug and line.drug.unit == DOSE and line.drug.drug_class in OF_ONE_DOSE:
        return DoseKind(is_single=True, shown_by="the descriptor (its unit is the dose)")
    if line.line.drug_identification is not None:
        return None
    kinds = {container.ndc11: _of_container(container, on, snapshot) for container in line.code.marketed}
    found = set(kinds.values())
    return found.pop() if len(found) == 1 else None


def _of_container(container: Container, on: date, snapshot: Snapshot) -> DoseKind | None:
    answer = snapshot.container(container.ndc11, on)
    rows = answer.row if isinstance(answer, Found) else (container,)
    kind = _of_label(container.ndc11, on, snapshot) or _of_listed_code(rows, on, snapshot)
    return kind and DoseKind(kind.is_single, "every package of the code on the crosswalk")


def _of_label(ndc: str, on: date, snapshot: Snapshot) -> DoseKind | None:
    label = snapshot.container_label(ndc, on)
    if not isinstance(label, Found):
        return None
    is_remembered = label.row.evidence == "memory"
    return DoseKind(
        is_single=label.row.kind == "single-dose",
        shown_by=f"the label of NDC {ndc}" + (" (as remembered: compare it)" if is_remembered else ""),
        is_remembered=is_remembered,
    )


def _of_listed_code(rows: tuple[Container, ...], on: date, snapshot: Snapshot) -> DoseKind | None:
    """A code on the CMS list has single-dose packages only, so that its packages are so under any code."""
    for row in rows:
        if isinstance(snapshot.waste_duty(row.hcpcs, on), (Found, NotInForce)):
            return DoseKind(is_single=True, shown_by=f"the CMS list (it has {row.hcpcs} of the same package)")
    return None
