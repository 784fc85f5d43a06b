"""Compares two networks on one drawing: which layers correspond, and how far their activations differ.

The networks may be two models, two checkpoints of a run (`Run.model(checkpoint)` of `digitpad.training.runs`) or a copy
of one in training (`LiveRun.snapshot_model()`): each is a `Model`, and an `Inspector` of it makes the frames.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from digitpad.explain.frame import Frame, Values
from digitpad.explain.structure import Node, Structure


@dataclass(frozen=True, slots=True)
class Pairing:
    """Two corresponding activations.

    Attributes
    ----------
    one, other
        Their names; None where a network has no corresponding activation.
    same_shape
        Whether both exist and have the same shape, so that their numbers can be compared.
    """

    one: str | None
    other: str | None
    same_shape: bool


@dataclass(frozen=True, slots=True, eq=False)
class Difference:
    """How far two activations differ.

    Attributes
    ----------
    values
        float32, same shape as both: `other` minus `one`.
    largest, mean
        Maximum and mean of the absolute values.
    relative
        Root mean square of the difference divided by that of `one`: 0 if both are equal, about 1.4 if they are
        unrelated; 0 if both are all zeros, infinite if only `one` is.
    """

    values: Values
    largest: float
    mean: float
    relative: float


def pair_layers(one: Structure, other: Structure) -> tuple[Pairing, ...]:
    """Return the corresponding activations of two networks, in order.

    Layers with the same name and kind correspond. Between two such pairs, the remaining layers are paired in order by
    kind; layers without a partner stand alone.

    Parameters
    ----------
    one, other
        The networks.
    """
    left, right = list(one.shown()), list(other.shown())
    places = {node.name: index for index, node in enumerate(right)}
    result: list[Pairing] = []
    first = second = 0
    for index, node in enumerate(left):
        place = places.get(node.name)
        if place is None or place < second or right[place].kind != node.kind:
            continue
        result += _pair_by_kind(left[first:index], right[second:place])
        result.append(_pairing(node, right[place]))
        first, second = index + 1, place + 1
    return (*result, *_pair_by_kind(left[first:], right[second:]))


def difference(one: Frame, other: Frame, pairing: Pairing) -> Difference | None:
    """Return the difference of two paired activations; None if their shapes differ.

    Parameters
    ----------
    one, other
        Frames of the two networks, of the same image.
    pairing
        A pair of `pair_layers`.
    """
    if not pairing.same_shape or pairing.one is None or pairing.other is None:
        return None
    before, after = one[pairing.one], other[pairing.other]
    values: Values = after - before
    size, change = (float(np.square(array, dtype=np.float64).mean()) for array in (before, values))
    relative = (change / size) ** 0.5 if size > 0 else float("inf") if change > 0 else 0.0
    return Difference(values, float(np.abs(values).max()), float(np.abs(values).mean(dtype=np.float64)), relative)


def _pair_by_kind(left: list[Node], right: list[Node]) -> Iterator[Pairing]:
    """Yield pairs of nodes of the same kind, in order, and those without a partner."""
    rest = list(right)
    for node in left:
        place = next((index for index, candidate in enumerate(rest) if candidate.kind == node.kind), None)
        if place is None:
            yield Pairing(node.name, None, same_shape=False)
            continue
        yield from (Pairing(None, skipped.name, same_shape=False) for skipped in rest[:place])
        yield _pairing(node, rest[place])
        rest = rest[place + 1 :]
    yield from (Pairing(None, node.name, same_shape=False) for node in rest)


def _pairing(one: Node, other: Node) -> Pairing:
    return Pairing(one.name, other.name, same_shape=one.shape == other.shape)
