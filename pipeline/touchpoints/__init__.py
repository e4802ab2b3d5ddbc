"""Where on the palvelupolku a conversation is, and what is read there: goal, ease, reasons, what each side does.

`palvelupolku` is the path as data, `drivers` what customers want: `taxonomies`, written by users in `phrases` of
dictionary forms; `problems` says what is wrong with them. `rules` decides by the source's fields and by lemmas,
`mentions` finds what is named; `reading` holds what is found, `reader` reads a conversation.
"""

from pipeline.touchpoints.drivers import Driver, load_drivers
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
from pipeline.touchpoints.taxonomies import Taxonomies, load_taxonomies

__all__ = [
    "UNKNOWN",
    "Dimensions",
    "Driver",
    "Mention",
    "Palvelupolku",
    "Place",
    "Reading",
    "Segment",
    "Taxonomies",
    "TurnReading",
    "load_drivers",
    "load_palvelupolku",
    "load_taxonomies",
]
