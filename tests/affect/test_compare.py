"""Two classifiers on the same texts, and the choice of the one in use."""

import shutil
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from pipeline.affect import load_classifier
from pipeline.affect.measuring.candidate import Candidate, make_candidate
from pipeline.affect.measuring.compare import compare
from pipeline.affect.measuring.parts import Part
from pipeline.affect.registry import choose, earlier, go_back
from pipeline.cli import registry
from pipeline.cli.affect import compare as compare_command
from pipeline.config import Config, load_config
from pipeline.conversation import EMOTIONS, SENTIMENTS, MaskedText, Score, Sentiment
from pipeline.errors import ConfigError, ModelError
from pipeline.models import ModelCard
from tests.affect.conftest import LINEAR

OURS, OTHER = LINEAR.name, "affect-linear-other"


class Told:
    """A classifier that says of each text what stands in it."""

    lemmatizer = None

    def __init__(self, name: str, turned: Sequence[str] = ()) -> None:
        self.card, self.turned = ModelCard(Path(), name, "affect", "told", "1", {}, {}), turned

    def score(
        self, texts: Sequence[MaskedText], lemmas: object = None, contexts: Sequence[MaskedText] | None = None
    ) -> list[Score]:
        return [self._score(text) for text in texts]

    def _score(self, text: str) -> Score:
        said: Sentiment = next(label for label in SENTIMENTS if label in text)
        if any(number == text.split()[1] for number in self.turned):
            said = "negative" if said != "negative" else "neutral"
        emotions = {emotion: float(emotion in text) for emotion in EMOTIONS}
        return Score(said, {label: float(label == said) for label in SENTIMENTS}, emotions, self.card.name, "1")


def told(name: str, turned: Sequence[int] = ()) -> Candidate:
    return make_candidate(Told(name, [str(number) for number in turned]), lambda texts: [[] for _ in texts])


