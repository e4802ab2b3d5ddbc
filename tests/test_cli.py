"""The command line as people and scripts use it: shapes, order, exit codes, sentences."""

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.cli import main, stages
from pipeline.config import Config, load_config
from pipeline.conversation import EMOTIONS, SENTIMENTS
from pipeline.errors import ModelError
from tests.conftest import ROOT, SAMPLES, environment
from tests.test_steps import chat, write

TEXTS = [
    "Moi, oon Matti Virtanen ja numero on 050 555 0100.",
    "",
    "Ihan mahtavaa palvelua, kiitos!",
    "Lasku oli taas väärin.",
]


def run(home: Path, *arguments: str, stdin: str | bytes = "") -> subprocess.CompletedProcess[bytes]:
    """A command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *arguments],
        env=environment(home),
        cwd=ROOT,
        capture_output=True,
        timeout=300,
        input=stdin if isinstance(stdin, bytes) else stdin.encode(),
    )


def rows(output: bytes) -> list[dict]:
    return [json.loads(line) for line in output.decode().splitlines()]


def test_mask_gives_text_and_spans_a_line(tmp_path: Path) -> None:
    result = rows(run(tmp_path, "mask", "-", stdin="\n".join(TEXTS) + "\n").stdout)
    assert [set(row) for row in result] == [{"text", "spans"}] * 4
    first = result[0]
    assert first["text"] == "Moi, oon [PERSON_1] ja numero on [PHONE]."
    assert [TEXTS[0][span["start"] : span["end"]] for span in first["spans"]] == ["Matti Virtanen", "050 555 0100"]
    assert result[1] == {"text": "", "spans": []}


def test_lemmatize_gives_tokens_a_line(tmp_path: Path) -> None:
    file = write(tmp_path, "texts.txt", *TEXTS)
    result = rows(run(tmp_path, "lemmatize", str(file)).stdout)
    assert len(result) == 4
    assert result[1] == {"tokens": []}
    keys = {"text", "lemma", "upos", "normal", "rule", "disfluency", "sentence"}
    assert all(set(token) == keys for row in result for token in row["tokens"])
    assert [token["text"] for token in result[3]["tokens"]] == ["Lasku", "oli", "taas", "väärin", "."]
    assert [token["lemma"] for token in result[3]["tokens"]][:2] == ["lasku", "olla"]


def test_score_gives_probabilities_a_line_in_order(tmp_path: Path) -> None:
    texts = TEXTS * 100  # more than are read at once
    result = rows(run(tmp_path, "score", stdin="\n".join(texts) + "\n").stdout)
    assert len(result) == len(texts)
    assert result[:4] == result[-4:]
    told = {"is_sure", "intensity", "cues", "language"}
    for row in result[:4]:
        assert set(row) == {"sentiment", "sentiment_probability", "emotions", "model", "model_version"} | told
        assert set(row["sentiment_probability"]) == set(SENTIMENTS)
        assert sum(row["sentiment_probability"].values()) == pytest.approx(1, abs=1e-4)
        assert set(row["emotions"]) == set(EMOTIONS)
    assert result[2]["sentiment"] == "positive"
    assert result[3]["sentiment"] == "negative"


def score(folder: Path, capsys: pytest.CaptureFixture[str], *texts: str, **options: object) -> list[dict]:
    """What the command writes of these texts, a line each."""
    file = write(folder, "texts.txt", *texts)
    stages.score(argparse.Namespace(**{"file": str(file), "format": "jsonl", **options}))
    return rows(capsys.readouterr().out.encode())


def test_score_says_what_is_in_another_language(
    config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = score(tmp_path, capsys, "Lasku oli taas väärin.", "Hej, jag förstår inte den här räkningen.", "ok", "")
    assert [row["language"] for row in result] == ["fi", "sv", "fi", "fi"]
    assert all(row["sentiment"] in SENTIMENTS for row in result)


def test_score_shows_the_words_that_carry_it_when_asked(
    config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "Matti Virtanen soitti taas samasta laskusta, kolmas kerta, hävetkää!"
    masked = text.replace("Matti Virtanen", "[PERSON_1]")
    (plain,), (told,) = score(tmp_path, capsys, text), score(tmp_path, capsys, text, evidence=True)
    evidence = told.pop("evidence")
    assert told == plain
    assert "negative" in {one["label"] for one in evidence}
    for one in evidence:
        assert set(one) == {"label", "start", "end", "weight", "words"}
        assert one["words"] == masked[one["start"] : one["end"]]
        assert 0 <= one["weight"] <= 1
    stages.score(argparse.Namespace(file=str(tmp_path / "texts.txt"), format="table", evidence=True))
    assert "negative: " in capsys.readouterr().out.split("\t")[-1]


def test_score_takes_the_newest_model_of_a_backend_or_the_one_named(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    models = tmp_path / "models"
    for name in ("privacy-finnish-0.3.0", "languages-letters-0.1.0"):
        shutil.copytree(ROOT / "models" / name, models / name)
    for version in ("0.9.0", "0.10.0", "0.1.0"):
        card = (
            Path(shutil.copytree(ROOT / "models" / "affect-linear-0.3.0", models / f"linear-{version}")) / "card.toml"
        )
        card.write_text(card.read_text("utf-8").replace('version = "0.3.0"', f'version = "{version}"'), "utf-8")
    monkeypatch.setenv("TUNNEPOLKU_PATHS__MODELS", str(models))
    monkeypatch.setenv("TUNNEPOLKU_AFFECT__MODEL", "linear-0.1.0")
    load_config.cache_clear()

    def version(**options: str) -> str:
        return score(tmp_path, capsys, "moi", **options)[0]["model_version"]

    assert version() == "0.1.0"
    assert version(backend="linear") == "0.10.0"
    assert version(model="linear-0.9.0") == version(model=str(models / "linear-0.9.0")) == "0.9.0"
    with pytest.raises(ModelError, match=r"no model with the backend finnish .*: choose linear\.$"):
        version(backend="finnish")
    with pytest.raises(ModelError, match="There is no model in"):
        version(model="linear-7")


@pytest.mark.slow
def test_stages_as_tables(tmp_path: Path) -> None:
    for stage in ("mask", "lemmatize", "score"):
        output = run(tmp_path, stage, "--format", "table", stdin="\n".join(TEXTS)).stdout.decode()
        assert len(output.splitlines()) == 4
        assert "Ihan mahtavaa" in output


def test_read_gives_conversations_in_the_promised_shape(tmp_path: Path) -> None:
    (result,) = rows(run(tmp_path, "read", str(write(tmp_path, "a.jsonl", chat(1, "moi", "hei")))).stdout)
    assert result["conversation_id"] == "c1"
    assert result["channel"] == "chat"
    assert result["language"] == "fi"
    assert result["started_at"] == "2026-09-01T06:00:00+00:00"
    assert result["turns"] == [
        {"index": 0, "speaker": "customer", "seconds": 0.0, "text": "moi"},
        {"index": 1, "speaker": "agent", "seconds": 60.0, "text": "hei"},
    ]


def test_read_tells_of_broken_records_without_their_text(tmp_path: Path) -> None:
    result = run(tmp_path, "read", str(write(tmp_path, "a.jsonl", chat(1), '{"salaisuus": tur')))
    assert len(rows(result.stdout)) == 1
    assert "line 2" in result.stderr.decode()
    assert "salaisuus" not in result.stderr.decode()


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["read", "nowhere.csv"], 1, "not there"),
        (["score", "nowhere.txt"], 1, "not there"),
        (["run", "nowhere"], 1, "not there"),
        (["query", "nps"], 1, "tunnepolku run"),
        (["check"], 1, "tunnepolku run"),
        (["query", "nps", "x"], 2, "name=value"),
        (["run", "--from", "2026-09-01"], 2, "--to"),
        (["evaluate", "--corpora", "nowhere"], 2, "--corpora"),
        (["train", "affect", "--corpora", "nowhere"], 2, "--corpora"),
        (["train", "affect", "--corpora", ".", "--start", "a", "--output", "b", "--recipe", "speed=9"], 2, "agreement"),
        (["train", "affect", "--corpora", ".", "--start", "a", "--output", "b", "--recipe", "rate=x"], 2, "a number"),
    ],
)
def test_mistakes_get_one_sentence_and_an_exit_code(
    config: Config, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, sentence: str
) -> None:
    assert main(arguments) == code
    error = capsys.readouterr().err
    assert sentence in error
    assert len([line for line in error.splitlines() if line.startswith("tunnepolku: ")]) == 1


def test_input_that_is_not_utf8_says_so(tmp_path: Path) -> None:
    result = run(tmp_path, "mask", stdin="väärin".encode("cp1252"))
    assert result.returncode == 1
    assert b"UTF-8" in result.stderr


def test_wrong_setting_names_itself(
    config: Config, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TUNNEPOLKU_AFFECT__MODEL", "no-such-model")
    load_config.cache_clear()
    write(config.paths.landing, "a.jsonl", chat(1))
    assert main(["run"]) == 1
    assert "no-such-model" in capsys.readouterr().err
    assert not config.paths.published.exists()


def test_run_shows_the_table_then_that_nothing_is_new(tmp_path: Path, sample_night: Path) -> None:
    home = sample_night.parents[2]
    again = run(home, "run", str(SAMPLES)).stdout.decode()
    assert again.startswith("Nothing was new. Stored so far: 197 conversations")
    assert "laskutus" in again
    assert str(sample_night) in again
    assert again.count("tunnepolku query") == 2


def test_the_two_commands_to_try_next_work(sample_night: Path) -> None:
    home = sample_night.parents[2]
    shown = run(home, "run", str(SAMPLES)).stdout.decode()
    commands = [line.split("tunnepolku ", 1)[1].split() for line in shown.splitlines() if "tunnepolku query" in line]
    assert len(commands) == 2
    for command in commands:
        result = run(home, *command)
        assert result.returncode == 0
        assert "laskutus" in result.stdout.decode() or "before" in result.stdout.decode()


def test_query_formats_agree(sample_night: Path) -> None:
    home = sample_night.parents[2]
    as_json = rows(run(home, "query", "nps", "--format", "jsonl").stdout)
    as_csv = run(home, "query", "nps", "--format", "csv").stdout.decode().splitlines()
    as_table = run(home, "query", "nps").stdout.decode().splitlines()
    assert [row["month"] for row in as_json] == ["2026-09", "2026-10"]
    assert as_csv[0].split(",") == list(as_json[0])
    assert len(as_csv) == len(as_table) == 3


def test_masks_survive_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    """Square brackets are markup to the library that draws the tables, :smile: an emoji."""
    from pipeline.cli.console import print_rows

    print_rows(["text"], [("[PERSON] kiittää :smile:",)])
    assert "[PERSON] kiittää :smile:" in capsys.readouterr().out


def test_metrics_models_and_check(config: Config, sample_night: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["metrics"]) == 0
    assert "before_after" in capsys.readouterr().out
    assert main(["models", "--verify"]) == 0
    listed = capsys.readouterr().out
    assert "affect-linear-0.3.0\taffect\tlinear\t0.3.0\tverified" in listed
    assert main(["check", "--database", str(sample_night)]) == 0
    assert "no_identifiers" in capsys.readouterr().out


def test_pipe_that_closes_early_is_no_error(tmp_path: Path) -> None:
    shell = f"{sys.executable} -m pipeline metrics | head -n 1"
    result = subprocess.run(shell, shell=True, cwd=ROOT, env=environment(tmp_path), capture_output=True, timeout=60)
    assert result.stderr == b""
