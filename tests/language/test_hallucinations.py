"""What a speech recogniser makes up is told from what people say. Every turn here is invented."""

import re

import pytest

from pipeline.language.hallucinations import MAX_COMPRESSION_RATIO, phrases, ratio, suspect

MADE_UP = [
    ("Tekstitys: Matti Meikäläinen", "subtitle_credit"),
    ("Suomenkielinen tekstitys: [PERSON]", "subtitle_credit"),
    ("Tekstitys YLE", "broadcaster"),
    ("YLE tekstitys", "broadcaster"),
    ("Suomentanut: [PERSON]", "subtitle_credit_name"),
    ("Suomentanut Maija Esimerkki", "subtitle_credit_name"),
    ("Käännös: [PERSON]", "subtitle_credit_noun"),
    ("Amara.org-yhteisön tekstittämä", "subtitle_community"),
    ("Kiitos kun katsoit!", "thanks_for_watching"),
    ("Kiitos, kun katsoitte.", "thanks_for_watching"),
    ("Kiitos että katsoit tämän videon", "thanks_for_watching"),
    ("Kiitos katsomisesta!", "thanks_for_viewing"),
    ("Tilaa kanava!", "subscribe"),
    ("Muista tilata kanava", "subscribe"),
    ("Nähdään seuraavassa videossa.", "next_video"),
    ("Thank you for watching!", "thanks_english"),
    ("Subtitles by the community", "subtitles_english"),
    ("[Musiikkia]", "sound_label"),
    ("(musiikkia)", "sound_label"),
    ("♪ ♪", "music_note"),
    ("Jatkuu seuraavassa jaksossa...", "to_be_continued"),
]
ONLY_IN_SILENCE = [
    ("Kiitos.", "thanks"),
    ("Jatkuu...", "continues"),
    ("www.example.com", "web_address"),
    ("Tekstitys.", "lone_subtitles"),
    ("Hei hei!", "farewell"),
    ("Thank you.", "thanks_english_short"),
    ("...", "dots"),
]
SAID = """
kiitos kun autoit
kiitos kun soititte takaisin
kiitos kun katsoit sen laskun
kiitos kun jaksoit katsoa asiaa
kiitos kiitos kiitos
kiitos paljon avusta
kiitos ja hyvää päivänjatkoa
Kiitos.
Kiitos!
no kiitos kiitos
hei hei
moi moi moi
joo joo joo joo
joo joo joo joo joo joo
ei ei ei ei ei
haloo haloo haloo kuuluuko
kuuluuko kuuluuko haloo
odota odota odota
mä en tiedä mä en tiedä mä en tiedä
sain tekstiviestin teiltä
tuliko siitä tekstiviesti
lähetän sinulle tekstiviestin
tekstitys ei toimi telkkarissa
tekstitykset puuttuvat kaikista ohjelmista
miten saan suomenkielisen tekstityksen päälle
ylen kanavat ei näy
yle areena ei toimi teidän boksilla
mtv ei näy
tilaan uuden laskun
tilaan kanavapaketin
haluan tilata kanavapaketin
tilasin kanavia lisää
haluaisin tilata urheilukanavan
tilaus on peruttu
muistakaa tilata se asentaja
muista lähettää se kuitti
katsoin jo sen laskun
katsoitko jo sen
katsotaan sitä huomenna
katsotaan yhdessä
nähdään huomenna kaupassa
nähdään ensi viikolla
näkemiin
sopimus jatkuu ensi kuussa
jatkuu toistaiseksi
jatkuuko se automaattisesti
jatkuu
musiikki pätkii kun jonotan
jonotusmusiikki on kamalaa
se musiikki soi puoli tuntia
asentaja katkaisi musiikin
www sivut ei aukea
sivu www.example.com ei aukea
menkää osoitteeseen www.example.com ja kirjautukaa
käännös on väärin teidän sivuilla
sivut on käännetty huonosti
kuka on kääntänyt tämän ohjeen
hän on suomentanut sen kirjeen
tää on suomennettu huonosti
video ei lataudu
lähetin teille videon viasta
videossa näkyy miten se vilkkuu
seuraavassa laskussa pitäisi olla hyvitys
nähdään seuraavassa palaverissa
seuraava jakso ei näy
numero on nolla neljä nolla yksi kaksi kolme
nolla nolla nolla nolla
kaksi kaksi kaksi
asiakasnumero on viisi viisi viisi viisi
[PERSON] [PHONE]
[PERSON]
soitin [PERSON] ja sitten [PERSON] ja sitten [PERSON]
thank you very much
thanks
ok
okei okei okei
selvä selvä
tervetuloa asiakaspalveluun
tervetuloa
hetki pieni
hetki hetki hetki
anteeksi
mitä mitä mitä
ei oo ei oo ei oo
tää on ihan ihan ihan väärin
se katkee ja katkee ja katkee ja katkee
soitin maanantaina soitin tiistaina soitin keskiviikkona
maksoin maksoin maksoin ja silti tuli muistutus
ohjelma kaatuu aina kun avaan sen
ohjaus ei toimi
kiitoksia teille kaikille
kiitti moi
hyvää yötä
...
mm mm mm mm
amaran kauppa on kiinni
seurasin ohjetta
kiitos kun odotit
kiitos kun selvitit asian
kiitos että kuuntelit
""".strip().splitlines()
FAKE = {"no_speech_prob": 0.9, "avg_logprob": -1.4}


