"""Branches: one input goes several ways, and the ways meet again.

Where they meet, forwards, the outputs are added or laid side by side. Backwards each branch gets its part of the
gradient, and where they parted the gradients add up, because the input reached the loss along every one of them.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from typing import Self

from digitpad.nn import checks
from digitpad.nn.backend import Array, Shape, array_module
from digitpad.nn.layer import Layer, NamedErrors, Visit, require_cache
from digitpad.nn.layers.structure import Identity
from digitpad.nn.receptive_field import ReceptiveField


class Branches(Layer):
    """Layers that share one input; each kind states how their outputs are joined and gradients split.

    Parameters
    ----------
    branches
        The layers by name. Names are not empty and contain no dot; parameters are then called `name.weight`.

    Raises
    ------
    TypeError, ValueError
        If there is no branch, something that is no layer, or a name that cannot be used.
    """

    def __init__(self, branches: Mapping[str, Layer]) -> None:
        owner = type(self).__name__
        if not isinstance(branches, Mapping):
            raise TypeError(f"{owner}: branches is {branches!r}; expected a mapping from names to layers")
        if not branches:
            raise ValueError(f"{owner}: branches is {branches!r}; expected a mapping from at least one name to a Layer")
        for name, branch in branches.items():
            if not name or "." in name:
                raise ValueError(f"{owner}: branch name is {name!r}; expected a name without a dot")
            if not isinstance(branch, Layer):
                raise TypeError(f"{owner}: {name} is {branch!r}; expected a Layer")
        self.branches = dict(branches)
        self._cache: list[Shape] | None = None

    def join(self, outputs: Sequence[Array]) -> Array:
        """Return one output, made of those of the branches."""
        raise NotImplementedError

    def split(self, grad_output: Array, shapes: Sequence[Shape]) -> Sequence[Array]:
        """Return each branch's gradient; `shapes` are those of their outputs."""
        raise NotImplementedError

    def joined_shape(self, shapes: Sequence[Shape]) -> Shape:
        """Return the shape of the output for those of the branches, all with or all without the batch axis.

        Raises
        ------
        ValueError
            If they do not fit each other.
        """
        raise NotImplementedError

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Give `x` to every branch and join what they make of it."""
        outputs = []
        for name, branch in self.branches.items():
            with NamedErrors(name):
                outputs.append(branch.forward(x, training=training))
        return self._joined(outputs, training=training)

    def backward(self, grad_output: Array) -> Array:
        """Return the sum of the branches' input gradients."""
        parts = self._parts(grad_output)
        return reduce(
            lambda total, part: total + part,
            (branch.backward(part) for branch, part in zip(self.branches.values(), parts, strict=True)),
        )

    def backward_parameters(self, grad_output: Array) -> None:
        """Add the gradients of every branch's parameters."""
        for branch, part in zip(self.branches.values(), self._parts(grad_output), strict=True):
            branch.backward_parameters(part)

    def trace(self, x: Array, record: dict[str, Array], name: str, *, training: bool = False) -> Array:
        """Run all branches, noting theirs as `name.branch`, and the joined output as `name`."""
        outputs = []
        for branch_name, branch in self.branches.items():
            with NamedErrors(branch_name):
                outputs.append(branch.trace(x, record, f"{name}.{branch_name}", training=training))
        record[name] = self._joined(outputs, training=training)
        return record[name]

    def trace_backward(self, grad_output: Array, record: dict[str, Array], name: str) -> Array:
        """Go back through all branches, noting their gradients as `name.branch`, and that of the sum as `name`."""
        record[name] = grad_output
        parts = self._parts(grad_output)
        return reduce(
            lambda total, part: total + part,
            (
                branch.trace_backward(part, record, f"{name}.{branch_name}")
                for (branch_name, branch), part in zip(self.branches.items(), parts, strict=True)
            ),
        )

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the joined output.

        Raises
        ------
        ValueError
            If a branch cannot work on such a sample, or the branches' outputs do not fit each other.
        """
        shapes = []
        for name, branch in self.branches.items():
            with NamedErrors(name):
                shapes.append(branch.output_shape(input_shape))
        return self.joined_shape(shapes)

    def multiply_adds(self, input_shape: Shape) -> int:
        """Return the sum over the branches."""
        return sum(branch.multiply_adds(input_shape) for branch in self.branches.values())

    def receptive_field(self, field: ReceptiveField) -> ReceptiveField:
        """Return the field that holds all of the branches'."""
        first, *others = (branch.receptive_field(field) for branch in self.branches.values())
        for other in others:
            first = first.united(other)
        return first

    def visit(self, name: str, input_shape: Shape, field: ReceptiveField) -> Iterator[Visit]:
        """Yield what the layers of each branch do, and then the joining."""
        for branch_name, branch in self.branches.items():
            with NamedErrors(branch_name):
                yield from branch.visit(f"{name}.{branch_name}", input_shape, field)
        yield from super().visit(name, input_shape, field)

    def children(self) -> dict[str, Layer]:
        """Return the branches by name."""
        return self.branches

    def replica(self) -> Self:
        """Return a copy for another thread: shared weights, own gradients and caches in every branch."""
        twin = super().replica()
        twin.branches = {name: branch.replica() for name, branch in self.branches.items()}
        return twin

    def _joined(self, outputs: list[Array], *, training: bool) -> Array:
        shapes: list[Shape] = [output.shape for output in outputs]
        self.joined_shape([shape[1:] for shape in shapes])
        if training:
            self._cache = shapes
        return self.join(outputs)

    def _parts(self, grad_output: Array) -> Sequence[Array]:
        shapes = require_cache(self, self._cache)
        samples = shapes[0][0]
        checks.upstream(
            type(self).__name__, grad_output, (samples, *self.joined_shape([shape[1:] for shape in shapes]))
        )
        return self.split(grad_output, shapes)


