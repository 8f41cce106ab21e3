"""Trains the advice weights of the packs (`advice.npz`) and measures them. Recipe:

    pip install scikit-learn
    python tests/benchmarks/train_advice.py [--measure]

Sentences are this project's own, `tests/benchmarks/culture_data`; those of `JUDGING` judge and are left out. The heads
(logistic regressions on tf-idf of word pieces and word pairs) learn from all others. The verdict (one logistic
regression per state of the lexicon, over all languages) is fitted on the sets of `UNSEEN` alone, whose sentences served
to write no rule, with log-odds from heads that learned from the other sets: a set's writer is never in its own heads.
What each set of `UNSEEN` gets when it served for neither is printed; `--measure` does no more than that.
"""

from __future__ import annotations

import argparse
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from langbias.checks.culture.clauses import CueIndex
from langbias.checks.culture.folding import Folded
from langbias.checks.culture.recommendations import hits_of
from langbias.checks.culture.weighing import evidence, joined_of, pairs_of, pieces_of, states_of, tokens
from langbias.packs import load_pack
from langbias.packs.advice_types import TYPES
from langbias.packs.advice_weights import EVIDENCE, FILE, HEADS, STATES, encoded
from langbias.text import Text, sentences
from langbias.types import Span

ROOT = Path(__file__).parents[2]
DATA = Path(__file__).parent / "culture_data"
SETS = (
    ".", "blind", "development", "chat", "test", "test/fresh", "test/last", "written/wordings", "written/close_calls",
    "written/plain_2", "written/for_rules",
)  # fmt: skip
NATURAL = (
    "written/replies", "written/plain", "written/everyday", "written/spoken", "written/usual_replies",
    "written/scenario_replies", "written/listed_replies", "written/short_lines", "written/long_sentences",
    "written/loose", "written/usual_replies_2", "written/mixed", "written/mixed_2", "written/mixed_3",
    "written/verbs",
)  # fmt: skip
# Of what is named there about half is denied or only told of, or most sentences name two or three types: more than in
# any honest reply.
HARD = ("written/said_not_advised", "written/joined", "written/statements", "written/contrasts")
UNSEEN = (*NATURAL, *HARD)
# A sentence that stands there too ("I'm with you.") is learned from nowhere.
JUDGING = ("test/two_readings", "test/two_readings_2", "test/two_readings_3", "test/two_readings_4")
# Sets left out at a time, or one more: a quarter of the work of one at a time.
AT_A_TIME = 4
CORE = ("en", "ko", "ru", "fa", "yo")
# A piece in fewer sentences than this is left out.
LEAST_SENTENCES = 3
# Inverse strength of the regularisation; between 10 and 100 hardly anything changes.
HEAD_C, VERDICT_C = 30.0, 1.0
# Advice that is none accuses, advice missed is only missed. Where the lexicon has no word for it, a verdict must exceed
# this; where it has, what gives this share of right verdicts in the language, over the sets of NATURAL. More would turn
# down so much of what the lexicon reads rightly that polarity suffers; the shipped heads know more than those measured.
UNWORDED, PRECISION = 1.0, 0.90
# A head with fewer examples than this always says no.
LEAST_EXAMPLES, NEVER = 3, -6.0
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Labelled:
    """One sentence: its set, folded text, types advised and types named."""

    source: str
    text: str
    advised: frozenset[str]
    named: frozenset[str]


def labelled(tag: str, source: str) -> list[Labelled]:
    path = DATA / source / f"{tag}.tsv"
    pack = load_pack(tag).culture
    found = []
    for line in path.read_text("utf-8").splitlines() if path.is_file() else ():
        field, text = line.split("\t", 1)
        marks = [] if field == "." else field.split(",")
        folded = Folded(Text(text.replace("\\n", "\n")), tuple(sorted(pack.fold.items())), pack.strip_marks).value
        advised = frozenset(mark[1:].rstrip("?") for mark in marks if mark[0] == "+")
        named = frozenset(mark[1:].rstrip("?") for mark in marks)
        if not named <= set(TYPES):
            raise SystemExit(f"{path}: unknown type in {field!r}")
        found.append(Labelled(source, folded, advised, named))
    return found


def sentences_of(tag: str) -> list[Labelled]:
    judging = {row.text for source in JUDGING for row in labelled(tag, source)}
    return [row for source in (*SETS, *UNSEEN) for row in labelled(tag, source) if row.text not in judging]


