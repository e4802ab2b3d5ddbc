"""HTML of chats and mails as plain text, in one pass over it.

The parser of the standard library takes quadratic time on tags that never close, and Beautiful Soup stands on it: a
mail of 200 kB would stop the night.
"""

import html
import re

TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*>|<[!?/][^<>]*>")
LINE = {"address", "blockquote", "br", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol",
        "p", "pre", "section", "table", "td", "th", "tr", "ul"}  # fmt: skip
HIDDEN = {"head", "script", "style", "template", "title"}


def html_text(source: str) -> str:
    """The words of an HTML page or fragment, a line for each block that has any; quoted ones begin with `> `."""
    lines, hidden, depth = [""], "", 0
    before, *found = TAG.split(_without_comments(source))
    lines[0] = before
    for closing, name, words in zip(found[::3], map(_lower, found[1::3]), found[2::3], strict=True):
        if name in HIDDEN:
            hidden = (hidden or name) if not closing else "" if name == hidden else hidden
        if name == "blockquote":
            depth = max(0, depth + (-1 if closing else 1))
        if name in LINE:
            lines.append("> " if depth else "")
        if not hidden:
            lines[-1] += words
    plain = (" ".join(html.unescape(line).split()) for line in lines)
    return "\n".join(line for line in plain if line.strip(">"))


def _lower(name: str | None) -> str:
    return (name or "").lower()


def _without_comments(source: str) -> str:
    """The source without what stands between `<!--` and `-->`; one that never closes ends where the next begins."""
    first, *others = source.split("<!--")
    return first + "".join(part.partition("-->")[2] for part in others)
