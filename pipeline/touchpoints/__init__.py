"""Where on the palvelupolku a conversation is, and what is read there: goal, ease, reasons, what each side does.

`palvelupolku` is the path as data, `rules` decides by the source's fields and by lemmas; `reading` holds what is found.
"""

from pipeline.touchpoints.palvelupolku import Palvelupolku, load_palvelupolku
from pipeline.touchpoints.reading import (
    UNKNOWN,
    Dimensions,
    Mention,
    Place,
    Reading,
    Segment,
    TurnReading,
)

__all__ = [
    "UNKNOWN",
    "Dimensions",
    "Mention",
    "Palvelupolku",
    "Place",
    "Reading",
    "Segment",
    "TurnReading",
    "load_palvelupolku",
]
