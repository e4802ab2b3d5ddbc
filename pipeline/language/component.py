"""The Finnish lemmatizer as a spaCy component: `nlp.add_pipe("tunnepolku_lemmatizer")` on any Finnish pipeline.

spaCy finds it by the entry point in pyproject.toml; nothing of ours need be imported.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Token

from pipeline.language.finnish import FinnishLemmatizer, load

NAME = "tunnepolku_lemmatizer"


class LemmatizerComponent:
    """Sets lemmas on the tokens of a `Doc` as spaCy cut them, and their standard spelling as `token._.normal`."""

    def __init__(self, lemmatizer: FinnishLemmatizer, *, overwrite: bool, upos: bool) -> None:
        self.lemmatizer, self.overwrite, self.upos = lemmatizer, overwrite, upos

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy in another process loads its own: Voikko cannot be sent there."""
        return _again, (self.overwrite, self.upos)

    def __call__(self, doc: Doc) -> Doc:
        """Fill one document in place and return it."""
        return next(self.pipe([doc]))

    def pipe(self, docs: Iterable[Doc], *, batch_size: int = 128) -> Iterator[Doc]:
        """Fill documents in place, a batch at a time."""
        waiting = iter(docs)
        while batch := list(islice(waiting, batch_size)):
            words = [[token for token in doc if not token.is_space] for doc in batch]
            for tokens, read in zip(
                words, self.lemmatizer.lemmatize_words([[t.text for t in tokens] for tokens in words]), strict=True
            ):
                for token, ours in zip(tokens, read, strict=True):
                    self._fill(token, ours)
            yield from batch

    def _fill(self, token: Token, ours: Any) -> None:
        if self.overwrite or not token.lemma:
            token.lemma_ = ours.lemma
        if self.upos and (self.overwrite or not token.pos):
            token.pos_ = ours.upos
        token._.normal = ours.normal or token.text


def _again(overwrite: bool, upos: bool) -> LemmatizerComponent:
    return LemmatizerComponent(load(), overwrite=overwrite, upos=upos)


def make_lemmatizer(nlp: Language, name: str, overwrite: bool, upos: bool) -> LemmatizerComponent:
    """The component.

    Args:
        nlp: the pipeline it is added to.
        name: its name there.
        overwrite: whether to replace lemmas that are set already.
        upos: whether to set parts of speech too.
    """
    if not Token.has_extension("normal"):
        Token.set_extension("normal", default="")
    return LemmatizerComponent(load(), overwrite=overwrite, upos=upos)


Language.factory(NAME, assigns=["token.lemma"], default_config={"overwrite": True, "upos": False}, func=make_lemmatizer)
