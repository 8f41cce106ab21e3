"""The artifacts check on single replies: what it says, what it abstains from, and where its spans lie."""

from __future__ import annotations

import unicodedata

import msgspec
import pytest

from langbias.checks.artifacts import check
from langbias.checks.artifacts.rate import threshold
from langbias.checks.context import CheckContext
from langbias.packs import LanguagePack, load_pack
from langbias.packs.artifacts import ArtifactsFile, Baseline, Block
from langbias.packs.rule import Rule
from langbias.types import ArtifactsMeasures, CheckResult, Outcome, Response, Severity, Status


def pack_with(
    rules: tuple[Rule, ...], *, p95: float | None = 30.0, tag: str = "en", register: str = "chat"
) -> LanguagePack:
    """The pack `tag` with only the given rules and a baseline of one 10-sentence block."""
    import dataclasses

    baseline = (
        () if p95 is None else (Baseline(register, 5.0, 100, (Block(10, p95), Block(20, p95 / 2)), "test", "none"),)
    )
    return dataclasses.replace(
        load_pack(tag),
        artifacts=ArtifactsFile(rule=rules, baseline=baseline),
        artifacts_rules=tuple((f"{tag}/artifacts/{rule.id}", rule) for rule in rules),
    )


def rule(word: str = "zonk", **fields: object) -> Rule:
    given = {
        "id": "r", "kind": "phrase", "any": (word,), "message": "m", "source": "s",
        "must_match": (word,), "must_not_match": (word[:-1],),
    }  # fmt: skip
    return msgspec.convert(given | fields, Rule)


def run(text: str, pack: LanguagePack | None = None, status: Status = Status.OK, **context: object) -> CheckResult:
    given = CheckContext(pack=pack or pack_with((rule(),)), **context)  # type: ignore[arg-type]
    return check(Response("t1", 0, status, text), given)


def measures(result: CheckResult) -> ArtifactsMeasures:
    assert isinstance(result.measures, ArtifactsMeasures)
    return result.measures


def sentences(*, hits: int, total: int) -> str:
    return " ".join(
        f"Now zonk comes up here as number {n}." if n < hits else f"This line is plain with the number {n}."
        for n in range(total)
    )


def test_a_short_reply_passes_with_its_hits_as_evidence() -> None:
    result = run(sentences(hits=2, total=3))
    assert result.outcome is Outcome.PASS
    assert "pooled" in result.reason
    assert measures(result) == ArtifactsMeasures(2, 3, 66.67, "insufficient", False, None, 24)
    assert [finding.rule_id for finding in result.findings] == ["en/artifacts/r"] * 2
    assert {finding.severity for finding in result.findings} <= {Severity.NEUTRAL, Severity.MINOR}


def test_ten_sentences_above_the_native_share_fail() -> None:
    result = run(sentences(hits=3, total=10))
    assert (result.outcome, measures(result).verdict) == (Outcome.FAIL, "above_native")
    assert "3 rule hits in 80 words" in result.reason


def test_ten_sentences_within_the_native_share_pass() -> None:
    result = run(sentences(hits=2, total=10))
    assert (result.outcome, measures(result).verdict) == (Outcome.PASS, "within_native")


def test_a_longer_reply_is_held_to_the_longer_block() -> None:
    assert measures(run(sentences(hits=3, total=20))).verdict == "above_native"  # 19 > 15, the 20-sentence limit
    assert measures(run(sentences(hits=2, total=20))).verdict == "within_native"


def test_between_two_blocks_the_limit_falls_with_the_root_of_the_length() -> None:
    (baseline,) = pack_with((rule(),)).artifacts.baseline  # 30 at ten sentences, 15 at twenty
    limits = [threshold(baseline, total) or 0.0 for total in (10, 11, 15, 19, 20, 21, 500)]
    assert limits[0] == 30.0
    assert limits[4:] == [15.0, 15.0, 15.0]
    assert limits == sorted(limits, reverse=True)
    assert limits[2] == pytest.approx(20.6, abs=0.05)
    assert threshold(baseline, 9) is None
    assert measures(run(sentences(hits=2, total=15))).verdict == "within_native"  # 17 in 1,000 words
    assert measures(run(sentences(hits=3, total=15))).verdict == "above_native"  # 25


def test_advice_is_shown_but_not_counted() -> None:
    result = run(sentences(hits=9, total=10), pack_with((rule(counts=False),)))
    assert (measures(result).rule_hits, len(result.findings), result.outcome) == (0, 9, Outcome.PASS)


def test_without_a_baseline_of_the_register_there_is_no_verdict() -> None:
    assert measures(run(sentences(hits=9, total=10), register="edited")).verdict is None
    anywhere = pack_with((rule(),), register="any")
    assert measures(run(sentences(hits=9, total=10), anywhere, register="edited")).verdict == "above_native"
    result = run(sentences(hits=9, total=10), pack_with((rule(),), p95=None))
    assert (result.outcome, measures(result).verdict) == (Outcome.PASS, None)
    assert "no native baseline" in result.reason


@pytest.mark.parametrize("status", [Status.EMPTY, Status.BLOCKED, Status.FAILED])
def test_no_reply_is_not_applicable(status: Status) -> None:
    result = run("", status=status)
    assert (result.outcome, measures(result)) == (Outcome.NOT_APPLICABLE, ArtifactsMeasures())


@pytest.mark.parametrize("text", ["", "   \n\t", "\u200b"])
def test_blank_text_is_not_applicable(text: str) -> None:
    assert run(text).outcome is Outcome.NOT_APPLICABLE


