import os
import tomllib
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pipeline.config import DEFAULTS, load_config, project_root
from pipeline.errors import ConfigError

load = load_config.__wrapped__


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """An empty project with no settings of its own, whatever the developer has set."""
    for name in [name for name in os.environ if name.startswith("TUNNEPOLKU_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TUNNEPOLKU_HOME", str(tmp_path))
    return tmp_path


def user_file(home, text, name="tunnepolku.toml"):
    path = home / name
    path.write_text(text, "utf-8")
    return path


def test_the_defaults_are_what_the_file_says(home):
    config = load()
    assert config.time.zone == ZoneInfo("Europe/Helsinki")
    assert (config.sources.batch_size, config.sources.max_rejected_share) == (200, 0.10)
    assert config.sources.role_threshold == 0.85
    assert config.sources.own_domains == ""
    assert (config.privacy.names, config.privacy.min_group) == (True, 5)
    assert config.language.lemmatizer == "finnish"
    assert (config.affect.context_turns, config.affect.evidence) == (0, True)
    assert config.paths.database == home / "data" / "tunnepolku.duckdb"
    for name in ("palvelupolku", "drivers"):
        assert getattr(config.touchpoints, name) == DEFAULTS.with_name(f"{name}.toml")
        assert getattr(config.touchpoints, name).is_file()


def test_every_default_reaches_the_config_object():
    """A key of the file that no field takes would be a setting that does nothing."""
    config, defaults = load(), tomllib.loads(DEFAULTS.read_text("utf-8"))
    assert (config.pull, defaults.pop("pull")) == ((), {}), "its keys are the users' own: tests/pulling"
    assert {name: set(getattr(config, name).__slots__) for name in config.__slots__ if name != "pull"} == {
        section: set(values) for section, values in defaults.items()
    }


def test_home_is_the_checkout_unless_it_is_set(home, monkeypatch):
    assert project_root() == home
    monkeypatch.delenv("TUNNEPOLKU_HOME")
    assert project_root() == Path(__file__).parents[1]


def test_the_users_file_changes_what_it_names_and_nothing_else(home):
    user_file(home, '[sources]\nbatch_size = 7\n\n[time]\nzone = "UTC"\n')
    config = load()
    assert config.sources.batch_size == 7
    assert config.time.zone == ZoneInfo("UTC")
    assert config.sources.max_rejected_share == 0.10


def test_the_environment_beats_the_users_file(home, monkeypatch):
    user_file(home, "[sources]\nbatch_size = 7\nmax_rejected_share = 0.5\n")
    monkeypatch.setenv("TUNNEPOLKU_SOURCES__BATCH_SIZE", "9")
    config = load()
    assert (config.sources.batch_size, config.sources.max_rejected_share) == (9, 0.5)


def test_the_file_named_in_the_environment_replaces_the_usual_one(home, monkeypatch):
    user_file(home, "[sources]\nbatch_size = 7\n")
    named = user_file(home, "[sources]\nmax_rejected_share = 0.5\n", "other.toml")
    monkeypatch.setenv("TUNNEPOLKU_CONFIG", str(named))
    config = load()
    assert (config.sources.batch_size, config.sources.max_rejected_share) == (200, 0.5)


def test_a_named_file_that_is_missing_is_an_error_and_an_empty_name_is_none(home, monkeypatch):
    monkeypatch.setenv("TUNNEPOLKU_CONFIG", "")
    assert load().sources.batch_size == 200
    monkeypatch.setenv("TUNNEPOLKU_CONFIG", str(home / "gone.toml"))
    with pytest.raises(ConfigError, match=r"TUNNEPOLKU_CONFIG.*gone\.toml"):
        load()


@pytest.mark.parametrize(
    ("variable", "value", "section", "key", "expected"),
    [
        ("PRIVACY__NAMES", "false", "privacy", "names", False),
        ("PRIVACY__NAMES", "0", "privacy", "names", False),
        ("PRIVACY__NAMES", "True", "privacy", "names", True),
        ("PRIVACY__NAMES", "1", "privacy", "names", True),
        ("SOURCES__BATCH_SIZE", "50", "sources", "batch_size", 50),
        ("SOURCES__MAX_REJECTED_SHARE", "1", "sources", "max_rejected_share", 1.0),
        ("SOURCES__MAX_REJECTED_SHARE", "0", "sources", "max_rejected_share", 0.0),
        ("AFFECT__MODEL", "123", "affect", "model", "123"),
        ("LANGUAGE__STANZA_FOLDER", "/models/fi", "language", "stanza_folder", "/models/fi"),
    ],
)
def test_the_environment_takes_the_type_of_the_default(monkeypatch, variable, value, section, key, expected):
    monkeypatch.setenv(f"TUNNEPOLKU_{variable}", value)
    found = getattr(getattr(load(), section), key)
    assert found == expected
    assert type(found) is type(expected)


def test_a_whole_number_will_do_for_a_share(home):
    user_file(home, "[sources]\nmax_rejected_share = 1\n")
    assert load().sources.max_rejected_share == 1.0


def test_variables_without_two_underscores_are_no_settings(monkeypatch):
    monkeypatch.setenv("TUNNEPOLKU_SECRET", "x" * 40)
    monkeypatch.setenv("TUNNEPOLKU_UNRELATED", "x")
    assert load().sources.batch_size == 200


def test_relative_paths_start_at_home_and_absolute_ones_stand(home):
    absolute = home.parent / "elsewhere.duckdb"
    user_file(
        home,
        f'[paths]\ndatabase = "{absolute}"\nlanding = "in/../inbox"\n\n[touchpoints]\npalvelupolku = "polku.toml"\n',
    )
    user_file(home, "", "polku.toml")
    config = load()
    assert config.paths.database == absolute
    assert config.paths.landing == home / "inbox"
    assert config.touchpoints.palvelupolku == home / "polku.toml"
    assert all(getattr(config.paths, name).is_absolute() for name in config.paths.__slots__)


BROKEN = {
    '[sources]\nbatchsize = 1\n': "sources.batchsize",
    "[source]\nbatch_size = 1\n": r"\[source\]",
    "batch_size = 1\n": r"\[batch_size\]",
    "sources = 1\n": r"\[sources\]",
    '[sources]\nbatch_size = "many"\n': "sources.batch_size",
    "[sources]\nbatch_size = [1]\n": "sources.batch_size",
    "[sources]\nbatch_size = 2.5\n": "sources.batch_size",
    "[sources]\nbatch_size = inf\n": "sources.batch_size",
    "[sources]\nbatch_size = nan\n": "sources.batch_size",
    "[sources]\nbatch_size = true\n": "sources.batch_size",
    "[sources]\nbatch_size = 0\n": "sources.batch_size",
    "[sources]\nbatch_size = -5\n": "sources.batch_size",
    "[sources]\nmax_rejected_share = true\n": "sources.max_rejected_share",
    "[sources]\nmax_rejected_share = 1.01\n": "sources.max_rejected_share",
    "[sources]\nmax_rejected_share = -0.01\n": "sources.max_rejected_share",
    "[sources]\nmax_rejected_share = nan\n": "sources.max_rejected_share",
    "[sources]\nrole_threshold = 0.49\n": "sources.role_threshold",
    "[sources]\nrole_threshold = 1.01\n": "sources.role_threshold",
    "[sources]\nrole_threshold = nan\n": "sources.role_threshold",
    '[privacy]\nnames = "perhaps"\n': "privacy.names",
    "[privacy]\nnames = 1\n": "privacy.names",
    "[privacy]\nmin_group = 1\n": "privacy.min_group",
    "[privacy]\nmin_group = 5.5\n": "privacy.min_group",
    "[controller]\nname = 1\n": "controller.name",
    "[language]\nlemmatizer = true\n": "language.lemmatizer",
    "[language]\nlemmatizer = ['spacy']\n": "language.lemmatizer",
    "[affect]\ncontext_turns = -1\n": "affect.context_turns",
    "[affect]\nevidence = 1\n": "affect.evidence",
    "[retention]\ntexts_call = -1\n": "retention.texts_call",
    "[retention]\nverbatims = 1.5\n": "retention.verbatims",
    "[time]\nzone = 'Europe/Helsingfors'\n": "time.zone",
    "[time]\nzone = 'Europe'\n": "time.zone",
    "[time]\nzone = ''\n": "time.zone",
    "[time]\nzone = '../x'\n": "time.zone",
    "[touchpoints]\npalvelupolku = 'gone.toml'\n": "touchpoints.palvelupolku",
    "[touchpoints]\ndrivers = 'gone.toml'\n": "touchpoints.drivers",
    "[sources\n": "tunnepolku.toml",
}  # fmt: skip


@pytest.mark.parametrize(("text", "named"), BROKEN.items(), ids=[text.strip() for text in BROKEN])
def test_what_cannot_be_understood_is_named(home, text, named):
    user_file(home, text)
    with pytest.raises(ConfigError, match=named) as refused:
        load()
    assert refused.value.exit_code == 2
    assert str(refused.value).endswith(".")


def test_a_file_that_is_no_text_and_a_folder_are_named(home, monkeypatch):
    (home / "bytes.toml").write_bytes(b"\xff\xfe")
    for name in ("bytes.toml", "."):
        monkeypatch.setenv("TUNNEPOLKU_CONFIG", str(home / name))
        with pytest.raises(ConfigError, match="not readable as TOML"):
            load()


@pytest.mark.parametrize(
    ("variable", "value", "named"),
    [
        ("TUNNEPOLKU_SOURCES__BATCH_SIZE", "ten", "sources.batch_size"),
        ("TUNNEPOLKU_SOURCES__BATCH_SIZE", "1.5", "sources.batch_size"),
        ("TUNNEPOLKU_SOURCES__MAX_REJECTED_SHARE", "nan", "sources.max_rejected_share"),
        ("TUNNEPOLKU_PRIVACY__NAMES", "kyllä", "privacy.names"),
        ("TUNNEPOLKU_PATHS__DATABAS", "x", "paths.databas"),
        ("TUNNEPOLKU_NOTHING__KEY", "x", r"\[nothing\]"),
    ],
)
def test_a_wrong_variable_is_named(monkeypatch, variable, value, named):
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigError, match=f"the environment.*{named}|^{named}"):
        load()


