"""Writes the outcome of a claim: pieces of bytes that are mostly the same in all outcomes, joined once."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Final, NamedTuple

import orjson
from pydantic import TypeAdapter

from schemas.contract import CONTRACT_VERSION
from schemas.outcome import (
    Basis,
    ConflictingElement,
    Disposition,
    HistoryWindow,
    LateDocuments,
    Location,
    Severity,
)
from worker.edits.facts.basis import AskedTables, asked_tables, basis_of
from worker.edits.facts.earlier import EarlierClaims
from worker.history.view import History
from worker.pipeline.fixes.fixes import FixedClaim
from worker.pipeline.late_documents import LateJoin
from worker.pipeline.rules.plan import written
from worker.pipeline.steps.check import MAX_FINDINGS, CheckResult, FoundFlaw, Lifted, as_text
from worker.pipeline.steps.decode import DecodedClaim
from worker.reference.tables.snapshot import Snapshot

_PATCHES: Final = TypeAdapter(tuple[dict[str, Any], ...])  # any JSON: its values are the claim's
_LIFTED: Final = ("edit", "by", "line", "reason", "owner", "until")
_DISPOSITIONS: Final = {Severity.REJECT: Disposition.REJECTED, Severity.PEND: Disposition.PENDED}


class WrittenOutcome(NamedTuple):
    """An outcome message, and what it says of the claim as a whole."""

    message: bytes
    outcome_id: str
    disposition: Disposition
    basis: Basis


class OutcomeWriter:
    """Writes the outcomes that one set of edits, profiles and tables came to."""

    def __init__(self, ruleset: str, snapshot: Snapshot) -> None:
        self._ruleset, self._reference, self._snapshot = ruleset, snapshot.digest, snapshot
        # A process has one rule set, a few profiles and a few days; claims of one day rest on the same tables.
        self._basis = lru_cache(maxsize=4096)(self._written_basis)
        self._versions = lru_cache(maxsize=64)(self._written_versions)
        self._id_tail = lru_cache(maxsize=64)(self._id_ends_with)

    def write(
        self,
        decoded: DecodedClaim,
        checked: CheckResult,
        tables: tuple[bytes, bytes],
        fixed: FixedClaim | None,
        late: LateJoin | None = None,
    ) -> WrittenOutcome:
        """Return the message; `decoded` is the claim as received, `tables` are enrichment and ledger as written."""
        plan, findings, not_read = checked.plan, checked.findings, decoded.not_read
        basis, written_basis = self._basis(asked_tables(checked.claim))
        profile, day = plan.profile.name, checked.context.received_on.isoformat()
        disposition = decide(findings)
        errors = plan.written(checked.errors)
        digest = hashlib.sha256(decoded.canonical)
        digest.update(self._id_tail(profile, day, tuple(plan.ids(checked.errors)) if checked.errors else ()))
        earlier = checked.context.earlier
        if earlier is not None:
            digest.update(_id_of_history(earlier.history))
        if late is not None:
            digest.update(f"\0late\0{late.supersedes}\0{late.joined}\0{late.waited_days}".encode())
        outcome_id = digest.hexdigest()[:32]
        enrichment, ledger = tables
        pieces = [
            b'{"outcomeId":"%b",' % outcome_id.encode(),
            b'"supersedes":"%b",' % late.supersedes.encode() if late and late.supersedes else b"",
            b'"disposition":"%b","receivedOn":"%b","findings":[' % (disposition.encode(), day.encode()),
            b",".join(map(_finding, findings[:MAX_FINDINGS])) if findings else b"",
            b'],"findingsTruncated":true,"enrichment":[' if len(findings) > MAX_FINDINGS else _NOT_TRUNCATED,
            enrichment,
            b'],"wasteLedger":[%b],"coverage":{"passed":' % ledger if ledger else b'],"coverage":{"passed":',
            plan.written(checked.passed),
            b',"failed":',
            plan.written(checked.failed),
            b',"bypassed":[',
            _bypassed(checked.bypassed) if checked.bypassed else b"",
            b'],"unverified":',
            plan.written(checked.unverified),
            b",",
            plan.written_constants,
            b',"noData":[',
            b",".join([_gap(*gap) for gap in checked.no_data]) if checked.no_data else b"",
            b'],"notReached":',
            plan.written(checked.not_reached),
            b',"errors":',
            errors,
            b"}," if earlier is None else b',"history":%b},' % _window(earlier),
            b"" if late is None else b'"lateDocuments":%b,' % _late_documents(late),
            b'"notRead":%b,' % orjson.dumps(not_read.paths) if not_read.paths else b"",
            b'"moreNotRead":%d,' % not_read.more if not_read.more else b"",
            written_basis,
            self._versions(profile),
        ]
        if fixed:
            pieces += [
                b',"fixed":[%b]' % b",".join(map(written, fixed.findings)),
                b',"patch":%b' % _PATCHES.dump_json(fixed.patch, exclude_none=True),
                b',"original":',
                decoded.body,
            ]
        pieces += [b',"claim":', fixed.value if fixed else decoded.body, b"}"]
        return WrittenOutcome(b"".join(pieces), outcome_id, disposition, basis)

    def _written_basis(self, asked: AskedTables) -> tuple[Basis, bytes]:
        basis = basis_of(asked, self._snapshot)
        return basis, b'"basis":%b,' % written(basis)

    def _written_versions(self, profile: str) -> bytes:
        versions = {
            "contract": CONTRACT_VERSION,
            "ruleset": self._ruleset,
            "reference": self._reference,
            "profile": profile,
        }
        return b'"versions":%b' % orjson.dumps(versions)

    def _id_ends_with(self, profile: str, day: str, errors: tuple[str, ...]) -> bytes:
        # The day is part of it because filing limits and future dates depend on it: one id, one verdict. So are the
        # edits that failed, as one may fail for want of time or memory and do its work the next time.
        return b"\0" + "\0".join((self._ruleset, self._reference, profile, day, *errors)).encode()


_NOT_TRUNCATED: Final = b'],"findingsTruncated":false,"enrichment":['


def decide(findings: list[FoundFlaw]) -> Disposition:
    """The worst finding, which is the first one, decides; warnings let the claim pass."""
    return _DISPOSITIONS.get(findings[0].severity, Disposition.SCRUBBED) if findings else Disposition.SCRUBBED


def _finding(found: FoundFlaw) -> bytes:
    rule, flaw = found.rule, found.flaw
    predicted = rule.written_prediction if flaw.predicted is None else written(flaw.predicted)
    told: dict[str, object] = {
        "edit": rule.id,
        "name": found.name,
        "severity": found.severity.value,
        "message": flaw.message,
        "hint": flaw.hint,
        "facts": {name: value if type(value) is str else as_text(value) for name, value in flaw.facts.items()},
        "at": _place(found.at),
    }
    if not found.is_fault:
        told["predicted"] = orjson.Fragment(predicted)
    told["citation"] = orjson.Fragment(rule.written_citation)
    if found.carried:
        told["carried"] = [orjson.Fragment(written(each)) for each in found.carried]
    if flaw.fix is not None:
        told["fix"] = orjson.Fragment(written(flaw.fix))
    return orjson.dumps(told)


def _place(at: Location) -> Mapping[str, object]:
    place: dict[str, object] = {"jsonPath": at.json_path}
    if at.line is not None:
        place["line"] = at.line
    if at.provider_control_number is not None:
        place["providerControlNumber"] = at.provider_control_number
    place["x12"] = at.x12
    if at.cms1500_box is not None:
        place["cms1500Box"] = at.cms1500_box
    return place


@lru_cache(maxsize=4096)
def _gap(edit: str, _: int, missing: str, line: int | None) -> bytes:
    # The same few gaps are in nearly every outcome.
    return orjson.dumps({"edit": edit, "missing": missing} | ({} if line is None else {"line": line}))


def _id_of_history(history: History | None) -> bytes:
    # What is known of earlier claims decides as well. Where none are remembered nothing is added, so that the id of a
    # claim is the same as ever.
    return b"\0history\0" + (b"" if history is None else history.since.isoformat().encode() + history.digest)


def _window(earlier: EarlierClaims) -> bytes:
    history = earlier.history
    if history is None:
        return written(HistoryWindow(missing=earlier.missing))
    return _written_window(history.since, history.until, len(history.claims), history.is_cut)


@lru_cache(maxsize=4096)
def _written_window(since: date, until: date, claims: int, cut: bool) -> bytes:  # noqa: FBT001 - kept by its arguments
    return written(HistoryWindow(since=since, until=until, claims=claims, cut=cut))


def _late_documents(late: LateJoin) -> bytes:
    conflicts = tuple(
        ConflictingElement(element=each.element, provider_control_number=each.line or None) for each in late.conflicts
    )
    return written(LateDocuments(joined=late.joined, conflicting=conflicts, waited_days=late.waited_days))


def _bypassed(lifted: Mapping[Lifted, tuple[int, int, str]]) -> bytes:
    """What was lifted, in the order of what was looked at."""
    entries: Iterable[Lifted] = sorted(lifted, key=lifted.__getitem__)
    return b",".join(
        [
            orjson.dumps({name: value for name, value in zip(_LIFTED, each, strict=True) if value is not None})
            for each in entries
        ]
    )
