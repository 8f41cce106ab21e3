"""The weights beside the lexicon: their file, the log-odds they give, and what they change in a reply's advice."""

import importlib.util
import io
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from langbias.checks.culture import weighing
from langbias.checks.culture.clauses import CueIndex
from langbias.checks.culture.folding import Folded
from langbias.checks.culture.recommendations import Hit, hits_of
from langbias.checks.culture.weighing import (
    Weigher,
    advice_of,
    evidence,
    joined_of,
    pairs_of,
    pieces_of,
    tokens,
    weighed,
)
from langbias.errors import InvalidDataError
from langbias.packs import load_pack
from langbias.packs.advice_types import TYPES
from langbias.packs.advice_weights import EVIDENCE, HEADS, STATES, AdviceWeights, advice_weights, decoded, encoded
from langbias.text import Text, sentences
from langbias.types import Span


def bare_array() -> bytes:
    file = io.BytesIO()
    np.save(file, np.ones(3))
    return file.getvalue()


CORE = ("en", "fa", "ko", "ru", "yo")
EN = load_pack("en").culture
NOTHING = np.zeros((len(STATES), len(EVIDENCE)))
ALONE = np.zeros((1, len(TYPES)), dtype=np.bool_)


def made(weights=None, bias=0.0, verdict=NOTHING) -> AdviceWeights:
    """Weights with the given (piece, head) cells."""
    cells = weights or {}
    pieces = sorted({piece for piece, _ in cells} | {" zzz "})
    table = np.zeros((len(pieces), len(HEADS)))
    for (piece, head), value in cells.items():
        table[pieces.index(piece), HEADS.index(head)] = value
    return decoded(encoded(pieces, table, np.ones(len(pieces)), np.full(len(HEADS), bias), verdict), "made/advice.npz")


def verdict_of(**by_state: dict[str, float]) -> np.ndarray:
    table = NOTHING.copy()
    for state, columns in by_state.items():
        for name, value in columns.items():
            table[STATES.index(state), EVIDENCE.index(name)] = value
    return table


def advised_by_lexicon(*types: int) -> np.ndarray:
    """States of one sentence in which the lexicon finds just these types advised."""
    states = np.zeros((1, len(TYPES)), dtype=np.intp)
    states[0, list(types)] = STATES.index("recommend")
    return states


def odds(scale: Weigher, *said: str) -> np.ndarray:
    """Log-odds of each of `said`, as lines of one text."""
    text = "\n".join(said)
    starts = [sum(len(one) + 1 for one in said[:at]) for at in range(len(said))]
    return scale.log_odds(text, [Span(start, start + len(one)) for start, one in zip(starts, said, strict=True)])


def folded(text: str, tag: str = "en") -> str:
    pack = load_pack(tag).culture
    return Folded(Text(text), tuple(sorted(pack.fold.items())), pack.strip_marks).value


def read(text: str, weights: AdviceWeights, tag: str = "en") -> dict[str, str]:
    """Type -> polarity after weighing."""
    pack, said = load_pack(tag).culture, folded(text, tag)
    cues = CueIndex(pack, said)
    return {hit.type: hit.polarity for hit in weighed(hits_of(said, pack, cues), said, pack, cues, weights)}


class TestPieces:
    def test_words_question_marks_and_digits(self):
        said = "Say: don’t wait 24 hours? No."
        assert tokens(said, Span(5, 25)) == ["don’t", "wait", "00", "hours", "?"]

    def test_pieces_have_up_to_four_characters_and_the_word_itself(self):
        found = pieces_of("walk")
        assert found[0] == " walk "
        assert len(found) == len(set(found))
        assert {" w", " wal", "walk", "alk ", "k "} <= set(found)
        assert " " not in found
        assert max(map(len, found[1:])) == 4

    def test_pairs_hold_both_ends(self):
        assert list(pairs_of(["a", "b"])) == [("^", "a"), ("a", "b"), ("b", "$")]

    def test_a_run_without_blanks_is_no_word(self):
        assert tokens("x" * 10_000 + " y", Span(0, 10_002)) == ["y"]


