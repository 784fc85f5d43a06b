"""Checkpoints: the complete state of a run, in memory and in a file, so that it resumes as if never interrupted.

A checkpoint is taken between two steps. It contains weights and running statistics, the optimizer's state, the
progress, and the state of the random generators that are used step by step (dropout). Order and augmentation are
derived from the seed and the epoch, so they are not saved. The file is a safetensors file like a model and contains the
architecture, so that it can be opened as a model too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from digitpad.atomic import atomic_write
from digitpad.errors import DigitpadError
from digitpad.json_records import dump_json, parse_json, to_record
from digitpad.models.architecture_file import MISFITS, parse_architecture, plain_tensor_name
from digitpad.models.model_file import Model, ModelMetadata, Preprocessing, check_weights
from digitpad.models.plan_limits import MOST_NUMBERS, check_cost, check_held
from digitpad.models.tensor_file import Header, read_header, read_tensors, write_tensors
from digitpad.names import plain_name
from digitpad.nn import Architecture, Sequential, build
from digitpad.nn.backend import Array, to_numpy
from digitpad.nn.layers.dropout import dropouts
from digitpad.training.controls import ControlValues
from digitpad.training.policies import PolicyState
from digitpad.training.progress import TrainingProgress
from digitpad.translation import gettext as _

FORMAT_VERSION = 1
SUFFIX = ".safetensors"

#: The network, Adam's two moments, the best weights, and averages.
_MOST_NUMBERS = 6 * MOST_NUMBERS
_LONGEST_REASON = 1000

Streams = list[dict[str, Any]]
"""For each replica of a network, the generator state of each dropout layer, by layer name."""


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """The state of a run between two steps. All arrays are on the host.

    Attributes
    ----------
    progress
        See `TrainingProgress.state`.
    network, optimizer
        Arrays by name, as in their `state_dict`.
    policies
        The state of each policy, by its name.
    streams
        See `Streams`.
    controls
        Values that were changed during the run.
    pace
        See `RateController.state`.
    architecture, metadata
        How the network was built, and how it is used.
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
        """Number of steps that the run had taken."""
        return int(self.progress["steps"])

    def is_sound(self) -> bool:
        """Return whether all weights are finite: a diverged run cannot be resumed from here."""
        return all(np.isfinite(array).all() for array in self.network.values())

    def model(self, name: str = "") -> Model:
        """Return the network at this checkpoint as a model.

        Raises
        ------
        DigitpadError
            If the weights do not fit the architecture or are not usable.
        """
        try:
            network = build(self.architecture, rng=np.random.default_rng(0))
            network.load_state_dict(self.network)
            check_weights(network)
            check_cost(network, self.architecture.input_shape)
        except MISFITS as error:
            reason = " ".join(str(error).split())[:_LONGEST_REASON]
            raise DigitpadError(
                _("A checkpoint of {name} does not contain its network ({reason}); use another one.").format(
                    name=name or self.architecture.name, reason=reason
                )
            ) from error
        return Model(network, self.architecture, self.metadata, name)


def on_host(arrays: Mapping[str, Array], *, copied: bool) -> dict[str, Array]:
    """Return the arrays on the host, from any device: copies if wanted, otherwise those that are there themselves."""
    return {name: np.array(to_numpy(array), order="C", copy=copied or None) for name, array in arrays.items()}


def streams_of(replicas: Sequence[Sequential]) -> Streams:
    """Return the state of all random generators in the replicas of a network."""
    return [{name: layer.rng.bit_generator.state for name, layer in dropouts(one).items()} for one in replicas]


