"""Claims to begin with: of each of five drugs one as it is often billed wrongly, and one of a hospital. Synthetic."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import orjson

from worker.samples.drugs import ATEZOLIZUMAB, BELIMUMAB, DENOSUMAB, NATALIZUMAB, OCTREOTIDE, OMALIZUMAB, Dose
from worker.samples.institutional import as_bill
from worker.samples.synthetic import SERVICE_DATE, Json, claim


@dataclass(frozen=True, slots=True)
class BenchExample:
    """A claim with a flaw: what it is called, and its text."""

    title: str
    text: str


def _sound(drug: Dose) -> Json:
    return claim(drug.lines(SERVICE_DATE), diagnoses=drug.diagnoses, record=drug.record(), number=f"SYN-{drug.code}")


def _service(made: Json) -> Json:
    service: Json = made["claimInformation"]["serviceLines"][0]["professionalService"]
    return service


def _miscoded(drug: Dose, code: str) -> Json:
    made = _sound(drug)
    _service(made)["procedureCode"] = code
    return made


def _without_modifier(drug: Dose) -> Json:
    made = _sound(drug)
    _service(made).pop("procedureModifiers", None)
    return made


def _bill(drug: Dose) -> Json:
    return as_bill(_without_modifier(drug), "131")


def _both_modifiers(drug: Dose) -> Json:
    made = _sound(drug)
    _service(made)["procedureModifiers"] = ["JW", "JZ"]
    return made


def _text(made: Json) -> str:
    return orjson.dumps(made, option=orjson.OPT_INDENT_2).decode()


EXAMPLES: Final[Mapping[str, BenchExample]] = MappingProxyType(
    {
        "octreotide": BenchExample("octreotide depot without JZ", _text(_without_modifier(OCTREOTIDE))),
        "omalizumab": BenchExample("omalizumab under another drug's code", _text(_miscoded(OMALIZUMAB, "J2356"))),
        "atezolizumab": BenchExample("atezolizumab under another drug's code", _text(_miscoded(ATEZOLIZUMAB, "J9353"))),
        "natalizumab": BenchExample("natalizumab under another drug's code", _text(_miscoded(NATALIZUMAB, "J2329"))),
        "denosumab": BenchExample("denosumab under another drug's code", _text(_miscoded(DENOSUMAB, "J3397"))),
        "belimumab": BenchExample("belimumab with JW and JZ on one line", _text(_both_modifiers(BELIMUMAB))),
        "hospital": BenchExample("octreotide depot on a hospital's bill", _text(_bill(OCTREOTIDE))),
    }
)
