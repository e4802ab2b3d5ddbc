"""One target under atheris, in a process of its own: python -m tests.fuzz.worker TARGET FINDINGS [LIBFUZZER FLAGS].

A broken promise is written to FINDINGS, once for each place it comes from, and fuzzing goes on; memory and endless work
end the process, for `tests.fuzz` to start another.
"""

import random
import re
import resource
import sys
import tempfile
import time
import traceback
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["pipeline.sources", "email", "html", "webvtt"]):
    from importlib import import_module

    from pipeline.sources import FORMATS

    for module in FORMATS.values():
        import_module(module)
    from tests.fuzz.targets import check
    from tests.sources.mutating import mutated

MAX_MEMORY_BYTES = 4 * 2**30
MAX_CPU_S = 8.0
"""For an input of at most 64 KB, instrumented; what takes longer takes hours for a large file."""


def main(target: str, findings: Path, flags: list[str]) -> None:
    """Fuzz until libFuzzer's flags say that it is enough."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    with tempfile.TemporaryDirectory() as folder:
        path, run = Path(folder) / "file", check(target)

        def one_input(content: bytes) -> None:
            path.write_bytes(content)
            started = time.process_time()
            try:
                for broken in run(path):
                    _keep(findings, broken, broken, content)
            except Exception as error:
                _keep(findings, _place(error), "".join(traceback.format_exception(error)), content)
            if time.process_time() - started > MAX_CPU_S:
                _keep(findings, "far too slow", "", content)

        atheris.Setup([sys.argv[0], *flags], one_input, custom_mutator=_mutated)
        atheris.Fuzz()


def _mutated(content: bytes, max_size: int, seed: int) -> bytes:
    """Half as libFuzzer changes bytes, half as exports break."""
    chance = random.Random(seed)
    if chance.random() < 0.5:
        return bytes(atheris.Mutate(content, max_size))
    return mutated(content, chance)[:max_size]


def _place(error: Exception) -> str:
    """What was raised and where, in our own code if it passed there."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/pipeline/" in frame.filename] or frames
    return f"{type(error).__name__} {Path(ours[-1].filename).stem} {ours[-1].lineno}"


def _keep(findings: Path, what: str, told: str, content: bytes) -> None:
    """Write an input that broke a promise, unless there is one that broke it at the same place."""
    name = re.sub(r"\W+", "-", what)
    if not (findings / f"{name}.input").exists():
        (findings / f"{name}.input").write_bytes(content)
        (findings / f"{name}.txt").write_text(told, "utf-8", "replace")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
