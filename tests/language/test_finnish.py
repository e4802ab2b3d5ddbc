"""The default lemmatizer with its own model: context decides, standard words stay standard, the cache is invisible."""

import shutil

import pytest

from pipeline.config import Config, load_config
from pipeline.conversation import MaskedText, Token
from pipeline.errors import ModelError
from pipeline.language import finnish as module
from pipeline.language.finnish import MODEL, SOURCES, FinnishLemmatizer, load
from pipeline.models import CARD
from tests.conftest import ROOT

STANDARD = """
maa maa|maan maa|tuli tulla|kuusi kuusi|muu muu|muun muu|hän hän|hänen hän|katto katto|katossa katto
meri meri|suu suu|mäki mäki|säkki säkki|mies mies|työ työ|yö yö|tie tie|no no|niin niin|kun kun|ne se
se se|sen se|sitä se|siinä se|tämä tämä|tuo tuo|nuo tuo|kukaan kukaan|mikään mikään|joku joku|jokin jokin
kaikki kaikki|ja ja|että että|mutta mutta|jos jos|vai vai|kai kai|jo jo|nyt nyt|sitten sitten|ehkä ehkä
poski poski|hetki hetki|kylki kylki|munkki munkki|joki joki|lasku lasku|laskun lasku|laskut lasku|maksu maksu
raha raha|posti posti|viesti viesti|netti netti|talo talo|talossa talo|vuosi vuosi|vuotta vuosi|kauppa kauppa
päivä päivä|asia asia|asiaa asia|aika aika|paikka paikka|palvelu palvelu|kiitos kiitos|sata sata|tuhat tuhat
yksi yksi|kaksi kaksi|kolme kolme|minä minä|minun minä|sinun sinä|meidän minä|teidän sinä|hyvä hyvä
iso iso|uusi uusi|vanha vanha|punainen punainen|oikea oikea|olla olla|olen olla|oli olla|ei ei|en ei|emme ei
menen mennä|teen tehdä|saan saada|tulee tulla|haluan haluta|katson katsoa|otan ottaa|sanoi sanoa|antaa antaa
"""
CASES = [tuple(case.split()) for line in STANDARD.strip().splitlines() for case in line.split("|")]


def read(lemmatizer: FinnishLemmatizer, text: str) -> list[Token]:
    return lemmatizer.lemmatize([MaskedText(text)])[0]


def word(lemmatizer: FinnishLemmatizer, text: str, form: str) -> tuple[str, str]:
    """Lemma and standard spelling of the first token of this form."""
    return next((token.lemma, token.normal) for token in read(lemmatizer, text) if token.text.lower() == form)


class TestContextDecides:
    @pytest.mark.parametrize(
        ("form", "text", "lemma", "normal"),
        [
            ("et", "Etkö sä muista et mä soitin teille eilen?", "että", "että"),
            ("et", "Asiakaspalvelija sanoi et lasku on maksettu.", "että", "että"),
            ("et", "Sinä et ole vastannut viestiini.", "ei", ""),
            ("et", "Miksi et lähettänyt laskua ajoissa?", "ei", ""),
            ("ku", "Ärsyttää ku kukaan ei vastaa puhelimeen.", "kun", "kun"),
            ("ku", "Tää maksaa enemmän ku ennen.", "kuin", "kuin"),
            ("toi", "Toi lasku on ihan väärin.", "tuo", "Tuo"),
            ("toi", "Kuljettaja toi paketin väärään osoitteeseen.", "tuoda", ""),
            ("tuoda", "Lähetti lupasi tuoda paketin.", "tuoda", ""),
            ("must", "Must tuntuu että teitä ei kiinnosta.", "minä", "Minusta"),
            ("must", "Toi on must tosi huonoa palvelua.", "minä", "minusta"),
            ("sit", "Ja sit se puhelu katkes.", "sitten", "sitten"),
            ("sit", "Mä soitan sit huomenna uudestaan.", "sitten", "sitten"),
        ],
    )
    def test_of_both(self, form: str, text: str, lemma: str, normal: str, finnish: FinnishLemmatizer) -> None:
        assert word(finnish, text, form) == (lemma, normal)

    @pytest.mark.parametrize(
        ("form", "first", "second"),
        [
            ("tuli", ("Lasku tuli eilen.", "tulla"), ("Vanha tuli sammui vihdoin.", "tuli")),
            ("voi", ("Sen voi maksaa huomenna.", "voida"), ("Leipä ja voi ovat loppu.", "voi")),
            ("kuusi", ("Siinä kasvaa vanha kuusi.", "kuusi"), ("Odotin kuusi viikkoa.", "kuusi")),
            ("maksoin", ("Maksoin laskun eilen.", "maksaa"), ("Minä maksoin sen jo.", "maksaa")),
        ],
    )
    def test_of_standard_words(
        self, form: str, first: tuple[str, str], second: tuple[str, str], finnish: FinnishLemmatizer
    ) -> None:
        for text, lemma in (first, second):
            assert word(finnish, text, form) == (lemma, "")

    def test_parts_of_speech_follow(self, finnish: FinnishLemmatizer) -> None:
        def upos(text: str, form: str) -> str:
            return next(token.upos for token in read(finnish, text) if token.text == form)

        assert (upos("Odotin kuusi viikkoa.", "kuusi"), upos("Siinä kasvaa vanha kuusi.", "kuusi")) == ("NUM", "NOUN")
        assert (upos("Hän on kotona.", "on"), upos("Lasku maksettiin.", "maksettiin")) == ("AUX", "VERB")


