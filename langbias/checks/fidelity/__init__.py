"""The check `fidelity`: is the reply in the language and script it should be in, down to the single span?

It judges language and script only. Broken text is no foreign language, and marks left out are `orthography`, a
measure beside the verdict. Names, acronyms, addresses, code, bracketed glosses, quoted titles and the user's own words
are no fault.
"""

from __future__ import annotations

from dataclasses import replace

import regex

from langbias.checks.context import Check, CheckContext
from langbias.checks.fidelity.confusion import confusion
from langbias.checks.fidelity.lexicon import Lexicon, lexicon
from langbias.checks.fidelity.orthography import orthography
from langbias.checks.fidelity.reading import SHORT_WORDS, Hit, Reading, read, whole_reply
from langbias.checks.fidelity.tokens import Prose
from langbias.detection import Detector
from langbias.rules import LENGTH_LIMIT, compile_rule, pattern_of
from langbias.text import Text
from langbias.types import CheckResult, FidelityMeasures, Finding, Outcome, Response, Severity, Span, Status

CHECK_ID = "fidelity"
# A lead of the expected language over its neighbours that lets a very short reply pass (it never fails by votes).
_SAFE_LEAD = 6.0
_UNDECIDED = "und"
_SPEECHLESS = regex.compile(r"[\p{Z}\p{C}\p{P}\u3164\u115f\u1160]*")
# One letter of these scripts is a syllable or a word; it stands for about so many letters of an alphabet.
_DENSE = frozenset(("Hang", "Hani", "Hira", "Kana", "Ethi"))
_DENSE_WEIGHT = 2.5
_LETTERS = regex.compile(r"\p{Latin}[\p{Latin}\p{M}'’]*|[\p{L}--\p{Latin}][[\p{L}\p{M}]--\p{Latin}]*", regex.VERSION1)
# An asked-for foreign text may not be the whole reply.
_OWN_AT_LEAST = 0.1


def check(response: Response, context: CheckContext) -> CheckResult:
    """Judge the language and script of one response against `context.pack`. Pure and deterministic."""
    return _check(response, context, None)


def check_with(detector: Detector) -> Check:
    """The same check with one more voter, such as a GlotLID model wrapped as a `Detector`."""
    return lambda response, context: _check(response, context, detector)


def _check(response: Response, context: CheckContext, extra: Detector | None) -> CheckResult:
    def result(
        outcome: Outcome, reason: str, measures: FidelityMeasures | None = None, findings: tuple[Finding, ...] = ()
    ) -> CheckResult:
        return CheckResult(
            response.trial_id, response.turn, CHECK_ID, outcome, reason, measures or FidelityMeasures(), findings
        )

    if response.status in (Status.BLOCKED, Status.FAILED):
        return result(Outcome.NOT_APPLICABLE, f"no reply to judge: the turn was {response.status.value}")
    words = lexicon(context.pack)
    text = Text(response.text[:LENGTH_LIMIT])
    if _SPEECHLESS.fullmatch(text.value):
        hit = Hit(Span(0, len(text.value)), "empty", _UNDECIDED, 0, 0)
        measures = FidelityMeasures(_UNDECIDED, lcb_lines=0, lcb_wrong_lines=0)
        return result(Outcome.FAIL, "the reply holds no words", measures, (_finding(hit, text, words),))
    prose = Prose(text.value)
    reading = read(prose, words, _folded(context.turns), extra)
    hits = _not_asked_for(whole_reply(reading, words), reading, context.turns, words)
    findings = [_finding(hit, text, words) for hit in hits] + _rule_findings(text, context, words)
    findings.sort(key=lambda finding: (finding.span, finding.rule_id))
    drift_turn, drift_line = _drift(hits, text, response.turn, context, words, extra)
    lcb = confusion(text.value, reading, words)
    measures = replace(
        _measures(reading, words),
        drift_turn=drift_turn,
        drift_line=drift_line,
        lcb_lines=lcb.lines,
        lcb_wrong_lines=lcb.wrong_lines,
        lcb_english_word=lcb.english_word,
    )
    faults = [finding for finding in findings if finding.severity is not Severity.NEUTRAL]
    if faults:
        return result(Outcome.FAIL, _reason(hits, faults, words), measures, tuple(findings))
    undecided = _undecided(reading, words)
    if undecided:
        return result(Outcome.ABSTAIN, undecided, measures, tuple(findings))
    cut = f"; only the first {LENGTH_LIMIT} characters were read" if len(response.text) > LENGTH_LIMIT else ""
    return result(Outcome.PASS, f"in {words.tag} throughout{cut}", measures, tuple(findings))


