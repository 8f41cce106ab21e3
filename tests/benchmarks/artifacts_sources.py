"""The native sources behind the baselines: what each is, its register, and what may be done with it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Native:
    """One source. `register` is `edited` or `chat`; sources of one `kind` are compared in the placebo table."""

    register: str
    kind: str
    what: str
    licence: str


_UD = "CC BY-SA 4.0"
_PARSINLU = "CC BY-NC-SA 4.0"
NATIVE = {
    "ko": {
        "klue_nli_hyp": Native("edited", "entailment", "KLUE-NLI hypotheses", _UD),
        "klue_nli_premise": Native("edited", "entailment", "KLUE-NLI premises", _UD),
        "gsd_web": Native("edited", "web", "UD Korean-GSD (web, news, encyclopedia)", _UD),
        "songys_answer": Native("chat", "replies", "songys chat answers", "MIT"),
        "wellness_reply": Native("chat", "replies", "AI Hub wellness script, counsellor side", "figures only"),
        "news_comments": Native("chat", "comments", "korean-hate-speech news comments", _UD),
        "wellness_user": Native("chat", "users", "AI Hub wellness script, user side", "figures only"),
        "kaist": Native("edited", "fiction", "UD Korean-Kaist (fiction, academic)", _UD),
    },
    "ru": {
        "wmt21_native": Native("edited", "news", "WMT21 Russian source (news)", "research use"),
        "wmt22_native": Native("edited", "news", "WMT22 Russian source (mixed)", "research use"),
        "facts_news": Native("edited", "news", "factRuEval-2016 (news)", "figures only"),
        "gsd_wiki": Native("edited", "encyclopedia", "UD Russian-GSD (encyclopedia)", _UD),
        "cedr_lj": Native("chat", "blog", "CEDR, the blog part", "figures only"),
        "vk_posts": Native("chat", "social", "RuSentiment (social posts)", "CC BY-NC-SA 4.0"),
        "taiga_social": Native("chat", "social", "UD Russian-Taiga (social media)", _UD),
        "review_car": Native("chat", "reviews", "SentiRuEval-2015 (cars)", "figures only"),
        "review_rest": Native("chat", "reviews", "SentiRuEval-2015 (restaurants)", "figures only"),
        "cedr_twitter": Native("chat", "tweets", "CEDR, the tweets", "figures only"),
        "cedr_lenta": Native(
            "edited", "agency", "CEDR, news agency lines, often rewritten from English", "figures only"
        ),
    },
    "fa": {
        "farstail_h": Native("edited", "exam", "FarsTail hypotheses", _PARSINLU),
        "farstail_p": Native("edited", "exam", "FarsTail premises", _PARSINLU),
        "parsinlu_natural_h": Native("edited", "entailment", "ParsiNLU natural hypotheses", _PARSINLU),
        "parsinlu_natural_p": Native("edited", "entailment", "ParsiNLU natural premises", _PARSINLU),
        "qqp_natural": Native("edited", "questions", "ParsiNLU natural questions", _PARSINLU),
        "seraji": Native("edited", "news", "UD Persian-Seraji", _UD),
        "wiki": Native("edited", "encyclopedia", "PersianQA passages", "figures only"),
        "review_food": Native("chat", "reviews", "ParsiNLU food reviews", _PARSINLU),
        "review_movie": Native("chat", "reviews", "ParsiNLU film reviews", _PARSINLU),
        "snappfood": Native("chat", "reviews", "Snappfood reviews", "figures only"),
        "shek_forum": Native("chat", "forum", "Shekasteh: forums, one of them on counselling", "MIT"),
        "shek_comments": Native("chat", "forum", "Shekasteh: comments", "MIT"),
        "shek_blog": Native("chat", "blog", "Shekasteh: blogs", "MIT"),
        "twitter": Native("chat", "social", "ParsTwiner (tweets)", "figures only"),
        "perdt": Native("edited", "fiction", "UD Persian-PerDT (fiction, religion, news)", _UD),
    },
    "yo": {},
}
# Native texts of a register that no reply has, or whose origin is not sure. No choice and no baseline rests on them:
# they show what the score does on text that is new to it.
LEFT_OUT = ("kaist", "wellness_user", "cedr_lenta", "cedr_twitter", "perdt")


def native(tag: str, name: str) -> Native:
    """The entry of a source; one that is not listed counts as edited text of a kind of its own."""
    return NATIVE.get(tag, {}).get(name, Native("edited", name, name, "figures only"))


def family(name: str) -> str:
    """Translated sources that share their English: `wmt21_refA` and `wmt21_mt_Online-B` are of the family `wmt21`."""
    return name.split("_")[0]
