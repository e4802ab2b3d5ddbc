"""All lemmatizers side by side on this machine: `python -m tests.bench.lemmatizers [--stanza FOLDER] [FILES…]`.

Prints, for each of them, the lemma accuracy on every treebank (gold tokens, and words of the raw text), tokens a second
and memory; then what `finnish` loses without each of its sources. Each system runs in processes of its own.

Speed is tokens per second of processor time, so that it means one core however busy the machine is. A process loads its
system and reads one word, which is not counted; then it reads one half of the texts (`cold`), the other half (`new`:
every second text, so text of the same kind in a process that has read some), then the first half again (`warm`, the
fastest of three times: a night's later hours, when nearly every form has been met). No text is there twice.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from pipeline.cli.language import UNSEEN, treebanks
from pipeline.config import load_config, project_root
from pipeline.conversation import Conversation, MaskedText, Token
from pipeline.language import Lemmatizer, load_lemmatizer
from pipeline.language.finnish import SOURCES
from pipeline.language.tokens import tokenize, whole_token

SYSTEMS = ("finnish", "finnish+pyvoikko", "spacy", "spacy+simplemma", "simplemma", "stanza", "identity")
KINDS = ("chat", "treebank")
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
WITHOUT = " without "


class Identity:
    """Leaves every word as it is, in lower case."""

    name = "identity"

    def lemmatize(self, texts: Sequence[MaskedText]) -> list[list[Token]]:
        return [[replace(token, lemma=token.text.lower()) for token in tokenize(text)] for text in texts]

    def lemmatize_words(self, sentences: Sequence[Sequence[str]]) -> list[list[Token]]:
        return [[replace(whole_token(word), lemma=word.lower()) for word in words] for words in sentences]


@dataclass(frozen=True)
class SpacyThenSimplemma:
    """simplemma's lemma where spaCy returned the form and Voikko knows no analysis of it."""

    spacy: Lemmatizer
    simplemma: Lemmatizer
    voikko: Any
    name: str = "spacy+simplemma"

    def lemmatize(self, texts: Sequence[MaskedText]) -> list[list[Token]]:
        return [[self._second(token) for token in tokens] for tokens in self.spacy.lemmatize(texts)]

    def lemmatize_words(self, sentences: Sequence[Sequence[str]]) -> list[list[Token]]:
        return [[self._second(token) for token in tokens] for tokens in self.spacy.lemmatize_words(sentences)]

    def _second(self, token: Token) -> Token:
        if token.lemma != token.text.lower() or not token.text[0].isalpha() or self.voikko.analyze(token.text):
            return token
        ((second,),) = self.simplemma.lemmatize_words([[token.text]])
        return replace(token, lemma=second.lemma)


def load(system: str, stanza: str) -> Lemmatizer:
    """One of `SYSTEMS`, or `finnish without SOURCE`."""
    if system == "identity":
        return Identity()
    if system == "spacy+simplemma":
        from libvoikko import Voikko

        return SpacyThenSimplemma(load_lemmatizer("spacy"), load_lemmatizer("simplemma"), Voikko("fi"))
    if system == "finnish+pyvoikko":
        sys.modules["libvoikko"] = None  # type: ignore[assignment]  # as on a machine without it
        return load_lemmatizer("finnish")
    if WITHOUT in system:
        name, source = system.split(WITHOUT)
        return import_module(f"pipeline.language.{name}").load(without=frozenset({source}))
    return load_lemmatizer(system, stanza_folder=stanza)


def texts() -> dict[str, list[str]]:
    """The texts of each of `KINDS`, each once: masked utterances of the samples, sentences of the treebanks."""
    from pipeline.language.treebank import read_treebank
    from pipeline.privacy import mask
    from pipeline.sources import find_files, read, recognise

    config = load_config()
    files = find_files([project_root() / "data" / "samples"])
    records = (record for file in files for record in read(file, recognise(file), config.time.zone))
    turns = (turn.text for record in records if isinstance(record, Conversation) for turn in record.utterances)
    chat = (mask(text)[0] for text in turns)
    gold = (sentence.text for path in treebanks(config.paths.corpora).values() if path.is_file()
            for sentence in read_treebank(path))  # fmt: skip
    return {"chat": list(dict.fromkeys(chat)), "treebank": list(dict.fromkeys(gold))}


def rate(lemmatizer: Lemmatizer, lines: Sequence[MaskedText]) -> float:
    """Tokens a second of processor time."""
    token_count = sum(len(tokenize(line)) for line in lines)
    started = time.process_time()
    lemmatizer.lemmatize(lines)
    return token_count / (time.process_time() - started)


def speed(system: str, stanza: str, file: str) -> dict[str, float]:
    """Seconds to load, tokens a second cold, new and warm, and the process's peak memory in MB."""
    lines = [MaskedText(line) for line in json.loads(Path(file).read_text(encoding="utf-8"))]
    started = time.perf_counter()
    lemmatizer = load(system, stanza)
    lemmatizer.lemmatize([MaskedText("Hei")])
    found = {"load_seconds": time.perf_counter() - started}
    first, second = lines[::2], lines[1::2]
    found |= {"cold": rate(lemmatizer, first), "new": rate(lemmatizer, second)}
    found["warm"] = max(rate(lemmatizer, first) for _ in range(3))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return found | {"peak_mb": peak / (1024 if sys.platform == "linux" else 1024**2)}


