"""Train Stanza's tokenizer, tagger and lemmatizer on treebanks, with Stanza's own code and without a network.

Its lemmatizer looks a word up by form and UPOS, and spells out the lemma where it has not seen the word. So it needs a
tagger, which here learns from the treebanks alone, without the pretrained vectors that Stanza would download.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from importlib.metadata import version
from importlib.util import find_spec
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.errors import ConfigError, ModelError
from pipeline.language.evaluate import evaluate, figures, raw_rows
from pipeline.language.stanza_fi import MISSING, load
from pipeline.language.treebank import read_treebank
from pipeline.models import CARD, sha256_of

PACKAGE = "own"
"""What the models are called in `resources.json`, as Stanza's are called after their treebanks."""

Job = tuple[str, list[str]]
"""A module of Stanza and the arguments of its `main`."""


def train_stanza(
    train: Sequence[Path],
    dev: Path,
    folder: Path,
    *,
    steps: int | None = None,
    epochs: int | None = None,
    created: date | None = None,
) -> dict[str, float]:
    """Train on the CoNLL-U files `train`, write models and card into `folder`, return the figures that the card shows.

    `steps` limits the tokenizer and the tagger, `epochs` the lemmatizer; None leaves Stanza's own limits (50 000 and
    60: hours, better on a GPU). Of each the state that is best on `dev` is kept. Stanza writes its progress to standard
    error. `folder` appears when all is done, or not at all. The figures are those of `evaluate.figures` on `dev`, and
    `tokenizer_word_share`: its words that Stanza's tokenizer cuts out of the raw text as the treebank does, 0-1.

    Raises:
        ConfigError: a limit is below 1, `folder` is there already, or a file cannot be read, is not CoNLL-U or holds no
            words.
        ModelError: Stanza is not installed, or its training stopped.
    """
    if find_spec("stanza") is None:
        raise ModelError(MISSING)
    if min(1 if limit is None else limit for limit in (steps, epochs)) < 1:
        raise ConfigError("Steps and epochs count from 1: set --steps and --epochs higher, or leave them out.")
    if folder.exists():
        raise ConfigError(f"{folder} is there already: choose another folder.")
    for path in (*train, dev):
        read_treebank(path)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as scratch:
        data, model = Path(scratch) / "data", Path(scratch) / "model"
        data.mkdir()
        _write(train, data / "train.conllu")
        _write([dev], data / "dev.conllu")
        _run([*_labels(data), *_training(data, model / "fi", steps, epochs)])
        (model / "resources.json").write_text(json.dumps(_resources(model / "fi")), encoding="utf-8")
        metrics = _metrics(model, dev)
        (model / CARD).write_text(_card(folder, model, train, dev, metrics, created), encoding="utf-8")
        model.rename(folder)
    return metrics


def _write(paths: Sequence[Path], target: Path) -> None:
    """One file of what our pipeline stores: form, lemma without the seams of compounds, UPOS."""
    blocks = [block for path in paths for block in re.split(r"\n\s*\n", path.read_text(encoding="utf-8").strip())]
    sentences = ("\n".join(_plain(block.splitlines())) for block in blocks)
    target.write_text("".join(f"{sentence}\n\n" for sentence in sentences), encoding="utf-8")


