"""The optional judge of `audit --judge TARGET`: another chatbot is asked atomic yes/no questions about stored replies.

Two kinds, each with a quotation, in the language of the reply, each asked twice in a fresh chat: does this sentence
advise that, and does this reply go against what the person said. Its answers are counted beside the rules' and beside
people's, and change no verdict. They are collected into a run folder of their own inside the run, stored and resumed
like any other.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import msgspec

from langbias.audit import Plan
from langbias.measures import CultureMeasures
from langbias.packs.judge import load_judge
from langbias.packs.loading import pack_tags
from langbias.packs.pivot import shared_fidelity
from langbias.plan import plan_trials
from langbias.review.figures import ReviewedReply, reviewed_replies
from langbias.score import ScoreItem
from langbias.scoring import read_note, stored_results
from langbias.stats.agreement import counts_of, krippendorff_alpha
from langbias.stats.estimates import Tally, rate
from langbias.store import RunFolder
from langbias.targets.protocol import TargetSpec
from langbias.text import sentences
from langbias.types import BASE, CheckResult, Estimate, Outcome, Prompt, Provenance, Span, Status

CHECK = "culture"
VOTES = 2
# Questions about one reply: its sentences that hold advice, and one that holds none.
MOST_SENTENCES = 6
LONGEST = 4000
# An answer of one word; some chatbots need a few tokens more for it.
ANSWER_TOKENS = 16
_PROVENANCE = Provenance("langbias", "written from a stored reply", "", "as the reply")
Kind = Literal["advice", "against"]


@dataclass(frozen=True, slots=True)
class Question:
    """One question about one reply: `text` as asked, `rules` what the rules answer (True = yes)."""

    id: str
    kind: Kind
    target_id: str
    language: str
    scenario_id: str
    trial_id: str
    turn: int
    text: str
    rules: bool


@dataclass(frozen=True, slots=True)
class JudgeFigures:
    """One target x language x kind of question.

    `answered` questions have two equal votes; in `split` the votes differ, in `unclear` one of them is neither yes nor
    no, or never came. `rules` is the share of answered questions on which the rules say the same (scenarios are the
    clusters), `alpha` Krippendorff's alpha with them. `people` is the share of replies on which the judge's verdict
    (`against` confirmed or not) is that of people who reviewed the reply.
    """

    target_id: str
    language: str
    kind: Kind
    questions: int
    answered: int
    split: int
    unclear: int
    rules: Estimate | None
    alpha: float | None
    people: Estimate | None


def judge_plan(plan: Plan, judge: TargetSpec) -> Plan | None:
    """What the judge is to be asked about the stored, scored replies of `plan`; None when there is nothing to ask."""
    folder = RunFolder(plan.path)
    prompts = tuple(
        Prompt(q.id, q.scenario_id, q.language, f"judge-{q.kind}", "polite", (q.text,), (), _PROVENANCE)
        for q in questions_of(folder)
    )
    if not prompts:
        return None
    settings = replace(plan.run.plan, repeats=VOTES, system_prompt=None, max_tokens=ANSWER_TOKENS, variants=("judge",))
    digest = _digest([judge.target.id, judge.target.model or "", *(text for p in prompts for text in (p.id, *p.turns))])
    run = replace(plan.run, id=f"{plan.run.id}-judge-{digest}", targets=(judge.target,), plan=settings)
    trials = plan_trials(prompts, run.targets, settings)
    path = folder.path / f"judge-{digest}"
    return replace(plan, path=path, run=run, trials=trials, prompts=prompts, targets=(judge,))


def most_calls(plan: Plan) -> int:
    """How many requests a judge could come to at most."""
    facts = {s.id: len({entry.fact for entry in s.expectation.out_of_place}) for s in plan.scenarios}
    turns = {prompt.id: len(prompt.turns) for prompt in plan.prompts if _asked_about(prompt)}
    scenario = {prompt.id: prompt.scenario_id for prompt in plan.prompts}
    replies = [(turns[t.prompt_id], facts[scenario[t.prompt_id]]) for t in plan.trials if t.prompt_id in turns]
    return VOTES * sum(count * (MOST_SENTENCES + 1 + about) for count, about in replies)


def _asked_about(prompt: Prompt) -> bool:
    return prompt.variant == BASE and load_judge(prompt.language) is not None


def questions_of(folder: RunFolder) -> Iterator[Question]:
    """The questions about each reply that the culture check could read, in the order of the plan."""
    prompts = {prompt.id: prompt for prompt in folder.prompts()}
    asked = {trial.id: prompts[trial.prompt_id] for trial in folder.trials()}
    for item, results in stored_results(folder, read_note(folder).checks):
        result = next((result for result in results if result.check_id == CHECK), None)
        if result is None:
            return
        prompt = asked[item.response.trial_id]
        readable = item.response.status in (Status.OK, Status.TRUNCATED) and isinstance(
            result.measures, CultureMeasures
        )
        if readable and _asked_about(prompt) and result.outcome not in (Outcome.NOT_APPLICABLE, Outcome.ERROR):
            yield from _about_sentences(item, result)
            yield from _about_facts(item, result, prompt)


def _about_sentences(item: ScoreItem, result: CheckResult) -> Iterator[Question]:
    """Each sentence with a type that the rules see in it, advised or only mentioned; and one without any."""
    words = load_judge(item.language)
    assert words is not None
    assert isinstance(result.measures, CultureMeasures)
    text, found = item.response.text, result.measures.recommendations or ()
    spans = [span for span in sentences(text) if span.end - span.start <= LONGEST]
    pairs: dict[tuple[Span, str], bool] = {}
    for hit in found:
        for span in spans:
            if span.start <= hit.start < span.end:
                pairs[span, hit.type] = pairs.get((span, hit.type), False) or hit.polarity == "recommend"
    chosen = list(pairs.items())[:MOST_SENTENCES]
    silent = [span for span in spans if not any(span == there for there, _ in pairs)]
    if silent:
        # Which one, and of which type it is asked, is chance that repeats: rules must not choose what tests them.
        draw = int(_digest([item.id, "control"]), 16)
        names = sorted(words.what)
        chosen.append(((silent[draw % len(silent)], names[draw // len(silent) % len(names)]), False))
    for number, ((span, name), advised) in enumerate(chosen):
        asked = words.advice.format(sentence=text[span.start : span.end].strip(), what=words.what[name])
        yield _question(item, "advice", number, asked, advised)


def _about_facts(item: ScoreItem, result: CheckResult, prompt: Prompt) -> Iterator[Question]:
    """For each fact that advice could run against: the person's words and the whole reply."""
    words = load_judge(item.language)
    assert words is not None
    facts = {entry.fact for entry in item.expectation.out_of_place} if item.expectation else set()
    quotes = [fact.quote for fact in prompt.facts if fact.id in facts and fact.quote]
    for number, quote in enumerate(quotes):
        cited = any(
            finding.prompt_excerpt and (finding.prompt_excerpt in quote or quote in finding.prompt_excerpt)
            for finding in result.findings
        )
        asked = words.against.format(said=quote, reply=item.response.text[:LONGEST])
        yield _question(item, "against", number, asked, cited)