@pytest.fixture
def part() -> Part:
    """300 texts, 100 of each sentiment, in conversations of three; every negative one is angry."""
    labels = np.arange(300) % 3
    texts = [MaskedText(f"{SENTIMENTS[label]} {n}" + " anger" * int(label == 0)) for n, label in enumerate(labels)]
    emotions = np.zeros((300, 8))
    emotions[labels == 0, EMOTIONS.index("anger")] = 1
    return Part("own", "customers", texts, (np.arange(300) // 3).astype(str),
                sentiments=np.eye(3, dtype=bool)[labels], emotions=emotions)  # fmt: skip


def test_a_better_model_is_found_better(part: Part) -> None:
    sentiment, emotions = compare(told("a", range(30)), told("b", range(20, 25)), [part])
    assert (sentiment.what, sentiment.text_count, emotions.what, emotions.text_count) == (
        "sentiment",
        300,
        "emotions",
        100,
    )
    assert (sentiment.only_first_right, sentiment.only_second_right) == (0, 25)
    assert sentiment.p_value == pytest.approx(2 * 0.5**25)
    assert sentiment.difference.value == pytest.approx(sentiment.second - sentiment.first)
    assert 0 < sentiment.difference.low < sentiment.difference.value < sentiment.difference.high
    assert (emotions.first, emotions.second, emotions.p_value) == (1, 1, 1)


def test_equal_models_are_not_told_apart(part: Part) -> None:
    (sentiment, _) = compare(told("a", range(30)), told("b", range(30, 60)), [part])
    assert (sentiment.only_first_right, sentiment.only_second_right, sentiment.p_value) == (30, 30, 1)
    assert sentiment.difference.low < 0 < sentiment.difference.high


def test_pairing_makes_the_interval_narrow(part: Part) -> None:
    """Both fail on the same fifty texts: that they are hard says nothing about which model is better."""
    (sentiment, _) = compare(told("a", range(51)), told("b", range(50)), [part])
    assert sentiment.first == pytest.approx(1 - 51 / 300, abs=0.02)
    assert sentiment.difference.high - sentiment.difference.low < 0.02


def test_texts_without_a_majority_are_left_out(part: Part) -> None:
    assert part.sentiments is not None
    part.sentiments[:30] = False
    sentiment, _ = compare(told("a", range(40)), told("b"), [part])
    assert (sentiment.text_count, sentiment.only_second_right) == (270, 10)


def test_the_command_compares_on_what_there_is(
    config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forum = tmp_path / "finnsentiment" / "dev.tsv"
    forum.parent.mkdir()
    forum.write_text("annotator_a\tannotator_b\tannotator_c\ttext\n1\t1\t1\tkiitos\n-1\t-1\t-1\tsurkea\n")
    names = {"first": OURS, "second": str(LINEAR), "corpora": tmp_path, "gold": None}
    compare_command(Namespace(**names, format="table", require=False))
    shown = capsys.readouterr()
    assert "finnsentiment_dev" in shown.out
    assert "1.0000" in shown.out
    assert "Not measured: feelings_verify" in shown.err
    compare_command(Namespace(**names, format="json", require=False))
    assert f'"second_model": "{OURS}"' in capsys.readouterr().out
    with pytest.raises(ModelError, match="xed_dev"):
        compare_command(Namespace(**names, format="table", require=True))


SETTINGS = [
    "",
    "# mine\n",
    "[paths]\nmodels = 'x'",
    '[affect]\nmodel = "old"  # my note\n\n[time]\nzone = "UTC"\n',
    "[ affect ] # feelings\n# model = 'no'\nmodel='old'",
    '[affect]\r\nmodel = "old"\r\n# earlier than all: a remark\r\n[time]\r\nzone = "UTC"\r\n',
    "[affect]  # nothing set\n[other]\nmodel = 'theirs'\n",
    '[time]\nzone = "UTC"\n[affect]',
]


@pytest.mark.parametrize("text", SETTINGS)
def test_choosing_changes_the_model_alone_and_going_back_takes_it_back(tmp_path: Path, text: str) -> None:
    import tomllib

    file = tmp_path / "tunnepolku.toml"
    if text:
        file.write_bytes(text.encode())
    choose(file, 'C:\\a "new" one', "old")
    once = file.read_bytes()
    said = tomllib.loads(once.decode())
    assert said.pop("affect") == {"model": 'C:\\a "new" one'}
    assert said == {name: table for name, table in tomllib.loads(text).items() if name != "affect"}
    choose(file, "third", 'C:\\a "new" one')
    assert earlier(file) == 'C:\\a "new" one'
    go_back(file)
    assert file.read_bytes() == once
    go_back(file)
    rest = file.read_bytes().decode()
    assert tomllib.loads(rest)["affect"] == {"model": "old"}
    kept = [line for line in text.splitlines(keepends=True) if not line.startswith("model")]
    left = rest.splitlines(keepends=True)
    assert [line.rstrip() for line in kept if line.rstrip() not in [one.rstrip() for one in left]] == []
    assert earlier(file) is None
    with pytest.raises(ConfigError, match="No earlier choice"):
        go_back(file)


def test_going_back_restores_every_byte_of_a_file_that_named_its_model(tmp_path: Path) -> None:
    file, text = tmp_path / "t.toml", SETTINGS[3].replace("\n", "\r\n")
    file.write_bytes(text.encode())
    file.chmod(0o640)
    choose(file, "new", "old")
    assert (
        file.read_bytes() == text.replace('"old"  # my note\r\n', '"new"  # my note\r\n# earlier: "old"\r\n').encode()
    )
    assert file.stat().st_mode & 0o777 == 0o640
    go_back(file)
    assert file.read_bytes().decode() == text
    assert [path.name for path in tmp_path.iterdir()] == ["t.toml"]


@pytest.mark.parametrize(
    "text", ['affect = { model = "old" }\n', 'affect.model = "old"\n', 'x = """\n[affect]\nmodel = "old"\n"""\n']
)
def test_other_ways_to_write_it_are_left_alone(tmp_path: Path, text: str) -> None:
    file = tmp_path / "t.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="by hand"):
        choose(file, "new", "old")
    assert file.read_text(encoding="utf-8") == text


@pytest.fixture
def models(config: Config, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two models in a folder of the test's own, under a configuration that it may write."""
    folder = config.paths.database.parents[1] / "models"
    for name in (OURS, OTHER):
        shutil.copytree(LINEAR, folder / name)
    monkeypatch.setenv("TUNNEPOLKU_PATHS__MODELS", str(folder))
    monkeypatch.delenv("TUNNEPOLKU_CONFIG", raising=False)
    file = config.paths.database.parents[1] / "tunnepolku.toml"
    file.write_text(f'[affect]\nmodel = "{OURS}"\n', encoding="utf-8")
    load_config.cache_clear()
    return folder


def in_use(capsys: pytest.CaptureFixture[str]) -> list[str]:
    capsys.readouterr()
    registry.list_models(Namespace(verify=False))
    return [line.split("\t")[0] for line in capsys.readouterr().out.splitlines() if line.endswith("\tin use")]


def test_a_model_is_chosen_and_left_again(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert in_use(capsys) == [OURS]
    registry.use(Namespace(name=OTHER))
    assert "rollback" in capsys.readouterr().out
    assert load_config().affect.model == OTHER
    assert in_use(capsys) == [OTHER]
    registry.use(Namespace(name=OTHER))
    assert "already" in capsys.readouterr().out
    registry.rollback(Namespace())
    assert in_use(capsys) == [OURS]
    with pytest.raises(ConfigError, match="No earlier choice"):
        registry.rollback(Namespace())


def test_a_model_elsewhere_is_chosen_by_its_path(
    models: Path, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "mine"
    shutil.copytree(LINEAR, elsewhere)
    registry.use(Namespace(name=str(elsewhere)))
    assert load_config().affect.model == str(elsewhere)
    assert in_use(capsys) == [str(elsewhere)]


def test_nothing_is_chosen_that_would_not_load(models: Path) -> None:
    settings = models.parent / "tunnepolku.toml"
    before = settings.read_bytes()
    with (models / OTHER / "weights.npz").open("ab") as file:
        file.write(b"!")
    load_classifier.cache_clear()
    with pytest.raises(ModelError, match="not the file its card describes"):
        registry.use(Namespace(name=OTHER))
    with pytest.raises(ModelError, match="no model"):
        registry.use(Namespace(name="none"))
    shutil.copytree(next(LINEAR.parent.glob("languages-*")), models / "languages")
    with pytest.raises(ModelError, match="not for affect"):
        registry.use(Namespace(name="languages"))
    assert settings.read_bytes() == before


def test_the_environment_is_not_overruled_in_silence(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNNEPOLKU_AFFECT__MODEL", OURS)
    load_config.cache_clear()
    for command, options in ((registry.use, Namespace(name=OTHER)), (registry.rollback, Namespace())):
        with pytest.raises(ConfigError, match="unset it"):
            command(options)
