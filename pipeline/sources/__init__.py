"""Read the files that contact centres export, as conversations and survey answers.

A format is one module with two functions: `matches(head)` says whether the first characters of a file look like it,
`read(path, zone)` yields its records in order. A record that cannot be read is *yielded* as a `RecordError`, so that
those after it still arrive; a file that cannot be read as a whole raises `SourceError`.
"""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from zoneinfo import ZoneInfo

from pipeline.conversation import Conversation, SurveyResponse
from pipeline.errors import RecordError, SourceError
from pipeline.sources.text import head_of

Record = Conversation | SurveyResponse | RecordError

FORMATS: dict[str, str] = {
    "chat_jsonl": "pipeline.sources.chat_jsonl",
    "chat_csv": "pipeline.sources.chat_csv",
    "call_json": "pipeline.sources.call_json",
    "call_webvtt": "pipeline.sources.call_webvtt",
    "survey_csv": "pipeline.sources.survey_csv",
}


def recognise(path: Path) -> str:
    """The format of a file, told from its content, never from its name.

    Raises:
        SourceError: the file is empty, no text, of no known format, or of several.
    """
    head = head_of(path)
    if not head.strip():
        raise SourceError(f"{path.name} is empty: export it again.", code="empty_file")
    candidates = [name for name in FORMATS if _module(name).matches(head)]
    if len(candidates) == 1:
        return candidates[0]
    if candidates:
        raise SourceError(f"{path.name} could be {' or '.join(candidates)}: split it.", code="ambiguous_format")
    raise SourceError(
        f"{path.name} is of no known format ({', '.join(FORMATS)}): export it as one of them.", code="unknown_format"
    )


def read(path: Path, format_name: str, zone: ZoneInfo) -> Iterator[Record]:
    """The records of a file in source order; times without a zone are read in `zone`.

    Raises:
        SourceError: the file cannot be read as a whole.
    """
    records: Iterator[Record] = _module(format_name).read(path, zone)
    return records


def find_files(paths: list[Path]) -> list[Path]:
    """The files under `paths` (files, or folders searched at any depth), sorted; hidden files and notes left out.

    Raises:
        SourceError: one of the paths does not exist.
    """
    files: set[Path] = set()
    for path in paths:
        if path.is_dir():
            files.update(file for file in path.rglob("*") if file.is_file() and _is_delivery(file.relative_to(path)))
        elif path.is_file():
            files.add(path)
        else:
            raise SourceError(f"{path} is not there: check the path.", code="missing_file")
    return sorted(files)


def _is_delivery(path: Path) -> bool:
    return not any(part.startswith(".") for part in path.parts) and path.suffix.lower() != ".md"


def _module(format_name: str) -> ModuleType:
    return import_module(FORMATS[format_name])
