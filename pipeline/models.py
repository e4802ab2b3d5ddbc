"""Find a model under `models/`, and believe it only when its bytes are those its card promises.

A model is a folder with a `card.toml` and weights: `name`, `task`, `backend`, `version`, the labels, a `[files]` table
of file name → SHA-256, the data it learnt from with their licences, and the metrics it was measured at.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import Any

from pipeline.errors import ModelError

CARD = "card.toml"
ONNX, TOKENIZER = "model.onnx", "tokenizer.json"


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What `card.toml` says, and the folder it says it of."""

    folder: Path
    name: str
    task: str
    backend: str
    version: str
    files: Mapping[str, str]
    details: Mapping[str, Any]
    """The whole card, for what only the backend needs."""


def read_card(folder: Path) -> ModelCard:
    """The card of the model in `folder`, unverified.

    Raises:
        ModelError: there is no card, or it lacks one of its five keys.
    """
    path = folder / CARD
    try:
        details = tomllib.loads(path.read_text(encoding="utf-8"))
        return ModelCard(
            folder=folder,
            name=details["name"],
            task=details["task"],
            backend=details["backend"],
            version=details["version"],
            files=dict(details["files"]),
            details=details,
        )
    except OSError:
        raise ModelError(f"There is no model in {folder}: set the name of a folder under models/.") from None
    except (KeyError, ValueError, TypeError) as error:
        raise ModelError(f"{path} is not a model card ({error}): restore it from the repository.") from None


def verified_card(folder: Path) -> ModelCard:
    """The card of the model in `folder`, once every file on it has the SHA-256 that it promises.

    Raises:
        ModelError: a file is missing or has other bytes.
    """
    card = read_card(folder)
    for name, promised in card.files.items():
        path = folder / name
        if not path.is_file():
            raise ModelError(f"{path} is missing: restore it from the repository or train the model again.")
        if sha256_of(path) != promised:
            raise ModelError(f"{path} is not the file its card describes: restore it or train the model again.")
    return card


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def all_cards(models: Path) -> list[ModelCard]:
    """The cards of every model under `models`, in the order of their folders' names."""
    return [read_card(path.parent) for path in sorted(models.glob(f"*/{CARD}"))]


def load_onnx(folder: Path, *, threads: int = 0) -> tuple[Any, Any]:
    """The tokenizer and the session of onnxruntime in a model folder; 0 threads leave their number to onnxruntime.

    Raises:
        ModelError: the files are not such a model.
    """
    import onnxruntime
    from tokenizers import Tokenizer

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # idle threads leave the cores to others
    # processors with AVX2 or AVX-512 and no VNNI cut off sums of whole numbers that others carry: exact ones, slower
    options.add_session_config_entry("session.x64quantprecision", "1")
    try:
        tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        return tokenizer, onnxruntime.InferenceSession(folder / ONNX, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # both libraries raise classes of their own that derive from nothing else
        raise ModelError(f"{folder} holds no ONNX model and tokenizer: restore it from the repository.") from error


def write_metrics(folder: Path, metrics: Mapping[str, float], command: str = "tunnepolku evaluate affect") -> None:
    """Put a model's figures into its card, as its last table, in place of those there; `command` measures them."""
    path = folder / CARD
    before = path.read_text(encoding="utf-8").partition("\n[metrics]")[0].rstrip()
    table = "\n".join(f"{name} = {value}" for name, value in sorted(metrics.items()))
    path.write_text(f"{before}\n\n[metrics]  # `{command}`\n{table}\n", encoding="utf-8")
