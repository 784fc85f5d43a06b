"""Measure the training cost per image as batch, image side and channels grow, compared with PyTorch.

One dimension grows at a time. The theoretical trend is fitted to the measurements: a step has a constant cost, a cost
per value (images, pixels or channels), and for channels also a cost per pair. Coefficients are non-negative, relative
errors are minimized, and each measurement is compared with the trend of all others. A cliff, a size that costs more
than twice its trend, would indicate cache misses or a wrong code path.

    python tests/benchmarks/scaling.py --json scaling.json

needs PyTorch (extra `benchmark`).
"""

import importlib
import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from benchmarking import Target, Way, arguments, finish, settle_environment, take_turns
from numpy.typing import NDArray
from training_speed import Contender, Step, torch_sequential

Plan = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Series:
    """A dimension that grows.

    Attributes
    ----------
    name, unit
        The dimension, and its unit.
    values
        The values that are measured.
    powers
        The powers in the theoretical time of a step.
    """

    name: str
    unit: str
    values: tuple[int, ...]
    powers: tuple[int, ...]

    def settings(self, value: int) -> dict[str, int]:
        """Return batch, side and channels where this one has grown to `value` and the others stay."""
        return (
            {"batch": 64, "side": 28, "channels": 32}
            | ({"batch": 16} if self.name == "side" else {})
            | {self.name: value}
        )

    @property
    def target(self) -> Target:
        """The line of the speed table."""
        first, last = self.values[0], self.values[-1]
        work = f"cost per image as {self.name} grows from {first} to {last}: largest over the trend"
        return Target(work, 2, at_least=False)


SERIES = (
    Series("batch", "images a step", (1, 4, 16, 64, 256, 1024), (0, 1)),
    Series("side", "pixels", (28, 56, 112, 224), (0, 2)),
    Series("channels", "maps", (8, 16, 32, 64, 128), (0, 1, 2)),
)
#: The lines of the speed table.
TARGETS = tuple(series.target for series in SERIES)


def main() -> None:
    """Measure, print tables, and write JSON if asked."""
    options = arguments(__doc__, rounds=5, seconds=0.4).parse_args()
    settle_environment(pinned=options.pinned)
    figures, details = [], {}
    for series in SERIES:
        with Contender(digitpad_growth, "", 0) as digitpad, Contender(pytorch_growth, "", 0) as pytorch:
            ways: dict[str, Way] = {}
            for value in series.values:
                settings = series.settings(value) | {"threads": options.threads}
                ways[f"digitpad {value}"] = digitpad, settings
                ways[f"PyTorch {value}"] = pytorch, settings
            turns = take_turns(ways, rounds=options.rounds, seconds=options.seconds)
        # The minimum over the rounds, because other load only adds time, and no pairs are compared here.
        ours, theirs = (
            [min(turn[f"{library} {value}"] for turn in turns) for value in series.values]
            for library in ("digitpad", "PyTorch")
        )
        rows = table(series, ours, theirs)
        print_rows(series, rows)
        details[series.name] = rows
        worst = max(row["over_trend"] for row in rows)
        figures.append(series.target.figure(worst))
    finish(figures, {"series": details}, options.json)


def table(series: Series, ours: Sequence[float], theirs: Sequence[float]) -> list[dict[str, float]]:
    """Return a row for each value of a series.

    Parameters
    ----------
    series
        What grew.
    ours, theirs
        Milliseconds of a step at each value.
    """
    rows = []
    pairs = zip(over_trend(series, ours), over_trend(series, theirs), strict=True)
    for value, mine, other, (above, beside) in zip(series.values, ours, theirs, pairs, strict=True):
        batch = series.settings(value)["batch"]
        rows.append(
            {
                "value": value,
                "digitpad_microseconds_per_image": 1e3 * mine / batch,
                "pytorch_microseconds_per_image": 1e3 * other / batch,
                "speed_over_pytorch": other / mine,
                "over_trend": above,
                "pytorch_over_trend": beside,
            }
        )
    return rows


def over_trend(series: Series, milliseconds: Sequence[float]) -> list[float]:
    """Return, for each value of a series, the ratio of the step time to the trend of all other values.

    Parameters
    ----------
    series
        What grew.
    milliseconds
        Time of a step at each value.
    """
    values, times = np.array(series.values, float), np.array(milliseconds)
    terms = values[:, np.newaxis] ** np.array(series.powers, float)
    ratios = []
    for index in range(len(values)):
        others = np.arange(len(values)) != index
        expected = terms[index] @ fit(terms[others], times[others])
        ratios.append(float(times[index] / expected))
    return ratios


