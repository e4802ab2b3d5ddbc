"""How the readers of our corpus agree, and how varied it is beside real text.

    python -m tests.bench.corpus [--words N]

Prints Cohen's kappa of every label, near-duplicates, and the variety of samples of one size.
"""

import argparse
from dataclasses import asdict

from pipeline.affect.learning.corpora import read_finnsentiment, read_xed
from pipeline.affect.learning.customers import DEVELOP, VERIFY, read_customers
from pipeline.affect.measuring.corpus_check import agreement, near_duplicates, sample, variety
from pipeline.config import load_config, project_root
from pipeline.language import load_lemmatizer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--words", type=int, default=14_000, help="words in each sample (default: 14000)")
    words = parser.parse_args().words
    corpora, gold = load_config().paths.corpora, project_root() / "data" / "gold"
    parts = {name: read_customers(gold / name) for name in (DEVELOP, VERIFY)}
    for name, items in parts.items():
        print(f"\n{name}: {len(items)} items; kappa")
        for label, kappa in agreement(items).items():
            print(f"  {label:20}{kappa:.2f}")
    print(f"\nnear-duplicates: {len(near_duplicates([item for items in parts.values() for item in items]))}")
    texts = {name: [item.text for item in items] for name, items in parts.items()}
    if corpora.is_dir():
        texts["forum"] = [line.text for line in read_finnsentiment(corpora / "finnsentiment" / "train.tsv")]
        texts["films"] = [line.text for line in read_xed(corpora / "xed_fi" / "train.tsv")]
    else:
        print(f"{corpora} is not there: no forum and no films to compare with.")
    lemmatize = load_lemmatizer("finnish").lemmatize
    for name, own in texts.items():
        print(f"\n{name}")
        for measure, value in asdict(variety(sample(own, words), lemmatize)).items():
            print(f"  {measure:20}{value}")


if __name__ == "__main__":
    main()
