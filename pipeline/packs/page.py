"""The page of a team: HTML that opens by a double click, without a script and without the network."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from pipeline.packs.markup import Html, element, joined
from pipeline.packs.reading import Pack, Row, Talk
from pipeline.packs.style import CSS
from pipeline.packs.weeks import WEEKS_BEFORE

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""What a browser may load: nothing but the style within."""
ROLES = {"customer": "Asiakas", "agent": "Asiakaspalvelija", "bot": "Botti"}
CHANNELS = {"chat": "chat", "call": "puhelu", "email": "sähköposti", "in_person": "käynti", "social": "some"}
FEELINGS = {"negative": "kielteinen", "neutral": "neutraali", "positive": "myönteinen"}
GOALS = {"yes": "tavoite saavutettiin", "no": "tavoite jäi saavuttamatta", "unclear": "tavoitteen kohtalo jäi auki"}
BEHAVIOURS = {
    "open_question": "kysyimme avoimesti",
    "understanding": "osoitimme ymmärtävämme tunteen tai harmin",
    "mirroring": "vastasimme tunteeseen (peilasimme)",
    "adjusting": "muutimme jotakin, jotta asia korjaantui",
    "complaint_thanks": "kiitimme valituksesta tai palautteesta",
    "preference_question": "kysyimme, mitä asiakas toivoisi",
    "mandate": "päätimme heti itse",
    "confirmation": "varmistimme lopuksi, että kaikki on kunnossa",
    "hand_over": "siirsimme toiselle",
}
DEEDS = {
    "open_question": "kysyy avoimesti",
    "understanding": "ymmärtää",
    "mirroring": "peilaa",
    "adjusting": "korjaa",
    "complaint_thanks": "kiittää palautteesta",
    "preference_question": "kysyy toivetta",
    "mandate": "päättää heti",
    "confirmation": "varmistaa",
    "hand_over": "siirtää",
    "apology": "pahoittelee",
    "remedy": "hyvittää",
}
"""What an agent's turn does → how it is said beside the turn."""
QUESTIONS = (
    "Mikä parhaissa kaarissa käänsi tunteen, ja missä muualla sama auttaisi?",
    "Missä vaiheessa vaikeimmissa kaarissa olisi vielä voinut toimia toisin, ja mitä siihen olisi tarvittu?",
    "Mitä asiakkailta jäi kysymättä?",
)


def page(pack: Pack) -> str:
    """The page as a whole."""
    title = f"Tiimin viikkopaketti: {pack.team}, {_week(pack)}"
    head = element(
        "head",
        Html('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
        Html(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"><meta name="robots" content="noindex">'),
        element("title", title),
        element("style", Html(CSS)),
    )
    body = element("body", element("main", _top(pack), *_sections(pack)), _foot(pack))
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='fi')}\n"


def _week(pack: Pack) -> str:
    first, last = pack.week.first_day, pack.week.last_day
    return f"viikko {first.isocalendar().week}/{first.isocalendar().year} ({_day(first)}–{_day(last)}{last.year})"


def _day(day: date) -> str:
    return f"{day.day}.{day.month}."


def _top(pack: Pack) -> Html:
    week = _week(pack)
    people = f"{pack.customer_count} asiakasta, {pack.agent_count} asiakaspalvelijaa"
    return joined(
        element("h1", f"Tiimin viikkopaketti: {pack.team}"),
        element("p", f"{week.capitalize()}. {pack.conversation_count} keskustelua, {people}.", class_="facts"),
        element(
            "p",
            "Yhteiseen kokoukseen, yhdessä opittavaksi. Luvut ovat tiimin, eivät kenenkään yksittäisen ihmisen. "
            "Tekstit on peitetty: hakasulkeissa, kuten [PERSON_1], on ollut nimi tai muu henkilötieto.",
            class_="note",
        ),
    )


def _sections(pack: Pack) -> Iterable[Html]:
    yield _section("Tunnekaaret", _arcs(pack))
    yield _section("Mistä kiitettiin", _said(pack, "thanks"))
    yield _section("Mistä moitittiin", _said(pack, "complaint"))
    yield _section("Palvelutuokiot", _touchpoints(pack))
    yield _section("Mitä teimme", _behaviours(pack))
    yield _section("Kokouksessa pohdittavaksi", [element("ul", *(element("li", text) for text in QUESTIONS))])


