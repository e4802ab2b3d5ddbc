"""A network that reads what it is told to: a tag in the text of a turn sets what its heads say."""

import numpy as np

from pipeline.models import ModelCard
from pipeline.touchpoints.reading import EASES, EVENTS, GOALS, TARGETS
from pipeline.touchpoints.scheme import (
    AGENT_DEEDS,
    CUSTOMER_DEEDS,
    FEELINGS,
    MATTERS,
    NO_EASE,
    STRETCH_HEADS,
    TURN_HEADS,
    WHOLE_HEADS,
    width,
)

SURE = 8.0
"""A logit that leaves no doubt."""


class FakeNetwork:
    """Words of a turn that name a label of a head make the head say it; `tunne-2` … `tunne2` set the feeling."""

    def turns(self, conversations):
        return [np.array([list(_row(line.text)) for line in lines], np.float32) for lines in conversations]

    def of_turns(self, turns, lines):
        return turns[:, : width(TURN_HEADS)]

    def matters(self, read, lines):
        return read

    def of_stretch(self, turns, lines):
        return turns[:, width(TURN_HEADS) :].max(axis=0)[: width(STRETCH_HEADS)]

    def spans(self, lines):
        return None

    def of_whole(self, turns, lines):
        return turns[:, width(TURN_HEADS) :].max(axis=0)[: width(WHOLE_HEADS)]


def _row(text):
    words = text.split()
    for name in MATTERS:
        yield SURE if name in words else 0.0
    for name in (*CUSTOMER_DEEDS, *AGENT_DEEDS):
        yield SURE if name in words else -SURE
    for value in FEELINGS:
        yield SURE / (3 - abs(value)) if f"tunne{value}" in words else 0.1 if value == 0 else 0.0
    for name in TARGETS:
        yield SURE if name in words else -SURE
    for name in (*GOALS, *EASES, NO_EASE):
        yield SURE if f"koko_{name}" in words else 0.0
    for name in EVENTS:
        yield SURE if f"koko_{name}" in words else -SURE


def card(tmp_path):
    return ModelCard(tmp_path, "fake", "conversations", "path", "1", {}, {})
