"""An edit: a small pure function with its catalogue entry."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum, StrEnum
from typing import Any, Final, Generic, Literal, TypeAlias, TypeVar

import msgspec
from msgspec import Struct
from pydantic import BaseModel, ConfigDict

from schemas.claim import ClaimKind
from schemas.outcome import Citation, Fix, Location, Prediction, Severity
from worker.edits.facts.claim import ClaimFacts, DrugDay, LineFacts
from worker.edits.facts.code import CodeOnDay
from worker.edits.facts.earlier import EarlierClaims
from worker.edits.facts.traits import ANYTHING
from worker.payers.guide import Guide
from worker.payers.profile import Profile
from worker.reference.tables.snapshot import Snapshot

Subject = TypeVar("Subject")
OptionsT = TypeVar("OptionsT", bound="Options")


class Scope(Enum):
    """What an edit looks at, so that a claim without drug lines pays for no drug edit.

    An edit on the message is decided while the bytes are read: there is no claim yet, and so no outcome to be in.
    """

    MESSAGE = "message"
    CLAIM = "claim"
    LINE = "line"
    DRUG_LINE = "drug line"
    DRUG_DAY = "drug and day"


class EditStatus(StrEnum):
    """Stable edits hold claims; preview edits are evaluated and counted only; planned ones are listed only."""

    STABLE = "stable"
    PREVIEW = "preview"
    PLANNED = "planned"


FixSafety: TypeAlias = Literal["safe", "unsafe"]

PROFESSIONAL: Final = frozenset({ClaimKind.PROFESSIONAL})
INSTITUTIONAL: Final = frozenset({ClaimKind.INSTITUTIONAL})
BOTH_KINDS: Final = frozenset(ClaimKind)
"""The kinds of claims. An edit on places, pointers or practitioners has nothing to say on a hospital's claim."""


class Options(BaseModel):
    """Settings of one edit that a payer profile may change."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Flaw(Struct, frozen=True, gc=False):
    """What an edit found.

    `severity` and `predicted` replace the catalogue entry's where one case of an edit differs from the others.
    `facts` are the values that decided; they may hold codes, counts and dates, never a name or an identifier.
    `tables` replaces the edit's where one case of it rests on others, or on none.
    """

    message: str
    hint: str
    at: Location
    facts: Mapping[str, object] = msgspec.field(default_factory=dict)
    severity: Severity | None = None
    predicted: Prediction | None = None
    fix: Fix | None = None
    tables: tuple[str, ...] | None = None


class NoData(Struct, frozen=True, gc=False):
    """The edit could not decide: `missing` names the table or the field that it would have needed."""

    missing: str
    line: int | None = None


class Bypassed(Struct, frozen=True, gc=False):
    """Something on the claim lifts the edit: `by` names it, for instance `modifier 25`; `line` says where it is."""

    by: str
    line: int | None = None


class DoesNotApply(Struct, frozen=True, gc=False):
    """The edit has nothing to say about this subject; coverage counts it neither as passed nor as undecided."""


_TO_DO: Final = "To do: "

Verdict: TypeAlias = Flaw | NoData | Bypassed | DoesNotApply
Verdicts: TypeAlias = Verdict | Iterable[Verdict] | None
"""What an edit says of one subject: nothing, one verdict, or several."""
About: TypeAlias = "Callable[[str, Configuration], bool]"
"""Whether an edit has anything to say of a procedure code; asked once for a code under a profile."""
LooksFor: TypeAlias = "int | Callable[[CodeOnDay, Configuration], int | None]"
"""The traits that an edit looks for; with a code on a day, by the tables alone, None when it does not apply to that."""
Lacks: TypeAlias = "Callable[[Configuration], str | None]"
"""Names what a configuration does not hold, and without which an edit can decide nothing; None when it can."""


class Configuration(Struct, frozen=True, eq=False, gc=False):
    """What is the same for every claim under one payer profile: its options, the guides and the tables.

    `remembers` says that earlier claims are remembered.
    """

    snapshot: Snapshot
    guides: Mapping[str, Guide]
    profile: Profile
    all_options: Mapping[type[Options], Options]
    remembers: bool

    def options(self, kind: type[OptionsT]) -> OptionsT:
        """The options of an edit as the profile sets them; `kind` is the class that the edit declares as its own."""
        try:
            return self.all_options[kind]  # type: ignore[return-value]  # each is kept by its own kind
        except KeyError:
            raise TypeError(f"no edit declares options of kind {kind.__name__}") from None


class Context(Configuration, frozen=True, eq=False, gc=False):
    """What an edit may know besides its subject.

    `received_on` is the day the claim was received: the only "today" there is. `earlier` are the claims before it; None
    when claims are not remembered. `waited_days` is how long documentation was waited for in vain; None before that.
    """

    claim: ClaimFacts
    received_on: date
    earlier: EarlierClaims | None = None
    waited_days: int | None = None


@dataclass(frozen=True, slots=True)
class Edit(Generic[Subject]):
    """One entry of the catalogue together with the function that decides it.

    It is run on the kinds of claims that it names.

    The function returns or yields a `Flaw` for each flaw, a `NoData` for each thing it could not decide, a `Bypassed`
    for what lifts it, `DoesNotApply` for a subject that is none of its business, and nothing when the subject is sound.
    It is called for subjects that have all the traits of `needs` and a code that it is `about`, and not at all where
    `lacks` names the table or list without which no claim under a profile can be decided. A subject with none of the
    traits that it `looks_for` passes without a call; which they are may depend on what the tables know of a code on a
    day. `tests.catalogue.excluded` calls the edit all the same, and compares. `tables` names the reference
    tables that a finding rests on: where one of them is carried forward from an earlier edition, the profile says how
    severe the finding may be. `fixes` says which corrections some of its findings carry, `sometimes` which codes come
    back for those of its cases that have codes of their own; where these follow the element, all of which one will.
    """

    id: str
    name: str
    scope: Scope
    severity: Severity
    predicted: Prediction
    citation: Citation
    explanation: str
    find: Callable[[Subject, Context], Verdicts]
    options: type[Options] | None
    needs: int
    looks_for: LooksFor
    about: About
    lacks: Lacks
    status: EditStatus
    module: str
    kinds: frozenset[ClaimKind] = PROFESSIONAL
    tables: tuple[str, ...] = ()
    fixes: tuple[FixSafety, ...] = ()
    sometimes: tuple[Prediction, ...] = ()

    @property
    def family(self) -> str:
        """The folder that the edit lives in."""
        return self.module.split(".")[-2]

    @property
    def summary(self) -> str:
        """The first sentence of the explanation."""
        return self.explanation.strip().split("\n", 1)[0]

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The explanation without its last part, what to do."""
        return tuple(each for each in self._paragraphs if not each.startswith(_TO_DO))

    @property
    def to_do(self) -> tuple[str, ...]:
        """What the hints of the findings say, with `…` for a claim's values."""
        return tuple(each.removeprefix(_TO_DO) for each in self._paragraphs if each.startswith(_TO_DO))

    @property
    def _paragraphs(self) -> list[str]:
        return [" ".join(each.split()) for each in self.explanation.strip().split("\n\n")]


