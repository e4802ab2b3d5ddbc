"""A column mapping for a table that nobody has described, as TOML to paste into the configuration.

Told from the words of the header and the values of the first rows. What only the values say is marked for checking.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.mappings import OPTIONS, Column, ColumnMapping
from pipeline.sources.answers import SCALES
from pipeline.sources.canonical import SPEAKER_NAMES
from pipeline.sources.cells import NO, YES, is_answered, number, rating
from pipeline.sources.files import SourceFile
from pipeline.sources.questions import Plan, all_fit, column_for, fields_named, fits, is_personal, plan, time_column
from pipeline.sources.tables import names_of, sample_of, table_rows
from pipeline.sources.text import Row
from pipeline.sources.wording import MESSAGE_WORDS

ROLE_WORDS: Mapping[str, str] = {
    **SPEAKER_NAMES, "virkailija": "agent", "palveluneuvoja": "agent", "neuvoja": "agent", "myyjä": "agent",
    "operator": "agent", "advisor": "agent", "kundtjänst": "agent", "handläggare": "agent", "kund": "customer",
    "user": "customer", "chatbot": "bot", "järjestelmä": "ignore", "system": "ignore", "notification": "ignore",
}  # fmt: skip
CHECK = "guessed from its values alone: check"
CHECK_SCALE = "its scale is a guess: check"
LIKERT = (1, 5)
LONG = 25
"""Mean characters of a free text."""
MAX_LABELS = 30
"""So many different speakers has a table's column of speakers at most."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A mapping, what it leaves out, and which of its fields are to be checked; or why there is none."""

    plan: Plan | None = None
    doubts: Mapping[str, str] = field(default_factory=dict)
    missing: str = ""


def propose(file: SourceFile, instead_of: Sequence[str] = ()) -> Proposal:
    """A mapping for the table, which stands `instead_of` these formats.

    Raises:
        SourceError: the file cannot be opened, or is no text.
    """
    sample = sample_of(table_rows(file))
    names = names_of(sample)
    if len(names) < 2:
        return Proposal(missing="no table with a header and rows")
    if any(map(_is_value, names)):
        return Proposal(missing="no header: its first row looks like data")
    found = _conversations(names, sample) or _answers(names, sample)
    if not found.plan:
        return found
    name = re.sub(r"[^a-z0-9]+", "_", file.stem.lower().translate(str.maketrans("åäö", "aao"))).strip("_") or "table"
    mapping = replace(found.plan.mapping, name=name, instead_of=tuple(instead_of))
    return replace(found, plan=replace(found.plan, mapping=mapping))


def as_toml(proposal: Proposal) -> str:
    """The proposal as a section of `tunnepolku.toml`."""
    if not proposal.plan:
        return ""
    mapping = proposal.plan.mapping
    lines = [f"[sources.mappings.{mapping.name}]"]
    for field_name, column in mapping.fields:
        doubt = proposal.doubts.get(field_name)
        lines.append(f"{field_name} = {_column(column)}{f'  # {doubt}' if doubt else ''}")
    lists = {"metadata": mapping.metadata, "instead_of": mapping.instead_of}
    lines += [f"{key} = [{', '.join(map(_quoted, values))}]" for key, values in lists.items() if values]
    return "\n".join(lines) + "\n"


def _column(column: Column) -> str:
    options = {
        "time": _quoted(column.time) if column.time else "",
        "scale": str(list(column.scale)) if column.scale else "",
        "reversed": "true" if column.reversed else "",
        "unit": _quoted(column.unit) if column.unit != "s" else "",
        "roles": f"{{ {', '.join(f'{_quoted(label)} = {_quoted(role)}' for label, role in column.roles)} }}"
        if column.roles
        else "",
    }
    said = "".join(f", {key} = {value}" for key, value in options.items() if value)
    return f"{{ column = {_quoted(column.name)}{said} }}" if said else _quoted(column.name)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _is_value(name: str) -> bool:
    """Whether a cell of the header is no name but a value."""
    return len(name) > 200 or "@" in name or fits([name], number) or bool(time_column("", [name]))


def _values(name: str, sample: Sequence[Row]) -> list[str]:
    return [value for row in sample if is_answered(value := row.get(name, ""))]


