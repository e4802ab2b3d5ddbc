"""A classifier as a spaCy component: `nlp.add_pipe("tunnepolku_affect")` on any Finnish pipeline.

It reads the text of a `Doc` as it is and masks nothing: mask what is personal first, or keep the documents where raw
text may lie. spaCy finds it by the entry point in pyproject.toml; nothing of ours need be imported.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import islice
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.affect import Classifier, load_classifier
from pipeline.config import load_config
from pipeline.conversation import MaskedText, Score
from pipeline.errors import ModelError

NAME = "tunnepolku_affect"
SCORE = "tunnepolku_score"


class AffectComponent:
    """Sets the probability of each sentiment in `doc.cats`, and all that was read as `doc._.tunnepolku_score`."""

    def __init__(self, model: str) -> None:
        config = load_config()
        self.model = model
        self.classifier: Classifier = load_classifier(
            config.paths.models / (model or config.affect.model), config.affect.labels
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy in another process loads its own: a session of onnxruntime cannot be sent there."""
        return AffectComponent, (self.model,)

    def __call__(self, doc: Doc) -> Doc:
        """Fill one document in place and return it."""
        return next(self.pipe([doc]))

    def pipe(self, docs: Iterable[Doc], *, batch_size: int = 128) -> Iterator[Doc]:
        """Fill documents in place, a batch at a time.

        Raises:
            ModelError: the model reads lemmas, and a document has none.
        """
        waiting = iter(docs)
        while batch := list(islice(waiting, batch_size)):
            lemmas = self._lemmas(batch) if self.classifier.lemmatizer else None
            for doc, score in zip(
                batch, self.classifier.score([MaskedText(doc.text) for doc in batch], lemmas), strict=True
            ):
                doc.cats.update(score.sentiment_probability)
                doc.user_data[SCORE] = asdict(score)
            yield from batch

    def _lemmas(self, docs: Sequence[Doc]) -> list[list[str]]:
        """The lemmas that components before this one have set."""
        words = [[token for token in doc if not token.is_space] for doc in docs]
        if not all(token.lemma_ for doc in words for token in doc):
            raise ModelError(
                f"The model {self.classifier.card.name} reads lemmas: put a lemmatizer before {NAME} in the pipeline."
            )
        return [[token.lemma_ for token in doc] for doc in words]


def score_of(doc: Doc) -> Score | None:
    """What was read in a document; None if nothing has been.

    It is kept among the document's own data as plain values, because those, unlike objects of ours, travel with it
    to other processes and into files.
    """
    values = doc.user_data.get(SCORE)
    return Score(**{**values, "evidence": ()}) if values else None


def make_affect(nlp: Language, name: str, model: str) -> AffectComponent:
    """The component.

    Args:
        nlp: the pipeline it is added to.
        name: its name there.
        model: a folder under `paths.models`, or any other with a card; "" is the one in the settings.

    Raises:
        ModelError: the model is missing or altered, or its library is not installed.
    """
    return AffectComponent(model)


Doc.set_extension(SCORE, getter=score_of, force=True)
Language.factory(NAME, assigns=["doc.cats", f"doc._.{SCORE}"], default_config={"model": ""}, func=make_affect)
