"""Train with a recipe in digitpad and in PyTorch, each run in its own process, and read MNIST's test digits meanwhile.

Both start from the same initial weights, and take the same batches in the same order with the same learning rates. The
clock starts before Python does. digitpad loads, checks and splits its data and builds its network itself, as the
command line does; for PyTorch all of this is prepared. The clock stops while the test digits are evaluated.
"""

import importlib
import json
import math
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from training_speed import torch_sequential

_READ_AT_ONCE = 500

Points = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Job:
    """What one process trains.

    Attributes
    ----------
    recipe
        The recipe.
    seed, threads
        Seed of the run, and number of threads.
    looks
        Number of evaluations; the last one is after the last step.
    limit
        Number of images in all, as with `--limit`; None for all of MNIST.
    validation
        Number of validation images among them, as with `--validation`; None for 5,000.
    channels_last
        PyTorch's memory format.
    """

    recipe: str
    seed: int
    threads: int
    looks: int = 1
    limit: int | None = None
    validation: int | None = None
    channels_last: bool = True


@dataclass(frozen=True, slots=True)
class Run:
    """The result of a job.

    Attributes
    ----------
    library, seed
        What trained, and its seed.
    points
        (seconds, accuracy on the test digits) at every evaluation.
    started
        Seconds until the first step began.
    limit
        As of the job.
    """

    library: str
    seed: int
    points: Points
    started: float = 0.0
    limit: int | None = None

    @property
    def seconds(self) -> float:
        """Seconds from the start of the process to the end of the training."""
        return self.points[-1][0]

    @property
    def trained(self) -> float:
        """Seconds from the first step to the end of the training."""
        return self.seconds - self.started

    @property
    def accuracy(self) -> float:
        """Accuracy at the end."""
        return self.points[-1][1]


def measure(library: str, job: Job, prepared: Path) -> Run:
    """Start a process that trains with one library, and return its results.

    Raises
    ------
    SystemExit
        If it fails.
    """
    # The system clock, because the monotonic clock is not shared between processes on all platforms.
    words = [library, json.dumps(asdict(job)), str(prepared), repr(time.time())]
    finished = subprocess.run([sys.executable, __file__, *words], stdout=subprocess.PIPE, text=True, check=False)
    if finished.returncode != 0:
        raise SystemExit(f"Training with {library} failed; what it said is above.")
    answer = json.loads(finished.stdout)
    points = [(seconds, share) for seconds, share in answer["points"]]
    return Run(library, job.seed, points, answer["started"], job.limit)


def main() -> None:
    """Be one of the measured processes."""
    library, job, prepared, begun = sys.argv[1:]
    contend = digitpad_points if library == "digitpad" else pytorch_points
    started, points = contend(Stopwatch(float(begun)), Job(**json.loads(job)), Path(prepared))
    sys.stdout.write(json.dumps({"started": started, "points": points}))


class Stopwatch:
    """Counts seconds since `begun`, without the periods in which it was paused."""

    def __init__(self, begun: float) -> None:
        self.begun = begun
        self._left_out = 0.0

    @property
    def seconds(self) -> float:
        """The elapsed seconds."""
        return time.time() - self.begun - self._left_out

    def stopped(self, work: Callable[[], float]) -> float:
        """Call a function while the watch is paused, and return its result."""
        at = time.time()
        result = work()
        self._left_out += time.time() - at
        return result


def looks(steps: int, count: int) -> set[int]:
    """Return the steps after which the test digits are evaluated, counted from 1."""
    return {math.ceil(steps * look / count) for look in range(1, count + 1)}


def prepare(path: Path, job: Job) -> None:
    """Write the data that PyTorch needs to train as digitpad does; digitpad's process computes it itself.

    Parameters
    ----------
    path
        File for NumPy's arrays: images and labels, the order of every epoch, initial weights, learning rates.
    job
        What is trained.
    """
    import numpy as np

    from digitpad.data.mnist import load_mnist
    from digitpad.models.architecture_file import build_network
    from digitpad.nn import ARCHITECTURES
    from digitpad.seeding import Purpose, generator
    from digitpad.training.building import build_optimizer
    from digitpad.training.preparation import choose_images
    from digitpad.training.recipes import find_recipe
    from digitpad.training.schedules import build_scheduler

    settings, seed = settings_of(job), job.seed
    plan = ARCHITECTURES[find_recipe(job.recipe).architecture]
    network = build_network(plan, seed)
    training, _ = choose_images(load_mnist("train"), limit=job.limit, validation=job.validation, seed=seed)
    test = load_mnist("test")
    orders = [
        generator(seed, Purpose.ORDER, epoch).permutation(len(training)) for epoch in range(1, settings.epochs + 1)
    ]
    steps = settings.epochs * math.ceil(len(training) / settings.batch_size)
    schedule = build_scheduler(settings, build_optimizer(settings, network.parameters()), steps)
    arrays: dict[str, Any] = {f"weights.{name}": value for name, value in network.state_dict().items()}
    arrays |= {"images": training.images, "labels": training.labels}
    arrays |= {"test_images": test.images, "test_labels": test.labels}
    arrays |= {"orders": np.stack(orders), "rates": [schedule.learning_rate_at(step) for step in range(steps)]}
    arrays |= {"batch_size": settings.batch_size, "optimizer": str(settings.optimizer), "momentum": settings.momentum}
    arrays["label_smoothing"] = settings.label_smoothing
    np.savez(path, allow_pickle=False, **arrays, plan=json.dumps(plan.layers))


