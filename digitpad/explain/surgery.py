"""Surgery on a network: mute a unit, keep it alone, scale it, redraw its kernel, and see what that does.

An operation is a value, and a network with operations is made anew from the one that was there: undoing is making it
without the last. Everything is done to weights, so the result is an ordinary model that can be saved, trained and
looked into.

A unit is muted where it is made: weights and bias of its convolution or dense layer become 0, and so does all that a
batch-norm right behind it would add: its running mean and its bias. The number is then exactly 0 for every picture.
Scaling does the same with another factor; batch-norm's output is scaled by it too.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeAlias

import numpy as np

from digitpad.data.dataset import Dataset
from digitpad.errors import DigitpadError
from digitpad.explain.dependencies import Cell, check_cell
from digitpad.explain.frame import Inspector
from digitpad.explain.structure import Structure
from digitpad.explain.weighted import kernels_of
from digitpad.models.model_file import Model
from digitpad.nn import layers
from digitpad.nn.layers.activations import Activation
from digitpad.nn.parameter import Buffer

_BATCH = 250


@dataclass(frozen=True, slots=True)
class Scale:
    """Multiply a unit by a factor; 0 mutes it.

    Attributes
    ----------
    layer, unit
        The activation, and its map or unit. The unit is scaled where it is made, see `made_by`.
    factor
        The factor.
    """

    layer: str
    unit: int
    factor: float

    def __str__(self) -> str:
        what = f"{self.layer} unit {self.unit}"
        return f"{what} muted" if self.factor == 0 else f"{what} × {self.factor:g}"


@dataclass(frozen=True, slots=True)
class KeepAlone:
    """Mute all units of a layer but one.

    Attributes
    ----------
    layer, unit
        The activation, and the unit that stays.
    """

    layer: str
    unit: int

    def __str__(self) -> str:
        return f"{self.layer} unit {self.unit} alone"


@dataclass(frozen=True, slots=True)
class Redraw:
    """Give a convolution's map, or a dense unit, another kernel for one of the maps below.

    Attributes
    ----------
    layer, unit
        A convolution and its map, or a dense layer and its unit.
    place
        Which of the kernels that `kernels_of` returns.
    kernel
        Its new numbers, row by row.
    """

    layer: str
    unit: int
    place: int
    kernel: tuple[tuple[float, ...], ...]

    def __str__(self) -> str:
        return f"{self.layer} unit {self.unit}, kernel {self.place} redrawn"


Operation: TypeAlias = Scale | KeepAlone | Redraw


def mute(layer: str, unit: int) -> Scale:
    """Return the operation that mutes a unit."""
    return Scale(layer, unit, 0.0)


@dataclass(frozen=True, slots=True)
class History:
    """Operations that were done, and those that were undone and may be done again.

    Attributes
    ----------
    done
        In their order.
    undone
        The last undone first.
    """

    done: tuple[Operation, ...] = ()
    undone: tuple[Operation, ...] = ()

    def add(self, operation: Operation) -> "History":
        """Return the history with one more; what was undone is forgotten."""
        return History((*self.done, operation))

    def undo(self) -> "History":
        """Return the history without the last; the same if there is none."""
        return History(self.done[:-1], (self.done[-1], *self.undone)) if self.done else self

    def redo(self) -> "History":
        """Return the history with the last undone done again; the same if there is none."""
        return History((*self.done, self.undone[0]), self.undone[1:]) if self.undone else self


def operate(model: Model, operations: tuple[Operation, ...]) -> Model:
    """Return a model on whose weights operations were done.

    Parameters
    ----------
    model
        The model; left as it is.
    operations
        What to do, in order.

    Returns
    -------
    Model
        With weights of its own. Its metadata record the operations and what they were done to; the figures measured
        on the model before say nothing of it, and are left out. Without operations, a copy.

    Raises
    ------
    DigitpadError
        If an operation cannot be done, such as muting a sum of branches.
    """
    result = model.copy()
    if not operations:
        return result
    size = model.metadata.preprocessing.size
    structure = Structure(result.network, (model.architecture.input_shape[0], size, size))
    for operation in operations:
        match operation:
            case Scale():
                _scale(structure, operation, [operation.unit], operation.factor)
            case KeepAlone():
                units = structure[operation.layer].shape[0] if operation.layer in structure else 0
                _scale(structure, operation, [unit for unit in range(units) if unit != operation.unit], 0.0)
            case Redraw():
                _redraw(structure, operation)
    before: dict[str, Any] = dict(model.metadata.training)
    record = {"model": model.name, "operations": [_record(operation) for operation in operations]}
    metadata = replace(model.metadata, metrics={}, training={**before, "surgery": record})
    return replace(result, metadata=metadata)


def made_by(structure: Structure, layer: str, unit: int) -> tuple[str, int]:
    """Return the layer with weights that makes a unit, and its unit there.

    Activations, pooling and what passes numbers on have no weights: theirs are made by the layer before. A batch-norm
    right behind a convolution belongs to it.

    Raises
    ------
    DigitpadError
        If the unit is not made in one place, or not by weights.
    """
    try:
        check_cell(structure, Cell(layer, unit))
    except ValueError as error:
        raise DigitpadError(f"The network has no unit {unit} in {layer}; choose another.") from error
    node = structure[layer]
    while True:
        match node.layer:
            case layers.Conv2D() | layers.ConvTranspose2D() | layers.Linear():
                return node.name, unit
            case layers.BatchNorm2D() if structure[node.sources[0].name].kind != "convolution":
                return node.name, unit
            case layers.Concatenate():
                for source in node.sources:
                    if unit < source.count:
                        break
                    unit -= source.count
                else:  # Not reached: the unit was checked.
                    raise DigitpadError(f"The network has no unit {unit} in {layer}; choose another.")
                node = structure[source.name]
            case (
                Activation() | layers.MaxPool2D() | layers.AvgPool2D() | layers.GlobalAveragePool2D()
                | layers.BatchNorm2D() | layers.Dropout() | layers.Identity()
            ) if len(node.sources) == 1:  # fmt: skip
                unit += node.sources[0].first
                node = structure[node.sources[0].name]
            case _:
                raise DigitpadError(
                    f"{node.name} is not made by weights of its own; operate on {_before(structure, node.name)} "
                    "instead."
                )


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How many images a model has read right, of those tried so far.

    Attributes
    ----------
    correct, done, total
        Images read right, tried, and all.
    sample
        How many are the sample with which it begins, chosen at random over the whole set.
    """

    correct: int
    done: int
    total: int
    sample: int

    @property
    def share(self) -> float:
        """The share read right, in [0, 1]."""
        return self.correct / self.done

    @property
    def uncertainty(self) -> float:
        """Half the width of the 95 % interval for what `share` will be once all were tried; then 0.

        It is Wilson's, narrowed because the images left are part of the same set. `digitpad.evaluation` gives the wider
        interval for digits that are in no set.
        """
        if self.done == self.total:
            return 0.0
        z, n, p = 1.96, self.done, self.share
        # Fewer remain in doubt the more of the set was tried.
        spread = z / (1 + z * z / n) * ((p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5)
        return float(spread * ((self.total - n) / (self.total - 1)) ** 0.5)


def accuracy(model: Model, dataset: Dataset, *, sample: int = 1000, seed: int = 0) -> Iterator[Accuracy]:
    """Measure how many images of a data set a model reads right: a random sample first, then all the others.

    Parameters
    ----------
    model
        A model that reads digits.
    dataset
        Images and labels.
    sample
        How many images the sample has.
    seed
        Of the choice: the same sample for the same seed, so that two models are asked the same.

    Yields
    ------
    Accuracy
        After each batch; stop asking to stop it.
    """
    inspector = Inspector.of(model)
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(dataset))
    sample = min(sample, len(dataset))
    # In the order of the files behind the sample: memory is read forwards.
    order[sample:].sort()
    correct = 0
    for start in range(0, len(order), _BATCH):
        some = order[start : start + _BATCH]
        answers = inspector.probabilities(dataset.images[some]).argmax(axis=1)
        correct += int((answers == dataset.labels[some]).sum())
        yield Accuracy(correct, start + len(some), len(order), sample)


