"""Find drugs by name in free text."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from worker.reference.tables.rows import Drug

Phrase: TypeAlias = tuple[str, ...]
WORD: Final = re.compile(r"[a-z0-9]+")


NameIndex: TypeAlias = Mapping[str, Sequence[tuple[Phrase, Sequence[str]]]]
"""From the first word of a name to the names that begin with it, longest first, each with the codes of its drugs."""


@dataclass(frozen=True, slots=True)
class DrugNames:
    """The drugs of an index of names, by their code."""

    index: NameIndex
    drugs: Mapping[str, tuple[Drug, ...]]
    _made: dict[str, tuple[Drug, ...]] = field(default_factory=dict, repr=False)
    """Those that were named before: their rows are made once."""

    def named_in(self, text: str) -> tuple[Drug, ...]:
        """Drugs named in the text, sorted by code; where names overlap the longest wins."""
        words = words_of(text)
        found: set[str] = set()
        at = 0
        while at < len(words):
            length, codes = self._longest_at(words, at)
            found.update(codes)
            at += length
        for hcpcs in found - self._made.keys():
            self._made[hcpcs] = self.drugs[hcpcs]
        return tuple(drug for hcpcs in sorted(found) for drug in self._made[hcpcs])

    def _longest_at(self, words: Phrase, at: int) -> tuple[int, Sequence[str]]:
        for phrase, codes in self.index.get(words[at], ()):
            if words[at : at + len(phrase)] == phrase:
                return len(phrase), codes
        return 1, ()


def words_of(text: str) -> Phrase:
    """The words of a text in lower case, without punctuation."""
    return tuple(WORD.findall(text.lower()))
