"""A small house: settings whose nights are quick, with files of every kind that a person may be in."""

from collections.abc import Callable

import pytest

from pipeline.config import Config, load_config


@pytest.fixture
def house(config: Config, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Config]:
    """Settings with the quickest classifier; `house(RETENTION__TEXTS_CHAT="5")` changes some."""

    def settings(**changes: str) -> Config:
        for name, value in {"AFFECT__MODEL": "affect-lexicon-0.1.0", **changes}.items():
            monkeypatch.setenv(f"TUNNEPOLKU_{name}", value)
        load_config.cache_clear()
        return load_config()

    return settings
