"""The choice among readings, with weights made by hand; and what is written is what is read."""

from pathlib import Path

import pytest

from pipeline.language.candidates import Candidate
from pipeline.language.ranker import (
    OUTSIDE,
    WEIGHTS,
    Learned,
    Ranker,
    Word,
    context,
    edit,
    form_features,
    is_known,
    load_ranker,
    readings,
    save_ranker,
    seen,
    word_class,
)

THAT = Candidate("että", "table.SCONJ", "table", "että", "function-word", "SCONJ")
NOT = Candidate("ei", "kieltosana", "voikko", upos="AUX")
FORM = Candidate("et", "", "form")
UPOS_OF = {
    "nimisana": "NOUN",
    "teonsana": "AUX VERB",
    "teonsana olla": "AUX",
    "laatusana:verb": "VERB",
    " heti": "ADV",
    "guess": "NOUN PROPN",
    "guess hei": "INTJ",
    "": "NOUN ADV",
}


def ranker(**weights: float) -> Ranker:
    return Ranker({name.replace("__", " "): weight for name, weight in weights.items()}, UPOS_OF, {})


def lemmas(model: Ranker, *words: tuple[str, list[Candidate]]) -> list[str]:
    return [reading.lemma for reading in model.choose([model.word(form, options) for form, options in words])]


def other(form: str) -> tuple[str, list[Candidate]]:
    return form, [Candidate(form, "nimisana.nimento.sg", "voikko")]


class TestChoose:
    ET = ("et", [THAT, NOT, FORM])

    def test_the_word_before_decides(self) -> None:
        model = ranker(p__sanoi__SCONJ=2.0, p__sinä__AUX=2.0)
        assert lemmas(model, other("sanoi"), self.ET, other("maksaa"))[1] == "että"
        assert lemmas(model, other("sinä"), self.ET, other("maksaa"))[1] == "ei"

    def test_the_word_after_decides(self) -> None:
        model = ranker(q__maksa__AUX=1.0, q__maksan__SCONJ=1.0)
        assert lemmas(model, self.ET, other("Maksa"))[0] == "ei"
        assert lemmas(model, self.ET, other("Maksan"))[0] == "että"

    def test_two_words_away_counts_too(self) -> None:
        model = ranker(a__sinä__AUX=1.0, b__sitä__AUX=1.0)
        assert lemmas(model, self.ET, other("nyt"), other("nyt"))[0] == "että"
        assert lemmas(model, self.ET, other("nyt"), other("sitä"))[0] == "ei"
        assert lemmas(model, other("sinä"), other("nyt"), self.ET)[2] == "ei"
        assert lemmas(model, other("sinä"), other("nyt"), other("nyt"), self.ET)[3] == "että"

    def test_where_a_sentence_starts_is_seen(self) -> None:
        assert lemmas(ranker(**{"c__True__False__AUX": 1.0}), self.ET, self.ET) == ["ei", "että"]

    def test_form_and_context_add_up(self) -> None:
        both = {"l__ei__AUX": 1.0, "p__sanoi__SCONJ": 0.75}
        assert lemmas(ranker(**both), other("sanoi"), self.ET)[1] == "ei"
        assert lemmas(ranker(**both, s__table__SCONJ=0.5), other("sanoi"), self.ET)[1] == "että"

    def test_the_first_of_equals_wins(self) -> None:
        assert lemmas(ranker(), self.ET) == ["että"]

    def test_a_single_reading_needs_no_weights(self) -> None:
        word = ranker(l__talo__NOUN=5.0).word("talo", [Candidate("talo", "nimisana", "voikko")])
        assert (word.scores, word.readings[0].upos, word.seen) == ((0.0,), "NOUN", "NOUN.")
        assert ranker().choose([word]) == [word.readings[0]]

    def test_an_empty_sentence(self) -> None:
        assert ranker().choose([]) == []

    def test_what_is_chosen_is_one_of_the_readings(self) -> None:
        model = ranker()
        word = model.word("et", [THAT, NOT])
        assert model.choose([word]) == [THAT]
        assert isinstance(word, Word)


