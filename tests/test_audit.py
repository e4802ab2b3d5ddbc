"""The record of processing: it says what the settings, the schema and the models say, and no secret."""

import dataclasses
import re
import string
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline import audit, store
from pipeline.audit import write_record
from pipeline.cli import main
from pipeline.config import Config, load_config
from pipeline.conversation import CHANNELS
from pipeline.errors import ModelError
from pipeline.models import read_card
from pipeline.privacy.patterns import TYPES
from tests.conftest import ROOT, SAMPLES
from tests.store.rows import add_run, answer, conversation, key, load, utterance

DAY = date(2026, 11, 3)
WORDS = audit._words()
SECRET = "a secret for the tests only, 32 characters or more"


@pytest.fixture
def stored(config: Config, tmp_path: Path) -> Config:
    """A database with two chats, a call and two answers."""
    with store.opened(config.paths.database) as connection:
        store.migrate(connection)
        add_run(connection, "run", started_at="2026-10-02T01:30", status="published")
        talks = [
            conversation("c1", customer=1, started_at="2026-09-01T09:00"),
            conversation("c2", [utterance(0, "agent", 0.1, participant_key=key(99))], started_at="2026-09-05T09:00"),
            conversation("c3", channel="call", customer=1, started_at=None),
        ]
        load(connection, tmp_path, talks, [answer("a1", 9, customer=2), answer("a2", 3)], file="chat.jsonl")
        connection.execute("""
            INSERT INTO source_files (file_sha256, file_name, format, run_id, loaded_at)
            VALUES ('sha', 'chat.jsonl', 'chat_jsonl', 'run', now())
        """)
    return config


def changed(monkeypatch: pytest.MonkeyPatch, **settings: str) -> Config:
    """The settings with some variables of the environment beside them."""
    for name, value in settings.items():
        monkeypatch.setenv(f"TUNNEPOLKU_{name}", value)
    load_config.cache_clear()
    return load_config()


def section(text: str, title: str) -> str:
    return re.split(rf"\n## \d+\. {title}\n", text)[1].split("\n## ")[0]


def test_it_has_the_headings_of_article_30(config: Config) -> None:
    text = write_record(config, DAY)
    assert text.startswith("# Seloste käsittelytoimista\n\nTunnepolku")
    assert "3.11.2026" in text
    assert config.config_hash in text
    numbers = [int(number) for number in re.findall(r"^## (\d+)\. ", text, re.MULTILINE)]
    assert numbers == list(range(1, len(WORDS["sections"]) + 1))
    for title in ("Rekisterinpitäjä", "tarkoitukset", "Rekisteröityjen ryhmät", "Henkilötietoryhmät", "Vastaanottajat",
                  "Säilytysajat", "turvatoimet"):  # fmt: skip
        assert re.search(rf"^## .*{title}", text, re.MULTILINE), title
    assert "{" not in text
    assert f"| `runs` | {WORDS['tables']['runs']} | 0 | – |" in text, "when a night started tells of nobody"


def test_every_stored_table_is_described(connection_of_schema: dict[str, list[str]]) -> None:
    """A table that the schema adds must be described in audit_fi.toml."""
    assert set(connection_of_schema) <= set(WORDS["tables"])
    text = write_record(load_config(), DAY)
    for table in connection_of_schema:
        assert f"| `{table}` | {WORDS['tables'][table]} |" in text


@pytest.fixture
def connection_of_schema(config: Config) -> dict[str, list[str]]:
    """The tables of the schema as this code makes it, with their columns."""
    with store.opened(Path(":memory:")) as connection:
        store.migrate(connection)
        return dict(store.select(connection, "audit/tables"))


HARMLESS = re.compile(
    r".*_(probability|intensity|strength|count|index|rating|version|hash|score|touchpoint|resolution)"
    r"|(batch|run)_id|(loaded|finished|applied|rejected)_at|channel|language|detected_language|speaker_role|seconds|end_seconds"
    r"|source|has_own_id|role_confidence|role_warnings|ignored|fingerprint|since|forgotten_at|kind|sentiment|model|is_\w+|evidence|asr_suspect|stage|touchpoint|rule|code|format|status|lemmatizer|lemma|name|sha256"
    r"|label|start|end|weight|confidence|reason|path|description|driver|device_codes|contact_point|side|provider|touchpoints"
)


