"""Trains the weights of `identify`: `tunnepolku train languages`, where wordfreq is installed.

Nobody keeps labelled chat in six languages, so turns are made: words drawn by how often they are used (wordfreq 3.1,
whose lists count subtitles and web talk; its data are CC BY-SA 4.0), Finnish mostly from forum and subtitle sentences.
wordfreq knows neither Estonian nor Somali nor Russian in Latin letters: `identify_words.tsv` holds their words of talk,
and some Finland Swedish and English ones, written for this project, most frequent first; simplemma's dictionary holds
the other Estonian forms. A linear model needs no word order, so drawn words serve as well as sentences.

The weights learn from FinnSentiment (Lindén, Jauhiainen, Hardwick 2023) and XED (Öhman, Pàmies, Kajava, Tiedemann
2020), both CC BY 4.0, the colloquial forms of UD_Finnish-TDT and -FTB (CC BY-SA 4.0), the first names of Digi- ja
väestötietovirasto (CC BY 4.0), wordfreq (Speer 2022) and simplemma (Barbaresi, MIT).
"""

import csv
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from importlib import import_module
from itertools import accumulate
from pathlib import Path

from pipeline.errors import ConfigError, ModelError
from pipeline.language.identify import BUCKETS, LANGUAGES, WEIGHTS, features, shares, words_in
from pipeline.models import CARD, sha256_of

Draw = Callable[[int], list[str]]
"""Gives about as many words as asked for."""

TURNS = {"fi": 60_000, "sv": 39_000, "en": 36_000, "et": 70_000, "ru": 45_000, "other": 90_000}
LENGTHS, LENGTH_WEIGHTS = (1, 2, 3, 4, 5, 6, 8, 10), (25, 20, 15, 12, 10, 8, 5, 5)  # turns of chat are short
OTHERS = {
    "de": 3.0, "uk": 3.5, "so": 2.5, "nb": 2.0, "es": 2.0, "fr": 2.0, "pl": 1.5, "tr": 1.5, "lv": 1.5, "da": 1.5,
    "lt": 1.0, "it": 1.0, "nl": 1.0, "ro": 1.0, "hu": 1.0, "pt": 1.0, "sq": 1.0, "vi": 0.7, "cs": 0.5, "id": 0.5,
}  # fmt: skip
"""What else is written to a Finnish company, in Latin or Cyrillic letters, and how much of it to learn from."""

_COMMON = dict(zip("абвгдезийклмнопрстуфыэ", "abvgdeziyklmnoprstufye", strict=True))
_COMMON |= {"ё": "yo", "ж": "zh", "ч": "ch", "ш": "sh", "ъ": "", "ь": ""}
LATIN = ({**_COMMON, "х": "kh", "ц": "ts", "щ": "shch", "ю": "yu", "я": "ya"},
         {**_COMMON, "х": "h", "ц": "c", "щ": "sch", "ю": "ju", "я": "ja", "й": "j", "ё": "e"})  # fmt: skip
"""Two ways in which people write Russian with Latin letters."""

ENDINGS = [
    "i", "in", "ia", "iin", "is", "ist", "ista", "issa", "illa", "ille", "it", "eja", "aa", "aan", "asin", "at", "attu",
    "ata", "oin", "oida", "ottu", "ksi",
]  # fmt: skip
"""What Finnish talk hangs on an English stem."""


def train_languages(corpora: Path, folder: Path, version: str, *, created: date | None = None) -> None:
    """Learn from `corpora` and the word lists, write weights and card into `folder`; takes a minute or two.

    Raises:
        ConfigError: a corpus is not there.
        ModelError: wordfreq is not installed.
    """
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    random.seed(1)
    draws = _draws(corpora)
    turns = [
        (language, draws[language](random.choices(LENGTHS, LENGTH_WEIGHTS)[0]))
        for language in LANGUAGES
        for _ in range(TURNS[language])
    ]
    model = LogisticRegression(C=3, max_iter=100, tol=1e-3)
    with threadpool_limits(1):  # the same corpora give the same bytes
        model.fit(_matrix([words for _, words in turns]), [LANGUAGES.index(language) for language, _ in turns])
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / WEIGHTS, weights=model.coef_.T.astype(np.float16))
    made = (created or date.today()).isoformat()
    card = CARD_TEXT.format(version=version, created=made, file=WEIGHTS, sha256=sha256_of(folder / WEIGHTS))
    (folder / CARD).write_text(card, encoding="utf-8")


