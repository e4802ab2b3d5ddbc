"""The command line: `tunnepolku COMMAND`, one sentence and an exit code for every expected error."""

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from pipeline.cli import (
    adapt,
    analyze,
    audit,
    conversations,
    erase,
    export,
    language,
    metrics,
    models,
    night,
    privacy,
    pull,
    registry,
    rescore,
    roles,
    secret,
    share,
    show,
    stages,
    taxonomies,
    team_pack,
    topics,
)
from pipeline.cli import affect as feelings
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
    text = "files, folders, patterns, zip archives or URLs (default: paths.landing of the settings)"
    run.add_argument("paths", nargs="*", help=text)
    run.add_argument("--from", dest="first", type=date.fromisoformat, help="backfill: first day, such as 2026-09-01")
    run.add_argument("--to", dest="last", type=date.fromisoformat, help="backfill: last day, inclusive")

    text = "read what is stored again with the models of the settings, from its masked text; keep earlier versions"
    again = add("rescore", rescore.rescore, text)
    again.add_argument("--from", dest="first", type=date.fromisoformat, help="first day, such as 2026-09-01")
    again.add_argument("--to", dest="last", type=date.fromisoformat, help="last day, inclusive")
    again.add_argument("--dry-run", action="store_true", help="only say how much would be read again")

    pulling = add("pull", pull.pull, "pull what is new from the sources of the settings into the landing folder")
    pulling.add_argument("name", nargs="?", help="one of them, as in [pull.NAME] (default: all)")

    read = add("read", stages.read, "show the conversations and answers of files, unmasked, one JSON object a line")
    read.add_argument("file", help="a file, folder, pattern, zip archive or URL")
    text = "say instead what it is taken for and why, masked; of an unknown table, propose a column mapping"
    read.add_argument("--explain", action="store_true", help=text)

    text = (
        "read whole conversations, a JSON object a line as `read` prints them: touchpoints, goal, ease, feelings, why"
    )
    whole = add("analyze", analyze.analyze, text)
    whole.add_argument("file", nargs="?", default="-", help="a file of JSON Lines, or - for standard input (default)")
    whole.add_argument("--format", choices=("jsonl",), default="jsonl")
    text = "look for the words that carry feelings too, so that reasons are chosen better; many times slower"
    whole.add_argument("--evidence", action="store_true", help=text)

    for name, command, text in (
        ("mask", stages.mask, "mask personal data: one text a line in, text and spans out"),
        ("lemmatize", stages.lemmatize, "lemmas and parts of speech: one text a line in, tokens out"),
        ("score", stages.score, "sentiment and emotions: one text a line in, probabilities out"),
    ):
        stage = add(name, command, text)
        stage.add_argument("file", nargs="?", default="-", help="a text file, or - for standard input (default)")
        stage.add_argument("--format", choices=("jsonl", "table"), default="jsonl")
        if name == "score":
            which = stage.add_mutually_exclusive_group()
            backends = ("finnish", "linear", "lexicon", "transformers")
            which.add_argument("--backend", choices=backends, help="the newest model of this backend under models/")
            which.add_argument(
                "--model", metavar="FOLDER", help="a folder under models/, or any other with a card.toml"
            )
            stage.add_argument("--evidence", action="store_true", help="add the words that carry what is read")

    add("metrics", metrics.list_metrics, "list the named metrics with their grain, unit and parameters")
    query = add("query", metrics.query, "run a named metric on the published database")
    query.add_argument("name")
    query.add_argument("parameters", nargs="*", metavar="PARAMETER=VALUE")
    query.add_argument("--format", choices=("table", "jsonl", "csv"), default="table")
    query.add_argument("--database", type=Path, help="another database (default: paths.published)")

    text = "what customers speak of at each touchpoint, grouped by itself, whether or not a taxonomy knows it"
    grouped = add("topics", topics.topics, text)
    grouped.add_argument("--days", type=int, default=28, help="up to the last one stored (default: 28)")
    text = "read at most so many conversations, drawn by their ids (default: 2000)"
    grouped.add_argument("--most", type=int, default=2000, metavar="N", help=text)
    text = "a TOML file of names: new topics are added to it, and those it knows are called as it says"
    grouped.add_argument("--names", type=Path, metavar="FILE", help=text)
    grouped.add_argument("--format", choices=("table", "jsonl", "csv"), default="table")
    grouped.add_argument("--database", type=Path, help="another database (default: paths.published)")

    one = add("show", show.show, "one conversation of the published database, masked: turns, arc, segments, reasons")
    one.add_argument("conversation", help="its id, or its id at the source")
    one.add_argument("--database", type=Path, help="another database (default: paths.published)")

    text = "write aggregates that may leave the house, groups of few people hidden, into a new folder"
    sharing = add("share", share.share, text)
    sharing.add_argument("folder", nargs="?", type=Path, help="a new folder (default: one under paths.exports)")
    sharing.add_argument(
        "--metric", action="append", metavar="NAME", help="may be repeated (default: all that may leave)"
    )
    sharing.add_argument("--check", action="store_true", help="check such a folder against the database instead")
    sharing.add_argument("--database", type=Path, help="another database (default: paths.published)")

    text = "write the weekly pack of each team, masked and in Finnish, as pages for its meeting, into a new folder"
    weekly = add("team-pack", team_pack.team_pack, text)
    weekly.add_argument("folder", type=Path, help="a new folder")
    weekly.add_argument("--week", metavar="YEAR-WEEK", help="such as 2026-W40 (default: the last whole week)")
    weekly.add_argument("--team", metavar="NAME", help="only this one, as the table conversations names its queue")
    weekly.add_argument("--database", type=Path, help="another database (default: paths.published)")

    text = "write the record of processing activities (seloste käsittelytoimista), in Finnish"
    record = add("audit", audit.audit, text)
    record.add_argument("--output", type=Path, help="a Markdown file (default: standard output)")

    for name, command, text in (
        ("palvelupolku", taxonomies.palvelupolku, "check a service path and show it as a tree"),
        ("drivers", taxonomies.drivers, "check a file of drivers and list them"),
    ):
        checking = add(name, command, text)
        checking.add_argument("file", nargs="?", type=Path, help="a TOML file (default: the one in use)")
        checking.add_argument("--language", choices=("fi", "en"), default="fi", help="of what is said (default: fi)")

    text = "make, rotate or check the secret of the keyed hashes"
    keeping = commands.add_parser("secret", help=text, description=text)
    deeds = keeping.add_subparsers(required=True, metavar="new|rotate|check")
    text = "make the first secret, in the file of the settings"
    making = deeds.add_parser("new", help=text, description=text)
    making.add_argument("--if-missing", action="store_true", help="do nothing where there is a secret already")
    making.set_defaults(command=secret.new)
    text = "add a fresh secret to it, give every stored key its new form and publish again"
    deeds.add_parser("rotate", help=text, description=text).set_defaults(command=secret.rotate)
    text = "where the secret comes from, how long its chain is, and whether the stored keys were made with it"
    deeds.add_parser("check", help=text, description=text).set_defaults(command=secret.check)
    check = add("check", night.check, "run the checks that block publishing, and search files for personal data")
    check.add_argument("--database", type=Path, help="another database (default: paths.database)")

    forgetting = add("forget", erase.forget, "remove a person from everything that is ours, and print a proof")
    text = "their number at your company, or the keyed hash that is stored; repeatable"
    forgetting.add_argument("--customer", action="append", default=[], metavar="KEY", help=text)
    forgetting.add_argument("--file", type=Path, help="the same, one a line")
    forgetting.add_argument("--format", choices=("table", "json"), default="table")
    keeping = add("retention", erase.retention, "show what is older than the settings allow; the next night removes it")
    keeping.add_argument("--format", choices=("table", "json"), default="table")

    evaluate = add("evaluate", models.evaluate, "measure the models on the development corpora")
    evaluate.add_argument("--corpora", type=Path, help="their folder (default: paths.corpora)")
    parts = evaluate.add_subparsers(metavar="affect|conversations|language|privacy|roles")
    text = "measure classifiers alone: by corpus, group, channel, register, length, with intervals and calibration"
    classified = parts.add_parser("affect", help=text, description=text)
    classified.set_defaults(command=feelings.evaluate)
    classified.add_argument(
        "--model", action="append", metavar="FOLDER", help="may be repeated (default: the configured)"
    )
    classified.add_argument("--by", action="append", choices=feelings.FACETS, help="may be repeated (default: all)")
    classified.add_argument("--format", choices=("table", "json"), default="table")
    classified.add_argument("--card", action="store_true", help="write the figures on the model's card")
    _measured_on(classified)
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

    text = "measure masking: recall by type and register, precision, lines touched without need, flags"
    masked = parts.add_parser("privacy", help=text, description=text)
    masked.set_defaults(command=privacy.evaluate)
    masked.add_argument("file", nargs="?", type=Path, help="annotated lines (default: privacy_verify.jsonl)")
    masked.add_argument("--format", choices=("table", "json"), default="table")
    masked.add_argument("--misses", action="store_true", help="list what is not masked and what is touched needlessly")
    masked.add_argument("--card", action="store_true", help="write the figures on the model's card")

    text = "measure inferred speakers: with labels and without, by number of turns, without marks, after masking"
    inferred = parts.add_parser("roles", help=text, description=text)
    inferred.set_defaults(command=roles.evaluate)
    inferred.add_argument(
        "files", nargs="*", type=Path, help="annotated talks (default: those that data/gold keeps back)"
    )
    inferred.add_argument("--format", choices=("table", "json"), default="table")
    inferred.add_argument("--card", action="store_true", help="write the figures on the model's card")

    text = "measure the reading of whole conversations: touchpoints, goal, ease, feelings, events, empathy"
    wholes = parts.add_parser("conversations", help=text, description=text)
    wholes.set_defaults(command=conversations.evaluate)
    wholes.add_argument("file", nargs="?", type=Path, help="gold (default: conversations_verify.jsonl)")
    wholes.add_argument("--format", choices=("table", "json"), default="table")
    wholes.add_argument("--card", action="store_true", help="write the figures on the model's card")
    wholes.add_argument(
        "--channels", action="store_true", help="instead: feelings of each channel as read beside those labelled"
    )

    train = add("train", models.train, "train a model from the corpora into models/")
    train.add_argument("task", choices=("affect", "conversations", "lemmas", "languages", "privacy", "roles", "stanza"))
    train.add_argument("--corpora", type=Path, help="their folder (default: paths.corpora)")
    train.add_argument("--output", type=Path, help="the model's folder (default: the one in the settings)")
    affect = train.add_argument_group(
        "affect", "train affect learns FinnSentiment, XED and data/gold/feelings_develop.jsonl"
    )
    affect.add_argument("--backend", choices=("finnish", "linear"), default="finnish", help="(default: finnish)")
    affect.add_argument(
        "--start",
        action="append",
        help="an encoder's folder, a hub model's name, or the network/ of a training; of several the mean "
        "(conversations: an encoder, then a model of conversations to go on from)",
    )
    affect.add_argument("--revision", help="of a hub model: the 40 digits of a commit")
    affect.add_argument("--download", action="store_true", help="allow fetching it over the network")
    affect.add_argument(
        "--teacher", action="append", default=[], help="the network/ of a training, or linear; repeatable"
    )
    affect.add_argument("--layers", help="which layers of the start to keep, such as 0,2,4,6,8,11 (default: all)")
    affect.add_argument("--rate", type=float, help="highest learning rate")
    affect.add_argument("--seed", type=int, help="the same seed, the same model (on the same machine)")
    affect.add_argument(
        "--recipe", action="append", default=[], metavar="NAME=VALUE", help="such as agreement=1; repeatable"
    )
    affect.add_argument("--device", default="cpu", help="such as cuda (default: cpu)")
    only = train.add_argument_group("stanza", "train stanza reads these treebanks and writes --output, a new folder")
    only.add_argument("--train", type=Path, nargs="+", metavar="CONLLU", help="treebanks to learn from")
    only.add_argument("--dev", type=Path, metavar="CONLLU", help="the treebank that chooses the best state")
    only.add_argument("--steps", type=int, help="limit of the tokenizer and of the tagger (default: Stanza's, 50000)")
    only.add_argument("--epochs", type=int, help="limit of the lemmatizer (default: Stanza's, 60); epochs of affect")

    adding = add("add-model", models.add_model, "bring a Hugging Face sequence classifier under models/")
    adding.add_argument("source", help="a local folder, or with --revision a model of the hub")
    adding.add_argument("name")
    adding.add_argument("--version", default="1")
    adding.add_argument("--label", action="append", default=[], metavar="OWN=OURS", help="such as LABEL_0=negative")
    adding.add_argument("--revision", help="of a hub model: the 40 digits of a commit")
    adding.add_argument("--download", action="store_true", help="allow fetching it over the network")

    text = "tune the classifier on your own corrected utterances, and show whether that helped"
    adapting = add("adapt", adapt.adapt, text)
    adapting.add_argument("file", type=Path, help="CSV or JSON Lines: text, sentiment; emotions, conversation_id")
    adapting.add_argument("--model", help="a folder under models/ (default: affect.model of the settings)")
    adapting.add_argument("--name", help="of the new model, after local- (default: the parent's)")
    adapting.add_argument("--label", default="own", help="what its version ends in (default: own)")
    adapting.add_argument("--anyway", action="store_true", help="write the model though it did not help")

    exporting = add(
        "export-model", export.export_model, "write the shipped classifier as a folder that transformers reads"
    )
    exporting.add_argument("output", type=Path, help="a new folder")
    exporting.add_argument("--model", help="a folder under models/ (default: affect.model)")
    exporting.add_argument("--head", choices=("sentiment", "emotions", "cues", "all"), default="sentiment")

    listing = add("models", registry.list_models, "list the models, or compare, choose and go back")
    listing.add_argument("--verify", action="store_true", help="compare every file with the SHA-256 on its card")
    deeds = listing.add_subparsers(metavar="compare|use|rollback")
    text = "which of two classifiers is better on the same texts: paired intervals and McNemar's test"
    compared = deeds.add_parser("compare", help=text, description=text)
    compared.set_defaults(command=feelings.compare)
    compared.add_argument("first", metavar="A")
    compared.add_argument("second", metavar="B")
    compared.add_argument("--format", choices=("table", "json"), default="table")
    _measured_on(compared)
    text = "make another classifier the one of the nights to come, in tunnepolku.toml"
    using = deeds.add_parser("use", help=text, description=text)
    using.set_defaults(command=registry.use)
    using.add_argument("name", help="a folder under models/, or any other with a card")
    text = "go back to the classifier that was in use before"
    deeds.add_parser("rollback", help=text, description=text).set_defaults(command=registry.rollback)
    return parser


def _measured_on(command: argparse.ArgumentParser) -> None:
    """What classifiers are measured on."""
    command.add_argument("--corpora", type=Path, help="folder of the public corpora (default: paths.corpora)")
    command.add_argument(
        "--gold", type=Path, metavar="FILE", help="labelled utterances (default: feelings_verify.jsonl)"
    )
    command.add_argument("--require", action="store_true", help="fail if anything to measure on is missing")