def test_the_hash_does_not_depend_on_where_files_lie(monkeypatch):
    before = load().config_hash
    assert len(before) == 12
    assert set(before) <= set("0123456789abcdef")
    monkeypatch.setenv("TUNNEPOLKU_PATHS__DATABASE", "elsewhere.duckdb")
    monkeypatch.setenv("TUNNEPOLKU_HOME", "/")
    monkeypatch.setenv("TUNNEPOLKU_PRIVACY__MIN_GROUP", "20")  # nor on who may see them
    monkeypatch.setenv("TUNNEPOLKU_CONTROLLER__NAME", "Esimerkki Oy")
    assert load().config_hash == before


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("TIME__ZONE", "UTC"),
        ("SOURCES__BATCH_SIZE", "50"),
        ("SOURCES__ROLE_THRESHOLD", "0.9"),
        ("PRIVACY__NAMES", "false"),
        ("RETENTION__TEXTS_CALL", "30"),
        ("LANGUAGE__LEMMATIZER", "simplemma"),
        ("AFFECT__MODEL", "other"),
        ("AFFECT__CONTEXT_TURNS", "2"),
        ("AFFECT__EVIDENCE", "false"),
    ],
)
def test_the_hash_changes_with_what_shapes_the_rows(monkeypatch, variable, value):
    before = load().config_hash
    monkeypatch.setenv(f"TUNNEPOLKU_{variable}", value)
    assert load().config_hash != before


@pytest.mark.parametrize("name", ["palvelupolku", "drivers"])
def test_the_hash_follows_the_content_of_the_taxonomies_and_not_their_names(home, monkeypatch, name):
    default = load()
    text = getattr(default.touchpoints, name).read_text("utf-8")
    monkeypatch.setenv(f"TUNNEPOLKU_TOUCHPOINTS__{name.upper()}", str(user_file(home, text, "copy.toml")))
    assert load().config_hash == default.config_hash
    user_file(home, text + "# changed\n", "copy.toml")
    assert load().config_hash != default.config_hash


def test_the_settings_are_read_once_per_process(home):
    load_config.cache_clear()
    try:
        assert load_config() is load_config()
    finally:
        load_config.cache_clear()
