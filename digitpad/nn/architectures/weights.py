"""Weights that come without a plan, such as a PyTorch state_dict, and the preset that they are of.

Tensors are called after the layers that own them (`conv1.weight`), here as in PyTorch, and have the same shapes. So
names and shapes together tell which preset they fit. What they cannot tell is what layers without weights do: a
network of one's own with other activations or pooling, but the preset's names and shapes, is taken for the preset.
"""

from collections.abc import Mapping

import numpy as np

from digitpad.nn.architectures.plan import Architecture, build
from digitpad.nn.architectures.presets import ARCHITECTURES
from digitpad.nn.backend import Array
from digitpad.nn.network import Sequential

#: How many batches a batch-norm has seen. Older and other writers leave it out, and no answer depends on it.
_COUNTER = "num_batches_tracked"


def load_matching(
    tensors: Mapping[str, Array], presets: Mapping[str, Architecture] = ARCHITECTURES
) -> tuple[Architecture, Sequential]:
    """Return the preset that tensors fit by name and shape, and its network with them in it.

    Parameters
    ----------
    tensors
        Parameters and buffers by name. Batch-norm's `num_batches_tracked` may be missing, and is then 0.
    presets
        What to look among; the first that fits is taken.

    Raises
    ------
    ValueError
        If none fits; the message says what keeps the most similar one from it.
    """
    owners = {name.split(".")[0] for name in tensors}
    nearest, least = "", len(tensors) + 1
    for name, plan in presets.items():
        # Building a network takes a moment, looking at the names of its layers does not.
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
