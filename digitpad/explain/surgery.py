"""Surgery on a network: mute, isolate or scale a unit, or edit a kernel.

An operation is a value, and a network with operations is always made from the original one: undoing an operation makes
it without the last. All operations change weights, so the result is an ordinary model that can be saved, trained and
inspected.

A unit is muted in the layer that computes it: the weights and bias of its convolution or dense layer become 0, and so
do the running mean and bias of a batch normalization after it. The unit is then exactly 0 for every image. Scaling does
the same with another factor, so that the output of the batch normalization is scaled, too.
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
from digitpad.nn.backend import Shape
from digitpad.nn.layers.activations import Activation
from digitpad.nn.layers.sample_normalization import SampleNorm
from digitpad.nn.parameter import Buffer
from digitpad.translation import gettext as _

_BATCH = 250
#: Layers whose units are those of the layer before, with other numbers.
_WEIGHTLESS = (
    Activation,
    layers.PReLU,
    layers.MaxPool2D,
    layers.AvgPool2D,
    layers.AdaptiveAvgPool2D,
    layers.GlobalAveragePool2D,
    layers.Upsample2D,
    layers.Pad2D,
    layers.BatchNorm2D,
    layers.Dropout,
    layers.Identity,
)


@dataclass(frozen=True, slots=True)
class Scale:
    """Multiply a unit by a factor; 0 mutes it.

    Attributes
    ----------
    layer, unit
        The activation, and its map or unit. The layer that computes it is changed, see `made_by`.
    factor
        The factor.
    """

    layer: str
    unit: int
    factor: float

    def __str__(self) -> str:
        text = _("{layer} unit {unit} muted") if self.factor == 0 else _("{layer} unit {unit} × {factor:g}")
        return text.format(layer=self.layer, unit=self.unit, factor=self.factor)


@dataclass(frozen=True, slots=True)
class KeepAlone:
    """Isolate a unit: mute all other units of its layer.

    Attributes
    ----------
    layer, unit
        The activation, and the unit that stays.
    """

    layer: str
    unit: int

    def __str__(self) -> str:
        return _("{layer} unit {unit} isolated").format(layer=self.layer, unit=self.unit)


@dataclass(frozen=True, slots=True)
class Redraw:
    """Replace the kernel of a convolution's map, or the weights of a dense unit, for one of the input maps.

    Attributes
    ----------
    layer, unit
        A convolution and its map, or a dense layer and its unit.
    place
        Index of the kernel in the result of `kernels_of`.
    kernel
        The new values, row by row.
    """

    layer: str
    unit: int
    place: int
    kernel: tuple[tuple[float, ...], ...]

    def __str__(self) -> str:
        return _("{layer} unit {unit}, kernel {kernel} edited").format(
            layer=self.layer, unit=self.unit, kernel=self.place
        )


Operation: TypeAlias = Scale | KeepAlone | Redraw


def mute(layer: str, unit: int) -> Scale:
    """Return the operation that mutes a unit."""
    return Scale(layer, unit, 0.0)


@dataclass(frozen=True, slots=True)
class SurgeryHistory:
    """The operations done, and those undone that can be redone.

    Attributes
    ----------
    done
        The operations in their order.
    undone
        The operations undone, the most recent first.
    """

    done: tuple[Operation, ...] = ()
    undone: tuple[Operation, ...] = ()

    def add(self, operation: Operation) -> "SurgeryHistory":
        """Return the history with one more operation; those undone are discarded."""
        return SurgeryHistory((*self.done, operation))

    def undo(self) -> "SurgeryHistory":
        """Return the history without the last operation; the same history if there is none."""
        return SurgeryHistory(self.done[:-1], (self.done[-1], *self.undone)) if self.done else self

    def redo(self) -> "SurgeryHistory":
        """Return the history with the last operation redone; the same history if there is none."""
        return SurgeryHistory((*self.done, self.undone[0]), self.undone[1:]) if self.undone else self


def operate(model: Model, operations: tuple[Operation, ...]) -> Model:
    """Apply operations to the weights of a model.

    Parameters
    ----------
    model
        The model; it is not changed.
    operations
        The operations, in order.

    Returns
    -------
    Model
        A new model. Its metadata record the operations and the name of the original model; metrics of the original are
        omitted, since they do not apply. Without operations, a copy.

    Raises
    ------
    DigitpadError
        If an operation is impossible, such as muting a sum of branches.
    """
    result = model.copy()
    if not operations:
        return result
    structure = Structure(result.network, model.image_shape)
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
    """Return the layer with weights that computes a unit, and its unit there.

    Activation functions, pooling and layers that pass numbers on have no weights: their units are computed by the layer
    before. A batch normalization after a convolution belongs to it.

    Raises
    ------
    DigitpadError
        If the unit is not computed by a single layer with weights.
    """
    try:
        check_cell(structure, Cell(layer, unit))
    except ValueError as error:
        raise DigitpadError(
            _("The network has no unit {unit} in {layer}; choose another.").format(unit=unit, layer=layer)
        ) from error
    node = structure[layer]
    while True:
        match node.layer:
            case layers.Conv2D() | layers.ConvTranspose2D() | layers.Linear():
                return node.name, unit
            case layers.BatchNorm2D() if structure[node.sources[0].name].kind != "convolution":
                return node.name, unit
            case SampleNorm():
                # What a layer before it makes is normalized again, so its own scale counts.
                return node.name, unit
            case layers.Concatenate():
                for source in node.sources:
                    if unit < source.count:
                        break
                    unit -= source.count
                else:  # Not reached: the unit was checked.
                    raise DigitpadError(
                        _("The network has no unit {unit} in {layer}; choose another.").format(unit=unit, layer=layer)
                    )
                node = structure[source.name]
            case _ if isinstance(node.layer, _WEIGHTLESS) and len(node.sources) == 1:
                unit += node.sources[0].first
                node = structure[node.sources[0].name]
            case _:
                raise DigitpadError(
                    _("{layer} has no weights; edit {others} instead.").format(
                        layer=node.name, others=_before(structure, node.name)
                    )
                )


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The accuracy of a model on the images read so far.

    Attributes
    ----------
    correct, done, total
        Number of images read correctly, read so far, and in total.
    sample
        Size of the random sample of the dataset that is read first.
    """

    correct: int
    done: int
    total: int
    sample: int

    @property
    def share(self) -> float:
        """The share of images read correctly, in [0, 1]."""
        return self.correct / self.done

    @property
    def uncertainty(self) -> float:
        """Half the width of the 95 % interval of `share` over the whole dataset; 0 once all images are read.

        It is the Wilson score interval with finite population correction. `digitpad.evaluation` gives the wider
        interval for the population of all digits.
        """
        if self.done == self.total:
            return 0.0
        z, n, p = 1.96, self.done, self.share
        # Narrowed by the finite population correction, the root below.
        spread = z / (1 + z * z / n) * ((p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5)
        return float(spread * ((self.total - n) / (self.total - 1)) ** 0.5)


def accuracy(model: Model, dataset: Dataset, *, sample: int = 1000, seed: int = 0) -> Iterator[Accuracy]:
    """Measure the accuracy of a model on a dataset: on a random sample first, then on all other images.

    Parameters
    ----------
    model
        A model that reads digits.
    dataset
        Images and labels.
    sample
        Size of the sample.
    seed
        Seed of the sample: the same seed gives the same sample, so that two models can be compared.

    Yields
    ------
    Accuracy
        The accuracy after each batch; the caller may stop at any time.
    """
    inspector = Inspector.of(model)
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(dataset))
    sample = min(sample, len(dataset))
    # After the sample, in the order of the dataset, so that memory is read sequentially.
    order[sample:].sort()
    correct = 0
    for start in range(0, len(order), _BATCH):
        some = order[start : start + _BATCH]
        answers = inspector.probabilities(dataset.images[some]).argmax(axis=1)
        correct += int((answers == dataset.labels[some]).sum())
        yield Accuracy(correct, start + len(some), len(order), sample)


