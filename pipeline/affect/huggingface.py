"""The shipped model for others: a folder that transformers reads like any other classifier, without this project.

The weights are those that ship, whole numbers times their scales, and a head's temperature is folded into its layer. So
both read alike but for one thing: what flows between the layers is rounded in the ONNX file, and not in transformers.
Writing needs the extra `neural`, but not torch.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from pipeline.affect.finnish import CUSTOMERS, FinnishClassifier, load
from pipeline.affect.scheme import CONTEXT_TOKENS, HEADS, MAX_TOKENS, columns
from pipeline.affect.scores import Floats
from pipeline.errors import ModelError
from pipeline.models import ONNX, TOKENIZER, ModelCard, verified_card

Head = Literal["sentiment", "emotions", "cues", "all"]
PARTS: Mapping[Head, Sequence[str]] = {
    "sentiment": ["sentiment"],
    "emotions": ["emotions"],
    "cues": ["cues"],
    "all": ["sentiment", "emotions", "intensity", "cues"],
}
"""What can be written, and the heads of the customers that it is made of."""
MISSING = "The packages onnx and safetensors are missing: run pip install -e '.[neural]' in the checkout."
_GRAPH, _CLASSIFIER, _LAYER = "network.", "classifier", "bert.encoder.layer."
_WORDS, _POOLER = "bert.embeddings.word_embeddings.weight", "bert.pooler.dense.weight"


def write_huggingface(model_folder: Path, folder: Path, head: Head = "sentiment") -> None:
    """Write one head of the customers, or all of them, as a BertForSequenceClassification of transformers.

    `sentiment` is a softmax over three labels, `emotions` and `cues` are yes-or-no labels. `all` has every column, as
    yes-or-no labels too: its three sentiments only sum to 1 under a softmax over their logits, and the sigmoid of
    `intensity.X` is a third of the intensity of emotion X.

    Args:
        model_folder: of a model whose backend is `finnish`.
        folder: where to; made if it is not there.
        head: what to write.

    Raises:
        ModelError: the model is missing, altered or no BERT, or onnx or safetensors is not installed.
    """
    try:
        import onnx
        from safetensors.numpy import save_file
    except ImportError:
        raise ModelError(MISSING) from None
    card = verified_card(model_folder)
    model = onnx.load(model_folder / ONNX) if card.backend == "finnish" else onnx.ModelProto()
    weights = parameters(model)
    if not _is_bert(model, weights):
        raise ModelError(f"The model {card.name} {card.version} is no BERT of this project: choose an affect-finnish.")
    classifier = load(card)
    labels, weights[f"{_CLASSIFIER}.weight"], weights[f"{_CLASSIFIER}.bias"] = _last_layer(classifier, head, weights)
    tokenizer = json.loads((model_folder / TOKENIZER).read_text(encoding="utf-8"))
    special = _special(tokenizer, classifier.network.tokenizer.encode("").tokens)
    pad = classifier.network.tokenizer.token_to_id(special["pad_token"])
    folder.mkdir(parents=True, exist_ok=True)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    _write(folder / "config.json", _config(model, weights) | _labelled(labels, head) | {"pad_token_id": pad})
    _write(folder / "tokenizer.json", _with_context_as_pair(tokenizer))
    _write(folder / "tokenizer_config.json", _TOKENIZER_CONFIG | special)
    (folder / "README.md").write_text(_readme(card, head, labels), encoding="utf-8")


def parameters(model: Any, graph: str = _GRAPH) -> dict[str, Floats]:
    """A network's parameters by their names in transformers, in single precision.

    Args:
        model: what `quantise` made of it.
        graph: what stands before the names there.
    """
    from onnx import numpy_helper

    stored = {weight.name: numpy_helper.to_array(weight) for weight in model.graph.initializer}
    whole = {node.output[0]: node.input[0] for node in model.graph.node if node.op_type == "DequantizeLinear"}
    shares = {  # what the columns that a matrix meets were multiplied by before they were rounded
        whole[node.input[1]].removesuffix("_int8"): stored[node.input[0].removesuffix("_real") + "_share"]
        for node in model.graph.node
        if node.op_type == "MatMul" and node.input[1] in whole
    }
    found = {}
    for name, values in stored.items():
        if name.startswith(graph) and not name.endswith("_scale"):
            name = name.removesuffix("_int8")
            real = _real(values, stored.get(f"{name}_scale"), shares.get(name))
            found[name.removeprefix(graph)] = np.ascontiguousarray(real, dtype=np.float32)
    return found


def _real(values: Any, scale: Any, share: Any) -> Floats:
    """Whole numbers times their scales: one per row of an embedding, one per column of a matrix, transposed in ONNX."""
    real: Floats = values if scale is None else values * scale
    return real if share is None else (real * share[:, None]).T


def _is_bert(model: Any, weights: Mapping[str, Floats]) -> bool:
    """Whether it is made as `_config` says: BERT's names, its pooler, and the exact GELU, which alone needs Erf."""
    has_names = {_WORDS, _POOLER, f"{_CLASSIFIER}.weight"} <= weights.keys()
    return has_names and any(node.op_type == "Erf" for node in model.graph.node)