def restore_streams(replicas: Sequence[Sequential], streams: Streams) -> None:
    """Restore the random generators to the state that `streams_of` returned.

    If the number of threads differs, the remaining generators start from their own reproducible seeds.

    Raises
    ------
    ValueError, TypeError, KeyError
        If a state is not that of such a generator.
    """
    for replica, states in zip(replicas, streams, strict=False):
        for name, layer in dropouts(replica).items():
            if name in states:
                layer.rng.bit_generator.state = states[name]


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint atomically.

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
        "preprocessing": checkpoint.metadata.preprocessing.to_dict(),
        "task": checkpoint.metadata.task,
    }
    metadata = {
        "checkpoint_version": str(FORMAT_VERSION),
        "architecture": checkpoint.architecture.to_json(),
        "state": dump_json(state),
    }
    with atomic_write(path) as file:
        write_tensors(file, tensors, metadata)


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint.

    Raises
    ------
    DigitpadError
        If the file cannot be read, is damaged, incomplete, of a newer version, or not a checkpoint.
    """
    try:
        header = read_header(path)
        if header.numbers > _MOST_NUMBERS:
            raise ValueError(_("it contains {count:,} numbers").format(count=header.numbers))
        _check_version(path, header.strings.get("checkpoint_version", ""))
        architecture = parse_architecture(header.strings["architecture"])
        held = {name: shape for name, shape in header.shapes.items() if name.startswith("network.")}
        check_held(architecture, Header(held, {}).numbers)
        tensors = {plain_tensor_name(name): tensor for name, tensor in read_tensors(path).items()}
        return _parse(tensors, header.strings["state"], architecture)
    except OSError as error:
        reason = error.strerror or error
        raise DigitpadError(
            _("The checkpoint {path} could not be read ({reason}); resume from another one.").format(
                path=path, reason=reason
            )
        ) from error
    except _NewerError:
        raise
    except (*MISFITS, DigitpadError) as error:
        raise _damaged(path, error) from error


class _NewerError(DigitpadError):
    """A checkpoint of a newer version; it is not damaged."""


@dataclass(frozen=True, slots=True)
class _State:
    """The metadata of a checkpoint."""

    progress: dict[str, Any]
    policies: dict[str, dict[str, Any]]
    streams: list[dict[str, Any]]
    controls: dict[str, Any]
    pace: dict[str, float | None]
    labels: list[str]
    preprocessing: dict[str, Any]
    task: str


def _check_version(path: Path, version: str) -> None:
    if version.isdecimal() and version.lstrip("0") not in {"", *map(str, range(FORMAT_VERSION + 1))}:
        raise _NewerError(
            _(
                "The checkpoint {path} has format version {version}, and this digitpad reads up to {known}; update "
                "digitpad."
            ).format(path=path, version=plain_name(version), known=FORMAT_VERSION)
        )


def _parse(tensors: Mapping[str, Array], text: str, architecture: Architecture) -> Checkpoint:
    state = to_record(_State, parse_json(text))
    # Found here, so that a resumed run does not fail later.
    TrainingProgress.of_state(state.progress)
    for stream in state.streams:
        for generator in stream.values():
            np.random.PCG64().state = generator
    preprocessing = to_record(Preprocessing, state.preprocessing)
    if not preprocessing.works():
        raise ValueError(_("pictures prepared with {values} cannot be read").format(values=preprocessing))
    return Checkpoint(
        progress=state.progress,
        network=_under("network.", tensors),
        optimizer=_under("optimizer.", tensors),
        policies={
            key: PolicyState(values, _under(f"policy.{key}.", tensors)) for key, values in state.policies.items()
        },
        streams=state.streams,
        controls=ControlValues.from_dict(state.controls),
        pace=state.pace,
        architecture=architecture,
        metadata=ModelMetadata(
            labels=tuple(map(plain_name, state.labels)), preprocessing=preprocessing, task=state.task
        ),
    )


def _under(prefix: str, tensors: Mapping[str, Array]) -> dict[str, Array]:
    return {name.removeprefix(prefix): array for name, array in tensors.items() if name.startswith(prefix)}


def _damaged(path: Path, error: BaseException) -> DigitpadError:
    reason = _("{name} is missing").format(name=error) if isinstance(error, KeyError) else " ".join(str(error).split())
    return DigitpadError(
        _(
            "The checkpoint {path} is damaged, incomplete or not a checkpoint ({reason}); resume from another one."
        ).format(path=path, reason=reason[:_LONGEST_REASON])
    )
