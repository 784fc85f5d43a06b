"""`digitpad bench`: the speed of training and inference on this machine, measured in a few seconds.

Training is measured with the trainer, and inference with a network split over threads as the recognizer uses it, so the
figures are those that users get. Layers are measured one by one in their plain form, the form that the window shows;
training fuses several of them, so the sum of their times is greater than the time of a step.
"""

import os
import platform
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from digitpad import __version__
from digitpad.commands.output import progress_bar, say, say_json, say_table
from digitpad.data.dataset import DIGITS, Dataset, normalize
from digitpad.models.architecture_file import build_network
from digitpad.nn import ARCHITECTURES, ParallelNetwork, Sequential
from digitpad.system_info import blas, environment
from digitpad.training.events import StepCompleted
from digitpad.training.settings import TrainingSettings, default_threads
from digitpad.training.trainer import Trainer
from digitpad.translation import gettext as _
from digitpad.translation import ngettext

NETWORKS = ("standard", "light")

_BATCH = 64
_READ_AT_ONCE = 1000
#: Steps and passes that are not counted: the first ones allocate the memory that the others reuse.
_WARM_UP = 2


@dataclass(frozen=True, slots=True)
class Speed:
    """The speed of one network, in images per second."""

    network: str
    threads: int
    training: float
    inference: float


@dataclass(frozen=True, slots=True)
class LayerTime:
    """The time that one plain layer takes for a batch on one thread, in milliseconds."""

    network: str
    name: str
    type: str
    forward: float
    backward: float


def bench(*, threads: int | None, json: bool, seconds: float = 12.0) -> None:
    """Measure, and print the results.

    Parameters
    ----------
    threads
        Largest number of threads to try; None for the number that training uses by default.
    json
        Print one JSON object instead of text.
    seconds
        Duration of the measurement, without the preparation.
    """
    counts = thread_counts(threads or default_threads())
    # Training and inference with every number of threads, and the layers with one; each network gets the same time.
    share = seconds / len(NETWORKS) / (2 * len(counts) + 2)
    speeds: list[Speed] = []
    layers: list[LayerTime] = []
    with progress_bar(hidden=json) as bar:
        task = None if bar is None else bar.add_task(_("Measuring"), total=len(NETWORKS) * (len(counts) + 1), detail="")
        for name in NETWORKS:
            for count in counts:
                speeds.append(Speed(name, count, training_speed(name, count, share), reading_speed(name, count, share)))
                if bar is not None and task is not None:
                    bar.advance(task)
            layers += layer_times(name, 2 * share)
            if bar is not None and task is not None:
                bar.advance(task)
    if json:
        say_json(_json(speeds, layers))
    else:
        _say(speeds, layers)


def thread_counts(most: int) -> list[int]:
    """Return the numbers of threads to try: 1, 2, 4 and so on, and the largest."""
    counts = [1]
    while counts[-1] * 2 < most:
        counts.append(counts[-1] * 2)
    return counts if most == 1 else [*counts, most]


def training_speed(name: str, threads: int, seconds: float) -> float:
    """Return the speed of training in images per second, without validation.

    Parameters
    ----------
    name
        A preset architecture.
    threads
        Number of threads that share a batch.
    seconds
        Approximate duration of the measurement.
    """
    network = build_network(ARCHITECTURES[name], seed=0)
    # More epochs than there is time for: the run is closed when the time is over.
    settings = TrainingSettings(epochs=1_000_000, batch_size=_BATCH, threads=threads)
    times = []
    run = Trainer(network, _digits(16 * _BATCH), None, settings).run()
    spent = 0.0
    for event in run:
        if isinstance(event, StepCompleted):
            times.append(event.seconds)
            spent += event.seconds
            if spent >= seconds and len(times) > _WARM_UP:
                run.close()
    return _BATCH / statistics.median(times[_WARM_UP:])