def _last_layer(
    classifier: FinnishClassifier, head: Head, weights: Mapping[str, Floats]
) -> tuple[list[str], Floats, Floats]:
    """Labels, weights (labels, hidden size) and biases of the last layer, read as the classifier reads them.

    An analyst's corrections, the division by a temperature and the card's biases leave a linear layer a linear layer.
    """
    matrix, bias = weights[f"{_CLASSIFIER}.weight"], weights[f"{_CLASSIFIER}.bias"]
    if correction := classifier.network.correction:
        matrix = correction.scale[:, None] * matrix + correction.weights.T
        bias = correction.scale * bias + correction.bias
    labels: list[str] = []
    matrices, biases = [], []
    for part in (part for part in HEADS if part.name in {f"{kind}.{CUSTOMERS}" for kind in PARTS[head]}):
        temperature = classifier.card.details["temperatures"].get(part.name, 1.0)
        labels += [f"intensity.{label}" if part.kind == "share" else label for label in part.labels]
        matrices.append(matrix[columns(part.name)] / temperature)
        biases.append(bias[columns(part.name)] / temperature + classifier.card.details["biases"].get(part.name, 0.0))
    return labels, np.concatenate(matrices).astype(np.float32), np.concatenate(biases).astype(np.float32)


def _config(model: Any, weights: Mapping[str, Floats]) -> dict[str, Any]:
    """What transformers must know of the network, told from the weights and the graph."""
    vocabulary, hidden = weights[_WORDS].shape
    norm = next(node for node in model.graph.node if node.op_type == "LayerNormalization")
    epsilon = next(entry.f for entry in norm.attribute if entry.name == "epsilon")
    return {
        "architectures": ["BertForSequenceClassification"],
        "model_type": "bert",
        "vocab_size": vocabulary,
        "hidden_size": hidden,
        "num_hidden_layers": len({name.split(".")[3] for name in weights if name.startswith(_LAYER)}),
        "num_attention_heads": hidden // _size_of_attention_heads(model),
        "intermediate_size": len(weights[f"{_LAYER}0.intermediate.dense.bias"]),
        "hidden_act": "gelu",
        "layer_norm_eps": float(f"{epsilon:.3g}"),  # as it was before it was single precision
        "max_position_embeddings": len(weights["bert.embeddings.position_embeddings.weight"]),
        "type_vocab_size": len(weights["bert.embeddings.token_type_embeddings.weight"]),
        "dtype": "float32",
    }


def _size_of_attention_heads(model: Any) -> int:
    """The last number of the shape (texts, tokens, heads, size) that the first attention gives its queries."""
    from onnx import numpy_helper

    nodes = {node.output[0]: node for node in model.graph.node}
    first = next(node for node in model.graph.node if node.op_type == "Reshape" and "/attention/self/" in node.name)
    return int(numpy_helper.to_array(nodes[nodes[first.input[1]].input[-1]].attribute[0].t).item())


def _labelled(labels: Sequence[str], head: Head) -> dict[str, Any]:
    return {
        "problem_type": "single_label_classification" if head == "sentiment" else "multi_label_classification",
        "id2label": {str(column): label for column, label in enumerate(labels)},
        "label2id": {label: column for column, label in enumerate(labels)},
    }


