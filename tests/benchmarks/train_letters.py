"""Trains the letter models of the packs and measures their floors. Recipe:

    pip download --no-deps wordfreq==3.1.1 && unzip -d WF wordfreq-3.1.1-py3-none-any.whl
    python tests/benchmarks/train_letters.py --wordfreq WF/wordfreq/data --data DIR --texts TEXTS

ru, fa, en: the `small` word-frequency lists of wordfreq 3.1.1 (data CC BY-SA 4.0), frequencies raised to 0.75.
yo: words of DIR/yo.globalvoices.jsonl (Global Voices, CC BY 3.0), of the plain text files TEXTS/yo.*.txt, which were
newstest2019-ref.yor.txt of NTREX-128 (CC BY-SA 4.0) and the sentences of UD Yoruba-YTB (CC BY-SA 4.0), and of this
project's own Yoruba prompts and replies (CC BY 4.0), all marks taken off, for people write them or not. ko: no model
file, the pack's analyser gives the likelihood. Floors are the lowest 0.05 % quantile of any native source of DIR, in
runs of 5, 7, 10, 15, 25 and 40 words, less a twentieth (en: of the sentences of its good replies, less a tenth).
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import tempfile
import tomllib
from collections import Counter
from pathlib import Path

import msgspec
import numpy as np
import regex
from sentencepiece import SentencePieceTrainer

from langbias.checks.artifacts.letters import another_language
from langbias.packs.artifacts import LetterModel
from langbias.packs.letters import folded, letter_scorer
from langbias.packs.loading import load_pack
from langbias.text import Text, sentences, words
from langbias.types import Span

ROOT = Path(__file__).parents[2]
LANGUAGES = ROOT / "langbias" / "languages"
SIZES = {"ru": 9000, "fa": 9000, "en": 9000, "yo": 3000}
SOURCE = {
    "ko": ("log-likelihood per letter by kiwipiepy 0.24 with its own model", "Apache-2.0"),
    "yo": (
        "tests/benchmarks/train_letters.py: Global Voices, NTREX-128 and UD-YTB in Yoruba, the project's own texts",
        "CC BY-SA 4.0 (NTREX-128, UD Yoruba-YTB), CC BY 3.0 (Global Voices), CC BY 4.0",
    ),
}
WORDFREQ = (
    "tests/benchmarks/train_letters.py: small word-frequency list of wordfreq 3.1.1 (Robyn Speer)",
    "CC BY-SA 4.0",
)
RUNS = (5, 7, 10, 15, 25, 40)
FOLDING = {
    # Grammar fact: a Yoruba syllable is a vowel, a consonant and a vowel, or a syllabic nasal; vowels may be nasal.
    "yo": (
        "drop = '\\p{Mn}'\n"
        "shape = '(?:(?:gb|[bdfghjklmnprstwy])?+[aeiou](?:n(?![aeiou]))?+|[nm](?![aeiou]))++'\nmisfit = 2.0\n"
        'sound_in = ["en"]\n'
    ),
    "fa": ('drop = \'\\u064b-\\u0652\'\nsame = { "\u064a" = "\u06cc", "\u0643" = "\u06a9", "\u0649" = "\u06cc" }\n'),
}


def frequencies(tag: str, wordfreq: Path, data: Path, more: Path | None) -> dict[str, float]:
    if tag != "yo":
        packed = (wordfreq / f"small_{tag}.msgpack.gz").read_bytes()
        buckets = msgspec.msgpack.decode(gzip.decompress(packed))
        return {word: 10 ** (-at / 100) for at, bucket in enumerate(buckets[1:]) for word in bucket}
    texts = [json.loads(line)["text"] for line in (data / "yo.globalvoices.jsonl").read_text("utf-8").splitlines()]
    for path in sorted(more.glob("yo.*.txt")) if more else ():
        texts += path.read_text("utf-8").splitlines()
    prompts = tomllib.loads((ROOT / "prompts_by_language" / "yo" / "prompts.toml").read_text("utf-8"))
    texts += [turn for prompt in prompts["prompt"] for turn in prompt["turns"]]
    texts += [reply.text for reply in load_pack("yo").good_replies.reply]
    values = [Text(text).value for text in texts]
    counted = Counter(value[span.start : span.end] for value in values for span in words(value))
    return {word: float(times) for word, times in counted.items()}


def train(tag: str, counted: dict[str, float], model: LetterModel) -> None:
    own = regex.compile(rf"[\p{{Script={load_pack(tag).language.script}}}\p{{M}}\u200c]+")
    weights: Counter[str] = Counter()
    for word, weight in counted.items():
        if own.fullmatch(form := folded(word, model)):
            weights[form] += weight  # type: ignore[assignment]
    least = min(weights.values())
    with tempfile.TemporaryDirectory() as place:
        rows = Path(place) / "words.tsv"
        rows.write_text(
            "".join(f"{word}\t{max(1, round((weight / least) ** 0.75))}\n" for word, weight in sorted(weights.items())),
            "utf-8",
        )
        SentencePieceTrainer.train(
            input=str(rows), input_format="tsv", model_prefix=f"{place}/letters", vocab_size=SIZES[tag],
            model_type="unigram", character_coverage=0.9999, normalization_rule_name="identity", bos_id=-1, eos_id=-1,
            max_sentencepiece_length=10, hard_vocab_limit=False, num_threads=1, minloglevel=2,
        )  # fmt: skip
        (LANGUAGES / tag / "letters.model").write_bytes((Path(place) / "letters.model").read_bytes())


def native_texts(tag: str, data: Path) -> list[list[str]]:
    """Lines of every native source; none where DIR has none."""
    found = []
    for path in sorted(data.glob(f"{tag}.*.jsonl")):
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        if rows[0]["label"] == "native":
            texts = [Text(row["text"]).value for row in rows]
            found.append([text for text in texts if not in_another_language(tag, text)])
    return found


def in_another_language(tag: str, text: str) -> bool:
    """English lines stand among the Yoruba ones; the check leaves such passages out."""
    pack = load_pack(tag)
    model = pack.artifacts.letters
    return model is not None and another_language(text, Span(0, len(text)), pack, model)


def good_sentences(tag: str) -> list[str]:
    replies = [Text(reply.text).value for reply in load_pack(tag).good_replies.reply]
    return [text[span.start : span.end] for text in replies for span in sentences(text)]


def floors(tag: str, data: Path) -> list[tuple[int, float]]:
    scorer = letter_scorer(tag)
    assert scorer is not None
    native = native_texts(tag, data)
    # A few replies show less of what people write than thousands of lines, so they get more room.
    sources, room = (native, 1.05) if native else ([good_sentences(tag)], 1.1)
    found = []
    for least in RUNS:
        lowest = []
        for lines in sources:
            scores, run = [], ""
            for line in lines:
                run = f"{run}\n{line}" if run else line
                score, count = scorer(run, None)
                if count >= least:
                    scores.append(score)
                    run = ""
            if scores:
                lowest.append(float(np.quantile(scores, 0.0005)))
        found.append((least, round(min(lowest) * room, 2)))
    return found


def block(tag: str, values: list[tuple[int, float]]) -> str:
    source, licence = SOURCE.get(tag, WORDFREQ)
    rows = ", ".join(f"{{ words = {least}, score = {value} }}" for least, value in values)
    file = "" if tag == "ko" else 'file = "letters.model"\n'
    tones = FOLDING.get(tag, "")
    return f'[letters]\n{file}{tones}floor = [{rows}]\nsource = "{source}"\nlicence = "{licence}"\n'


def put(tag: str, values: list[tuple[int, float]]) -> None:
    """Replace the `[letters]` table of the pack, which stands before its first rule."""
    path = LANGUAGES / tag / "artifacts.toml"
    text = re.sub(r"\[letters\]\n(?:\w+ = .*\n)+\n", "", path.read_text("utf-8"))
    path.write_text(text.replace("schema_version = 1\n", f"schema_version = 1\n\n{block(tag, values)}", 1), "utf-8")
    load_pack.cache_clear()
    letter_scorer.cache_clear()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wordfreq", type=Path, default=Path())
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--texts", type=Path, help="folder of further text, one sentence a line, yo.NAME.txt")
    parser.add_argument("-l", "--languages", default="en,fa,ko,ru,yo")
    parser.add_argument("--keep-models", action="store_true", help="measure the floors only")
    options = parser.parse_args()
    for tag in options.languages.split(","):
        put(tag, [(RUNS[0], -99.0)])
        model = load_pack(tag).artifacts.letters
        assert model is not None
        if model.file and not options.keep_models:
            train(tag, frequencies(tag, options.wordfreq, options.data, options.texts), model)
            letter_scorer.cache_clear()
        put(tag, floors(tag, options.data))
        print(block(tag, floors(tag, options.data)))


if __name__ == "__main__":
    main()