def _draws(corpora: Path) -> dict[str, Draw]:
    ours = _own_words()
    finnish = _mixed([
        (_windows(_finnish_turns(corpora)), 65), (_by_frequency("fi"), 20), (_code_switched(), 5),
        (_ranked(_colloquial(corpora)), 5), (_names(corpora), 5),
    ])  # fmt: skip
    latin = [(_transliterated(0), 15), (_transliterated(1), 15), (_ranked(ours["ru"]), 15)]
    russian = _mixed([(_by_frequency("ru"), 55), *latin])
    known = {"so": _ranked(ours["so"]), "sq": _dictionary("sq")}
    others = [(known.get(language) or _by_frequency(language), weight) for language, weight in OTHERS.items()]
    estonian = _mixed([(_ranked(ours["et"]), 60), (_dictionary("et"), 40)], by_word=True)
    swedish, english = (_mixed([(_by_frequency(code), 85), (_ranked(ours[code]), 15)]) for code in ("sv", "en"))
    return {"fi": finnish, "sv": swedish, "en": english, "et": estonian, "ru": russian, "other": _mixed(others)}


def _sampler(weights: Mapping[str, float]) -> Draw:
    words, cumulated = list(weights), list(accumulate(weights.values()))
    return lambda count: random.choices(words, cum_weights=cumulated, k=count)


def _mixed(parts: Sequence[tuple[Draw, float]], *, by_word: bool = False) -> Draw:
    """One of `parts` for each turn, or for each word."""
    draws, weights = zip(*parts, strict=True)
    if by_word:
        return lambda count: [draw(1)[0] for draw in random.choices(draws, weights, k=count)]
    return lambda count: list(random.choices(draws, weights)[0](count))


def _frequencies(language: str) -> dict[str, float]:
    try:
        wordfreq = import_module("wordfreq")
    except ImportError:
        raise ModelError("The package wordfreq is missing: run pip install -e '.[train]'.") from None
    found = wordfreq.get_frequency_dict(language, wordlist="best")
    # The power lets rarer words be seen: short turns about SIM cards are not made of the hundred commonest words.
    return {word: share**0.8 for word, share in found.items() if share > 3e-7 and words_in(word) == [word]}


def _by_frequency(language: str) -> Draw:
    return _sampler(_frequencies(language))


def _transliterated(way: int) -> Draw:
    draw = _by_frequency("ru")
    return lambda count: ["".join(LATIN[way].get(letter, letter) for letter in word) for word in draw(count)]


def _ranked(words: list[str]) -> Draw:
    """Words from the most frequent to the least, by a flattened Zipf's law."""
    return _sampler({word: (rank / 20 + 1) ** -0.7 for rank, word in enumerate(words)})


def _dictionary(language: str) -> Draw:
    """Dictionary forms of simplemma, the shorter the likelier: it does not say how often they are used."""
    from simplemma.strategies.dictionaries import DefaultDictionaryFactory

    entries = DefaultDictionaryFactory().get_dictionary(language)
    forms = sorted({(form.decode() if isinstance(form, bytes) else form).lower() for form in entries})
    return _sampler({form: 2 ** (-len(form) / 2) for form in forms if words_in(form) == [form]})


def _windows(turns: list[list[str]]) -> Draw:
    def draw(count: int) -> list[str]:
        words = random.choice(turns)
        start = random.randrange(max(1, len(words) - count + 1))
        return words[start : start + count]

    return draw