@pytest.mark.parametrize(("text", "reason"), MADE_UP)
def test_made_up_whatever_the_figures(text: str, reason: str) -> None:
    assert suspect(text) == reason
    assert suspect(text, no_speech_prob=0.0, avg_logprob=-0.1) == reason


@pytest.mark.parametrize(("text", "reason"), ONLY_IN_SILENCE)
def test_made_up_where_silence_is_likely(text: str, reason: str) -> None:
    assert suspect(text) is None
    assert suspect(text, no_speech_prob=0.5) is None
    assert suspect(text, no_speech_prob=0.7) == reason


@pytest.mark.parametrize("text", SAID)
def test_what_people_say_is_never_suspect_by_its_words(text: str) -> None:
    assert suspect(text) is None
    assert suspect(text, no_speech_prob=0.1, avg_logprob=-0.3, compression_ratio=1.2) is None


def test_there_are_enough_of_them() -> None:
    assert len(set(SAID)) == len(SAID) >= 80
    assert {reason for _, reason in MADE_UP + ONLY_IN_SILENCE} == {phrase.id for phrase in phrases()}


@pytest.mark.parametrize("text", ["joo " * 8, "Kiitos. " * 20, "mä en tiedä " * 5, "Ei. Ei. Ei. Ei. Ei. Ei. Ei. Ei."])
def test_words_on_end_are_a_loop(text: str) -> None:
    assert suspect(text) == "loop"


def test_a_loop_inside_a_turn_counts() -> None:
    assert suspect("soitin eilen ja " + "sitten ja " * 6 + "kukaan ei vastannut") == "loop"


def test_whisper_s_figures_decide_at_its_own_thresholds() -> None:
    text = "mä soitan siitä laskusta"
    assert suspect(text, no_speech_prob=0.61, avg_logprob=-1.01) == "no_speech"
    assert suspect(text, no_speech_prob=0.6, avg_logprob=-1.01) is None
    assert suspect(text, no_speech_prob=0.61, avg_logprob=-1.0) is None
    assert suspect(text, no_speech_prob=0.99) is None
    assert suspect(text, avg_logprob=-3.0) is None
    assert suspect(text, compression_ratio=2.41) == "compression_ratio"
    assert suspect(text, compression_ratio=2.4) is None


def test_the_ratio_is_computed_where_it_is_missing() -> None:
    text = "abcabcabd" * 12
    assert ratio(text) > MAX_COMPRESSION_RATIO
    assert suspect(text) == "compression_ratio"
    assert suspect(text, compression_ratio=1.0) is None


def test_a_long_true_turn_is_not_suspect_for_its_length() -> None:
    turn = " ".join(line for line in SAID if len(line) > 15)
    assert ratio(turn * 2) > MAX_COMPRESSION_RATIO
    assert suspect(turn * 2) is None


def test_stuck_on_one_sentence() -> None:
    text = "Me olemme täällä tänään."
    assert suspect(text, previous="me olemme täällä tänään\n" * 3) == "stuck"
    assert suspect(text, previous="me olemme täällä tänään\n" * 2) is None
    assert suspect(text, previous=("me olemme täällä tänään\n" * 3) + "joo") is None
    assert suspect("joo", previous="joo\n" * 10) is None


@pytest.mark.parametrize("text", ["", " ", "\n"])
def test_no_text_no_suspicion(text: str) -> None:
    assert suspect(text, **FAKE) is None


def test_every_row_of_the_table_says_why() -> None:
    assert all(phrase.id and phrase.why for phrase in phrases())
    assert len({phrase.id for phrase in phrases()}) == len(phrases())
    assert all(re.fullmatch(r"[a-z_]+", phrase.id) for phrase in phrases())