def _folded(turns: tuple[str, ...]) -> str:
    """The user's words, folded, one space between and around them."""
    return f" {' '.join(_LETTERS.findall(' '.join(turns).casefold()))} " if turns else ""


def _undecided(reading: Reading, words: Lexicon) -> str:
    """Why no verdict is given, "" when one can be."""
    if not sum(reading.letters.values()):
        return "no words to judge: digits, symbols, names or code only"
    own = reading.own_words
    if reading.doubtful and reading.doubtful * 2 > sum(reading.letters.values()):
        return "the language cannot be told with certainty"
    if words.count_words(own) > SHORT_WORDS or len(words.candidates) == 1:
        return ""
    lower = [word.lower() for word in own]
    proof = (
        words.common | words.evidence[0].words | (words.pivot.words if words.tag == words.pivot.tag else frozenset())
    )
    if any(word in proof or words.evidence[0].marks(word) for word in lower) or reading.lead >= _SAFE_LEAD:
        return ""
    return f"too short to tell: {len(own)} word(s), none of them known"


def _not_asked_for(hits: list[Hit], reading: Reading, turns: tuple[str, ...], words: Lexicon) -> list[Hit]:
    """The hits without those in a language the user asked a text in, as long as the reply itself is its own."""
    asked = {
        request.tag
        for request in words.file.requests
        for turn in turns
        if pattern_of(request.any, literal=False, boundary="none", ignore_case=True).search(turn, timeout=2.0)
    }
    own = reading.letters[words.tag] / max(1, sum(reading.letters.values()))
    return [hit for hit in hits if hit.found not in asked] if asked and own >= _OWN_AT_LEAST else hits


def _measures(reading: Reading, words: Lexicon) -> FidelityMeasures:
    judged = sum(reading.letters.values())
    weights = {words.tag: _DENSE_WEIGHT} if words.scripts & _DENSE else {}
    main = max(sorted(reading.letters), key=lambda tag: reading.letters[tag] * weights.get(tag, 1), default=_UNDECIDED)
    script = max(sorted(reading.scripts), key=lambda code: reading.scripts[code]) if reading.scripts else None
    if main.startswith(_UNDECIDED) or not judged:
        main = _UNDECIDED
    return FidelityMeasures(
        language=main,
        script=words.script if script in words.scripts else script,
        expected_share=round(_own_share(reading), 4) if judged else None,
        orthography=orthography(reading.own_words, words) if main == words.tag else None,
    )


def _own_share(reading: Reading) -> float:
    foreign = sum(hit.letters for hit in reading.hits)
    judged = sum(reading.letters.values())
    return max(0.0, 1 - (foreign + reading.doubtful) / judged)


def _drift(
    hits: list[Hit], text: Text, turn: int, context: CheckContext, words: Lexicon, extra: Detector | None
) -> tuple[int, int] | tuple[None, None]:
    """Turn and line of the first stretch outside the language in the conversation so far; None where there is none."""
    for at, earlier in enumerate(context.earlier_replies):
        said = Text(earlier[:LENGTH_LIMIT])
        asked = _folded(context.turns[: at + 1])
        found = whole_reply(read(Prose(said.value), words, asked, extra), words)
        if found:
            return at, _line(said, found[0])
    return (turn, _line(text, hits[0])) if hits else (None, None)


def _line(text: Text, hit: Hit) -> int:
    before: int = text.value.count("\n", 0, hit.span.start)
    return before + 1


def _finding(hit: Hit, text: Text, words: Lexicon) -> Finding:
    fault = words.fault(hit.kind)
    return Finding(
        rule_id=f"_base/{CHECK_ID}/{fault.id}",
        severity=fault.severity,
        issue=fault.issue,
        span=text.stored(hit.span),
        excerpt=text.excerpt(hit.span),
        message=fault.message.format(found=hit.found, expected=words.tag, pivot=words.pivot.tag),
    )


def _rule_findings(text: Text, context: CheckContext, words: Lexicon) -> list[Finding]:
    # What holds for all languages is about the pivot, and no fault where the reply is to be in it.
    return [
        Finding(full_id, rule.severity, rule.issue, text.stored(span), text.excerpt(span), rule.message)
        for full_id, rule in context.pack.fidelity_rules
        if words.tag != words.pivot.tag or not full_id.startswith("_base/")
        for span in compile_rule(full_id, rule).find(text.value, context.analyse)
    ]


def _reason(hits: list[Hit], faults: list[Finding], words: Lexicon) -> str:
    if not hits:
        return faults[0].message
    found = sorted({hit.found for hit in hits if hit.kind not in ("romanised", "other-script")})
    kinds = ", ".join(found) or hits[0].kind
    return f"{len(hits)} stretch(es) not in {words.tag}: {kinds}"
