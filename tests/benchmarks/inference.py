"""Compare inference speed with onnxruntime: a batch of a thousand images, and one image with all activations.

onnxruntime runs the ONNX file that digitpad exports, with one thread and with all; its best time counts. Its results
must first agree with ours. For one image, digitpad computes the outputs of all layers, as the window does for its
display. onnxruntime computes the same, with the outputs of all layers declared as outputs of the graph, and for
comparison only the logits. `reader` is measured with the weights of `digitpad`, the default model.

    python tests/benchmarks/inference.py --json inference.json

needs onnx and onnxruntime (extra `benchmark`).
"""

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from benchmarking import (
    Figure,
    Target,
    Way,
    arguments,
    each_thread_count,
    finish,
    medians,
    name_of_threads,
    ratio,
    report,
    settle_environment,
    take_turns,
)
from training_speed import Contender

MANY = 1000
#: The networks for a single image, and the bundled models that have their weights.
SINGLE = {"standard": "standard", "light": "light", "reader": "digitpad"}


def single_targets(name: str) -> tuple[Target, Target]:
    """Return the lines of the speed table for a single image."""
    work = f"time for 1 image with every activation kept, `{name}`, over onnxruntime's"
    return Target(f"{work} with them", 2.5, at_least=False), Target(f"{work} without", 3, at_least=False)


#: The lines of the speed table.
TARGETS = (
    Target(f"inference `standard`, {MANY:,} images, over onnxruntime", 0.5, at_least=True),
    *(target for name in SINGLE for target in single_targets(name)),
)


def main() -> None:
    """Measure, print a table, and write JSON if asked."""
    parser = arguments(__doc__, rounds=7)
    parser.add_argument("--one", action="store_true", help="measure the single image only")
    options = parser.parse_args()
    settle_environment(pinned=options.pinned)
    counts = each_thread_count(options.threads)
    figures: list[Figure] = []
    milliseconds: dict[str, dict[str, float]] = {}
    if not options.one:
        figure, milliseconds["standard, many"] = many_images(counts, options.rounds, options.seconds)
        figures.append(figure)
    for name, model in SINGLE.items():
        found, milliseconds[f"{name}, 1"] = one_image(name, model, counts, options.rounds, options.seconds)
        figures += found
    finish(figures, {"milliseconds": milliseconds}, options.json)


def many_images(counts: Sequence[int], rounds: int, seconds: float) -> tuple[Figure, dict[str, float]]:
    """Return the speed of reading a batch over onnxruntime's, and the milliseconds of each method."""
    with Contender(digitpad_inference, "standard", MANY) as ours, Contender(onnx_inference, "standard", MANY) as theirs:
        mine: dict[str, Way] = {
            f"digitpad, {name_of_threads(threads)}": (ours, {"way": "parallel", "threads": threads})
            for threads in counts
        }
        mine["digitpad, Recognizer (as evaluate reads)"] = ours, {"way": "recognizer"}
        other = onnx_ways(theirs, counts, every=False)
        turns = take_turns(mine | other, rounds=rounds, seconds=seconds)
    times = medians(turns)
    report(f"reading with standard, {MANY:,} images at once", times, MANY)
    return TARGETS[0].figure(ratio(turns, other, mine)), times


def one_image(
    name: str, model: str, counts: Sequence[int], rounds: int, seconds: float
) -> tuple[list[Figure], dict[str, float]]:
    """Return the times for all activations of one image over onnxruntime's, and the milliseconds of each method."""
    with Contender(digitpad_inference, model, 1) as ours, Contender(onnx_inference, model, 1) as theirs:
        mine: dict[str, Way] = {"digitpad, every activation": (ours, {"way": "activations"})}
        plain: dict[str, Way] = {"digitpad, every activation, plain layers": (ours, {"way": "plain"})}
        every, logits = onnx_ways(theirs, counts, every=True), onnx_ways(theirs, counts, every=False)
        turns = take_turns(mine | plain | every | logits, rounds=rounds, seconds=seconds)
    times = medians(turns)
    report(f"one image with {name}", times, 1)
    values = ratio(turns, mine, every), ratio(turns, mine, logits)
    return [target.figure(value) for target, value in zip(single_targets(name), values, strict=True)], times


