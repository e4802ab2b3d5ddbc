"""How tables reach the terminal, and how waiting looks there."""

from collections.abc import Callable, Iterator
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