def accuracy(system: str, stanza: str, files: str) -> dict[str, dict[str, float]]:
    """Treebank → its figures (`pipeline.language.evaluate.figures`)."""
    from pipeline.language.evaluate import evaluate, figures

    lemmatizer = load(system, stanza)
    return {
        name: figures(evaluate(lemmatizer, Path(path), unseen_only=name.endswith(UNSEEN)))
        for name, path in json.loads(files).items()
    }


def apart(task: str, system: str, stanza: str, argument: str) -> Any:
    """The result of one task in a process of its own, or None, said on standard error, where it fails."""
    command = [sys.executable, "-m", "tests.bench.lemmatizers", "--task", task, system, stanza, argument]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | ONE_THREAD)
    if done.returncode == 0:
        return json.loads(done.stdout.splitlines()[-1])
    print(f"NOT MEASURED: {task} of {system}: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
    return None


def measure(systems: Sequence[str], files: dict[str, str], stanza: str) -> dict[str, Any]:
    """{"accuracy": {system: {treebank: figures}}, "chat": {system: speeds}, "treebank": …}; what failed is left out."""
    systems = [name for name in systems if stanza or name != "stanza"]
    results: dict[str, Any] = {
        "accuracy": {system: apart("accuracy", system, stanza, json.dumps(files)) for system in systems}
    }
    with tempfile.TemporaryDirectory() as folder:
        for kind, lines in apart("texts", "", "", "").items():
            if not lines:
                continue
            path = Path(folder) / f"{kind}.json"
            path.write_text(json.dumps(lines), encoding="utf-8")
            results[kind] = {
                system: apart("speed", system, stanza, str(path)) for system in systems if WITHOUT not in system
            }
    return {part: {name: found for name, found in by.items() if found} for part, by in results.items()}


def tables(results: dict[str, Any], files: Sequence[str]) -> Iterator[str]:
    """What people read of `measure`."""
    measured = results["accuracy"]
    whole = {system: found for system, found in measured.items() if WITHOUT not in system}
    for figure, title in (("lemma_accuracy", "gold tokens"), ("raw_lemma_accuracy", "raw text, words only")):
        yield f"\nLemma accuracy, {title}, per cent\n{'':18}" + "".join(f"{name:>20}" for name in files)
        for system, found in whole.items():
            yield f"{system:18}" + "".join(f"{100 * found[name][figure]:20.2f}" for name in files)
    for kind in KINDS:
        speeds = results.get(kind, {})
        yield (
            f"\nSpeed on {kind} text, one core\n{'':18}{'load s':>8}{'cold tokens/s':>15}{'new':>9}{'warm':>9}"
            f"{'warm/stanza':>13}{'warm/simplemma':>16}{'peak MB':>9}"
        )
        for system, found in speeds.items():
            ratios = (found["warm"] / speeds[to]["warm"] if to in speeds else None for to in ("stanza", "simplemma"))
            stanza, simplemma = (f"{ratio:.2f}" if ratio else "-" for ratio in ratios)
            yield (
                f"{system:18}{found['load_seconds']:8.1f}{found['cold']:15,.0f}{found['new']:9,.0f}{found['warm']:9,.0f}"
                f"{stanza:>13}{simplemma:>16}{found['peak_mb']:9.0f}"
            )
    if "finnish" in measured and len(whole) < len(measured):
        yield f"\nPercentage points that finnish loses without a source, gold tokens\n{'':18}" + "".join(
            f"{name:>20}" for name in files
        )
        for system, found in measured.items():
            if WITHOUT in system:
                lost = (100 * (measured["finnish"][n]["lemma_accuracy"] - found[n]["lemma_accuracy"]) for n in files)
                yield f"{system.split(WITHOUT)[1]:18}" + "".join(f"{points:20.2f}" for points in lost)


def main() -> None:
    """Measure and print; `--task` is one measurement, for a process of its own."""
    parser = argparse.ArgumentParser(description="All lemmatizers side by side on this machine.")
    parser.add_argument("files", nargs="*", type=Path, help="CoNLL-U files besides the corpora's and data/gold")
    parser.add_argument("--stanza", default="", metavar="FOLDER", help="Stanza's models; without it Stanza is left out")
    parser.add_argument("--system", action="append", help="only this one; may be repeated")
    parser.add_argument("--format", choices=("table", "json"), default="table")
    parser.add_argument("--task", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.task:
        task, system, stanza, argument = options.task
        run = {"speed": speed, "accuracy": accuracy}.get(task)
        print(json.dumps(run(system, stanza, argument) if run else texts()))
        return
    found = {name: path for name, path in treebanks(load_config().paths.corpora).items() if path.is_file()}
    files = {name: str(path) for name, path in (found | {path.stem: path for path in options.files}).items()}
    systems = options.system or [*SYSTEMS, *(f"finnish{WITHOUT}{source}" for source in SOURCES)]
    results = measure(systems, files, options.stanza)
    print(json.dumps(results, indent=2) if options.format == "json" else "\n".join(tables(results, list(files))))


if __name__ == "__main__":
    main()
