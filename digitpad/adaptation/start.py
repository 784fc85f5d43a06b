"""The network that an adaptation starts from: a copy of the model, with an output for each new class.

Batch normalization is folded into the convolutions first: statistics of ten drawings are not those of all digits. A new
class gets the weights that a class of the last layer would have after much training: its weights point from the mean
features of all images to the mean features of its own drawings ("imprinted weights", Qi, Brown and Lowe, CVPR 2018).
The other classes keep theirs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from digitpad.adaptation.samples import OwnSamples
from digitpad.data.dataset import DIGITS, NO_DIGIT
from digitpad.data.image_folder import DIGIT_SHAPE
from digitpad.errors import DigitpadError
from digitpad.models.architecture_file import build_network
from digitpad.models.model_file import CLASSIFICATION, DEFAULT_MODEL, Model
from digitpad.nn import Architecture, Linear, Sequential
from digitpad.nn.architectures.folding import fold_batch_norm
from digitpad.translation import gettext as _

_AT_ONCE = 100


@dataclass(frozen=True, slots=True, eq=False)
class StartingNetwork:
    """The network to train, with its own weights.

    Attributes
    ----------
    network, architecture
        The network and its plan.
    labels
        The classes of its outputs: those of the model, then the new ones.
    """

    network: Sequential
    architecture: Architecture
    labels: tuple[str, ...]


def check_adaptable(model: Model, own: OwnSamples) -> None:
    """Check that a model can learn these drawings.

    Raises
    ------
    DigitpadError
        If the model does not read digits, would forget a class of which there is no drawing, or cannot get a new class.
    """
    described = model.metadata
    reads_ink = described.task == CLASSIFICATION and not described.preprocessing.is_picture
    if not reads_ink or model.image_shape != DIGIT_SHAPE or not set(DIGITS) <= set(described.labels):
        raise DigitpadError(
            _(
                "{model} does not read the ten digits, and only such models learn a hand; choose another, such as "
                "{other}."
            ).format(model=model.name, other=DEFAULT_MODEL)
        )
    shown = set(own.labels)
    forgotten = [label for label in described.labels if label not in {*DIGITS, NO_DIGIT, *shown}]
    if forgotten:
        raise DigitpadError(
            _("No drawing in {name} shows {label}, which {model} would forget; add one.").format(
                name=own.name, label=forgotten[0], model=model.name
            )
        )
    if NO_DIGIT in shown and NO_DIGIT not in described.labels:
        raise DigitpadError(
            _("{model} always answers with a digit, so it cannot learn “not a digit”; choose {other}.").format(
                model=model.name, other=DEFAULT_MODEL
            )
        )
    if shown - set(described.labels) and not isinstance(_last_layer(model.network), Linear):
        raise DigitpadError(
            _("{model} cannot get a new class, because its last layer is not linear; choose {other}.").format(
                model=model.name, other=DEFAULT_MODEL
            )
        )


def starting_network(
    model: Model, images: NDArray[np.float32], image_labels: Sequence[str], others: NDArray[np.float32], seed: int
) -> StartingNetwork:
    """Return a copy of a model's network, with an output for each class that is new.

    Parameters
    ----------
    model
        The model, which is not changed.
    images, image_labels
        The drawings to learn from, as input of the network, (N, 1, 28, 28), and what each shows.
    others
        Some images of the other classes, (M, 1, 28, 28).
    seed
        Seed of dropout.
    """
    architecture, weights = fold_batch_norm(model.architecture, model.network)
    network = build_network(architecture, seed)
    network.load_state_dict(weights.state_dict())
    new = [label for label in dict.fromkeys(image_labels) if label not in model.metadata.labels]
    if not new:
        return StartingNetwork(network, architecture, model.metadata.labels)
    labels = (*model.metadata.labels, *new)
    *specs, last = architecture.layers
    wider = replace(architecture, layers=(*specs, {**last, "out_features": len(labels)}))
    widened = build_network(wider, seed)
    state = network.state_dict()
    features, known = _features(network, images), _features(network, others)
    rows = [_imprinted(network, features[[one == label for one in image_labels]], known) for label in new]
    name = list(network.layers)[-1]
    for key, additions in (("weight", [row for row, _bias in rows]), ("bias", [bias for _row, bias in rows])):
        if f"{name}.{key}" in state:
            state[f"{name}.{key}"] = np.concatenate([state[f"{name}.{key}"], np.array(additions, np.float32)])
    widened.load_state_dict(state)
    return StartingNetwork(widened, wider, labels)


def _last_layer(network: Sequential) -> object:
    return list(network.layers.values())[-1]


def _features(network: Sequential, images: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the input of the last layer for images, (N, features)."""
    name = list(network.layers)[-2]
    parts = [network.forward(images[at : at + _AT_ONCE], capture=True)[1] for at in range(0, len(images), _AT_ONCE)]
    return np.concatenate([part[name] for part in parts])


def _imprinted(
    network: Sequential, own: NDArray[np.float32], others: NDArray[np.float32]
) -> tuple[NDArray[np.float32], float]:
    """Return weights and bias of a new class, from the features of its drawings and of other images, (N, features)."""
    layer = _last_layer(network)
    if not isinstance(layer, Linear):
        raise TypeError(f"the last layer is {type(layer).__name__}; expected Linear")
    mine, all_others = own.mean(axis=0), others.mean(axis=0)
    direction = mine - all_others
    weights = layer.weight.value
    length = float(np.linalg.norm(weights, axis=1).mean())
    row = (length / max(float(np.linalg.norm(direction)), 1e-12) * direction).astype(np.float32)
    # Halfway between its own drawings and the others, the new class is as probable as the best of the others on
    # average; so it neither takes all drawings nor none.
    best = _best_output(weights, None if layer.bias is None else layer.bias.value, np.stack([mine, all_others]))
    return row, float(best.mean() - row @ ((mine + all_others) / 2))


def _best_output(
    weights: NDArray[np.float32], bias: NDArray[np.float32] | None, features: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the largest output of a linear layer for each row of features, (N,)."""
    outputs = features @ weights.T + (0 if bias is None else bias)
    best: NDArray[np.float32] = outputs.max(axis=1)
    return best
