"""Find drugs by name in free text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from worker.reference.rows import Drug

Phrase: TypeAlias = tuple[str, ...]
WORD: Final = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class DrugNames:
    """An index from the first word of a name to the names that begin with it, longest first."""

    by_first_word: Mapping[str, tuple[tuple[Phrase, tuple[Drug, ...]], ...]]

    def named_in(self, text: str) -> tuple[Drug, ...]:
        """Drugs named in the text, sorted by code; where names overlap the longest wins."""
        words = words_of(text)
        found: dict[str, Drug] = {}
        at = 0
        while at < len(words):
            length, drugs = self._longest_at(words, at)
            found.update((drug.hcpcs, drug) for drug in drugs)
            at += length
        return tuple(found[hcpcs] for hcpcs in sorted(found))

    def _longest_at(self, words: Phrase, at: int) -> tuple[int, tuple[Drug, ...]]:
        for phrase, drugs in self.by_first_word.get(words[at], ()):
            if words[at : at + len(phrase)] == phrase:
                return len(phrase), drugs
        return 1, ()


def words_of(text: str) -> Phrase:
    """The words of a text in lower case, without punctuation."""
    return tuple(WORD.findall(text.lower()))