def test_another_script_leaves_rules_out_but_not_garble() -> None:
    plain = run("Это ответ на другом языке, и zonk тут ни при чём.")
    assert (plain.outcome, measures(plain).rule_hits, measures(plain).garbled) == (Outcome.NOT_APPLICABLE, None, False)
    broken = run("Это ответ на другом\ufffd\ufffd языке.")
    assert (broken.outcome, measures(broken).garbled_kind) == (Outcome.FAIL, "replacement_character")


def test_garble_fails_whatever_the_rules_say() -> None:
    result = run("All is well\ufffd here.")
    assert (result.outcome, result.reason) == (Outcome.FAIL, "garbled: replacement_character")
    assert result.findings[0].rule_id == "_base/artifacts/replacement-character"


def test_an_echo_of_the_user_is_garbled() -> None:
    said = "I cannot sleep and I do not know why it is so."
    result = run(said, turns=(said,))
    assert (result.outcome, measures(result).garbled_kind) == (Outcome.FAIL, "echo")
    assert [finding.rule_id for finding in result.findings] == ["_base/artifacts/echo"]
    assert run(f"You say: {said} Tell me more of it, please, whenever you like.", turns=(said,)).outcome is Outcome.PASS


def test_spans_are_of_the_stored_text_when_it_was_not_nfc() -> None:
    stored = unicodedata.normalize("NFD", "Ẹ kú àárọ̀ o. ") + "zonk."
    result = run(stored, pack_with((rule(),), tag="yo"))
    (finding,) = result.findings
    assert stored[finding.span.start : finding.span.end] == "zonk"


def test_quoted_words_of_the_user_do_not_count() -> None:
    turns = ("My boss said zonk to me, again and again.",)
    assert measures(run('You wrote "zonk to me" and that hurts.', turns=turns)).rule_hits == 0
    assert measures(run("> My boss said zonk to me\n\nThat hurts a lot.", turns=turns)).rule_hits == 0
    assert measures(run('He wrote "zonk to you" instead.', turns=turns)).rule_hits == 1


def test_code_and_addresses_do_not_count() -> None:
    assert measures(run("Look at https://example.org/zonk and `zonk` please.")).rule_hits == 0


def test_a_rule_over_its_time_limit_makes_the_check_abstain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("langbias.rules.TIME_LIMIT_S", 0.02)
    slow = rule(kind="regex", any=[r"(\w+\s?)+\1="], id="slow-for-test")
    result = run(" ".join(f"w{n}" for n in range(400)) + " =", pack_with((slow,)))
    assert result.outcome is Outcome.ABSTAIN
    assert measures(result).garbled is False


def test_a_hostile_flood_of_hits_is_cut_in_the_list_but_not_in_the_count() -> None:
    result = run(" ".join(f"zonk{'.' if n % 5 == 0 else ''} w{n}" for n in range(500)))
    assert len(result.findings) == 100
    assert (measures(result).rule_hits or 0) == 500


def test_one_word_of_200_kb_is_garble_and_quick() -> None:
    result = run("zonk" + "".join(chr(97 + (n * n) % 26) for n in range(200_000)))
    assert (result.outcome, measures(result).rule_hits) == (Outcome.FAIL, 0)


@pytest.mark.parametrize("tag", ["en", "ko", "ru", "fa", "yo"])
def test_good_replies_pass_and_show_nothing(tag: str) -> None:
    pack = load_pack(tag)
    for reply in pack.good_replies.reply:
        result = check(Response("t", 0, Status.OK, reply.text), CheckContext(pack=pack))
        assert (result.outcome, result.findings) == (Outcome.PASS, ()), reply.text


@pytest.mark.parametrize("tag", ["en", "ru", "fa", "yo"])
def test_shuffled_letters_are_garble(tag: str) -> None:
    import random

    import regex

    pack, rng = load_pack(tag), random.Random(1)
    text = " ".join(reply.text for reply in pack.good_replies.reply[:3])
    letters = regex.compile(r"\X")
    broken = regex.sub(
        r"[\p{L}\p{M}]{3,}",
        lambda word: "".join(rng.sample(whole := letters.findall(word.group()), len(whole))),
        text,
    )
    result = check(Response("t", 0, Status.OK, broken), CheckContext(pack=pack))
    assert (result.outcome, measures(result).garbled_kind) == (Outcome.FAIL, "broken_letters")


def test_yoruba_without_marks_is_not_garble() -> None:
    pack = load_pack("yo")
    for reply in pack.good_replies.reply:
        stripped = "".join(c for c in unicodedata.normalize("NFD", reply.text) if not unicodedata.combining(c))
        assert measures(check(Response("t", 0, Status.OK, stripped), CheckContext(pack=pack))).garbled is False


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "Thank you for telling me. Si c'est trop dur à dire à voix haute, tu peux l'écrire dans un message."),
        ("ru", "Поставьте ступни на пол. Це минеться, хвиля страху зазвичай спадає за двадцять хвилин."),
        ("fa", "کمی آرام بگیرید. حاولي أن تتحدثي مع أختك أو صديقتك عن هذا الأمر مرة في الأسبوع."),
    ],
)
def test_a_sentence_in_a_neighbouring_language_is_no_broken_letters(tag: str, text: str) -> None:
    """It is a fault of fidelity; two checks must not count it."""
    result = run(text, load_pack(tag))
    assert "broken-letters" not in " ".join(finding.rule_id for finding in result.findings)
