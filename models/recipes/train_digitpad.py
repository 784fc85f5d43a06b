"""Train the default model, from the data of the project alone.

    python models/recipes/train_digitpad.py FOLDER [--images 1200000] [--seed 0] [--fold K] [--teacher MODEL ...]
    python models/recipes/train_digitpad.py LAST --start-from FOLDER --images 192000 --ink 0 --manners 0 ...

FOLDER receives checkpoints, the log, and at the end `model.safetensors` with its card `model.md`. The same command
continues a training that was interrupted, also by a power failure, and gives the same weights as without the
interruption. The batches are described in `digit_mix.py`. The weights of the last steps are averaged, batch-norm is
folded into the convolutions, and biases of the classes and a temperature are fitted on 5,000 of MNIST's training
digits, which are not learned.

--fold K leaves out the pen ink of every fifth writer and reads it at the end: settings are chosen by this, and never by
MNIST's test digits. --start-from continues from the averaged weights of another training, with other batches and rates.
--teacher, given once or several times, distils: the targets are the mean of the label and of what the teachers answer
to the same image.
"""

import argparse
import json
import platform
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

import numpy as np
import safetensors.numpy
from digit_mix import CLASSES, FOLDS, NUMBERS, Mix, Shares
from numpy.typing import NDArray

from digitpad import __version__
from digitpad.atomic import atomic_write
from digitpad.data.dataset import DIGITS, Dataset, normalize
from digitpad.data.ink import Drawing
from digitpad.data.rasterize import inks_to_images
from digitpad.evaluation import evaluate
from digitpad.evaluation.class_biases import fit_class_biases, with_class_biases
from digitpad.evaluation.temperature import fit_temperature, with_temperature
from digitpad.models.architecture_file import build_network
from digitpad.models.model_file import Model, ModelMetadata, load_model, save_model
from digitpad.models.tensor_file import read_header, read_tensors
from digitpad.nn import (
    Adam,
    Architecture,
    CrossEntropyLoss,
    ExponentialMovingAverage,
    OneCycleLR,
    ParallelNetwork,
)
from digitpad.nn.architectures.folding import fold_batch_norm
from digitpad.nn.architectures.presets import reader
from digitpad.nn.functional import softmax
from digitpad.reading.recognizer import Recognizer
from digitpad.training.checkpoints import on_host, restore_streams, streams_of
from digitpad.training.prefetch import prefetched

