"""`read FILE --explain`: what Tunnepolku sees in a file, and why; of an unknown table, the mapping that would read it.

For people, in a terminal. Texts are masked as in a night; columns with personal data are not shown at all.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from itertools import islice
from typing import TYPE_CHECKING

from pipeline.cli.console import plain_table, print_rows, wide_console
from pipeline.errors import RecordError, SourceError

if TYPE_CHECKING:
    from pipeline.config import Config
    from pipeline.conversation import Conversation, DeviceEvent, SurveyResponse
    from pipeline.sources import Record
    from pipeline.sources.files import SourceFile
    from pipeline.sources.head import Head
    from pipeline.sources.questions import Plan

SHOWN, SHOWN_TURNS, NEAR = 3, 8, 3
ANSWERS = (
    "nps_rating",
    "ces_rating",
    "csat_rating",
    "first_contact_resolution",
    "verbatim",
    "conversation_id",
    "customer_id",
)


@dataclass
class Seen:
    """What a file holds: the first records, and how many of what."""

    first: list["Conversation | SurveyResponse | DeviceEvent"] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    turns: Counter[str] = field(default_factory=Counter)
    ignored: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)


def explain(file: "SourceFile", config: "Config") -> None:
    """Print what a file is taken for and what is read of it.

    Raises:
        SourceError: it is empty, cannot be opened, or is damaged as a whole.
    """
    from pipeline.sources import candidates
    from pipeline.sources.text import head_of

    head = head_of(file)
    if not head.text.strip():
        raise SourceError(f"{file.name} is empty: export it again.", code="empty_file")
    found = candidates(head, config.sources.mappings)
    _say(f"{file.name}: {' or '.join(found) or 'of no known format'}")
    for name in found:
        _say(f"  {_why(name)}")
    if len(found) != 1:
        _say("  Ambiguous: of these, only one may know it." if found else _near(head))
        _propose(file, config, ())
        return
    plan = _plan(file, found[0], config)
    if plan:
        _columns(plan)
    _records(file, found[0], config)
    if found == ["survey_table"]:  # which reads what it understands; the user may know better
        _propose(file, config, found)


def _say(text: str) -> None:
    print(text)


def _why(name: str) -> str:
    """What a format asks for, in the words of its `matches`."""
    from pipeline.sources import FORMATS

    if name not in FORMATS:
        return "because all columns that the mapping asks for are there"
    words = (import_module(FORMATS[name]).matches.__doc__ or "").split("\n")[0]
    return f"because {words.removeprefix('Whether ').rstrip('.')}"


def _near(head: "Head") -> str:
    """The formats that come nearest, and what is missing for them."""
    from pipeline.sources import FORMATS

    there, near = head.columns | head.json_paths, []
    for name, module in FORMATS.items():
        wanted: Sequence[str] = getattr(import_module(module), "REQUIRED", ())
        missing = [key for key in wanted if key not in there]
        if len(missing) < len(wanted):
            near.append((len(missing) / len(wanted), f"  near to {name}, but without {', '.join(missing)}"))
    return "\n".join(text for _, text in sorted(near)[:NEAR]) or "  no format is near"


def _plan(file: "SourceFile", name: str, config: "Config") -> "Plan | None":
    """What each column becomes; None where the format is no table."""
    from pipeline.sources import FORMATS, MAPPING
    from pipeline.sources.mapped import columns

    if name.startswith(MAPPING):
        return columns(file, next(m for m in config.sources.mappings if f"{MAPPING}{m.name}" == name))
    module = import_module(FORMATS[name])
    found: Plan | None = module.columns(file) if hasattr(module, "columns") else None
    return found


def _columns(plan: "Plan") -> None:
    rows = [(column.name, name, _options(column)) for name, column in plan.mapping.fields]
    rows += [(name, "metadata", "") for name in plan.mapping.metadata]
    _table(("column", "becomes", "how"), rows)
    if plan.unread:
        _table(("not read", "why"), plan.unread)


def _options(column: object) -> str:
    from dataclasses import asdict

    from pipeline.mappings import Column

    assert isinstance(column, Column)
    plain = asdict(Column(""))
    return ", ".join(
        f"{key}: {value}" for key, value in asdict(column).items() if key != "name" and value != plain[key]
    )


def _records(file: "SourceFile", name: str, config: "Config") -> None:
    from pipeline.conversation import Conversation, DeviceEvent
    from pipeline.sources import read

    seen = _seen(read(file, name, config.time.zone, config.sources.mappings))
    for record in seen.first:
        if isinstance(record, Conversation):
            _conversation(record, config)
        elif isinstance(record, DeviceEvent):
            _event(record, config)
        else:
            _response(record, config)
    for title, counts in (
        ("", seen.counts),
        ("turns", seen.turns),
        ("ignored", seen.ignored),
        ("left out", seen.rejected),
    ):
        if counts:
            _say(
                f"{title}{': ' if title else ''}{', '.join(f'{kind} {count}' for kind, count in counts.most_common())}"
            )


def _seen(records: Iterable["Record"]) -> Seen:
    from pipeline.conversation import Conversation, DeviceEvent

    seen = Seen()
    for record in records:
        if isinstance(record, RecordError):
            seen.rejected[record.code] += 1
            continue
        if len(seen.first) < (1 if isinstance(record, Conversation) else SHOWN):
            seen.first.append(record)
        if isinstance(record, Conversation):
            seen.counts["conversations"] += 1
            seen.turns.update(turn.speaker for turn in record.utterances)
            seen.ignored.update(record.ignored)
        elif isinstance(record, DeviceEvent):
            seen.counts.update(["device events", *(["customer_id"] if record.customer_id else [])])
        else:
            seen.counts.update(["answers", *(key for key in ANSWERS if getattr(record, key) is not None)])
    return seen


def _conversation(conversation: "Conversation", config: "Config") -> None:
    from pipeline.privacy import mask_turns

    turns = list(islice(conversation.utterances, SHOWN_TURNS))
    masked = mask_turns([(turn.speaker, turn.text) for turn in turns], names=config.privacy.names)
    _say(f"the first of them, masked: {conversation.channel}, {conversation.started_at or 'no clock'}")
    _table(
        ("seconds", "speaker", "text"),
        [
            ("–" if turn.seconds is None else f"{turn.seconds:.1f}", turn.speaker, text)
            for turn, (text, _) in zip(turns, masked, strict=True)
        ],
    )


def _response(response: "SurveyResponse", config: "Config") -> None:
    """An answer on one line; ids are not shown, only that they are there."""
    shown = {
        key: "given" if key.endswith("_id") else value
        for key in ANSWERS
        if (value := getattr(response, key)) is not None
    }
    texts = {**response.metadata, **{key: value for key, value in shown.items() if isinstance(value, str)}}
    masked = {**shown, **{key: _masked(text, config) for key, text in texts.items()}}
    _say(f"{response.responded_at:%Y-%m-%d %H:%M} UTC  " + "  ".join(f"{key}={value}" for key, value in masked.items()))


def _event(event: "DeviceEvent", config: "Config") -> None:
    """An event on one line; ids are not shown."""
    from pipeline.privacy import mask_label

    names, message = config.privacy.names, _masked(event.message, config) if event.message else "–"
    shown = [mask_label(text, names=names) for text in (event.code, event.severity or "–")]
    _say(f"{event.occurred_at:%Y-%m-%d %H:%M} UTC  code={shown[0]}  severity={shown[1]}  message={message}")


def _masked(text: str, config: "Config") -> str:
    """One cell; a time by itself is nobody's, though it looks like a number of somebody."""
    from pipeline.privacy import mask
    from pipeline.sources.questions import time_column

    if time_column("", [text]):
        return text
    return " ".join(mask(text, names=config.privacy.names)[0].split())


def _propose(file: "SourceFile", config: "Config", instead_of: Sequence[str]) -> None:
    """The mapping that would read an unknown table, its first rows beside it."""
    from pipeline.sources.propose import as_toml, propose
    from pipeline.sources.tables import sample_of, table_rows

    if (proposal := propose(file, instead_of)).plan is None:
        _say(f"No mapping is proposed: {proposal.missing}.")
        return
    if not instead_of:
        _columns(proposal.plan)
        hidden = {name for name, _ in proposal.plan.unread}
        _first_rows(sample_of(islice(table_rows(file), SHOWN)), hidden, config)
    _say("To read it so, or to correct how it is read, paste this into tunnepolku.toml:\n")
    _say(as_toml(proposal))


def _first_rows(rows: Sequence[Mapping[str, str]], hidden: set[str], config: "Config") -> None:
    names = [name for name in (rows[0] if rows else ()) if name not in hidden]
    _say("its first rows, masked:")
    print_rows(names, [[_masked(row[name], config) for name in names] for row in rows])


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    table = plain_table(*header, gap=2)
    for row in rows:
        table.add_row(*row)
    wide_console().print(table)