def _with_context_as_pair(tokenizer: dict[str, Any]) -> dict[str, Any]:
    """The tokenizer with a second text put where the network has learnt to find the context: after one separator."""
    post: dict[str, Any] = tokenizer["post_processor"]
    if post["type"] == "TemplateProcessing":
        post["pair"] = [*post["single"], {"Sequence": {"id": "B", "type_id": 0}}, post["single"][-1]]
    return tokenizer


def _write(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _special(tokenizer: Mapping[str, Any], empty: Sequence[str]) -> dict[str, str]:
    """The special tokens by their role; `empty` is what it makes of no text. Padding is masked: any token would do."""
    pads = (token["content"] for token in tokenizer["added_tokens"] if "pad" in token["content"].lower())
    return {"cls_token": empty[0], "sep_token": empty[-1], "pad_token": next(pads, empty[-1])}


_TOKENIZER_CONFIG = {
    "tokenizer_class": "PreTrainedTokenizerFast",  # reads tokenizer.json as it is, lower case and all
    "model_input_names": ["input_ids", "attention_mask"],
    "model_max_length": MAX_TOKENS - CONTEXT_TOKENS,
}


def _readme(card: ModelCard, head: Head, labels: Sequence[str]) -> str:
    """The model card, in the form that Hugging Face reads."""
    return README.format(
        name=card.name,
        version=card.version,
        head=head,
        labels=", ".join(f"`{label}`" for label in labels),
        max_tokens=_TOKENIZER_CONFIG["model_max_length"],
        reading=READINGS[head].format(sure_from=card.details["sure_from"]),
        description=card.details.get("description", ""),
        intended_use=card.details.get("intended_use", ""),
        limits=card.details.get("limits", ""),
        data="\n".join(_data(entry) for entry in card.details.get("data", ())),
        metrics="".join(_flat(card.details.get("metrics", {}))) or "None yet.\n",
    )


def _data(entry: Mapping[str, Any]) -> str:
    rows = f", {entry['rows']} rows" if "rows" in entry else ""
    told = [entry[key] for key in ("attribution", "source") if key in entry]
    return f"- {entry['title']}{rows}. Licence: {entry['licence']}. {'. '.join(told)}."


def _flat(table: Mapping[str, Any], before: str = "") -> list[str]:
    """A line for each figure of a table of tables."""
    lines: list[str] = []
    for name, value in table.items():
        lines += _flat(value, f"{before}{name}.") if isinstance(value, Mapping) else [f"- {before}{name}: {value}\n"]
    return lines


READINGS: Mapping[Head, str] = {
    "sentiment": "The three probabilities sum to 1. From {sure_from} on the most probable one is one to rely on.",
    "emotions": "Each probability is a yes or no of its own; from 0.5 on the emotion is there.",
    "cues": "Each probability is a yes or no of its own; from 0.5 on the cue is there.",
    "all": "Each probability is a yes or no of its own, but for two: the sentiment is the softmax over the logits of "
    'its three labels (ask for logits with `function_to_apply="none"`), and that of `intensity.X` times 3 says how '
    "strong emotion X is if it is there: 1 slight, 2 clear, 3 strong.",
}
README = """\
---
language: fi
license: apache-2.0
library_name: transformers
pipeline_tag: text-classification
---
# {name} {version}: {head}

{description}
This folder holds the part `{head}`, as a plain BERT for transformers. Labels: {labels}.

```python
from transformers import pipeline

classifier = pipeline("text-classification", model="THIS FOLDER", top_k=None)
classifier(["Jonotin tunnin ja puhelu katkesi."], truncation=True)
```

{reading}

- A text is read as it is: nothing personal is masked here. Names and numbers as masks (`[PERSON]`) are what it learnt
  from. Upper case is not read.
- Give `truncation=True`: a text is read up to {max_tokens} pieces.
- The turns before a text can be given as `{{"text": text, "text_pair": turns}}`; keep both together within that length.
- The weights are those of the ONNX file that Tunnepolku ships, made real again from eight bits.

## Use and limits

{intended_use}

{limits}

## Data

{data}

## Licence

Apache-2.0; whoever passes the model on passes on the attributions above.

## Figures

Of the whole model as Tunnepolku ships it.

{metrics}"""
