"""`audit`."""

import argparse
from datetime import datetime
from pathlib import Path

from pipeline.errors import ConfigError


def audit(options: argparse.Namespace) -> None:
    """Write the record of processing activities, to a file or to standard output."""
    from pipeline.audit import write_record
    from pipeline.config import load_config

    config = load_config()
    text = write_record(config, datetime.now(config.time.zone).date())
    if options.output is None:
        print(text, end="")
        return
    _replace(options.output, text)
    print(f"Written: {options.output}. Fill in what it asks for: täydennä.")


def _replace(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise ConfigError(f"{path} cannot be written ({error.strerror}): name another file.") from None
