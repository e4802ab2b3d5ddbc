"""What the letters tell of turns, stretches and conversations: linear layers on character n-grams.

They learn the words of many trades from few conversations, where the network learns what turns have to do with each
other; together they are right more often than either, of everything that is read (the figures are in CONTRIBUTING).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

from pipeline.errors import ModelError
from pipeline.touchpoints.scheme import MATTERS, PART_HEADS, TURN_HEADS, columns, width

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

LEXICAL = "lexical.npz"
AROUND = 2
"""So many turns on each side stand around one."""
WHOLE_WEIGHT = 0.5
"""What the conversation as a whole counts beside a turn and those around it."""
LONGEST = 40
"""No stretch of more turns is read as a whole."""
AT_ONCE = 500
"""So many stretches are read together."""
BEFORE_WEIGHT = 0.4
"""What the turn before counts beside a turn, for what that does."""
LAST, LAST_OF_OTHERS = 4, 2
"""So many last turns tell how a conversation ends, so many of those whom the customer speaks with."""
PART_WEIGHT = 0.7
"""What all turns, the customer's and the last of the others count beside the last."""
DEEDS = slice(columns(TURN_HEADS, "customer").start, columns(TURN_HEADS, "feeling").stop)
"""The columns of `TURN_HEADS` that tell what a turn does and what the customer feels in it."""
BLOCKS = {"turn": 3, "span": 2, "deed": 2, "part": 4}
"""So many blocks of n-grams each layer has."""


def make_vectorizer() -> Any:
    """Counts of character n-grams within words, unfitted; those in fewer than three turns are left out."""
    from sklearn.feature_extraction.text import CountVectorizer

    return CountVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=3, max_features=150_000)


@dataclass(frozen=True, slots=True)
class Layer:
    """Weights (features, columns) and bias (columns)."""

    weights: "Floats"
    bias: "Floats"

    def logits(self, rows: Any) -> "Floats":
        """Log odds of each column (rows, columns)."""
        import numpy as np

        return np.asarray(rows @ self.weights + self.bias, dtype=np.float32)

    def read(self, rows: Any) -> "Floats":
        """The probability of each column, of which one holds (rows, columns)."""
        import numpy as np

        logits = self.logits(rows)
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Lexical:
    """A fitted vectorizer, idf (n-grams), and what reads matters of turns and stretches, deeds, and parts as wholes."""

    vectorizer: Any
    idf: "Floats"
    of_turns: Layer
    of_spans: Layer
    of_deeds: Layer
    of_parts: Layer

    def read(self, texts: Sequence[str]) -> "Floats":
        """Of the turns of one conversation the probability of each of `MATTERS` (turns, matters)."""
        return self.of_turns.read(features(self.vectorizer.transform(texts), self.idf))

    def read_spans(self, texts: Sequence[str], customers: Sequence[bool]) -> "Floats":
        """Of the stretches of one conversation, in the order of `spans`, the same (stretches, matters).

        Args:
            texts: its turns.
            customers: which of them are a customer's.
        """
        import numpy as np

        counts, places = self.vectorizer.transform(texts), spans(len(texts))
        parts = [places[start : start + AT_ONCE] for start in range(0, len(places), AT_ONCE)]
        return np.concatenate([self.of_spans.read(span_features(counts, customers, part, self.idf)) for part in parts])

    def read_deeds(self, texts: Sequence[str]) -> "Floats":
        """Of the turns of one conversation the log odds of what they do and feel (turns, `DEEDS`)."""
        return self.of_deeds.logits(deed_features(self.vectorizer.transform(texts), self.idf))

    def read_part(self, texts: Sequence[str], customers: Sequence[bool]) -> "Floats":
        """Of a conversation or a stretch the log odds of its goal, ease, events and end (columns of `PART_HEADS`).

        Args:
            texts: its turns.
            customers: which of them are a customer's.
        """
        logits: Floats = self.of_parts.logits(part_features(self.vectorizer.transform(texts), customers, self.idf))[0]
        return logits


def spans(turns: int) -> list[tuple[int, int]]:
    """The first and the last turn of every stretch that is read as a whole."""
    return [(first, last) for first in range(turns) for last in range(first, min(turns, first + LONGEST))]


def span_features(counts: Any, customers: Sequence[bool], places: Sequence[tuple[int, int]], idf: "Floats") -> Any:
    """Two blocks of TF-IDF of stretches (stretches, 2 × n-grams), sparse: of all their turns, of the customers' alone.

    Args:
        counts: of each turn (turns, n-grams), sparse.
        customers: which turns are a customer's.
        places: the first and the last turn of each stretch.
        idf: inverse document frequency (n-grams).
    """
    import numpy as np
    from scipy.sparse import csr_matrix, diags, hstack

    sizes = [last - first + 1 for first, last in places]
    columns = np.concatenate([np.arange(first, last + 1) for first, last in places])
    within = csr_matrix((np.ones(len(columns)), columns, np.cumsum([0, *sizes])), shape=(len(places), counts.shape[0]))
    spoken = diags(np.asarray(customers, dtype=float)) @ counts
    return hstack([_weighed(csr_matrix(within @ block), idf) for block in (counts, spoken)], format="csr")