def counted(rows: list[Labelled]) -> list[Counter[str]]:
    """Pieces and pairs of each row, a word once, read by sentences as the check does."""
    found = []
    for row in rows:
        said = [tokens(row.text, span) for span in sentences(row.text)]
        words = dict.fromkeys(word for sentence in said for word in sentence)
        pairs = dict.fromkeys("_".join(pair) for sentence in said for pair in pairs_of(sentence))
        found.append(Counter([*(piece for word in words for piece in pieces_of(word)), *pairs]))
    return found


@dataclass(frozen=True, slots=True)
class Heads:
    """Trained heads. weights: (pieces, heads)."""

    pieces: dict[str, int]
    idf: Array
    weights: Array
    bias: Array

    def log_odds(self, counts: list[Counter[str]]) -> NDArray[np.float32]:
        odds = _matrix(counts, self.pieces, self.idf) @ self.weights + self.bias
        return np.asarray(odds, dtype=np.float32)


def _matrix(counts: list[Counter[str]], pieces: dict[str, int], idf: Array) -> sparse.csr_matrix:
    """Counts times inverse document frequency, each row divided by the root of the sum of count times its square."""
    cells = [(at, pieces[p], n) for at, count in enumerate(counts) for p, n in count.items() if p in pieces]
    rows, columns, times = (np.array(part, dtype=np.int64) for part in zip(*cells, strict=True))
    shape = (len(counts), len(pieces))
    norm = np.sqrt(np.bincount(rows, weights=idf[columns] ** 2 * times, minlength=len(counts)))
    return sparse.csr_matrix((idf[columns] * times / norm[rows], (rows, columns)), shape=shape)


def heads_of(rows: list[Labelled], counts: list[Counter[str]]) -> Heads:
    from sklearn.linear_model import LogisticRegression

    frequency = Counter(piece for count in counts for piece in count)
    kept = sorted(piece for piece, n in frequency.items() if n >= LEAST_SENTENCES)
    idf = np.log((1 + len(rows)) / (1 + np.array([frequency[piece] for piece in kept]))) + 1
    pieces = {piece: at for at, piece in enumerate(kept)}
    matrix = _matrix(counts, pieces, idf)
    wanted = [
        *([kind in row.advised for row in rows] for kind in TYPES),
        *([kind in row.named for row in rows] for kind in TYPES),
        [bool(row.advised) for row in rows],
    ]
    weights, bias = np.zeros((len(kept), len(HEADS))), np.full(len(HEADS), NEVER)
    for at, answers in enumerate(wanted):
        if LEAST_EXAMPLES <= sum(answers) < len(answers):
            model = LogisticRegression(C=HEAD_C, class_weight="balanced", solver="liblinear", random_state=0)
            model.fit(matrix, answers)
            weights[:, at], bias[at] = model.coef_[0], model.intercept_[0]
    return Heads(pieces, idf, weights, bias)


