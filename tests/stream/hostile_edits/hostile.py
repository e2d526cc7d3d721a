"""An edit that does its worker every harm that an edit can, as the patient control number of the claim says."""

import collections
import itertools
import os
import re
import signal
from collections.abc import Iterator

from worker.api import Citation, ClaimFacts, Context, Severity, Verdict, claim_edit, predicts

_MIB = 1024 * 1024


def _recurse() -> int:
    return _recurse() + 1


@claim_edit(
    "USR-90",
    severity=Severity.PEND,
    predicted=predicts(category="A6", status=("583",)),
    citation=Citation(source="The tests of claimscrub"),
)
def hostile(facts: ClaimFacts, _: Context) -> Iterator[Verdict]:
    """A claim that harms the worker.

    Flagged: nothing; this edit fails.

    Accepted: every other claim.
    """
    match facts.claim.claim_information.patient_control_number:
        case "RAISE":
            raise RuntimeError("the text of an exception may quote a claim: Zq7Canary")
        case "RECURSE":
            _recurse()
        case "LOOP":
            while True:
                pass
        case "REGEX":
            re.match(r"(a+)+$", "a" * 64 + "b")
        case "EAT":
            # Asked for but never touched: the limit must be met long before the time that a claim may take.
            eaten = [bytes(_MIB)]
            while True:
                eaten.append(bytes(64 * _MIB))
        case "HANG":
            # In C, with the interpreter's lock: no signal handler and no other thread gets a turn.
            collections.deque(itertools.repeat(0), maxlen=0)
        case "CRASH":
            os.kill(os.getpid(), signal.SIGKILL)
        case _:
            pass
    yield from ()
