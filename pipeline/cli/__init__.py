"""The command line: `tunnepolku COMMAND`, one sentence and an exit code for every expected error."""

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from pipeline.cli import language, metrics, models, night, stages
from pipeline.errors import PipelineError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code: 0 done, 1 stopped by an error, 2 wrong settings or arguments."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        options.command(options)
    except PipelineError as error:
        print(f"tunnepolku: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:  # `tunnepolku … | head`
        sys.stderr.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tunnepolku", description="Finnish customer feedback, read as Finnish.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Callable[[argparse.Namespace], None], text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=command)
        return sub

    run = add("run", night.run, "run the night: read what is new, mask, score, check, publish")
    run.add_argument("paths", nargs="*", type=Path, help="files or folders (default: paths.landing of the settings)")
    run.add_argument("--from", dest="first", type=date.fromisoformat, help="backfill: first day, such as 2026-09-01")
    run.add_argument("--to", dest="last", type=date.fromisoformat, help="backfill: last day, inclusive")

    read = add("read", stages.read, "show the conversations and answers of a file, unmasked, one JSON object a line")
    read.add_argument("file", type=Path)

    for name, command, text in (
        ("mask", stages.mask, "mask personal data: one text a line in, text and spans out"),
        ("lemmatize", stages.lemmatize, "lemmas and parts of speech: one text a line in, tokens out"),
        ("score", stages.score, "sentiment and emotions: one text a line in, probabilities out"),
    ):
        stage = add(name, command, text)
        stage.add_argument("file", nargs="?", default="-", help="a text file, or - for standard input (default)")
        stage.add_argument("--format", choices=("jsonl", "table"), default="jsonl")

    add("metrics", metrics.list_metrics, "list the named metrics with their grain, unit and parameters")
    query = add("query", metrics.query, "run a named metric on the published database")
    query.add_argument("name")
    query.add_argument("parameters", nargs="*", metavar="PARAMETER=VALUE")
    query.add_argument("--format", choices=("table", "jsonl", "csv"), default="table")
    query.add_argument("--database", type=Path, help="another database (default: paths.published)")

    check = add("check", night.check, "run the checks that block publishing")
    check.add_argument("--database", type=Path, help="another database (default: paths.database)")

    evaluate = add("evaluate", models.evaluate, "measure the models on the development corpora")
    evaluate.add_argument("--corpora", type=Path, help="their folder (default: paths.corpora)")
    parts = evaluate.add_subparsers(metavar="language")
    text = "measure lemmatizers alone: by corpus, UPOS, genre and register, with their most frequent mistakes"
    measured = parts.add_parser("language", help=text, description=text)
    measured.set_defaults(command=language.evaluate)
    measured.add_argument("files", nargs="*", type=Path, help="CoNLL-U files (default: the corpora's, and data/gold)")
    measured.add_argument("--corpora", type=Path, default=argparse.SUPPRESS, help="as above")
    measured.add_argument(
        "--lemmatizer", action="append", metavar="NAME", help="may be repeated (default: the configured)"
    )
    measured.add_argument("--confusions", type=int, default=20, metavar="N", help="how many mistakes (default: 20)")
    measured.add_argument("--format", choices=("table", "json"), default="table")

    train = add("train", models.train, "train a model from the corpora into models/")
    train.add_argument("task", choices=("affect", "lemmas", "languages", "names", "stanza"))
    train.add_argument("--corpora", type=Path, help="their folder (default: paths.corpora)")
    train.add_argument("--output", type=Path, help="the model's folder (default: the one in the settings)")
    only = train.add_argument_group("stanza", "train stanza reads these treebanks and writes --output, a new folder")
    only.add_argument("--train", type=Path, nargs="+", metavar="CONLLU", help="treebanks to learn from")
    only.add_argument("--dev", type=Path, metavar="CONLLU", help="the treebank that chooses the best state")
    only.add_argument("--steps", type=int, help="limit of the tokenizer and of the tagger (default: Stanza's, 50000)")
    only.add_argument("--epochs", type=int, help="limit of the lemmatizer (default: Stanza's, 60)")

    adding = add("add-model", models.add_model, "bring a Hugging Face sequence classifier under models/")
    adding.add_argument("source", help="a local folder, or with --revision a model of the hub")
    adding.add_argument("name")
    adding.add_argument("--version", default="1")
    adding.add_argument("--label", action="append", default=[], metavar="OWN=OURS", help="such as LABEL_0=negative")
    adding.add_argument("--revision", help="of a hub model: the 40 digits of a commit")
    adding.add_argument("--download", action="store_true", help="allow fetching it over the network")

    listing = add("models", models.list_models, "list the models")
    listing.add_argument("--verify", action="store_true", help="compare every file with the SHA-256 on its card")
    return parser
