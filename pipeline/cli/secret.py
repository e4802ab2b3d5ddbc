"""`secret`: make the secret of the keyed hashes, rotate it, check that it fits; it is never shown."""

import argparse
from typing import TYPE_CHECKING

from pipeline.errors import PrivacyError, StoreError

if TYPE_CHECKING:
    from pipeline.config import Config

FITS = {
    "same": "The stored keys were made with it.",
    "unknown": "No key is stored that it is known to belong to: the next night will note it.",
    "cut off": "A rotation was cut off before its secret was in place: the next night will finish it.",
}


def new(options: argparse.Namespace) -> None:
    """Write a fresh secret into the file of the settings.

    Raises:
        PrivacyError: there is a secret already, or keys are stored that another one was made for.
    """
    from pipeline import keys, store
    from pipeline.config import load_config
    from pipeline.privacy.pseudonyms import new_secret, write_secret

    config = load_config()
    path, place = config.paths.secret, _place(config)
    if place and options.if_missing:
        return
    if place:
        raise PrivacyError(f"There is a secret already, in {place}: it stays, since every stored key needs it.")
    if config.paths.database.exists():
        with store.opened(config.paths.database, read_only=True) as connection:
            if keys.holds_keys(connection):
                raise PrivacyError(
                    f"{config.paths.database} holds keys that another secret made: restore that one to {path}, since "
                    "with a new one every customer would become two."
                )
    write_secret(new_secret(), path)
    print(f"A new secret is in {path}: back it up, apart from the database, and never commit it.")


def _place(config: "Config") -> str | None:
    """Where the secret is taken from; None where there is none."""
    from pipeline.privacy.pseudonyms import VARIABLE, secret_in

    if secret_in(VARIABLE) is not None:
        return f"the variable {VARIABLE}"
    if config.paths.secret.exists():
        return str(config.paths.secret)
    return f"Prefect's secret block {config.privacy.secret_block}" if config.privacy.secret_block else None


def check(_options: argparse.Namespace) -> None:
    """Say where the secret comes from, how long its chain is, and whether the stored keys were made with it.

    Raises:
        PrivacyError: there is no usable secret, or it is another one.
    """
    from pipeline import keys, store
    from pipeline.config import load_config
    from pipeline.privacy import load_secret

    config = load_config()
    length = len(load_secret(config.paths.secret).chain)
    print(f"The secret comes from {_place(config)}; it is a chain of {length}.")
    found: keys.Fit = "unknown"
    if config.paths.database.exists():
        with store.opened(config.paths.database, read_only=True) as connection:
            found = keys.fit(connection, config.paths.secret)
    print(FITS[found])


def rotate(_options: argparse.Namespace) -> None:
    """Add a fresh link to the secret, re-key the database and publish it again; a run of its own.

    Raises:
        PrivacyError: there is no usable secret, or the new one is missing where the environment holds it.
        PipelineError: whatever stopped it; the keys and the secret still fit each other.
    """
    from pipeline import keys, steps
    from pipeline.config import load_config
    from pipeline.privacy.pseudonyms import NEW_VARIABLE, VARIABLE, secret_in

    config = load_config()
    if not config.paths.database.exists():
        raise StoreError(f"There is no database at {config.paths.database}, and so no key to renew.")
    with steps.only_run(config):
        fresh = keys.fresh_link()
        run_id = steps.begin(config)
        count = keys.rotate(config, fresh)
        print(f"{count:,} keys are new.")
        if secret_in(VARIABLE) is None:
            print(f"The new secret is in {config.paths.secret}: back it up in place of the old.")
        else:
            print(f"{VARIABLE} must from now on hold what it held, a space, and what {NEW_VARIABLE} holds.")
        steps.verify(run_id, config)
        steps.publish(run_id, config)
    print(f"Published: {config.paths.published}")