def test_every_column_that_may_identify_somebody_is_described(connection_of_schema: dict[str, list[str]]) -> None:
    """A column that a schema adds is either described in audit_fi.toml or harmless, and then says so here."""
    columns = {column for found in connection_of_schema.values() for column in found}
    assert {column for column in columns if not HARMLESS.fullmatch(column)} <= set(WORDS["columns"])
    assert set(WORDS["columns"]) <= columns
    text = write_record(load_config(), DAY)
    for column, what in WORDS["columns"].items():
        assert f"- `{column}`: {what}" in text


def test_a_table_nobody_described_asks_for_it(stored: Config) -> None:
    with store.opened(stored.paths.database) as connection:
        connection.execute("CREATE TABLE invented (customer_key VARCHAR)")
    assert "| `invented` | (täydennä) | 0 | `customer_key` |" in write_record(stored, DAY)


def test_every_kind_that_is_masked_has_a_name() -> None:
    assert set(WORDS["masks"]) == set(TYPES)
    assert set(WORDS["channels"]) == set(CHANNELS)


def test_no_word_is_left_over() -> None:
    """Every text of the file is used by the code, and every brace is filled by it."""
    code = (ROOT / "pipeline" / "audit.py").read_text("utf-8")
    assert not [name for name in WORDS["words"] if f'"{name}"' not in code and f"['{name}']" not in code]
    fields = {field for part in WORDS["sections"] for _, field, _, _ in string.Formatter().parse(part["text"]) if field}
    assert not [field for field in fields if f'"{field}"' not in code and not field.startswith("controller_")]


def test_what_the_database_holds(stored: Config) -> None:
    text = write_record(stored, DAY)
    assert "| puhelut | 1 | 1 | ei tiedossa | ei tiedossa |" in text
    assert "| chat | 2 | 1 | 1.9.2026 | 5.9.2026 |" in text
    assert "| kyselyt | 2 | 1 | 1.9.2026 | 1.9.2026 |" in text
    assert re.search(r"\| `conversations` \| .* \| 3 \| `conversation_id`, `queue`, `started_at`", text)
    assert "Luettu tähän mennessä: chat_jsonl (1 tiedostoa)" in text
    assert "Kanavat: puhelut, chat, kyselyt" in text
    assert "- invented 1, perusmuodot invented; ajot 2.10.2026–2.10.2026" in text


def test_before_the_first_night(config: Config) -> None:
    text = write_record(config, DAY)
    assert "Luettu tähän mennessä: mitään ei ole vielä luettu" in text
    assert "Kansiossa nyt: kansiota ei ole" in text
    assert "| ei yhtään | 0 | 0 | ei tiedossa | ei tiedossa |" in text
    assert not config.paths.database.exists()


def test_what_lies_in_the_landing_folder(config: Config) -> None:
    config.paths.landing.mkdir(parents=True)
    for number, sample in enumerate(sorted((SAMPLES / "chats").iterdir())[:2]):
        (config.paths.landing / f"{number}{sample.suffix}").write_bytes(sample.read_bytes())
    (config.paths.landing / "notes.txt").write_text("Matti Virtanen 050 555 0100", "utf-8")
    text = write_record(config, DAY)
    assert re.search(r"Kansiossa nyt: chat_\w+ \(\d tiedostoa\).*muoto tunnistamatta \(1 tiedostoa\)", text)
    assert "Virtanen" not in text