def _any_code(_code: str, _: Configuration) -> bool:
    """Most edits speak of whatever is billed."""
    return True


def _nothing(_: Configuration) -> None:
    """An edit that decides by the claim and by tables that every installation has lacks nothing."""


def unless_given(kind: type[Options], missing: str, *options: str) -> Lacks:
    """What an edit lacks, in words, where a profile says none of these options of its own.

    Raises `TypeError` for an option that the edit does not have.
    """
    if unknown := set(options) - kind.model_fields.keys():
        raise TypeError(f"{kind.__name__} has no option {', '.join(sorted(unknown))}")

    def lacks(configuration: Configuration) -> str | None:
        said = configuration.options(kind)
        return missing if all(getattr(said, option) is None for option in options) else None

    return lacks


AnyEdit: TypeAlias = Edit[Any]  # the subject's type is fixed by the scope, where the edit is declared
Finder: TypeAlias = Callable[[Subject, Context], Verdicts]


def predicts(
    *,
    category: str,
    status: tuple[str, ...],
    carc: tuple[str, ...] = (),
    rarc: tuple[str, ...] = (),
    entity: str | None = None,
) -> Prediction:
    """The codes that would come back: 277CA category, status and entity, remittance CARC and RARC."""
    return Prediction(carc=carc, rarc=rarc, claim_status_category=category, claim_status=status, entity=entity)


class Declaration(Generic[Subject]):
    """Turns a function over one kind of subject into an edit; see the instances below."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def __call__(  # noqa: PLR0913 - a catalogue entry has this many fields
        self,
        edit_id: str,
        *,
        severity: Severity,
        predicted: Prediction,
        citation: Citation,
        options: type[Options] | None = None,
        needs: int = 0,
        looks_for: LooksFor = ANYTHING,
        about: About = _any_code,
        lacks: Lacks = _nothing,
        status: EditStatus = EditStatus.STABLE,
        kinds: frozenset[ClaimKind] = PROFESSIONAL,
        tables: tuple[str, ...] = (),
        fixes: tuple[FixSafety, ...] = (),
        sometimes: tuple[Prediction, ...] = (),
    ) -> Callable[[Finder[Subject]], Edit[Subject]]:
        """Declare an edit: its name is the function's, its explanation the function's docstring."""

        def declare(find: Finder[Subject]) -> Edit[Subject]:
            return Edit(
                id=edit_id,
                name=find.__name__.replace("_", "-"),
                scope=self._scope,
                severity=severity,
                predicted=predicted,
                citation=citation,
                explanation=find.__doc__ or "",
                find=find,
                options=options,
                needs=needs,
                looks_for=looks_for,
                about=about,
                lacks=lacks,
                status=status,
                module=find.__module__,
                kinds=kinds,
                tables=tables,
                fixes=fixes,
                sometimes=sometimes,
            )

        return declare


message_edit = Declaration[bytes](Scope.MESSAGE)
claim_edit = Declaration[ClaimFacts](Scope.CLAIM)
line_edit = Declaration[LineFacts](Scope.LINE)
drug_line_edit = Declaration[LineFacts](Scope.DRUG_LINE)
drug_day_edit = Declaration[DrugDay](Scope.DRUG_DAY)
