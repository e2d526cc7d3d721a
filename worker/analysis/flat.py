"""What analyses read of an outcome: the members that are asked for, and the flat row that is made of them.

A row holds no identifier of a person: it has codes, ids of organizations, dollars and the week of service. Texts of the
claim are taken in the form that such an id has, or not at all. What speaks of a single patient's services is read only
where it is to be revealed.
"""

import json
from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, Final

from worker.analysis.database import quoted

DISPOSITIONS: Final = ("scrubbed", "rejected", "pended")
SEVERITIES: Final = ("reject", "pend", "warn")
LONGEST_OUTCOME: Final = 16 * 1024 * 1024
"""Bytes of an outcome: it holds its claim, of which a message may have a megabyte, and all that was found."""

FLAT: Final = MappingProxyType(
    {
        "outcome_id": "UUID",
        "supersedes": "UUID",
        "disposition": "VARCHAR",
        "received_on": "DATE",
        "week": "DATE",
        "payer": "VARCHAR",
        "profile": "VARCHAR",
        "npi": "VARCHAR",
        "drug": "VARCHAR",
        "drug_name": "VARCHAR",
        "charge": "DECIMAL(10,2)",
        "basis": "VARCHAR",
        "ruleset": "VARCHAR",
        "reference": "VARCHAR",
        "findings": "STRUCT(edit VARCHAR, severity VARCHAR, line INTEGER, box VARCHAR, carc VARCHAR[], "
        "message VARCHAR)[]",
        "no_data": "STRUCT(edit VARCHAR, missing VARCHAR, line INTEGER)[]",
        "control_number": "VARCHAR",
    }
)
"""The columns of a row. `week` is the Monday of the first service, `drug` the drug code that charges most.

`charge` is that of the claim, in dollars; none that cannot be read, or cannot be on an 837P. `control_number` is the
patient control number; it and the messages of findings are empty unless they are to be revealed.
"""


def members(*, reveal: bool) -> dict[str, Any]:  # any JSON object
    """Return the members of an outcome that are read, with the types that DuckDB gives them."""
    service = {"procedureCode": "VARCHAR", "lineItemChargeAmount": "VARCHAR"}
    finding = {
        "edit": "VARCHAR",
        "severity": "VARCHAR",
        "at": {"line": "INTEGER", "cms1500Box": "VARCHAR"},
        "predicted": {"carc": ["VARCHAR"]},
    }
    information = {
        "claimChargeAmount": "VARCHAR",
        "claimDateInformation": {"statementBeginDate": "VARCHAR"},
        "serviceLines": [{"serviceDate": "VARCHAR", "professionalService": service, "institutionalService": service}],
    }
    return {
        "outcomeId": "VARCHAR",
        "supersedes": "VARCHAR",
        "disposition": "VARCHAR",
        "receivedOn": "VARCHAR",
        "findings": [finding | ({"message": "VARCHAR"} if reveal else {})],
        "enrichment": [{"line": "INTEGER", "hcpcs": "VARCHAR", "drugName": "VARCHAR"}],
        "coverage": {"noData": [{"edit": "VARCHAR", "missing": "VARCHAR", "line": "INTEGER"}]},
        "basis": {"level": "VARCHAR"},
        "versions": {"ruleset": "VARCHAR", "reference": "VARCHAR", "profile": "VARCHAR"},
        "claim": {
            "tradingPartnerServiceId": "VARCHAR",
            "billing": {"npi": "VARCHAR"},
            "claimInformation": information | ({"patientControlNumber": "VARCHAR"} if reveal else {}),
        },
    }


def as_json(tree: Any) -> str:  # any JSON value
    """Return members in the form in which DuckDB reads them out of a text."""
    return json.dumps(tree)


def as_columns(tree: dict[str, Any]) -> str:  # any JSON object
    """Return members in the form in which DuckDB reads them out of a file."""
    return "{" + ", ".join(f"{name}: {quoted(_type(kind))}" for name, kind in tree.items()) + "}"


def _type(kind: Any) -> str:  # any JSON value
    if isinstance(kind, list):
        return f"{_type(kind[0])}[]"
    if isinstance(kind, dict):
        return "STRUCT(" + ", ".join(f'"{name}" {_type(each)}' for name, each in kind.items()) + ")"
    return str(kind)