#: Number of batches that are made ahead of the training.
_AHEAD = 4
#: Number of checkpoints between two readings of the validation digits, which take as long as ten steps.
_SAVES_BETWEEN_FIGURES = 10
#: Probability of "no digit" from which on an image is refused.
THRESHOLD = 0.65
#: Answers that are neither certain nor doubtful, for which the calibration is reported separately.
_MIDDLE, _MIDDLE_NAME = (0.8, 0.95), "right of answers with 80 to 95 %"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that the weights depend on, except the code; a checkpoint continues only with the same settings."""

    images: int
    batch: int
    rate: float
    channels: tuple[int, int, int]
    hidden: int
    seed: int
    fold: int | None
    decay: float
    teachers: tuple[str, ...]
    trust: float
    shares: Shares
    settling: float
    start_from: str | None = None
    numbers: int = NUMBERS

    @property
    def steps(self) -> int:
        """Number of steps."""
        return max(2, self.images // self.batch)

    @property
    def settles_at(self) -> int:
        """The step from which on batches have less pen ink, see `Shares.settled`."""
        return round((1 - self.settling) * self.steps)


class Training:
    """A training that continues from its last checkpoint.

    Parameters
    ----------
    folder
        Folder of the checkpoint and the log.
    settings
        The settings.
    mix
        The batches.
    threads
        Threads for the network; the weights differ in rounding between numbers of threads.
    """

    def __init__(self, folder: Path, settings: Settings, mix: Mix, threads: int) -> None:
        self.folder, self.settings, self.mix = folder, settings, mix
        self.architecture = architecture(settings)
        self.network = build_network(self.architecture, settings.seed)
        if settings.start_from is not None:
            earlier = ExponentialMovingAverage(self.network, settings.decay)
            earlier.load_state_dict(_under("average.", read_tensors(_checkpoint_in(Path(settings.start_from)))))
            earlier.copy_to(self.network)
        self._optimizer = Adam(self.network.parameters(), settings.rate)
        self._rates = OneCycleLR(self._optimizer, settings.steps)
        self.average = ExponentialMovingAverage(self.network, settings.decay, warm_up=True)
        self._teachers = [ParallelNetwork(teacher(name).network) for name in settings.teachers]
        self._parallel = ParallelNetwork(self.network, threads)
        self.step, self.seconds = 0, 0.0
        if self.checkpoint.exists():
            self._restore()

    @property
    def checkpoint(self) -> Path:
        """The file of the checkpoint."""
        return _checkpoint_in(self.folder)

    def run(self, save_every: int) -> None:
        """Take all remaining steps, and write the state every `save_every` steps."""
        loss, total, count, begun = CrossEntropyLoss(), 0.0, 0, time.monotonic()
        for images, targets in prefetched(self.batches, _AHEAD):
            value, _logits = self._parallel.training_step(images, targets, loss)
            self._optimizer.step(self._parallel.run)
            self._rates.step()
            self.average.update()
            self.step += 1
            total, count = total + float(value), count + 1
            if self.step % save_every == 0 or self.step == self.settings.steps:
                now = time.monotonic()
                self.seconds += now - begun
                self.save()
                reads = self.step % (save_every * _SAVES_BETWEEN_FIGURES) == 0 or self.step == self.settings.steps
                self._report(total / count, reads=reads)
                total, count, begun = 0.0, 0, now
        self._parallel.close()

    def save(self) -> None:
        """Write the state, so that a killed process loses only the steps since then."""
        parts = {
            "network": self.network.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "average": self.average.state_dict(),
        }
        tensors = {
            f"{part}.{name}": array
            for part, state in parts.items()
            for name, array in on_host(state, copied=False).items()
        }
        state = {
            "settings": asdict(self.settings),
            "step": self.step,
            "seconds": self.seconds,
            "rates": self._rates.state_dict(),
            "streams": streams_of(self._parallel.replicas),
        }
        with atomic_write(self.checkpoint) as file:
            file.write(safetensors.numpy.save(tensors, metadata={"state": json.dumps(state)}))

    def model(self) -> Model:
        """Return the averaged network, with batch-norm folded into its convolutions."""
        network = build_network(self.architecture, self.settings.seed)
        self.average.copy_to(network)
        plan, folded = fold_batch_norm(self.architecture, network)
        return Model(folded, replace(plan, name="reader-folded"), ModelMetadata(labels=CLASSES), "digitpad")

    def _restore(self) -> None:
        tensors = read_tensors(self.checkpoint)
        state = json.loads(read_header(self.checkpoint).strings["state"])
        wanted = json.loads(json.dumps(asdict(self.settings)))
        changed = [name for name, value in wanted.items() if state["settings"].get(name) != value]
        if changed:
            raise SystemExit(f"{self.folder} has a training with another {', '.join(changed)}; choose another folder.")
        self.network.load_state_dict(_under("network.", tensors))
        self._optimizer.load_state_dict(_under("optimizer.", tensors))
        self.average.load_state_dict(_under("average.", tensors))
        self._rates.load_state_dict(state["rates"])
        restore_streams(self._parallel.replicas, state["streams"])
        self.step, self.seconds = state["step"], state["seconds"]

    def batches(self) -> Generator[tuple[NDArray[np.float32], NDArray[np.generic]], None, None]:
        """Make the remaining batches: normalized images, and their labels or, with teachers, probabilities."""
        for number in range(self.step, self.settings.steps):
            images, labels = self.mix.batch(number, self.settings.batch)
            yield normalize(images), self._taught(images, labels) if self._teachers else labels

    def _taught(self, images: NDArray[np.uint8], labels: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the mean of the labels and of the teachers' answers, as probabilities (N, classes)."""
        answers = [softmax(teacher.predict(normalize(images))) for teacher in self._teachers]
        taught = np.mean(answers, axis=0, dtype=np.float32)
        hard = np.eye(len(CLASSES), dtype=np.float32)[labels]
        mixed: NDArray[np.float32] = self.settings.trust * taught + (1 - self.settings.trust) * hard
        return mixed

    def _accuracy(self, digits: Dataset) -> float:
        """Return the share of digits whose best answer among the ten digits is right."""
        starts = range(0, len(digits), 250)
        logits = [self._parallel.predict(normalize(digits.pixels[at : at + 250])) for at in starts]
        return float((np.concatenate(logits)[:, : len(DIGITS)].argmax(axis=1) == digits.labels).mean())

    def _report(self, loss: float, *, reads: bool) -> None:
        """Print and log the loss and, if asked, the errors of the averaged network on the validation digits."""
        line = f"step {self.step} of {self.settings.steps}: loss {loss:.4f}, {self.seconds / 60:.0f} min"
        if reads:
            with self.average.applied():
                line += f", {1 - self._accuracy(self.mix.validation):.2%} of MNIST wrong"
        print(line, flush=True)
        with (self.folder / "log.txt").open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def architecture(settings: Settings) -> Architecture:
    """Return the plan of the network, with an output for "no digit"."""
    plan = reader(settings.channels, settings.hidden)
    return replace(plan, layers=(*plan.layers[:-1], {**plan.layers[-1], "out_features": len(CLASSES)}))


