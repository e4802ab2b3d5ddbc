"""A trained network as the file that ships: ONNX with whole numbers of eight bits where it is large.

Weights are rounded per output, embeddings per row. What flows between them is rounded at scales fixed here, on sample
texts: scales found anew for every batch would let a text's score depend on its neighbours. Some few columns of what
flows reach a hundred times as far as the others, which would leave these hardly any steps; so each column is divided
first and the weights that it meets are multiplied, so that both are about as hard to round (Xiao et al. 2023,
SmoothQuant, ICML).
"""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.affect.finnish import feeds
from pipeline.affect.learning.network import encode
from pipeline.affect.scheme import COLUMNS
from pipeline.affect.scores import Floats
from pipeline.errors import ModelError
from pipeline.models import ONNX, TOKENIZER

_OPSET = 17
_MIGRATION = 0.85
"""How much of a column's reach goes over to the weights, SmoothQuant's alpha."""
_HEADROOM = 1.05
"""How far beyond what the samples showed a value may lie before it is cut off."""
_BATCH = 16


def export(network: Any, tokenizer: Any, samples: Sequence[str], folder: Path) -> None:
    """Write `model.onnx` and `tokenizer.json` into `folder`.

    Args:
        network: what `make_network` made, trained.
        tokenizer: its tokenizer.
        samples: some hundred texts like those to be read: they fix the scales.
        folder: where to.

    Raises:
        ModelError: onnx is not installed.
    """
    try:
        import onnx
    except ImportError:
        raise ModelError("The package onnx is missing: run pip install -e '.[neural]' in the checkout.") from None
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / ONNX
    _trace(network, path)
    model = onnx.load(path)
    rows = encode(tokenizer, samples, [""] * len(samples))
    rows.sort(key=len)
    batches = [rows[start : start + _BATCH] for start in range(0, len(rows), _BATCH)]
    quantise(model, [feeds(batch) for batch in batches])
    onnx.save(model, path)
    tokenizer.backend_tokenizer.no_padding()
    tokenizer.backend_tokenizer.no_truncation()
    tokenizer.backend_tokenizer.save(str(folder / TOKENIZER))


def quantise(model: Any, batches: Sequence[dict[str, Any]]) -> None:
    """Round the weights and embeddings of an ONNX model in place; the inputs in `batches` fix the scales."""
    import onnx

    _round_weights(model, _ranges(model, batches))
    _round_embeddings(model)
    onnx.checker.check_model(model)