def with_accuracy(model: Model, measured: Accuracy, *, name: str = "test_accuracy") -> Model:
    """Return a model whose metadata state a measured accuracy; the same model if not the whole set was tried.

    Parameters
    ----------
    model
        The model.
    measured
        The last that `accuracy` yielded for it.
    name
        Of the figure in the metadata: "test_accuracy" for the test set.
    """
    if measured.done < measured.total:
        return model
    metrics = {**model.metadata.metrics, name: measured.share}
    return replace(model, metadata=replace(model.metadata, metrics=metrics))


def _record(operation: Operation) -> dict[str, Any]:
    return {"operation": type(operation).__name__, **asdict(operation)}


def _before(structure: Structure, name: str) -> str:
    return " or ".join(dict.fromkeys(node.name for node in structure.sources(name))) or "another layer"


def _scale(structure: Structure, operation: Operation, units: list[int], factor: float) -> None:
    if not np.isfinite(factor):
        raise DigitpadError(f"A unit cannot be scaled by {factor}; choose a finite number.")
    # Also for the unit that stays: it has to be there.
    made_by(structure, operation.layer, operation.unit)
    if factor == 0:
        _check_zero_stays(structure, operation.layer)
    for unit in units:
        name, made = made_by(structure, operation.layer, unit)
        match structure[name].layer:
            case layers.Conv2D() | layers.ConvTranspose2D() | layers.Linear() as maker:
                kernels_of(structure, name, made)[1][...] *= np.float32(factor)
                _scale_one(maker.bias, made, factor)
                for reader in structure.consumers(name):
                    if isinstance(reader.layer, layers.BatchNorm2D):
                        if reader.layer.running_mean is None:
                            raise DigitpadError(
                                f"{name} cannot be scaled: {reader.name} behind it normalises each picture by itself "
                                "and would undo it; choose another layer."
                            )
                        _scale_one(reader.layer.running_mean, made, factor)
                        _scale_one(reader.layer.bias, made, factor)
            case layers.BatchNorm2D(weight=weight, bias=bias) if weight is not None:
                _scale_one(weight, made, factor)
                _scale_one(bias, made, factor)
            case _:
                raise DigitpadError(f"{name} has no weights that could be scaled; choose another layer.")


