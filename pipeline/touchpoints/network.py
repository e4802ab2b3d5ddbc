"""The network that reads a whole conversation: an encoder over windows of turns, and linear heads on its turns.

A turn is the mean of its tokens, read with the turns around it, beside what the classifier of feelings makes of it
alone; a stretch or the whole is several attention-weighted means of its turns. A conversation too long for the encoder
is read in windows that overlap, and a turn in two windows is the mean of both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

from pipeline.conversation import Speaker
from pipeline.errors import ModelError
from pipeline.models import ModelCard, load_onnx, verified_card
from pipeline.touchpoints import lexical
from pipeline.touchpoints.scheme import (
    PART_HEADS,
    SENTIMENT_OF,
    STRETCH_HEADS,
    TURN_HEADS,
    WHOLE_HEADS,
    Head,
    columns,
    width,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipeline.affect.finnish import Network

    Floats = NDArray[np.float32]

HEADS = "heads.npz"
MAX_TOKENS = 512
"""The encoder has so many positions."""
MAX_TURN_TOKENS = 160
"""The rest of a longer turn is not read."""
NETWORK_WEIGHT = 0.5
"""What the network counts beside the letters where both say what a turn is about; measured on authors left out."""
OVERLAP = 3
"""Windows overlap by about a third."""
POOLS = 6
"""So many attention-weighted means describe a stretch."""
LETTERS = {"customer": 0.5, "agent": 0.5, "feeling": 0.4}
"""What the letters count of the log odds of each head of turns. Measured on validate (CONTRIBUTING)."""
OF_PARTS = 0.5
"""What they count of those of a stretch, of the whole and of its end."""
LEAN = 0.75
"""What is added to the log odds of all that a turn does or a conversation tells of: both find it too seldom in what
authors wrote whom they have not read. On validate F1 of turns, mean of 22 deeds, rises by it from 0.52 to 0.59."""
BATCH_SIZE = 4
PREFIXES: Mapping[Speaker, str] = {"customer": "asiakas", "agent": "virkailija", "bot": "botti", "unknown": "botti"}
LAST_WORDS = 3
"""The last turn of a customer of so many words, or the last, is where the arc of feeling ends (`emotion_arcs`)."""
ANOTHER_AGENT = "toinen virkailija"


@dataclass(frozen=True, slots=True)
class Window:
    """Token ids, and for each the turn it belongs to; -1 for the one that starts the window."""

    ids: tuple[int, ...]
    turns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A turn as the network gets it: who speaks, and what."""

    prefix: str
    text: str


