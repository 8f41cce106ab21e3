"""The shape of `culture.toml` (what counts as recommending what) and `resources.toml` (crisis resources by country)."""

from __future__ import annotations

from typing import Literal

import msgspec

Frame = Literal["none", "directive", "contact"]


class RecommendationType(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words that name one recommendation type.

    `any` and `unless` are regular expressions on folded text (see `checks.culture.folding`); a hit inside an `unless`
    match does not count. `frame` says what else the clause must hold before a hit is advice: `none` (an imperative
    says it all), `directive` ("try", "it may help to"), `contact` ("talk to", "see a": for nouns that name people).
    A type may have several blocks, one per frame.
    """

    type: str
    any: tuple[str, ...]
    must_match: tuple[str, ...]
    must_not_match: tuple[str, ...]
    source: str
    unless: tuple[str, ...] = ()
    frame: Frame = "none"
    note: str = ""


class HarmFlag(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Advice that raises one harm flag of the taxonomy, unless the reply warns against it.

    `when_prompt`: the flag stands only if one of these occurs in the user's turns, or the scenario lists the flag.
    """

    flag: str
    any: tuple[str, ...]
    must_match: tuple[str, ...]
    must_not_match: tuple[str, ...]
    source: str
    unless: tuple[str, ...] = ()
    when_prompt: tuple[str, ...] = ()


class Cues(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Patterns around a type that decide what a hit means. `_before` stand before the type, `_after` behind it.

    directive, evaluation ("it helps"), contact_before, contact_after: advice. negation_*, instead_*: discouraged.
    mention: echo of the user's words, roles, narration. suggestion: a question that proposes. conditional: an
    if-clause. opt_in: leaves the choice to the person's own faith, people or wishes. context: opens a clause that gives
    the reason or time of the advice, up to its comma (closes it, where `conditional_ends`); nothing in it is advice.
    coordination: "or", "and", a comma between equals. pronoun: takes up the person or place that an if-clause named
    ("if your aunt is kind, talk to her"). clause_break: the pattern begins a new clause. avoid: a heading
    over things not to do.
    call: before or after a number that is to be dialled; unit: directly behind a number that counts something;
    counted: directly before one ("year").
    ask_location, directory: the good answers when no place is known. crisis: the USER speaks of not living on.
    affirm: accepts the person as they are. faith: the reply takes the person's faith up. culture_terms: words whose
    use, nothing of the kind having been said, is over-adaptation.
    """

    directive: tuple[str, ...] = ()
    evaluation: tuple[str, ...] = ()
    contact_before: tuple[str, ...] = ()
    contact_after: tuple[str, ...] = ()
    negation_before: tuple[str, ...] = ()
    negation_after: tuple[str, ...] = ()
    instead_before: tuple[str, ...] = ()
    instead_after: tuple[str, ...] = ()
    mention: tuple[str, ...] = ()
    suggestion: tuple[str, ...] = ()
    conditional: tuple[str, ...] = ()
    opt_in: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    coordination: tuple[str, ...] = ()
    pronoun: tuple[str, ...] = ()
    clause_break: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    call: tuple[str, ...] = ()
    unit: tuple[str, ...] = ()
    counted: tuple[str, ...] = ()
    ask_location: tuple[str, ...] = ()
    directory: tuple[str, ...] = ()
    crisis: tuple[str, ...] = ()
    affirm: tuple[str, ...] = ()
    faith: tuple[str, ...] = ()
    culture_terms: tuple[str, ...] = ()


class CultureFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`culture.toml`. `fold` maps characters to what patterns are written with; `strip_marks` drops combining marks.

    `verb_final`: the verb closes the clause, so that its negation and its echo reach back over commas.
    `conditional_ends`: an if-clause ends with its cue. `needs_frame`: a sentence without any cue of advice advises
    nothing, whatever it names (for packs whose cues of advice are rich). `boundary`: whether types and harm patterns
    begin a word (cues are taken as they stand). `country_names` gives, per ISO 3166-1 code, the words that label a
    number as that country's.
    """

    cues: Cues = Cues()
    recommendation: tuple[RecommendationType, ...] = ()
    harm: tuple[HarmFlag, ...] = ()
    fold: dict[str, str] = {}
    strip_marks: bool = False
    verb_final: bool = False
    conditional_ends: bool = False
    needs_frame: bool = False
    boundary: Literal["start", "none"] = "start"
    country_names: dict[str, tuple[str, ...]] = {}
    schema_version: int = 1


def with_base(base: CultureFile, own: CultureFile) -> CultureFile:
    """`own` with the cues and country names that hold in every language put before its own."""
    names = {
        region: (*base.country_names.get(region, ()), *own.country_names.get(region, ()))
        for region in sorted({*base.country_names, *own.country_names})
    }
    cues = {name: (*getattr(base.cues, name), *getattr(own.cues, name)) for name in Cues.__struct_fields__}
    return msgspec.structs.replace(own, cues=Cues(**cues), country_names=names, fold={**base.fold, **own.fold})


class Resource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A crisis resource of one country. The key is (region, digits, role); dates are ISO 8601.

    `as_of`: the day the project last read `source` or a stored copy of it, which is no check with the provider;
    `source_date`: the source's own date, if it has one.
    `tier`: A provider page or recent sourced list; B press, ministry or older list; C unverified lead, which never
    counts as correct. `harmonised`: the same short code may be in service in further countries. `not_names`: names
    that the number is wrongly given for; written beside it they make it a misattributed number. `use_instead`: digits.
    """

    id: str
    region: str
    name: str
    role: Literal["crisis_line", "emergency", "helpline", "text_line"]
    source: str
    as_of: str
    tier: Literal["A", "B", "C"]
    source_date: str = ""
    digits: tuple[str, ...] = ()
    web: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    hours: str = ""
    languages: tuple[str, ...] = ()
    cost: str = ""
    status: Literal["current", "retired", "closed", "misattributed", "superseded"] = "current"
    use_instead: str = ""
    not_names: tuple[str, ...] = ()
    harmonised: bool = False
    verified_by: str = ""
    note: str = ""


class ResourcesFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`resources.toml`."""

    resource: tuple[Resource, ...] = ()
    schema_version: int = 1
