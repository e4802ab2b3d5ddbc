"""`team-pack`."""

import argparse
from datetime import datetime


def team_pack(options: argparse.Namespace) -> None:
    """Write the weekly pack of each large enough team into a new folder, or say that there is nothing to tell."""
    from pipeline import store
    from pipeline.config import load_config
    from pipeline.packs import Week, read_packs, write_packs

    config = load_config()
    floor = config.privacy.min_group
    week = Week.parse(options.week) if options.week else Week.last_whole(datetime.now(config.time.zone).date())
    with store.opened(options.database or config.paths.published, read_only=True) as connection:
        packs = read_packs(connection, week, floor, options.team)
    if not packs:
        whose = f"The team {options.team}" if options.team else "No team"
        verb = "did not have" if options.team else "had"
        print(f"Nothing is written: {whose} {verb} {floor} agents and {floor} customers whom they served in {week}.")
        return
    names = write_packs(packs, options.folder)
    print(f"Written: {options.folder} ({', '.join(names)}). Teams of fewer than {floor} people are left out.")
