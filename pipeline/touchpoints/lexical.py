"""What turns are about by their letters: a linear layer on character n-grams of a turn, of those around it, of all.

It learns the words of many trades from few conversations, where the network learns what turns have to do with each
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


def make_vectorizer() -> Any:
    """Counts of character n-grams within words, unfitted; those in fewer than three turns are left out."""
    from sklearn.feature_extraction.text import CountVectorizer

    return CountVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=3, max_features=150_000)


@dataclass(frozen=True, slots=True)
class Lexical:
    """A fitted vectorizer, idf (n-grams), weights (3 × n-grams, matters) and bias (matters)."""

    vectorizer: Any
    idf: "Floats"
    weights: "Floats"
    bias: "Floats"

    def read(self, texts: Sequence[str]) -> "Floats":
        """Of the turns of one conversation the probability of each of `MATTERS` (turns, matters)."""
        import numpy as np

        logits = features(self.vectorizer.transform(texts), self.idf) @ self.weights + self.bias
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)


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

    scale = np.maximum(np.abs(lexical.weights).max(axis=0), 1e-6) / 127
    np.savez_compressed(
        folder / LEXICAL,
        weights=np.round(lexical.weights / scale).astype(np.int8),
        scale=scale.astype(np.float32),
        bias=lexical.bias.astype(np.float32),
        idf=lexical.idf.astype(np.float16),
        terms=np.frombuffer("\n".join(lexical.vectorizer.get_feature_names_out()).encode(), dtype=np.uint8),
    )


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
            weights = arrays["weights"] * arrays["scale"]
            found = Lexical(vectorizer, arrays["idf"].astype(np.float32), weights, arrays["bias"])
        if weights.shape != (3 * len(found.idf), len(MATTERS)):
            raise ValueError
    except (OSError, EOFError, KeyError, ValueError, BadZipFile):
        raise ModelError(f"{path} cannot be read: restore it from the repository.") from None
    return found