def _question(item: ScoreItem, kind: Kind, number: int, text: str, rules: bool) -> Question:
    reply = item.response
    name = f"judge-{reply.trial_id}-{reply.turn}-{kind}-{number}"
    target, language, scenario = item.target_id, item.language, item.scenario_id
    return Question(name, kind, target, language, scenario, reply.trial_id, reply.turn, text, rules)


def write_judge(folder: RunFolder, judged: RunFolder) -> tuple[JudgeFigures, ...]:
    """The figures, kept as `judge.json` beside the judge's answers."""
    figures = judge_figures(folder, judged)
    judged.write_file("judge.json", msgspec.json.format(msgspec.json.encode(figures, order="sorted")) + b"\n")
    return figures


def judge_figures(folder: RunFolder, judged: RunFolder) -> tuple[JudgeFigures, ...]:
    """How far the judge's stored answers agree with the rules and with people, per target, language and kind."""
    votes = _votes(judged)
    people = {(reply.trial_id, reply.turn): reply for reply in reviewed_replies(folder) if reply.check_id == CHECK}
    groups: dict[tuple[str, str, Kind], list[Question]] = defaultdict(list)
    for question in questions_of(folder):
        groups[question.target_id, question.language, question.kind].append(question)
    return tuple(
        _figures(target, language, kind, group, votes, people) for (target, language, kind), group in groups.items()
    )


