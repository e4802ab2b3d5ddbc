"""HTML as text in which everything that is not markup has been escaped."""

from html import escape


class Html(str):
    """Markup: put into other markup as it is. A plain `str` is escaped."""

    __slots__ = ()


def element(name: str, *children: str, **attributes: str) -> Html:
    """An element with these children. Of an attribute's name a last _ is dropped (class_), the rest - (aria_label)."""
    told = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"' for key, value in attributes.items())
    return Html(f"<{name}{told}>{joined(*children)}</{name}>")


def joined(*children: str) -> Html:
    """Children one after another."""
    return Html("".join(child if isinstance(child, Html) else escape(child) for child in children))
