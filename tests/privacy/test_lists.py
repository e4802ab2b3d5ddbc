import json
from importlib import import_module

import pytest

from pipeline.errors import ModelError
from pipeline.privacy.inflection import base_forms
from pipeline.privacy.learning.lists import make_lists, world_names
from pipeline.privacy.names import Kind, Names, kind_of

FEELINGS = "".join(
    json.dumps({"text": text, "speaker": "customer"}) + "\n"
    for text in ("tuo lasku on väärä", "taas lasku väärin", "tämä lasku taas", "soita [PERSON] heti")
)
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


@pytest.fixture
def corpora(tmp_path, monkeypatch):
    """The smallest files of the shapes that the corpora have, and of the world one name."""
    monkeypatch.setattr("pipeline.privacy.learning.lists.world_names", lambda: {"svetlana"})
    header, text = "text\n", "Mikä toivo on\n"
    for folder, name, content in (
        ("names_fi", "dvv_etunimet_a.tsv", "Etunimi\tLukumäärä\n" + "".join(f"{n}\t{c}\n" for n, c in FIRST.items())),
        ("names_fi", "surnames.txt", "virtanen\nlahti\n"),
        ("names_fi", "common_words.txt", "toivo\noma\n"),
        ("places_fi", "postcodes.json", '[{"municipal_name_fi": "Lahti", "municipal_name_sv": ""}]'),
        ("finnsentiment", "train.tsv", header + text),
        ("xed_fi", "train.tsv", header + "Se on oma.\n"),
        ("ud_finnish", "fi_ftb-ud-oldsplit-train.conllu", "1\ttoivon\ttoivo\tNOUN\n\n"),
        ("turku_ner", "train.tsv", "Matti\tB-PER\nsoitti\tO\n\nSade\tO\nloppui\tO\n\nDarth\tB-PER\n"),
        (".", "feelings_develop.jsonl", FEELINGS),
    ):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / name).write_text(content, encoding="utf-8")
    return tmp_path


def lists(corpora):
    return make_lists(corpora, corpora)


def test_the_same_corpora_give_the_same_lists(corpora):
    assert lists(corpora).bits == lists(corpora).bits


def test_a_common_word_needs_many_bearers_to_count_as_a_name(corpora):
    names = lists(corpora)
    assert "FIRST:toivo" in names
    assert "WORD:toivo" in names
    assert "FIRST:oma" not in names
    assert kind_of("toivon", names) & Kind.FIRST


def test_names_of_the_world_are_rare_ones_and_forms_are_listed_as_written(corpora):
    names = lists(corpora)
    assert kind_of("svetlana", names) == Kind.RARE
    assert Kind.SEEN in kind_of("lasku", names)
    assert kind_of("lasku", names) & (Kind.FIRST | Kind.LAST) == Kind.NOTHING
    assert Kind.PLACE in kind_of("lahdessa", names)


def test_a_double_name_is_what_its_parts_are(corpora):
    assert kind_of("matti-liisa", lists(corpora)) & Kind.FIRST
    assert kind_of("matti-lasku", lists(corpora)) == Kind.NOTHING


def test_lists_without_corpora_say_what_is_missing(tmp_path):
    with pytest.raises(ModelError, match="is missing"):
        make_lists(tmp_path, tmp_path)


def test_names_of_the_world_are_latin_and_in_lower_case_or_say_what_is_missing(monkeypatch, tmp_path):
    package = tmp_path / "person"
    (package / "xx_XX").mkdir(parents=True)
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "xx_XX" / "__init__.py").write_text(
        "class Provider:\n    first_names = ('Svetlana', 'Анна')\n    last_names = {'Melnyk': 1}\n    form = ('xy',)\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(tmp_path)

    def found(name):
        return import_module(name.removeprefix("faker.providers."))

    monkeypatch.setattr("pipeline.privacy.learning.lists.import_module", found)
    assert world_names() == {"svetlana", "melnyk"}

    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr("pipeline.privacy.learning.lists.import_module", missing)
    with pytest.raises(ModelError, match="Faker is missing"):
        world_names()
