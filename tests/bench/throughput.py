"""Texts per second of each stage over the samples: python tests/bench/throughput.py [RUNS].

Prints the median over RUNS (default 5; put `taskset -c 0` before it for one core) and each stage's time as a ratio to
masking by patterns alone: quote the ratios,
the seconds are those of one machine on one day.
"""

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pipeline.annotate import load_scorer
from pipeline.config import load_config
from pipeline.conversation import Conversation
from pipeline.language import load_lemmatizer
from pipeline.privacy import mask, mask_label, mask_turns
from pipeline.sources import find_files, read, recognise


def main() -> None:
    """Measure and print."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    config = load_config()
    files = find_files([Path("data/samples")])
    records = [record for file in files for record in read(file, recognise(file), config.time.zone)]
    conversations = [record for record in records if isinstance(record, Conversation)]
    talks = [[(turn.speaker, turn.text) for turn in conversation.utterances] for conversation in conversations]
    texts = [text for talk in talks for _, text in talk]
    masked = [mask(text)[0] for text in texts]
    lemmatizer, scorer = load_lemmatizer(config.language.lemmatizer), replace(load_scorer(config), evidence=False)
    tokens = scorer.lemmatizer.lemmatize(masked) if scorer.lemmatizer else []
    tokens_by = scorer.lemmatizer.name if scorer.lemmatizer else ""
    stages: dict[str, Callable[[], object]] = {
        "mask, patterns alone": lambda: [mask_label(text, names=False) for text in texts],
        "mask, with said numbers": lambda: [mask(text, names=False) for text in texts],
        "mask, with names": lambda: [mask(text) for text in texts],
        "mask, in conversations": lambda: [mask_turns(talk) for talk in talks],
        f"lemmatize, {lemmatizer.name}": lambda: lemmatizer.lemmatize(masked),
        "score, lemmas at hand": lambda: scorer.score(masked, tokens, tokens_by),
    }
    for stage in stages.values():
        stage()  # what is loaded at the first text is not speed
    medians = {name: statistics.median(_seconds(stage) for _ in range(runs)) for name, stage in stages.items()}
    base = next(iter(medians.values()))
    print(f"{len(texts)} utterances, median of {runs} runs")
    for name, seconds in medians.items():
        print(f"{name:28} {len(texts) / seconds:10,.0f} texts/s   {seconds / base:8.1f} × patterns alone")


def _seconds(stage: Callable[[], object]) -> float:
    started = time.perf_counter()
    stage()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
