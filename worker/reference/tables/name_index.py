"""Build the index of drug names: which phrases stand for which drugs."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from worker.reference.tables.names import NameIndex, Phrase, words_of
from worker.reference.tables.rows import Drug

SHORTEST_NAME = 5
# Salts, forms, vehicles, makers' marks and plain words: alone or together they name no drug.
ORDINARY = frozenset(
    """acetate acid admin administered agent alfa beta calcium chloride citrate complex compounded contrast decanoate
    depot dextrose diluent diphosphate disodium drug drugs extended factor form free gel health high home hospice human
    hydrobromide hydrochloride immune implant infusion inhalation inhalant injectable injection insert instillation
    intramuscular intraocular intravenous intravesical irrigation iron kit lactate lactated lipid liposomal liposome
    long acting low magnetic maleate mesylate mesilate multipack nasal nitrate normal ophthalmic oral other
    pathogen phosphate plasma platelets potassium powder preservative protein recombinant release ringers saline
    services sodium solution soln sterile subcutaneous succinate sulfate suspension tablet tartrate therapy topical
    tromethamine unclassified unit urethral vaccine vial virus vitamin water within bitartrate besylate pamoate
    hcl sod phos iv im sc er xr lar pfs mpf usp novaplus in of for and or with the per d5w nacl a b c d nos inj dose
    pegol vedotin tesirin govitecan ferric folic residence hypertonic antiemetic care provided facility
    up to not otherwise specified than oil concentrate product purified hd mini bag pak prefilled syringe pen
    """.split()  # noqa: SIM905 - a block of words reads better than a list of a hundred quotes
)
# A partner in combinations, and by itself a drug that is hardly ever meant.
PARTNERS = frozenset({"hyaluronidase"})
BIOSIMILAR = "biosimilar"
UNLISTED = "noc_unlisted"
# The four letters that the FDA puts behind the name of a biologic.
SUFFIXED = re.compile(r"\b[a-z]{5,}-(?!free\b)[a-z]{4}\b")
IN_BRACKETS = re.compile(r"\(([a-z]+)\)")
END_OF_NAME = re.compile(r"[,(;]")
BETWEEN_PARTS = re.compile(r"\band\b|[/;]")


def index_names(drugs: Sequence[Drug]) -> NameIndex:
    """The index over generic names, their stems, brands, and generic names borrowed from a brand's family."""
    listed = [drug for drug in drugs if drug.drug_class != UNLISTED]
    drugs_by_phrase: defaultdict[Phrase, dict[str, Drug]] = defaultdict(dict)
    generic: dict[str, set[Phrase]] = {}
    for drug in listed:
        generic[drug.hcpcs] = set(_generic_phrases(drug))
        for phrase in (*generic[drug.hcpcs], *_brand_phrases(drug)):
            drugs_by_phrase[phrase][drug.hcpcs] = drug
    known = {phrase for phrases in generic.values() for phrase in phrases}
    by_brand = {phrase: set(drugs_by_phrase[phrase]) for drug in listed for phrase in _brand_phrases(drug)}
    for drug in listed:
        if drug.generic_name is None:
            for phrase in _borrowed(drug, known, generic, by_brand):
                drugs_by_phrase[phrase][drug.hcpcs] = drug
    return _by_first_word(drugs_by_phrase)


def _generic_phrases(drug: Drug) -> Iterator[Phrase]:
    """The name up to its first remark, whole and in parts, with and without suffix and salt."""
    name = (drug.generic_name or "").lower()
    head = END_OF_NAME.split(name, maxsplit=1)[0]
    yield from _variants(head)
    parts = [part for part in BETWEEN_PARTS.split(head) if part.strip()]
    for part in parts if len(parts) > 1 else ():
        if not PARTNERS & set(words_of(part)):
            yield from _variants(part)
    for suffixed in SUFFIXED.findall((drug.short_description or "").lower()):
        yield from _variants(suffixed)
    if drug.drug_class == BIOSIMILAR:
        for brand in IN_BRACKETS.findall(name):
            yield from _variants(brand)


def _brand_phrases(drug: Drug) -> Iterator[Phrase]:
    for brand in drug.brands:
        yield from _variants(END_OF_NAME.split(brand.lower(), maxsplit=1)[0])


def _variants(name: str) -> Iterator[Phrase]:
    stem = re.sub(r"-[a-z]{4}$", "", name.strip())
    for text in {name, stem}:
        words = words_of(text)
        while words:
            if _names_a_drug(words):
                yield words
            if words[-1] not in ORDINARY:
                break
            words = words[:-1]


def _names_a_drug(words: Phrase) -> bool:
    telling = [word for word in words if word not in ORDINARY and not word.isdigit()]
    return any(len(word) >= SHORTEST_NAME for word in telling)


def _borrowed(
    drug: Drug, known: set[Phrase], generic: dict[str, set[Phrase]], by_brand: dict[Phrase, set[str]]
) -> Iterator[Phrase]:
    """Names for a drug without one: known names in its short descriptor, and those of its brand's family."""
    words = words_of(drug.short_description or "")
    for start in range(len(words)):
        yield from (words[start:end] for end in range(start + 1, len(words) + 1) if words[start:end] in known)
    for brand in drug.brands:
        brand_words = words_of(brand)
        for end in range(1, len(brand_words)):
            for relative in by_brand.get(brand_words[:end], ()):
                yield from generic[relative]


def _by_first_word(drugs_by_phrase: dict[Phrase, dict[str, Drug]]) -> NameIndex:
    by_first: defaultdict[str, list[tuple[Phrase, Sequence[str]]]] = defaultdict(list)
    for phrase, drugs in drugs_by_phrase.items():
        by_first[phrase[0]].append((phrase, tuple(sorted(drugs))))
    return {first: tuple(sorted(entries, key=_longest_first)) for first, entries in by_first.items()}


def _longest_first(entry: tuple[Phrase, Sequence[str]]) -> tuple[int, Phrase]:
    return -len(entry[0]), entry[0]
