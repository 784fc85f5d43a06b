"""Compare training speed with PyTorch: a forward pass, the loss, a backward pass and a step of Adam.

Each library runs in a separate process, so that idle threads of one take no time from the other. They take turns:
A B A B ..., with ratios within each round, so that other load affects both. PyTorch runs with one thread and with all,
channels-first and channels-last, with its fused Adam; its best time counts. Both are first verified to train the same
network: PyTorch gets our weights and must return our logits.

    python tests/benchmarks/training_speed.py --random 20 --json speed.json

measures the presets and 20 random networks (`random_networks.py`), and needs PyTorch (extra `benchmark`).
"""

import argparse
import importlib
import json
import multiprocessing
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Self

#: Network and batch size.
WORK = {
    "standard": 64,
    "light": 64,
    "sprint": 32,
    "resnet": 128,
    "reader": 64,
    "lenet5": 64,
    "exam": 64,
    "catdog": 16,
    "unet-narrow": 64,
}

Way = Mapping[str, Any]
Step = Callable[[], object]


def main() -> None:
    """Measure, print a table, and write JSON if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", nargs="+", default=list(WORK), help="names of presets (default: %(default)s)")
    parser.add_argument("--random", type=int, default=0, metavar="N", help="number of random networks besides them")
    parser.add_argument("--seed", type=int, default=0, help="seed of the random networks (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=7, help="how often all take their turn (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=0.5, help="length of a turn (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="most threads (default: %(default)s)")
    parser.add_argument("--without-processes", action="store_true", help="digitpad also with threads alone")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    options = parser.parse_args()
    # Set for the child processes before they import NumPy: digitpad's threads replace those of BLAS.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    # Imported only now, since it imports NumPy.
    from random_networks import names

    random = names(options.random, options.seed)
    report: dict[str, Any] = {"machine": machine(), "rounds": options.rounds, "networks": {}}
    print(f"{report['machine']}\nmedians of {options.rounds} rounds\n", flush=True)
    for name in [*options.networks, *random]:
        batch = WORK.get(name, 64)
        alone = options.without_processes
        figures = compare(name, batch, options.threads, options.rounds, options.seconds, without_processes=alone)
        report["networks"][name] = figures
        print_table(name, figures)
    if random:
        speeds = [report["networks"][name]["speed_over_pytorch"] for name in random]
        print(f"random networks: median {statistics.median(speeds):.2f}, slowest {min(speeds):.2f}\n", flush=True)
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def compare(
    name: str, batch: int, threads: int, rounds: int, seconds: float, *, without_processes: bool = False
) -> dict[str, Any]:
    """Train one network with all methods alternately.

    Parameters
    ----------
    name, batch
        The network and the number of images a step.
    threads
        The largest number of parts of a batch, or of PyTorch's threads.
    rounds, seconds
        Number of turns of each method, and the length of one.
    without_processes
        Whether digitpad also takes turns with threads alone, which count for no ratio.

    Returns
    -------
    dict
        `milliseconds` a step by way, the median of its turns; `speed_over_pytorch`, best against best, and
        `all_threads_over_one`, medians of the ratios within each round.
    """
    counts = sorted({1, threads})
    ours = {f"digitpad, {_threads(count)}": {"threads": count} for count in counts}
    theirs = {
        f"PyTorch, {_threads(count)}, channels {order}": {"threads": count, "channels_last": order == "last"}
        for count in counts
        for order in ("first", "last")
    }
    alone: Way = {"threads": threads, "processes": False}
    beside = {f"digitpad, {_threads(threads)}, no processes": alone} if without_processes else {}
    turns: list[dict[str, float]] = []
    with Contender(digitpad_steps, name, batch) as digitpad, Contender(pytorch_steps, name, batch) as pytorch:
        for _ in range(rounds):
            turn = {label: digitpad.milliseconds(way, seconds) for label, way in ours.items()}
            turn |= {label: digitpad.milliseconds(way, seconds) for label, way in beside.items()}
            turn |= {label: pytorch.milliseconds(way, seconds) for label, way in theirs.items()}
            turns.append(turn)
    one, *_, most = [*ours, *ours]
    return {
        "batch": batch,
        "milliseconds": {label: statistics.median(turn[label] for turn in turns) for label in turns[0]},
        "speed_over_pytorch": statistics.median(_best(turn, theirs) / _best(turn, ours) for turn in turns),
        "all_threads_over_one": statistics.median(turn[one] / turn[most] for turn in turns),
    }


def print_table(name: str, figures: Mapping[str, Any]) -> None:
    """Print the results of `compare`."""
    batch = figures["batch"]
    print(f"{name}, batch {batch}")
    for label, milliseconds in figures["milliseconds"].items():
        print(f"  {label:36} {milliseconds:8.2f} ms {batch / milliseconds * 1e3:10,.0f} images/s")
    ratio, scaling = figures["speed_over_pytorch"], figures["all_threads_over_one"]
    print(f"  speed over PyTorch's best {ratio:.2f}; all threads over one {scaling:.2f}\n", flush=True)


def machine() -> str:
    """Return a description of the machine."""
    name = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = info.read_text(encoding="utf-8").splitlines()
        name = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), name)
    pinned = [f"{key}={os.environ[key]}" for key in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE") if key in os.environ]
    settings = " ".join(pinned) or "OpenBLAS as it comes"
    return f"{name}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, {settings}"


class Contender:
    """A process that trains with one library on request.

    Parameters
    ----------
    steps
        Returns, for a network and batch size, a function that performs a training step with the given arguments.
    name, batch
        The network, a preset, and the number of images a step.
    """

    def __init__(self, steps: Callable[[str, int], Callable[[Way], Step]], name: str, batch: int) -> None:
        # Spawned instead of forked, so that it shares no state with this process.
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs, steps, name, batch), daemon=True)
        self._process.start()
        theirs.close()

    def milliseconds(self, way: Way, seconds: float) -> float:
        """Return the median time of the steps that fit into `seconds`."""
        self._connection.send((way, seconds))
        answer = self._connection.recv()
        return float(answer)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._connection.close()
        self._process.join()


def serve(connection: Connection, steps: Callable[[str, int], Callable[[Way], Step]], name: str, batch: int) -> None:
    """Answer the requests of `Contender.milliseconds` until the connection is closed."""
    prepare = steps(name, batch)
    while True:
        try:
            way, seconds = connection.recv()
        except EOFError:
            return
        step = prepare(way)
        step()
        step()
        times = []
        end = time.perf_counter() + seconds
        while (begun := time.perf_counter()) < end:
            step()
            times.append(time.perf_counter() - begun)
        connection.send(1e3 * statistics.median(times))


def digitpad_steps(name: str, batch: int) -> Callable[[Way], Step]:
    """Return a function that performs digitpad's training step."""
    from digitpad import nn

    images, targets, network = task(name, batch)
    loss = nn.CrossEntropyLoss() if targets.ndim == 1 else nn.BCEWithLogitsLoss()
    optimizer = nn.Adam(network.parameters(), learning_rate=1e-4)
    ways: dict[tuple[int, bool], nn.ParallelNetwork] = {}

    def prepare(way: Way) -> Step:
        key = way["threads"], way.get("processes", True)
        if key not in ways:
            ways[key] = nn.ParallelNetwork(network, key[0], processes=key[1])
        parallel = ways[key]

        def step() -> None:
            parallel.training_step(images, targets, loss)
            optimizer.step(parallel.run)

        return step

    return prepare


