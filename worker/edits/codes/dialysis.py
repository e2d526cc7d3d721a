"""Codes that CMS made for patients on dialysis, and those that it made for everybody else, by their descriptors."""

import re
from enum import StrEnum
from typing import Final

from worker.reference.tables.rows import Drug
from worker.reference.tables.snapshot import Snapshot

_OTHERS: Final = re.compile(r"\bnon[- ]?esrd\b", re.IGNORECASE)
_DIALYSIS: Final = re.compile(r"\besrd\b|\b(?:hemo)?dialy", re.IGNORECASE)


class Patients(StrEnum):
    """For whom a code is, where its descriptor says so."""

    ON_DIALYSIS = "patients with kidney failure on dialysis"
    OTHERS = "patients without dialysis"


def patients_of(hcpcs: str, snapshot: Snapshot) -> Patients | None:
    """For whom a drug code is; None when its descriptor does not say."""
    drug = snapshot.tables.drugs.latest(hcpcs)
    return None if drug is None else _said(drug)


def _said(drug: Drug) -> Patients | None:
    text = " ".join(filter(None, (drug.short_description, drug.generic_name, drug.unit_text)))
    if _OTHERS.search(text):
        return Patients.OTHERS
    return Patients.ON_DIALYSIS if _DIALYSIS.search(text) else None
