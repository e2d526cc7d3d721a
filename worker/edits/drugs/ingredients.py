"""Whether two drugs, or a text and a drug, share an active ingredient.

Names are compared by their telling words: brands, salts, forms and the four letters behind a biologic's name do not
count. Doubt is kept apart from difference, since only a difference can reject a claim.
"""

import re
from functools import lru_cache
from typing import Final

from worker.reference.tables.name_index import ORDINARY, PARTNERS, SHORTEST_NAME
from worker.reference.tables.rows import Drug
from worker.reference.tables.snapshot import Snapshot

UNLISTED: Final = "noc_unlisted"
# Hyphens hold a name together.
WORD: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
SUFFIX: Final = re.compile(r"(?<=[a-z]{5})-[a-z]{4}\b")
# A short prefix makes another drug: ado-trastuzumab, ziv-aflibercept.
PREFIXED: Final = re.compile(r"\b[a-z]{2,4}-[a-z]{5,}")
REMARK: Final = re.compile(r"[,(;]")
# Words of descriptors and makers that appear with many drugs.
COMMON: Final = frozenset(
    """accord administration american approved articular auromedics autologous baxter biosimilar bound braun cells
    concentrated containing contraceptive critical derivative equal equivalent excludes final formulation fresenius
    genomes greater hikma hospira including individuals intra intra-articular intrauterine leukapheresis lyophilized
    material microspheres milligram million non-compounded non-lyophilized older osmolar parenteral particles positive
    preparation procedures regent releasing sandoz single split supplies system therapeutic therapeutically through
    treatment units vector viable years fda-approved""".split()  # noqa: SIM905 - a block of words reads better
)

NO_NAMES: Final = ORDINARY | COMMON
KEPT: Final = 4096
"""Generic names whose words are kept; the tables have fewer."""


def label(drug: Drug) -> str:
    """What to call the drug in a message: its generic name without remarks, else a brand, else its code."""
    return REMARK.split(drug.names[0], maxsplit=1)[0].strip() if drug.names else drug.hcpcs


def ingredients(drug: Drug, snapshot: Snapshot) -> frozenset[str]:
    """The telling words of the generic name; from the short descriptor when there is none; empty when not known."""
    if drug.generic_name:
        return _telling(drug.generic_name)
    described = SUFFIX.sub("", (drug.short_description or "").lower())
    related = [other for other in snapshot.drugs_named(described) if other.generic_name]
    return frozenset[str]().union(*(_telling(other.generic_name or "") for other in related))


def named_itself(drug: Drug, text: str) -> bool:
    """Whether a text holds a telling word of the drug's own generic name; aflibercept will do for ziv-aflibercept."""
    return not _own_words(drug.generic_name or "").isdisjoint(_words(text))


@lru_cache(maxsize=KEPT)
def _own_words(generic_name: str) -> frozenset[str]:
    own = _telling(generic_name)
    return own | {word.split("-", 1)[1] for word in own if PREFIXED.fullmatch(word)} if len(own) == 1 else own


def share_ingredient(one: Drug, other: Drug, snapshot: Snapshot) -> bool | None:
    """Whether two codes have the same active ingredient, alone or combined; None when that is not known."""
    if one.hcpcs == other.hcpcs or _names(one, other, snapshot) or _names(other, one, snapshot):
        return True
    ours, theirs = ingredients(one, snapshot), ingredients(other, snapshot)
    if not ours or not theirs:
        return None
    return not ours.isdisjoint(theirs)


def is_among(drug: Drug, named: tuple[Drug, ...], snapshot: Snapshot) -> bool | None:
    """Whether one of the drugs that a text names has an ingredient of `drug`; None when that is not known."""
    shared = [(other, share_ingredient(drug, other, snapshot)) for other in named]
    if any(answer for _, answer in shared):
        return True
    different = [other for other, answer in shared if answer is False]
    # One text names a drug and its relatives; what is known of the drug then holds for them.
    unknown = [
        other
        for other, answer in shared
        if answer is None and not any(share_ingredient(other, known, snapshot) for known in different)
    ]
    return None if unknown else False


def _names(one: Drug, other: Drug, snapshot: Snapshot) -> bool:
    texts = (*one.names, PREFIXED.sub(" ", (one.short_description or "").lower()))
    return any(found.hcpcs == other.hcpcs for text in texts for found in snapshot.drugs_named(text))


def _words(text: str) -> frozenset[str]:
    """The words of a text; those of "levonorgestrel-releasing" apart, since one of them is an ordinary word."""
    words = WORD.findall(SUFFIX.sub("", text.lower()))
    if all("-" not in word for word in words):
        return frozenset(words)
    parts = [(word, word.split("-")) for word in words]
    return frozenset(each for word, split in parts for each in ((word,) if NO_NAMES.isdisjoint(split) else split))


def _telling(name: str) -> frozenset[str]:
    words = frozenset(word for word in _words(name) - NO_NAMES if len(word) >= SHORTEST_NAME and not word[0].isdigit())
    return words - PARTNERS or words
