"""Backpropagation: one training step on one drawing, step by step.

The loss for a label, its gradient at every activation, and the change of every weight by plain stochastic gradient
descent; all from the library's own `backward` and optimizer, on a copy of the network. The copy behaves as in
inference: dropout would make each result random, and a single drawing gives batch normalization no meaningful
statistics. The loss after the step is not estimated from the gradient but computed with the changed weights.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from digitpad.explain.frame import Frame, FramePrediction, Inspector, Values
from digitpad.explain.structure import Structure
from digitpad.explain.weighted import kernels_of
from digitpad.models.model_file import Model
from digitpad.nn import SGD, BCEWithLogitsLoss, CrossEntropyLoss
from digitpad.translation import gettext_noop

#: To be translated where it is shown.
NOTE = gettext_noop(
    "One step of plain gradient descent on this drawing, with dropout off and the statistics of batch normalization "
    "fixed. Real training averages over many images, and most optimizers take other steps."
)


@dataclass(frozen=True, slots=True, eq=False)
class WeightChange:
    """The change of some weights by the step.

    Attributes
    ----------
    before, gradient, after
        float32, all of the same shape: the weights, the gradient of the loss with respect to them, and the weights
        after the step, before - learning_rate * gradient.
    """

    before: Values
    gradient: Values
    after: Values

    @property
    def change(self) -> Values:
        """The update of the weights: `after - before`."""
        change: Values = self.after - self.before
        return change


@dataclass(frozen=True, slots=True, eq=False)
class Backprop:
    """One training step on one drawing.

    Attributes
    ----------
    label
        The target class.
    learning_rate
        Learning rate of the step.
    frame
        The activations before the step; its `gradients` are those of the loss, by activation.
    loss, loss_after
        The loss before the step, and the loss with the changed weights.
    predicted_change
        Change of the loss to first order: -learning_rate times the squared norm of the gradient.
    answer_after
        The prediction with the changed weights.
    weights
        Changes of the parameters by name, such as "conv1.weight".
    slopes, after
        The network with the gradients in place of its weights, and with the weights after the step.
    """

    label: int
    learning_rate: float
    frame: Frame
    loss: float
    loss_after: float
    predicted_change: float
    answer_after: FramePrediction
    weights: Mapping[str, WeightChange]
    slopes: Structure
    after: Structure

    def kernels(self, layer: str, unit: int) -> WeightChange:
        """Return the change of the kernels of one map or the weights of one unit; see `kernels_of`.

        Raises
        ------
        ValueError
            If the layer is neither a convolution nor dense, or has no such unit.
        """
        before, gradient, after = (
            kernels_of(structure, layer, unit)[1] for structure in (self.frame.structure, self.slopes, self.after)
        )
        return WeightChange(before, gradient, after)


def backprop(model: Model, pixels: Values, label: int, *, learning_rate: float = 0.01) -> Backprop:
    """Take one training step on one drawing, on a copy of a model.

    Parameters
    ----------
    model
        A classifier; it is not changed.
    pixels
        float32 (H, W) or (C, H, W) in [0, 1].
    label
        The target class.
    learning_rate
        Learning rate of the step, at least 0.

    Raises
    ------
    ValueError
        If the class does not exist, or the learning rate or the shape of the image is invalid.
    """
    if not 0 <= label < len(model.metadata.labels):
        raise ValueError(f"backprop: label is {label}; expected a class in [0, {len(model.metadata.labels)})")
    # Three copies: one keeps the weights, one takes the step, one holds the gradient.
    inspector, stepping, holding = Inspector.of(model.copy()), model.copy(), model.copy()
    picture = inspector.as_picture(pixels)
    probe = stepping.network.probe(learns=True)
    output = probe.forward(inspector.prepare(picture[np.newaxis]), training=True)
    loss, start = _loss(output, label)
    grad_input, gradients = probe.backward(start, capture=True)
    slopes = {name: parameter.grad.copy() for name, parameter in probe.named_parameters().items()}
    for name, parameter in holding.network.named_parameters().items():
        parameter.value = slopes[name]
    SGD(probe.parameters(), learning_rate).step()

    plain = inspector.inspect(picture)
    named = {inspector.structure.input: grad_input[0]} | {name: gradient[0] for name, gradient in gradients.items()}
    frame = replace(plain, gradients={name: named[name] for name in plain.structure.nodes})
    changed = Inspector.of(stepping)
    after = changed.inspect(picture)
    answer_after = after.answer
    if answer_after is None:
        raise ValueError("backprop: the output of the network is not a vector; expected one number per class")
    before = model.network.named_parameters()
    now = stepping.network.named_parameters()
    loss_after, _ = _loss(after[after.structure.output][np.newaxis], label)
    return Backprop(
        label=label,
        learning_rate=learning_rate,
        frame=frame,
        loss=loss,
        loss_after=loss_after,
        predicted_change=-learning_rate * sum(float(np.square(s, dtype=np.float64).sum()) for s in slopes.values()),
        answer_after=answer_after,
        weights={name: WeightChange(before[name].value.copy(), slopes[name], now[name].value) for name in slopes},
        slopes=Structure(holding.network, inspector.input_shape),
        after=changed.structure,
    )


def _loss(output: Values, label: int) -> tuple[float, Values]:
    """Return the loss for one sample, (1, classes) or one logit (1, 1), and its gradient."""
    if output.shape[1] == 1:
        result = BCEWithLogitsLoss()(output, np.full_like(output, label))
    else:
        result = CrossEntropyLoss()(output, np.array([label]))
    return float(result.value), result.grad