def _figures(
    target: str,
    language: str,
    kind: Kind,
    group: Sequence[Question],
    votes: Mapping[str, tuple[bool | None, ...]],
    people: Mapping[tuple[str, int], ReviewedReply],
) -> JudgeFigures:
    answers = {q.id: votes.get(q.id, ()) for q in group}
    decided = [q for q in group if _decided(answers[q.id]) is not None]
    split = sum(set(given) == {True, False} for given in answers.values())
    ratings = [[_word(_decided(answers[q.id])), _word(q.rules)] for q in decided]
    agreed: dict[str, Counter[bool]] = defaultdict(Counter)
    for question, (ours, theirs) in zip(decided, ratings, strict=True):
        agreed[question.scenario_id][ours == theirs] += 1
    return JudgeFigures(
        target_id=target,
        language=language,
        kind=kind,
        questions=len(group),
        answered=len(decided),
        split=split,
        unclear=len(group) - len(decided) - split,
        rules=rate([Tally(count[True], count.total()) for count in agreed.values()]),
        alpha=krippendorff_alpha(counts_of(ratings, ("yes", "no"))) if ratings else None,
        people=_with_people(decided, answers, people) if kind == "against" else None,
    )


def _with_people(
    decided: Iterable[Question],
    answers: Mapping[str, tuple[bool | None, ...]],
    people: Mapping[tuple[str, int], ReviewedReply],
) -> Estimate | None:
    """Share of reviewed replies on which judge and people say the same; replies on which people are split are out."""
    verdicts: dict[tuple[str, int], bool] = {}
    scenario: dict[tuple[str, int], str] = {}
    for question in decided:
        place = (question.trial_id, question.turn)
        verdicts[place] = verdicts.get(place, False) or bool(_decided(answers[question.id]))
        scenario[place] = question.scenario_id
    same: dict[str, Counter[bool]] = defaultdict(Counter)
    for place, bad in verdicts.items():
        reply = people.get(place)
        if reply is not None and reply.label != 0.5:
            same[scenario[place]][bad == (reply.label > 0.5)] += 1
    return rate([Tally(count[True], count.total()) for count in same.values()])


def _votes(judged: RunFolder) -> dict[str, tuple[bool | None, ...]]:
    """Question -> its votes; None for one that is neither yes nor no."""
    prompts = {prompt.id: prompt for prompt in judged.prompts()}
    asked = {trial.id: prompts[trial.prompt_id] for trial in judged.trials()}
    found: dict[str, list[bool | None]] = defaultdict(list)
    for response in judged.responses():
        prompt = asked.get(response.trial_id)
        if prompt is not None:
            whole = response.status in (Status.OK, Status.TRUNCATED)
            found[prompt.id].append(vote(response.text, prompt.language) if whole else None)
    return {name: tuple(given) for name, given in found.items()}


def vote(answer: str, language: str) -> bool | None:
    """Yes, no, or None where the answer begins with neither, in the language asked or that chatbots fall back to."""
    said = _folded(answer)
    for tag in (language, shared_fidelity().pivot_tag):
        words = load_judge(tag) if tag in pack_tags() else None
        for given, meaning in ((words.yes, True), (words.no, False)) if words else ():
            for word in map(_folded, given):
                if said == word or said.startswith(f"{word} "):
                    return meaning
    return None


def _folded(text: str) -> str:
    """The first words without marks, case and punctuation."""
    plain = "".join(c for c in unicodedata.normalize("NFD", text[:200]) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in plain.casefold()).split())


def _decided(votes: tuple[bool | None, ...]) -> bool | None:
    return votes[0] if len(votes) == VOTES and len(set(votes)) == 1 else None


def _word(answer: bool | None) -> str:
    return "yes" if answer else "no"


def _digest(parts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:8]
