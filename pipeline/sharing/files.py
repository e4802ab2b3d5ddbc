"""The folder that is handed over: a CSV file for each metric, and a text that says what it is.

Excel in Finnish takes a semicolon for the end of a cell and a comma for the decimal point (with the comma and the point
that `query --format csv` writes it would read 1.5 as the first of May), and knows UTF-8 by its byte order mark.
"""

import csv
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.errors import ConfigError, StoreError
from pipeline.sharing.people import Table

README = "LUEMINUT.txt"
ENCODING, SEPARATOR = "utf-8-sig", ";"
DECIMALS = 4
_ABOUT = """\
Tunnepolku: koosteet asiakaspalautteesta

Muodostettu:   {day:%d.%m.%Y}
Ajo:           {run_id}
Alaraja:       {floor} henkilöä

Tiedostot (UTF-8, erottimena puolipiste, desimaalipilkku; avautuvat Excelissä):
{files}

Luvut ovat koosteita ihmisryhmistä. Yhdelläkään rivillä ei ole yksittäisen ihmisen tietoja eikä tunnisteita. Sanat ja
esimerkit ovat sellaisia, joita vähintään {floor} henkilöä on käyttänyt.

Alle {floor} henkilön ryhmien luvut on peitetty. Niiden lisäksi on peitetty muita ryhmiä sen verran, ettei pienen
ryhmän lukua voi laskea vähentämällä muut luvut summasta. Peitetyllä rivillä is_hidden on TRUE ja peitetyt luvut ovat
tyhjiä; rivin muut luvut voi lukea tavalliseen tapaan. Peitetty ei tarkoita nollaa. Harvojen käyttämät sanat on jätetty
pois kokonaan.

Sama henkilö voi olla mukana usealla rivillä, joten rivien henkilömääriä ei pidä laskea yhteen. Henkilö on asiakas tai,
jos lähdejärjestelmä ei kerro asiakasta, yksi yhteydenotto tai vastaus.

Peittäminen ei suojaa kaikelta: kahden eri ajon koosteiden erotus voi kertoa muutamasta henkilöstä. Älä siksi luovuta
samalle vastaanottajalle koosteita lyhyin välein äläkä yhdistä lukuja muihin tietoihin yksittäisen ihmisen
tunnistamiseksi.
"""


@dataclass(frozen=True, slots=True)
class Share:
    """What a folder says of itself: of which night it is, and how few people its groups may have."""

    run_id: str
    floor: int
    day: date


def write_share(
    tables: Mapping[str, Table], folder: Path, share: Share, approve: Callable[[Path], object] = lambda folder: None
) -> None:
    """Write tables in which small groups are hidden into a new folder, whole or not at all.

    Args:
        tables: name of the file, without its ending → what it holds.
        folder: must not be there yet.
        share: what the folder says of itself.
        approve: is shown the finished folder before it gets its name; where it raises, nothing is left.

    Raises:
        ConfigError: the folder is there already.
        StoreError: it cannot be written.
    """
    with whole(folder) as unfinished:
        for name, table in tables.items():
            _write_csv(unfinished / f"{name}.csv", table)
        files = "\n".join(f"  {name}.csv" for name in tables)
        about = _ABOUT.format(files=files, day=share.day, run_id=share.run_id, floor=share.floor)
        (unfinished / README).write_text(about, encoding=ENCODING)
        approve(unfinished)


@contextmanager
def whole(folder: Path) -> Iterator[Path]:
    """An unfinished folder for the block to fill, which then gets its name; where the block raises, nothing is left.

    Raises:
        ConfigError: the folder is there already.
        StoreError: it cannot be written.
    """
    if folder.exists():
        raise ConfigError(f"{folder} is there already: name a new folder.")
    unfinished = folder.with_name(f".{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        unfinished.mkdir(parents=True)
        yield unfinished
        unfinished.replace(folder)
    except OSError as error:
        raise StoreError(f"{folder} cannot be written ({error.strerror}): make room or correct the path.") from None
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _write_csv(path: Path, table: Table) -> None:
    with path.open("w", encoding=ENCODING, newline="") as file:
        writer = csv.writer(file, delimiter=SEPARATOR, lineterminator="\r\n")
        writer.writerow(table.columns)
        writer.writerows([cell(value) for value in row] for row in table.rows)


def cell(value: Any) -> str:
    """A value as Excel in Finnish reads it; "" for what is not there."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    return str(round(value, DECIMALS)).replace(".", ",") if isinstance(value, float) else str(value)


def read_csv(path: Path) -> tuple[list[str], list[list[str]]]:
    """The column names and the cells of a file that `write_share` wrote, as text.

    Raises:
        StoreError: it is no such file.
    """
    try:
        with path.open(encoding=ENCODING, newline="") as file:
            columns, *rows = csv.reader(file, delimiter=SEPARATOR)
    except (OSError, UnicodeDecodeError, ValueError, csv.Error):
        raise StoreError(f"{path} is no file that `tunnepolku share` wrote: share again.") from None
    return columns, rows