def reading_speed(name: str, threads: int, seconds: float) -> float:
    """Return the speed of inference in images per second, with a batch of 1,000.

    Parameters
    ----------
    name, threads, seconds
        See `training_speed`.
    """
    images = normalize(_digits(_READ_AT_ONCE).pixels)
    with ParallelNetwork(build_network(ARCHITECTURES[name], seed=0), threads) as network:
        return _READ_AT_ONCE / _median_seconds(partial(network.predict, images), seconds)


def layer_times(name: str, seconds: float) -> list[LayerTime]:
    """Measure every layer of a preset in its plain form, on the output of the layer before for one batch.

    Parameters
    ----------
    name
        A preset architecture.
    seconds
        Approximate duration of the measurement of all layers.
    """
    network = build_network(ARCHITECTURES[name], seed=0)
    return list(_layer_times(name, network, normalize(_digits(_BATCH).pixels), seconds / (2 * len(network.layers))))


def _layer_times(name: str, network: Sequential, x: NDArray[np.float32], seconds: float) -> Iterator[LayerTime]:
    for layer_name, layer in network.layers.items():
        forward = _median_seconds(partial(layer.forward, x, training=True), seconds)
        output = layer.forward(x, training=True)
        grad = np.ones_like(output)
        backward = _median_seconds(partial(layer.backward, grad), seconds)
        yield LayerTime(name, layer_name, type(layer).__name__, 1e3 * forward, 1e3 * backward)
        x = output


def _median_seconds(work: Callable[[], object], seconds: float) -> float:
    """Return the median time of one call, from as many calls as fit into `seconds`, at least three."""
    for _call in range(_WARM_UP):
        work()
    times: list[float] = []
    end = time.perf_counter() + seconds
    while (begun := time.perf_counter()) < end or len(times) < 3:
        work()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def _digits(count: int) -> Dataset:
    """Return random images: the speed of a network does not depend on the images."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (count, 1, 28, 28), dtype=np.uint8)
    return Dataset.of("random images", images, rng.integers(0, len(DIGITS), count))


def _json(speeds: Sequence[Speed], layers: Sequence[LayerTime]) -> dict[str, object]:
    return {
        "digitpad": __version__,
        "numpy": np.__version__,
        "blas": blas(),
        "environment": environment(),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "processors": os.cpu_count(),
        "batch_size": _BATCH,
        "networks": [
            {
                "network": speed.network,
                "threads": speed.threads,
                "training_images_per_second": speed.training,
                "inference_images_per_second": speed.inference,
            }
            for speed in speeds
        ],
        "layers": [
            {
                "network": layer.network,
                "name": layer.name,
                "type": layer.type,
                "forward_milliseconds": layer.forward,
                "backward_milliseconds": layer.backward,
            }
            for layer in layers
        ],
    }


def _say(speeds: Sequence[Speed], layers: Sequence[LayerTime]) -> None:
    settings = " ".join(f"{key}={value}" for key, value in environment().items())
    count = os.cpu_count() or 1
    processors = ngettext("{count} processor", "{count} processors", count).format(count=count)
    say(f"digitpad {__version__}, NumPy {np.__version__}, {blas()}, {processors}")
    say(
        _("Environment: {settings}").format(settings=settings)
        if settings
        else _("No environment variable changes the settings of BLAS.")
    )
    say()
    rows = [[s.network, str(s.threads), f"{s.training:,.0f}", f"{s.inference:,.0f}"] for s in speeds]
    say_table([_("network"), _("threads"), _("training, images/s"), _("inference, images/s")], rows)
    say()
    say(
        _("Batch size: {training} in training, {inference:,} in inference.").format(
            training=_BATCH, inference=_READ_AT_ONCE
        )
    )
    say(_("Plain layers, milliseconds for a batch of {count} on one thread:").format(count=_BATCH))
    say()
    rows = [[t.network, t.name, t.type, f"{t.forward:.2f}", f"{t.backward:.2f}"] for t in layers]
    say_table([_("network"), _("layer"), _("type"), _("forward"), _("backward")], rows, left=3)
