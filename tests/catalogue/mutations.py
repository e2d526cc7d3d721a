"""Every known error, and what the scrubber makes of it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from random import Random
from typing import Final, NamedTuple

import orjson

from tests.catalogue import errors_in_care, errors_in_codes, errors_in_drugs, errors_in_form
from tests.catalogue.mutation import Copy, Mutation, mutations_of
from tests.catalogue.valid_claims import ValidClaim, ValidClaims
from worker.payers.profile import DocumentationMode, EditSetting, Profiles
from worker.pipeline.scrub import Pipeline
from worker.samples.synthetic import Json

MODULES: Final = (errors_in_form, errors_in_drugs, errors_in_care, errors_in_codes)
"""Where the known errors are declared."""
MOST_REFUSED: Final = 400
"""Claims in a row to which an error may not apply."""


def all_mutations() -> tuple[Mutation, ...]:
    """The catalogue of known errors."""
    return tuple(each for module in MODULES for each in mutations_of(module))


class Reported(NamedTuple):
    """One finding."""

    edit: str
    severity: str
    message: str


@dataclass
class Verdicts:
    """How often an error was found, and what else was reported that the unbroken claim did not show.

    `named` are the edits that may speak up beside the one that is meant, each with the reason.
    """

    name: str
    edit: str
    named: Mapping[str, str]
    claims: int = 0
    found: int = 0
    others: Counter[str] = field(default_factory=Counter)
    companions: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    @property
    def is_exact(self) -> bool:
        """Whether the edit meant for it always spoke, and nothing but its companions beside it."""
        return self.claims > 0 and self.found == self.claims and not self.others


class Trial:
    """Breaks valid claims and scrubs them."""

    def __init__(self, pipeline: Pipeline, claims: ValidClaims) -> None:
        self._pipeline, self._claims = pipeline, claims
        self._under = lru_cache(maxsize=64)(self._adjusted)

    def of(self, mutation: Mutation, count: int, seed: int = 0) -> Verdicts:
        """Break so many claims to which the error applies. Raises `LookupError` when hardly any is one."""
        verdicts = Verdicts(mutation.name, mutation.edit, mutation.companions)
        for made, copy in self._pairs(mutation, count, seed):
            adjusted = self._pipeline_for(made, copy)
            base = _reported(adjusted if copy.base else self._pipeline, copy.base or made.document, made.received_on)
            broken = _reported(adjusted, copy.document, copy.received_on, copy.value)
            verdicts.claims += 1
            if _count(broken, mutation.edit) > _count(base, mutation.edit):
                verdicts.found += 1
            else:
                verdicts.examples.setdefault("missed", _shown(copy))
            kept = {(each.edit, each.severity) for each in base}
            for each in broken:
                if each.edit == mutation.edit or (each.edit, each.severity) in kept:
                    continue
                kind = verdicts.companions if each.edit in mutation.companions else verdicts.others
                kind[each.edit] += 1
                if kind is verdicts.others:
                    verdicts.examples.setdefault(each.edit, f"{each.message}\n  {_shown(copy)}")
        return verdicts

    def broken(self, mutation: Mutation, count: int, seed: int = 0) -> Iterator[Copy]:
        """Yield so many broken claims."""
        for _, copy in self._pairs(mutation, count, seed):
            yield copy

    def _pairs(self, mutation: Mutation, count: int, seed: int) -> Iterator[tuple[ValidClaim, Copy]]:
        random, found, refused = Random(f"{mutation.name} {seed}"), 0, 0
        while found < count:
            made = self._claims.make(Random(random.getrandbits(48)), mutation.wanted)
            copy = mutation.breaks(made, random, self._claims.supply, frozenset(self._claims.guides))
            if copy is None:
                refused += 1
                if refused > MOST_REFUSED * (found + 1):
                    raise LookupError(f"{mutation.name} applies to hardly any claim")
                continue
            found += 1
            yield made, copy

    def _pipeline_for(self, made: ValidClaim, copy: Copy) -> Pipeline:
        if not copy.options and not copy.requires_record:
            return self._pipeline
        name = self._pipeline.profiles.for_claim(made.payer.id, made.payer.filing_code).name
        return self._under(name, orjson.dumps(copy.options).decode(), copy.requires_record)

    def _adjusted(self, name: str, options: str, requires_record: bool) -> Pipeline:  # noqa: FBT001 - a cache key
        pipeline = self._pipeline
        profile = pipeline.profiles.named(name)
        settings = dict(profile.edits)
        for edit, given in orjson.loads(options).items():
            known = settings.get(edit, EditSetting())
            settings[edit] = known.model_copy(update={"options": {**known.options, **given}, "off": None})
        mode = DocumentationMode.REQUIRED if requires_record else profile.documentation
        changed = profile.model_copy(update={"edits": settings, "documentation": mode})
        return Pipeline(
            edits=pipeline.edits,
            profiles=Profiles(changed if each.name == name else each for each in pipeline.profiles),
            guides=pipeline.guides,
            snapshot=pipeline.snapshot,
            ruleset=pipeline.ruleset,
            clock=lambda: 0.0,
            max_bytes=1024 * 1024,
        )


def _reported(pipeline: Pipeline, document: Json, on: date, value: bytes | None = None) -> tuple[Reported, ...]:
    """What the edits say; of a message that is not a claim, the one edit on messages."""
    outcome = pipeline.scrub(value or orjson.dumps(document), on).outcome
    if outcome is None:
        return (Reported("FMT-01", "dead letter", "no claim"),)
    return tuple(Reported(each.edit, each.severity.value, each.message) for each in outcome.findings)


def _count(reported: tuple[Reported, ...], edit: str) -> int:
    return sum(each.edit == edit for each in reported)


def _shown(copy: Copy) -> str:
    options, document = orjson.dumps(copy.options).decode(), orjson.dumps(copy.document).decode()
    return f"received {copy.received_on}, options {options}\n  {document}"
