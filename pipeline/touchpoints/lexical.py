"""What turns and stretches are about by their letters: linear layers on character n-grams.

They learn the words of many trades from few conversations, where the network learns what turns have to do with each
other; together they are right more often than either (the figures are in CONTRIBUTING).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

from pipeline.errors import ModelError
from pipeline.touchpoints.scheme import MATTERS

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


def make_vectorizer() -> Any:
    """Counts of character n-grams within words, unfitted; those in fewer than three turns are left out."""
    from sklearn.feature_extraction.text import CountVectorizer

    return CountVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=3, max_features=150_000)


@dataclass(frozen=True, slots=True)
class Layer:
    """Weights (features, matters) and bias (matters)."""

    weights: "Floats"
    bias: "Floats"

    def read(self, rows: Any) -> "Floats":
        """The probability of each of `MATTERS` (rows, matters)."""
        import numpy as np

        logits = rows @ self.weights + self.bias
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Lexical:
    """A fitted vectorizer, idf (n-grams), what reads turns (3 × n-grams) and what reads stretches (2 × n-grams)."""

    vectorizer: Any
    idf: "Floats"
    of_turns: Layer
    of_spans: Layer

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


def _weighed(counts: Any, idf: "Floats") -> Any:
    import numpy as np
    from sklearn.preprocessing import normalize

    found = counts.astype(np.float32)
    found.data = (1 + np.log(found.data)) * idf[found.indices]
    return normalize(found, copy=False)


def save(lexical: Lexical, folder: Path) -> None:
    """Write `lexical.npz`; weights become whole numbers from -127 to 127 times a scale per matter, idf halves."""
    import numpy as np

    arrays = {}
    for name, layer in (("turn", lexical.of_turns), ("span", lexical.of_spans)):
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
                Layer(arrays[f"{name}_weights"] * arrays[f"{name}_scale"], arrays[f"{name}_bias"])
                for name in ("turn", "span")
            ]
        if [layer.weights.shape for layer in layers] != [(blocks * len(idf), len(MATTERS)) for blocks in (3, 2)]:
            raise ValueError
    except (OSError, EOFError, KeyError, ValueError, BadZipFile):
        raise ModelError(f"{path} cannot be read: restore it from the repository.") from None
    return Lexical(vectorizer, idf, *layers)