def onnx_ways(contender: Contender, counts: Sequence[int], *, every: bool) -> dict[str, Way]:
    """Return the ways to read with onnxruntime, with the activations as outputs or without, by name."""
    label = "onnxruntime, every activation" if every else "onnxruntime"
    return {
        f"{label}, {name_of_threads(threads)}": (contender, {"threads": threads, "every": every}) for threads in counts
    }


def digitpad_inference(name: str, count: int) -> Callable[[Mapping[str, Any]], Callable[[], object]]:
    """Return a function that reads with digitpad: the network in threads, the recognizer, or with all activations."""
    from digitpad import nn
    from digitpad.nn.engine import OneImage
    from digitpad.reading.recognizer import Recognizer

    model, images = task(name, count)
    x = normalized(images)
    recognizer = Recognizer(model)
    networks: dict[int, nn.ParallelNetwork] = {}
    one = OneImage(model.network, x.shape[1:])

    def prepare(way: Mapping[str, Any]) -> Callable[[], object]:
        if way["way"] == "activations":
            return lambda: one.forward(x)
        if way["way"] == "plain":
            return lambda: model.network.forward(x, capture=True)
        if way["way"] == "recognizer":
            return lambda: recognizer.recognize_batch(images)
        threads = way["threads"]
        network = networks.setdefault(threads, nn.ParallelNetwork(model.network, threads))
        return lambda: network.predict(x)

    return prepare


def onnx_inference(name: str, count: int) -> Callable[[Mapping[str, Any]], Callable[[], object]]:
    """Return a function that reads with onnxruntime.

    Raises
    ------
    SystemExit
        If its results differ from ours.
    """
    runtime = importlib.import_module("onnxruntime")
    from digitpad.export.onnx_file import to_onnx

    model, images = task(name, count)
    x = normalized(images)
    contents = to_onnx(model)
    files = {False: contents, True: with_activations(contents)}
    output, activations = model.network.forward(x, capture=True)
    sessions: dict[tuple[int, bool], Any] = {}

    def prepare(way: Mapping[str, Any]) -> Callable[[], object]:
        threads, every = key = way["threads"], way["every"]
        if key not in sessions:
            options = runtime.SessionOptions()
            options.intra_op_num_threads = threads
            sessions[key] = runtime.InferenceSession(files[every], options, providers=["CPUExecutionProvider"])
        session = sessions[key]
        feed = {session.get_inputs()[0].name: x}
        expected = activations if every else {session.get_outputs()[0].name: output}
        returned = {
            value.name: array for value, array in zip(session.get_outputs(), session.run(None, feed), strict=True)
        }
        if missing := expected.keys() - returned.keys():
            raise SystemExit(f"{name}: onnxruntime does not return {', '.join(sorted(missing))}.")
        difference = max(float(abs(returned[place] - array).max()) for place, array in expected.items())
        if not difference < 1e-3:
            raise SystemExit(f"{name}: onnxruntime's results differ from ours by {difference:g}.")
        return lambda: session.run(None, feed)

    return prepare


def with_activations(contents: bytes) -> bytes:
    """Return an ONNX file of digitpad's in which the outputs of all layers are outputs of the graph."""
    onnx = importlib.import_module("onnx")
    proto = onnx.load_from_string(contents)
    declared = {value.name for value in proto.graph.output}
    proto.graph.output.extend(value for value in proto.graph.value_info if value.name not in declared)
    with_them: bytes = proto.SerializeToString()
    return with_them


def task(name: str, count: int) -> tuple[Any, Any]:
    """Return a bundled model, and the first test digits as bytes."""
    from digitpad.data.mnist import load_mnist
    from digitpad.models.model_file import load_model

    return load_model(name), load_mnist("test").images[:count]


def normalized(images: Any) -> Any:
    """Return the images as inputs of the network."""
    from digitpad.data.dataset import normalize

    return normalize(images)


if __name__ == "__main__":
    main()
