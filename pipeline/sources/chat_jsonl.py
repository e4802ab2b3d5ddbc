"""Chat logs as JSON Lines: one conversation a line, its turns under `turns` (or `messages`).

{"conversation_id": "c1", "started_at": "2026-09-01T09:15", "queue": "laskutus", "customer_id": "K1",
 "turns": [{"speaker": "customer", "sent_at": "2026-09-01T09:15:03", "text": "moi"}]}
"""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from pipeline.conversation import Conversation
from pipeline.errors import RecordError
from pipeline.sources import canonical
from pipeline.sources.files import SourceFile
from pipeline.sources.head import Head
from pipeline.sources.json_stream import json_records


def matches(head: Head) -> bool:
    """Whether a line of the head is a whole conversation, or one line fills it all."""
    if head.text.lstrip().startswith("[") or "turns.item.begin_s" in head.json_paths:
        return False
    is_chatwoot = "messages.item.message_type" in head.json_paths
    return head.is_json_lines and bool(head.json_paths & {"turns", "messages"}) and not is_chatwoot


def read(file: SourceFile, zone: ZoneInfo) -> Iterator[Conversation | RecordError]:
    """One conversation per line, in order; a line that cannot be read does not stop those after it.

    Raises:
        SourceError: the file cannot be opened.
    """
    for found in json_records(file):
        if isinstance(found, RecordError):
            yield found
            continue
        position, record = found
        if "messages" in record:
            record["turns"] = record.pop("messages")
        try:
            yield canonical.conversation(record, position, "chat", zone)
        except RecordError as error:
            yield error
