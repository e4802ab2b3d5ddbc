"""`tunnepolku team-pack`: what the page of a team tells, and what it must never tell."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from duckdb import DuckDBPyConnection

from pipeline import store
from pipeline.cli import main
from pipeline.config import Config
from pipeline.conversation import MaskedText
from pipeline.errors import ConfigError, PrivacyError
from pipeline.packs import Pack, Week, page, read_packs, write_packs
from pipeline.packs.reading import shortened
from tests.store.rows import Placed, conversation, key, load, rows

WEEK = Week(date(2026, 9, 28))
IN_WEEK, BEFORE = "2026-09-30T09:00", "2026-09-09T09:00"
FLOOR = 5
Turns = Sequence[tuple[str, float, str]]
GLAD = [("customer", -0.9, "ensin harmitti kovin {0}"), ("agent", 0.0, "mikä teitä harmittaa {0}"),
        ("customer", 0.1, "no juu olen vielä tässä"), ("customer", 0.9, "nyt olen todella iloinen {0}")]  # fmt: skip
SAD = [("customer", -0.6, "alku oli jo vaikea {0}"), ("agent", 0.0, "en osaa auttaa {0}"),
       ("customer", -0.8, "tämä on ihan kelvotonta"), ("customer", -0.9, "loppu oli aivan surkea {0}")]  # fmt: skip


def talk(
    number: int,
    turns: Turns = GLAD,
    *,
    team: str | None = "Laskutus",
    agent: int | None = None,
    cues: Any = None,
    **facts: Any,
) -> Placed:
    """A talk of its own customer, by default with an agent of its own."""
    said = [
        {
            "role": role, "sentiment": feeling, "text": MaskedText(text.format(number)),
            "tokens": [(word, word, "NOUN") for word in text.format(number).split()],
            "participant_key": key(1000 + (number if agent is None else agent)) if role == "agent" else None,
            "told": {"cues": cues or {}},
        }
        for role, feeling, text in turns
    ]  # fmt: skip
    values = {"started_at": IN_WEEK, "customer": number, "queue": team, "goal": "yes", **facts}
    return conversation(f"talk-{number}", said, **values)


def crowd(first: int = 100, count: int = FLOOR, **facts: Any) -> list[Placed]:
    """Talks without a rise or a bad end, that make a team large enough."""
    turns = [("customer", 0.0, "kysyn tätä asiaa vain"), ("agent", 0.0, "vastaan siihen heti")]
    return [talk(first + number, turns, **facts) for number in range(count)]


Packed = Callable[..., Pack]


@pytest.fixture
def packed(connection: DuckDBPyConnection, tmp_path: Path) -> Packed:
    """The pack of the only team of these talks that is large enough."""

    def pack(*talks: Placed) -> Pack:
        load(connection, tmp_path, talks)
        (only,) = read_packs(connection, WEEK, FLOOR)
        return only

    return pack


class Outline(HTMLParser):
    """The tags of a page, whether they are closed in order, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag != "meta":
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] != "style":
            self.text += data


# --- who is told of ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("talks", "is_told"),
    [
        (crowd(), True),
        (crowd(count=FLOOR - 1), False),
        (crowd(agent=1), False),
        ([*crowd(count=FLOOR - 1), talk(1, agent=100)], False),
        (crowd(started_at=BEFORE), False),
        (crowd(started_at="2026-10-04T20:59"), True),
        (crowd(started_at="2026-10-04T21:00"), False),
        (crowd(team=None), False),
    ],
    ids=["five", "four", "one agent", "five customers, four agents", "another week", "Sunday", "Monday", "no queue"],
)  # fmt: skip
def test_only_teams_of_enough_agents_and_customers_are_told_of(
    connection: DuckDBPyConnection, tmp_path: Path, talks: list[Placed], is_told: bool
) -> None:
    load(connection, tmp_path, talks)
    assert bool(read_packs(connection, WEEK, FLOOR)) is is_told