def fit(terms: NDArray[np.float64], times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the non-negative coefficients with the least squares of the relative errors.

    Parameters
    ----------
    terms
        (measurements, coefficients).
    times
        (measurements,), all above 0.
    """
    relative = terms / times[:, np.newaxis]
    best, least = np.zeros(terms.shape[1]), float(len(times))
    # If the optimum has zeros, it is the optimum without these terms; with three terms, there are seven subsets.
    for count in range(1, terms.shape[1] + 1):
        for chosen in itertools.combinations(range(terms.shape[1]), count):
            own, *_ = np.linalg.lstsq(relative[:, chosen], np.ones(len(times)), rcond=None)
            error = float(((relative[:, chosen] @ own - 1) ** 2).sum())
            if own.min() >= 0 and error < least:
                best, least = np.zeros(terms.shape[1]), error
                best[list(chosen)] = own
    return best


def print_rows(series: Series, rows: Sequence[Mapping[str, float]]) -> None:
    """Print what `table` returned."""
    print(f"{series.name} ({series.unit}): microseconds an image, training")
    print(f"  {series.name:>8} {'digitpad':>10} {'PyTorch':>10} {'speed over PyTorch':>20} {'over trend':>11}")
    for row in rows:
        print(
            f"  {row['value']:8.0f} {row['digitpad_microseconds_per_image']:10.1f} "
            f"{row['pytorch_microseconds_per_image']:10.1f} {row['speed_over_pytorch']:20.2f} {row['over_trend']:11.2f}"
        )
    print(flush=True)


def plan(channels: int) -> Plan:
    """Return a network of two convolutions, as in `standard`, with global average pooling, for images of any side."""
    return [
        {"name": "conv1", "type": "Conv2D", "in_channels": 1, "out_channels": channels, "kernel_size": 3, "padding": 1},
        {"name": "relu1", "type": "ReLU"},
        {"name": "pool1", "type": "MaxPool2D", "kernel_size": 2},
        {
            "name": "conv2",
            "type": "Conv2D",
            "in_channels": channels,
            "out_channels": 2 * channels,
            "kernel_size": 3,
            "padding": 1,
        },
        {"name": "relu2", "type": "ReLU"},
        {"name": "pool2", "type": "MaxPool2D", "kernel_size": 2},
        {"name": "mean", "type": "GlobalAveragePool2D"},
        {"name": "flatten", "type": "Flatten"},
        {"name": "fc", "type": "Linear", "in_features": 2 * channels, "out_features": 10},
    ]


def digitpad_growth(_name: str, _batch: int) -> Callable[[Mapping[str, Any]], Step]:
    """Return a function that performs digitpad's training step for any batch, side and channels."""
    from digitpad import nn

    ways: dict[str, Step] = {}

    def prepare(way: Mapping[str, Any]) -> Step:
        key = json.dumps(dict(way))
        if key not in ways:
            images, targets = task(way)
            shape = images.shape[1:]
            network = nn.build(nn.Architecture("growing", shape, tuple(plan(way["channels"]))))
            parallel = nn.ParallelNetwork(network, way["threads"])
            loss, optimizer = nn.CrossEntropyLoss(), nn.Adam(network.parameters(), learning_rate=1e-4)

            def step() -> None:
                parallel.training_step(images, targets, loss)
                optimizer.step(parallel.run)

            ways[key] = step
        return ways[key]

    return prepare


def pytorch_growth(_name: str, _batch: int) -> Callable[[Mapping[str, Any]], Step]:
    """Return a function that performs PyTorch's training step, channels-last."""
    torch = importlib.import_module("torch")
    loss = torch.nn.CrossEntropyLoss()
    ways: dict[str, Step] = {}

    def prepare(way: Mapping[str, Any]) -> Step:
        torch.set_num_threads(way["threads"])
        key = json.dumps(dict(way))
        if key not in ways:
            images, targets = task(way)
            x = torch.from_numpy(images).clone(memory_format=torch.channels_last)
            y = torch.from_numpy(targets)
            model = torch_sequential(torch, plan(way["channels"])).to(memory_format=torch.channels_last)
            optimizer = torch.optim.Adam(model.parameters(), lr=1e-4, fused=True)

            def step() -> None:
                optimizer.zero_grad(set_to_none=True)
                loss(model(x), y).backward()
                optimizer.step()

            ways[key] = step
        return ways[key]

    return prepare


def task(way: Mapping[str, Any]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return images and targets, always the same."""
    rng = np.random.default_rng(0)
    images = rng.standard_normal((way["batch"], 1, way["side"], way["side"]), dtype=np.float32)
    return images, np.arange(way["batch"]) % 10


if __name__ == "__main__":
    main()
