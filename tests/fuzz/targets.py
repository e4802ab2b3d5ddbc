"""What is fuzzed, from which samples, and with which words."""

import ast
import gzip
import tomllib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from pipeline.mappings import parse_mappings
from pipeline.sources import FORMATS
from tests.packing import zipped
from tests.sources import contract
from tests.sources.workbooks import workbook

GOLDEN = Path(__file__).parents[1] / "sources" / "golden"
READERS = Path(__file__).parents[2] / "pipeline" / "sources"
FILES, MAPPED, PROPOSED = "files", "mapped", "proposed"
"""Archives, gzip, encodings and recognition; tables read by a mapping; mappings proposed for tables and read by."""
TARGETS = (FILES, MAPPED, PROPOSED, *FORMATS)
MAX_SEED_BYTES = 2**16
MAPPINGS = """
[answers]
responded_at = { column = "Aika", time = "%d/%m/%Y %H:%M" }
nps_rating = "NPS"
ces_rating = { column = "Vaiva", scale = [1, 5], reversed = true }
first_contact_resolution = { column = "Hoituiko", yes = ["Hoitui"], no = ["Ei"] }
verbatim = "Avoin"
metadata = ["Kanava"]

[messages]
channel = "call"
conversation_id = "Huone"
started_at = { column = "Alku", time = "unix_ms" }
seconds = { column = "ms", unit = "ms" }
speaker = { column = "Kuka", roles = { Neuvoja = "agent", Loki = "ignore" } }
text = "Viesti"
"""
ANSWERS = [["Aika", "NPS", "Vaiva", "Hoituiko", "Avoin", "Kanava"], ["02/03/2026 09:21", "9", "2", "Hoitui", "ok", "x"]]
MESSAGES = [["Huone", "Alku", "ms", "Kuka", "Viesti"], ["h1", "1772435720000", "1,5", "Neuvoja", "hei"],
            ["h1", "1772435720000", "900", "Asiakas", "moi; moi"]]  # fmt: skip
UNKNOWN = [
    ["Päivä", "Suosittelisitko meitä? (0-10)", "Miksi?"],
    ["2.3.2026 9.21", "10 – Erittäin todennäköisesti", "x"],
]


def samples(name: str) -> list[bytes]:
    """The golden files of a format, but for long ones; of the others tables, workbooks and archives of those."""
    if name == FILES:
        firsts = [samples(format_name)[0] for format_name in FORMATS]
        archives = [zipped({"a.json": first, "b/c.csv.gz": gzip.compress(first)}) for first in firsts[::3]]
        nested = zipped({"in.zip": zipped({"a.csv": firsts[0]})})
        return [*firsts, *archives, *(gzip.compress(first) for first in firsts[1::3]), nested]
    if name in (MAPPED, PROPOSED):
        tables = (ANSWERS, MESSAGES) if name == MAPPED else (UNKNOWN, MESSAGES, ANSWERS)
        return [content for rows in tables for content in (_csv(rows), workbook(Taulu=rows))]
    paths = sorted(path for path in (GOLDEN / name).glob("*/*") if path.name != "expected.json")
    golden = [content for path in paths if len(content := path.read_bytes()) <= MAX_SEED_BYTES]
    return [*golden, workbook(Taulu=UNKNOWN)] if name == "survey_table" else golden


def _csv(rows: list[list[str]]) -> bytes:
    return "\n".join(";".join(row) for row in rows).encode()


def words(name: str) -> Iterator[str]:
    """The strings that a reader's source holds, which are the keys and marks it looks for."""
    for path in [READERS / f"{name}.py"] if name in FORMATS else sorted(READERS.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and 1 < len(node.value) <= 40:
                yield node.value


def check(name: str) -> Callable[[Path], list[str]]:
    """What names the promises that are broken for a file, whatever it holds."""
    mappings = parse_mappings(tomllib.loads(MAPPINGS))
    special = {
        FILES: contract.broken_by_night,
        MAPPED: partial(contract.broken_by_night, mappings=mappings),
        PROPOSED: contract.broken_by_proposal,
    }
    return special.get(name) or partial(contract.broken_by_format, format_name=name)
