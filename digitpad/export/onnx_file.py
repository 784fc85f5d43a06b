"""A network as an ONNX file: built, checked by ONNX's own checker, and run by another program's arithmetic."""

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitpad import __version__
from digitpad.errors import DigitpadError
from digitpad.export.comparison import Probes, largest_difference
from digitpad.export.extras import optional, required
from digitpad.export.onnx_graph import Graph, graph_of
from digitpad.models.model_file import CLASSIFICATION, Model

#: The version of ONNX's operations: of 2022, read by everything in use, and with all that the layers need.
_OPSET = 18
#: The file format's version of that time; the package would write its newest, which older programs refuse.
_IR_VERSION = 8


def to_onnx(model: Model) -> bytes:
    """Return a model as the bytes of an ONNX file.

    The first axis of input and output, the batch, may have any size. Pictures must be normalised before they go
    in; how, and what the outputs mean, is said in the file's metadata.

    Parameters
    ----------
    model
        The model.

    Raises
    ------
    DigitpadError
        If the `onnx` package is missing, or a layer has no form in ONNX.
    """
    onnx = required("onnx", "export", "Writing ONNX files")
    try:
        graph = graph_of(model.network, model.architecture.input_shape)
    except ValueError as error:
        raise DigitpadError(f"{model.name} cannot become an ONNX file ({error}); change that layer.") from error
    proto = _assemble(onnx, graph, model)
    try:
        onnx.checker.check_model(proto, full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        words = " ".join(str(error).split())
        raise DigitpadError(f"ONNX's checker refuses what became of {model.name} ({words}); report this.") from error
    contents: bytes = proto.SerializeToString(deterministic=True)
    return contents


def compare_onnx(contents: bytes, model: Model, probes: Probes) -> tuple[float, str]:
    """Run an ONNX file beside the model that it was made of.

    Parameters
    ----------
    contents
        The file's bytes.
    model
        The original.
    probes
        What both are shown.

    Returns
    -------
    (float, str)
        The largest difference between their outputs, and what ran the file: onnxruntime, or where that is not
        installed, the (slow) reference that comes with ONNX.

    Raises
    ------
    DigitpadError
        If they disagree.
    """
    runtime = optional("onnxruntime")
    if runtime is not None:
        session: Any = runtime.InferenceSession(contents, providers=["CPUExecutionProvider"])
        name, runner = session.get_inputs()[0].name, "onnxruntime"
    else:
        onnx = required("onnx", "export", "Checking ONNX files")
        required("onnx.reference", "export", "Checking ONNX files")
        session = onnx.reference.ReferenceEvaluator(onnx.load_from_string(contents))
        name, runner = session.input_names[0], "ONNX's reference"

    def answer(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        output: NDArray[np.float32] = session.run(None, {name: batch})[0]
        return output

    return largest_difference(model.network, answer, probes), runner


def _assemble(onnx: Any, graph: Graph, model: Model) -> Any:
    helper, element = onnx.helper, onnx.TensorProto.FLOAT
    metadata = model.metadata

    def value(name: str, shape: tuple[int, ...]) -> Any:
        return helper.make_tensor_value_info(name, element, ["batch", *shape])

    output_shape = model.network.output_shape(model.architecture.input_shape)
    made = {name for node in graph.nodes for name in node.outputs}
    body = helper.make_graph(
        [
            helper.make_node(node.op, list(node.inputs), list(node.outputs), name=node.name, **node.attributes)
            for node in graph.nodes
        ],
        model.architecture.name,
        [value(graph.input, model.architecture.input_shape)],
        [value(graph.output, output_shape)],
        initializer=[onnx.numpy_helper.from_array(array, name) for name, array in graph.weights.items()],
        value_info=[
            value(name, shape) for name, shape in graph.shapes.items() if name in made and name != graph.output
        ],
        doc_string=_describe(model),
    )
    proto = helper.make_model(
        body,
        opset_imports=[helper.make_opsetid("", _OPSET)],
        ir_version=_IR_VERSION,
        producer_name="digitpad",
        producer_version=__version__,
        doc_string=_describe(model),
    )
    preprocessing = {"mean": metadata.preprocessing.mean, "std": metadata.preprocessing.std}
    helper.set_model_props(
        proto,
        {
            "architecture": model.architecture.to_json(),
            "labels": json.dumps(list(metadata.labels)),
            "preprocessing": json.dumps(preprocessing),
        },
    )
    return proto


def _describe(model: Model) -> str:
    prepared = model.metadata.preprocessing
    content = "ink 1 on background 0, " if model.metadata.task == CLASSIFICATION else ""
    return (
        f"{model.name or model.architecture.name}, exported from digitpad {__version__}. The input is images in "
        f"[0, 1], {content}from which {prepared.mean:g} is subtracted and which are then divided by "
        f"{prepared.std:g}; the output is logits."
    )
