"""Compare inference speed with onnxruntime: a batch of a thousand images, and one image with all activations.

onnxruntime runs the ONNX file that digitpad exports, with one thread and with all; its best time counts. Its logits
must first agree with ours. For one image, digitpad computes the outputs of all layers, as for its display, with the
plain layers; onnxruntime computes only the logits.

    python tests/benchmarks/inference.py --json inference.json

needs onnx and onnxruntime (extra `benchmark`).
"""

import importlib
from collections.abc import Callable, Mapping
from typing import Any

from benchmarking import (
    Figure,
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


def main() -> None:
    """Measure, print a table, and write JSON if asked."""
    options = arguments(__doc__, rounds=7).parse_args()
    settle_environment(pinned=options.pinned)
    counts = each_thread_count(options.threads)
    figures, milliseconds = [], {}
    for count in (MANY, 1):
        with (
            Contender(digitpad_inference, "standard", count) as ours,
            Contender(onnx_inference, "standard", count) as theirs,
        ):
            mine: dict[str, Way] = {"digitpad, every activation": (ours, {"way": "activations"})}
            if count > 1:
                mine = {
                    f"digitpad, {name_of_threads(threads)}": (ours, {"way": "parallel", "threads": threads})
                    for threads in counts
                }
                mine["digitpad, Recognizer (as evaluate reads)"] = ours, {"way": "recognizer"}
            other: dict[str, Way] = {
                f"onnxruntime, {name_of_threads(threads)}": (theirs, {"threads": threads}) for threads in counts
            }
            turns = take_turns(mine | other, rounds=options.rounds, seconds=options.seconds)
        times = medians(turns)
        report(f"reading with standard, {count:,} image{'s' if count > 1 else ''} at once", times, count)
        milliseconds[str(count)] = times
        if count > 1:
            work, value = f"inference `standard`, {count:,} images, over onnxruntime", ratio(turns, other, mine)
            figures.append(Figure(work, value, 0.5, at_least=True))
        else:
            work, value = (
                "time for 1 image with every activation kept, over onnxruntime's without",
                ratio(turns, mine, other),
            )
            figures.append(Figure(work, value, 3, at_least=False))
    finish(figures, {"milliseconds": milliseconds}, options.json)


def digitpad_inference(name: str, count: int) -> Callable[[Mapping[str, Any]], Callable[[], object]]:
    """Return a function that reads with digitpad: the network in threads, the recognizer, or with all activations."""
    from digitpad import nn
    from digitpad.reading.recognizer import Recognizer

    model, images = task(name, count)
    x = normalized(images)
    recognizer = Recognizer(model)
    networks: dict[int, nn.ParallelNetwork] = {}

    def prepare(way: Mapping[str, Any]) -> Callable[[], object]:
        if way["way"] == "activations":
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
        If its logits differ from ours.
    """
    runtime = importlib.import_module("onnxruntime")
    from digitpad.export.onnx_file import to_onnx

    model, images = task(name, count)
    x = normalized(images)
    contents, expected = to_onnx(model), model.network.forward(x)
    sessions: dict[int, Any] = {}

    def prepare(way: Mapping[str, Any]) -> Callable[[], object]:
        threads = way["threads"]
        if threads not in sessions:
            options = runtime.SessionOptions()
            options.intra_op_num_threads = threads
            sessions[threads] = runtime.InferenceSession(contents, options, providers=["CPUExecutionProvider"])
        session = sessions[threads]
        feed = {session.get_inputs()[0].name: x}
        difference = float(abs(session.run(None, feed)[0] - expected).max())
        if not difference < 1e-3:
            raise SystemExit(f"{name}: onnxruntime's logits differ from ours by {difference:g}.")
        return lambda: session.run(None, feed)

    return prepare


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