def test_agents_without_names_are_no_large_team(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load(connection, tmp_path, crowd())
    connection.execute("UPDATE utterances SET participant_key = NULL")
    assert read_packs(connection, WEEK, FLOOR) == []


def test_one_customer_of_five_agents_is_no_large_team(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load(connection, tmp_path, crowd())
    connection.execute("UPDATE conversations SET customer_key = 'the same'")
    assert read_packs(connection, WEEK, FLOOR) == []


# --- arcs -------------------------------------------------------------------------------------------------------------


def said(pack: Pack, kind: str) -> list[str]:
    talks = pack.best if kind == "best" else pack.worst
    return [turn["text"] for one in talks for turn in one.turns if turn is not None]


def test_the_best_and_the_worst_arcs_with_their_lines(packed: Packed) -> None:
    less = [("customer", -0.2, "vähän mietitytti vielä {0}"), *GLAD[1:]]
    better_end = [*SAD[:3], ("customer", -0.6, "loppu oli vain huono {0}")]
    pack = packed(*crowd(), talk(1), talk(2, less), talk(3, less), talk(4, SAD), talk(5, better_end))
    assert [one.summary["conversation_id"] for one in pack.best] == ["talk-1", "talk-2"]
    assert [one.summary["conversation_id"] for one in pack.worst] == ["talk-4", "talk-5"]
    assert [one.line for one in (*pack.best, *pack.worst)] == ["▁▅█", "▄▅█", "▂▁▁", "▂▁▂"]
    text = Outline(page(pack)).text
    assert "ensin harmitti kovin 1" in text
    assert "loppu oli aivan surkea 4" in text
    assert "alku −0,90, alin −0,90, loppu 0,90" in text


def test_who_stands_in_one_talk_stands_in_no_other(packed: Packed) -> None:
    """Neither an agent nor a customer: two bad talks of one agent would be about that agent."""
    pack = packed(*crowd(), talk(1), talk(2, agent=1), talk(3, customer=1), talk(4, SAD, agent=1),
                  talk(5, SAD, agent=6), talk(6, SAD))  # fmt: skip
    assert [one.summary["conversation_id"] for one in (*pack.best, *pack.worst)] == ["talk-1", "talk-5"]


@pytest.mark.parametrize("hints", [["health"], None])
def test_talks_with_hints_at_special_categories_are_not_shown(
    connection: DuckDBPyConnection, tmp_path: Path, hints: list[str] | None
) -> None:
    """Nor those of which it is not known."""
    glad = talk(1, [*GLAD[:3], ("customer", 0.9, "kiitos tästä avusta kovasti paljon {0}")], cues={"thanks": 0.9})
    load(connection, tmp_path, [*crowd(), glad])
    (before,) = read_packs(connection, WEEK, FLOOR)
    connection.execute("UPDATE conversations SET special_categories = ? WHERE conversation_id = 'talk-1'", [hints])
    (after,) = read_packs(connection, WEEK, FLOOR)
    assert before.best
    assert not after.best
    assert "kiitos tästä avusta" not in page(after)
    assert "ei noussut selvästi" in page(after)


def test_expired_words_and_other_weeks_and_teams_are_not_shown(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load(connection, tmp_path, [*crowd(), talk(1), talk(2, started_at=BEFORE), talk(3, team="Muu")])
    connection.execute("UPDATE utterances SET text = '', tokens = [] WHERE conversation_id = 'talk-1'")
    (pack,) = read_packs(connection, WEEK, FLOOR)
    assert not pack.best


def test_long_talks_are_cut_around_the_lowest_turn() -> None:
    turns = [{"utterance_index": place} for place in range(30)]
    assert [turn and turn["utterance_index"] for turn in shortened(turns, 15)] == [
        0, 1, 2, None, 13, 14, 15, 16, 17, None, 27, 28, 29
    ]  # fmt: skip
    assert None not in shortened(turns[:14], 7)


# --- figures ----------------------------------------------------------------------------------------------------------


def test_what_too_few_customers_say_is_not_counted(packed: Packed) -> None:
    many = crowd(cues={"complaint": 0.9}, touchpoint="laskutus")
    few = crowd(200, FLOOR - 1, cues={"complaint": 0.9}, touchpoint="toimitus")
    pack = packed(*many, *few)
    assert [(row["event"], row["subject"], row["name"], row["customer_count"]) for row in pack.events] == [
        ("complaint", "all", None, 9), ("complaint", "touchpoint", "laskutus", 5)
    ]  # fmt: skip
    assert [row["name"] for row in pack.touchpoints] == ["laskutus"]
    text = Outline(page(pack)).text
    assert "9 asiakkaasta 9 moitti jotakin." in text
    assert "Alle 5 asiakasta kiitti hyvillään" in text
    assert "toimitus" not in text


def test_thanks_count_where_the_customer_feels_well(packed: Packed) -> None:
    polite = [("customer", -0.2, "kiitos nyt kuitenkin vastauksesta"), ("agent", 0.0, "ole hyvä")]
    glad = [("customer", 0.9, "kiitos teille aivan ihanasta avusta"), ("agent", 0.0, "ole hyvä")]
    pack = packed(*(talk(n, polite if n < 3 else glad, cues={"thanks": 0.9}) for n in range(8)))
    assert {row["customer_count"] for row in pack.events} == {5}
    assert pack.quotes == {"thanks": "kiitos teille aivan ihanasta avusta"}


def test_a_quote_is_of_five_words_or_more_and_of_nobody_shown_already(packed: Packed) -> None:
    short = [("customer", 0.9, "kiitos paljon"), ("agent", 0.0, "ole hyvä")]
    longer = [("customer", 0.9, "kiitos teille aivan ihanasta avusta"), ("agent", 0.0, "ole hyvä")]
    pack = packed(*crowd(), talk(1, GLAD, cues={"thanks": 0.95}), talk(2, short, cues={"thanks": 0.9}),
                  talk(3, longer, cues={"thanks": 0.8}))  # fmt: skip
    assert [one.summary["conversation_id"] for one in pack.best] == ["talk-1"]
    assert pack.quotes == {"thanks": "kiitos teille aivan ihanasta avusta"}


def test_touchpoints_beside_the_four_weeks_before(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    def felt(first: int, feelings: Sequence[float], **facts: Any) -> list[Placed]:
        turns = [[("customer", feeling, "kysyn tätä asiaa vain"), ("agent", 0.0, "vastaan")] for feeling in feelings]
        return [talk(first + number, turn, **facts) for number, turn in enumerate(turns)]

    load(connection, tmp_path, [
        *felt(0, (0.6, 0.7, 0.8, 0.9, 1.0)),
        *felt(10, (-0.9, -0.8, -0.7, -0.6, -0.5), started_at=BEFORE),
        *felt(20, (-1.0,) * 9, started_at="2026-08-30T12:00"),
        *felt(30, (0.1, 0.2, 0.3, 0.2, 0.1), touchpoint="toimitus"),
        *felt(40, (-1.0,) * 4, touchpoint="toimitus", started_at=BEFORE),
    ])  # fmt: skip
    (pack,) = read_packs(connection, WEEK, FLOOR)
    bills, parcels = pack.touchpoints
    margin = 2.776445 * 0.158114 / 5**0.5  # Student's t of four degrees; the standard deviation of both periods
    assert (bills["mean"], bills["earlier_mean"], bills["change"]) == pytest.approx((0.8, -0.7, 1.5))
    assert bills["low"] == pytest.approx(0.8 - margin, abs=1e-3)
    assert bills["change_low"] == pytest.approx(1.5 - 2**0.5 * margin, abs=1e-3)
    assert parcels["change"] is None, "four customers before are below the floor"
    text = Outline(page(pack)).text
    assert "+1,50 (1,22 … 1,78): nousi" in text
    assert "ei vertailua" in text


def test_behaviours_are_those_of_the_team_and_hidden_where_few_do_them(
    connection: DuckDBPyConnection, tmp_path: Path
) -> None:
    asking = {"1": {"open_question": 0.9}}
    load(connection, tmp_path, [
        *crowd(moves=asking), *crowd(200, moves={"1": {"mirroring": 0.1}}), talk(1, moves={"1": {"mandate": 0.9}}),
        *crowd(300, moves=asking, started_at=BEFORE),
    ])  # fmt: skip
    (pack,) = read_packs(connection, WEEK, FLOOR)
    told = {row["behaviour"]: row for row in pack.behaviours}
    (plain,) = rows(connection, """
        SELECT count(*) FILTER (open_question_probability >= 0.5) / count(*)
        FROM utterance_readings JOIN utterances USING (conversation_id, utterance_index)
        JOIN conversations USING (conversation_id)
        WHERE speaker_role = 'agent' AND started_date BETWEEN '2026-09-28' AND '2026-10-04'
    """)  # fmt: skip
    assert (told["open_question"]["turn_share"],) == pytest.approx(plain)
    assert told["open_question"]["share"] == pytest.approx(5 / 11)
    assert told["open_question"]["earlier_share"] == 1
    assert (told["mirroring"]["share"], told["mirroring"]["is_hidden"]) == (0, False)
    assert (told["mandate"]["share"], told["mandate"]["turn_share"], told["mandate"]["is_hidden"]) == (None, None, True)
    text = Outline(page(pack)).text
    assert "Avoin kysymys oli 45 prosentissa keskusteluista" in text
    assert "Viiva: niin teki alle 5 asiakaspalvelijaa" in text


# --- the page ---------------------------------------------------------------------------------------------------------


def test_everything_is_escaped_and_nothing_is_loaded(packed: Packed) -> None:
    evil = '</style><script>alert("x")</script><img src=http://x.fi/a.png onerror=1> & {0}'
    pack = packed(
        *crowd(team="<b>Tiimi</b> & co", cues={"complaint": 0.9}, touchpoint="<i>lasku</i>"),
        talk(1, [("customer", -0.9, evil), *GLAD[1:]], team="<b>Tiimi</b> & co", cues={"complaint": 0.9}),
    )
    outline = Outline(page(pack))
    assert set(outline.tags) <= {
        "html", "head", "meta", "title", "style", "body", "main", "section", "article", "footer", "h1", "h2", "h3",
        "h4", "p", "ul", "li", "span", "blockquote", "table", "caption", "thead", "tbody", "tr", "th", "td",
    }  # fmt: skip
    assert {name for name, _ in outline.attributes} <= {
        "lang", "charset", "name", "content", "http-equiv", "class", "role", "aria-label", "scope"
    }  # fmt: skip
    assert '<script>alert("x")</script><img src=http://x.fi/a.png' in outline.text
    assert "<b>Tiimi</b> & co" in outline.text
    assert "<i>lasku</i>" in outline.text


def test_the_page_can_be_read_by_a_screen_reader(packed: Packed) -> None:
    pack = packed(*crowd(cues={"complaint": 0.9}), talk(1), talk(2, SAD))
    outline = Outline(page(pack))
    assert ("lang", "fi") in outline.attributes
    levels = [int(tag[1]) for tag in outline.tags if tag[0] == "h" and tag[1:].isdigit()]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert outline.tags.count("caption") == outline.tags.count("table") > 0
    assert outline.attributes.count(("scope", "col")) == outline.tags.count("th") - outline.attributes.count(
        ("scope", "row")
    )
    assert outline.attributes.count(("role", "img")) == 2


def test_nobody_is_named_by_a_key_or_an_id(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load(connection, tmp_path, [*crowd(cues={"complaint": 0.9}), talk(1), talk(2, SAD), *crowd(300, 4, team="Pieni")])
    (pack,) = read_packs(connection, WEEK, FLOOR)
    text = page(pack)
    ids = rows(connection, """
        SELECT conversation_id FROM conversations UNION SELECT source_id FROM conversations
        UNION SELECT customer_key FROM conversations UNION SELECT participant_key FROM utterances
    """)  # fmt: skip
    assert len(ids) > 30
    assert not [one for (one,) in ids if one and one in text]
    assert "Pieni" not in text
    assert "[PERSON_1]" in text


# --- the folder and the command ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["soittakaa numeroon 040 555 0100 kiitos", "kirjoittakaa matti@esimerkki.fi heti nyt"])
def test_what_looks_personal_stops_it_and_nothing_is_left(packed: Packed, tmp_path: Path, text: str) -> None:
    pack = packed(*crowd(), talk(1, [*GLAD[:3], ("customer", 0.9, text)]))
    with pytest.raises(PrivacyError, match=r"tiimi-laskutus-2026-W40\.html \((PHONE|EMAIL), 1\)") as raised:
        write_packs([pack], tmp_path / "out" / "viikko")
    assert "0100" not in str(raised.value)
    assert "matti" not in str(raised.value)
    assert list((tmp_path / "out").iterdir()) == []


def test_teams_of_like_names_have_files_of_their_own(packed: Packed, tmp_path: Path) -> None:
    pack = packed(*crowd())
    packs = [replace(pack, team=team) for team in ("Tuki / 1", "tuki 1", "../..", "Äänet")]
    names = ["tiimi-tuki-1-2026-W40.html", "tiimi-tuki-1-2-2026-W40.html", "tiimi-nimeton-2026-W40.html",
             "tiimi-äänet-2026-W40.html"]  # fmt: skip
    assert write_packs(packs, tmp_path / "out") == names
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(names)
    with pytest.raises(ConfigError, match="is there already"):
        write_packs(packs, tmp_path / "out")


@pytest.fixture
def published(config: Config, tmp_path: Path, migrated: Path) -> Path:
    config.paths.published.parent.mkdir(parents=True)
    config.paths.published.write_bytes(migrated.read_bytes())
    with store.opened(config.paths.published) as connection:
        load(connection, tmp_path, [*crowd(), *crowd(200, team="Tuki"), *crowd(300, 4, team="Pieni")])
    return config.paths.published


def test_the_command_writes_a_page_for_each_team(
    published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["team-pack", str(tmp_path / "out"), "--week", "2026-W40"]) == 0
    names = ["tiimi-laskutus-2026-W40.html", "tiimi-tuki-2026-W40.html"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == names
    assert main(["team-pack", str(tmp_path / "one"), "--week", "2026-W40", "--team", "Tuki"]) == 0
    assert [path.name for path in (tmp_path / "one").iterdir()] == names[1:]
    assert "Pieni" not in capsys.readouterr().out
    assert main(["team-pack", str(tmp_path / "out"), "--week", "2026-W40"]) == 2


@pytest.mark.parametrize("arguments", [["--week", "2026-W39"], ["--week", "2026-W40", "--team", "Pieni"], []])
def test_the_command_says_when_there_is_nothing_to_tell(
    published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert main(["team-pack", str(tmp_path / "out"), *arguments]) == 0
    assert capsys.readouterr().out.startswith("Nothing is written: ")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("week", ["2026-W54", "2026-10-01", "40", "0000-W01"])
def test_a_week_that_is_none_is_refused(published: Path, tmp_path: Path, week: str) -> None:
    assert main(["team-pack", str(tmp_path / "out"), "--week", week]) == 2


def test_weeks() -> None:
    week = Week.parse("2026-W40")
    assert (week.first_day, week.last_day, week.before) == (date(2026, 9, 28), date(2026, 10, 4), date(2026, 8, 31))
    assert str(Week.parse("2026w1")) == "2026-W01"
    assert str(Week.last_whole(date(2026, 10, 4))) == "2026-W39"
    assert str(Week.last_whole(date(2026, 10, 5))) == "2026-W40"
