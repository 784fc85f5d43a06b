"""Branches: several layers share one input, and their outputs are joined by adding or concatenating them.

Going backward each branch receives its part of the gradient. The input influences the loss along every branch, so by
the chain rule its gradient is the sum of the branches' input gradients.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
from typing import Self

from digitpad.nn.backend import Array, Shape, array_module
from digitpad.nn.layer import Layer, NamedErrors, Visit, require_cache
from digitpad.nn.layers.structure import Identity
from digitpad.nn.receptive_field import ReceptiveField


class Branches(Layer):
    """Layers that share one input; a derived class defines how outputs are joined and gradients are split.

    Parameters
    ----------
    branches
        The layers by name. Names are not empty and contain no dot; parameters are then called `name.weight`.

    Raises
    ------
    TypeError, ValueError
        If there are no branches, one is not a layer, or a name cannot be used.
    """

    def __init__(self, branches: Mapping[str, Layer]) -> None:
        owner = self.check.owner
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
        """Return the outputs of the branches as one array."""
        raise NotImplementedError

    def split(self, grad_output: Array, shapes: Sequence[Shape]) -> Sequence[Array]:
        """Return each branch's part of the gradient; `shapes` are the shapes of the branches' outputs."""
        raise NotImplementedError

    def joined_shape(self, shapes: Sequence[Shape]) -> Shape:
        """Return the shape of the output, given those of the branches, all with or all without the batch axis.

        Raises
        ------
        ValueError
            If they cannot be joined.
        """
        raise NotImplementedError

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Apply every branch to `x` and join the outputs."""
        outputs = []
        for name, branch in self.branches.items():
            with NamedErrors(name):
                outputs.append(branch.forward(x, training=training))
        return self._joined(outputs, training=training)

    def input_gradient(self, grad_output: Array) -> Array:
        """Return the sum of the branches' input gradients."""
        return self._sum_over_branches(grad_output, lambda _, branch, part: branch.input_gradient(part))

    def parameter_gradients(self, grad_output: Array) -> None:
        """Add the gradients of every branch's parameters."""
        for branch, part in zip(self.branches.values(), self._parts(grad_output), strict=True):
            branch.parameter_gradients(part)

    def backward(self, grad_output: Array) -> Array:
        """Call `backward` once in every branch, and return the sum."""
        return self._sum_over_branches(grad_output, lambda _, branch, part: branch.backward(part))

    def trace(self, x: Array, record: dict[str, Array], name: str, *, training: bool = False) -> Array:
        """Run all branches, storing their outputs as `name.branch` and the joined output as `name`."""
        outputs = []
        for branch_name, branch in self.branches.items():
            with NamedErrors(branch_name):
                outputs.append(branch.trace(x, record, f"{name}.{branch_name}", training=training))
        record[name] = self._joined(outputs, training=training)
        return record[name]

    def trace_backward(self, grad_output: Array, record: dict[str, Array], name: str) -> Array:
        """Go back through all branches, storing gradients under the names that `trace` gives the outputs."""
        record[name] = grad_output
        return self._sum_over_branches(
            grad_output,
            lambda branch_name, branch, part: branch.trace_backward(part, record, f"{name}.{branch_name}"),
        )

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the joined output.

        Raises
        ------
        ValueError
            If a branch does not accept such a sample, or the outputs cannot be joined.
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
        """Return the smallest field that contains those of all branches."""
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
        """Return a copy for another thread: the branches share weights and have their own gradients and caches."""
        twin = super().replica()
        twin.branches = {name: branch.replica() for name, branch in self.branches.items()}
        return twin

    def _joined(self, outputs: list[Array], *, training: bool) -> Array:
        shapes: list[Shape] = [output.shape for output in outputs]
        self.joined_shape([shape[1:] for shape in shapes])
        if training:
            self._cache = shapes
        return self.join(outputs)

    def _sum_over_branches(self, grad_output: Array, go_back: Callable[[str, Layer, Array], Array]) -> Array:
        """Return the sum of `go_back(name, branch, part of grad_output)` over the branches, in their order."""
        parts = self._parts(grad_output)
        return reduce(
            lambda total, part: total + part,
            (go_back(name, branch, part) for (name, branch), part in zip(self.branches.items(), parts, strict=True)),
        )

    def _parts(self, grad_output: Array) -> Sequence[Array]:
        shapes = require_cache(self, self._cache)
        samples = shapes[0][0]
        self.check.upstream(grad_output, (samples, *self.joined_shape([shape[1:] for shape in shapes])))
        return self.split(grad_output, shapes)


class Residual(Branches):
    """A residual block: out = body(x) + shortcut(x), where the shortcut is usually the identity.

    The body learns what to add to its input. However deep a network of such blocks is, signals and gradients have a
    direct way past every body, so that it can be trained.

    The gradient. d out / d body(x) = d out / d shortcut(x) = 1, so both branches receive g, and
    grad_x = (body's input gradient) + (shortcut's input gradient); with an identity shortcut the latter is g itself.

    Parameters
    ----------
    body
        The layer, often a `Sequential`, that learns what to add.
    shortcut
        The layer beside the body, such as a strided 1x1 convolution where the body changes the shape; None is the
        identity.

    Raises
    ------
    TypeError
        If either is not a layer.

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
        """Return the gradient itself for each branch, since they are added."""
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
            raise ValueError(f"{self.check.owner}: shortcut makes {shortcut}; expected {body}, which body makes")
        return body


class Concatenate(Branches):
    """The maps of several branches in one array: (N, C1, H, W), (N, C2, H, W), ... to (N, C1 + C2 + ..., H, W).

    The gradient. Each value of a branch's output is one value of the joined output, so the branch receives its own
    channels of g, and grad_x is the sum of the branches' input gradients.

    Parameters
    ----------
    branches
        The layers by name, in order; their outputs may differ in the number of channels only.

    Raises
    ------
    TypeError, ValueError
        If there are no branches, one is not a layer, or a name cannot be used.

    Notes
    -----
    Source: Szegedy et al., "Going deeper with convolutions", CVPR 2015.
    """

    def __init__(self, branches: Mapping[str, Layer]) -> None:
        super().__init__(branches)

    def join(self, outputs: Sequence[Array]) -> Array:
        """Return the outputs concatenated along axis 1."""
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
                    f"{self.check.owner}: {name} makes {shape}; expected ({', '.join(map(str, wanted))}), "
                    "as the first branch"
                )
        return (sum(shape[0] for shape in shapes), *first[1:])


class SkipConnection(Concatenate):
    """The input's maps followed by those that a body makes of it: (N, C, H, W) to (N, C + body's channels, H, W).

    The skip connection of a U-Net. The body goes down to coarser maps and comes up again: its output says what is in
    the image, and the input still says exactly where. An `AttentionGate` behind it can weight the input's maps by the
    body's.

    Parameters
    ----------
    body
        The layer, often a `Sequential`, whose output has the input's height and width.

    Raises
    ------
    TypeError
        If `body` is not a layer.

    Notes
    -----
    Source: Ronneberger, Fischer and Brox, "U-Net", MICCAI 2015.
    """

    def __init__(self, body: Layer) -> None:
        super().__init__({"skip": Identity(), "body": body})
