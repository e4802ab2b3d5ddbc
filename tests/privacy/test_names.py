import pytest

from pipeline.config import load_config
from pipeline.errors import ModelError
from pipeline.models import verified_card
from pipeline.privacy.inflection import base_forms
from pipeline.privacy.names import MODEL, WEIGHTS, Names, find_names, load_names
from pipeline.privacy.train import train_names

FIRST = {"Matti": 78000, "Liisa": 25000, "Toivo": 18000, "Oma": 30}


@pytest.mark.parametrize(
    ("form", "name"),
    [
        *(("virtasen", "virtanen"), ("virtasta", "virtanen"), ("virtaseen", "virtanen"), ("virtaset", "virtanen")),
        *(("virtasille", "virtanen"), ("matille", "matti"), ("mattiin", "matti"), ("matillakin", "matti")),
        *(("heikin", "heikki"), ("mäkelältä", "mäkelä"), ("lahden", "lahti"), ("rantamäen", "rantamäki")),
        *(("markuksella", "markus"), ("kevinin", "kevin"), ("lammen", "lampi"), ("kurjen", "kurki")),
        *(("kankaan", "kangas"), ("mattimme", "matti"), ("järven", "järvi"), ("annalla", "anna")),
    ],
)
def test_base_forms_hold_the_nominative(form, name):
    assert name in set(base_forms(form))


def test_bloom_filter_has_all_its_members_and_hardly_any_stranger():
    names = Names.of(f"FIRST:{number}" for number in range(2000))
    assert all(f"FIRST:{number}" in names for number in range(2000))
    assert sum(f"LAST:{number}" in names for number in range(20000)) < 20  # 4 in 100,000 expected


def names_in(text):
    return [text[start:end] for start, end in find_names(text, load_names(load_config().paths.models / MODEL))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Puhuin Matti Juhani Virtasen kanssa.", ["Matti Juhani Virtasen"]),
        ("matti virtanen ja liisa mäkinen soittivat", ["matti virtanen", "liisa mäkinen"]),
        ("Toivo ei auta.", []),
        ("Nimeni on Toivo.", ["Toivo"]),
        ("Satu Kivi soitti.", ["Satu Kivi"]),
        ("Sain Matilta laskun.", ["Matilta"]),
        ("Elisa nosti hintaa, Elisa Mäkinen ei.", ["Elisa Mäkinen"]),
        ("Terveisin\nMatti Virtanen\nOulu", ["Matti Virtanen"]),
        ("Muutin Lahteen, rouva Lahti jäi.", ["Lahti"]),
    ],
)
def test_the_rule(text, found):
    assert names_in(text) == found


@pytest.fixture
def corpora(tmp_path):
    """The smallest files of the shapes that the corpora have."""
    header, text = "text\n", "Mikä toivo on\n"
    for folder, name, content in (
        ("names_fi", "dvv_etunimet_a.tsv", "Etunimi\tLukumäärä\n" + "".join(f"{n}\t{c}\n" for n, c in FIRST.items())),
        ("names_fi", "surnames.txt", "virtanen\nlahti\n"),
        ("names_fi", "common_words.txt", "toivo\noma\n"),
        ("places_fi", "postcodes.json", '[{"municipal_name_fi": "Lahti", "municipal_name_sv": ""}]'),
        ("finnsentiment", "train.tsv", header + text),
        ("xed_fi", "train.tsv", header + "Se on oma.\n"),
        ("ud_finnish", "fi_ftb-ud-oldsplit-train.conllu", "1\ttoivon\ttoivo\tNOUN\n\n"),
        ("turku_ner", "dev.tsv", "Matti\tB-PER\nsoitti\tO\n\nSade\tO\nloppui\tO\n\nDarth\tB-PER\n"),
    ):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / name).write_text(content, encoding="utf-8")
    return tmp_path


def test_training_writes_a_verified_model_and_the_same_one_again(corpora, tmp_path):
    folder = tmp_path / "names-bloom-9.9.9"
    train_names(corpora, folder)
    first = (folder / WEIGHTS).read_bytes()
    train_names(corpora, folder)
    assert (folder / WEIGHTS).read_bytes() == first
    card = verified_card(folder)
    assert (card.task, card.backend, card.version) == ("names", "bloom", "9.9.9")
    assert card.details["metrics"] == {
        "turku_ner_dev_person_token_recall": 0.5,
        "turku_ner_dev_false_sentence_share": 0.0,
    }
    assert all(source["licence"] and source["attribution"] for source in card.details["data"])


def test_a_common_word_needs_many_bearers_to_count_as_a_name(corpora, tmp_path):
    folder = tmp_path / "names-bloom-9.9.9"
    train_names(corpora, folder)
    names = load_names(folder)
    assert "FIRST:toivo" in names
    assert "WORD:toivo" in names
    assert "FIRST:oma" not in names


def test_an_altered_list_is_refused(corpora, tmp_path):
    folder = tmp_path / "names-bloom-9.9.9"
    train_names(corpora, folder)
    (folder / WEIGHTS).write_bytes(b"altered")
    with pytest.raises(ModelError, match="not the file its card describes"):
        load_names(folder)


def test_training_without_corpora_says_what_is_missing(tmp_path):
    with pytest.raises(ModelError, match="is missing"):
        train_names(tmp_path, tmp_path / "names-bloom-9.9.9")
