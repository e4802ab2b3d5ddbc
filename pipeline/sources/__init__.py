"""Read the files that contact centres export, as conversations and survey answers.

A format is one module with two functions: `matches(head)` says whether the start of a file looks like it,
`read(file, zone)` yields its records in order. A record that cannot be read is *yielded* as a `RecordError`, so that
those after it still arrive; a file that cannot be read as a whole raises `SourceError`.
"""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from zoneinfo import ZoneInfo

from pipeline.conversation import Conversation, SurveyResponse
from pipeline.errors import RecordError, SourceError
from pipeline.sources.files import ZIP_MAGIC, SourceFile, as_source, find_files
from pipeline.sources.text import head_of

__all__ = ["FORMATS", "Record", "SourceFile", "as_source", "find_files", "read", "recognise"]

Record = Conversation | SurveyResponse | RecordError

FORMATS: dict[str, str] = {
    "chat_jsonl": "pipeline.sources.chat_jsonl",
    "chat_csv": "pipeline.sources.chat_csv",
    "call_json": "pipeline.sources.call_json",
    "call_webvtt": "pipeline.sources.call_webvtt",
    "survey_csv": "pipeline.sources.survey_csv",
}


def recognise(file: Path | SourceFile) -> str:
    """The format of a file, told from its content, never from its name.

    Raises:
        SourceError: the file is empty, no text, of no known format, or of several.
    """
    file = as_source(file)
    head = head_of(file)
    if not head.text.strip():
        raise SourceError(f"{file.name} is empty: export it again.", code="empty_file")
    candidates = [name for name in FORMATS if _module(name).matches(head)]
    if len(candidates) == 1:
        return candidates[0]
    if candidates:
        raise SourceError(f"{file.name} could be {' or '.join(candidates)}: split it.", code="ambiguous_format")
    if head.start.startswith(ZIP_MAGIC):
        raise SourceError(f"{file.name} is an archive in an archive, damaged or a bomb: unpack it.", code="bad_archive")
    raise SourceError(
        f"{file.name} is of no known format ({', '.join(FORMATS)}): export it as one of them.", code="unknown_format"
    )


def read(file: Path | SourceFile, format_name: str, zone: ZoneInfo) -> Iterator[Record]:
    """The records of a file in source order; times without a zone are read in `zone`.

    Raises:
        SourceError: the file cannot be read as a whole.
    """
    records: Iterator[Record] = _module(format_name).read(as_source(file), zone)
    return records


def _module(format_name: str) -> ModuleType:
    return import_module(FORMATS[format_name])