def _section(title: str, content: Iterable[Html]) -> Html:
    return element("section", element("h2", title), *content)


def _arcs(pack: Pack) -> Iterable[Html]:
    yield element("h3", "Parhaiten kääntyneet")
    if pack.best:
        yield from (_talk(talk) for talk in pack.best)
    else:
        yield element(
            "p", "Yhdessäkään keskustelussa, jonka voi näyttää, tunne ei noussut selvästi alusta loppuun myönteiseksi."
        )
    yield element("h3", "Vaikeimmat")
    if pack.worst:
        yield from (_talk(talk) for talk in pack.worst)
    else:
        yield element("p", "Yksikään keskustelu, jonka voi näyttää, ei päättynyt kielteiseen tunteeseen.")
    yield element(
        "p",
        "Viivassa on merkki jokaisesta asiakkaan vuorosta: mitä korkeampi, sitä parempi tunne; piste on pelkkää "
        "myötäilyä (joo, mm). Tunne on −1 (kielteinen) … 1 (myönteinen) koneen lukemana; se voi erehtyä. Keskusteluja, "
        "joissa on vihje terveydestä, vakaumuksesta tai muusta arkaluonteisesta, ei näytetä.",
        class_="note",
    )


def _talk(talk: Talk) -> Html:
    told = talk.summary
    places = ", ".join(told["touchpoints"] or ()) or "Palvelutuokiota ei tunnistettu"
    facts = (CHANNELS.get(told["channel"], told["channel"]), GOALS.get(told["goal_reached"]))
    heading = f"{places} ({', '.join(fact for fact in facts if fact)})"
    figures = ", ".join(
        f"{name} {_feeling(told[f'{key}_feeling'])}"
        for name, key in (("alku", "start"), ("alin", "lowest"), ("loppu", "end"))
    )
    return element(
        "article",
        element("h4", heading),
        element(
            "p",
            element("span", talk.line, class_="line", role="img", aria_label=f"Tunnekaari: {figures}"),
            " ",
            element("span", figures, class_="facts"),
        ),
        element("ul", *(_turn(turn) for turn in talk.turns), class_="turns"),
    )


def _turn(turn: Row | None) -> Html:
    if turn is None:
        return element("li", "… välistä on jätetty vuoroja pois …", class_="gap")
    role, feeling = turn["speaker_role"], turn["sentiment"] if turn["speaker_role"] == "customer" else None
    told = [FEELINGS[feeling]] if feeling in ("negative", "positive") else []
    if role == "agent":
        told = [DEEDS[deed] for deed in turn["deeds"] or () if deed in DEEDS]
    return element(
        "li",
        element("span", f"{ROLES.get(role, 'Puhuja')}:", class_="who"),
        f" {turn['text'] or '(sanoja ei enää säilytetä)'}",
        element("span", f" ({', '.join(told)})", class_="does") if told else "",
        class_=" ".join(part for part in (role, feeling) if part),
    )


def _said(pack: Pack, event: str) -> Iterable[Html]:
    rows = [row for row in pack.events if row["event"] == event]
    total = next((row["customer_count"] for row in rows if row["subject"] == "all"), None)
    verb = "kiitti hyvillään" if event == "thanks" else "moitti jotakin"
    if total is None:
        yield element("p", f"Alle {pack.floor} asiakasta {verb}: lukuja ei kerrota.")
    else:
        yield element("p", f"{pack.customer_count} asiakkaasta {total} {verb}.")
    for subject, caption, heading in (
        ("touchpoint", "Missä", "Palvelutuokio"),
        ("driver", "Mitä samalla mainittiin", "Aihe"),
    ):
        found = [row for row in rows if row["subject"] == subject]
        if found:
            cells = [[row["name"], str(row["customer_count"])] for row in found]
            yield _table(caption, (heading, "Asiakkaita"), cells)
    if quote := pack.quotes.get(event):
        yield element("blockquote", f"”{quote}”")


