"""Weights without a plan, such as a PyTorch state_dict, and the preset that they fit.

Tensors are named after their layers (`conv1.weight`) and have the same shapes here as in PyTorch, so names and shapes
identify a preset. They say nothing about layers without weights: a network with other activations or pooling, but with
the names and shapes of a preset, is taken for that preset.
"""

from collections.abc import Mapping

import numpy as np

from digitpad.nn.architectures.plan import Architecture, build
from digitpad.nn.architectures.presets import ARCHITECTURES
from digitpad.nn.backend import Array
from digitpad.nn.network import Sequential

#: Number of batches that a batch normalization has seen. Some programs leave it out, and no output depends on it.
_COUNTER = "num_batches_tracked"


def load_matching(
    tensors: Mapping[str, Array], presets: Mapping[str, Architecture] = ARCHITECTURES
) -> tuple[Architecture, Sequential]:
    """Return the preset that tensors fit by name and shape, and its network with these tensors.

    Parameters
    ----------
    tensors
        Parameters and buffers by name. `num_batches_tracked` of a batch normalization may be missing, and is then 0.
    presets
        The plans to compare with; the first that fits is returned.

    Raises
    ------
    ValueError
        If none fits; the message says why the most similar one does not.
    """
    owners = {name.split(".")[0] for name in tensors}
    nearest, least = "", len(tensors) + 1
    for name, plan in presets.items():
        # Comparing the names of layers is faster than building a network.
        if not owners or not owners <= {str(spec.get("name")) for spec in plan.layers}:
            continue
        network = build(plan, rng=np.random.default_rng(0))
        own = network.state_dict()
        counters = {key: own[key] for key in own if key.rpartition(".")[2] == _COUNTER and key not in tensors}
        try:
            network.load_state_dict({**counters, **tensors})
        except ValueError as error:
            misfits = sum(key not in tensors or own[key].shape != tensors[key].shape for key in own)
            if misfits < least:
                nearest, least = f"; the nearest is {name}, but {error}", misfits
            continue
        return plan, network
    raise ValueError(f"the tensors fit none of the presets {', '.join(presets)}{nearest}")