def pytorch_steps(name: str, batch: int) -> Callable[[Way], Step]:
    """Return a function that performs PyTorch's training step.

    Raises
    ------
    SystemExit
        If its network differs from ours.
    """
    torch = importlib.import_module("torch")
    from random_networks import plan_of

    images, targets, network = task(name, batch)
    model = torch_sequential(torch, plan_of(name).layers)
    model.load_state_dict({key: torch.from_numpy(value.copy()) for key, value in network.state_dict().items()})
    x, y = torch.from_numpy(images), torch.from_numpy(targets)
    with torch.no_grad():
        difference = float(abs(model.eval()(x).numpy() - network.forward(images)).max())
    if not difference < 1e-3:
        raise SystemExit(f"{name}: PyTorch's logits differ from ours by {difference:g}; this is not the same network.")
    model.train()
    loss = torch.nn.CrossEntropyLoss() if targets.ndim == 1 else torch.nn.BCEWithLogitsLoss()

    def prepare(way: Way) -> Step:
        torch.set_num_threads(way["threads"])
        order = torch.channels_last if way["channels_last"] else torch.contiguous_format
        # A tensor with one channel matches both memory formats; only a copy is stored in the requested one.
        model.to(memory_format=order)
        batch_images = x.clone(memory_format=order)
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-4, fused=True)

        def step() -> None:
            optimizer.zero_grad(set_to_none=True)
            loss(model(batch_images), y).backward()
            optimizer.step()

        return step

    return prepare