def _plain(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        if line.startswith("#"):
            yield line
            continue
        number, form, lemma, upos, _, _, _, relation, _, misc = line.split("\t")
        if "." not in number:  # an empty node is no word
            # Stanza wants a tree and learns nothing from it: each word hangs from the one before, in any treebank.
            head = str(int(number) - 1) if number.isdigit() else "_"
            yield "\t".join((number, form, lemma.replace("#", "") or lemma, upos, "_", "_", head, relation, "_", misc))


def _labels(data: Path) -> Iterator[Job]:
    """The raw text, and for each of its characters whether a word or a sentence ends there."""
    for name in ("train", "dev"):
        text, gold = f"{data / name}.txt", f"{data / name}.conllu"
        yield "stanza.utils.datasets.conllu_to_text", [gold, text]
        arguments = [text, gold, "-o", f"{data / name}.labels", "-m", f"{data / name}.json"]
        yield "stanza.utils.datasets.prepare_tokenizer_data", arguments


def _training(data: Path, models: Path, steps: int | None, epochs: int | None) -> Iterator[Job]:
    name = [f"--shorthand=fi_{PACKAGE}", f"--save_name={PACKAGE}.pt"]
    files = [f"--train_file={data / 'train.conllu'}", f"--eval_file={data / 'dev.conllu'}"]
    characters = [
        f"--txt_file={data / 'train.txt'}",
        f"--label_file={data / 'train.labels'}",
        f"--mwt_json_file={data / 'dev.json'}",
        f"--dev_txt_file={data / 'dev.txt'}",
        f"--dev_label_file={data / 'dev.labels'}",
        f"--dev_conll_gold={data / 'dev.conllu'}",
    ]
    # 300 characters: what Stanza's own script finds for Finnish, three sentences of average length.
    tokenizer = ["--lang=fi", "--max_seqlen=300", *_limit(steps, "steps", "eval_steps")]
    yield "stanza.models.tokenizer", [*characters, *name, *tokenizer, f"--save_dir={models / 'tokenize'}"]
    # 50 sentences a step, not 250: a processor without a GPU learns more in the same time.
    tagger = ["--lang=fi", "--no_pretrain", "--batch_size=50", *_limit(steps, "max_steps", "eval_interval")]
    yield "stanza.models.tagger", [*files, *name, *tagger, "--fix_eval_interval", f"--save_dir={models / 'pos'}"]
    limit = [] if epochs is None else [f"--num_epoch={epochs}"]
    yield "stanza.models.lemmatizer", [*files, *name, *limit, f"--save_dir={models / 'lemma'}"]


def _limit(steps: int | None, limit: str, interval: str) -> list[str]:
    """At most so many steps, measured about every 200 and at the end: Stanza keeps only states it has measured."""
    every = 200 if steps is None else steps // ceil(steps / 200)
    return [f"--{interval}={every}", *([] if steps is None else [f"--{limit}={steps}"])]


RUN = """
import importlib, json, sys
for module, arguments in json.load(sys.stdin):
    importlib.import_module(module).main(arguments)
"""


def _run(jobs: Sequence[Job]) -> None:
    """Run Stanza in a process of its own: it seeds the random numbers, turns loggers on and leaves files open."""
    standard_error = 2  # standard output is for figures
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", RUN], input=json.dumps(jobs), text=True, stdout=standard_error, check=False
    )
    if done.returncode:
        raise ModelError("Stanza's training stopped: correct what it says above, then run the command again.")


def _resources(models: Path) -> dict[str, object]:
    """What Stanza's `resources.json` says of a language, so that `stanza.Pipeline` loads the folder by itself too."""
    names = sorted(path.name for path in models.iterdir())
    finnish: dict[str, object] = {name: {PACKAGE: {}} for name in names}
    return {"fi": {"lang_name": "Finnish", **finnish, "packages": {"default": dict.fromkeys(names, PACKAGE)}}}


def _metrics(model: Path, dev: Path) -> dict[str, float]:
    found = raw_rows(load(str(model), own_tokens=False), read_treebank(dev))
    share = sum(row.token is not None for row in found) / len(found) if found else 0.0
    return {**figures(evaluate(load(str(model)), dev)), "tokenizer_word_share": share}


def _card(
    folder: Path, model: Path, train: Sequence[Path], dev: Path, metrics: Mapping[str, float], created: date | None
) -> str:
    weights = [path.relative_to(model).as_posix() for path in sorted(model.rglob("*")) if path.is_file()]
    return CARD_TEXT.format(
        name=json.dumps(folder.name, ensure_ascii=False),
        version=json.dumps(folder.name.rpartition("-")[2], ensure_ascii=False),
        created=(created or date.today()).isoformat(),
        stanza=version("stanza"),
        files="\n".join(f'"{file}" = "{sha256_of(model / file)}"' for file in weights),
        data="\n".join([*(_source(path, "train") for path in train), _source(dev, "dev")]),
        metrics="\n".join(f"{name} = {value:.4f}" for name, value in metrics.items()),
    )


def _source(path: Path, part: str) -> str:
    words = sum(len(sentence.words) for sentence in read_treebank(path))
    title = json.dumps(path.name, ensure_ascii=False)
    return f'\n[[data]]\ntitle = {title}\npart = "{part}"\nsha256 = "{sha256_of(path)}"\nwords = {words}'


CARD_TEXT = """\
name = {name}
task = "lemmas"
backend = "stanza"
version = {version}
created = {created}
stanza = "{stanza}"
description = "Stanza's tokenizer, tagger and lemmatizer, trained from nothing but the treebanks below."

[files]
{files}
{data}

[metrics]  # on the dev file, see pipeline/language/evaluate.py
{metrics}
"""
