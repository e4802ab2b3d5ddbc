"""Utterances a second of all classifiers in one run: `python -m tests.bench.affect_throughput [--model FOLDER]`.

On two cores, on what customers and agents write and say: the chats and calls of data/samples and of the develop part of
our corpus, masked. Short and long texts are measured apart. Of each, systems take turns, round after round, and the
median of the rounds counts; quote the ratios, the seconds are those of one machine on one day.

    ours, cache off    the shipped model as the night reads it, every text new to it
    ours, a night      the same on a run of conversations as they come, repeats and all, from an empty cache
    transformers       its own pipeline with the same weights (`export-model`), torch, batches of 16, its default dtype
    BERT-base          the same with a network of 12 layers of 768 and random weights
    others             every other model under models/ that reads feeling, with its lemmas at hand

In full, on an otherwise idle machine of two cores: `python -m tests.bench.affect_throughput --texts 400`. On a busy one
torch, whose threads wait for each other, comes out far too slow.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from pipeline.affect import load_classifier
from pipeline.affect.finnish import FinnishClassifier, Network
from pipeline.affect.huggingface import write_huggingface
from pipeline.affect.learning.customers import DEVELOP, read_customers
from pipeline.annotate import SCORED_SPEAKERS
from pipeline.config import Config, load_config, project_root
from pipeline.conversation import Conversation, MaskedText
from pipeline.language import load_lemmatizer
from pipeline.models import all_cards
from pipeline.privacy import mask
from pipeline.sources import find_files, read, recognise

CORES = 2
LONG = 60
"""Characters from which on a text is long; the median chat or call turn has about as many."""
NIGHT = "night"
System = Callable[[Sequence[MaskedText]], object]


def utterances(config: Config, gold: Path) -> list[MaskedText]:
    """Chat and call turns of customers and agents, in the order of their conversations."""
    files = find_files([project_root() / "data" / "samples"])
    records = (record for file in files for record in read(file, recognise(file), config.time.zone))
    turns = (turn for record in records if isinstance(record, Conversation) for turn in record.utterances)
    texts = [mask(turn.text)[0] for turn in turns if turn.speaker in SCORED_SPEAKERS]
    return texts + [item.text for item in read_customers(gold) if item.channel in ("chat", "call")]


def samples(texts: Sequence[MaskedText], count: int) -> dict[str, list[MaskedText]]:
    """`count` different short and long texts, drawn by chance, and a run of texts as they come."""
    short = [text for text in dict.fromkeys(texts) if len(text) < LONG]
    long = [text for text in dict.fromkeys(texts) if len(text) >= LONG]
    random = Random(1)
    drawn = {name: random.sample(part, min(count, len(part))) for name, part in (("short", short), ("long", long))}
    return drawn | {NIGHT: list(texts[: 20 * count])}


def ours(classifier: FinnishClassifier) -> System:
    """The classifier, each time with an empty cache."""

    def score(texts: Sequence[MaskedText]) -> object:
        network = classifier.network
        empty = Network(network.tokenizer, network.session, network.correction)
        return replace(classifier, network=empty).score(texts)

    return score


def of_transformers(model: Any, tokenizer: Any = None) -> System:
    """Its own pipeline over a folder, or over a network and a tokenizer."""
    from transformers import pipeline

    classifier = pipeline("text-classification", model=model, tokenizer=tokenizer, batch_size=16, top_k=None)
    return lambda texts: classifier(list(texts), truncation=True)


def bert_base(folder: Path) -> System:
    """A network of BERT-base's size (Devlin et al. 2019) with random weights and the tokenizer in `folder`."""
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    tokenizer = AutoTokenizer.from_pretrained(folder)
    network = BertForSequenceClassification(BertConfig(vocab_size=len(tokenizer), num_labels=3))
    return of_transformers(network.eval(), tokenizer)


def other(folder: Path, texts: Sequence[MaskedText]) -> System:
    """Another of our classifiers, given its lemmas."""
    classifier = load_classifier(folder)
    lemmas: dict[str, list[str]] = {}
    if classifier.lemmatizer:
        read_words = load_lemmatizer(classifier.lemmatizer).lemmatize(texts)
        lemmas = {text: [token.lemma for token in words] for text, words in zip(texts, read_words, strict=True)}
    return lambda texts: classifier.score(texts, [lemmas[text] for text in texts] if lemmas else None)


def rounds(systems: dict[str, System], texts: Sequence[MaskedText], count: int) -> dict[str, float]:
    """The median texts a second of each system; they take turns, so that a busy moment hits all alike."""
    rates: dict[str, list[float]] = {name: [] for name in systems}
    for system in systems.values():
        system(texts[:16])  # what is loaded at the first text is not speed
    for _ in range(count):
        for name, system in systems.items():
            started = time.perf_counter()
            system(texts)
            rates[name].append(len(texts) / (time.perf_counter() - started))
    return {name: statistics.median(values) for name, values in rates.items()}


def table(measured: dict[str, dict[str, float]], base: str) -> Iterator[str]:
    """Texts a second of each system and how many times as fast as `base` it is."""
    yield f"{'utterances/s':24}" + "".join(f"{kind:>10}{'ratio':>8}" for kind in measured)
    for name in next(iter(measured.values())):
        cells = ((rates[name], rates[name] / rates[base]) for rates in measured.values())
        yield f"{name:24}" + "".join(f"{rate:10,.0f}{ratio:8.2f}" for rate, ratio in cells)


def main() -> None:
    """Measure and print."""
    config = load_config()
    parser = argparse.ArgumentParser(description="Utterances a second of all classifiers in one run.")
    parser.add_argument("--model", default=config.affect.model, help="a folder under models/, or any other")
    parser.add_argument("--gold", type=Path, default=project_root() / "data" / "gold" / DEVELOP)
    parser.add_argument("--texts", type=int, default=100, help="how many short and how many long ones (default: 100)")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    os.environ["TOKENIZERS_PARALLELISM"] = "true"
    import torch
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    torch.set_num_threads(CORES)
    folder = config.paths.models / options.model
    classifier = load_classifier(folder)
    assert isinstance(classifier, FinnishClassifier), f"{folder} is no model that ships as ONNX: name one with --model"
    drawn = samples(utterances(config, options.gold), options.texts)
    night = drawn.pop(NIGHT)
    texts = [text for part in drawn.values() for text in part]
    with TemporaryDirectory() as export:
        write_huggingface(folder, Path(export), "all")
        systems = {"ours, cache off": ours(classifier), "transformers": of_transformers(export)}
        systems["BERT-base"] = bert_base(Path(export))
        for card in all_cards(config.paths.models):
            if card.task == "affect" and card.folder.resolve() != folder.resolve():
                systems[card.folder.name] = other(card.folder, texts)
        measured = {kind: rounds(systems, part, options.rounds) for kind, part in drawn.items()}
    print(f"{classifier.card.name} {classifier.card.version}, {CORES} cores, median of {options.rounds} rounds of")
    for kind, part in drawn.items():
        print(f"{len(part)} {kind} texts of {statistics.mean(map(len, part)):.0f} characters")
    print("\n".join(table(measured, "transformers")))
    rate = rounds({NIGHT: ours(classifier)}, night, options.rounds)[NIGHT]
    repeats = 1 - len(set(night)) / len(night)
    print(
        f"ours, a night: {rate:,.0f} utterances/s over {len(night)} texts as they come, {repeats:.1%} of them repeats"
    )


if __name__ == "__main__":
    main()
