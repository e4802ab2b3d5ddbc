"""Where the secret of a source is: the environment, else a file that only its owner can read, as with the keyed hashes.

Under Prefect a secret block comes third: `flows` hands it on as the variable. It is never in the settings, and no
message, log or file that is written here holds it.
"""

import os
from pathlib import Path

from pipeline.config import Config
from pipeline.errors import PullError
from pipeline.privacy.pseudonyms import read_private
from pipeline.pulls import Pull


def variable_of(pull: Pull) -> str:
    """The environment variable that may hold the secret of a source."""
    return f"TUNNEPOLKU_PULL_{pull.name.upper()}"


def file_of(pull: Pull, config: Config) -> Path:
    """The file that may hold it, beside the secret of the keyed hashes."""
    return config.paths.secret.with_name(f"pull-{pull.name}.key")


def find_secret(pull: Pull, config: Config) -> str | None:
    """A token, a password, a client secret or a private key, as the source asks for; None where there is none.

    Raises:
        PrivacyError: the file can be read by others, or cannot be read at all.
    """
    value = os.environ.get(variable_of(pull))
    try:
        found = read_private(file_of(pull, config), "utf-8") if value is None else value
    except FileNotFoundError:
        return None
    return found.strip() or None


def load_secret(pull: Pull, config: Config) -> str:
    """The secret of a source that cannot do without.

    Raises:
        PullError: there is none.
        PrivacyError: the file can be read by others, or cannot be read at all.
    """
    secret = find_secret(pull, config)
    if secret is None:
        raise PullError(
            f"{pull.name}: there is no secret, neither in {variable_of(pull)} nor in {file_of(pull, config)}: put what "
            "the source gave you there (chmod 600)."
        )
    return secret
