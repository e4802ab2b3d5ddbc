"""The secret in its file, as most have it, and the quickest of the classifiers."""

import pytest

from pipeline.config import Config, load_config
from pipeline.privacy.pseudonyms import new_secret, write_secret


@pytest.fixture
def config(config: Config, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.setenv("TUNNEPOLKU_AFFECT__MODEL", "affect-lexicon-0.1.0")
    monkeypatch.setenv("TUNNEPOLKU_AFFECT__EVIDENCE", "false")
    monkeypatch.delenv("TUNNEPOLKU_SECRET")
    load_config.cache_clear()
    write_secret(new_secret(), load_config().paths.secret)
    return load_config()