def teacher(name: str) -> Model:
    """Open a model that has the same classes as the one in training."""
    model = load_model(name)
    if model.metadata.labels != CLASSES:
        raise SystemExit(f"{name} does not have the classes {', '.join(CLASSES)}; choose another teacher.")
    return model


def calibrated(model: Model, mnist: Dataset) -> tuple[Model, float]:
    """Return the model with class biases and a temperature that are fitted on digits, and the temperature.

    The batches show some digits more often than others, above all the fours in their many manners.
    """
    # Log-probabilities are logits, up to a constant that does not change the softmax.
    found = evaluate(Recognizer(model), mnist)
    model = with_class_biases(model, fit_class_biases(found.log_probabilities[:, : len(DIGITS)], found.targets))
    found = evaluate(Recognizer(model), mnist)
    temperature = fit_temperature(found.log_probabilities, found.targets)
    return with_temperature(model, temperature), temperature


def as_dataset(drawings: Sequence[Drawing]) -> Dataset:
    """Return labelled ink as the window reads it."""
    images = np.rint(inks_to_images([(one.strokes, one.long_side) for one in drawings]) * 255).astype(np.uint8)
    labels = np.array([int(str(one.label)) for one in drawings], np.int64)
    writers = {"writer": tuple(str(one.extra["writer"]) for one in drawings)}
    return Dataset.of("pen ink of writers left out", images[:, np.newaxis], labels, origins=writers)


def figures_of(recognizer: Recognizer, dataset: Dataset) -> dict[str, float]:
    """Return the figures of a dataset by name, and print them."""
    result = evaluate(recognizer, Dataset.of(dataset.name, dataset.pixels, dataset.labels, DIGITS))
    refused = float((recognizer.refusals(dataset.pixels) >= recognizer.threshold).mean())
    recalls = {one.label: one.recall or 0.0 for one in result.per_class}
    classes = " ".join(f"{label}:{recall:.1%}" for label, recall in recalls.items())
    found = {"accuracy": result.accuracy, "refused": refused, "calibration error": result.calibration.error}
    middle = (result.confidences >= _MIDDLE[0]) & (result.confidences < _MIDDLE[1])
    if middle.any():
        found[_MIDDLE_NAME] = float(result.correct[middle].mean())
    print(f"{dataset.name}, {len(dataset)} digits: " + ", ".join(f"{name} {one:.2%}" for name, one in found.items()))
    print(f"    {classes}", flush=True)
    return found


def finish(training: Training, command: str, threshold: float = THRESHOLD) -> None:
    """Calibrate the averaged network, and write the model and its card."""
    settings, mix = training.settings, training.mix
    model, temperature = calibrated(training.model(), mix.validation)
    record = {
        "command": command,
        "seed": settings.seed,
        # The part of MNIST that was learned, so that `validation_images(model, "mnist")` finds the rest.
        "images": len(mix.mnist),
        "data_sha256": mix.mnist.checksum,
        "settings": asdict(settings),
        "steps": training.step,
        "seconds": round(training.seconds),
        "temperature": temperature,
        "digitpad": __version__,
        "numpy": np.__version__,
        "machine": platform.machine(),
    }
    recognizer = Recognizer(replace(model, metadata=replace(model.metadata, refusal_threshold=threshold)))
    found = {"MNIST, validation": figures_of(recognizer, mix.validation)}
    if mix.left_out:
        found["pen ink of writers left out"] = figures_of(recognizer, as_dataset(mix.left_out))
    metadata = replace(
        model.metadata,
        training=json.loads(json.dumps(record)),
        metrics={"validation_accuracy": found["MNIST, validation"]["accuracy"]},
        refusal_threshold=threshold,
    )
    save_model(training.folder / "model.safetensors", replace(model, metadata=metadata))
    with atomic_write(training.folder / "model.md") as file:
        file.write(card(training, command, temperature, found).encode("utf-8"))


