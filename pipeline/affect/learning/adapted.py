"""An adapted model as a folder: the parent's files, `heads.npz` and a card of its own."""

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.affect.finnish import CORRECTION, Correction, FinnishClassifier
from pipeline.affect.learning.adapt import Adapted, of_card
from pipeline.affect.scheme import COLUMNS
from pipeline.models import CARD, ModelCard, sha256_of

PRIVATE = "local-"
"""What the names of adapted models begin with: `.gitignore` keeps them out of the repository."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def write(parent: FinnishClassifier, adapted: Sequence[Adapted], folder: Path, name: str, version: str) -> None:
    """Write the parent with these corrections as a new model: its files, `heads.npz` and a card of its own.

    The card says how many utterances were corrected, never one of them. The folder must not exist.
    """
    folder.mkdir(parents=True)
    for file in _kept(parent.card):
        _link(parent.card.folder / file, folder / file)
    whole = _whole(parent, adapted)
    arrays = {"scale": whole.scale, "weights": whole.weights, "bias": whole.bias}
    np.savez_compressed(folder / CORRECTION, allow_pickle=False, **arrays)
    (folder / CARD).write_text(_toml(_card(parent.card, adapted, folder, name, version)), encoding="utf-8")


def _kept(parent: ModelCard) -> list[str]:
    return [file for file in parent.files if file != CORRECTION]


def _link(source: Path, target: Path) -> None:
    """The same bytes again; where the file system can, without taking their room twice."""
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, target)


def _whole(parent: FinnishClassifier, adapted: Sequence[Adapted]) -> Correction:
    """The parent's own correction, if it has one, and these, all in uncalibrated logits of every column."""
    size, none = len(adapted[0].correction.weights), np.zeros(len(COLUMNS))
    before = parent.network.correction or Correction(none + 1, np.zeros((size, len(COLUMNS))), none)
    scale, weights, bias = (values.astype(float) for values in (before.scale, before.weights, before.bias))
    temperatures, biases = of_card(parent.card, "temperatures", 1.0), of_card(parent.card, "biases", 0.0)
    for one in adapted:
        own, places = one.correction, one.part.places
        scale[places] *= own.scale
        weights[:, places] = own.scale * weights[:, places] + own.weights * temperatures[places]
        # reading divides by the temperature and adds the card's bias, which the correction has scaled too
        offset = own.bias + (own.scale - 1) * biases[places]
        bias[places] = own.scale * bias[places] + offset * temperatures[places]
    return Correction(*(values.astype(np.float32) for values in (scale, weights, bias)))


def _card(parent: ModelCard, adapted: Sequence[Adapted], folder: Path, name: str, version: str) -> dict[str, Any]:
    """The parent's card with what is different: above all its metrics, which were measured before the correction."""
    sure = [one.sure_from for one in adapted if one.sure_from is not None] or [parent.details["sure_from"]]
    lines = max(one.comparison.line_count for one in adapted)
    own = {"title": "Utterances corrected by an analyst: private", "licence": "not to be passed on", "rows": lines}
    changes = {
        "name": name,
        "version": version,
        "sure_from": sure[0],
        "created": date.today(),
        "files": {file: sha256_of(folder / file) for file in (*_kept(parent), CORRECTION)},
        "parent": {"name": parent.name, "version": parent.version, "card": sha256_of(parent.folder / CARD)},
        "metrics": {
            f"{one.part.head.split('.')[0]}_{figure}_{when}": round(getattr(getattr(one.comparison, figure), when), 4)
            for one in adapted
            for figure in ("accuracy", "macro_f1", "calibration_error")
            for when in ("before", "after")
        },
        "data": [own, *parent.details.get("data", [])],
    }
    return {**parent.details, **changes}


def _toml(table: Mapping[str, Any], path: str = "") -> str:
    """A table as TOML: values first, then the tables in it. A JSON string, number or list of them is TOML too."""
    values, tables = "", ""
    for key, value in table.items():
        name = key if _BARE.fullmatch(key) else json.dumps(key)
        if isinstance(value, dict):
            tables += f"\n[{path}{name}]\n" + _toml(value, f"{path}{name}.")
        elif isinstance(value, list) and any(isinstance(entry, dict) for entry in value):
            tables += "".join(f"\n[[{path}{name}]]\n" + _toml(entry, f"{path}{name}.") for entry in value)
        else:
            said = value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)
            values += f"{name} = {said}\n"
    return values + tables