class TestStandardWords:
    def test_there_are_enough(self) -> None:
        assert len(CASES) >= 100

    @pytest.mark.parametrize(("form", "lemma"), CASES)
    def test_alone_they_stay_as_they_are(self, form: str, lemma: str, finnish: FinnishLemmatizer) -> None:
        ((token,),) = finnish.lemmatize([MaskedText(form)])
        assert (token.lemma, token.normal, token.rule) == (lemma, "", "")

    @pytest.mark.parametrize(
        "text",
        [
            "Minun sänkyni ei mahtunut ovesta, ja sen takia se jäi pihalle.",
            "Meidän talomme katto vuotaa, eikä kukaan ole tullut korjaamaan sitä.",
            "Hän toi kuusi kuusta ja muutaman muun puun maahan.",
            "Meri on tyyni, ja maa on märkä, mutta mäki ja säkki eivät.",
            "Huomenna on huono sää.",
            "Olen tyytyväinen palveluunne, ja haluan kiittää asiakaspalvelijaanne nopeasta avusta.",
            "Voisitteko ystävällisesti tarkistaa laskun, koska siinä on virhe?",
            "Sopimus irtisanottiin kolmannen kerran, mutta laskuja tulee edelleen.",
            "En ole saanut vastausta, vaikka soitin teille jo viime viikolla.",
        ],
    )
    def test_in_sentences_too(self, text: str, finnish: FinnishLemmatizer) -> None:
        assert {token.text: token.normal for token in read(finnish, text) if token.normal} == {}

    @pytest.mark.parametrize(
        ("text", "form", "lemma"),
        [
            ("Sinä et ole vastannut.", "sinä", "sinä"),
            ("Miksi sinä soitit?", "sinä", "sinä"),
            ("sinä", "sinä", "sinä"),
            ("Huomenna on huono sää.", "sää", "sää"),
        ],
    )
    def test_of_two_readings_the_common_one(self, text: str, form: str, lemma: str, finnish: FinnishLemmatizer) -> None:
        assert word(finnish, text, form) == (lemma, "")

    @pytest.mark.parametrize("text", ["Toivon, ettei lasku tule.", "Miksei kukaan vastaa?", "Maksan, vaikken halua."])
    def test_fused_negations_are_standard(self, text: str, finnish: FinnishLemmatizer) -> None:
        assert [token.text for token in read(finnish, text) if token.normal or token.rule] == []

    @pytest.mark.parametrize(
        ("text", "lemmas"),
        [("ettei", "että ei"), ("jotten", "jotta ei"), ("vaikkemme", "vaikka ei"), ("miksei", "miksi ei")],
    )
    def test_fused_negations_are_both(self, text: str, lemmas: str, finnish: FinnishLemmatizer) -> None:
        assert " ".join(token.lemma for token in read(finnish, text)) == lemmas