class TestFile:
    def test_same_input_same_bytes(self):
        table = np.full((1, len(HEADS)), 0.5)
        args = (["a"], table, np.ones(1), np.zeros(len(HEADS)), NOTHING)
        assert encoded(*args) == encoded(*args)

    def test_weights_come_back_within_a_127th(self):
        weights = made({(" walk ", "advised:exercise"): 2.0, (" run ", "advised:exercise"): -1.0})
        column = weights.weights[:, HEADS.index("advised:exercise")]
        assert column[weights.pieces[" walk "]] == pytest.approx(2.0, abs=2 / 127)
        assert column[weights.pieces[" run "]] == pytest.approx(-1.0, abs=2 / 127)

    @pytest.mark.parametrize("data", [b"", b"not a file", b"PK\x03\x04" + b"\x00" * 40, bare_array()])
    def test_a_damaged_file_is_named(self, data):
        with pytest.raises(InvalidDataError, match=r"ko/advice\.npz"):
            decoded(data, "ko/advice.npz")

    def test_flipped_bytes_raise_nothing_else(self):
        pieces = [f"p{n}" for n in range(50)]
        good = encoded(pieces, np.ones((50, len(HEADS))), np.ones(50), np.zeros(len(HEADS)), NOTHING)
        refused = 0
        for at in range(0, len(good) - 1, 37):
            damaged = good[:at] + bytes([good[at] ^ 0xFF, good[at + 1] ^ 0x55]) + good[at + 2 :]
            try:
                decoded(damaged, "ko/advice.npz")
            except InvalidDataError:
                refused += 1
        assert refused

    def test_what_is_no_number_is_refused(self):
        data = encoded(["a"], np.ones((1, len(HEADS))), np.ones(1), np.full(len(HEADS), np.nan), NOTHING)
        with pytest.raises(InvalidDataError, match="bias holds what is no number"):
            decoded(data, "ko/advice.npz")

    def test_a_missing_array_is_named(self):
        file = io.BytesIO()
        np.savez(file, pieces=np.zeros(1, dtype=np.uint8))
        with pytest.raises(InvalidDataError, match="weights"):
            decoded(file.getvalue(), "ko/advice.npz")

    def test_a_wrong_shape_is_named(self):
        data = encoded(["a", "b"], np.zeros((2, len(HEADS))), np.ones(2), np.zeros(3), NOTHING)
        with pytest.raises(InvalidDataError, match="bias has shape"):
            decoded(data, "ko/advice.npz")

    def test_an_array_of_objects_is_refused(self):
        file = io.BytesIO()
        np.savez(file, pieces=np.array([{}], dtype=object))
        with pytest.raises(InvalidDataError):
            decoded(file.getvalue(), "ko/advice.npz")

    def test_five_packs_have_weights_and_the_others_none(self):
        assert all(advice_weights(tag) for tag in CORE)
        assert advice_weights("hi") is None


