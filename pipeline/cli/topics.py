"""`topics`: what customers speak of, grouped by itself."""

import argparse
import sys

from pipeline.cli import metrics
from pipeline.errors import ConfigError


def topics(options: argparse.Namespace) -> None:
    """Find the topics of each touchpoint, name them, and write a row each.

    Raises:
        ConfigError: no model reads conversations, or the file of names is not what it should be.
        PipelineError: the model or the database is not what it should be.
    """
    from pipeline import store
    from pipeline.config import load_config
    from pipeline.topics import COLUMNS, add_names, find_topics, load_names, read_stretches, rows
    from pipeline.touchpoints.reader import load_path_reader

    if min(options.days, options.most) < 1:
        raise ConfigError("--days and --most are whole numbers: write 1 or more.")
    if options.names:
        load_names(options.names)  # what is wrong with it is told before the conversations are read
    config = load_config()
    network = load_path_reader(config).network
    if network is None:
        raise ConfigError("Topics need the model that reads conversations: name one in touchpoints.model.")
    with store.opened(options.database or config.paths.published, read_only=True) as connection:
        found = find_topics(read_stretches(connection, network, days=options.days, most=options.most))
    if options.names:
        found = add_names(options.names, found)
    metrics.write(options.format, list(COLUMNS), rows(found))
    if not found:
        print("No topic: too few conversations, or none that other samples would show too.", file=sys.stderr)