def task(name: str, batch: int) -> tuple[Any, Any, Any]:
    """Return images, targets (labels, or numbers like the output where it has no classes) and a network."""
    import numpy as np
    from random_networks import plan_of

    from digitpad import nn

    plan = plan_of(name)
    rng = np.random.default_rng(0)
    images = rng.standard_normal((batch, *plan.input_shape), dtype=np.float32)
    network = nn.build(plan, rng=rng)
    output = network.output_shape(plan.input_shape)
    if output == (1,) or len(output) > 1:
        return images, rng.integers(0, 2, (batch, *output)).astype(np.float32), network
    return images, np.arange(batch) % 10, network


_PADDING = {"zeros": "ZeroPad2d", "reflect": "ReflectionPad2d", "replicate": "ReplicationPad2d"}


def torch_sequential(torch: Any, specs: Sequence[Mapping[str, Any]]) -> Any:
    """Build the network of an architecture with PyTorch, with our layer names."""
    model = torch.nn.Sequential()
    for spec in specs:
        arguments = {key: value for key, value in spec.items() if key not in {"name", "type", "initializer"}}
        kind = spec["type"]
        if kind in {"Residual", "SkipConnection"}:
            layer = _torch_branches(torch, kind, arguments)
        elif kind == "AttentionGate":
            layer = _torch_gate(torch, **arguments)
        elif kind == "GlobalAveragePool2D":
            layer = torch.nn.AdaptiveAvgPool2d(1)
        elif kind == "Pad2D":
            layer = getattr(torch.nn, _PADDING[arguments["mode"]])(arguments["padding"])
        elif kind == "Upsample2D":
            layer = torch.nn.Upsample(**arguments)
        else:
            layer = getattr(torch.nn, kind.replace("2D", "2d"))(**arguments)
        model.add_module(spec["name"], layer)
    return model


def _torch_branches(torch: Any, kind: str, branches: Mapping[str, Sequence[Mapping[str, Any]]]) -> Any:
    """Return body(x) + shortcut(x), or the maps of x followed by those of body(x)."""
    module = torch.nn.Module()
    for name in ("body", "shortcut") if kind == "Residual" else ("body",):
        module.add_module(name, torch_sequential(torch, branches.get(name, ())))
    if kind == "Residual":
        module.forward = lambda x: module.body(x) + module.shortcut(x)
    else:
        module.forward = lambda x: torch.cat((x, module.body(x)), 1)
    return module


def _torch_gate(torch: Any, skip_channels: int, signal_channels: int) -> Any:
    """Return the attention gate of `digitpad.nn.AttentionGate`, with its default number of inner maps."""
    inner = max(1, skip_channels // 2)
    module = torch.nn.Module()
    module.theta = torch.nn.Conv2d(skip_channels, inner, 1, bias=False)
    module.phi = torch.nn.Conv2d(signal_channels, inner, 1)
    module.psi = torch.nn.Conv2d(inner, 1, 1)

    def forward(x: Any) -> Any:
        skip, signal = x[:, :skip_channels], x[:, skip_channels:]
        alpha = torch.sigmoid(module.psi(torch.relu(module.theta(skip) + module.phi(signal))))
        return torch.cat((skip * alpha, signal), 1)

    module.forward = forward
    return module


def _best(turn: Mapping[str, float], labels: Mapping[str, Way]) -> float:
    return min(turn[label] for label in labels)


def _threads(count: int) -> str:
    return f"{count} thread{'s' if count > 1 else ''}"


if __name__ == "__main__":
    main()
