"""The structs that the pipeline reads claims into have the members of the published schema, and read them alike."""

import json
from collections.abc import Iterator
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
import orjson
import pytest
from pydantic import BaseModel

from schemas import claim, documentation, records
from schemas.part import Part
from schemas.values import Day, Money, Quantity, Unreadable, as_day, as_money, as_quantity
from worker.edits.facts.elements import unreadable
from worker.edits.facts.traits import Trait
from worker.pipeline.steps import decode
from worker.pipeline.steps.gather import Gatherer
from worker.reference.tables.snapshot import Snapshot
from worker.samples.claims import demo_claims

MODELS = sorted(
    {
        each
        for module in (claim, documentation)
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, Part) and each is not Part
    },
    key=lambda model: model.__name__,
)
READERS = {Money: as_money, Quantity: as_quantity, Day: as_day}


def shape(annotation: Any) -> Any:  # a type, or a union or a tuple of them
    """Return a type with structs and models by their names, and what reads the text of a measure."""
    if isinstance(annotation, type) and issubclass(annotation, (records.Part, BaseModel)):
        return annotation.__name__
    for measure, read in READERS.items():
        if annotation == measure:
            return read
    reads = [each for each in getattr(annotation, "__metadata__", ()) if each in READERS.values()]
    if reads:
        return reads[0]
    inner = get_args(annotation)
    return (str(get_origin(annotation)), *map(shape, inner)) if inner else annotation


def plain(default: Any) -> Any:  # whatever a member may be when it is absent
    """Return a default, a part by its name."""
    return type(default).__name__ if isinstance(default, (records.Part, BaseModel)) else default


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_struct_has_the_members_of_its_model(model: type[Part]) -> None:
    """Names in Python and on the wire, types and defaults."""
    struct = getattr(records, model.__name__)
    hints = [get_type_hints(each, include_extras=True) for each in (model, struct)]

    expected = {
        (of.alias, name, str(shape(hints[0][name])), None if of.is_required() else plain(of.default))
        for name, of in model.model_fields.items()
    }
    has = {
        (of.encode_name, of.name, str(shape(hints[1][of.name])), None if of.required else plain(of.default))
        for of in msgspec.structs.fields(struct)
        if of.encode_name != records.EXTRA
    }
    assert has == expected


@pytest.mark.parametrize("seed", range(3))
def test_the_quick_way_reads_what_the_schema_reads(seed: int) -> None:
    """Each claim of the demo gives the same claim, canonical form and traits in every way of reading it."""
    ways = 0
    for planted in demo_claims(200, seed):
        if planted.expected is None:
            continue
        slow = decode._decode(planted.value)  # noqa: SLF001 - the ways are told apart only here
        quick = decode._decode_plain(planted.value)  # noqa: SLF001 - likewise
        document = orjson.loads(planted.value)

        assert quick is None or quick == slow
        assert decode._validated(document) == slow.claim  # noqa: SLF001 - likewise
        ways += quick is not None
    assert ways > 150


@pytest.mark.parametrize(
    "spell",
    [
        lambda document: json.dumps(document, indent=1),
        lambda document: json.dumps(document, sort_keys=True),
        lambda document: json.dumps(document).replace("J", "\\u004a"),
    ],
    ids=["on many lines", "sorted", "escaped"],
)
@pytest.mark.parametrize("change", [{}, {"controlNumber": "é"}, {"unknown": "1"}, {"documentation": []}], ids=str)
def test_every_spelling_of_a_claim_has_one_canonical_form(spell: Any, change: dict[str, Any]) -> None:
    """Whichever way it is read."""
    document = orjson.loads(next(demo_claims(1)).value) | change
    forms = {decode.decode(text, 10**6).canonical for text in (orjson.dumps(document), spell(document).encode())}

    assert len(forms) == 1


def test_whatever_may_hold_a_measure_is_looked_at(snapshot: Snapshot) -> None:
    """The traits of a claim say that there may be an amount, a count or a day that cannot be read, wherever it is."""
    gatherer = Gatherer(snapshot)
    for path, document in measures(claim.Claim):
        read = decode.decode(orjson.dumps({"claimInformation": {}} | document), 10**6)

        assert list(unreadable(read.claim)), path
        assert gatherer.gather(read.claim, read.traits).traits & Trait.UNREADABLE, path


def measures(model: type[BaseModel], path: str = "$") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield a document for each measure of a model, with a text that cannot be read in its place."""
    for of in model.model_fields.values():
        name, types = of.alias or "", types_in(of.annotation)
        if Unreadable in types:
            yield f"{path}.{name}", {name: "?"}
        lists = str(of.annotation).count("tuple[")
        for part in types:
            if issubclass(part, BaseModel):
                for below, document in measures(part, f"{path}.{name}"):
                    yield below, {name: in_lists(document, lists)}


def in_lists(value: object, lists: int) -> object:
    """Return a value in a list in a list, as often as it is said."""
    return in_lists([value], lists - 1) if lists else value


def types_in(annotation: Any) -> list[type]:  # a type, or a union or a tuple of them
    """Return the types that an annotation is made of."""
    if isinstance(annotation, type):
        return [annotation, *(found for each in get_args(annotation) for found in types_in(each))]
    return [found for each in get_args(annotation) for found in types_in(each)]