class TestPartsOfSpeech:
    def laid_out(self, *candidates: Candidate) -> list[str]:
        return [f"{reading.lemma}/{reading.upos}" for reading in readings(candidates, UPOS_OF)]

    def test_a_class_can_be_several(self) -> None:
        assert self.laid_out(Candidate("soittaa", "teonsana.indicative.sg.3", "voikko")) == [
            "soittaa/AUX",
            "soittaa/VERB",
        ]

    def test_a_lemma_of_a_class_goes_first(self) -> None:
        assert self.laid_out(Candidate("olla", "teonsana.indicative.sg.3", "voikko")) == ["olla/AUX"]

    def test_derivation_is_part_of_the_class(self) -> None:
        assert self.laid_out(Candidate("tehdä", "laatusana.past_passive.nimento.sg:verb", "voikko")) == ["tehdä/VERB"]

    def test_what_a_table_tells_stays(self) -> None:
        assert self.laid_out(THAT, NOT) == ["että/SCONJ", "ei/AUX"]

    def test_an_unknown_class_is_like_no_class(self) -> None:
        assert self.laid_out(Candidate("no", "huudahdussana", "voikko")) == ["no/NOUN", "no/ADV"]
        assert readings([Candidate("no", "huudahdussana", "voikko")], {})[0].upos == "X"

    def test_a_guess(self) -> None:
        assert self.laid_out(Candidate("zorbi", "", "form")) == ["zorbi/NOUN", "zorbi/PROPN"]
        assert self.laid_out(Candidate("hei", "", "form")) == ["hei/INTJ"]

    def test_the_form_of_a_known_word_is_an_adverb_at_most(self) -> None:
        known = Candidate("koti", "nimisana.olento.sg", "voikko")
        assert self.laid_out(known, Candidate("kotona", "", "form")) == ["koti/NOUN", "kotona/ADV"]
        assert self.laid_out(known, Candidate("heti", "", "form")) == ["koti/NOUN", "heti/ADV"]

    @pytest.mark.parametrize(
        ("sources", "known"),
        [("voikko", True), ("dictionary+form", True), ("table", True), ("memory", True), ("rules.0", False),
         ("guess", False), ("form", False), ("decomposer+form", False), ("compound+decomposer", False)],
    )  # fmt: skip
    def test_only_a_lexicon_knows(self, sources: str, known: bool) -> None:
        assert is_known([Candidate("zorbi", "", "form"), Candidate("talo", "", sources)]) is known

    @pytest.mark.parametrize(
        ("tag", "kind"),
        [
            ("nimisana.nimento.sg", "nimisana"),
            ("", ""),
            ("laatusana.nimento.sg:verb", "laatusana:verb"),
            ("seikkasana", "seikkasana"),
        ],
    )
    def test_classes(self, tag: str, kind: str) -> None:
        assert word_class(Candidate("x", tag, "voikko")) == kind


class TestFeatures:
    @pytest.mark.parametrize(
        ("form", "lemma", "change"),
        [("talossa", "talo", "ssa>"), ("talo", "talo", ">"), ("oon", "olla", "on>lla"), ("mun", "minä", "un>inä")],
    )
    def test_edits(self, form: str, lemma: str, change: str) -> None:
        assert edit(form, lemma) == change

    def test_neighbours_see_parts_of_speech_and_cases(self) -> None:
        options = [Candidate("talo", "nimisana.omanto.sg", "voikko", upos="NOUN"), THAT]
        assert seen(options) == seen(options[::-1]) == "NOUN.omanto|SCONJ.SCONJ"

    def test_context_is_read_off_the_right_places(self) -> None:
        far, near, word, following, beyond = (
            Word(form, (), (), form.upper(), form, form[-3:]) for form in ("aa", "bb", "cc", "dd", "ee")
        )
        atoms = context((far, near), word, (following, beyond))
        assert {"p bb", "q dd", "a aa", "b ee", "P BB", "Q DD", "PP AA BB", "QQ DD EE", "PQ BB DD"} <= set(atoms)
        assert "c False False" in atoms
        assert "c True False" in context((OUTSIDE, OUTSIDE), word, (OUTSIDE, OUTSIDE))

    def test_each_reading_has_features_of_its_own(self) -> None:
        that, negation = form_features("et", [THAT, NOT], {"ei": 9, "että": 6})
        assert set(that) != set(negation)
        assert {"r function-word", "g 3"} <= set(that)
        assert "g 0" in negation
        assert not [name for name in negation if name.startswith("r ")]


LEARNED = Learned(
    Ranker({"p sanoi SCONJ": 0.5, "l ei AUX": -1.25, "? >ä True": 2.0}, UPOS_OF, {"ei": 9, "että": 6}),
    memory={"parhaiten": [("hyvin", "")], "lasaru": [("lasku", "lasku"), ("lasaru", "")]},
    endings={"ssa": ["", "s"], "ä": ["ö"]},
)


class TestFiles:
    def test_what_is_written_is_read(self, tmp_path: Path) -> None:
        assert save_ranker(LEARNED, tmp_path) == WEIGHTS
        found = load_ranker(tmp_path)
        assert found.ranker == LEARNED.ranker
        assert found.endings == LEARNED.endings
        memory = {form: [tuple(pair) for pair in pairs] for form, pairs in found.memory.items()}
        assert memory == LEARNED.memory

    def test_the_same_bytes_again(self, tmp_path: Path) -> None:
        turned = Learned(
            Ranker(
                dict(reversed(list(LEARNED.ranker.weights.items()))),
                dict(reversed(UPOS_OF.items())),
                {"että": 6, "ei": 9},
            ),
            memory=dict(reversed(list(LEARNED.memory.items()))),
            endings=dict(reversed(list(LEARNED.endings.items()))),
        )
        written = []
        for number, learned in enumerate((LEARNED, turned)):
            folder = tmp_path / str(number)
            folder.mkdir()
            save_ranker(learned, folder)
            written.append((folder / WEIGHTS).read_bytes())
            again = load_ranker(folder)
            save_ranker(again, folder)
            written.append((folder / WEIGHTS).read_bytes())
        assert len(set(written)) == 1

    def test_the_first_reading_survives_the_trip(self, tmp_path: Path) -> None:
        save_ranker(LEARNED, tmp_path)
        model = load_ranker(tmp_path).ranker
        assert lemmas(model, other("sanoi"), ("et", [NOT, THAT]))[1] == "että"
        assert lemmas(model, other("sinä"), ("et", [THAT, NOT]))[1] == "että", "a negative weight counts"
