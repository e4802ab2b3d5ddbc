"""Is the evidence faithful, and what does it cost: `python -m tests.bench.evidence [MODEL] [--items 500] [--corpus F]`.

Prints how many of a model's strong labels are gone once their evidence is deleted from the text, and how many once as
many random words are; how many words the evidence has; how many readings and rounds it takes, and its time as a ratio
to scoring alone, with lemmas where the model reads them. Time is that of the processor, so that a busy machine does not
matter. The long texts are neighbouring items joined until they have more than 60 words.
"""

import argparse
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean

from pipeline.affect import Classifier, load_classifier
from pipeline.affect.evidence import LONG, Label, Span, find_evidence, is_gone, strong_labels, without, words
from pipeline.affect.learning.customers import DEVELOP, read_customers
from pipeline.config import load_config, project_root
from pipeline.conversation import Evidence, MaskedText, Score
from pipeline.language import Lemmatizer, load_lemmatizer
from pipeline.models import ModelCard

DRAWS = 5
"""Random deletions for each label."""
ROOMY = 8
"""Of a text with fewer words, random words are soon the right ones."""

Case = tuple[int, Label]
"""Place of a text and one of its strong labels."""


@dataclass(frozen=True)
class Counted:
    """A classifier that counts what it reads and can lemmatize for itself."""

    classifier: Classifier
    lemmas: Lemmatizer | None
    calls: list[int] = field(default_factory=list)

    @property
    def card(self) -> ModelCard:
        return self.classifier.card

    @property
    def lemmatizer(self) -> str | None:
        return self.classifier.lemmatizer

    def score(
        self,
        texts: Sequence[MaskedText],
        lemmas: Sequence[Sequence[str]] | None = None,
        contexts: Sequence[MaskedText] | None = None,
    ) -> list[Score]:
        self.calls.append(len(texts))
        if lemmas is None and self.lemmas:
            lemmas = [[token.lemma for token in tokens] for tokens in self.lemmas.lemmatize(texts)]
        return self.classifier.score(texts, lemmas, contexts)


def main() -> None:
    """Measure and print."""
    config = load_config()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", nargs="?", type=Path, default=config.paths.models / config.affect.model)
    parser.add_argument("--items", type=int, default=500)
    parser.add_argument("--corpus", type=Path, default=project_root() / "data" / "gold" / DEVELOP)
    options = parser.parse_args()
    classifier = load_classifier(options.model)
    counted = Counted(classifier, load_lemmatizer(classifier.lemmatizer) if classifier.lemmatizer else None)
    print(f"{classifier.card.name} {classifier.card.version}")
    items = read_customers(options.corpus)
    chosen = random.Random(1).sample(items, min(options.items, len(items)))
    report("utterances", counted, [item.text for item in chosen], [item.context for item in chosen])
    texts = joined([item.text for item in items])[: options.items // 10]
    report("long texts", counted, texts, [MaskedText("")] * len(texts))


def joined(texts: Sequence[MaskedText]) -> list[MaskedText]:
    """Neighbouring texts as one, each of more than `LONG` words."""
    long: list[MaskedText] = []
    parts: list[MaskedText] = []
    for text in texts:
        parts.append(text)
        if len(words(" ".join(parts))) > LONG:
            long.append(MaskedText(" ".join(parts)))
            parts = []
    return long


def report(kind: str, counted: Counted, texts: Sequence[MaskedText], contexts: Sequence[MaskedText]) -> None:
    """Measure on some texts and print."""
    counted.score(texts[:1], None, contexts[:1])  # what is loaded at the first text is not speed
    started = time.process_time()
    scores = counted.score(texts, None, contexts)
    alone = time.process_time() - started
    counted.calls.clear()
    started = time.process_time()
    lemmatize = counted.lemmas.lemmatize if counted.lemmas else None
    found = find_evidence(counted, texts, scores, contexts=contexts, lemmatize=lemmatize)
    spent, calls = time.process_time() - started, list(counted.calls)
    strong: list[Case] = [(n, label) for n, one in enumerate(scores) for label in strong_labels(one)]
    evident = {(n, label): needed_words(texts[n], found[n], label) for n, label in strong}
    roomy = {case: spans for case, spans in evident.items() if len(words(texts[case[0]])) >= ROOMY}
    print(f"{kind}: {len(texts)} of {mean(len(words(text)) for text in texts):.1f} words on average")
    report_faith("all", counted, texts, contexts, evident)
    report_faith(f"in {ROOMY} words or more", counted, texts, contexts, roomy)
    with_label = len({n for n, _ in strong}) or 1
    print(
        f"  readings {sum(calls) / len(texts):.1f} a text, {sum(calls) / with_label:.1f} where a label is strong;"
        f" {len(calls)} rounds; {spent / alone:.1f} times the {alone:.2f} s of scoring alone"
    )


def report_faith(
    name: str,
    counted: Counted,
    texts: Sequence[MaskedText],
    contexts: Sequence[MaskedText],
    evident: dict[Case, list[Span]],
) -> None:
    """Print what deleting does to these labels; one without evidence counts as not gone."""
    if not evident:
        return
    draw = random.Random(2).sample
    drawn = [
        (case, draw(words(texts[case[0]]), len(spans)))
        for case, spans in evident.items()
        if spans
        for _ in range(DRAWS)
    ]
    with_evidence = sum(map(bool, evident.values()))
    exact, by_chance = (gone_count(counted, texts, contexts, deleted) for deleted in ([*evident.items()], drawn))
    print(
        f"  {name}: {len(evident)} strong labels, {with_evidence} with evidence,"
        f" {exact / len(evident):.1%} gone without it ({exact / max(1, with_evidence):.1%} of those that have some),"
        f" {by_chance / max(1, len(drawn)):.1%} without as many random words;"
        f" {sum(map(len, evident.values())) / max(1, with_evidence):.2f} words"
    )


def gone_count(
    counted: Counted,
    texts: Sequence[MaskedText],
    contexts: Sequence[MaskedText],
    deleted: Sequence[tuple[Case, Sequence[Span]]],
) -> int:
    """How many of the labels are gone when these spans are deleted."""
    rest = [without(texts[n], spans) for (n, _), spans in deleted]
    scores = counted.score(rest, None, [contexts[n] for (n, _), _ in deleted])
    return sum(is_gone(label, one) for ((_, label), _), one in zip(deleted, scores, strict=True))


def needed_words(text: MaskedText, evidence: Sequence[Evidence], label: Label) -> list[Span]:
    """The single words of the evidence for one label."""
    spans = [(part.start, part.end) for part in evidence if part.label == label]
    return [word for word in words(text) if any(start <= word[0] < end for start, end in spans)]


if __name__ == "__main__":
    main()