class Residual(Branches):
    """What a body adds to its input: body(x) + shortcut(x).

    A body that has learned nothing yet leaves the signal, and on the way back the gradient, as it is, so very deep
    networks can be trained.

    Parameters
    ----------
    body
        The layer, often a `Sequential`, that learns the difference.
    shortcut
        What the input goes through on its way past the body, such as a strided 1x1 convolution where the body
        changes the shape; None passes it on as it is.

    Raises
    ------
    TypeError
        If either is no layer.

    Notes
    -----
    Source: He, Zhang, Ren and Sun, "Deep residual learning for image recognition", CVPR 2016.
    """

    def __init__(self, body: Layer, shortcut: Layer | None = None) -> None:
        super().__init__({"body": body, "shortcut": Identity() if shortcut is None else shortcut})

    def join(self, outputs: Sequence[Array]) -> Array:
        """Return the sum."""
        body, shortcut = outputs
        return body + shortcut

    def split(self, grad_output: Array, shapes: Sequence[Shape]) -> Sequence[Array]:
        """Return the gradient for each: a sum passes it on to all summands."""
        return [grad_output for _ in shapes]

    def joined_shape(self, shapes: Sequence[Shape]) -> Shape:
        """Return the shape that body and shortcut have in common.

        Raises
        ------
        ValueError
            If they differ.
        """
        body, shortcut = shapes
        if body != shortcut:
            raise ValueError(f"Residual: shortcut makes {shortcut}; expected {body}, which body makes")
        return body


class Concatenate(Branches):
    """The branches' maps one behind the other: (N, C1, H, W), (N, C2, H, W), ... to (N, C1 + C2 + ..., H, W).

    Parameters
    ----------
    branches
        The layers by name, in order; their outputs differ in channels at most.

    Raises
    ------
    TypeError, ValueError
        If there is no branch, something that is no layer, or a name that cannot be used.

    Notes
    -----
    Source: Szegedy et al., "Going deeper with convolutions", CVPR 2015.
    """

    def join(self, outputs: Sequence[Array]) -> Array:
        """Return the outputs one behind the other along axis 1."""
        xp = array_module(outputs[0])
        channels_last = xp.concatenate([xp.moveaxis(output, 1, -1) for output in outputs], axis=-1)
        joined: Array = xp.moveaxis(channels_last, -1, 1)
        return joined

    def split(self, grad_output: Array, shapes: Sequence[Shape]) -> Sequence[Array]:
        """Return each branch's own channels of the gradient."""
        edges = itertools.accumulate((shape[1] for shape in shapes), initial=0)
        return [grad_output[:, start:end] for start, end in itertools.pairwise(edges)]

    def joined_shape(self, shapes: Sequence[Shape]) -> Shape:
        """Return (C1 + C2 + ..., H, W).

        Raises
        ------
        ValueError
            If height or width differ.
        """
        first = shapes[0]
        for name, shape in zip(self.branches, shapes, strict=True):
            if shape[1:] != first[1:] or len(shape) != len(first):
                wanted = ("C", *first[1:])
                raise ValueError(
                    f"{type(self).__name__}: {name} makes {shape}; expected ({', '.join(map(str, wanted))}), "
                    "as the first branch"
                )
        return (sum(shape[0] for shape in shapes), *first[1:])


class SkipConnection(Concatenate):
    """The input's maps, and behind them what a body made of it: (N, C, H, W) to (N, C + body's, H, W).

    The skip of a U-Net: the body goes down to coarser maps and comes up again, knowing what is there; the input
    still knows where. An `AttentionGate` that follows can choose among the input's maps by the body's.

    Parameters
    ----------
    body
        The layer, often a `Sequential`, whose output has the input's height and width.

    Raises
    ------
    TypeError
        If it is no layer.

    Notes
    -----
    Source: Ronneberger, Fischer and Brox, "U-Net", MICCAI 2015.
    """

    def __init__(self, body: Layer) -> None:
        super().__init__({"skip": Identity(), "body": body})
