"""How tables reach the terminal, and how waiting looks there."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

WIDE = 200


def wide_console() -> "Console":
    """A console that never cuts a cell short: lines longer than the terminal wrap, files and pipes get them whole."""
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False, width=max(Console().width, WIDE))


@contextmanager
def working(what: str) -> Iterator[None]:
    """Something moves in the terminal for as long as the block lasts."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        progress.add_task(what, total=None)
        yield
