"""A night over meetings that are no chat and no call: notes of visits join the other contacts of their customers."""

import json

import duckdb

from pipeline import steps
from pipeline.config import Config
from tests.test_steps import chat, write


def visit(number: int, day: str, *turns: tuple[str, str]) -> str:
    """A note of a visit of customer `number`, as a line of a chat log."""
    said = [{"speaker": speaker, "text": text} for speaker, text in turns]
    facts = {"conversation_id": f"v{number}", "channel": "in_person", "customer_id": f"K{number}", "started_at": day}
    return json.dumps({**facts, "turns": said})


def test_a_shop_note_and_a_chat_of_a_customer_are_one_journey(config: Config) -> None:
    note = ("agent", "Asiakas toi rikkinäisen modeemin ja oli todella vihainen.")
    write(config.paths.landing, "chats.jsonl", chat(1), chat(2))
    write(config.paths.landing, "notes.jsonl", visit(1, "2026-08-25", note), visit(2, "2026-08-10", note))
    header = "channel;conversation_id;customer_id;sent_at;speaker;text"
    write(config.paths.landing, "shop.csv", header, "myymälä;v3;K1;2026-09-02T10:00;customer;ei toimi")
    steps.night([config.paths.landing], config)
    with duckdb.connect(str(config.paths.published), read_only=True) as connection:
        found = connection.execute("""
            SELECT journey_id, list(channel ORDER BY contact_number),
                list(first_sentiment IS NULL ORDER BY contact_number)
            FROM journeys GROUP BY ALL ORDER BY ALL
        """).fetchall()  # fmt: skip
        texts = connection.execute("SELECT text FROM utterances WHERE conversation_id = 'v1'").fetchall()
    assert found == [
        ("c2", ["chat"], [False]),
        ("v1", ["in_person", "chat", "in_person"], [True, False, False]),
        ("v2", ["in_person"], [True]),
    ]
    assert texts == [(note[1],)]