def card(training: Training, command: str, temperature: float, found: Mapping[str, Mapping[str, float]]) -> str:
    """Return the card of a model: how it was trained, and the figures that may be used to choose a training."""
    settings, mix = training.settings, training.mix
    weights = sum(parameter.value.size for parameter in training.network.parameters())
    shares = ", ".join(f"{name} {value:.1%}" for name, value in asdict(settings.shares).items())
    rows = [
        f"| {name} | {one['accuracy']:.2%} | {one['refused']:.2%} | {one['calibration error']:.2%} | "
        + (f"{one[_MIDDLE_NAME]:.1%} |" if _MIDDLE_NAME in one else "none |")
        for name, one in found.items()
    ]
    trained = (
        f"{weights:,} weights while training, {settings.steps:,} steps of {settings.batch} images, "
        f"{training.seconds / 3600:.1f} hours, seed {settings.seed}, temperature {temperature:.3f}."
    )
    learned = (
        f"Learned from {len(mix.mnist):,} digits of MNIST and {len(mix.drawings):,} of pen ink. "
        f"In each batch: {shares}; the rest is MNIST."
        + (
            f" In the last {settings.settling:.0%} of the steps, half as much ink and manners."
            if settings.settling
            else ""
        )
    )
    if settings.start_from is not None:
        learned += f" The first weights are the averaged ones of {settings.start_from}."
    return "\n".join(
        [
            "# digitpad",
            "",
            "```sh",
            command,
            "```",
            "",
            trained,
            learned,
            "",
            f"| | correct | rejected | calibration error | {_MIDDLE_NAME} |",
            "|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _checkpoint_in(folder: Path) -> Path:
    return folder / "checkpoint.safetensors"


def _under(prefix: str, tensors: Mapping[str, NDArray[np.generic]]) -> dict[str, NDArray[np.generic]]:
    return {name.removeprefix(prefix): array for name, array in tensors.items() if name.startswith(prefix)}


def main() -> None:
    """Train, or continue, and write the model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--images", type=int, default=1_200_000, help="in all batches together")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rate", type=float, default=0.003, help="highest learning rate of the cycle")
    parser.add_argument("--channels", type=int, nargs=3, default=(24, 64, 112))
    parser.add_argument("--hidden", type=int, default=128)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--fold", type=int, choices=range(1, FOLDS + 1))
    parser.add_argument("--decay", type=float, default=0.9995, help="of the average of the weights")
    parser.add_argument("--teacher", action="append", default=[], help="model to distil; may be given several times")
    parser.add_argument("--trust", type=float, default=0.7, help="share of the teachers in the targets")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--save-every", type=int, default=100, help="steps between two checkpoints")
    parser.add_argument("--settling", type=float, default=0.3, help="part of the steps, at the end, with less pen ink")
    parser.add_argument("--numbers", type=int, default=NUMBERS, help="numbers of touching digits to cut into pieces")
    parser.add_argument(
        "--threshold", type=float, default=THRESHOLD, help="probability from which on images are refused"
    )
    parser.add_argument(
        "--start-from", type=Path, help="folder of a training whose averaged weights are the first ones"
    )
    for part in fields(Shares):
        parser.add_argument(f"--{part.name}", type=float, default=part.default, help="share of the images")
    options = parser.parse_args()
    settings = Settings(
        images=options.images,
        batch=options.batch,
        rate=options.rate,
        channels=tuple(options.channels),
        hidden=options.hidden,
        seed=options.seed,
        fold=options.fold,
        decay=options.decay,
        teachers=tuple(options.teacher),
        trust=options.trust,
        shares=Shares(**{part.name: getattr(options, part.name) for part in fields(Shares)}),
        settling=options.settling,
        start_from=None if options.start_from is None else str(options.start_from),
        numbers=options.numbers,
    )
    options.folder.mkdir(parents=True, exist_ok=True)
    mix = Mix.open(settings.seed, settings.fold, settings.shares, settings.settles_at, settings.numbers)
    training = Training(options.folder, settings, mix, options.threads)
    training.run(options.save_every)
    finish(training, " ".join(["python", "models/recipes/train_digitpad.py", *sys.argv[1:]]), options.threshold)


if __name__ == "__main__":
    main()