def with_accuracy(model: Model, measured: Accuracy, *, name: str = "test_accuracy") -> Model:
    """Return a model whose metadata contain a measured accuracy; the same model if the measurement is incomplete.

    Parameters
    ----------
    model
        The model.
    measured
        The last result of `accuracy` for the model.
    name
        Name of the metric in the metadata: "test_accuracy" for the test set.
    """
    if measured.done < measured.total:
        return model
    metrics = {**model.metadata.metrics, name: measured.share}
    return replace(model, metadata=replace(model.metadata, metrics=metrics))


def _record(operation: Operation) -> dict[str, Any]:
    return {"operation": type(operation).__name__, **asdict(operation)}


def _before(structure: Structure, name: str) -> str:
    names = list(dict.fromkeys(node.name for node in structure.sources(name))) or [_("another layer")]
    text = names[0]
    for other in names[1:]:
        text = _("{first} or {second}").format(first=text, second=other)
    return text


def _scale(structure: Structure, operation: Operation, units: list[int], factor: float) -> None:
    if not np.isfinite(factor):
        raise DigitpadError(_("A unit cannot be scaled by {factor}; choose a finite number.").format(factor=factor))
    # Also checks that the unit exists, which stays unchanged if it is isolated.
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
                                _(
                                    "{layer} cannot be scaled, because the batch normalization "
                                    "{norm} after it normalizes each image and would undo the "
                                    "change; choose another layer."
                                ).format(layer=name, norm=reader.name)
                            )
                        _scale_one(reader.layer.running_mean, made, factor)
                        _scale_one(reader.layer.bias, made, factor)
            case layers.BatchNorm2D() | SampleNorm() as norm if _scales_units(norm, structure[name].shape):
                _scale_one(norm.weight, made, factor)
                _scale_one(norm.bias, made, factor)
            case _:
                raise DigitpadError(_("{layer} has no weights to scale; choose another layer.").format(layer=name))


