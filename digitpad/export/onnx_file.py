"""Exports a network as an ONNX file, which is validated by ONNX's checker and compared by running it."""

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitpad import __version__
from digitpad.data.dataset import in_words
from digitpad.errors import DigitpadError
from digitpad.export.comparison import Probes, largest_difference
from digitpad.export.onnx_graph import Graph, graph_of
from digitpad.extras import optional, required
from digitpad.models.model_file import CLASSIFICATION, Model
from digitpad.translation import gettext as _

#: Version of the operator set: from 2022, supported everywhere, with all operators that the layers need.
_OPSET = 18
#: Version of the file format of that time; by default, the package writes the newest, which older programs reject.
_IR_VERSION = 8


def to_onnx(model: Model) -> bytes:
    """Return a model as the contents of an ONNX file.

    The batch axis of input and output may have any size. The input has to be normalized; the metadata of the file
    describe the normalization and the meaning of the outputs.

    Parameters
    ----------
    model
        The model.

    Raises
    ------
    DigitpadError
        If the `onnx` package is missing, or a layer has no counterpart in ONNX.
    """
    onnx = required("onnx", "export", _("Writing ONNX files"))
    try:
        graph = graph_of(model.network, model.architecture.input_shape)
    except ValueError as error:
        raise DigitpadError(
            _("{model} cannot be exported as ONNX ({reason}); change that layer.").format(
                model=model.name, reason=error
            )
        ) from error
    proto = _assemble(onnx, graph, model)
    try:
        onnx.checker.check_model(proto, full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        words = " ".join(str(error).split())
        raise DigitpadError(
            _("The checker of ONNX rejects the exported {model} ({reason}); please report this.").format(
                model=model.name, reason=words
            )
        ) from error
    contents: bytes = proto.SerializeToString(deterministic=True)
    return contents


def compare_onnx(contents: bytes, model: Model, probes: Probes) -> tuple[float, str]:
    """Compare the outputs of an ONNX file with those of the original model.

    Parameters
    ----------
    contents
        The contents of the file.
    model
        The original.
    probes
        The images for both.

    Returns
    -------
    (float, str)
        The largest difference between their outputs, and the program that ran the file: onnxruntime, or if that is not
        installed, the (slow) reference evaluator of ONNX.

    Raises
    ------
    DigitpadError
        If the outputs differ.
    """
    runtime = optional("onnxruntime")
    if runtime is not None:
        session: Any = runtime.InferenceSession(contents, providers=["CPUExecutionProvider"])
        name, runner = session.get_inputs()[0].name, "onnxruntime"
    else:
        onnx = required("onnx", "export", _("Checking ONNX files"))
        required("onnx.reference", "export", _("Checking ONNX files"))
        session = onnx.reference.ReferenceEvaluator(onnx.load_from_string(contents))
        name, runner = session.input_names[0], _("the reference evaluator of ONNX")

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
    content = f"{prepared.content}, " if model.metadata.task == CLASSIFICATION else ""
    return (
        f"{model.name or model.architecture.name}, exported from digitpad {__version__}. Input: images in [0, 1], "
        f"{content}normalized with mean {in_words(prepared.mean)} and standard deviation {in_words(prepared.std)}. "
        "Output: logits."
    )