def features(counts: Any, idf: "Floats") -> Any:
    """Three blocks of TF-IDF of a conversation's turns (turns, 3 × n-grams), sparse.

    The term frequency is 1 + ln(count), each block has length 1 (Salton, Buckley 1988, Information Processing &
    Management 24(5)).

    Args:
        counts: of each turn (turns, n-grams), sparse.
        idf: inverse document frequency (n-grams).
    """
    import numpy as np
    from scipy.sparse import csr_matrix, diags, hstack

    turns = counts.shape[0]
    bands = [np.ones(turns - abs(offset)) for offset in range(-AROUND, AROUND + 1) if abs(offset) < turns]
    offsets = [offset for offset in range(-AROUND, AROUND + 1) if abs(offset) < turns]
    around = diags(bands, offsets, shape=(turns, turns), format="csr") @ counts
    whole = csr_matrix(np.ones((turns, 1))) @ _weighed(csr_matrix(counts.sum(axis=0)), idf)
    return hstack([_weighed(counts, idf), _weighed(around, idf), whole * WHOLE_WEIGHT], format="csr")


def deed_features(counts: Any, idf: "Floats") -> Any:
    """Two blocks of TF-IDF of a conversation's turns (turns, 2 × n-grams), sparse: each turn, and the one before it.

    Args:
        counts: of each turn (turns, n-grams), sparse.
        idf: inverse document frequency (n-grams).
    """
    from scipy.sparse import csr_matrix, hstack, vstack

    before = vstack([csr_matrix((1, counts.shape[1]), dtype=counts.dtype), counts[:-1]], format="csr")
    return hstack([_weighed(counts, idf), _weighed(before, idf) * BEFORE_WEIGHT], format="csr")


def part_features(counts: Any, customers: Sequence[bool], idf: "Floats") -> Any:
    """Four blocks of TF-IDF of some turns in a row (1, 4 × n-grams), sparse: the last, all, customers', others' last.

    Args:
        counts: of each turn (turns, n-grams), sparse.
        customers: which turns are a customer's.
        idf: inverse document frequency (n-grams).
    """
    from scipy.sparse import csr_matrix, hstack

    places = range(counts.shape[0])
    others = [place for place in places if not customers[place]]
    parts = [places[-LAST:], places, [place for place in places if customers[place]], others[-LAST_OF_OTHERS:]]
    blocks = [_weighed(csr_matrix(counts[list(part)].sum(axis=0)), idf) for part in parts]
    return hstack([blocks[0], *(block * PART_WEIGHT for block in blocks[1:])], format="csr")


def _weighed(counts: Any, idf: "Floats") -> Any:
    import numpy as np
    from sklearn.preprocessing import normalize

    found = counts.astype(np.float32)
    found.data = (1 + np.log(found.data)) * idf[found.indices]
    return normalize(found, copy=False)


def save(lexical: Lexical, folder: Path) -> None:
    """Write `lexical.npz`; weights become whole numbers from -127 to 127 times a scale per column, idf halves."""
    import numpy as np

    arrays = {}
    layers = (lexical.of_turns, lexical.of_spans, lexical.of_deeds, lexical.of_parts)
    for name, layer in zip(BLOCKS, layers, strict=True):
        scale = np.maximum(np.abs(layer.weights).max(axis=0), 1e-6) / 127
        arrays[f"{name}_weights"] = np.round(layer.weights / scale).astype(np.int8)
        arrays[f"{name}_scale"] = scale.astype(np.float32)
        arrays[f"{name}_bias"] = layer.bias.astype(np.float32)
    arrays["idf"] = lexical.idf.astype(np.float16)
    arrays["terms"] = np.frombuffer("\n".join(lexical.vectorizer.get_feature_names_out()).encode(), dtype=np.uint8)
    np.savez_compressed(folder / LEXICAL, **arrays)


def load(folder: Path) -> Lexical:
    """Read what `save` wrote.

    Raises:
        ModelError: the file is missing, or holds something else.
    """
    import numpy as np

    path = folder / LEXICAL
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            vectorizer = make_vectorizer()
            vectorizer.set_params(vocabulary=arrays["terms"].tobytes().decode().split("\n"))
            idf = arrays["idf"].astype(np.float32)
            layers = [
                Layer(arrays[f"{name}_weights"] * arrays[f"{name}_scale"], arrays[f"{name}_bias"]) for name in BLOCKS
            ]
        sizes = (len(MATTERS), len(MATTERS), DEEDS.stop - DEEDS.start, width(PART_HEADS))
        wanted = [(blocks * len(idf), size) for blocks, size in zip(BLOCKS.values(), sizes, strict=True)]
        if [layer.weights.shape for layer in layers] != wanted:
            raise ValueError
    except (OSError, EOFError, KeyError, ValueError, BadZipFile):
        raise ModelError(f"{path} cannot be read: restore it from the repository.") from None
    return Lexical(vectorizer, idf, *layers)
