"""How tables reach the terminal, and how waiting looks there."""

from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

WIDE = 200
"""Characters a line has where no terminal says otherwise."""
READABLE = 28
"""Characters a line of prose keeps; a table that leaves it less is turned on its side."""


def wide_console() -> "Console":
    """A console as wide as the terminal; files and pipes get lines of `WIDE`."""
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = max(console.width, WIDE)
    return console


def plain_table(*names: str, right: Container[str] = (), gap: int = 1) -> "Table":
    """A table without lines, its columns `gap` apart, those in `right` flush right; what is too long goes on below."""
    from rich.table import Table

    table = Table(box=None, header_style="bold", padding=(0, gap, 0, 0))
    for name in names:
        table.add_column(name, justify="right" if name in right else "left", overflow="fold")
    return table


def print_rows(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Rows to the terminal, nothing cut: as a table where it fits, if need be with names broken at their underscores.

    Else the table lies on its side, a line per column, with as many rows beside each other as fit.
    """
    console = wide_console()
    cells = [tuple(map(_cell, row)) for row in rows]
    for names in (tuple(columns), tuple(name.replace("_", "_\n") for name in columns)):
        if sum(map(_width, zip(names, *cells, strict=True))) <= console.width:
            _print(console, names, cells)
            return
    for beside in _rows_beside(cells, console.width - _width(columns)):
        names, *lines = zip(columns, *beside, strict=True)
        _print(console, names, lines)
        console.line()


def _rows_beside(cells: Sequence[tuple[str, ...]], width: int) -> Iterator[list[tuple[str, ...]]]:
    """As many rows at a time as fit beside each other, at least one."""
    beside: list[tuple[str, ...]] = []
    for row in cells:
        if beside and sum(map(_width, (*beside, row))) > width:
            yield beside
            beside = []
        beside.append(row)
    yield beside


def _print(console: "Console", names: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    table = plain_table(*names)
    for line in lines:
        table.add_row(*line)
    console.print(table)


def _cell(value: object) -> str:
    return "–" if value is None else f"{value:.3g}" if isinstance(value, float) else str(value)


def _width(cells: Sequence[str]) -> int:
    """Characters that a column of these cells needs, with the gap after it."""
    from rich.cells import cell_len

    lines = [line for cell in cells for line in cell.split("\n")]
    return 1 + max(min(cell_len(line), READABLE) if " " in line else cell_len(line) for line in lines)


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


@contextmanager
def steps(what: str) -> Iterator[Callable[[int, int, float], None]]:
    """A bar with the time that remains; what the block gets is told the step, the number of steps and the mean loss.

    Where no terminal is, a line every hundredth of the way.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=None)

        def told(step: int, total: int, loss: float) -> None:
            progress.update(task, completed=step, total=total, description=f"{what}, loss {loss:.3f}")
            if not console.is_terminal and step % max(1, total // 100) == 0:
                console.print(f"{what}: step {step} of {total}, loss {loss:.3f}", highlight=False)

        yield told