SPOKEN = """
Mä/minä/Minä oon/olla/olen odottanu/odottaa/odottanut teiän/sinä/teidän vastausta/vastaus jo/jo viikon/viikko
en/ei tiiä/tietää/tiedä mitä/mikä mun/minä/minun pitäs/pitää/pitäisi tehä/tehdä/tehdä
kiitos/kiitos nopeesta/nopea/nopeasta avusta/apu
aspa/aspa lupas/luvata/lupasi soittaa/soittaa mulle/minä/minulle
ootteks/olla/oletteko te/sinä saanu/saada/saanut mun/minä/minun viestin/viesti
meen/mennä/menen kauppaan/kauppa kattomaan/katsoa/katsomaan uutta/uusi puhelinta/puhelin
onks/olla/onko teil/sinä/teillä halvempaa/halpa liittymää/liittymä
se/se ei/ei toiminu/toimia/toiminut ollenkaa/ollenkaan/ollenkaan
ostin/ostaa sen/se teiän/sinä/teidän kaupast/kauppa/kaupasta viime/viime viikol/viikko/viikolla
pitäskö/pitää/pitäisikö mun/minä/minun maksaa/maksaa tää/tämä/tämä uudestaan/uudestaan
haluisin/haluta/haluaisin et/että/että joku/joku kattois/katsoa/katsoisi tän/tämä/tämän asian/asia
"""
"""`form/lemma`, and `/normal` where the form is not standard."""


class TestPuhekieli:
    @pytest.mark.parametrize("sentence", SPOKEN.strip().splitlines())
    def test_sentences(self, sentence: str, finnish: FinnishLemmatizer) -> None:
        wanted = [(*word.split("/"), "")[:3] for word in sentence.split()]
        tokens = read(finnish, " ".join(form for form, *_ in wanted))
        assert [(token.text, token.lemma, token.normal) for token in tokens] == wanted
        assert all(bool(token.rule) == bool(token.normal) for token in tokens)

    def test_the_rule_is_told(self, finnish: FinnishLemmatizer) -> None:
        tokens = {token.text: token.rule for token in read(finnish, "Mullaki oli kaupast ostettu puhelin")}
        assert tokens == {
            "Mullaki": "pronoun+clitic-kin",
            "oli": "",
            "kaupast": "elative",
            "ostettu": "",
            "puhelin": "",
        }


class TestNoWords:
    def test_masks_numbers_marks_and_emoji(self, finnish: FinnishLemmatizer) -> None:
        text = "Hei [PERSON_1], maksoin 45,50 € ja 1 000 e 3. kerran :) 😡 https://example.com/a"
        tokens = {token.text: token for token in read(finnish, text)}
        for form, upos in {
            "[PERSON_1]": "PROPN", "45,50": "NUM", "1 000": "NUM", "3.": "NUM", ",": "PUNCT", "€": "SYM",
            ":)": "SYM", "😡": "SYM", "https://example.com/a": "SYM",
        }.items():  # fmt: skip
            assert tokens[form] == Token(form, form, upos)

    def test_empty_texts(self, finnish: FinnishLemmatizer) -> None:
        assert finnish.lemmatize([MaskedText(""), MaskedText(" \n")]) == [[], []]
        assert finnish.lemmatize_words([[], ["lasku"]])[0] == []


TEXTS = [
    MaskedText(text)
    for text in (
        "Mä oon odottanu teiän laskua et se tulis.",
        "Sinä et ole vastannut, ja se toi mieleen toi vanhan jutun.",
        "Maksoin 1,5 euroa 3. kerran, EU:n direktiivin 92/160/ETY mukaan.",
        "[PERSON] sanoi ettei lasku tullu :)",
        "LASKU Lasku lasku oli taas väärin, toi on must huonoa.",
    )
]


