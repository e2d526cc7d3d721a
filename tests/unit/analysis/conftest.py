"""Outcomes for analyses: a few that are written by hand, and those of synthetic claims."""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import duckdb
import pytest

from worker.pipeline.scrub import Pipeline
from worker.samples.claims import AS_OF, demo_claims

Json: TypeAlias = dict[str, Any]  # any JSON object
Write: TypeAlias = Callable[[Iterable[Mapping[str, Any]]], str]


def finding(edit: str = "WST-01", severity: str = "reject", line: int | None = 1) -> Json:
    """A finding, as far as analyses read it."""
    at = {"jsonPath": "$", "x12": "2400 SV101", "cms1500Box": "24D"} | ({"line": line} if line else {})
    predicted = {"carc": ["16"], "rarc": ["N822"], "claimStatusCategory": "A6", "claimStatus": ["453"]}
    return {"edit": edit, "severity": severity, "at": at, "message": f"{edit} speaks.", "predicted": predicted}


def outcome(number: int = 1, disposition: str = "scrubbed", *findings: Json, **more: Any) -> Json:  # any: JSON members
    """An outcome, as far as analyses read it; `charge`, `npi`, `payer`, `code` and `day` are of its claim."""
    code, charge = more.pop("code", "J1745"), more.pop("charge", "100.00")
    service = {"procedureCode": code, "lineItemChargeAmount": charge}
    information = {
        "claimChargeAmount": charge,
        "patientControlNumber": f"PCN-{number}",
        "serviceLines": [{"serviceDate": more.pop("day", "20260304"), "professionalService": service}],
    }
    claim = {
        "tradingPartnerServiceId": more.pop("payer", "MEDICARE-B"),
        "billing": {"npi": more.pop("npi", "1234567893")},
        "claimInformation": information,
    }
    return {
        "outcomeId": f"{number:032x}",
        "disposition": disposition,
        "receivedOn": "2026-03-20",
        "findings": list(findings),
        "enrichment": [{"line": 1, "hcpcs": code, "drugName": "a drug"}],
        "coverage": {"noData": [{"edit": "UNT-03", "missing": "MUE table", "line": 1}]},
        "basis": {"level": "full"},
        "versions": {"ruleset": "r", "reference": "t", "profile": "medicare-part-b"},
        "claim": claim,
        **more,
    }


def parquet_rows(files: Path | str, order: str) -> list[Json]:
    """The rows of Parquet files, by the names of their columns."""
    with duckdb.connect() as connection:
        query = f"SELECT * FROM read_parquet(?, hive_partitioning=true) ORDER BY {order}"  # noqa: S608 - a test's own
        found = connection.execute(query, [str(files)])
        names = [name for name, *_ in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes outcomes to a file, one per line, and returns its name."""

    def written(outcomes: Iterable[Mapping[str, Any]]) -> str:
        file = tmp_path / "outcomes.jsonl"
        file.write_text("".join(json.dumps(each) + "\n" for each in outcomes), "utf-8")
        return str(file)

    return written


@pytest.fixture(scope="session")
def synthetic_outcomes(pipeline: Pipeline) -> tuple[bytes, ...]:
    """The outcomes of some hundred synthetic claims."""
    scrubbed = (pipeline.scrub(each.value, AS_OF) for each in demo_claims(300))
    return tuple(each.message for each in scrubbed if each.message is not None and each.disposition is not None)
