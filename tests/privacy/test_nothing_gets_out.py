"""A whole night, watched from outside: nothing personal in any file that it leaves, and no word over the network."""

import gzip
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.conftest import ROOT, environment

PLANTED = {
    "HETU": (
        "131052-952K", "131052+952K", "131052A952K", "131052b952k", "131052Y952K", "131052X952K", "131052W952K",
        "131052V952K", "131052U952K", "131052C952K", "131052D952K", "131052E952K", "131052F952K", "131052-952A",
    ),
    "PHONE": (
        "0505550100", "050 555 0101", "050-5550102", "+358 50 555 0103", "00358505550104", "(09) 555 0105",
        "044 555 01 06",
    ),
    "EMAIL": ("maija.malli@posti.example", "m+laskut@malli-oy.example", "matti_meika@netti.example.fi"),
    "IBAN": ("FI21 1234 5600 0007 85", "FI2112345600000786", "fi21 1234 5600 0007 85", "DE89 3704 0044 0532 0130 00"),
    "CARD": ("4111 1111 1111 1111", "5500-0000-0000-0004", "378282246310005"),
    "BUSINESS_ID": ("2077474-0", "1572860-0"),
    "ADDRESS": ("Koivukuja 3 A 12, 33720 Tampere", "Mannerheimintie 105 B", "Hämeenkatu 14 as. 7"),
    "DATE_OF_BIRTH": ("7.11.1984", "3.8.1956"),
    "PERSON": ("Virtasen Matille", "Liisa Mäkiseltä", "Nguyen Thi Hoa", "Björn Lindqvistin", "Aino-Maria Korhonen"),
    "spoken": (
        "nolla neljä nolla yks kaks kolme neljä viis kuus seittemän",
        "nolla viiskyt viis viis viis nolla yks nolla kaheksan",
        "kolmetoista nolla viis viiskytkaks viiva yheksän viis kaks koo",
        "matti piste mallinen ät esimerkki piste fi",
        "äf ii kakskytyks kakstoista kolkytneljä viiskytkuus nolla nolla nolla nolla nolla seittemän kaheksankytviis",
        "neljä yks yks yks yks yks yks yks yks yks yks yks yks yks yks yks",
        "koivukuja kolme aa kakstoista",
    ),
}  # fmt: skip
"""Fifty invented identifiers; every henkilötunnus has an individual number that is never issued."""
FRAMES = {
    "HETU": "henkilötunnukseni on {}",
    "PHONE": "numeroni on {}, soittakaa",
    "EMAIL": "sähköpostini on {} kiitos",
    "IBAN": "palautus tilille {}",
    "CARD": "maksoin kortilla {}",
    "BUSINESS_ID": "y-tunnus {}",
    "ADDRESS": "Osoitteeni on {}.",
    "DATE_OF_BIRTH": "Äitini, synt. {}, tarvitsee apua.",
    "PERSON": "Soitin eilen {} kanssa, kiitos.",
}
SPOKEN_FRAMES = (
    "mun puhelinnumero on {}", "joo numero on {}", "henkilötunnus on {}", "sähköposti on {}", "tilinumero on {}",
    "kortin numero on {}", "osoite on {}",
)  # fmt: skip


def needles() -> list[str]:
    """What must not be found: every identifier, and each of its forms without spaces and signs."""
    forms = {form for group in PLANTED.values() for form in group}
    return sorted(forms | {re.sub(r"[\s-]", "", form) for form in forms if any(map(str.isdigit, form))})


def write_sources(folder: Path) -> None:
    """Every identifier once in every format of text: a chat, a call, a survey answer."""
    written = [FRAMES[kind].format(form) for kind in FRAMES for form in PLANTED[kind]]
    spoken = [frame.format(form) for frame, form in zip(SPOKEN_FRAMES, PLANTED["spoken"], strict=True)]
    folder.mkdir(parents=True)
    chats = [
        {"conversation_id": f"c{n}", "customer_id": "K0505550100", "turns": [
            {"speaker": "customer", "sent_at": "2026-09-01T09:00:00", "text": text},
            {"speaker": "agent", "sent_at": "2026-09-01T09:01:00", "text": f"Toistan: {text}"},
        ]} for n, text in enumerate(written)
    ]  # fmt: skip
    (folder / "chats.jsonl").write_text("\n".join(json.dumps(chat) for chat in chats), encoding="utf-8")
    calls = [
        {"conversation_id": f"p{n}", "started_at": "2026-09-01T10:00:00",
         "turns": [{"role": "customer", "begin_s": 1.0, "end_s": 4.0, "text": text}]}
        for n, text in enumerate(spoken)
    ]  # fmt: skip
    (folder / "call 0505550100.json").write_text(json.dumps(calls), encoding="utf-8")
    rows = [f'2026-09-02T12:00:00;9;"{text}";maija.malli@posti.example' for text in written]
    (folder / "nps.csv").write_text(
        "\n".join(["responded_at;nps_rating;verbatim;customer_id", *rows]) + "\n", encoding="utf-8"
    )


def contents(home: Path) -> Iterator[tuple[Path, str]]:
    """Every file below `home` but the sources: its bytes, unpacked if packed, and each table's rows as text."""
    for path in sorted(path for path in home.rglob("*") if path.is_file() and "landing" not in path.parts):
        raw = path.read_bytes()
        yield path, (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8", errors="replace")
        if path.suffix == ".duckdb":
            with duckdb.connect(str(path), read_only=True) as connection:
                for (table,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall():
                    yield path, "\n".join(map(str, connection.table(table).fetchall()))


RUN = """
import sys
LOCAL = ("127.0.0.1", "::1", "localhost")
def watch(event, args):
    if event == "socket.connect" and isinstance(args[1], tuple) and args[1][0] not in LOCAL:
        raise RuntimeError(f"the night wants to reach {args[1][0]}")
    if event == "socket.getaddrinfo" and args[0] not in LOCAL:
        raise RuntimeError(f"the night wants to look up {args[0]}")
sys.addaudithook(watch)
if sys.argv[1] == "probe":
    import socket
    socket.create_connection(("192.0.2.1", 9), timeout=1)
from pipeline.cli import main
sys.exit(main(sys.argv[1:]))
"""


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own that may connect to this machine only."""
    return subprocess.run(
        [sys.executable, "-c", RUN, *arguments], env=environment(home) | {"TUNNEPOLKU_AFFECT__EVIDENCE": "false"},
        cwd=ROOT, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip


def test_fifty_identifiers_are_planted() -> None:
    assert sum(map(len, PLANTED.values())) == 50


def test_the_watch_on_the_network_would_notice(tmp_path: Path) -> None:
    assert re.search(r"the night wants to (reach|look up) 192\.0\.2\.1", run(tmp_path, "probe").stderr)


@pytest.mark.slow
def test_a_night_without_network_leaves_no_identifier_in_any_file(tmp_path: Path) -> None:
    write_sources(tmp_path / "data" / "landing")
    outputs = []
    for command in (("run",), ("check",), ("query", "touchpoints"), ("audit",)):
        done = run(tmp_path, *command)
        assert done.returncode == 0, done.stderr
        outputs.append(done.stdout + done.stderr)
    looked_at = list(contents(tmp_path))
    assert {path.name for path, _ in looked_at} >= {"tunnepolku.duckdb"}
    assert any("[PHONE]" in text for _, text in looked_at), "the search sees what is stored"
    found = {
        (path.name, needle)
        for path, text in [*looked_at, *((Path("terminal"), output) for output in outputs)]
        for needle in needles()
        if needle in text
    }
    assert found == set()