def settings_of(job: Job) -> Any:
    """Return the training settings of a job."""
    from digitpad.training.recipes import find_recipe
    from digitpad.training.settings import TrainingSettings

    return TrainingSettings(**find_recipe(job.recipe).settings(), seed=job.seed, threads=job.threads)


def digitpad_points(watch: Stopwatch, job: Job, _prepared: Path) -> tuple[float, Points]:
    """Train as `digitpad train` does; return when the first step began, and the accuracy at every evaluation."""
    from digitpad.data.mnist import load_mnist, loading_ahead

    with loading_ahead("train"):
        from digitpad.data.dataset import normalize
        from digitpad.models.architecture_file import build_network
        from digitpad.nn import ARCHITECTURES, ParallelNetwork
        from digitpad.training.events import StepCompleted, TrainingStarted
        from digitpad.training.preparation import choose_images
        from digitpad.training.recipes import find_recipe
        from digitpad.training.trainer import Trainer

        digits = load_mnist("train")
    training, _ = choose_images(digits, limit=job.limit, validation=job.validation, seed=job.seed)
    network = build_network(ARCHITECTURES[find_recipe(job.recipe).architecture], job.seed)
    trainer = Trainer(network, training, None, settings_of(job))
    points: Points = []
    wanted: set[int] = set()
    test: list[Any] = []
    started = 0.0

    def accuracy() -> float:
        if not test:
            digits = load_mnist("test")
            test.extend((normalize(digits.pixels), digits.labels, ParallelNetwork(network, job.threads)))
        images, labels, reader = test
        return float((reader.predict(images).argmax(axis=1) == labels).mean())

    for event in trainer.run():
        if isinstance(event, TrainingStarted):
            started, wanted = watch.seconds, looks(event.epochs * event.batches, job.looks)
        elif isinstance(event, StepCompleted) and event.step in wanted:
            seconds = watch.seconds
            points.append((seconds, watch.stopped(accuracy)))
    return started, points


def pytorch_points(watch: Stopwatch, job: Job, prepared: Path) -> tuple[float, Points]:
    """Train with PyTorch; return when the first step began, and the accuracy at every evaluation."""
    import numpy as np

    torch = importlib.import_module("torch")
    torch.set_num_threads(job.threads)
    torch.manual_seed(job.seed)
    layout = torch.channels_last if job.channels_last else torch.contiguous_format
    data = np.load(prepared)
    images, labels = torch.from_numpy(data["images"]), torch.from_numpy(data["labels"])
    orders, rates, size = torch.from_numpy(data["orders"]), data["rates"], int(data["batch_size"])
    model = torch_sequential(torch, json.loads(str(data["plan"])))
    weights = {name: torch.from_numpy(data[f"weights.{name}"]) for name in model.state_dict()}
    model.load_state_dict(weights)
    model.to(memory_format=layout)
    optimizer = torch_optimizer(torch, model, str(data["optimizer"]), float(data["momentum"]))
    loss = torch.nn.CrossEntropyLoss(label_smoothing=float(data["label_smoothing"]))

    def normalized(some: Any) -> Any:
        batch = some.to(torch.float32).contiguous(memory_format=layout)
        return batch.mul_(1 / (255 * 0.3081)).sub_(0.1307 / 0.3081)

    def accuracy() -> float:
        digits, answers = torch.from_numpy(data["test_images"]), data["test_labels"]
        model.eval()
        with torch.no_grad():
            read = [model(normalized(some)).argmax(dim=1) for some in digits.split(_READ_AT_ONCE)]
        model.train()
        return float((torch.cat(read).numpy() == answers).mean())

    points: Points = []
    wanted = looks(len(rates), job.looks)
    batches = (chosen for order in orders for chosen in order.split(size))
    started = watch.seconds
    for step, (chosen, rate) in enumerate(zip(batches, rates, strict=True), start=1):
        optimizer.param_groups[0]["lr"] = float(rate)
        optimizer.zero_grad(set_to_none=True)
        loss(model(normalized(images[chosen])), labels[chosen]).backward()
        optimizer.step()
        if step in wanted:
            seconds = watch.seconds
            points.append((seconds, watch.stopped(accuracy)))
    return started, points


def torch_optimizer(torch: Any, model: Any, name: str, momentum: float) -> Any:
    """Return PyTorch's optimizer of that name, in its fused form.

    Raises
    ------
    ValueError
        If there is no counterpart here.
    """
    match name:
        case "adam":
            return torch.optim.Adam(model.parameters(), fused=True)
        case "adamw":
            return torch.optim.AdamW(model.parameters(), fused=True)
        case "sgd" | "nesterov":
            return torch.optim.SGD(model.parameters(), momentum=momentum, nesterov=name == "nesterov", fused=True)
        case other:
            raise ValueError(f"PyTorch's counterpart of {other} is not told here.")


if __name__ == "__main__":
    main()
