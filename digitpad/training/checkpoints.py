"""Everything that a run needs to go on as if it had never been interrupted, in memory and in a file.

A checkpoint is taken between two steps. It holds weights and running statistics, the optimizer's memory, where the run
is, and the state of everything that draws random numbers in the order of the steps (dropout). What is drawn for an
epoch or a batch (order, augmentation) follows from the seed and its number, and need not be kept. The file is a
safetensors file, as models are, and says how its network is built, so that it can be opened as a model too.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy

from digitpad.atomic import atomic_write
from digitpad.errors import DigitpadError
from digitpad.models.model_file import Model, ModelMetadata, Preprocessing
from digitpad.nn import Architecture, Dropout, Layer, Sequential, build, serialization
from digitpad.nn.backend import Array, to_numpy
from digitpad.training.controls import ControlValues
from digitpad.training.policies import PolicyState

FORMAT_VERSION = 1
SUFFIX = ".safetensors"

Streams = list[dict[str, Any]]
"""For each replica of a network, the state of each dropout layer's generator, by the layer's name."""


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """A run between two steps. All arrays are copies on the host.

    Attributes
    ----------
    progress
        See `Progress.state`.
    network, optimizer
        Arrays by name, as their `state_dict` calls them.
    policies
        The state of each policy, by its name.
    streams
        See `Streams`.
    controls
        What had been changed while the run went on.
    pace
        See `RateController.state`.
    architecture, metadata
        How the network is built, and how it is used.
    """

    progress: Mapping[str, Any]
    network: Mapping[str, Array]
    optimizer: Mapping[str, Array]
    policies: Mapping[str, PolicyState]
    streams: Streams
    controls: ControlValues
    pace: Mapping[str, float | None]
    architecture: Architecture
    metadata: ModelMetadata = field(default_factory=ModelMetadata)

    @property
    def steps(self) -> int:
        """How many steps the run had taken."""
        return int(self.progress["steps"])

    def is_sound(self) -> bool:
        """Return whether all weights are finite: a run that diverges must not be gone on with from there."""
        return all(np.isfinite(array).all() for array in self.network.values())

    def model(self, name: str = "") -> Model:
        """Return the network as it was then, with what is needed to use it."""
        network = build(self.architecture, rng=np.random.default_rng(0))
        network.load_state_dict(self.network)
        return Model(network, self.architecture, self.metadata, name)


def copies(arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Return copies on the host, whatever device the arrays are on."""
    return {name: np.array(to_numpy(array), order="C") for name, array in arrays.items()}


def streams_of(replicas: Sequence[Sequential]) -> Streams:
    """Return the state of everything in a network's replicas that draws random numbers."""
    return [{name: layer.rng.bit_generator.state for name, layer in dropouts(one).items()} for one in replicas]


def restore_streams(replicas: Sequence[Sequential], streams: Streams) -> None:
    """Set what draws random numbers where `streams_of` was called.

    With another number of threads than then, what cannot be matched draws its own, repeatable numbers.

    Raises
    ------
    ValueError, TypeError, KeyError
        If a state is none of such a generator.
    """
    for replica, states in zip(replicas, streams, strict=False):
        for name, layer in dropouts(replica).items():
            if name in states:
                layer.rng.bit_generator.state = states[name]


def dropouts(layer: Layer, prefix: str = "") -> dict[str, Dropout]:
    """Return all dropout layers in a layer, by name."""
    found: dict[str, Dropout] = {}
    for name, child in layer.children().items():
        if isinstance(child, Dropout):
            found[prefix + name] = child
        found |= dropouts(child, f"{prefix}{name}.")
    return found


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint, whole or not at all.

    Raises
    ------
    DigitpadError
        If the file cannot be written.
    """
    tensors = {f"network.{name}": array for name, array in checkpoint.network.items()}
    tensors |= {f"optimizer.{name}": array for name, array in checkpoint.optimizer.items()}
    for key, policy in checkpoint.policies.items():
        tensors |= {f"policy.{key}.{name}": to_numpy(array) for name, array in policy.arrays.items()}
    state = {
        "progress": dict(checkpoint.progress),
        "policies": {key: dict(policy.values) for key, policy in checkpoint.policies.items()},
        "streams": checkpoint.streams,
        "controls": checkpoint.controls.to_dict(),
        "pace": dict(checkpoint.pace),
        "labels": list(checkpoint.metadata.labels),
        "preprocessing": asdict(checkpoint.metadata.preprocessing),
        "task": checkpoint.metadata.task,
    }
    metadata = {
        "checkpoint_version": str(FORMAT_VERSION),
        "architecture": checkpoint.architecture.to_json(),
        "state": json.dumps(state),
    }
    contents = safetensors.numpy.save(tensors, metadata=metadata)
    with atomic_write(path) as file:
        file.write(contents)


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint.

    Raises
    ------
    DigitpadError
        If the file cannot be read, is damaged, cut short, of a newer version, or no checkpoint.
    """
    try:
        tensors, metadata = serialization.read(path)
    except OSError as error:
        raise DigitpadError(
            f"The checkpoint {path} could not be read ({error.strerror or error}); go on from another one."
        ) from error
    except (ValueError, TypeError) as error:
        raise _damaged(path, error.__cause__ or error) from error
    version = metadata.get("checkpoint_version", "")
    if version.isdecimal() and int(version) > FORMAT_VERSION:
        raise DigitpadError(
            f"The checkpoint {path} has format version {version}, and this digitpad reads up to {FORMAT_VERSION}; "
            "update digitpad."
        )
    try:
        return _parse(tensors, metadata)
    except (KeyError, TypeError, ValueError, RecursionError, DigitpadError) as error:
        raise _damaged(path, error) from error


def _parse(tensors: Mapping[str, Array], metadata: Mapping[str, str]) -> Checkpoint:
    state = json.loads(metadata["state"])
    return Checkpoint(
        progress=state["progress"],
        network=_under("network.", tensors),
        optimizer=_under("optimizer.", tensors),
        policies={
            key: PolicyState(values, _under(f"policy.{key}.", tensors)) for key, values in state["policies"].items()
        },
        streams=list(state["streams"]),
        controls=ControlValues.from_dict(state["controls"]),
        pace=state["pace"],
        architecture=Architecture.from_json(metadata["architecture"]),
        metadata=ModelMetadata(
            labels=tuple(state["labels"]), preprocessing=Preprocessing(**state["preprocessing"]), task=state["task"]
        ),
    )


def _under(prefix: str, tensors: Mapping[str, Array]) -> dict[str, Array]:
    return {name.removeprefix(prefix): array for name, array in tensors.items() if name.startswith(prefix)}


def _damaged(path: Path, error: BaseException) -> DigitpadError:
    reason = f"{error} is missing" if isinstance(error, KeyError) else " ".join(str(error).split())
    return DigitpadError(f"The checkpoint {path} is damaged, cut short or none ({reason}); go on from another one.")