def _trace(network: Any, path: Path) -> None:
    import torch

    class Readable(torch.nn.Module):  # type: ignore[misc]
        """The network with two bare tensors as its outputs: the logits and what the last layer made them of."""

        def __init__(self) -> None:
            super().__init__()
            self.network = network
            self.last = [m for m in network.modules() if getattr(m, "out_features", 0) == len(COLUMNS)][-1]

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            features = []
            hook = self.last.register_forward_pre_hook(lambda _, inputs: features.append(inputs[0]))
            logits = self.network(input_ids=input_ids, attention_mask=attention_mask).logits
            hook.remove()
            return logits, features[0]

    network.eval()
    implementation, network.config._attn_implementation = network.config._attn_implementation, "eager"
    ids = torch.tensor([[0, 5, 6, 7, 2], [0, 8, 9, 2, 1]])
    texts, tokens = {0: "texts"}, {0: "texts", 1: "tokens"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer warns of every shape it fixes; the test of equal scores decides
        torch.onnx.export(
            Readable().eval(),  # the exporter gives it back as it was
            (ids, torch.ones_like(ids)),
            str(path),
            input_names=["input_ids", "attention_mask"],
            output_names=["logits", "features"],
            dynamic_axes={"input_ids": tokens, "attention_mask": tokens, "logits": texts, "features": texts},
            opset_version=_OPSET,
            dynamo=False,
        )
    network.config._attn_implementation = implementation


def _weights(model: Any) -> dict[str, Any]:
    from onnx import numpy_helper

    return {weight.name: numpy_helper.to_array(weight) for weight in model.graph.initializer}


def _products(model: Any, weights: Mapping[str, Any]) -> list[Any]:
    """The nodes that multiply by a matrix of weights."""
    return [
        node
        for node in model.graph.node
        if node.op_type == "MatMul" and node.input[1] in weights and weights[node.input[1]].ndim == 2
    ]


def _ranges(model: Any, batches: Iterable[dict[str, Any]]) -> dict[str, tuple[Floats, Floats]]:
    """Least and greatest value of each column of what is multiplied by weights, over the batches; 0 lies between."""
    import onnx
    import onnxruntime

    names = sorted({node.input[0] for node in _products(model, _weights(model))})
    watched = onnx.ModelProto()
    watched.CopyFrom(model)
    watched.graph.output.extend(onnx.helper.make_empty_tensor_value_info(name) for name in names)
    session = onnxruntime.InferenceSession(watched.SerializeToString(), providers=["CPUExecutionProvider"])
    ranges: dict[str, tuple[Floats, Floats]] = dict.fromkeys(names, (np.zeros(1), np.zeros(1)))
    for batch in batches:
        for name, values in zip(names, session.run(names, batch), strict=True):
            columns = values.reshape(-1, values.shape[-1])
            low, high = ranges[name]
            ranges[name] = np.minimum(low, columns.min(axis=0)), np.maximum(high, columns.max(axis=0))
    return ranges


def _round_weights(model: Any, ranges: Mapping[str, tuple[Floats, Floats]]) -> None:
    """Mark each product as one of whole numbers, as ONNX writes it: MatMul of what was rounded and made real again."""
    from onnx import helper, numpy_helper

    weights = _weights(model)
    rounded: set[str] = set()
    constants: dict[str, Any] = {}
    nodes = []
    products = {node.output[0] for node in _products(model, weights)}
    met: dict[str, Floats] = {}  # how far the weights reach that each column meets
    for node in _products(model, weights):
        rows = np.abs(weights[node.input[1]]).max(axis=1)
        met[node.input[0]] = np.maximum(met.get(node.input[0], rows), rows)
    for node in model.graph.node:
        if node.output[0] not in products:
            nodes.append(node)
            continue
        tensor, matrix, (output,) = node.input[0], node.input[1], node.output
        name = _parameter(node)
        reach = np.maximum(-ranges[tensor][0], ranges[tensor][1]).astype(np.float32) + np.float32(1e-5)
        reach = reach**_MIGRATION / (met[tensor] + np.float32(1e-5)) ** (1 - _MIGRATION)
        low = _HEADROOM * float((ranges[tensor][0] / reach).min())
        high = _HEADROOM * float((ranges[tensor][1] / reach).max())
        step = np.float32((high - low) / 255)
        zero = np.uint8(np.clip(round(-low / step), 0, 255))
        values = weights[matrix] * reach[:, None]
        scale = np.abs(values).max(axis=0).astype(np.float32) / 127 + np.float32(1e-12)
        constants |= {
            f"{tensor}_share": 1 / reach,
            f"{tensor}_step": step,
            f"{tensor}_zero": zero,
            f"{name}_int8": np.round(values / scale).astype(np.int8),
            f"{name}_scale": scale,
        }
        if tensor not in rounded:
            fixed = [f"{tensor}_step", f"{tensor}_zero"]
            nodes.append(_node(helper, "Mul", [tensor, f"{tensor}_share"], f"{tensor}_even"))
            nodes.append(_node(helper, "QuantizeLinear", [f"{tensor}_even", *fixed], f"{tensor}_int8"))
            nodes.append(_node(helper, "DequantizeLinear", [f"{tensor}_int8", *fixed], f"{tensor}_real"))
            rounded.add(tensor)
        whole = [f"{name}_int8", f"{name}_scale"]
        nodes.append(_node(helper, "DequantizeLinear", whole, f"{output}_weights", axis=1))
        nodes.append(_node(helper, "MatMul", [f"{tensor}_real", f"{output}_weights"], output))
    _replace(model, nodes, [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()])


def _parameter(node: Any) -> str:
    """The name in the network of the weights that a product multiplies by, told from the node's own."""
    return str(node.name).strip("/").removesuffix("/MatMul").replace("/", ".") + ".weight"


def _round_embeddings(model: Any) -> None:
    """Look up rows of whole numbers and scale them, instead of looking up rows of real ones."""
    from onnx import helper, numpy_helper

    weights = _weights(model)
    nodes, constants = [], []
    for node in model.graph.node:
        table = weights.get(node.input[0]) if node.op_type == "Gather" else None
        if table is None or table.dtype != np.float32 or table.ndim != 2:
            nodes.append(node)
            continue
        name, index, (output,) = node.input[0], node.input[1], node.output
        scale = np.abs(table).max(axis=1, keepdims=True) / 127 + np.float32(1e-12)
        constants += [
            numpy_helper.from_array(np.round(table / scale).astype(np.int8), f"{name}_int8"),
            numpy_helper.from_array(scale.astype(np.float32), f"{name}_scale"),
        ]
        nodes += [
            _node(helper, "Gather", [f"{name}_int8", index], f"{output}_int8"),
            _node(helper, "Cast", [f"{output}_int8"], f"{output}_real", to=1),
            _node(helper, "Gather", [f"{name}_scale", index], f"{output}_scale"),
            _node(helper, "Mul", [f"{output}_real", f"{output}_scale"], output),
        ]
    _replace(model, nodes, constants)


def _node(helper: Any, kind: str, inputs: Sequence[str], output: str, **attributes: Any) -> Any:
    return helper.make_node(kind, inputs, [output], name=f"{output}_{kind}", **attributes)


def _replace(model: Any, nodes: Sequence[Any], constants: Sequence[Any]) -> None:
    """Give the graph these nodes and constants, and drop the constants that no node reads any more."""
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    read = {name for node in nodes for name in node.input}
    kept = [weight for weight in model.graph.initializer if weight.name in read]
    del model.graph.initializer[:]
    model.graph.initializer.extend([*kept, *constants])