def lexicon_says(tag: str, rows: list[Labelled]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """The lexicon's states, and which of the advised stand side by side, (rows, types) each."""
    pack = load_pack(tag).culture
    states, joined = [], []
    for row in rows:
        cues, whole = CueIndex(pack, row.text), [Span(0, len(row.text))]
        hits = hits_of(row.text, pack, cues)
        states.append(states_of(hits, whole)[0][0])
        joined.append(joined_of(hits, whole, row.text, cues)[0])
    return np.array(states), np.array(joined)


@dataclass(frozen=True, slots=True)
class Judged:
    """A set of `UNSEEN` in one language: evidence (rows, types, columns); states, answers and named (rows, types)."""

    tag: str
    source: str
    evidence: NDArray[np.float32]
    states: NDArray[np.intp]
    answers: NDArray[np.bool_]
    named: NDArray[np.bool_]


def judged(tag: str, sources: tuple[str, ...]) -> list[Judged]:
    """Evidence for the rows of `sources`, from heads that learned from all other rows."""
    rows = sentences_of(tag)
    others = [row for row in rows if row.source not in sources]
    heads = heads_of(others, counted(others))
    found = []
    for source in sources:
        if mine := [row for row in rows if row.source == source]:
            states, joined = lexicon_says(tag, mine)
            answers = np.array([[kind in row.advised for kind in TYPES] for row in mine])
            named = np.array([[kind in row.named for kind in TYPES] for row in mine])
            columns = evidence(heads.log_odds(counted(mine)), states, joined)
            found.append(Judged(tag, source, columns, states, answers, named))
    return found


def verdict_of(sets: list[Judged]) -> Array:
    """The verdict table, (states, evidence)."""
    from sklearn.linear_model import LogisticRegression

    table = np.zeros((len(STATES), len(EVIDENCE)))
    for state in range(len(STATES)):
        columns = np.concatenate([one.evidence[one.states == state] for one in sets])
        answers = np.concatenate([one.answers[one.states == state] for one in sets])
        model = LogisticRegression(C=VERDICT_C, fit_intercept=False, max_iter=2000).fit(columns, answers)
        table[state] = model.coef_[0]
    return table


def surer(sets: list[Judged], tag: str) -> float:
    """The smallest step that verdicts on words of the lexicon must exceed for the precision wanted in `tag`.

    Each set is read by a table fitted on the sets of other sources.
    """
    mine = [one for one in sets if one.tag == tag and one.source in NATURAL]
    answers = np.concatenate([one.answers.ravel() for one in mine])
    tables = [verdict_of([other for other in sets if other.source != one.source]) for one in mine]
    for step in np.arange(0.0, 3.0, 0.05):
        got = [_advised(one, stricter(table, step)).ravel() for one, table in zip(mine, tables, strict=True)]
        if answers[np.concatenate(got)].mean() >= PRECISION:
            return float(step)
    raise SystemExit(f"{tag}: no step gives the precision wanted")


def stricter(table: Array, step: float) -> Array:
    """`table` with its verdicts lowered: by `step`, or by UNWORDED where the lexicon finds nothing."""
    lowered = table.copy()
    steps = np.full(len(STATES), step)
    steps[STATES.index("none")] = UNWORDED
    lowered[:, EVIDENCE.index("one")] -= steps
    return lowered


def figures(sets: list[Judged], table: Array | None) -> str:
    """Precision, recall and polarity accuracy (see `culture.py`); without a table, those of the lexicon alone."""
    got = np.concatenate([_advised(one, table) for one in sets])
    answers, named, states = (
        np.concatenate([getattr(one, name) for one in sets]) for name in ("answers", "named", "states")
    )
    right = (got & answers).sum()
    found = named & (got | (states > 0))
    polarity = (got == answers)[found].mean()
    return f"{right / got.sum():.3f} / {right / answers.sum():.3f} / {polarity:.3f}"


def _advised(one: Judged, table: Array | None) -> NDArray[np.bool_]:
    if table is None:
        return np.asarray(one.states == STATES.index("recommend"))
    return np.asarray(np.einsum("nte,nte->nt", one.evidence, table[one.states]) > 0)


def trained(tag: str, table: Array) -> str:
    """Train the heads on all sentences and write the pack's file."""
    rows = sentences_of(tag)
    heads = heads_of(rows, counted(rows))
    data = encoded(list(heads.pieces), heads.weights, heads.idf, heads.bias, table)
    (ROOT / "langbias" / "languages" / tag / FILE).write_bytes(data)
    return f"{tag}: {len(rows)} sentences, {len(heads.pieces)} pieces, {len(data):,} bytes"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--measure", action="store_true")
    options = parser.parse_args()
    with ProcessPoolExecutor() as pool:
        folds = [UNSEEN[at :: len(UNSEEN) // AT_A_TIME] for at in range(len(UNSEEN) // AT_A_TIME)]
        jobs = [pool.submit(judged, tag, fold) for tag in CORE for fold in folds]
        sets = [one for job in jobs for one in job.result()]
        steps = {tag: surer(sets, tag) for tag in CORE}
        print(
            "A verdict on the lexicon's words must exceed", ", ".join(f"{steps[tag]:.2f} ({tag})" for tag in CORE) + "."
        )
        print("Precision / recall / polarity accuracy:\n")
        print("| language | set | sentences | lexicon alone | with the weights |\n|---|---|---|---|---|")
        for one in sets:
            # Verdict and heads are both of the other sets: nothing learned from the writer of this one.
            table = stricter(verdict_of([other for other in sets if other.source != one.source]), steps[one.tag])
            alone, weighed = figures([one], None), figures([one], table)
            print(f"| {one.tag} | {one.source} | {len(one.states)} | {alone} | {weighed} |")
        if not options.measure:
            table = verdict_of(sets)
            for line in pool.map(trained, CORE, [stricter(table, steps[tag]) for tag in CORE]):
                print(line)


if __name__ == "__main__":
    main()