_MONEY: Final = r"(\d{1,15}(\.\d{1,2}0*)?|\.\d{1,2}0*)"
_MOST: Final = "99999999.99"


def _money(text: str) -> str:
    """An amount in dollars as SQL, if it can be on an 837P."""
    return (
        f"CASE WHEN regexp_full_match(trim({text}), '{_MONEY}') "
        f"AND try_cast(trim({text}) AS DECIMAL(18,2)) <= {_MOST} THEN CAST(trim({text}) AS DECIMAL(10,2)) END"
    )


def _of_form(text: str, form: str) -> str:
    return f"CASE WHEN regexp_full_match(trim({text}), '{form}') THEN trim({text}) END"


def flat_query(source: str, *, reveal: bool, beside: Sequence[str] = ()) -> str:
    """Return the SQL that makes rows of outcomes whose members are the columns of `source`; `beside` are kept as well.

    What is not an outcome has no `outcome_id`. It takes no name from what is read: `source` is our own SQL.
    """
    service = "coalesce(line.institutionalService.{0}, line.professionalService.{0})"
    code, charge = service.format("procedureCode"), _money(service.format("lineItemChargeAmount"))
    information = "claim.claimInformation"
    message = "finding.message" if reveal else "NULL::VARCHAR"
    control_number = f"trim({information}.patientControlNumber)" if reveal else "NULL::VARCHAR"
    is_outcome = (
        f"disposition IN ({', '.join(map(quoted, DISPOSITIONS))}) AND findings IS NOT NULL AND claim IS NOT NULL "
        "AND versions.profile IS NOT NULL"
    )
    return f"""
    WITH outcome AS (
      SELECT *, coalesce(list_transform({information}.serviceLines, lambda line: struct_pack(
        charge := coalesce({charge}, -1), code := upper(trim({code})), day := line.serviceDate)), []) AS lines,
        coalesce(list_transform(enrichment, lambda drug: drug.hcpcs), []) AS codes
      FROM ({source})
    ), drugs AS (
      SELECT *, list_max(list_filter(lines, lambda line: list_contains(codes, line.code)
        OR (len(codes) = 0 AND regexp_full_match(line.code, '[JQ][0-9]{{4}}')))).code AS drug,
        try_cast(receivedOn AS DATE) AS received_on,
        coalesce(list_min(list_filter(list_transform(lines, lambda line: try_strptime(line.day, '%Y%m%d')::DATE),
          lambda day: day IS NOT NULL)),
          try_strptime({information}.claimDateInformation.statementBeginDate, '%Y%m%d')::DATE) AS first_day
      FROM outcome
    )
    SELECT
      CASE WHEN {is_outcome} THEN try_cast(outcomeId AS UUID) END AS outcome_id,
      try_cast(supersedes AS UUID) AS supersedes,
      disposition,
      received_on,
      CASE WHEN first_day BETWEEN DATE '1990-01-01' AND received_on + INTERVAL 1 YEAR
        THEN date_trunc('week', first_day)::DATE END AS week,
      {_of_form("claim.tradingPartnerServiceId", "[A-Za-z0-9][A-Za-z0-9 ._-]{0,79}")} AS payer,
      {_of_form("versions.profile", "[A-Za-z0-9][A-Za-z0-9._-]{0,79}")} AS profile,
      {_of_form("claim.billing.npi", "[0-9]{10}")} AS npi,
      {_of_form("drug", "[A-Z0-9]{5}")} AS drug,
      list_filter(enrichment, lambda each: each.hcpcs = drug)[1].drugName AS drug_name,
      {_money(f"{information}.claimChargeAmount")} AS charge,
      basis.level AS basis,
      versions.ruleset AS ruleset,
      versions.reference AS reference,
      list_transform(findings, lambda finding: struct_pack(edit := finding.edit, severity := finding.severity,
        line := finding."at".line, box := finding."at".cms1500Box, carc := finding.predicted.carc,
        message := {message})) AS findings,
      list_transform(coverage.noData, lambda gap: struct_pack(edit := gap.edit,
        missing := regexp_replace(gap.missing, '( on)? [0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}', '', 'g'), line := gap.line))
        AS no_data,
      {control_number} AS control_number{"".join(f', "{name}"' for name in beside)}
    FROM drugs
    """