def _touchpoints(pack: Pack) -> Iterable[Html]:
    if not pack.touchpoints:
        yield element("p", f"Missään palvelutuokiossa ei ollut vähintään {pack.floor} asiakasta: lukuja ei kerrota.")
        return
    cells = [
        [
            row["name"],
            str(row["customer_count"]),
            f"{_feeling(row['mean'])}{_interval(row['low'], row['high'], _feeling)}",
            _change(row, _feeling),
        ]
        for row in pack.touchpoints
    ]
    yield _table(
        f"Asiakkaiden tunne ja muutos {WEEKS_BEFORE} edelliseen viikkoon",
        ("Palvelutuokio", "Asiakkaita", "Tunne", "Muutos"),
        cells,
    )
    yield element(
        "p",
        "Suluissa on 95 prosentin väli. Muutos on selvä vasta, kun väli ei sisällä nollaa. Sattumaltakin niin "
        "käy noin joka kahdeskymmenes kerta.",
        class_="note",
    )


def _behaviours(pack: Pack) -> Iterable[Html]:
    if not pack.behaviours:
        yield element("p", "Tämän viikon keskusteluista ei ole luettu, mitä vuoroissa tehdään.")
        return
    asked = pack.behaviours[0]
    if asked["behaviour"] == "open_question" and asked["share"] is not None:
        yield element(
            "p",
            f"Avoin kysymys oli {_points(asked['share'])} prosentissa keskusteluista ja "
            f"{_points(asked['turn_share'])} prosentissa asiakaspalvelijoiden vuoroista.",
        )
    cells = [
        [
            BEHAVIOURS[row["behaviour"]],
            "–" if row["is_hidden"] else _percent(row["share"]) + _interval(row["low"], row["high"], _percent),
            "–" if row["is_hidden"] else _change(row, _points),
        ]
        for row in pack.behaviours
    ]
    yield _table(
        f"Osuus keskusteluista ja muutos {WEEKS_BEFORE} edelliseen viikkoon prosenttiyksikköinä",
        ("Mitä teimme", "Osuus", "Muutos"),
        cells,
    )
    if any(row["is_hidden"] for row in pack.behaviours):
        text = f"Viiva: niin teki alle {pack.floor} asiakaspalvelijaa, tai alle {pack.floor} asiakkaalle."
        yield element("p", text, class_="note")


def _table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Html:
    """A table whose first column names its rows and whose others hold figures."""

    def head(text: str, place: int) -> Html:
        return element("th", text, scope="col", **({"class_": "number"} if place else {}))

    return element(
        "table",
        element("caption", caption),
        element("thead", element("tr", *(head(text, place) for place, text in enumerate(heads)))),
        element(
            "tbody",
            *(
                element(
                    "tr", element("th", name, scope="row"), *(element("td", cell, class_="number") for cell in cells)
                )
                for name, *cells in rows
            ),
        ),
    )


def _foot(pack: Pack) -> Html:
    return element(
        "footer",
        element(
            "p",
            f"Alle {pack.floor} asiakkaan tai asiakaspalvelijan ryhmistä ei kerrota mitään. Keskustelut ovat "
            "esimerkkejä opiksi: niistä ei selvitetä, kuka puhui, eikä niillä arvioida ketään.",
        ),
        element(
            "p",
            "Sitaatit ovat asiakkaiden omia sanoja. Älä lähetä tiedostoa tiimin ulkopuolelle, ja poista se, kun kokous "
            "on pidetty.",
        ),
    )


def _change(row: Row, shown: Callable[[float], str]) -> str:
    """How a figure differs from the weeks before, and whether that can be told from chance."""
    if row["change"] is None or row["change_low"] is None:
        return "ei vertailua"
    verdict = "nousi" if row["change_low"] > 0 else "laski" if row["change_high"] < 0 else "ei selvä"
    sign = "+" if row["change"] > 0 else ""
    return f"{sign}{shown(row['change'])}{_interval(row['change_low'], row['change_high'], shown)}: {verdict}"


def _interval(low: float | None, high: float | None, shown: Callable[[float], str]) -> str:
    return "" if low is None or high is None else f" ({shown(low)} … {shown(high)})"


def _feeling(value: float) -> str:
    return _number(value, 2)


def _percent(share: float) -> str:
    return f"{_number(100 * share, 0)} %"


def _points(share: float) -> str:
    return _number(100 * share, 0)


def _number(value: float, decimals: int) -> str:
    """A number as Finnish writes it; never minus zero."""
    text = f"{value:.{decimals}f}"
    return (text.removeprefix("-") if float(text) == 0 else text.replace("-", "−")).replace(".", ",")
