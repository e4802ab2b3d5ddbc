from hashlib import sha256
from pathlib import Path

import pytest

from pipeline.errors import ModelError
from pipeline.models import all_cards, read_card, sha256_of, verified_card, write_metrics

WEIGHTS = b"weights" * 1000
CARD = f"""
name = "Tunne"
task = "affect"
backend = "linear"
version = "0.1.0"
labels = ["joy", "anger"]

[files]
"weights.npz" = "{sha256(WEIGHTS).hexdigest()}"
"vocabulary.txt" = "{sha256(b"").hexdigest()}"
"""


def model(models, name="affect-linear-0.1.0", card=CARD):
    folder = models / name
    folder.mkdir(parents=True)
    (folder / "card.toml").write_text(card, "utf-8")
    (folder / "weights.npz").write_bytes(WEIGHTS)
    (folder / "vocabulary.txt").write_bytes(b"")
    return folder


def test_a_card_says_what_its_file_says(tmp_path):
    folder = model(tmp_path)
    card = verified_card(folder)
    assert card == read_card(folder)
    assert (card.folder, card.name, card.task, card.backend, card.version) == (
        folder,
        "Tunne",
        "affect",
        "linear",
        "0.1.0",
    )
    assert set(card.files) == {"weights.npz", "vocabulary.txt"}
    assert card.details["labels"] == ["joy", "anger"]


def test_a_folder_without_a_card_is_no_model(tmp_path):
    for folder in (tmp_path, tmp_path / "gone"):
        with pytest.raises(ModelError, match=r"no model in .*: set the name of a folder under models/\.$"):
            verified_card(folder)


def test_a_file_in_place_of_the_folder_is_no_model(tmp_path):
    with pytest.raises(ModelError):
        verified_card(model(tmp_path) / "weights.npz")


@pytest.mark.parametrize("key", ["name", "task", "backend", "version"])
def test_a_missing_key_is_named(tmp_path, key):
    text = "\n".join(line for line in CARD.splitlines() if not line.startswith(f"{key} ="))
    with pytest.raises(ModelError, match=rf"card\.toml is not a model card \('{key}'\): restore it"):
        read_card(model(tmp_path, card=text))


def test_a_card_without_files_promises_nothing_and_is_refused(tmp_path):
    with pytest.raises(ModelError, match="files"):
        read_card(model(tmp_path, card=CARD.split("[files]")[0]))


@pytest.mark.parametrize("card", ["name = ", CARD + "name = 1\n[files]\n"])
def test_a_card_that_is_no_toml_is_refused(tmp_path, card):
    with pytest.raises(ModelError, match=r"card\.toml is not a model card"):
        read_card(model(tmp_path, card=card))


def test_a_card_that_is_no_text_is_refused(tmp_path):
    folder = model(tmp_path)
    (folder / "card.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ModelError, match=r"card\.toml is not a model card"):
        read_card(folder)


@pytest.mark.parametrize("files", ['"weights.npz"', "3", '["weights.npz"]'])
def test_files_that_are_no_table_are_refused(tmp_path, files):
    card = f"files = {files}\n{CARD.split('[files]')[0]}"
    with pytest.raises(ModelError):
        verified_card(model(tmp_path, card=card))


def test_a_missing_file_is_named(tmp_path):
    folder = model(tmp_path)
    (folder / "vocabulary.txt").unlink()
    with pytest.raises(ModelError, match=r"vocabulary\.txt is missing: restore it .* or train the model again\.$"):
        verified_card(folder)


@pytest.mark.parametrize("change", [b"", WEIGHTS[:-1], WEIGHTS + b"\n", b"W" + WEIGHTS[1:]])
def test_an_altered_byte_is_noticed(tmp_path, change):
    folder = model(tmp_path)
    (folder / "weights.npz").write_bytes(change)
    assert read_card(folder).name == "Tunne"  # the card alone is not verified
    with pytest.raises(ModelError, match=r"weights\.npz is not the file its card describes: restore it"):
        verified_card(folder)


def test_the_digest_is_sha256_in_hex(tmp_path):
    (tmp_path / "abc").write_bytes(b"abc")  # the first test vector of FIPS 180-4
    assert sha256_of(tmp_path / "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_all_cards_come_in_the_order_of_their_folders(tmp_path):
    for name in ["b-2", "a-10", "a-2", "c"]:
        model(tmp_path, name)
    (tmp_path / "no-model").mkdir()
    (tmp_path / "README.md").write_text("notes", "utf-8")
    assert [card.folder.name for card in all_cards(tmp_path)] == ["a-10", "a-2", "b-2", "c"]


def test_no_models_are_no_cards(tmp_path):
    assert all_cards(tmp_path) == []
    assert all_cards(tmp_path / "gone") == []


SHIPPED = Path(__file__).parents[1] / "models"


@pytest.mark.parametrize(
    "folder", sorted(path.parent for path in SHIPPED.glob("*/card.toml")), ids=lambda path: path.name
)
def test_every_model_of_the_repository_is_what_its_card_says(folder):
    card = verified_card(folder)
    assert folder.name == f"{card.task}-{card.backend}-{card.version}"


def test_figures_stand_last_on_a_card_and_are_replaced(tmp_path):
    folder = model(tmp_path)
    write_metrics(folder, {"b_macro_f1": 0.7, "a_macro_f1": 0.5})
    write_metrics(folder, {"a_macro_f1": 0.6})
    card = read_card(folder)
    assert card.details["metrics"] == {"a_macro_f1": 0.6}
    assert card.files == verified_card(folder).files
