"""Choose the model of the nights to come in the user's settings, and go back to the one before.

Only two kinds of lines are ours: `model` in `[affect]`, and under it one comment for each earlier choice, the newest
first. Every other byte of the file stays; going back takes away what choosing put there.
"""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

from pipeline.errors import ConfigError

EARLIER = "# earlier: "
_TABLE = re.compile(r"^[ \t]*\[[ \t]*affect[ \t]*\][ \t]*(?:#[^\r\n]*)?(?:\r?\n|\Z)", re.MULTILINE)
_NEXT_TABLE = re.compile(r"^[ \t]*\[", re.MULTILINE)
_MODEL = re.compile(r"""^([ \t]*model[ \t]*=[ \t]*)("(?:[^"\\\n]|\\.)*"|'[^'\n]*')([^\n]*(?:\n|\Z))""", re.MULTILINE)
_EARLIER = re.compile(r"[ \t]*# earlier: ([^\r\n]+)(?:\r?\n|\Z)")


def choose(user_file: Path, model: str, before: str) -> None:
    """Make `model` the one in use, and remember `before`, the one in use so far.

    Args:
        user_file: the user's settings; made if it is not there.
        model: a folder under models/, or the path of another.
        before: what going back returns to.

    Raises:
        ConfigError: the file cannot be written, or sets the model in a form that is not understood.
    """
    text = _read(user_file)
    end = "\r\n" if "\r\n" in text else "\n"
    note = f"{EARLIER}{json.dumps(before, ensure_ascii=False)}{end}"
    table = _TABLE.search(text)
    if found := _model_line(text):
        line = found[3] if found[3].endswith("\n") else found[3] + end
        changed = text[: found.start()] + found[1] + _quoted(model) + line + note + text[found.end() :]
    elif table:
        head = table[0] if table[0].endswith("\n") else table[0] + end
        changed = text[: table.start()] + head + f"model = {_quoted(model)}{end}{note}" + text[table.end() :]
    else:
        gap = "" if not text else end if text.endswith("\n") else 2 * end
        changed = f"{text}{gap}[affect]{end}model = {_quoted(model)}{end}{note}"
    _write(user_file, text, changed, model)


def earlier(user_file: Path) -> str | None:
    """The model that going back would return to; None: there is none.

    Raises:
        ConfigError: the file cannot be read.
    """
    text = _read(user_file)
    found = _model_line(text)
    note = _EARLIER.match(text, found.end()) if found else None
    try:
        return str(json.loads(note[1])) if note else None
    except ValueError:  # somebody's own comment
        return None


def go_back(user_file: Path) -> None:
    """Make the earlier model the one in use again.

    Raises:
        ConfigError: there is no earlier choice, or the file cannot be written.
    """
    text, model = _read(user_file), earlier(user_file)
    found = _model_line(text)
    note = _EARLIER.match(text, found.end()) if found else None
    if model is None or found is None or note is None:
        raise ConfigError("No earlier choice is remembered: choose with tunnepolku models use NAME.")
    changed = text[: found.start()] + found[1] + _quoted(model) + found[3] + text[note.end() :]
    _write(user_file, text, changed, model)


def _model_line(text: str) -> re.Match[str] | None:
    """The line that sets the model, in the table of that name."""
    table = _TABLE.search(text)
    if table is None:
        return None
    following = _NEXT_TABLE.search(text, table.end())
    return _MODEL.search(text, table.end(), following.start() if following else len(text))


def _quoted(model: str) -> str:
    """A JSON string is a TOML string."""
    return json.dumps(model, ensure_ascii=False)


def _read(path: Path) -> str:
    """The text with its line ends as they are; "" if there is no file."""
    try:
        return path.read_bytes().decode("utf-8") if path.exists() else ""
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"{path} cannot be read as UTF-8: correct it.") from None


def _write(path: Path, before: str, after: str, model: str) -> None:
    """Replace the file, if nothing but the model is different in what it says."""
    wanted: dict[str, Any] = tomllib.loads(before)
    affect = wanted.setdefault("affect", {})
    try:
        is_understood = tomllib.loads(after) == wanted | {"affect": affect | {"model": model}}
    except tomllib.TOMLDecodeError:
        is_understood = False
    if not is_understood:
        raise ConfigError(f"{path} is written in a way that is not understood here: set affect.model in it by hand.")
    try:
        new = path.resolve().with_name(f"{path.name}.new")
        new.write_bytes(after.encode("utf-8"))
        if path.exists():
            new.chmod(path.stat().st_mode)
        new.replace(path.resolve())
    except OSError as error:
        raise ConfigError(f"{path} cannot be written ({error.strerror}): set affect.model in it by hand.") from None