def _scale_one(stored: Buffer | None, unit: int, factor: float) -> None:
    if stored is not None:
        stored.value[unit] *= stored.value.dtype.type(factor)


def _check_zero_stays(structure: Structure, name: str) -> None:
    """Check that the layers between where a unit is made and where it is muted answer 0 to 0.

    Raises
    ------
    DigitpadError
        If one does not, so that nothing before it can mute the unit.
    """
    node = structure[name]
    while node.kind in {"activation", "pooling", "unchanged"}:
        if isinstance(node.layer, layers.Sigmoid):
            raise DigitpadError(
                f"{name} cannot be muted: {node.name} answers 0.5 to 0; mute {_before(structure, node.name)} instead."
            )
        node = structure[node.sources[0].name]


def _redraw(structure: Structure, operation: Redraw) -> None:
    try:
        _, kernels = kernels_of(structure, operation.layer, operation.unit)
    except ValueError as error:
        raise DigitpadError(
            f"{operation.layer} has no kernels of a unit {operation.unit}; choose a convolution or a dense layer."
        ) from error
    try:
        kernel = np.array(operation.kernel, np.float32)
    except ValueError as error:
        raise DigitpadError("The rows of a kernel must be equally long; draw it again.") from error
    if not 0 <= operation.place < len(kernels) or kernel.shape != kernels.shape[1:] or not np.isfinite(kernel).all():
        height, width = kernels.shape[1:]
        raise DigitpadError(
            f"{operation.layer} takes kernels 0 to {len(kernels) - 1} of {height} × {width} finite numbers; draw it "
            "again."
        )
    # The array is a view of the layer's own weights.
    kernels[operation.place] = kernel