class TestLogOdds:
    def test_sum_over_pieces_divided_by_the_root_of_their_squares(self):
        weights = made({(" walk ", "anything"): 3.0, ("^_walk", "anything"): 1.0})
        found = odds(Weigher(weights), "walk", "sleep", "walk walk")
        assert found[:, -1] == pytest.approx([4 / 2**0.5, 0.0, 4 / 2**0.5], abs=0.05)

    def test_the_likeliest_stretch_of_a_long_sentence_counts(self):
        scale = Weigher(made({(" walk ", "anything"): 3.0, (" run ", "anything"): 3.0}))
        filler = " ".join(f"{chr(97 + n % 26)}{chr(97 + n // 26)}q" for n in range(80))
        both, one = odds(scale, f"walk {filler} run", "walk")[:, -1]
        assert both == pytest.approx(one)

    def test_threads_may_share_it(self):
        scale = Weigher(made({(f" w{n} ", "anything"): n / 9 for n in range(1, 60)}))
        texts = [" ".join(f"w{(n * k) % 70}" for k in range(1, 9)) for n in range(300)]
        alone = [odds(Weigher(scale._weights), text)[0, -1] for text in texts[:40]]
        with ThreadPoolExecutor(8) as pool:
            together = list(pool.map(lambda text: odds(scale, text)[0, -1], texts))
        assert together[:40] == alone

    def test_bias_alone_where_nothing_is_known(self):
        assert odds(Weigher(made(bias=-2.5)), "что-то")[0] == pytest.approx(np.full(len(HEADS), -2.5))

    def test_a_flood_of_words_changes_nothing(self, monkeypatch):
        monkeypatch.setattr(weighing, "_WORDS", 50)
        scale = Weigher(made({(" walk ", "anything"): 3.0}))
        before = odds(scale, "walk on")[0, -1]
        for start in range(0, 400, 40):
            odds(scale, " ".join(f"w{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(start, start + 40)))
        assert odds(scale, "walk on")[0, -1] == before

    def test_more_words_in_a_sentence_than_the_table_holds(self, monkeypatch):
        monkeypatch.setattr(weighing, "_WORDS", 50)
        many = " ".join(f"{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(300))
        assert np.isfinite(odds(Weigher(made({(" aa ", "anything"): 1.0})), many)).all()

    def test_leads_are_measured_from_the_best_other_type(self):
        made_up = np.zeros((1, len(HEADS)), dtype=np.float32)
        made_up[0, : len(TYPES)] = -5.0
        made_up[0, :3] = (2.0, 1.5, -1.0)
        alone = np.full((1, len(HEADS)), -5.0, dtype=np.float32)
        columns = evidence(made_up, advised_by_lexicon(0), ALONE)[0]
        assert columns[:3, EVIDENCE.index("lead")] == pytest.approx([0.5, -0.5, -3.0])
        # the first is no rival to advice beside it
        assert columns[:3, EVIDENCE.index("lead_over_rest")] == pytest.approx([0.5, 2.5, -2.5])
        # no rival counts as less likely than a log-odds of -2
        assert evidence(alone, advised_by_lexicon(), ALONE)[0, :, EVIDENCE.index("lead")] == pytest.approx(-3.0)

    def test_other_is_another_recommended_type(self):
        nothing = np.zeros((1, len(HEADS)), dtype=np.float32)
        other = evidence(nothing, advised_by_lexicon(1), ALONE)[0, :, EVIDENCE.index("other")]
        assert other[0] == 1
        assert other[1] == 0


class TestSideBySide:
    @pytest.mark.parametrize(
        ("said", "joined"),
        [
            ("Try journaling and meditation.", {"journaling", "mindfulness"}),
            ("Try journaling, meditation, or a short walk.", {"journaling", "mindfulness", "exercise"}),
            ("Try journaling. Try meditation.", set()),
            ("Try journaling. Also, try meditation.", set()),
            ("Try journaling or try a walk with music.", {"journaling", "exercise"}),
            ("Try meditation journaling.", set()),
            ("Don’t try journaling and meditation.", set()),
            ("Try journaling.", set()),
            (
                "Try journaling when the house has gone to sleep and nobody asks you for anything, then meditation.",
                set(),
            ),
        ],
    )
    def test_advice_joined_to_the_next(self, said, joined):
        text = folded(said)
        cues = CueIndex(EN, text)
        found = joined_of(hits_of(text, EN, cues), cues.sentences, text, cues)
        assert found.shape == (len(cues.sentences), len(TYPES))
        assert {TYPES[at] for at in np.flatnonzero(found.any(axis=0))} == joined

    def test_it_counts_in_the_verdict(self):
        weights = made(verdict=verdict_of(recommend={"joined": 1.0}))
        assert read("Try journaling and meditation.", weights) == {
            "journaling": "recommend",
            "mindfulness": "recommend",
        }
        assert read("Try journaling.", weights) == {"journaling": "mention"}


class TestTraining:
    @pytest.fixture
    def train(self):
        path = Path(__file__).parents[1] / "benchmarks" / "train_advice.py"
        spec = importlib.util.spec_from_file_location("train_advice", path)
        assert spec
        assert spec.loader
        module = sys.modules["train_advice"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    def test_the_check_counts_as_the_training_did(self, train):
        rows = [row for row in train.labelled("ko", ".") if len(sentences(row.text)) == 1][:40]
        assert len(rows) == 40
        counts = train.counted(rows)
        pieces = sorted({piece for count in counts[:30] for piece in count})
        seed = np.random.default_rng(7)
        weights, idf = seed.normal(size=(len(pieces), len(HEADS))), 1 + seed.random(len(pieces))
        bias = seed.normal(size=len(HEADS))
        heads = train.Heads({piece: row for row, piece in enumerate(pieces)}, idf, weights, bias)
        shipped = decoded(encoded(pieces, weights, idf, bias, NOTHING), "made/advice.npz")
        scale = Weigher(shipped)
        found = np.concatenate([scale.log_odds(row.text, sentences(row.text)) for row in rows])
        assert found == pytest.approx(heads.log_odds(counts), abs=0.25)
        assert np.corrcoef(found.ravel(), heads.log_odds(counts).ravel())[0, 1] > 0.9999

    @pytest.mark.parametrize("tag", CORE)
    def test_nothing_is_learned_from_what_judges(self, train, tag):
        judging = {row.text for source in train.JUDGING for row in train.labelled(tag, source)}
        assert len(judging) > 500
        assert not judging & {row.text for row in train.sentences_of(tag)}

    def test_advice_without_a_word_of_the_lexicon_must_be_surer(self, train):
        table = np.arange(len(STATES) * len(EVIDENCE), dtype=float).reshape(len(STATES), len(EVIDENCE))
        taken = table - train.stricter(table, 0.25)
        assert not taken[:, 1:].any()
        assert taken[STATES.index("none"), 0] == train.UNWORDED
        assert set(taken[1:, 0]) == {0.25}


class TestVerdict:
    # "trainers" alone speaks for exercise, whatever the lexicon says.
    TRAINERS = made(
        {(" trainers ", "advised:exercise"): 9.0},
        verdict=verdict_of(**{state: {"one": -3.0, "advised": 1.0} for state in STATES}),
    )
    SAYS_NO = verdict_of(**{state: {"one": -9.0} for state in STATES})

    def test_what_the_lexicon_calls_advice_can_be_taken_back(self):
        assert read("Try to take a walk every day.", made(verdict=self.SAYS_NO)) == {"exercise": "mention"}

    def test_a_verdict_that_follows_the_lexicon_changes_nothing(self):
        follows = verdict_of(
            none={"one": -9.0}, recommend={"one": 9.0}, mention={"one": -9.0}, discourage={"one": -9.0}
        )
        for text in ("Try to take a walk every day.", "You do not need to see a psychologist.", "Your aunt has died."):
            pack, said = load_pack("en").culture, folded(text)
            hits = {hit.type: hit.polarity for hit in hits_of(said, pack, CueIndex(pack, said))}
            assert read(text, made(verdict=follows)) == hits

    def test_what_the_lexicon_missed_is_found_and_quoted_by_its_clause(self):
        said = folded("The evening is long; lace the trainers. Sleep is far away.")
        pack = load_pack("en").culture
        hits = weighed([], said, pack, CueIndex(pack, said), self.TRAINERS)
        assert [(hit.type, hit.polarity) for hit in hits] == [("exercise", "recommend")]
        assert said[hits[0].span.start : hits[0].span.end] == "lace the trainers"
        assert not hits[0].conditional

    def test_a_condition_in_the_clause_is_kept(self):
        said = folded("If the evening is long, lace the trainers.")
        hits = weighed([], said, EN, CueIndex(EN, said), self.TRAINERS)
        assert [hit.conditional for hit in hits] == [True]

    def test_a_condition_in_the_clause_before_is_carried(self):
        said = folded("If the evening is long — lace the trainers.")
        hits = weighed([], said, EN, CueIndex(EN, said), self.TRAINERS)
        assert [hit.conditional for hit in hits] == [True]

    def test_a_false_friend_is_not_added(self):
        said = folded("약속은 줄이고 약간 쉬어 가 보세요.", "ko")
        pack = load_pack("ko")
        hits = advice_of(said, pack, CueIndex(pack.culture, said))
        assert "medication" not in {hit.type for hit in hits if hit.polarity == "recommend"}

    def test_a_denial_outlives_advice_taken_back(self):
        said = folded("Take a walk.")
        span = Span(0, 4)
        hits = [Hit("exercise", "recommend", False, False, span), Hit("exercise", "discourage", False, False, span)]
        left = weighed(hits, said, EN, CueIndex(EN, said), made(verdict=self.SAYS_NO))
        assert [hit.polarity for hit in left] == ["discourage"]

    @pytest.mark.parametrize("tag", CORE)
    def test_saying_a_word_often_or_much_at_once_is_no_advice(self, tag):
        word = tokens(folded(load_pack(tag).good_replies.reply[0].text, tag), Span(0, 60))[0]
        for text in (" ".join([word] * 60), "ok." * 3000, "a" * 20_000, "aGVsbG8gd29ybGQ" * 100, "… — !!!"):
            said = folded(text, tag)
            pack = load_pack(tag)
            cues = CueIndex(pack.culture, said)
            assert not {hit.type for hit in advice_of(said, pack, cues) if hit.polarity == "recommend"}, text[:40]

    def test_nothing_is_added_under_things_to_avoid(self):
        said = folded("What to avoid:\n- lacing trainers at midnight")
        assert not weighed([], said, EN, CueIndex(EN, said), self.TRAINERS)

    def test_an_empty_reply(self):
        assert weighed([], "", EN, CueIndex(EN, ""), made()) == []

    @pytest.mark.parametrize("tag", CORE)
    def test_the_packs_own_examples_of_advice_are_still_advice(self, tag):
        pack = load_pack(tag)
        lost = []
        examples = [(block.type, text) for block in pack.culture.recommendation for text in block.must_match]
        for kind, text in examples:
            said = folded(text, tag)
            hits = advice_of(said, pack, CueIndex(pack.culture, said))
            if not any(hit.type == kind and hit.polarity == "recommend" for hit in hits):
                lost.append((kind, text))
        assert len(lost) <= 0.05 * len(examples), lost

    def test_a_pack_without_weights_is_read_by_its_lexicon(self):
        pack = load_pack("hi")
        said = folded(pack.culture.recommendation[0].must_match[0], "hi")
        cues = CueIndex(pack.culture, said)
        assert advice_of(said, pack, cues) == hits_of(said, pack.culture, cues)
