"""The questions of `claimscrub reference show`: how a key asks each table."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import date
from types import MappingProxyType
from typing import Any, Final, TypeAlias, cast

from worker.reference.build.consistency import NDC
from worker.reference.tables.answer import Absent, Answer, Carried, Found, NotInForce
from worker.reference.tables.code_set_rows import CodeSet
from worker.reference.tables.policy_rows import NcciPair
from worker.reference.tables.rows import CareSetting
from worker.reference.tables.snapshot import Snapshot
from worker.reference.tables.table_set import TABLES

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


def _pair(tables: Snapshot, column1: str, column2: str, setting: CareSetting, on: date) -> AnyAnswer:
    """The answer on a pair; many pairs share a row, which says nothing of their codes."""
    answer: AnyAnswer = tables.ncci_pair(column1, column2, setting, on)
    if not isinstance(answer, Found | NotInForce):
        return answer
    codes = {"setting": setting, "column1": column1, "column2": column2}
    return replace(answer, row=NcciPair(**(asdict(answer.row) | codes)))


def _by_code(member: str) -> Question:
    return lambda tables, key, on: getattr(tables.tables, member).answer(key[0], on)


_OF_ONE_CODE: Final[Mapping[str, tuple[str, Question]]] = MappingProxyType(
    {table.name: (table.columns[0].upper(), _by_code(table.member)) for table in TABLES if len(table.columns) == 1}
)
_OTHERS: Final[Mapping[str, tuple[str, Question]]] = MappingProxyType(
    {
        "containers": ("NDC or HCPCS", _containers),
        "icd10cm": ("CODE", lambda tables, key, on: tables.diagnosis(key[0].replace(".", ""), on)),
        "modifiers": ("MODIFIER", lambda tables, key, on: tables.modifier(key[0], on)),
        "mue": ("HCPCS[+SETTING]", lambda tables, key, on: tables.mue(key[0], _setting(key, 1), on)),
        "ncci_pairs": (
            "COLUMN1+COLUMN2[+SETTING]",
            lambda tables, key, on: _pair(tables, key[0], key[1], _setting(key, 2), on),
        ),
        "products": ("IDENTIFIER or HCPCS", _products),
        "remark_codes": (
            "SET+CODE",
            lambda tables, key, on: tables.remark_code(cast("CodeSet", key[0].lower()), key[1], on),
        ),
        "sad_exclusions": ("HCPCS", lambda tables, key, on: tables.self_administered(key[0], on)),
    }
)
QUESTIONS: Final[Mapping[str, tuple[str, Question]]] = MappingProxyType(
    dict(sorted({**_OF_ONE_CODE, **_OTHERS}.items()))
)
"""What to ask a table for, and how; a table with one key column is asked for that."""


def told(answer: AnyAnswer) -> dict[str, Any]:
    """The answer as a JSON document: which of the five it is, which edition answers, and the row."""
    match answer:
        case Carried(row, edition):
            return {
                "answer": "carried",
                "edition": f"{edition.table}@{edition.name}",
                "ended": edition.in_force_to,
                "trusted_to": edition.trusted_to,
                "row": _row(row),
            }
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
