"""Reads CodeableConcepts coding by coding.

Every coding is looked at, wherever it is in the list. Codings of one place that mean different things are refused: to
choose one of them would be a guess. A coding that is not understood stays unread, so that it is named.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from worker.fhir.elements import FhirElement, ResourceError
from worker.fhir.systems import Systems


def one_of(meanings: Mapping[str, str]) -> Callable[[str], str]:
    """Return how to read a code of a closed list; the empty text is the answer for a code that is not in it."""
    return lambda code: meanings.get(code.lower(), "")


@dataclass(frozen=True, slots=True)
class ValueSet:
    """The codes that one place of a claim is written in.

    Attributes:
        name: What they are called in a reason for refusing a claim.
        systems: The URIs of their code systems.
        is_plain: Whether a code without a system is one of them, because its place leaves no doubt.
        meaning: What a code means, as the message has it; empty for a code that is not understood.
        shape: What a code has to look like that is one of them although it names no system.
    """

    name: str
    systems: Systems
    is_plain: bool = False
    meaning: Callable[[str], str] = field(default=str)
    shape: re.Pattern[str] = re.compile(r".*", re.DOTALL)


def codes_of(concept: FhirElement | None, codes: ValueSet) -> list[str]:
    """Return what the codings of a concept mean, in their order; what is said twice is returned once."""
    if concept is None:
        return []
    meanings = (_meaning(coding, codes) for coding in _candidates(concept, codes))
    return list(dict.fromkeys(filter(None, meanings)))


def code_of(concept: FhirElement | None, codes: ValueSet) -> str:
    """Return what the codings of a concept mean; empty when none is understood.

    Raises `ResourceError` when two of them mean different things.
    """
    meanings = codes_of(concept, codes)
    if concept is not None and meanings[1:]:
        raise ResourceError(concept.path, f"it holds two different codes of {codes.name}.")
    return next(iter(meanings), "")


def needed_code(concept: FhirElement, codes: ValueSet) -> str:
    """Return a code without which the claim would be another one. Raises `ResourceError` when there is none."""
    if code := code_of(concept, codes):
        return code
    raise ResourceError(concept.path, f"no code of {codes.name} is here.")


def needed_codes(concept: FhirElement, codes: ValueSet) -> list[str]:
    """Return all codes of a concept in their order; it has to hold at least one, and no other that would be lost.

    Raises `ResourceError`.
    """
    found = codes_of(concept, codes)
    if not found:
        raise ResourceError(concept.path, f"no code of {codes.name} is here.")
    for coding in concept.children("coding"):
        code = coding.peek("code")
        if not codes.meaning(code) or (code not in found and codes.shape.fullmatch(code)):
            raise ResourceError(coding.path, f"it has to be a code of {codes.name}.")
    return found


def _candidates(concept: FhirElement, codes: ValueSet) -> list[FhirElement]:
    def is_candidate(coding: FhirElement) -> bool:
        if coding.has("system"):
            return coding.peek("system") in codes.systems
        # What is not text is not another code: reading it says what belongs there.
        is_text = isinstance(coding.value.get("code"), str)
        return codes.is_plain and (not is_text or codes.shape.fullmatch(coding.peek("code")) is not None)

    return [each for each in concept.children("coding") if is_candidate(each)]


def _meaning(coding: FhirElement, codes: ValueSet) -> str:
    if meaning := codes.meaning(coding.text("code")):
        coding.pass_over("system")
        return meaning
    coding.leave("code")
    return ""


ICD_SHAPE: Final = re.compile(r"[A-TV-Z]\d[\dA-Z](\.?[\dA-Z]{1,4})?", re.ASCII | re.IGNORECASE)
"""The form of an ICD-10-CM code."""
