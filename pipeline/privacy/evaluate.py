"""How well masking does on annotated conversations: what gets through, what is touched without need, which flags fit.

A span counts as masked only if every letter and digit of it is: half an identifier that stays readable is a miss.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.conversation import Span
from pipeline.privacy.gold import Item, Talk, read_gold
from pipeline.privacy.masking import mask_turns
from pipeline.privacy.special import CATEGORIES, find_special

VERIFY = "privacy_verify.jsonl"
SPOKEN, WRITTEN = "spoken", "written"
"""Registers: calls as a recogniser writes them, everything else."""


@dataclass(frozen=True, slots=True)
class Miss:
    """A gold span of which something stays readable."""

    id: str
    type: str
    words: str


@dataclass(slots=True)
class Evaluation:
    """Counts by (what, type, register)."""

    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    misses: list[Miss] = field(default_factory=list)
    touched: list[Item] = field(default_factory=list)
    """Turns without anything personal in which something was masked."""

    def count(self, what: str, type_: str = "", register: str = "") -> int:
        """How many of `what` there are, over all that fits `type_` and `register` ("" fits all)."""
        return sum(
            count
            for (name, of_type, spoken), count in self.counts.items()
            if name == what and type_ in ("", of_type) and register in ("", spoken)
        )

    def percent(self, part: str, whole: str, type_: str = "", register: str = "") -> str:
        """A share as people read it, – where there is nothing to share."""
        share = self.share(part, whole, type_, register)
        return "–" if share is None else f"{100 * share:.1f} %"

    def share(self, part: str, whole: str, type_: str = "", register: str = "") -> float | None:
        """How many of `whole` are `part`; None where there are none."""
        count = self.count(whole, type_, register)
        return self.count(part, type_, register) / count if count else None


def evaluate(path: Path, *, names: bool = True) -> Evaluation:
    """Mask every talk of a gold file, and count.

    Raises:
        ConfigError: the file is not there or no gold file.
        ModelError: the recognizer is missing or altered.
    """
    evaluation = Evaluation()
    for talk in read_gold(path):
        masked = mask_turns([(item.speaker, item.text) for item in talk], names=names)
        for item, (_, spans) in zip(talk, masked, strict=True):
            _count(evaluation, item, spans)
        _count_flags(evaluation, talk)
    return evaluation


def _count(evaluation: Evaluation, item: Item, spans: Sequence[Span]) -> None:
    register = SPOKEN if item.channel == "call" else WRITTEN
    counts = evaluation.counts
    for start, end, type_ in item.spans:
        is_masked = all(
            any(span.start <= at < span.end for span in spans) for at in range(start, end) if item.text[at].isalnum()
        )
        counts["gold", type_, register] += 1
        counts["masked", type_, register] += is_masked
        counts["typed", type_, register] += any(
            span.type == type_ and span.start < end and start < span.end for span in spans
        )
        if not is_masked:
            evaluation.misses.append(Miss(item.id, type_, item.text[start:end]))
    for span in spans:
        counts["found", span.type, register] += 1
        counts["right", span.type, register] += any(
            span.start < end and start < span.end for start, end, _ in item.spans
        )
    if not item.spans:
        counts["clean", "", register] += 1
        counts["touched", "", register] += bool(spans)
        if spans:
            evaluation.touched.append(item)


def _count_flags(evaluation: Evaluation, talk: Talk) -> None:
    said = frozenset(flag for item in talk for flag in item.flags)
    found = frozenset().union(*(find_special(item.text) for item in talk))
    for category in CATEGORIES:
        evaluation.counts["flag", category, ""] += category in said
        evaluation.counts["flag_found", category, ""] += category in found
        evaluation.counts["flag_right", category, ""] += category in said and category in found


def figures(evaluation: Evaluation) -> dict[str, float]:
    """Every figure by name: `hetu_spoken_recall`, `person_recall`, `precision`, `touched` … as shares."""
    return {name: round(value, 4) for name, value in _figures(evaluation) if value is not None}


def _figures(evaluation: Evaluation) -> Iterator[tuple[str, float | None]]:
    types = dict.fromkeys(type_ for what, type_, _ in sorted(evaluation.counts) if what == "gold")
    for type_ in types:
        for register in (WRITTEN, SPOKEN):
            yield f"{type_.lower()}_{register}_recall", evaluation.share("masked", "gold", type_, register)
        yield f"{type_.lower()}_recall", evaluation.share("masked", "gold", type_)
        yield f"{type_.lower()}_type_accuracy", evaluation.share("typed", "gold", type_)
        yield f"{type_.lower()}_precision", evaluation.share("right", "found", type_)
    for register in (WRITTEN, SPOKEN, ""):
        suffix = f"{register}_" if register else ""
        yield f"{suffix}recall", evaluation.share("masked", "gold", register=register)
        yield f"{suffix}precision", evaluation.share("right", "found", register=register)
        yield f"{suffix}touched", evaluation.share("touched", "clean", register=register)
    for category in CATEGORIES:
        yield f"flag_{category}_recall", evaluation.share("flag_right", "flag", category)
        yield f"flag_{category}_precision", evaluation.share("flag_right", "flag_found", category)