def _finnish_turns(corpora: Path) -> list[list[str]]:
    """Sentences of the forum and subtitles, without those that are English: more than 60 % words only English uses."""
    finnish, english = _frequencies("fi"), _frequencies("en")
    foreign = {word for word, weight in english.items() if weight > 2e-5**0.8 and finnish.get(word, 0) < 3e-5**0.8}
    texts = [text for name in ("finnsentiment", "xed_fi") for text in _column(corpora / name / "train.tsv", "text")]
    turns = [words for text in texts if (words := words_in(text))]
    return [words for words in turns if len(words) < 4 or sum(word in foreign for word in words) <= 0.6 * len(words)]


def _colloquial(corpora: Path) -> list[str]:
    forms = _column(corpora / "puhekieli_pairs" / "ud_colloquial_forms.tsv", "form")
    return [word for form in forms for word in words_in(form)]


def _code_switched() -> Draw:
    """English stems with Finnish endings, as in cancelaa, orderi, updatesin."""
    draw = _by_frequency("en")
    return lambda count: [word + random.choice(ENDINGS) for word in draw(count) if len(word) > 3]


def _names(corpora: Path) -> Draw:
    """Names of people who live in Finland: a name that masking missed is no sign of another language."""
    folder = corpora / "names_fi"
    counts = {
        name.lower(): int(count) ** 0.5
        for sex in ("Miehet", "Naiset")
        for name, count in _rows(folder / f"dvv_etunimet_{sex}_kaikki.tsv", "Etunimi", "Lukumäärä")
    }
    return _sampler({name: weight for name, weight in counts.items() if words_in(name) == [name]})


def _own_words() -> dict[str, list[str]]:
    path = Path(__file__).with_name("identify_words.tsv")
    rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines(), delimiter="\t")
    return {row["language"]: row["words"].split() for row in rows}


def _column(path: Path, column: str) -> Iterator[str]:
    return (value for (value,) in _rows(path, column))


def _rows(path: Path, *columns: str) -> Iterator[tuple[str, ...]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        raise ConfigError(f"{path} is not there: set paths.corpora to the folder of corpora.") from None
    table = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    return (tuple(row[column] for column in columns) for row in table)


def _matrix(turns: list[list[str]]) -> object:
    import numpy as np
    from scipy.sparse import csr_matrix

    starts, columns, values = [0], [], []
    for words in turns:
        for word in words:
            found = features(word)
            columns += found
            values += shares(found)
        starts.append(len(columns))
    return csr_matrix((np.array(values, np.float32), np.array(columns), np.array(starts)), shape=(len(turns), BUCKETS))


CARD_TEXT = """\
name = "languages-letters"
task = "languages"
backend = "letters"
version = "{version}"
created = {created}
description = "Multinomial logistic regression over hashed letter groups of single words: fi, sv, en, et, ru, other."
intended_use = "The language of an utterance, read together with the conversation around it."
limits = "Learnt from drawn words, not from talk: single short turns of Estonian that share words with Finnish, names \
and titles are misread most. Norwegian, Danish and Ukrainian count as other."

[files]
"{file}" = "{sha256}"

[[data]]
title = "wordfreq 3.1 word frequencies"
licence = "CC BY-SA 4.0"
attribution = "Speer 2022, rspeer/wordfreq"

[[data]]
title = "FinnSentiment and XED, training parts"
licence = "CC BY 4.0"
attribution = "Lindén, Jauhiainen, Hardwick 2023; Öhman, Pàmies, Kajava, Tiedemann 2020"

[[data]]
title = "Colloquial forms of UD_Finnish-TDT and -FTB"
licence = "CC BY-SA 4.0"
attribution = "UniversalDependencies contributors"

[[data]]
title = "First names"
licence = "CC BY 4.0"
attribution = "Digi- ja väestötietovirasto (DVV), Väestötietojärjestelmän etunimitilasto"

[[data]]
title = "simplemma dictionaries of Estonian and Albanian"
licence = "MIT"
attribution = "Barbaresi, adbar/simplemma"

[metrics]  # share of right answers on turns written after all tuning, tests/language/identify_turns.tsv
fresh_turns_alone_accuracy = 0.951
fresh_turns_in_conversation_accuracy = 1.0
"""
