"""Measure the explanations: a frame, its gradients, the arithmetic of a cell, and painting all maps.

`python tests/benchmarks/explain_speed.py` prints milliseconds for the bundled `standard` network: the median and the
95th percentile of many calls, alternating between the tasks, so that a slow phase of the machine affects all of them.
The ratio to a plain forward pass is printed as well, because it is more comparable between machines.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import time
from collections.abc import Callable

import numpy as np

from digitpad.data.mnist import load_mnist
from digitpad.explain.attribution import grad_cam, saliency
from digitpad.explain.cells import explain_cell
from digitpad.explain.colours import DIVERGING, SEQUENTIAL, Mosaic, has_sign, limits
from digitpad.explain.dependencies import Cell, receptive_field
from digitpad.explain.frame import Frame, Inspector
from digitpad.models.model_file import load_model


def tasks(inspector: Inspector, frame: Frame) -> dict[str, Callable[[], object]]:
    """Return the timed tasks by name; the plain forward pass first."""
    network = load_model("standard").network
    batch = inspector.prepare(frame.pixels[np.newaxis])
    mosaics = {
        node.name: (Mosaic(node.shape), DIVERGING if has_sign(frame.structure, node.name) else SEQUENTIAL)
        for node in frame.structure.shown()
    }

    def paint() -> None:
        largest = limits(frame, mosaics, "layer")
        for name, (mosaic, palette) in mosaics.items():
            mosaic.paint(frame[name], palette, largest[name])

    return {
        "forward pass alone": lambda: network.forward(batch),
        "frame": lambda: inspector.inspect(frame.pixels),
        "frame with gradients": lambda: inspector.inspect(frame.pixels, gradients=True),
        "saliency of a frame": lambda: saliency(frame),
        "Grad-CAM of a frame": lambda: grad_cam(frame),
        "painting all maps": paint,
        "arithmetic of a conv2 cell": lambda: explain_cell(frame, Cell("conv2", 3, 5, 6)),
        "arithmetic of a fc1 unit": lambda: explain_cell(frame, Cell("fc1", 3)),
        "field of a conv2 cell": lambda: receptive_field(frame.structure, Cell("conv2", 3, 5, 6)),
    }


def measure(rounds: int) -> dict[str, list[float]]:
    """Return the seconds of each task in each round."""
    inspector = Inspector.of(load_model("standard"))
    pixels = load_mnist("test").images[18].astype(np.float32) / 255
    timed = tasks(inspector, inspector.inspect(pixels, gradients=True))
    seconds: dict[str, list[float]] = {name: [] for name in timed}
    for _ in range(rounds):
        for name, task in timed.items():
            start = time.perf_counter()
            task()
            seconds[name].append(time.perf_counter() - start)
    return seconds


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    seconds = measure(parser.parse_args().rounds)
    plain = float(np.median(seconds["forward pass alone"]))
    print(f"{'':28}{'median':>10}{'95 %':>10}{'of forward':>12}")
    for name, times in seconds.items():
        median, high = np.percentile(times, (50, 95))
        print(f"{name:28}{1000 * median:7.2f} ms{1000 * high:7.2f} ms{median / plain:11.2f}x")


if __name__ == "__main__":
    main()
