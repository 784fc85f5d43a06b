"""Elastic weight consolidation: weights that matter for what a network knows are held where they are.

The loss gets the penalty strength / 2 * sum of F[i] * (w[i] - before[i])**2, where F[i], the diagonal of the Fisher
information, is the mean square of the derivative of log p(answer) with respect to the weight, over images and answers
drawn from the network's own probabilities. To second order, it is how fast the answers change with the weight.

Kirkpatrick and others, "Overcoming catastrophic forgetting in neural networks", PNAS 2017.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from digitpad.nn import CrossEntropyLoss, Sequential
from digitpad.nn.functional import softmax


def measure_importance(
    network: Sequential, images: NDArray[np.float32], rng: np.random.Generator
) -> list[NDArray[np.float32]]:
    """Return the diagonal of the Fisher information for each parameter of a network.

    Parameters
    ----------
    network
        The network; neither its weights nor its gradients change.
    images
        Images that it knows, as its input, (N, C, H, W).
    rng
        Draws the answers.

    Returns
    -------
    list of NDArray[float32]
        In the order and shapes of `network.parameters()`.
    """
    # A probe differentiates inference: with dropout, an image would matter to other weights each time.
    probe, loss = network.probe(learns=True), CrossEntropyLoss()
    parameters = probe.parameters()
    totals = [np.zeros(parameter.value.shape, np.float32) for parameter in parameters]
    for image in images:
        logits = probe.forward(image[np.newaxis], training=True)
        shares = softmax(logits)[0].astype(np.float64)
        answer = rng.choice(len(shares), p=shares / shares.sum())
        probe.parameter_gradients(loss(logits, np.array([answer])).grad)
        for total, parameter in zip(totals, parameters, strict=True):
            np.add(total, parameter.grad**2, out=total)
            parameter.clear_grad()
    return [total / np.float32(max(1, len(images))) for total in totals]


class Consolidation:
    """Adds the gradient of the penalty to the gradients of a network.

    Parameters
    ----------
    network
        The network; its weights now are those that it is held at.
    importance
        See `measure_importance`.
    strength
        The factor of the penalty, at least 0.
    """

    def __init__(self, network: Sequential, importance: Sequence[NDArray[np.float32]], strength: float) -> None:
        self._parameters = network.parameters()
        self._before = [parameter.value.copy() for parameter in self._parameters]
        self._pull = [np.float32(strength) * each for each in importance]

    def add_gradients(self) -> None:
        """Add the gradient of the penalty, strength * F * (w - before), after a backward pass."""
        for parameter, before, pull in zip(self._parameters, self._before, self._pull, strict=True):
            parameter.add_grad(pull * (parameter.value - before))
