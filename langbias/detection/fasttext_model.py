"""An optional voter: a fastText language-identification model whose file the user names."""

from __future__ import annotations

from pathlib import Path

from langbias.detection.scale import Scores, from_shares
from langbias.errors import InvalidDataError, MissingExtraError
from langbias.tags import primary

_LABEL = "__label__"
# Labels asked for beside the best one; the model's whole list may hold two thousand.
_LABELS = 50


class FastTextModel:
    """A fastText model such as GlotLID, OpenLID or lid.176, as one more `Detector` of the vote.

    `path` names the model file; none is shipped or downloaded. Labels may be ISO 639-1 or 639-3 codes with or without
    a script (`__label__ko`, `__label__kor_Hang`); shares of labels that name one language are added up. Use:

        check = check_with(FastTextModel("glotlid.bin", languages=("ko", "ja", "zh", "en")))

    `languages` are the tags the model is trusted to tell, since fastText models cannot always list their labels.
    Raises MissingExtraError without the extra `fasttext`, InvalidDataError when the file is no model.
    """

    def __init__(self, path: str | Path, languages: tuple[str, ...]) -> None:
        try:
            import fasttext
        except ImportError as error:
            raise MissingExtraError(
                "a fastText model needs the extra 'fasttext': pip install 'langbias[fasttext]'"
            ) from error
        if not Path(path).is_file():
            raise InvalidDataError(f"{path}: no such fastText model file")
        try:
            self._model = fasttext.load_model(str(path))
        except (ValueError, RuntimeError) as error:
            raise InvalidDataError(f"{path}: not a fastText model: {error}") from error
        self._known = frozenset(map(primary, languages))

    def knows(self, tag: str) -> bool:
        """Whether `tag` is one of the languages the model is trusted to tell."""
        return primary(tag) in self._known

    def scores(self, text: str, candidates: tuple[str, ...]) -> Scores:
        """Log odds of the candidates, in order; None for those it is not trusted with."""
        # fastText refuses line breaks, and reads words in capitals as another language.
        line = " ".join(text.split())
        labels, found = self._model.predict(line.lower() if line.isupper() else line, k=_LABELS)
        shares: dict[str, float] = {}
        for label, share in zip(labels, found, strict=True):
            tag = primary(label.removeprefix(_LABEL))
            shares[tag] = shares.get(tag, 0.0) + float(share)
        return from_shares(shares, candidates, self._known)
