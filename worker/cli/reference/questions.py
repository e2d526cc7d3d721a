"""The questions of `claimscrub reference show`: how a key asks each table."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from types import MappingProxyType
from typing import Any, Final, TypeAlias, cast

from worker.reference.build.consistency import NDC
from worker.reference.tables.answer import Absent, Answer, Found, NotInForce
from worker.reference.tables.code_set_rows import CodeSet
from worker.reference.tables.rows import CareSetting
from worker.reference.tables.snapshot import Snapshot

AnyAnswer: TypeAlias = Answer[Any]  # a row of any table
Question: TypeAlias = Callable[[Snapshot, list[str], date], AnyAnswer]


def _containers(tables: Snapshot, key: list[str], on: date) -> AnyAnswer:
    if NDC.fullmatch(key[0].replace("-", "")):
        return tables.container(key[0].replace("-", ""), on)
    return tables.containers_of(key[0], on)


def _products(tables: Snapshot, key: list[str], on: date) -> AnyAnswer:
    answer = tables.product(key[0], on)
    return tables.products_of(key[0], on) if isinstance(answer, Absent) else answer


def _setting(key: list[str], place: int) -> CareSetting:
    return cast("CareSetting", key[place] if len(key) > place else "practitioner")


QUESTIONS: Final[Mapping[str, tuple[str, Question]]] = MappingProxyType(
    {
        "asp_limits": ("HCPCS", lambda tables, key, on: tables.asp_limit(key[0], on)),
        "containers": ("NDC or HCPCS", _containers),
        "drugs": ("HCPCS", lambda tables, key, on: tables.drug(key[0], on)),
        "expert_hints": ("HCPCS", lambda tables, key, on: tables.expert_hint(key[0], on)),
        "hcpcs": ("HCPCS", lambda tables, key, on: tables.hcpcs_code(key[0], on)),
        "icd10cm": ("CODE", lambda tables, key, on: tables.diagnosis(key[0].replace(".", ""), on)),
        "modifiers": ("MODIFIER", lambda tables, key, on: tables.modifier(key[0], on)),
        "mue": ("HCPCS[+SETTING]", lambda tables, key, on: tables.mue(key[0], _setting(key, 1), on)),
        "ncci_pairs": (
            "COLUMN1+COLUMN2[+SETTING]",
            lambda tables, key, on: tables.ncci_pair(key[0], key[1], _setting(key, 2), on),
        ),
        "opps_status": ("HCPCS", lambda tables, key, on: tables.opps_status(key[0], on)),
        "place_of_service": ("CODE", lambda tables, key, on: tables.place_of_service(key[0], on)),
        "products": ("IDENTIFIER or HCPCS", _products),
        "remark_codes": (
            "SET+CODE",
            lambda tables, key, on: tables.remark_code(cast("CodeSet", key[0].lower()), key[1], on),
        ),
        "sad_exclusions": ("HCPCS", lambda tables, key, on: tables.self_administered(key[0], on)),
        "skin_substitutes": ("HCPCS", lambda tables, key, on: tables.skin_substitute(key[0], on)),
        "taxonomy": ("CODE", lambda tables, key, on: tables.taxonomy_code(key[0], on)),
        "waste_duty": ("HCPCS", lambda tables, key, on: tables.waste_duty(key[0], on)),
    }
)


def told(answer: AnyAnswer) -> dict[str, Any]:
    """The answer as a JSON document: which of the four it is, who answers, and the row."""
    match answer:
        case Found(row, edition):
            return {"answer": "found", "edition": f"{edition.table}@{edition.name}", "row": _row(row)}
        case NotInForce(row, edition, valid_from, valid_to):
            return {
                "answer": "not in force",
                "edition": f"{edition.table}@{edition.name}",
                "in_force_from": valid_from,
                "in_force_to": valid_to,
                "row": _row(row),
            }
        case Absent(edition):
            return {"answer": "absent", "edition": f"{edition.table}@{edition.name}"}
        case _:
            return {"answer": "not covered", "covers_from": answer.covers_from, "covers_to": answer.covers_to}


def instead(tables: Snapshot, table: str, key: list[str], on: date, answer: AnyAnswer) -> dict[str, Any]:
    """What to bill instead of a code that is not in force: its successor with its unit, or the codes that refine it."""
    if table == "icd10cm":
        below = tables.billable_below(key[0].replace(".", ""), on)
        return {"instead": below} if below else {}
    if not isinstance(answer, NotInForce) or not getattr(answer.row, "successor", None):
        return {}
    if table == "drugs":
        successor = tables.successor_of(answer.row)
        if successor:
            unit = f"{successor.unit_amount} {successor.unit} a unit, not {answer.row.unit_amount} {answer.row.unit}"
            return {"instead": (f"{successor.hcpcs}: {unit}",)}
    return {"instead": (answer.row.successor,)}


def _row(row: Any) -> object:  # a row of any table, or a tuple of them
    return [asdict(each) for each in row] if isinstance(row, tuple) else asdict(row)