def _scales_units(norm: layers.BatchNorm2D | SampleNorm, shape: Shape) -> bool:
    """Return whether a normalization has a learned scale for each of its units."""
    is_partial = isinstance(norm, layers.LayerNorm) and norm.normalized_shape != shape
    return norm.weight is not None and not is_partial


def _scale_one(stored: Buffer | None, unit: int, factor: float) -> None:
    if stored is not None:
        stored.value[unit] *= stored.value.dtype.type(factor)


def _check_zero_stays(structure: Structure, name: str) -> None:
    """Check that all layers between the weights of a unit and the muted activation map 0 to 0.

    Raises
    ------
    DigitpadError
        If one does not, so that weights before it cannot mute the unit.
    """
    node = structure[name]
    while node.kind in {"activation", "pooling", "upsampling", "padding", "unchanged"}:
        if isinstance(node.layer, layers.Sigmoid | layers.Hardsigmoid):
            raise DigitpadError(
                _("{layer} cannot be muted, because {sigmoid} maps 0 to 0.5; mute {others} instead.").format(
                    layer=name, sigmoid=node.name, others=_before(structure, node.name)
                )
            )
        node = structure[node.sources[0].name]


def _redraw(structure: Structure, operation: Redraw) -> None:
    try:
        kernels = kernels_of(structure, operation.layer, operation.unit)[1]
    except ValueError as error:
        raise DigitpadError(
            _("{layer} has no kernels for unit {unit}; choose a convolution or a dense layer.").format(
                layer=operation.layer, unit=operation.unit
            )
        ) from error
    try:
        kernel = np.array(operation.kernel, np.float32)
    except ValueError as error:
        raise DigitpadError(_("The rows of a kernel must have the same length; edit it again.")) from error
    if not 0 <= operation.place < len(kernels) or kernel.shape != kernels.shape[1:] or not np.isfinite(kernel).all():
        height, width = kernels.shape[1:]
        raise DigitpadError(
            _("{layer} has kernels 0 to {last} of {height} × {width} finite numbers; edit it again.").format(
                layer=operation.layer, last=len(kernels) - 1, height=height, width=width
            )
        )
    # The array is a view of the weights of the layer.
    kernels[operation.place] = kernel