def test_who_answers_for_it(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Rekisterinpitäjä: (täydennä tunnepolku.toml: controller.name)" in write_record(config, DAY)
    named = changed(monkeypatch, CONTROLLER__NAME="Esimerkki Oy", CONTROLLER__DPO="tietosuoja@example.fi")
    text = write_record(named, DAY)
    assert "- Rekisterinpitäjä: Esimerkki Oy\n" in text
    assert "- Yhteystiedot: (täydennä tunnepolku.toml: controller.contact)\n" in text
    assert "- Tietosuojavastaava: tietosuoja@example.fi" in text


def test_names_that_are_not_masked_are_not_said_to_be(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    before = write_record(config, DAY)
    after = write_record(changed(monkeypatch, PRIVACY__NAMES="false"), DAY)
    assert "- henkilöiden nimet\n" in before
    assert "- henkilöiden nimet\n" not in after
    assert "**Nimiä ei peitetä**" in after


@pytest.mark.usefixtures("config")
def test_the_floor_is_that_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for count in ("5", "20"):
        record = write_record(changed(monkeypatch, PRIVACY__MIN_GROUP=count), DAY)
        assert f"alle {count} henkilön ryhmät" in record
        assert f"vähintään {count} työntekijää" in record


@pytest.mark.parametrize("model", ["affect-finnish-0.2.1", "affect-linear-0.3.0", "affect-lexicon-0.1.0"])
def test_every_model_in_use_is_named_with_its_files(
    config: Config, monkeypatch: pytest.MonkeyPatch, model: str
) -> None:
    models = section(
        write_record(changed(monkeypatch, AFFECT__MODEL=model, LANGUAGE__LEMMATIZER="finnish"), DAY), "Mallit"
    )
    for folder in (model, "lemmas-ranker-0.1.0", "languages-letters-0.1.0", "privacy-finnish-0.3.0"):
        card = read_card(ROOT / "models" / folder)
        assert f"- **{card.name} {card.version}** (" in models
        assert all(f"{name}, SHA-256 `{digest}`" in models for name, digest in card.files.items())
        licences = {data["licence"] for data in card.details["data"]}
        assert all(WORDS["licences"].get(licence, licence) in models for licence in licences)
    others = {"affect-finnish", "affect-linear", "affect-lexicon"} - {model.rpartition("-")[0]}
    assert not [name for name in others if f"**{name} " in models]
    assert "- **duckdb " in models
    assert models.count("**simplemma ") == 1


def test_the_lemmatizer_of_the_settings_is_named(config: Config) -> None:
    models = section(write_record(config, DAY), "Mallit")
    assert re.search(r"\*\*simplemma [\d.]+\*\* \(sanojen perusmuodot\)", models)
    assert "lemmas-ranker" not in models


def test_a_missing_model_is_no_record(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match="no model in"):
        write_record(changed(monkeypatch, AFFECT__MODEL="gone"), DAY)


@dataclass(frozen=True)
class Retention:
    """As a section of the settings may look."""

    texts_chat: int
    rejections: int
    anything_else: int


def test_periods_of_the_settings_are_told(config: Config) -> None:
    """Whatever fields a section `retention` has; 0 is for ever."""
    fields = {field.name: getattr(config, field.name) for field in dataclasses.fields(Config)}
    fields["config_hash"] = config.config_hash
    plain = SimpleNamespace(**{**fields, "retention": None})
    assert "Asetuksissa ei ole säilytysaikoja" in section(write_record(plain, DAY), "Säilytysajat")
    with_periods = SimpleNamespace(**{**fields, "retention": Retention(400, 0, 7)})
    told = section(write_record(with_periods, DAY), "Säilytysajat")
    assert told.strip().splitlines() == [
        "- tekstit, chat: 400 päivää",
        "- tiedot lukematta jääneistä kohdista: ei määräaikaa",
        "- anything_else: 7 päivää",
    ]


def test_where_the_secret_comes_from_and_never_what_it_is(stored: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    text = write_record(stored, DAY)
    assert "Avain annetaan ympäristömuuttujassa TUNNEPOLKU_SECRET" in text
    monkeypatch.delenv("TUNNEPOLKU_SECRET")
    missing = write_record(stored, DAY)
    assert "Avainta ei vielä ole" in missing
    stored.paths.secret.write_text(SECRET, "ascii")
    stored.paths.secret.chmod(0o600)
    kept = write_record(stored, DAY)
    assert f"Avain on tiedostossa `{stored.paths.secret}` (oikeudet 0600: pääsy vain omistajalla)" in kept
    stored.paths.secret.chmod(0o640)
    assert "oikeudet 0640: pääsy myös muilla kuin omistajalla" in write_record(stored, DAY)
    for record in (text, missing, kept):
        assert SECRET not in record
        assert not [number for number in (1, 2, 99) if key(number) in record]
        assert "lasku on väärin" not in record


def test_the_network_is_said_to_be_closed_only_if_it_is(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "autoinstall_known_extensions = false" in write_record(config, DAY)
    monkeypatch.setattr(store, "SETTINGS", {"autoinstall_known_extensions": "true"})
    assert "saa ladata laajennuksia verkosta.**" in write_record(config, DAY)


def test_the_command_prints_it_or_writes_it_whole(
    stored: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("# Seloste käsittelytoimista\n")
    assert main(["audit", "--output", str(tmp_path / "seloste.md")]) == 0
    assert (tmp_path / "seloste.md").read_text("utf-8") == printed
    assert main(["audit", "--output", str(tmp_path / "gone" / "seloste.md")]) == 2
    assert "name another file" in capsys.readouterr().err
    assert not [path for path in tmp_path.iterdir() if "unfinished" in path.name]