class TestCache:
    def test_the_same_text_again(self, finnish: FinnishLemmatizer) -> None:
        assert finnish.lemmatize(TEXTS) == finnish.lemmatize(TEXTS)

    def test_what_was_read_before_changes_nothing(self, finnish: FinnishLemmatizer) -> None:
        def fresh() -> FinnishLemmatizer:
            return FinnishLemmatizer(finnish.sources, finnish.ranker)

        alone = [fresh().lemmatize([text])[0] for text in TEXTS]
        assert fresh().lemmatize(TEXTS) == alone
        assert fresh().lemmatize(TEXTS[::-1]) == alone[::-1]
        warm = fresh()
        warm.lemmatize_words([[token.text for token in tokens] for tokens in alone])
        assert warm.lemmatize(TEXTS) == alone

    @pytest.mark.parametrize(("before", "form"), [("3. kerran", "3."), ("Maksoin 1.5 euroa", "1.5/ETY")])
    def test_numbers_read_before_change_nothing(self, before: str, form: str, finnish: FinnishLemmatizer) -> None:
        def fresh() -> FinnishLemmatizer:
            return FinnishLemmatizer(finnish.sources, finnish.ranker)

        warm = fresh()
        warm.lemmatize([MaskedText(before)])
        assert warm.lemmatize_words([[form]]) == fresh().lemmatize_words([[form]])
        assert warm.lemmatize([MaskedText(form)]) == fresh().lemmatize([MaskedText(form)])

    @pytest.mark.parametrize("kept", [1, 3])
    def test_a_full_one_is_emptied(
        self, kept: int, finnish: FinnishLemmatizer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        small = FinnishLemmatizer(finnish.sources, finnish.ranker)
        monkeypatch.setattr(module, "KEPT_FORMS", kept)
        assert small.lemmatize(TEXTS) == finnish.lemmatize(TEXTS)
        assert 0 < len(small.words) <= kept


class TestLoad:
    def test_an_altered_model_is_not_believed(self, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
        folder = config.paths.database.parent / "models"
        shutil.copytree(ROOT / "models" / MODEL, folder / MODEL)
        monkeypatch.setenv("TUNNEPOLKU_PATHS__MODELS", str(folder))
        load_config.cache_clear()
        weights = folder / MODEL / "weights.npz"
        weights.write_bytes(weights.read_bytes() + b"\0")
        with pytest.raises(ModelError, match=r"weights\.npz is not the file its card describes"):
            load()
        weights.unlink()
        with pytest.raises(ModelError, match=r"weights\.npz is missing"):
            load()
        (folder / MODEL / CARD).unlink()
        with pytest.raises(ModelError, match="There is no model in"):
            load()


class TestWithout:
    @pytest.mark.parametrize("source", SOURCES)
    def test_each_source_can_be_left_out(self, source: str) -> None:
        tokens = read(load(without=[source]), "Mä maksoin [PERSON] laskun 3 kertaa.")
        assert [token.text for token in tokens] == ["Mä", "maksoin", "[PERSON]", "laskun", "3", "kertaa", "."]
        assert all(token.lemma for token in tokens)

    @pytest.mark.parametrize(
        ("source", "form", "name"),
        [
            ("voikko", "irtisanottiin", "voikko"),
            ("dictionary", "talossa", "dictionary"),
            ("table", "mullaki", "table"),
            ("rules", "kaupast", "rules"),
            ("compounds", "nytlaskusta", "compound"),
            ("guesser", "Zorbilandissa", "guess"),
        ],
    )
    def test_what_is_left_out_gives_nothing(
        self, source: str, form: str, name: str, finnish: FinnishLemmatizer
    ) -> None:
        def gives(lemmatizer: FinnishLemmatizer) -> bool:
            return any(name in option.sources for option in lemmatizer.sources.candidates(form))

        assert gives(finnish)
        assert not gives(load(without=[source]))

    def test_without_the_ranker_the_first_reading_wins(self, finnish: FinnishLemmatizer) -> None:
        bare = load(without=["ranker"])
        assert dict(bare.ranker.weights) == {}
        assert bare.ranker.upos_of == finnish.ranker.upos_of
        assert {word(bare, text, "et")[0] for text in ("Sinä et ole.", "Sanoi et lasku tuli.")} == {"että"}

    def test_without_all_only_forms_are_left(self) -> None:
        bare = load(without=SOURCES)
        lemmas = [token.lemma for token in read(bare, "Mä maksoin laskuni EU:n")]
        assert lemmas == ["mä", "maksoin", "laskuni", "eu"]
