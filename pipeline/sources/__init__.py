"""Read the files that contact centres export, as conversations, survey answers and device events.

A format is one module with two functions: `matches(head)` says whether the start of a file looks like it,
`read(file, zone)` yields its records in order. A module whose ids are those of another format's too says so by a
`SYSTEM` that both share; else the format's name is the system that its records come from. A record that cannot be read
is *yielded* as a `RecordError`, so that those after it still arrive; a file that cannot be read as a whole raises
`SourceError`.

A table that the configuration describes is read by its mapping, whose format is called `mapping:NAME` and whose system
`NAME`. It never takes a file from a format in silence: where both know it, the file is ambiguous until the mapping says
`instead_of`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import ModuleType
from zoneinfo import ZoneInfo

from pipeline.conversation import Conversation, DeviceEvent, SurveyResponse
from pipeline.errors import ConfigError, RecordError, SourceError
from pipeline.mappings import ColumnMapping
from pipeline.sources import files, mapped
from pipeline.sources.files import ZIP_MAGIC, SourceFile, as_source
from pipeline.sources.head import Head
from pipeline.sources.text import head_of

__all__ = ["FORMATS", "MAPPING", "Record", "SourceFile", "as_source", "candidates", "find_files", "read", "recognise"]

Record = Conversation | SurveyResponse | DeviceEvent | RecordError

FORMATS: dict[str, str] = {
    "chat_jsonl": "pipeline.sources.chat_jsonl",
    "chat_csv": "pipeline.sources.chat_csv",
    "call_json": "pipeline.sources.call_json",
    "call_webvtt": "pipeline.sources.call_webvtt",
    "call_srt": "pipeline.sources.call_srt",
    "amazon_call": "pipeline.sources.amazon_call",
    "aws_pca": "pipeline.sources.aws_pca",
    "google_ccai": "pipeline.sources.google_ccai",
    "genesys_cloud": "pipeline.sources.genesys_cloud",
    "xm_discover": "pipeline.sources.xm_discover",
    "whisper_json": "pipeline.sources.whisper_json",
    "whisper_tsv": "pipeline.sources.whisper_tsv",
    "deepgram": "pipeline.sources.deepgram",
    "assemblyai": "pipeline.sources.assemblyai",
    "azure_speech": "pipeline.sources.azure_speech",
    "zendesk_chat": "pipeline.sources.zendesk_chat",
    "zendesk_ticket": "pipeline.sources.zendesk_ticket",
    "intercom": "pipeline.sources.intercom",
    "liveperson": "pipeline.sources.liveperson",
    "chatwoot": "pipeline.sources.chatwoot",
    "giosg": "pipeline.sources.giosg",
    "contact_lens_chat": "pipeline.sources.contact_lens_chat",
    "lumoa": "pipeline.sources.lumoa",
    "convokit": "pipeline.sources.convokit",
    "microsoft_ckm": "pipeline.sources.microsoft_ckm",
    "chat_text": "pipeline.sources.chat_text",
    "mail": "pipeline.sources.mail",
    "survey_csv": "pipeline.sources.survey_csv",
    "qualtrics_csv": "pipeline.sources.qualtrics_csv",
    "surveymonkey_csv": "pipeline.sources.surveymonkey_csv",
    "typeform_csv": "pipeline.sources.typeform_csv",
    "typeform_json": "pipeline.sources.typeform_json",
    "delighted_json": "pipeline.sources.delighted_json",
    "chatwoot_csat": "pipeline.sources.chatwoot_csat",
    "gsa_touchpoints_csv": "pipeline.sources.gsa_touchpoints_csv",
    "survey_table": "pipeline.sources.survey_table",
    "device_csv": "pipeline.sources.device_csv",
}
MAPPING = "mapping:"


def find_files(addresses: Sequence[Path | str]) -> list[SourceFile]:
    """The files at `addresses` as `files.find_files` finds them, without those that are read with another."""
    from pipeline.sources.convokit import without_companions

    return without_companions(files.find_files(addresses))


def recognise(file: Path | SourceFile, mappings: Sequence[ColumnMapping] = ()) -> str:
    """The format of a file, told from its content, never from its name; of a mapping, `mapping:` and its name.

    Raises:
        SourceError: the file is empty, no text, of no known format, or of several.
        ConfigError: a mapping stands `instead_of` something that is no format.
    """
    file = as_source(file)
    head = head_of(file)
    if not head.text.strip():
        raise SourceError(f"{file.name} is empty: export it again.", code="empty_file")
    found = candidates(head, mappings)
    if len(found) == 1:
        return found[0]
    if found:
        hint = "say in the mapping what it stands instead_of" if MAPPING in "".join(found) else "split it"
        raise SourceError(f"{file.name} could be {' or '.join(found)}: {hint}.", code="ambiguous_format")
    if head.start.startswith(ZIP_MAGIC) and not head.sheets:
        raise SourceError(f"{file.name} is an archive in an archive, damaged or a bomb: unpack it.", code="bad_archive")
    raise SourceError(
        f"{file.name} is of no known format ({', '.join(FORMATS)}): export it as one of them, "
        f"or describe it as read {file.name} --explain proposes.",
        code="unknown_format",
    )


def candidates(head: Head, mappings: Sequence[ColumnMapping] = ()) -> list[str]:
    """All formats and mappings that the start of a file looks like, without those that a mapping stands instead of.

    Raises:
        ConfigError: a mapping stands `instead_of` something that is no format.
    """
    fitting = [mapping for mapping in mappings if mapped.matches(head, mapping)]
    given_up = {name for mapping in fitting for name in mapping.instead_of}
    if unknown := sorted(name for mapping in mappings for name in mapping.instead_of if name not in FORMATS):
        raise ConfigError(f"sources.mappings: instead_of names {unknown[0]}, which is no format: see README.")
    formats = [name for name in FORMATS if name not in given_up and _module(name).matches(head)]
    return [*formats, *(f"{MAPPING}{mapping.name}" for mapping in fitting)]


def read(
    file: Path | SourceFile, format_name: str, zone: ZoneInfo, mappings: Sequence[ColumnMapping] = ()
) -> Iterator[Record]:
    """The records of a file in source order, each with its system; times without a zone are read in `zone`.

    Raises:
        SourceError: the file cannot be read as a whole.
    """
    file = as_source(file)
    records: Iterator[Record]
    if format_name.startswith(MAPPING):
        system = format_name.removeprefix(MAPPING)
        (mapping,) = (mapping for mapping in mappings if mapping.name == system)
        records = mapped.read(file, mapping, zone)
    else:
        system = getattr(_module(format_name), "SYSTEM", format_name)
        records = _module(format_name).read(file, zone)
    for record in records:
        yield record if isinstance(record, RecordError) or record.source else replace(record, source=system)


def _module(format_name: str) -> ModuleType:
    return import_module(FORMATS[format_name])
