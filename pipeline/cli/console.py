"""How tables reach the terminal."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

WIDE = 200


def wide_console() -> "Console":
    """A console that never cuts a cell short: lines longer than the terminal wrap, files and pipes get them whole."""
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False, width=max(Console().width, WIDE))
