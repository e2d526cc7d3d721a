"""What was worked out for one claim and kept never changes what is said of another one."""

from collections.abc import Iterator
from typing import Final

import orjson

from tests.catalogue.scrubbing import outcome_of
from tests.catalogue.valid_claims import ValidClaim, ValidClaims
from worker.pipeline.scrub import Pipeline
from worker.samples.synthetic import Json

CLAIMS = 60


def test_claims_after_their_likes_are_judged_as_if_alone(pipeline: Pipeline, valid_claims: ValidClaims) -> None:
    """A claim with lines like an earlier one's gets the outcome that it gets from a scrubber just started."""
    experienced = _fresh(pipeline)
    for made in valid_claims.many(CLAIMS, seed=3):
        outcome_of(experienced, made)
        for document in _likes(made):
            alone = outcome_of(_fresh(pipeline), made, document)

            assert outcome_of(experienced, made, document) == alone, orjson.dumps(document)


def _fresh(pipeline: Pipeline) -> Pipeline:
    """The same scrubber, before its first claim."""
    return Pipeline(
        edits=pipeline.edits,
        profiles=pipeline.profiles,
        guides=pipeline.guides,
        snapshot=pipeline.snapshot,
        ruleset=pipeline.ruleset,
        clock=lambda: 0.0,
        max_bytes=10**7,
    )


def _likes(made: ValidClaim) -> Iterator[Json]:
    """The claim without its record, and claims with the same lines that differ in what a line is not known by."""
    document: Json = made.document | {"documentation": None}
    yield from (document, document)
    for change in OTHERS:
        changed: Json = orjson.loads(orjson.dumps(document))
        change(changed)
        yield changed


def _lines(document: Json) -> list[Json]:
    found: list[Json] = document["claimInformation"]["serviceLines"]
    return found


def _service(line: Json) -> Json:
    found: Json = line.get("professionalService") or line["institutionalService"]
    return found


def _other_charges(document: Json) -> None:
    for place, line in enumerate(_lines(document)):
        _service(line)["lineItemChargeAmount"] = ("0.00", "0.01", "-5.00", "1234567.00", "1e2")[place % 5]


def _other_numbers(document: Json) -> None:
    for line in _lines(document):
        line["providerControlNumber"] = "Z" * 31


def _no_pointers(document: Json) -> None:
    for line in _lines(document):
        _service(line).pop("compositeDiagnosisCodePointers", None)


def _other_parties(document: Json) -> None:
    document["billing"]["taxonomyCode"] = "207R00000X"
    document["billing"]["npi"] = "1234567890"


def _lines_reversed(document: Json) -> None:
    _lines(document).reverse()


def _first_line_alone(document: Json) -> None:
    del _lines(document)[1:]


OTHERS: Final = (_other_charges, _other_numbers, _no_pointers, _other_parties, _lines_reversed, _first_line_alone)
