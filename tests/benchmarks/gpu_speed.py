"""Compare training speed on a GPU with PyTorch: forward pass, loss, backward pass and a step of Adam.

PyTorch runs eagerly, with its fused Adam, channels-first and channels-last; its best counts. Both multiply float32
matrices in the same way: in full precision, or both in TF32 (`--tf32`). As in `training_speed.py`, each runs in a
separate process, they take turns, and both are verified to train the same network. The GPU works asynchronously, so a
series of steps is timed until the last one is complete.

    python tests/benchmarks/gpu_speed.py --json gpu.json

needs an NVIDIA GPU, CuPy (extra `gpu`) and PyTorch with CUDA; without them it prints the reason and exits.
"""

import importlib
import os
from collections.abc import Callable
from typing import Any

from benchmarking import Figure, Way, arguments, finish, medians, ratio, report, settle_environment, take_turns
from training_speed import Contender, Step, task, torch_sequential
from training_speed import Way as Settings

NETWORKS = ("standard", "resnet")
BATCH = 512
#: Steps that are timed together.
_RUN = 20
#: Read by CuPy when it is imported.
_TF32 = "CUPY_TF32"


def main() -> None:
    """Measure, print a table, and write JSON if asked."""
    parser = arguments(__doc__, rounds=7, seconds=1.0)
    parser.add_argument("--networks", nargs="+", default=list(NETWORKS), help="names of presets (default: both)")
    parser.add_argument("--batch", type=int, default=BATCH, help="images a step (default: %(default)s)")
    parser.add_argument("--tf32", action="store_true", help="let both round factors of matrix products to TF32")
    options = parser.parse_args()
    settle_environment(pinned=options.pinned)
    os.environ[_TF32] = "1" if options.tf32 else "0"
    trouble = what_is_missing()
    if trouble:
        print(f"Nothing was measured: {trouble}.")
        finish([], {"missing": trouble}, options.json)
        return
    figures, milliseconds = [], {}
    for name in options.networks:
        with (
            Contender(digitpad_steps, name, options.batch) as ours,
            Contender(pytorch_steps, name, options.batch) as theirs,
        ):
            mine: dict[str, Way] = {"digitpad, CuPy": (ours, {})}
            other: dict[str, Way] = {
                f"PyTorch, channels {order}": (theirs, {"channels_last": order == "last"})
                for order in ("first", "last")
            }
            turns = take_turns(mine | other, rounds=options.rounds, seconds=options.seconds)
        steps = {way: value / _RUN for way, value in medians(turns).items()}
        report(f"training {name} on the GPU, batch {options.batch}", steps, options.batch)
        milliseconds[name] = steps
        work = f"training `{name}` on a GPU, batch {options.batch}, over PyTorch's best"
        figures.append(Figure(work, ratio(turns, other, mine), 0.5, at_least=True))
    details = {"device": device_name(), "tf32": options.tf32, "milliseconds": milliseconds}
    finish(figures, details, options.json)


def what_is_missing() -> str:
    """Return why nothing can be measured here; empty if it can."""
    from digitpad.nn.backend import select_device

    device = select_device("auto")
    if device.name != "cuda":
        return device.note or "there is no GPU that CuPy can use (it needs an NVIDIA GPU and the extra `gpu`)"
    try:
        torch = importlib.import_module("torch")
    except ImportError:
        return "PyTorch is not installed (extra `benchmark`)"
    return "" if torch.cuda.is_available() else "this PyTorch cannot use the GPU (it is built for the processor)"


def device_name() -> str:
    """Return the name of the GPU."""
    torch = importlib.import_module("torch")
    return str(torch.cuda.get_device_name())


def digitpad_steps(name: str, batch: int) -> Callable[[Settings], Step]:
    """Return a function that performs a series of digitpad's training steps."""
    from digitpad import nn
    from digitpad.nn.backend import select_device, to_device

    device = select_device("cuda")
    images, targets, network = task(name, batch)
    x, y = to_device(images, device), to_device(targets, device)
    parallel = nn.ParallelNetwork(network.to(device))
    loss, optimizer = nn.CrossEntropyLoss(), nn.Adam(network.parameters(), learning_rate=1e-4)
    library: Any = device.library

    def run() -> None:
        for _ in range(_RUN):
            parallel.training_step(x, y, loss)
            optimizer.step(parallel.run)
        library.cuda.get_current_stream().synchronize()

    return lambda _settings: run


def pytorch_steps(name: str, batch: int) -> Callable[[Settings], Step]:
    """Return a function that performs a series of PyTorch's training steps.

    Raises
    ------
    SystemExit
        If its network differs from ours.
    """
    torch = importlib.import_module("torch")
    from digitpad import nn

    tf32 = os.environ[_TF32] == "1"
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = tf32
    torch.backends.cudnn.benchmark = True
    images, targets, network = task(name, batch)
    model = torch_sequential(torch, nn.ARCHITECTURES[name].layers)
    model.load_state_dict({key: torch.from_numpy(value.copy()) for key, value in network.state_dict().items()})
    model.to("cuda")
    x, y = torch.from_numpy(images).cuda(), torch.from_numpy(targets).cuda()
    with torch.no_grad():
        difference = float(abs(model.eval()(x).cpu().numpy() - network.forward(images)).max())
    if not difference < (1e-1 if tf32 else 1e-3):
        raise SystemExit(f"{name}: PyTorch's logits differ from ours by {difference:g}; this is not the same network.")
    model.train()
    loss = torch.nn.CrossEntropyLoss()

    def prepare(settings: Settings) -> Step:
        order = torch.channels_last if settings["channels_last"] else torch.contiguous_format
        model.to(memory_format=order)
        batch_images = x.clone(memory_format=order)
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-4, fused=True)

        def run() -> None:
            for _ in range(_RUN):
                optimizer.zero_grad(set_to_none=True)
                loss(model(batch_images), y).backward()
                optimizer.step()
            torch.cuda.synchronize()

        return run

    return prepare


if __name__ == "__main__":
    main()