def _answers(names: Sequence[str], sample: Sequence[Row]) -> Proposal:
    """The table as survey answers: what the header says, then what values can only be."""
    found = plan(names, sample)
    fields, doubts = dict(found.mapping.fields), {}
    taken = {column.name for column in fields.values()}
    for name in (name for name in names if name not in taken):
        values = _values(name, sample)
        if is_personal(name, values):
            continue
        asked = [wanted for wanted in fields_named(name) if wanted in SCALES and fits(values, rating)]
        guess = next((wanted for wanted in asked or _guesses(values) if wanted not in fields), "")
        column = column_for(guess, name, values)
        if not column and asked and values and "scale" in OPTIONS.get(guess, ()):  # NPS has the one scale only
            column = Column(name, scale=LIKERT)
        if guess and column:
            fields[guess], doubts[guess] = column, CHECK if not asked else CHECK_SCALE
            taken.add(name)
    if not fields.keys() & {"verbatim", "first_contact_resolution", *SCALES} or "responded_at" not in fields:
        what = "a time" if "responded_at" not in fields else "an answer"
        return Proposal(missing=f"{what}: no column looks like one")
    kept = tuple(name for name in found.mapping.metadata if name not in taken)
    unread = tuple((name, why) for name, why in found.unread if name not in taken)
    return Proposal(Plan(ColumnMapping("", tuple(fields.items()), kept), unread), doubts)


def _guesses(values: Sequence[str]) -> list[str]:
    """The fields that values alone can stand for."""
    if not values:
        return []
    if time_column("", values):
        return ["responded_at"]
    if all_fit(values, rating):
        numbers = {rating(value) for value in values}
        if len(numbers) < 2 or max(numbers) > 10:
            return []
        return (
            ["nps_rating"]
            if 0 in numbers or max(numbers) > 7
            else ["ces_rating"]
            if max(numbers) > 5
            else ["csat_rating"]
        )
    if {value.strip().lower() for value in values} <= (YES | NO) - {"0", "1"}:
        return ["first_contact_resolution"]
    return ["verbatim"] if _mean_length(values) >= LONG else []


def _mean_length(values: Sequence[str]) -> float:
    return sum(map(len, values)) / len(values) if values else 0.0


def _conversations(names: Sequence[str], sample: Sequence[Row]) -> Proposal | None:
    """The table as messages; None where no column holds the conversation, the speaker or the text."""
    values = {name: _values(name, sample) for name in names}
    fields: dict[str, Column] = {}
    for wanted, words in MESSAGE_WORDS.items():
        free = [name for name in names if name not in {column.name for column in fields.values()}]
        fitting = [name for name in free if re.search(words, name.lower()) and _may_be(wanted, values[name])]
        if fitting:
            best = max(fitting, key=lambda name: len(_roles(values[name]))) if wanted == "speaker" else fitting[0]
            fields[wanted] = Column(best)
    if not fields.keys() >= {"text", "speaker", "conversation_id"}:
        return None
    for name in names:
        if (
            "sent_at" not in fields
            and name not in {c.name for c in fields.values()}
            and (at := time_column(name, values[name]))
        ):
            fields["sent_at"] = at
    fields["speaker"] = replace(fields["speaker"], roles=_roles(values[fields["speaker"].name]))
    if "seconds" in fields:
        is_ms = max(map(number, values[fields["seconds"].name])) > 10_000
        fields["seconds"] = replace(fields["seconds"], unit="ms" if is_ms else "s")
    taken = {column.name for column in fields.values()}
    personal = tuple(name for name in names if name not in taken and is_personal(name, values[name]))
    kept = tuple(
        name for name in names if name not in taken and name not in personal and _mean_length(values[name]) < LONG
    )
    unread = tuple(
        (name, "personal data" if name in personal else "free text") for name in names if name not in {*taken, *kept}
    )
    doubts = {} if fields["speaker"].roles else {"speaker": "no label says its role: they will be inferred"}
    return Proposal(Plan(ColumnMapping("", tuple(fields.items()), kept), unread), doubts)


def _may_be(wanted: str, values: Sequence[str]) -> bool:
    """Whether the values do not speak against what the header says."""
    if wanted == "text":
        return _mean_length(values) > 0 and not fits(values, number)
    if wanted == "speaker":
        return 0 < len(set(values)) <= MAX_LABELS
    if wanted == "conversation_id":
        return bool(values) and len(set(values)) < max(2, len(values)) and _mean_length(values) <= 2 * LONG
    return bool(values) and (wanted != "seconds" or all_fit(values, number))


def _roles(labels: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Labels that are words for a role; the others may be people's names, and are not shown."""
    known = {label.strip().lower() for label in labels}
    return tuple((label, ROLE_WORDS[label]) for label in sorted(known) if label in ROLE_WORDS)
