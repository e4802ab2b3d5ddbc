"""`analyze`: conversations in, what is read in each of them out."""

import argparse
import json
import sys
from dataclasses import replace


def analyze(options: argparse.Namespace) -> None:
    """One JSON object for each line; what it holds is a contract: later versions only add keys."""
    from pipeline.analysis import analyze as analyzed
    from pipeline.analysis import load_readers
    from pipeline.cli.stages import lines_of
    from pipeline.config import load_config

    config = load_config()
    config = replace(config, affect=replace(config.affect, evidence=options.evidence))
    for row in analyzed(lines_of(options.file), config, *load_readers(config)):
        if "error" in row:
            print(f"tunnepolku: {row['position']}: {row['error']}", file=sys.stderr)
        print(json.dumps(row, ensure_ascii=False))
        sys.stdout.flush()
