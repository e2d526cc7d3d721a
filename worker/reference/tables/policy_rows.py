"""One row of each table of payer policy: code pairs, self-administered drugs, hints."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from worker.reference.tables.rows import CareSetting

SadScope = Literal["self-administered", "by-route", "unlisted-code"]
HintEvidence = Literal["unverified"]
LabeledKind = Literal["single-dose", "multi-dose"]
LabelEvidence = Literal["label", "memory"]


@dataclass(frozen=True, slots=True)
class PairTerms:
    """On what terms two codes are not paid together, as many pairs have them.

    `modifier_indicator` 0 allows no modifier, 1 allows one that separates the services, 9 does not apply. The edition
    speaks for one quarter: an answer for a later day (`edition.covers(on)` is False) is carried forward.
    `effective_from` None: not in our source.
    """

    modifier_indicator: int
    effective_from: date | None
    effective_to: date | None
    rationale: str


@dataclass(frozen=True, slots=True)
class NcciPair(PairTerms):
    """Two codes that are not paid together; `column2` is the one denied."""

    setting: CareSetting
    column1: str
    column2: str


@dataclass(frozen=True, slots=True)
class AddOnPairing:
    """A code that is paid only beside another one, and one primary code beside which it is.

    `type` 1: the primary codes held are all there are; 2: the contractor says which, and `primary` is `CCCCC`; 3: the
    contractor may add to those held.
    """

    add_on: str
    primary: str
    type: int
    effective_from: date
    effective_to: date | None


@dataclass(frozen=True, slots=True)
class SelfAdministered:
    """One contractor's statement that a drug is usually self-administered, and so not a Part B benefit.

    `scope` "by-route" excludes the subcutaneous form only; "unlisted-code" excludes the named drug under a code that
    stands for many. `listed_from` is the date of the article we hold, not the day on which the exclusion began.
    """

    contractor: str
    hcpcs: str
    drug: str
    article: str | None
    scope: SadScope
    listed_from: date | None


@dataclass(frozen=True, slots=True)
class ContainerLabel:
    """What the label of one package says: whether the container is for one dose or for several.

    `source` names the label. What is only remembered of it can warn and never reject.
    """

    ndc11: str
    kind: LabeledKind
    evidence: LabelEvidence
    source: str


@dataclass(frozen=True, slots=True)
class LocalCoverage:
    """The diagnoses that Medicare contractors' local coverage determinations list for a drug, without the dot.

    It is the union of all contractors and groups of codes that we hold: a diagnosis that is not listed may be covered
    where there is no determination. It can warn and never reject.
    """

    hcpcs: str
    documents: tuple[str, ...]
    covered: tuple[str, ...]
    not_covered: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExpertHint:
    """An expert's memory of a drug's label, with no source retrieved: it can warn and never reject.

    An empty tuple or None states nothing.
    """

    hcpcs: str
    routes: tuple[str, ...]
    diagnosis_prefixes: tuple[str, ...]
    administration_codes: tuple[str, ...]
    min_interval_days: int | None
    evidence: HintEvidence
