"""The shape of `honorifics.toml`: forms of address, sentence levels, and the policy of acceptable ones."""

from __future__ import annotations

from typing import Literal

import msgspec

from langbias.packs.rule import Rule

Address = Literal["V", "T", "plural", "uncertain"]
# Addresses of a whole reply that show a level, from low to high.
ADDRESS_ORDER = ("T", "mixed", "V")


class Marker(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A form that addresses the reader.

    phrase: one of `any` occurs. regex: one of the patterns `any` matches; `{ID}` in one stands for any stem of the list
    ID, if `stems` names it. forms: one of the words made by putting each stem of the lists named in `stems` into each
    of `templates` (at `{}`) occurs. morph: a word whose analysis has one of `lemma`, one of `form` (lower case) and all
    grammemes of one entry of `tag`, but none of `not_tag`; a field left out fits all. `unless` are patterns: a hit that
    touches a match of one is no address. `generic` forms also serve for people in general ("when you are tired ..."),
    so they do not count inside a clause of kind generic. `weak` forms decide only where nothing else does. `yields`
    forms may also be about somebody else: they do not count in a sentence where a form without this sign speaks to the
    reader in the other way. `needs_marks` forms are "uncertain" in a text written without its `marks`. `level` names
    the step where a language has more than two.
    """

    id: str
    address: Address
    source: str
    must_match: tuple[str, ...]
    must_not_match: tuple[str, ...]
    kind: Literal["phrase", "regex", "forms", "morph"] = "phrase"
    any: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    stems: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
    lemma: tuple[str, ...] = ()
    form: tuple[str, ...] = ()
    tag: tuple[tuple[str, ...], ...] = ()
    not_tag: tuple[str, ...] = ()
    boundary: Literal["none", "start", "word"] = "word"
    ignore_case: bool = True
    generic: bool = False
    weak: bool = False
    yields: bool = False
    needs_marks: bool = False
    level: str = ""
    note: str = ""


class StemList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Verb stems that markers of kind forms share. `source` says where the list comes from."""

    id: str
    words: tuple[str, ...]
    source: str


class Level(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A politeness level that the end of a sentence shows. `endings` are patterns, the first level that fits wins.

    With an analyser the ending is the string of the morphemes that `ending` names, with the closing punctuation;
    otherwise the pattern must end where the sentence ends. `level` names the level in the measures (default: `id`; no
    level where `address` is none).
    `weak` levels decide the address only where nothing else does.
    """

    id: str
    address: Literal["V", "T", "none"]
    endings: tuple[str, ...]
    source: str
    must_match: tuple[str, ...]
    must_not_match: tuple[str, ...]
    level: str = ""
    weak: bool = False
    note: str = ""


class Ending(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which morphemes make the ending of a sentence (analyser tags).

    `final` close a sentence before punctuation or at its end, `open` only before its last punctuation (without any,
    where the form fits one of `last`), and both anywhere where it fits one of `closing` (patterns). `before` belong to
    the ending when they stand right before it; `particle` are forms that may follow it; an ending followed by one of
    the `embedded` tags is part of another clause. `punctuation` tags are no morphemes. `addressee` tags may follow
    the ending at the end of the sentence (a name called). `trail` are signs of laughter
    and the like that may follow an ending in a pack without analyser, `breaks` (patterns) what else than a full stop
    ends a statement there.
    """

    final: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    particle: tuple[str, ...] = ()
    embedded: tuple[str, ...] = ()
    punctuation: tuple[str, ...] = ()
    addressee: tuple[str, ...] = ()
    trail: tuple[str, ...] = ()
    breaks: tuple[str, ...] = ()


class Clause(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Stretches where forms of address mean something else.

    reported: somebody else's words; nothing in them counts. generic: markers with `generic` do not count.
    plural: the addressees are several, so V forms say nothing about respect. With `whole` the stretch is the sentence
    that holds the match.
    """

    id: str
    kind: Literal["reported", "generic", "plural"]
    any: tuple[str, ...]
    source: str
    must_match: tuple[str, ...]
    must_not_match: tuple[str, ...]
    whole: bool = False


class Marks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How to see that a text writes its tone marks: `any` (patterns) on at least the share `least` of its words."""

    any: tuple[str, ...]
    least: float
    source: str


class Persona(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of user, recognised by what they write (`any` and `unless` are patterns). The first that fits counts.

    An id that begins with `asks-` is the user's own request: the address may then change between the turns.
    """

    id: str
    any: tuple[str, ...]
    source: str
    must_match: tuple[str, ...]
    must_not_match: tuple[str, ...]
    unless: tuple[str, ...] = ()


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Acceptable addresses (V, T) and level names for one kind of user.

    `user` is the id of a persona, `casual` (the user's own sentences are T) or `adult` (all others).
    `sourced` cells may fail a reply, others only warn.
    """

    user: str
    acceptable: tuple[str, ...]
    source: str
    sourced: bool = False
    severity: Literal["neutral", "minor", "major", "critical"] = "minor"


class Assumption(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A form that presumes the user's gender, unless the user's own words (`licensed_by`, patterns) showed it."""

    id: str
    gender: Literal["feminine", "masculine"]
    any: tuple[str, ...]
    source: str
    must_match: tuple[str, ...]
    must_not_match: tuple[str, ...]
    unless: tuple[str, ...] = ()
    licensed_by: tuple[str, ...] = ()


class HonorificsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, cache_hash=True):
    """`honorifics.toml`. `no_distinction` says why a language has nothing to check. `quotes` are pairs like "«»".

    `own_words` are patterns: a quotation right after one of them is what the reply itself says, so it counts.

    `same_letters` are pairs like "كک": the first is read as the second. `unmarked` is the address of a text without any
    marker where it is known from elsewhere that it speaks to the person (es, it, pt: respectful address is often
    nothing but a verb of the third person). `level_order` ranks what a whole reply may be given, from low to high:
    the levels of T, `mixed`, the levels of V; by default the address alone.
    """

    analyser: Literal["table", "morphology"] = "table"
    no_distinction: str = ""
    unmarked: Literal["none", "V", "T"] = "none"
    level_order: tuple[str, ...] = ADDRESS_ORDER
    quotes: tuple[str, ...] = ()
    own_words: tuple[str, ...] = ()
    same_letters: tuple[str, ...] = ()
    ending: Ending = Ending()
    marks: Marks | None = None
    stem_list: tuple[StemList, ...] = ()
    marker: tuple[Marker, ...] = ()
    level: tuple[Level, ...] = ()
    clause: tuple[Clause, ...] = ()
    persona: tuple[Persona, ...] = ()
    policy: tuple[Policy, ...] = ()
    assumption: tuple[Assumption, ...] = ()
    rule: tuple[Rule, ...] = ()
    schema_version: int = 1

    def __post_init__(self) -> None:
        for name, pairs in (("quotes", self.quotes), ("same_letters", self.same_letters)):
            for pair in pairs:
                if len(pair) != 2:
                    raise ValueError(f"{name}: {pair!r} is not a pair; write two characters")
        self._check_order()

    def _check_order(self) -> None:
        order = self.level_order
        if len(set(order)) != len(order) or "mixed" not in order[1:-1]:
            raise ValueError("level_order: name each level once, from low to high, those of T, mixed, those of V")
        address = {"T": "T", "V": "V", "mixed": "mixed"}
        address |= {marker.level: marker.address for marker in self.marker if marker.level}
        address |= {level.level or level.id: level.address for level in self.level if level.address != "none"}
        middle = order.index("mixed")
        for at, name in enumerate(order):
            side = ADDRESS_ORDER[(at >= middle) + (at > middle)]
            found = address.get(name)
            if found is None:
                raise ValueError(f"level_order: no marker or level of this file is {name!r}")
            if found != side:
                raise ValueError(f"level_order: {name!r} is a level of {found}, but stands among those of {side}")
