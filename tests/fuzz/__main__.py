"""Coverage-guided fuzzing of the readers: python -m tests.fuzz READER|all [--seconds N] [--seed S] [--out FOLDER].

Any bytes must end in records or in a `SourceError`: never in another exception, in endless work or in gigabytes of
memory. READER is a format, or `files` (archives and recognition), `mapped` or `proposed` (column mappings). Starts from
the golden files, one process for each reader, and prints a table. Inputs that broke the promise stay in FOLDER, with
the corpus that the next run starts from. Needs the extra `fuzz`.
"""

import argparse
import re
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.targets import MAX_SEED_BYTES, TARGETS, samples, words

REPOSITORY = Path(__file__).parents[2]
LIMITS = ["-timeout=60", "-rss_limit_mb=2500", "-report_slow_units=600", f"-max_len={MAX_SEED_BYTES}"]
"""Seconds by the clock, which other processes use too; the worker counts its own."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one reader was put through."""

    target: str
    executions: int
    seconds: float
    cpu_seconds: float
    seed: int
    findings: list[str]


def main() -> int:
    """Fuzz what the command line names; 1 where something was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__.partition("\n")[0])
    parser.add_argument("target", choices=[*TARGETS, "all"], metavar="READER|all")
    parser.add_argument("--seconds", type=int, default=60, help="for each reader (default: 60)")
    parser.add_argument("--seed", type=int, default=1, help="of the random numbers (default: 1)")
    parser.add_argument("--out", type=Path, help="a folder outside the repository (default: a new temporary one)")
    options = parser.parse_args()
    out = (options.out or Path(tempfile.mkdtemp(prefix="fuzz-"))).resolve()
    if out.is_relative_to(REPOSITORY):
        parser.error("--out must lie outside the repository: inputs that were found do not belong into it.")
    print(f"{'reader':22}{'executions':>12}{'seconds':>9}{'of CPU':>9}{'seed':>7}  new findings, kept in {out}")
    runs = []
    for target in TARGETS if options.target == "all" else [options.target]:
        runs.append(fuzz(target, options.seconds, options.seed, out))
        print(_row(runs[-1]), flush=True)
    findings = [name for run in runs for name in run.findings]
    sums = [sum(figures) for figures in zip(*((r.executions, r.seconds, r.cpu_seconds) for r in runs), strict=True)]
    print(_row(Run("all", *sums, options.seed, findings)))
    return 1 if findings else 0


def _row(run: Run) -> str:
    figures = f"{run.executions:>12,}{run.seconds:>9,.0f}{run.cpu_seconds:>9,.0f}{run.seed:>7}"
    names = "" if run.target == "all" else " ".join(run.findings)
    return f"{run.target:22}{figures}  {len(run.findings)}  {names}".rstrip()


def fuzz(target: str, seconds: int, seed: int, out: Path) -> Run:
    """Fuzz one reader for so many seconds, in as many processes as die on the way."""
    findings, corpus = out / "findings" / target, out / "corpus" / target
    for folder in (findings, corpus):
        folder.mkdir(parents=True, exist_ok=True)
    for number, sample in enumerate(samples(target)):
        (corpus / f"sample-{number}").write_bytes(sample)
    words_file = out / f"{target}.dict"
    words_file.write_text("\n".join(dict.fromkeys(map(_word, words(target)))), "ascii")
    before, started, cpu, executions = set(findings.iterdir()), time.monotonic(), _cpu_seconds(), 0
    for attempt in range(100):
        left = seconds - int(time.monotonic() - started)
        if left <= 0:
            break
        count, is_done = _worker(target, findings, corpus, words_file, left, seed + attempt)
        executions += count
        if is_done:
            break
    new = sorted(path.name for path in set(findings.iterdir()) - before if path.suffix != ".txt")
    return Run(target, executions, time.monotonic() - started, _cpu_seconds() - cpu, seed, new)


def _cpu_seconds() -> float:
    """What the processes that have ended took."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _word(text: str) -> str:
    """A line of libFuzzer's dictionary."""
    return '"' + "".join(f"\\x{byte:02x}" for byte in text.encode("utf-8", "surrogatepass")) + '"'


def _worker(target: str, findings: Path, corpus: Path, words_file: Path, seconds: int, seed: int) -> tuple[int, bool]:
    """Run one process; how many inputs it tried, and whether it lasted.

    Raises:
        RuntimeError: it could not begin.
    """
    flags = [f"-max_total_time={seconds}", f"-seed={seed}", f"-dict={words_file}", f"-artifact_prefix={findings}/"]
    command = [sys.executable, "-m", "tests.fuzz.worker", target, str(findings), *LIMITS, *flags, str(corpus)]
    done = subprocess.run(command, capture_output=True, cwd=REPOSITORY, check=False)
    log = done.stderr.decode("utf-8", "replace")
    counts = [int(count) for count in re.findall(r"^(?:#|Done )(\d+)", log, re.MULTILINE)]
    if not counts:
        raise RuntimeError(f"the worker for {target} did not start:\n{log[-2000:]}")
    return max(counts), done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
