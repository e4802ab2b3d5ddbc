"""`export-model`."""

import argparse
from pathlib import Path

from pipeline.errors import ConfigError


def export_model(options: argparse.Namespace) -> None:
    """Write the shipped classifier as a folder that transformers reads."""
    from pipeline.affect.huggingface import write_huggingface
    from pipeline.config import load_config

    config = load_config()
    folder: Path = options.output
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(f"{folder} is there already: name a new folder.")
    write_huggingface(config.paths.models / (options.model or config.affect.model), folder, options.head)
    print(f"Written: {folder}. Read it with transformers.pipeline('text-classification', model={str(folder)!r}).")