@dataclass(frozen=True, slots=True)
class PathNetwork:
    """A tokenizer, an encoder in onnxruntime, the heads by name, what reads letters, and what reads turns alone."""

    tokenizer: Any
    session: Any
    heads: Mapping[str, "Floats"]
    lexical: lexical.Lexical
    alone: "Network"

    def turns(self, conversations: Sequence[Sequence[Line]]) -> "list[Floats]":
        """For each conversation its turns as the heads take them (turns, size)."""
        import numpy as np

        pairs = zip(self.in_context(conversations), self._alone(conversations), strict=True)
        return [np.concatenate(pair, axis=1) for pair in pairs]

    def in_context(self, conversations: Sequence[Sequence[Line]]) -> "list[Floats]":
        """For each conversation its turns as the encoder alone reads them (turns, smaller size): near where alike."""
        import numpy as np

        windows = [window_turns(self._encode(lines)) for lines in conversations]
        flat = [(number, window) for number, parts in enumerate(windows) for window in parts]
        size = int(self.session.get_outputs()[0].shape[-1])
        sums = [np.zeros((len(lines), size), np.float32) for lines in conversations]
        counts = [np.zeros((len(lines), 1), np.float32) for lines in conversations]
        flat.sort(key=lambda entry: len(entry[1].ids))
        for start in range(0, len(flat), BATCH_SIZE):
            batch = flat[start : start + BATCH_SIZE]
            hidden = self.session.run(None, feeds([window for _, window in batch]))[0]
            for (number, window), states in zip(batch, hidden, strict=True):
                places = np.array(window.turns[1:])
                np.add.at(sums[number], places, states[1 : len(window.ids)])
                np.add.at(counts[number], places, 1)
        return [self._normed(total / count) for total, count in zip(sums, counts, strict=True)]

    def without_feelings(self, turns: "Floats") -> "Floats":
        """Turns as `in_context` gives them less what tells of feelings, so that what is left is near where matters are.

        On themes of five trades of `data/gold/feelings_develop.jsonl` groups of these share 0.22 of the information
        (normalized mutual information, five seeds), with feelings 0.20, of lemmas (TF-IDF, 100 dimensions) 0.12.
        """
        import numpy as np

        directions = self.heads["turn_weight"][columns(TURN_HEADS, "feeling"), : turns.shape[-1]]
        basis, _ = np.linalg.qr(directions.T)
        left: Floats = turns - (turns @ basis) @ basis.T
        return left

    def _alone(self, conversations: Sequence[Sequence[Line]]) -> "list[Floats]":
        """What the classifier of feelings makes of each turn by itself, at the scale of the rest: each (turns, size).

        All are read together, a text that comes again once: batches are padded less.
        """
        import numpy as np

        places: dict[str, int] = {}
        rows = [[places.setdefault(line.text, len(places)) for line in lines] for lines in conversations]
        read = np.concatenate(self.alone.read(list(places), [""] * len(places)), axis=1)
        scaled: Floats = (read - self.heads["alone_mean"]) * self.heads["alone_scale"]
        return [scaled[own] for own in rows]

    def _encode(self, lines: Sequence[Line]) -> list[list[int]]:
        texts = [f"{line.prefix}: {line.text}" for line in lines]
        return [encoding.ids for encoding in self.tokenizer.encode_batch(texts, add_special_tokens=False)]

    def _normed(self, turns: "Floats") -> "Floats":
        import numpy as np

        centred = turns - turns.mean(axis=1, keepdims=True)
        spread = np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-5)
        normed: Floats = centred / spread * self.heads["norm_weight"] + self.heads["norm_bias"]
        return normed

    def of_turns(self, turns: "Floats", lines: Sequence[Line]) -> "Floats":
        """Logits (turns, columns of `TURN_HEADS`); of what turns do and feel those of the letters count too.

        What the customer feels in the last turn of some words is also read from how the whole ends.
        """
        logits: Floats = turns @ self.heads["turn_weight"].T + self.heads["turn_bias"]
        letters = self.lexical.read_deeds([line.text for line in lines])
        for name, weight in LETTERS.items():
            own = columns(TURN_HEADS, name)
            beside = letters[:, own.start - lexical.DEEDS.start : own.stop - lexical.DEEDS.start]
            logits[:, own] = (1 - weight) * logits[:, own] + weight * beside + LEAN * (name != "feeling")
        spoken = [place for place, line in enumerate(lines) if line.prefix == PREFIXES["customer"]]
        if spoken:
            long = [place for place in spoken if len(lines[place].text.split()) >= LAST_WORDS]
            place = (long or spoken)[-1], columns(TURN_HEADS, "feeling")
            logits[place] = self._with_end(logits[place], lines)
        return logits

    def _with_end(self, felt: "Floats", lines: Sequence[Line]) -> "Floats":
        """Logits of the feelings of the last turn, their sentiments moved towards what the letters say of the end."""
        import numpy as np

        told = self._letters(lines)[columns(PART_HEADS, "end")]
        powers = np.exp(felt - felt.max())
        moved = OF_PARTS * (told - np.log(by_sentiment(powers / powers.sum())))
        return np.asarray(felt + moved[list(SENTIMENT_OF)], dtype=np.float32)

    def matters(self, read: "Floats", lines: Sequence[Line]) -> "Floats":
        """What each turn of a conversation is about (turns, matters): what the network reads, and the letters say.

        A product of both, each to the power of what it counts (logarithmic pool: Genest, Zidek 1986, Statistical
        Science 1(1)).
        """
        import numpy as np

        pooled = self.lexical.read([line.text for line in lines]) * np.maximum(read, 1e-6) ** NETWORK_WEIGHT
        shares: Floats = pooled / pooled.sum(axis=1, keepdims=True)
        return shares

    def spans(self, lines: Sequence[Line]) -> "dict[tuple[int, int], Floats]":
        """What each stretch of a conversation, by first and last turn, is about as a whole by its letters (matters)."""
        customers = [line.prefix == PREFIXES["customer"] for line in lines]
        read = self.lexical.read_spans([line.text for line in lines], customers)
        return dict(zip(lexical.spans(len(lines)), read, strict=True))

    def of_stretch(self, turns: "Floats", lines: Sequence[Line]) -> "Floats":
        """Logits (columns of `STRETCH_HEADS`) of some turns in a row."""
        logits: Floats = self._pooled(turns) @ self.heads["stretch_weight"].T + self.heads["stretch_bias"]
        return self._with_letters(logits, lines)

    def of_whole(self, turns: "Floats", lines: Sequence[Line]) -> "Floats":
        """Logits (columns of `WHOLE_HEADS`) of all turns."""
        logits: Floats = self._pooled(turns) @ self.heads["whole_weight"].T + self.heads["whole_bias"]
        pooled = self._with_letters(logits, lines)
        pooled[columns(WHOLE_HEADS, "event")] += LEAN
        return pooled

    def _with_letters(self, logits: "Floats", lines: Sequence[Line]) -> "Floats":
        pooled: Floats = (1 - OF_PARTS) * logits + OF_PARTS * self._letters(lines)[: len(logits)]
        return pooled

    def _letters(self, lines: Sequence[Line]) -> "Floats":
        customers = [line.prefix == PREFIXES["customer"] for line in lines]
        return self.lexical.read_part([line.text for line in lines], customers)

    def _pooled(self, turns: "Floats") -> "Floats":
        import numpy as np

        weights = turns @ self.heads["pool_weight"].T + self.heads["pool_bias"]
        shares = np.exp(weights - weights.max(axis=0))
        pooled: Floats = ((shares / shares.sum(axis=0)).T @ turns).reshape(-1)
        return pooled


