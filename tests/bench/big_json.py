"""Memory and time that a large JSON file takes to read: python -m tests.bench.big_json [MEGABYTES] [array|lines].

Invents conversations until the file has MEGABYTES (default 2,000), an array of calls or a chat a line, and reads it in
a process of its own. Prints the conversations, the seconds, and the most memory that this process held, Python with all
that it imports included.
"""

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from pipeline.sources import read, recognise

TEXT = "lasku on väärin ja olen odottanut jo kaksi viikkoa kiitos katsotaan hetki netti ei toimi öisin – enää 50 €"


def main() -> None:
    """Write, read in another process, and print."""
    size = 10**6 * int(sys.argv[1] if len(sys.argv) > 1 else 2_000)
    shape = sys.argv[2] if len(sys.argv) > 2 else "array"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "calls.json"
        written = _write(file, size, shape)
        print(f"{file.stat().st_size / 10**6:,.0f} MB of JSON, {shape}: {written:,} conversations", flush=True)
        subprocess.run([sys.executable, "-m", "tests.bench.big_json", "read", str(file)], check=True)


def _write(file: Path, size: int, shape: str) -> int:
    start, between, end = ("[\n", ",\n", "\n]\n") if shape == "array" else ("", "\n", "\n")
    with file.open("w", encoding="utf-8") as written:
        written.write(start)
        for count, conversation in enumerate(
            _conversations(begin="begin_s" if shape == "array" else "seconds"), start=1
        ):
            written.write((between if count > 1 else "") + conversation)
            if written.buffer.tell() >= size:
                written.write(end)
                return count
    return 0


def _conversations(begin: str) -> Iterator[str]:
    """Five hundred conversations of 10 to 200 turns, again and again under other ids."""
    random_ = random.Random(7)
    bodies = []
    for _ in range(500):
        turns = [
            {
                "speaker": random_.choice(("customer", "agent")),
                begin: 3.5 * number,
                "end_seconds": 3.5 * number + 3,
                "text": " ".join(random_.choices(TEXT.split(), k=random_.randint(1, 30))),
            }
            for number in range(random_.randint(10, 200))
        ]
        bodies.append(json.dumps({"started_at": "2026-09-01T10:00", "turns": turns}, ensure_ascii=False)[1:])
    number = 0
    while True:
        yield f'{{"conversation_id": "p{number}", {bodies[number % len(bodies)]}'
        number += 1


def _read(file: Path) -> None:
    started, count, turns = time.perf_counter(), 0, 0
    for record in read(file, recognise(file), ZoneInfo("Europe/Helsinki")):
        count, turns = count + 1, turns + len(record.utterances)
    seconds, peak = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{count:,} conversations, {turns:,} turns read in {seconds:,.0f} s; at most {peak:,.0f} MiB of memory")


if __name__ == "__main__":
    _read(Path(sys.argv[2])) if sys.argv[1:2] == ["read"] else main()