def window_turns(turns: Sequence[Sequence[int]], start_id: int = 0, end_id: int = 2) -> list[Window]:
    """Turns of token ids as windows; each turn ends with the separator, and each window holds whole turns."""
    rows = [[*row[:MAX_TURN_TOKENS], end_id] for row in turns]
    windows, first = [], 0
    while True:
        ids, places, last = [start_id], [-1], first
        while last < len(rows) and len(ids) + len(rows[last]) <= MAX_TOKENS:
            ids += rows[last]
            places += [last] * len(rows[last])
            last += 1
        windows.append(Window(tuple(ids), tuple(places)))
        if last >= len(rows):
            return windows
        first = _overlapping(rows, first, last)


def _overlapping(rows: Sequence[Sequence[int]], first: int, last: int) -> int:
    """Where the next window begins: so far back that a third of this one comes again."""
    back, size = last, 0
    while back > first + 1 and size + len(rows[back - 1]) <= MAX_TOKENS // OVERLAP:
        back -= 1
        size += len(rows[back])
    return back


def feeds(windows: Sequence[Window]) -> dict[str, Any]:
    """The inputs of the encoder, padded to the longest window with what its mask hides."""
    import numpy as np

    ids = np.ones((len(windows), max(len(window.ids) for window in windows)), dtype=np.int64)
    mask = np.zeros_like(ids)
    for place, window in enumerate(windows):
        ids[place, : len(window.ids)] = window.ids
        mask[place, : len(window.ids)] = 1
    return {"input_ids": ids, "attention_mask": mask}


def load(card: ModelCard) -> PathNetwork:
    """The network of a verified card.

    Raises:
        ModelError: the files are not such a model, or its heads are not those of this version.
    """
    import numpy as np

    from pipeline.affect.finnish import load_network

    tokenizer, session = load_onnx(card.folder)
    try:
        with (card.folder / HEADS).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            heads = {name: arrays[name].astype(np.float32) for name in arrays.files}
        sizes = {name: heads[f"{name}_weight"].shape[0] for name in ("turn", "stretch", "whole", "pool")}
    except (OSError, EOFError, KeyError, ValueError, BadZipFile):
        raise ModelError(f"{card.folder / HEADS} cannot be read: restore it from the repository.") from None
    wanted = {"turn": width(TURN_HEADS), "stretch": width(STRETCH_HEADS), "whole": width(WHOLE_HEADS), "pool": POOLS}
    if sizes != wanted:
        raise ModelError(f"The model {card.name} {card.version} has other heads than this version: train it again.")
    alone = verified_card(card.folder.parent / str(card.details["alone"]))
    return PathNetwork(tokenizer, session, heads, lexical.load(card.folder), load_network(alone.folder))


def by_sentiment(felt: "Floats") -> "Floats":
    """Probabilities of the sentiments (sentiments), of those of the feelings of a turn."""
    import numpy as np

    return np.asarray(np.bincount(SENTIMENT_OF, weights=felt), dtype=np.float32)


def said(logits: "Floats", head: Head, part: slice) -> "Floats":
    """Probabilities of one head, of logits (…, columns)."""
    import numpy as np

    own = logits[..., part]
    if head.kind == "any":
        return np.asarray(1 / (1 + np.exp(-own)), dtype=np.float32)
    powers = np.exp(own - own.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), dtype=np.float32)
